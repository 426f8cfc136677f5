"""What must be read again but never stand in the database in clear: seeds of one-time codes, the contents of sessions.

Fernet: AES-128-CBC under an HMAC-SHA256. The first of ``SEALING_KEYS`` seals, every one of them opens, so that a key is changed
by putting the new one in front, running ``manage.py reseal``, and taking the old one out.
"""

from __future__ import annotations

from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

__all__ = ["InvalidToken", "fault_of_keys", "reseal", "seal", "unseal"]


def fault_of_keys(keys: Sequence[str]) -> str:
    """Why these keys cannot be used; empty where they can."""
    if not keys:
        return "Accepted: at least one key."
    for number, key in enumerate(keys, start=1):
        try:
            Fernet(key)
        except ValueError:
            return f"Key {number} is none. Accepted: 32 bytes in URL-safe base64, 44 characters with the padding."
    return ""


def seal(text: str) -> str:
    """The text, sealed under the first key."""
    return _keys().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """The text that was sealed. Raises InvalidToken where none of the keys opens it."""
    return _keys().decrypt(sealed.encode()).decode()


def reseal(sealed: str) -> str:
    """The same text under the first key. Raises InvalidToken where none of the keys opens it."""
    return _keys().rotate(sealed.encode()).decode()


def _keys() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.SEALING_KEYS])
