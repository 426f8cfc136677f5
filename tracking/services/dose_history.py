"""What a prescriber reads when he reviews how a man was dosed. It only reads."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from tracking.domain.dose_history import DoseHistory, Kind, Mark, dose_history
from tracking.domain.episodes import What
from tracking.domain.evaluate import gather
from tracking.domain.problems import Collector, problem
from tracking.evidence import load_rulebook
from tracking.models import EpisodeEvent, Finding, Patient
from tracking.services.history import history_of
from tracking.services.lived import local_today

__all__ = ["DEFAULT_DAYS", "MOST_DAYS", "happened", "read", "window"]

DEFAULT_DAYS = 365
# Two years of two drugs taken every day are some 1,500 events, which one answer can still hold.
MOST_DAYS = 731

_FOUND = {What.OPENED, What.WORSENED, What.REOPENED, What.FOUND_AGAIN, What.RESOLVED}
_DECIDED = {What.ACKNOWLEDGED, What.SNOOZED}


def read(man: Patient, *, now: datetime, first: date | None = None, last: date | None = None) -> DoseHistory:
    """His dose history from ``first`` to ``last``, both included; :func:`window` tells the defaults and limits."""
    first, last = window(man, now=now, first=first, last=last)
    facts = gather(history_of(man), load_rulebook(), now)
    return dose_history(facts, first, last, happened(man))


def window(man: Patient, *, now: datetime, first: date | None = None, last: date | None = None) -> tuple[date, date]:
    """The year up to today unless asked otherwise; at most 731 days, and none of them to come. Raises :class:`Problem`."""
    today = local_today(man, now)
    end = min(last, today) if last is not None else today
    start = first if first is not None else end - timedelta(days=DEFAULT_DAYS)
    found = Collector()
    found.run(_check_window, start, end)
    found.raise_found()
    return start, end


def _check_window(start: date, end: date) -> None:
    if start > end:
        raise problem(
            "?from", "window-backwards", "{start} lies after {end}. Accepted: a day up to the last one that is asked for.",
            start=start.isoformat(), end=end.isoformat(),
        )  # fmt: skip
    if (end - start).days >= MOST_DAYS:
        raise problem(
            "?from", "window-too-long", "From {start} to {end} are {days} days. Accepted: at most {most}.",
            start=start.isoformat(), end=end.isoformat(), days=(end - start).days + 1, most=MOST_DAYS,
        )  # fmt: skip


def happened(man: Patient) -> Iterator[Mark]:
    """What was found about him and what prescribers decided, from his episodes. Two queries, however many of them.

    A finding is told as it was told then; of an end, and of an answer, the sentence is that of the finding they are about.
    """
    events = list(EpisodeEvent.objects.filter(patient=man).select_related("episode").order_by("pk"))
    said: dict[tuple[int, str], Finding] = {}
    for finding in Finding.objects.filter(evaluation__in={event.evaluation_id for event in events}).order_by("-priority"):
        said[finding.evaluation_id, finding.detail["family"]] = finding  # the most urgent of a family comes last
    told: dict[int, tuple[str, str]] = {}
    for event in events:
        found = said.get((event.evaluation_id, event.episode.family))
        if found is not None:
            told[event.episode_id] = (found.code, found.detail["prescriber"])
        code, words = told.get(event.episode_id, (event.episode.code, ""))
        what = What(event.what)
        if what in _FOUND:
            yield Mark(event.at, Kind.FINDING, code, what, words)
        elif what in _DECIDED:
            yield Mark(event.at, Kind.DECISION, code, what, words, why=event.why, by=event.by)
