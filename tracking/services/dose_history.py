"""What a prescriber reads when he reviews how a man was dosed. It only reads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tracking.domain.dose_history import Around, DoseHistory, Kind, Mark, Paused, dose_history
from tracking.domain.episodes import What
from tracking.domain.evaluate import gather
from tracking.domain.exposure import USED
from tracking.domain.history import Origin
from tracking.domain.pauses import Pause
from tracking.domain.problems import Collector, problem
from tracking.domain.titration.states import State
from tracking.evidence import load_rulebook
from tracking.models import DrugUse, EpisodeEvent, Finding, Patient, Proposal, ProposalEvent, Regimen, RegimenPause
from tracking.services.history import history_of
from tracking.services.intake import adherence_of
from tracking.services.lived import local_today

__all__ = ["DEFAULT_DAYS", "MOST_DAYS", "Stated", "happened", "read", "stated", "window"]

DEFAULT_DAYS = 365
# Two years of two drugs taken every day are some 1,500 events, which one answer can still hold.
MOST_DAYS = 731

_FOUND = {What.OPENED, What.WORSENED, What.REOPENED, What.FOUND_AGAIN, What.RESOLVED}
_DECIDED = {What.ACKNOWLEDGED, What.SNOOZED}


@dataclass(frozen=True, slots=True)
class Stated:
    """A record that a step rests on: who entered it, when and why. ``origin``: self, prescribed, or used without a dose."""

    uid: str
    origin: str
    reason: str
    end_reason: str
    review_on: date | None
    recorded_by: str
    recorded_at: datetime


def stated(man: Patient) -> dict[str, Stated]:
    """Every regimen, pause and use that stands of him, by its key. Three queries."""
    found = [
        Stated(str(row.uid), row.origin, row.reason, row.end_reason, row.review_on, row.recorded_by, row.recorded_at)
        for row in Regimen.objects.live().filter(patient=man)
    ]
    found += [
        Stated(str(pause.uid), pause.regimen.origin, pause.reason, "", None, pause.recorded_by, pause.recorded_at)
        for pause in _standing_pauses(man)
    ]
    found += [
        Stated(str(use.uid), USED, use.note, "", None, use.recorded_by, use.recorded_at)
        for use in DrugUse.objects.live().filter(patient=man)
    ]
    return {row.uid: row for row in found}


def read(man: Patient, *, now: datetime, first: date | None = None, last: date | None = None) -> DoseHistory:
    """His dose history from ``first`` to ``last``, both included; :func:`window` tells the defaults and limits."""
    first, last = window(man, now=now, first=first, last=last)
    facts = gather(history_of(man), load_rulebook(), now)
    marks = (*happened(man), *_on_the_ledger(man, now))
    return dose_history(facts, first, last, Around(marks, _pauses(man), adherence_of(man, first, last, now)))


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


def _on_the_ledger(man: Patient, now: datetime) -> Iterator[Mark]:
    """Every step of the titration ledger. Two queries. What time has ended is ended by it, noted or not."""
    rows = {row.pk: row for row in Proposal.objects.filter(patient=man)}
    for event in ProposalEvent.objects.filter(proposal__in=rows).order_by("pk"):
        row, state = rows[event.proposal_id], State(event.what)
        # The reason of a request is the request itself.
        why = "" if state is State.REQUESTED else event.why
        at = row.expires_at if state is State.EXPIRED else event.at
        yield Mark(at, Kind.TITRATION, *_step_in_words(row, state), why=why, by=event.by)
    for row in rows.values():
        if row.state_at(now) != row.state:
            yield Mark(row.expires_at, Kind.TITRATION, *_step_in_words(row, State.EXPIRED))


def _step_in_words(row: Proposal, state: State) -> tuple[str, str, str]:
    """Code, step, and what it was about: the man's words, or what a prescriber stated."""
    if state is State.REQUESTED or not row.kind:
        return "request", state.value, row.words
    drugs = load_rulebook().drugs
    drug = drugs[row.drug].name if row.drug in drugs else row.drug
    on = row.effective_on if state is State.CONFIRMED else row.from_date
    return row.kind, state.value, f"{drug}: {row.before_text or 'none'} → {row.after_text} from {on}"


def _standing_pauses(man: Patient) -> Iterator[RegimenPause]:
    """Of regimens that stand; one that ended on its first day was none. One query."""
    rows = RegimenPause.objects.live().filter(patient=man, regimen__superseded_at=None, regimen__withdrawn_at=None)
    for row in rows.select_related("regimen").order_by("starts_on", "pk"):
        if row.ends_on != row.starts_on:
            yield row


def _pauses(man: Patient) -> Iterator[Paused]:
    """No longer than the regimen that is paused."""
    for row in _standing_pauses(man):
        ends = [day for day in (row.ends_on, row.regimen.ends_on) if day is not None]
        end = min(ends, default=None)
        if end is None or row.starts_on < end:
            yield Paused(row.regimen.drug, Origin(row.regimen.origin), Pause(row.starts_on, end, str(row.uid)))
