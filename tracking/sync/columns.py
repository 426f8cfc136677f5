"""Columns of the phone contract: what a phone may state in each, and when two statements are the same. Plain Python.

Every column is flat (text, a whole number, true or false), because that is what phones store. What is empty or null was not
stated.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any, ClassVar

from tracking.domain.json_text import each_key_once
from tracking.domain.problems import Issue, Problem, problem, raise_all

__all__ = [
    "LEFT_OUT",
    "AsText",
    "Choice",
    "Clock",
    "Column",
    "Day",
    "Flag",
    "Instant",
    "Json",
    "Mark",
    "Parts",
    "Text",
    "Until",
    "Whole",
    "is_blank",
]

LEFT_OUT: Any = object()
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII)
_YEARS = range(1900, 2200)
_LONGEST_JSON = 20_000
# An escape inside the text that the reader of the body could not see: NUL, or half of a surrogate pair.
_UNSTORABLE = re.compile(r"\\u0000|[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    ``to``: what the service calls it, where that is another name. ``when_missing``: what the service is told where nothing was
    stated, because its refusal says more than ours. ``required``: we refuse ourselves.
    """

    name: str
    what: str = ""
    to: str = ""
    required: bool = False
    when_missing: Any = field(default=LEFT_OUT, kw_only=True)

    form: ClassVar[Mapping[str, Any]] = {"type": ["string", "null"]}

    @property
    def keyword(self) -> str:
        return self.to or self.name

    @property
    def schema(self) -> dict[str, Any]:
        """What the OpenAPI document says of it."""
        return {**self.form, **({"description": self.what} if self.what else {})}

    def stated(self, sent: Any) -> Any:
        """For the service, or LEFT_OUT. Raises Problem, with the column as pointer."""
        if not is_blank(sent):
            return self.read(sent)
        if self.required:
            raise self._refuse("required", "Send this field.")
        return self.when_missing

    def read(self, sent: Any) -> Any:
        return sent

    def same(self, sent: Any, shown: Any) -> bool:
        """Whether a phone states what the server shows."""
        if is_blank(sent) or is_blank(shown):
            return is_blank(sent) and is_blank(shown)
        return bool(type(sent) is type(shown) and sent == shown)

    def _refuse(self, code: str, text: str, **params: Any) -> Problem:
        return problem(f"/{self.name}", code, text, **params)


def is_blank(sent: Any) -> bool:
    return sent is None or (isinstance(sent, str) and not sent.strip())


@dataclass(frozen=True, slots=True)
class Text(Column):
    """Text of at most so many characters."""

    most: int = 200

    def read(self, sent: Any) -> Any:
        if not isinstance(sent, str):
            raise self._refuse("type", "Send text.")
        if len(sent.strip()) > self.most:
            raise self._refuse("max_length", "Too long. Accepted: at most {most} characters.", most=self.most)
        return sent.strip()

    def same(self, sent: Any, shown: Any) -> bool:
        return Column.same(self, sent.strip() if isinstance(sent, str) else sent, shown)


@dataclass(frozen=True, slots=True)
class AsText(Text):
    """What a service reads itself and refuses in its own words: a value, a number as text. Bounded in length."""

    most: int = 60

    def read(self, sent: Any) -> Any:
        if len(str(sent)) > self.most:
            raise self._refuse("max_length", "Too long. Accepted: at most {most} characters.", most=self.most)
        return sent


@dataclass(frozen=True, slots=True)
class Instant(AsText):
    """RFC 3339 with its offset, or a date, month or year where the service accepts one. Read by the service."""

    def same(self, sent: Any, shown: Any) -> bool:
        if Text.same(self, sent, shown):
            return True
        one, other = _instant(sent), _instant(shown)
        return one is not None and one == other


@dataclass(frozen=True, slots=True)
class Until(Instant):
    """An instant to come: with its offset."""

    def read(self, sent: Any) -> Any:
        instant = _instant(sent)
        if instant is None:
            raise self._refuse(
                "invalid",
                "'{received}' is not an instant with an offset. Accepted: for example 2026-03-03T08:10:00+01:00.",
                received=str(sent)[:40],
            )
        return instant


def _instant(sent: Any) -> datetime | None:
    try:
        instant = datetime.fromisoformat(sent.strip()) if isinstance(sent, str) else None
    except ValueError:
        return None
    return instant if instant is not None and instant.tzinfo is not None and instant.year in _YEARS else None


