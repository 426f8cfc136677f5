"""A search: its parameters read, its rows found page by page, and the Bundle they make."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import DateTimeField, ExpressionWrapper, F, Q, Value
from django.http import QueryDict

from tracking.api.fhir.dates import Span, read_date
from tracking.api.fhir.kinds import Kind, Reader, Source
from tracking.domain.problems import Issue, problem, raise_all
from tracking.services.access import not_found

__all__ = ["ALWAYS", "Search", "page", "read_search", "searched_by"]

_USUAL, _MOST = 50, 200
# What every search takes. ``_format`` is read by the negotiation.
ALWAYS = ("patient", "subject", "_lastUpdated", "_count", "_cursor", "_format")
_CURSOR = re.compile(r"(?P<source>[0-9]{1,2})\.(?P<uid>[0-9a-f-]{36})", re.ASCII)
_LONGEST = 400
_CHANGED = "_lastUpdated"
_CHANGED_ENDS = "changed_ends"
_MICROSECOND = Value(timedelta(microseconds=1))  # what an instant is kept to


@dataclass(frozen=True, slots=True)
class Search:
    """What was asked for, read. Several of one parameter have to hold together; of a list in one, any."""

    dates: tuple[Span, ...] = ()
    changed: tuple[Span, ...] = ()
    codes: tuple[frozenset[tuple[str | None, str]], ...] = ()
    categories: tuple[frozenset[tuple[str | None, str]], ...] = ()
    count: int = _USUAL
    after: tuple[int, UUID] | None = None
    sources: tuple[Source, ...] = field(default=())


def searched_by(kind: Kind) -> tuple[str, ...]:
    """The parameters that a search for this kind takes, without those of every search."""
    return (*kind.searched, kind.dated_by)


def read_search(sent: QueryDict, reader: Reader, *, dated_by: str, also: Iterable[str], sources: tuple[Source, ...]) -> Search:
    """Raises :class:`Problem` (``?name``) for a parameter that is not known, empty or unreadable: none is ever left out
    silently, because then more would come back than was asked for.
    """
    accepted = (dated_by, *also, *ALWAYS)
    text = "'{received}' is not a search parameter here. Accepted: {accepted}. Modifiers and chains are not."
    unknown = [
        Issue(f"?{name[:60]}", "parameter-unknown", text, {"received": name[:60], "accepted": ", ".join(sorted(accepted))})
        for name in sent
        if name not in accepted
    ]
    every = {name: sent.getlist(name) for name in sent}
    wrong = [
        Issue(
            f"?{name}",
            "parameter-unreadable",
            "Give '{name}' a value of at most {most} characters.",
            {"name": name, "most": _LONGEST},
        )
        for name, values in every.items()
        if name in accepted and any(not value.strip() or len(value) > _LONGEST for value in values)
    ]
    once = [
        Issue(f"?{name}", "parameter-doubled", "Send it once.")
        for name in ("_count", "_cursor", "_format", "patient", "subject")
        if len(every.get(name, ())) > 1
    ]
    raise_all([*unknown, *wrong, *once])
    for name in ("patient", "subject"):
        for value in every.get(name, ()):
            _his(value, reader)
    zone = reader.man.zone
    return Search(
        dates=tuple(read_date(value, zone, name=dated_by) for value in every.get(dated_by, ())),
        changed=tuple(read_date(value, zone, name=_CHANGED) for value in every.get(_CHANGED, ())),
        codes=tuple(_tokens(value) for value in every.get("code", ())),
        categories=tuple(_tokens(value) for value in every.get("category", ())),
        count=_count(sent.get("_count")),
        after=_after(sent.get("_cursor"), len(sources)),
        sources=sources,
    )


def page(search: Search, reader: Reader) -> tuple[list[tuple[Source, Any]], str | None, int]:
    """So many rows in the order of their names, the mark from which the next page goes on, and how many there are in all.

    A name is never given twice and new ones come last, so no row stands on two pages, whatever is stored meanwhile.
    """
    found: list[tuple[Source, Any]] = []
    total = 0
    for number, source in enumerate(search.sources):
        rows = source.rows(reader.man)
        if search.changed:
            rows = rows.annotate(**{_CHANGED_ENDS: ExpressionWrapper(F("changed") + _MICROSECOND, DateTimeField())})
        rows = rows.filter(_q(search, source, reader))
        total += rows.count()
        if search.after is not None and number < search.after[0]:
            continue
        if search.after is not None and number == search.after[0]:
            rows = rows.filter(uid__gt=search.after[1])
        left = search.count + 1 - len(found)
        if left > 0 and search.count:
            found += [(source, row) for row in rows.order_by("uid")[:left]]
    if len(found) <= search.count:
        return found, None, total
    shown = found[: search.count]
    last, row = shown[-1]
    return shown, f"{search.sources.index(last)}.{row.uid}", total


def _q(search: Search, source: Source, reader: Reader) -> Q:
    whole = Q()
    for span in search.dates:
        whole &= span.q(reader.now)
    for span in search.changed:
        whole &= span.q(reader.now, "changed", _CHANGED_ENDS)
    for tokens in search.categories:
        if source.category is None or not _fits(tokens, source.category):
            return Q(pk__in=[])
    if search.codes:
        whole &= _coded(search, source, reader)
    return whole


def _coded(search: Search, source: Source, reader: Reader) -> Q:
    """Rows with these codes. Which combination of columns has which codes is asked of what writes them."""
    there: Iterable[tuple[Any, ...]] = [()]
    if source.coded_by:
        there = source.rows(reader.man).order_by().values_list(*source.coded_by).distinct()
    fitting = [
        dict(zip(source.coded_by, values, strict=True))
        for values in there
        if all(any(_fits(tokens, code) for code in source.codes(*values, rulebook=reader.rulebook)) for tokens in search.codes)
    ]
    if not fitting:
        return Q(pk__in=[])
    whole = Q()
    for columns in fitting:
        whole |= Q(**columns)
    return whole


def _fits(tokens: frozenset[tuple[str | None, str]], code: tuple[str, str]) -> bool:
    return any(system in (None, code[0]) and value in ("", code[1]) for system, value in tokens)


def _tokens(sent: str) -> frozenset[tuple[str | None, str]]:
    """``code``, ``system|code`` and ``system|``, any of those between commas. All codes here are of a system."""
    parts = [one.strip().rpartition("|") for one in sent.split(",") if one.strip()]
    return frozenset((system if bar else None, code) for system, bar, code in parts)


def _his(sent: str, reader: Reader) -> None:
    """Whoever asks is let into one record. Of any other man there is nothing, which is not the same as no results."""
    named = sent.rpartition("Patient/")[2] if "/" in sent else sent
    if named.lower() != str(reader.man.uid):
        raise not_found()


def _count(sent: str | None) -> int:
    """Rows of a page; more than the most is the most, as FHIR has it."""
    if sent is None:
        return _USUAL
    if not (sent.isascii() and sent.isdecimal() and len(sent) <= 9):  # noqa: PLR2004  far beyond any list
        raise problem("?_count", "count-unreadable", "'{received}' is not a whole number from 0 on.", received=sent[:20])
    return min(int(sent), _MOST)


def _after(sent: str | None, sources: int) -> tuple[int, UUID] | None:
    if sent is None:
        return None
    match = _CURSOR.fullmatch(sent)
    try:
        if match is not None and int(match["source"]) < sources:
            return int(match["source"]), UUID(match["uid"])
    except ValueError:
        pass
    raise problem("?_cursor", "cursor-unreadable", "This is no place in this list. Take the address from the link `next`.")
