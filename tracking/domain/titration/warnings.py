"""What a prescriber reads before he confirms a change (CLINICAL 7.1, 9.6): facts, never a dose.

``now`` are the facts as of this instant; ``planned`` are the facts on the day of the change, were it in force. What the
evaluation would find then is not worked out a second time here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from tracking.domain.findings import Facts, Finding, find
from tracking.domain.findings.changes import raising_blockers
from tracking.domain.history import Origin
from tracking.domain.rulebook import AROMATASE_INHIBITOR, Tier
from tracking.domain.series.segments import is_settled
from tracking.domain.titration.rechecks import open_rechecks
from tracking.domain.titration.step import Step, named
from tracking.domain.words import fill, on_day


@dataclass(frozen=True, slots=True)
class Warned:
    """One thing to know, as a code and in words. ``needs_reason``: confirming asks for a typed reason."""

    code: str
    words: str
    needs_reason: bool = False


def warnings_of(step: Step, now: Facts, planned: Facts, *, unusual: str = "") -> tuple[Warned, ...]:
    """The gravest first. ``unusual``: the reason that was typed for an unusual amount, if one was."""
    found = {finding.code: finding for finding in find(planned)}
    return (
        *_raised(step, now),
        *_left_alone(step, found, now),
        *_confounded(step, found, now, planned),
        *_unsettled(step, now),
        *_pause_ended(step, now),
        *_begins_again(step, planned),
        *_own_statement(step, planned),
        *((Warned("unusual", fill(now.rulebook.words.titration["unusual"], {"reason": unusual})),) if unusual else ()),
    )


def _raised(step: Step, now: Facts) -> Iterator[Warned]:
    if not step.raises_ai(now.rulebook):
        return
    words = now.rulebook.words.titration
    for blocker in raising_blockers(now):
        yield Warned(f"raised_{blocker.code}", fill(words["raised"], {"state": blocker.words}), needs_reason=True)
    reading = now.reading
    if reading is not None and now.verdict.is_evaluable and reading.queue_tier is Tier.BORDERLINE:
        limits = reading.thresholds
        said = {"value": str(reading.value), "drawn": on_day(reading.drawn_on, now.timeline.today)}
        yield Warned("raised_borderline", fill(words["raised_borderline"], said | {"floor": f"{limits.floor} {limits.unit}"}))


def _left_alone(step: Step, found: dict[str, Finding], now: Facts) -> Iterator[Warned]:
    """One of the two drugs changes, and the other stays as it is."""
    words, today = now.rulebook.words.titration, now.timeline.today
    alone = found.get("ai_without_testosterone")
    if alone is not None and step.is_decisive(now.rulebook):
        said = {"ai": alone.params["ai"].capitalize(), "stopped": _day(alone.params["stopped"], today)}
        yield Warned("ai_without_testosterone", fill(words["ai_without_testosterone"], said))
    reduced = found.get("testosterone_reduced_ai_unchanged")
    if reduced is not None and reduced.params["on"] == str(step.on):
        yield Warned("testosterone_reduced", fill(words["testosterone_reduced"], {"ai": reduced.params["ai"]}))


def _confounded(step: Step, found: dict[str, Finding], now: Facts, planned: Facts) -> Iterator[Warned]:
    both = found.get("changes_confounded")
    if both is not None and str(step.on) in (both.params["ai_on"], both.params["testosterone_on"]):
        params: Mapping[str, str] | None = both.params
    else:
        params = _with_one_to_come(step, planned)
    if params is None:
        return
    names, today = now.rulebook.words.change, now.timeline.today
    said = {
        "ai": names[params["ai"]],
        "ai_on": _day(params["ai_on"], today),
        "testosterone": names[params["testosterone"]],
        "testosterone_on": _day(params["testosterone_on"], today),
    }
    yield Warned("confounded", fill(now.rulebook.words.titration["confounded"], said))


def _with_one_to_come(step: Step, planned: Facts) -> Mapping[str, str] | None:
    """A change of the other drug that is decided already and begins before the recheck of this one is overdue.

    No finding tells of it, for findings are of what has begun.
    """
    if not step.is_decisive(planned.rulebook):
        return None
    drug_class, changes = planned.rulebook.drug_class(step.drug), planned.timeline.exposure.changes
    own = next((change for change in changes if change.on == step.on and change.drug_class == drug_class), None)
    until = step.on + timedelta(days=planned.rulebook.drugs[step.drug].rechecks[0].overdue_days)
    other = next((c for c in changes if step.on < c.on <= until and c.drug_class != drug_class), None)
    if own is None or other is None:
        return None
    ai, testosterone = (own, other) if drug_class == AROMATASE_INHIBITOR else (other, own)
    return {"ai": ai.kind, "ai_on": str(ai.on), "testosterone": testosterone.kind, "testosterone_on": str(testosterone.on)}


def _unsettled(step: Step, now: Facts) -> Iterator[Warned]:
    """A change on top of a change that nothing has answered (CLINICAL 7.1: ignore for titration)."""
    if not step.is_decisive(now.rulebook):
        return
    words, today, reading = now.rulebook.words.titration, now.timeline.today, now.reading
    if reading is not None and reading.key in now.timings and not is_settled(reading, now.timings[reading.key]):
        said = {"value": str(reading.value), "drawn": on_day(reading.drawn_on, today)}
        yield Warned("unsettled", fill(words["unsettled"], said))
    last = now.context.last_change
    if last is None:
        return
    waiting = open_rechecks(last.on, now)
    if waiting:
        change = now.rulebook.words.change[last.kind]
        said = {
            "change": f"{change[0].upper()}{change[1:]}",
            "drug": now.rulebook.drugs[last.drug].name.lower(),
            "on": on_day(last.on, today),
            "due": on_day(waiting[0].due_on, today),
        }
        yield Warned("unanswered", fill(words["unanswered"], said))


def _pause_ended(step: Step, now: Facts) -> Iterator[Warned]:
    """A version that is paused, or will be: the next one holds from its first day on."""
    pause = step.ended_pause
    if pause is not None:
        words, today = now.rulebook.words.titration, now.timeline.today
        until = (
            words["pause_open"]
            if pause.ends_on is None
            else fill(words["pause_until"], {"until": on_day(pause.ends_on, today)})
        )
        said = {"since": on_day(pause.starts_on, today), "until": until, "on": on_day(step.on, today)}
        yield Warned("pause_ended", fill(words["pause_ended"], said))


def _begins_again(step: Step, planned: Facts) -> Iterator[Warned]:
    """What is stopped, also for another product, ends in one version. A later one that is planned is not touched by it."""
    stopped = step.before
    if stopped is None or (step.after is not None and step.after.drug == stopped.drug):
        return
    for record in sorted(planned.history.regimens, key=lambda record: (record.starts_on, record.key)):
        is_its = record.drug == stopped.drug and record.origin is Origin.PRESCRIBED
        if is_its and record.starts_on >= step.on and record.starts_on != record.ends_on:
            said = {"text": named(record, planned.rulebook), "on": on_day(record.starts_on, planned.timeline.today)}
            yield Warned("begins_again", fill(planned.rulebook.words.titration["begins_again"], said))
            return


def _own_statement(step: Step, planned: Facts) -> Iterator[Warned]:
    """What he states himself counts before the prescription (ADR 14)."""
    drugs = {record.drug for record in (step.before, step.after) if record is not None}
    for record in sorted(planned.history.regimens, key=lambda record: record.key):
        in_force = record.starts_on <= step.on and (record.ends_on is None or step.on < record.ends_on)
        if record.origin is Origin.SELF and record.drug in drugs and in_force:
            said = {"text": named(record, planned.rulebook)}
            yield Warned("own_statement", fill(planned.rulebook.words.titration["own_statement"], said))


def _day(iso: str, today: date) -> str:
    return on_day(date.fromisoformat(iso), today)
