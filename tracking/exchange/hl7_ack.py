"""The answer to an HL7 v2 message: accepted (AA), an error to mend or wait for (AE), or nothing that is taken (AR)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from tracking.exchange.hl7_segments import Message

__all__ = ["Answer", "acknowledge"]

_US = ("Trabecula", "")


class Answer(StrEnum):
    """AE: send it again later, or mend it. AR: sending it again changes nothing."""

    ACCEPTED = "AA"
    ERROR = "AE"
    REJECTED = "AR"


def acknowledge(message: Message | None, answer: Answer, text: str, *, now: datetime, control_id: str) -> bytes:
    """An ACK as bytes, without a frame. ``message`` is None where none could be read; then nobody is named in the answer."""
    to = (message.header.said(3), message.header.said(4)) if message else ("", "")
    header = [
        "MSH", "^~\\&", *_US, *map(_escaped, to), now.strftime("%Y%m%d%H%M%S%z"), "", "ACK^R01^ACK", control_id, "P", "2.5.1",
        *[""] * 5, "UNICODE UTF-8",
    ]  # fmt: skip
    said = ["MSA", answer.value, _escaped(message.control_id if message else ""), _escaped(text[:80])]
    return "\r".join(["|".join(header), "|".join(said), ""]).encode()


def _escaped(text: str) -> str:
    plain = "".join(sign if sign.isprintable() else " " for sign in text)
    for sign, escape in (("\\", "\\E\\"), ("|", "\\F\\"), ("^", "\\S\\"), ("~", "\\R\\"), ("&", "\\T\\")):
        plain = plain.replace(sign, escape)
    return plain
