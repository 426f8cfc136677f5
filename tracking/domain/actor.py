"""Who acts. Every transaction that touches a man's record carries exactly one actor."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Actor:
    """A person by his account number, a read token by its own, or a named part of the system.

    The printed form, ``user:12``, ``token:3`` or ``system:sweep``, is what the database policies read and what
    the history keeps.
    """

    kind: str
    name: str

    def __post_init__(self) -> None:
        if self.kind not in ("user", "token", "system") or not self.name:
            raise ValueError(f"an actor is user:<id>, token:<id> or system:<name>, not {self.kind}:{self.name}")

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}"

    @property
    def user_id(self) -> int | None:
        return int(self.name) if self.kind == "user" else None

    @classmethod
    def user(cls, user_id: int) -> Actor:
        return cls("user", str(int(user_id)))

    @classmethod
    def token(cls, token_id: int) -> Actor:
        """Somebody to whom a man gave a token that reads. Whoever acts as one writes nothing."""
        return cls("token", str(int(token_id)))

    @classmethod
    def system(cls, name: str) -> Actor:
        return cls("system", name)
