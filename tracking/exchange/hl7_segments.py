"""HL7 v2 messages as segments and fields. Small on purpose: only what a result message needs, and nothing it can trip over."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tracking.domain.problems import problem
from tracking.exchange.encodings import text_of
from tracking.exchange.limits import MOST_COLUMNS, MOST_ROWS, refuse_beyond

__all__ = ["Message", "Segment", "messages"]

_FRAME = "\x0b\x1c"
_ENVELOPE = ("FHS", "BHS", "BTS", "FTS")
_ESCAPE = re.compile(r"([FSTRE])|X((?:[0-9A-Fa-f]{2}){1,8})|\.(br|sp)[0-9]*|([HN])")


@dataclass(frozen=True, slots=True)
class Segment:
    """One line of a message. Fields, components and repetitions count from one, as in the standard."""

    fields: tuple[str, ...]
    signs: str

    @property
    def name(self) -> str:
        return self.fields[0]

    def raw(self, field: int) -> str:
        return self.fields[field] if field < len(self.fields) else ""

    def repeats(self, field: int) -> int:
        """How many repetitions of a field hold something."""
        return sum(1 for one in self.raw(field).split(self.signs[1]) if one.strip())

    def repetitions(self, field: int) -> list[str]:
        """The first component of every repetition, as it stands."""
        return [one.partition(self.signs[0])[0].strip() for one in self.raw(field).split(self.signs[1])]

    def said(self, field: int, component: int = 1, *, most: int = 200) -> str:
        """A component of the first repetition as plain text, cut."""
        first = self.raw(field).partition(self.signs[1])[0]
        parts = first.split(self.signs[0])
        text = parts[component - 1] if component <= len(parts) else ""
        plain = self._plain(text).strip()
        # Two double quotes delete a value in the receiver: that is no value.
        return "" if plain == '""' else plain[:most]

    def _plain(self, text: str) -> str:
        escape = self.signs[2] if len(self.signs) > 2 else ""  # noqa: PLR2004  the third sign
        if not escape or escape not in text:
            return text
        pieces = text.split(escape)
        if len(pieces) % 2 == 0:
            return text  # a sign that opens no escape stands for itself
        return "".join(piece if number % 2 == 0 else self._unescaped(piece, escape) for number, piece in enumerate(pieces))

    def _unescaped(self, code: str, escape: str) -> str:
        found = _ESCAPE.fullmatch(code)
        if found is None:
            return f"{escape}{code}{escape}"
        if found[1]:
            return dict(zip("SRET", self.signs, strict=False)).get(found[1], "|")
        if found[2]:
            return bytes.fromhex(found[2]).decode("latin-1").replace("\x00", "")
        return " " if found[3] else ""


@dataclass(frozen=True, slots=True)
class Message:
    """One message: its header, and what follows."""

    header: Segment
    segments: tuple[Segment, ...]

    @property
    def kind(self) -> tuple[str, str]:
        """ORU and R01 for results."""
        return self.header.said(9, 1), self.header.said(9, 2)

    @property
    def control_id(self) -> str:
        return self.header.said(10)

    @property
    def source(self) -> str:
        """The sending application and facility."""
        return " ".join(part for part in (self.header.said(3), self.header.said(4)) if part)[:64]


def messages(content: bytes) -> Iterator[Message]:
    """The messages of a file or of a frame, batch headers left out. Raises :class:`Problem` (``/file``)."""
    text = text_of(content, longest_line=0)
    rows = [row for row in re.split(r"[\r\n]+", text.translate(dict.fromkeys(map(ord, _FRAME)))) if row.strip()]
    refuse_beyond(MOST_ROWS, len(rows), "segments")
    held: list[Segment] = []
    for row in rows:
        if row.startswith("MSH"):
            if held:
                yield Message(held[0], tuple(held[1:]))
            held = [_header(row)]
        elif row[:3] in _ENVELOPE:
            continue
        elif not held:
            raise problem("/file", "hl7-no-header", "The file holds no HL7 v2 message: it does not begin with an MSH segment.")
        else:
            held.append(_segment(row, held[0]))
    if not held:
        raise problem("/file", "hl7-no-header", "The file holds no HL7 v2 message.")
    yield Message(held[0], tuple(held[1:]))


def _header(row: str) -> Segment:
    sign = row[3:4]
    signs = row[4:].partition(sign)[0] if sign else ""
    if not sign or sign.isalnum() or len(signs) not in (3, 4, 5) or len({sign, *signs}) != len(signs) + 1 or signs.isalnum():
        raise problem("/file", "hl7-header", "The MSH segment does not say which signs part its fields, such as |^~\\&.")
    fields = row.split(sign)
    refuse_beyond(MOST_COLUMNS, len(fields), "fields in one segment")
    # The sign between fields is itself the first field of a header.
    return Segment((fields[0], sign, *fields[1:]), signs)


def _segment(row: str, header: Segment) -> Segment:
    fields: Sequence[str] = row.split(header.fields[1])
    refuse_beyond(MOST_COLUMNS, len(fields), "fields in one segment")
    return Segment(tuple(fields), header.signs)
