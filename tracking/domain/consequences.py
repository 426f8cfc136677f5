"""What a change of treatment does to what is known already: a pure comparison of one man's record before and after it.

A start or a change that is entered for a day in the past reaches results that were drawn since, and says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from tracking.domain.due import DueItem
from tracking.domain.estradiol import ANALYTE
from tracking.domain.evaluate import evaluate, gather
from tracking.domain.evaluation import Evaluation
from tracking.domain.findings import Facts
from tracking.domain.history import History
from tracking.domain.impact import impact_of
from tracking.domain.rulebook import RuleBook
from tracking.domain.timeline import Draw
from tracking.domain.verdict import SUPERSEDED, first_change_after

UNSETTLED = "not_at_steady_state"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the record says of today: four words, the state of it, and the sentence."""

    word: str
    state: str
    headline: str


@dataclass(frozen=True, slots=True)
class Affected:
    """One estradiol that reads differently. ``was`` and ``now``: superseded_by_change, not_at_steady_state, or the tier."""

    key: str
    drawn_on: date | None
    text: str
    was: tuple[str, ...]
    now: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DueMove:
    """Something that is to be done on another day; None: not before, or no longer."""

    kind: str
    was: date | None
    now: date | None


@dataclass(frozen=True, slots=True)
class Consequences:
    """Verdict, results, findings by code, and what is due, before and after."""

    verdict_was: Verdict
    verdict_now: Verdict
    results: tuple[Affected, ...]
    findings_appear: tuple[str, ...]
    findings_vanish: tuple[str, ...]
    due: tuple[DueMove, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """A record as it reads at one instant."""

    said: Evaluation
    results: Mapping[str, tuple[Draw, tuple[str, ...]]]


def seen(history: History, rulebook: RuleBook, as_of: datetime) -> Seen:
    """Evaluate a history, and say of every estradiol how it stands by itself."""
    facts = gather(history, rulebook, as_of)
    return Seen(evaluate(history, rulebook, as_of), dict(_standing(facts)))


def consequences(before: Seen, after: Seen) -> Consequences:
    impact = impact_of(before.said, after.said, ())
    return Consequences(
        verdict_was=_verdict(before.said),
        verdict_now=_verdict(after.said),
        results=tuple(_affected(before, after)),
        findings_appear=impact.appears,
        findings_vanish=impact.vanishes,
        due=tuple(_moves(before.said, after.said)),
    )


def _standing(facts: Facts) -> Iterator[tuple[str, tuple[Draw, tuple[str, ...]]]]:
    for draw in facts.timeline.draws.get(ANALYTE, ()):
        key = draw.lab.key
        stands = [facts.readings[key].tier.value]
        if first_change_after(draw, facts.timeline) is not None:
            stands.append(SUPERSEDED)
        if facts.timings[key].is_unsettled:
            stands.append(UNSETTLED)
        yield key, (draw, tuple(stands))


def _affected(before: Seen, after: Seen) -> Iterator[Affected]:
    """In order of time."""
    for key, (draw, now) in after.results.items():
        was = before.results[key][1] if key in before.results else ()
        if was != now:
            yield Affected(key, draw.on, str(draw.lab.reported.value), was, now)


def _verdict(said: Evaluation) -> Verdict:
    return Verdict(said.word, said.verdict.state, said.headline)


def _moves(before: Evaluation, after: Evaluation) -> Iterator[DueMove]:
    """Of each kind that is open, the first date."""
    was, now = ({item.kind: item.due_on for item in reversed(_in_order(said))} for said in (before, after))
    for kind in sorted({*was, *now}):
        if was.get(kind) != now.get(kind):
            yield DueMove(kind, was.get(kind), now.get(kind))


def _in_order(said: Evaluation) -> list[DueItem]:
    return sorted(said.open_items, key=lambda item: (item.due_on, item.anchor))
