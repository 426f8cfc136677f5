"""What the entries of a Bundle have in common: how one is named, whom it is about, and when it happened."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from tracking.domain.problems import Issue, problem
from tracking.domain.reported import Precision
from tracking.exchange.fhir_json import at, many, said
from tracking.exchange.incoming import Line, Subject, issue, named

__all__ = ["Entry", "Resources", "effective", "empty", "organization", "refused"]

_DAY = len("2026-03-03")


@dataclass(frozen=True, slots=True)
class Entry:
    """One resource with the address that its Bundle gives it."""

    number: int
    resource: Mapping[str, Any]
    url: str = ""

    @property
    def kind(self) -> str:
        return said(self.resource, "resourceType", most=60)

    @property
    def place(self) -> str:
        """Where a person finds it."""
        own = said(self.resource, "id", most=64)
        return f"{self.kind or 'entry'}/{own}" if own else f"{self.kind or 'resource'}, entry {self.number}"

    @property
    def source_id(self) -> str:
        """Its name for good: the identifier of whoever made it, else its address, else its id."""
        for identifier in many(self.resource, "identifier"):
            system, value = said(identifier, "system"), said(identifier, "value")
            if system and value:
                return named(f"{system}|{value}")
        if re.match("https?://", self.url):
            return named(self.url)
        own = said(self.resource, "id", most=64)
        return named(f"{self.kind}/{own}") if own else ""


class Resources:
    """The entries of a Bundle, found by what refers to them."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._by_reference: dict[str, Entry] = {}
        for entry in entries:
            own = said(entry.resource, "id", most=64)
            for name in (f"{entry.kind}/{own}" if own else "", entry.url):
                if name:
                    self._by_reference.setdefault(name, entry)

    def find(self, reference: str) -> Entry | None:
        """The entry that a reference means, whole address or ``Type/id``; None where it is not in the Bundle."""
        if reference in self._by_reference:
            return self._by_reference[reference]
        return self._by_reference.get("/".join(reference.partition("/_history/")[0].rsplit("/", 2)[-2:]))

    def subject(self, resource: Mapping[str, Any]) -> Subject:
        """Whom it is about."""
        reference = said(resource, "subject", "reference") or said(resource, "patient", "reference")
        entry = self.find(reference)
        if entry is None:
            return Subject(id=reference, name=said(resource, "subject", "display", most=120))
        patient = entry.resource
        names = sorted(many(patient, "name"), key=lambda one: said(one, "use") in ("old", "maiden"))
        name = names[0] if names else {}
        given = (
            [part for part in at(name, "given") or () if isinstance(part, str)] if isinstance(at(name, "given"), list) else []
        )
        whole = said(name, "text") or " ".join([*given, said(name, "family")]).strip()
        born = said(patient, "birthDate")
        return Subject(id=entry.source_id or reference, name=whole[:120], birth_date=born if _is_day(born) else "")


def effective(resource: Mapping[str, Any]) -> tuple[str, str]:
    """When a sample was drawn or a scan made, and the precision where the text itself does not show it.

    A period counts as the shortest span that holds it: an instant, a day, a month or a year. Without any, it had happened by
    the time it was issued. Raises :class:`Problem`.
    """
    whole = said(resource, "effectiveDateTime") or said(resource, "effectiveInstant")
    if whole:
        return whole, ""
    if period := at(resource, "effectivePeriod"):
        return _of_period(said(period, "start"), said(period, "end")), ""
    events = at(resource, "effectiveTiming", "event")
    if isinstance(events, list) and len(events) == 1 and isinstance(events[0], str):
        return events[0].strip()[:60], ""
    if issued := said(resource, "issued"):
        return issued, Precision.UNKNOWN.value
    raise problem("/collected_at", "collected-missing", "It does not say when blood was drawn or the scan was made.")


def _of_period(start: str, end: str) -> str:
    if start and (not end or start == end):
        return start
    for length in (_DAY, len("2026-03"), len("2026")):
        if start[:length] == end[:length] and len(start[:length]) == length:
            return start[:length]
    text = "From '{start}' to '{end}' is no single year. State the day of the draw."
    raise problem("/collected_at", "period-too-long", text, start=start[:40], end=end[:40])


def organization(resource: Mapping[str, Any]) -> str:
    """What the organization that did it is called; a person who did it is none."""
    for performer in many(resource, "performer"):
        if said(performer, "type") == "Organization" or "Organization/" in said(performer, "reference"):
            return said(performer, "display", most=120)
    return ""


def refused(entry: Entry, subject: Subject, *why: Issue) -> Line:
    """The line of an entry that could not be taken over."""
    return Line(place=entry.place, why=why, source_id=entry.source_id, subject=subject)


def empty(entry: Entry, subject: Subject, code: str, text: str, **params: Any) -> Line:
    """The line of an entry that holds nothing to store."""
    return Line(
        place=entry.place, why=(issue("", code, text, **params),), source_id=entry.source_id, subject=subject, empty=True
    )


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return len(text) == _DAY
