"""When a prescriber is told of his day, and in which lines. No man is named, no drug, no hormone and no result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from notifications.domain.hours import at_local
from notifications.domain.words import Catalogue

# On the clock of the clinic.
MORNING = time(7)
# Of a long queue the first lines; the rest is where everybody looks.
MOST_LINES = 20


@dataclass(frozen=True, slots=True)
class Morning:
    """A day of the clinic, and the instant (UTC) at which it is over."""

    day: date
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Line:
    """One man: where he is found, how urgent his worst episode is, and by when somebody was to answer, if so."""

    url: str
    priority: str
    is_overdue: bool
    respond_by: datetime | None
    others: int


@dataclass(frozen=True, slots=True)
class Digest:
    """What is told. ``links``: texts by number, each with its address; ``{url}`` stands where the address goes."""

    subject: str
    body: str
    links: Sequence[tuple[str, str]]


def morning(now: datetime, zone: ZoneInfo) -> Morning | None:
    """The day of the clinic whose digest is due; None before its morning. A missed hour is caught up on the same day."""
    day = now.astimezone(zone).date()
    if now < at_local(day, MORNING, zone):
        return None
    return Morning(day, at_local(day + timedelta(days=1), time(), zone))


def digest(
    catalogue: Catalogue, work: Sequence[Line], undelivered: Sequence[str], *, zone: ZoneInfo, all_at: str
) -> Digest | None:
    """The words for this work, in its order, and for the men whose messages did not arrive; None where there is nothing.

    ``undelivered``: where these men are found. ``all_at``: where everything is.
    """
    if not work and not undelivered:
        return None
    said = catalogue.digest
    overdue = sum(line.is_overdue for line in work)
    body = said["body"].format(people=len(work), overdue=overdue, undelivered=len(undelivered))
    links = [(f"{number}. {_words(catalogue, line, zone)}", line.url) for number, line in enumerate(work[:MOST_LINES], start=1)]
    links += [(said["undelivered"], url) for url in undelivered[:MOST_LINES]]
    return Digest(said["title"], body, [(text + ": {url}", url) for text, url in [*links, (said["all"], all_at)]])


def _words(catalogue: Catalogue, line: Line, zone: ZoneInfo) -> str:
    said = catalogue.digest
    if line.respond_by is None:
        words = line.priority
    else:
        day = catalogue.on_day(line.respond_by.astimezone(zone).date())
        words = said["overdue" if line.is_overdue else "open"].format(priority=line.priority, day=day)
    return words + (said["others"].format(count=line.others) if line.others else "")
