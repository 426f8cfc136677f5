"""The one way in which this system says no.

Services, parsers and domain types raise :class:`Problem`; the API, sync, imports and the admin's forms render the same issues.
A text here is English and serves as the message id for translation; parameters are filled in after translating.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Issue:
    """One thing that is wrong with one field.

    ``pointer`` is a JSON pointer (RFC 6901) into what was sent, ``""`` for the whole. ``code`` is stable and for programs;
    ``text`` is for a person and says what is accepted, with ``{name}`` placeholders filled from ``params``.
    """

    pointer: str
    code: str
    text: str
    params: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def detail(self) -> str:
        return self.text.format(**self.params)

    def under(self, prefix: str) -> Issue:
        """The same issue seen from one level further out."""
        return replace(self, pointer=f"{prefix}{self.pointer}")


class Problem(Exception):
    """A refusal with every issue found; nothing has been stored.

    ``kind`` decides the HTTP status where there is one: ``invalid`` 422, ``conflict`` 409, ``not-found`` 404,
    ``forbidden`` 403, ``precondition`` 412, ``sync-conflict`` and ``resync-required`` 409, ``too-many-requests`` 429, which
    says in ``wait`` how many seconds. ``members``: what else a program needs to go on from there, shown beside the issues.
    """

    def __init__(self, *issues: Issue, kind: str = "invalid", members: Mapping[str, Any] = MappingProxyType({})) -> None:
        if not issues:
            raise ValueError("a Problem names at least one issue")
        super().__init__("; ".join(f"{issue.pointer or '/'}: {issue.detail}" for issue in issues))
        self.issues = issues
        self.kind = kind
        self.members = members


def problem(pointer: str, code: str, text: str, *, kind: str = "invalid", **params: Any) -> Problem:
    """A Problem with a single issue."""
    return Problem(Issue(pointer, code, text, MappingProxyType(params)), kind=kind)


def raise_all(issues: Iterable[Issue]) -> None:
    """Raise one Problem that names all ``issues``; do nothing when there are none."""
    found = tuple(issues)
    if found:
        raise Problem(*found)


class Collector:
    """Runs checks one after the other and keeps every issue, so that a person mends all fields in one go."""

    def __init__(self, issues: list[Issue] | None = None, prefix: str = "") -> None:
        self._issues: list[Issue] = [] if issues is None else issues
        self._prefix = prefix

    def under(self, prefix: str) -> Collector:
        """A collector into the same list for a part of what was sent."""
        return Collector(self._issues, self._prefix + prefix)

    def run(self, check: Callable[..., T], *args: Any, **kwargs: Any) -> T | None:
        """The result of ``check``, or None where it refused; a refusal other than ``invalid`` passes through at once."""
        try:
            return check(*args, **kwargs)
        except Problem as refused:
            seen = [issue.under(self._prefix) for issue in refused.issues]
            if refused.kind != "invalid":
                raise Problem(*seen, kind=refused.kind) from refused
            self._issues.extend(issue for issue in seen if issue not in self._issues)
            return None

    def raise_found(self) -> None:
        """Raise one Problem with everything found, if anything was."""
        raise_all(self._issues)