@dataclass(frozen=True, slots=True)
class Day(Column):
    """A date, YYYY-MM-DD."""

    form = {"type": ["string", "null"], "format": "date"}

    def read(self, sent: Any) -> date:
        try:
            day = date.fromisoformat(sent) if isinstance(sent, str) and _DAY.fullmatch(sent) else None
        except ValueError:
            day = None
        if day is None or day.year not in _YEARS:
            raise self._refuse(
                "invalid", "'{received}' is not a date. Accepted: YYYY-MM-DD, for example 2026-03-03.", received=str(sent)[:40]
            )
        return day


@dataclass(frozen=True, slots=True)
class Clock(Column):
    """A local time of day, HH:MM."""

    def read(self, sent: Any) -> time:
        if not isinstance(sent, str) or not _CLOCK.fullmatch(sent):
            raise self._refuse(
                "invalid", "'{received}' is not a time of day. Accepted: HH:MM, for example 21:30.", received=str(sent)[:40]
            )
        return time.fromisoformat(sent)


@dataclass(frozen=True, slots=True)
class Flag(Column):
    form = {"type": ["boolean", "null"]}

    def read(self, sent: Any) -> bool:
        if not isinstance(sent, bool):
            raise self._refuse("invalid", "Accepted: true or false.")
        return sent


@dataclass(frozen=True, slots=True)
class Whole(Column):
    form = {"type": ["integer", "null"]}

    def read(self, sent: Any) -> int:
        if isinstance(sent, bool) or not isinstance(sent, int):
            raise self._refuse("invalid", "Accepted: a whole number.")
        return sent


@dataclass(frozen=True, slots=True)
class Json(Column):
    """Something with parts, as JSON in a text column: phones have no other. It is one field as far as merging goes."""

    def read(self, sent: Any) -> Any:
        text = sent if isinstance(sent, str) else json.dumps(sent)
        if len(text) > _LONGEST_JSON:
            raise self._refuse("max_length", "Too long. Accepted: at most {most} characters.", most=_LONGEST_JSON)
        try:
            read = json.loads(text, parse_constant=_no_constant, object_pairs_hook=each_key_once)
            unstorable = _UNSTORABLE.search(json.dumps(read, ensure_ascii=False))
        except (ValueError, RecursionError):
            raise self._refuse("json-unreadable", "This is not JSON. Send the parts as JSON text.") from None
        if unstorable:
            raise self._refuse("text-unstorable", "The text has a NUL or half a character in it. Send plain Unicode text.")
        return read

    def same(self, sent: Any, shown: Any) -> bool:
        try:
            return Column.same(self, sent, shown) or bool(self.read(sent) == self.read(shown))
        except Problem:
            return False


@dataclass(frozen=True, slots=True)
class Parts(Json):
    """A list of parts, each with columns of its own: the sites of a scan."""

    of: tuple[Column, ...] = ()
    most: int = 30

    def read(self, sent: Any) -> list[dict[str, Any]]:
        parts = Json.read(self, sent)
        if not isinstance(parts, list) or not all(isinstance(part, Mapping) for part in parts) or len(parts) > self.most:
            raise self._refuse("parts-form", "Send a list of at most {most} objects, as JSON text.", most=self.most)
        known = {column.name: column for column in self.of}
        read: list[dict[str, Any]] = []
        issues = []
        for number, part in enumerate(parts):
            here = f"/{self.name}/{number}"
            text = "There is no such field. Accepted: {accepted}."
            issues += [
                Issue(f"{here}/{name[:40]}", "unknown-field", text, {"accepted": ", ".join(known)})
                for name in part
                if name not in known
            ]
            stated = {}
            for name, column in known.items():
                try:
                    value = column.stated(part.get(name))
                except Problem as refused:
                    issues += [issue.under(here) for issue in refused.issues]
                    continue
                if value is not LEFT_OUT:
                    stated[name] = value
            read.append(stated)
        raise_all(issues)
        return read


@dataclass(frozen=True, slots=True)
class Choice(Text):
    """One of a few words."""

    of: tuple[str, ...] = ()

    def read(self, sent: Any) -> str:
        if sent not in self.of:
            raise self._refuse(
                "choice-unknown",
                "'{received}' is not accepted. Accepted: {accepted}.",
                received=str(sent)[:40],
                accepted=", ".join(self.of),
            )
        return str(sent)


def _no_constant(name: str) -> Any:
    raise ValueError(name)


@dataclass(frozen=True, slots=True)
class Mark(Column):
    """An instant that the phone only sets, and that the server dates: read, revoked. Only whether it is set counts."""

    def read(self, sent: Any) -> bool:
        return True

    def same(self, sent: Any, shown: Any) -> bool:
        return is_blank(sent) == is_blank(shown)
