"""Before and after a change, side by side: never joined, never averaged, and no difference worked out (CLINICAL 9.2, 9.4).

The result after a change is the one by which the plan counts its recheck as answered: drawn late enough, with both hormones,
and readable. Who reads both reads their assays and phases too, and whether the two may be compared at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from tracking.domain.due import ANSWERED, NOT_USABLE, OPEN, DueItem
from tracking.domain.estradiol import ANALYTE, RANK
from tracking.domain.exposure import Change
from tracking.domain.findings import Facts
from tracking.domain.lab_plan import paired
from tracking.domain.rulebook import AssayClass
from tracking.domain.series.assay import assay_class
from tracking.domain.timeline import Draw
from tracking.domain.timing import Phase
from tracking.domain.titration.rechecks import lab_items
from tracking.domain.words import fill, on_day

# In place of the key of a version: it was taken back, so that nothing of it stands.
TAKEN_BACK = ""


class Answer(StrEnum):
    """How far a change is answered. NO_RECHECK: no rule asks for one.

    NOT_A_CHANGE: another statement of his covers it. TAKEN_BACK: the version that it began no longer stands.
    """

    NOT_BEGUN = "not_begun"
    WAITING = "waiting"
    ANSWERED = "answered"
    CHANGED_AGAIN = "changed_again"
    NOT_A_CHANGE = "not_a_change"
    NO_RECHECK = "no_recheck"
    TAKEN_BACK = "taken_back"


@dataclass(frozen=True, slots=True)
class Measured:
    """An estradiol as reported, and the testosterone of the same draw. Phases are codes; hours are None where unknown."""

    key: str
    value: str
    unit: str
    assay: str
    assay_class: AssayClass
    on: date
    tier: str
    ai_phase: Phase
    ai_hours: Decimal | None
    testosterone_phase: Phase
    testosterone_hours: Decimal | None
    testosterone: str = ""
    testosterone_on: date | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """``days``: from the change to the draw that answered it. ``due_on``: of the recheck that is waited for.

    ``comparable`` is None where there are not two results. ``codes`` and ``words`` say what a reader must know of the pair.
    """

    answer: Answer
    before: Measured | None
    after: Measured | None
    days: int | None
    due_on: date | None
    comparable: bool | None
    codes: tuple[str, ...]
    words: tuple[str, ...]


def compare(drug: str, on: date, began: str | None, facts: Facts) -> Comparison:
    """What stood before and after a change of a drug that began on this local day.

    ``began``: the key of the version that it began, as it stands; None where it began none (a stop), empty where that version
    was taken back. A result answers what held, and no other change of that day.
    """
    before = _before(on, facts)
    answer, item, unusable = (Answer.TAKEN_BACK, None, ()) if began == TAKEN_BACK else _answer(drug, on, began, facts)
    after = _measured(item.answered_by, facts) if answer is Answer.ANSWERED and item is not None else None
    said = [*_of_answer(answer, on, item, unusable, facts)]
    differs: list[tuple[str, str]] = []
    if before is None:
        said.append(("no_before", facts.rulebook.words.titration["no_before"]))
    elif after is not None:
        differs = list(_differences(before, after, facts))
        said += [*differs, *_notes(before, after, facts), *_also_changed(drug, on, before, after, facts)]
    return Comparison(
        answer=answer,
        before=before,
        after=after,
        days=(after.on - on).days if after is not None else None,
        due_on=item.due_on if item is not None and answer is Answer.WAITING else None,
        comparable=None if before is None or after is None else not differs,
        codes=tuple(code for code, _ in said),
        words=tuple(words for _, words in said),
    )


def _before(on: date, facts: Facts) -> Measured | None:
    """The last result from before it; one of the day itself came before it. Of several of a day the worst."""
    draws = [draw for draw in facts.timeline.draws.get(ANALYTE, ()) if draw.on is not None and draw.on <= on]
    last = max(draws, key=lambda d: (d.on, -RANK[facts.readings[d.lab.key].queue_tier], d.lab.key), default=None)
    return None if last is None else _measured(last.lab.key, facts)


def _answer(drug: str, on: date, began: str | None, facts: Facts) -> tuple[Answer, DueItem | None, tuple[date, ...]]:
    """Follow the due items that came of a change: the item that decides, and the days of draws that could not be used."""
    if on > facts.timeline.today:
        return Answer.NOT_BEGUN, None, ()
    rule = facts.rulebook.drugs.get(drug)
    if rule is None or not rule.rechecks:
        return Answer.NO_RECHECK, None, ()
    of_day = [c for c in facts.timeline.exposure.changes if c.on == on]
    change = next((c for c in of_day if _is_its(c, drug, began)), None)
    if change is None:
        return Answer.CHANGED_AGAIN if any(c.drug == drug for c in of_day) else Answer.NOT_A_CHANGE, None, ()
    items = {item.anchor: item for item in lab_items(facts)}
    item = items.get(change.anchor)
    unusable: list[date] = []
    while item is not None:
        if item.state in (OPEN, ANSWERED):
            return Answer.WAITING if item.state == OPEN else Answer.ANSWERED, item, tuple(unusable)
        following = items.get(f"repeat:{item.answered_by}" if item.state == NOT_USABLE else item.superseded_by)
        if item.state == NOT_USABLE:
            unusable += [draw.on for draw in (_draw(item.answered_by, facts),) if draw.on is not None]
        elif following is None or following.params["on"] != str(on):
            # Two changes of one day share one recheck; a later one takes its place.
            return Answer.CHANGED_AGAIN, following, tuple(unusable)
        item = following
    return Answer.NOT_A_CHANGE, None, ()


def _is_its(change: Change, drug: str, began: str | None) -> bool:
    """Whether a change of that day is the one that was confirmed. A stop may be part of a change of product."""
    begun = change.begun
    if began is None:
        return any(course.drug == drug for course in change.left) and (begun is None or begun.drug != drug)
    return change.drug == drug and begun is not None and began in begun.keys


def _of_answer(
    answer: Answer, on: date, item: DueItem | None, unusable: tuple[date, ...], facts: Facts
) -> Iterator[tuple[str, str]]:
    words, today = facts.rulebook.words.titration, facts.timeline.today
    for drawn in unusable:
        yield "not_usable", fill(words["not_usable"], {"on": on_day(drawn, today)})
    if answer is Answer.NOT_BEGUN:
        yield answer.value, fill(words["not_begun"], {"on": on_day(on, today)})
    elif answer is Answer.WAITING and item is not None:
        yield answer.value, fill(words["waiting"], {"due": on_day(item.due_on, today)})
    elif answer is Answer.CHANGED_AGAIN:
        changed = date.fromisoformat(item.params["on"]) if item is not None else on
        yield answer.value, fill(words["changed_again"], {"on": on_day(changed, today)})
    elif answer in (Answer.NOT_A_CHANGE, Answer.NO_RECHECK, Answer.TAKEN_BACK):
        yield answer.value, words[answer.value]


def _draw(key: str, facts: Facts) -> Draw:
    return next(draw for draw in facts.timeline.draws[ANALYTE] if draw.lab.key == key)


def _measured(key: str, facts: Facts) -> Measured:
    draw, reading, timing = _draw(key, facts), facts.readings[key], facts.timings[key]
    reported, beside = draw.lab.reported, paired(draw, facts.timeline, facts.rulebook)
    assert draw.on is not None  # whoever has no day is neither before nor after
    return Measured(
        key=key,
        value=reported.value.text,
        unit=reported.value.unit,
        assay=str(reported.assay),
        assay_class=assay_class(reported.assay, facts.rulebook),
        on=draw.on,
        tier=reading.tier.value,
        ai_phase=timing.ai.phase,
        ai_hours=timing.ai.hours,
        testosterone_phase=timing.testosterone.phase,
        testosterone_hours=timing.testosterone.hours,
        testosterone=str(beside.lab.reported.value) if beside is not None else "",
        testosterone_on=beside.on if beside is not None else None,
    )


def _differences(before: Measured, after: Measured, facts: Facts) -> Iterator[tuple[str, str]]:
    """Why the two are not to be compared. A phase that is not known tells nothing apart."""
    words, phases = facts.rulebook.words.titration, facts.rulebook.words.explain_phase
    if before.assay_class is not after.assay_class:
        yield "differs_assay", fill(words["differs_assay"], {"before": before.assay, "after": after.assay})
    pairs = (
        ("differs_phase_ai", before.ai_phase, after.ai_phase),
        ("differs_phase_testosterone", before.testosterone_phase, after.testosterone_phase),
    )
    for code, one, other in pairs:
        if one.is_known and other.is_known and one is not other:
            yield code, fill(words[code], {"before": phases[one], "after": phases[other]})


def _notes(before: Measured, after: Measured, facts: Facts) -> Iterator[tuple[str, str]]:
    words = facts.rulebook.words.titration
    known = (before.ai_phase, after.ai_phase, before.testosterone_phase, after.testosterone_phase)
    if Phase.UNKNOWN in known:
        yield "phase_unknown", words["phase_unknown"]
    if before.unit != after.unit:
        yield "differs_unit", fill(words["differs_unit"], {"before": before.unit, "after": after.unit})


def _also_changed(drug: str, on: date, before: Measured, after: Measured, facts: Facts) -> Iterator[tuple[str, str]]:
    """What else may have moved the result: every other change from the day of the first draw until before the second."""
    words, names = facts.rulebook.words.titration, facts.rulebook.words.change
    for change in facts.timeline.exposure.changes_until(facts.timeline.today):
        if before.on <= change.on < after.on and not _is(change, drug, on):
            said = {"change": names[change.kind], "drug": facts.rulebook.drugs[change.drug].name.lower()}
            yield "also_changed", fill(words["also_changed"], said | {"on": on_day(change.on, facts.timeline.today)})


def _is(change: Change, drug: str, on: date) -> bool:
    return change.drug == drug and change.on == on
