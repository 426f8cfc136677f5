"""A code that a person reads out, types or has scanned: how it is written, read and kept.

Twelve characters of Crockford's alphabet are 60 bits. A code lives for minutes or days and is tried a few times an hour,
so that is ample; only its digest is stored.
"""

from __future__ import annotations

import hashlib
import re
from enum import StrEnum

__all__ = ["ALPHABET", "LENGTH", "CodeState", "digest_of", "payload_of", "read_code", "written"]

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 12


class CodeState(StrEnum):
    """How a code stands at an instant."""

    OPEN = "open"
    USED = "used"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


_PAYLOAD = "trabecula:share:"
_MISREAD = str.maketrans("OIL", "011")
_CODE = re.compile(f"[{ALPHABET}]{{{LENGTH}}}", re.ASCII)


def written(code: str) -> str:
    """For people: ``7K2M-91QX-C3TB``."""
    return "-".join(code[at : at + 4] for at in range(0, LENGTH, 4))


def payload_of(code: str) -> str:
    """What the QR code holds. No web address: those end up in logs and histories."""
    return f"{_PAYLOAD}{written(code)}"


def read_code(text: str) -> str | None:
    """The code as it was typed or scanned, with what is easily misread put right; None where it cannot be one."""
    said = text.strip().removeprefix(_PAYLOAD).upper()
    code = "".join(said.replace("-", " ").split()).translate(_MISREAD)
    return code if _CODE.fullmatch(code) else None


def digest_of(secret: str) -> str:
    """What is stored of a secret that was drawn at random: SHA-256, in hex."""
    return hashlib.sha256(secret.encode()).hexdigest()
