"""Sessions in the database, with sealed contents: codes sent by e-mail and seeds that are being set up stand in them."""

from __future__ import annotations

from typing import Any

from django.contrib.sessions.backends import db

from backend.accounts.sealing import InvalidToken, seal, unseal

__all__ = ["SessionStore"]


class SessionStore(db.SessionStore):
    """As Django's own. What no key opens any more is read as empty, as Django does with what it cannot read."""

    @classmethod
    def read(cls, session_key: str, session_data: str) -> SessionStore:
        """The session of a row that somebody has read already."""
        session = cls(session_key)
        session._session_cache = session.decode(session_data)  # type: ignore[attr-defined]  # where Django keeps what it read
        return session

    def encode(self, session_dict: dict[str, Any]) -> str:
        return seal(super().encode(session_dict))

    def decode(self, session_data: str | bytes) -> dict[str, Any]:
        try:
            return super().decode(unseal(session_data.decode() if isinstance(session_data, bytes) else session_data))
        except InvalidToken:
            return {}
