"""That an outcome's digest misses nothing that a reader would see, although it reads no old draw. All is invented."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tracking.domain.build import NOW, anastrozole, cypionate, day, dose, lab, man, pair
from tests.tracking.domain.long_lives import long_lives
from tests.tracking.domain.test_whole import men
from tracking.domain.evaluate import Evaluation, evaluate
from tracking.domain.history import FloorOverride, History
from tracking.domain.plain import plain
from tracking.evidence import load_rulebook

RULEBOOK = load_rulebook()
ROWS = ("labs", "doses", "regimens", "scans", "fractures", "risk_factors", "floors", "intervals", "symptoms")


def everything(said: Evaluation) -> Any:
    """All that makes two evaluations the same to a reader, old draws and closed items included. No instant and no sentence."""
    now, timing = said.context.now, said.timing
    return plain(
        [
            said.verdict,
            said.series.low,
            {
                key: [r.tier, r.worst_tier, r.best_tier, r.notes, r.question, r.overstated_by, r.floor]
                for key, r in said.readings.items()
            },
            [(f.code, f.priority, f.params, f.note_codes, f.inputs) for f in said.findings],
            [(i.kind, i.anchor, i.opens_on, i.due_on, i.overdue_on, i.answered_by, i.phase(said.today)) for i in said.due],
            [item.code for item in said.missing],
            timing and (timing.ai, timing.testosterone),
            sorted(drug.text for drug in (*now.ai, *now.testosterone)),
            said.bone,
            [(value.code, value.value, value.assumed, value.inputs) for value in said.derived],
            [(line.code, line.inputs) for line in said.context_lines],
            said.risk,
        ]
    )


def judge(history: History, *, days: int = 0) -> Evaluation:
    return evaluate(history, RULEBOOK, NOW + timedelta(days=days))


@given(st.one_of(men(), long_lives()), st.lists(st.integers(0, 500), min_size=2, max_size=4))
@settings(max_examples=60)
def test_as_time_passes_nothing_that_a_reader_sees_changes_under_one_digest(history: History, days: list[int]) -> None:
    seen: dict[str, Any] = {}
    for number in sorted(days):
        said = judge(history, days=number)
        assert seen.setdefault(said.outcome_digest, everything(said)) == everything(said)


@given(st.one_of(men(), long_lives()), st.data())
@settings(max_examples=80)
def test_a_row_more_or_less_that_a_reader_can_tell_makes_another_digest(history: History, data: Any) -> None:
    name = data.draw(st.sampled_from([name for name in ROWS if getattr(history, name)] or ["labs"]))
    rows = list(getattr(history, name))
    if rows:
        rows.pop(data.draw(st.integers(0, len(rows) - 1)))
    one, other = judge(history), judge(replace(history, **{name: tuple(rows)}))
    if one.outcome_digest == other.outcome_digest:
        assert everything(one) == everything(other)


def old_and_new(*first: Any, **rows: Any) -> Evaluation:
    """A result of years ago, and one of today that decides."""
    recent = pair("26.0", day(5), key="new")
    return judge(man(labs=[*first, *recent], regimens=[anastrozole(day(2000)), cypionate(day(2100))], **rows))


def test_a_corrected_old_lab_is_another_outcome() -> None:
    one = old_and_new(lab("24.0", day(1500), key="old"))
    other = old_and_new(lab("12.0", day(1500), key="corrected"))
    assert (one.headline, one.findings) == (other.headline, other.findings)
    assert one.outcome_digest != other.outcome_digest


def test_a_dose_that_was_skipped_before_an_old_draw_is_another_outcome() -> None:
    old = lab("24.0", day(1500), key="old")
    without = old_and_new(old)
    with_it = old_and_new(old, doses=[dose("anastrozole", day(1502), None, kind="skipped")])
    assert without.readings["old"].overstated_by != with_it.readings["old"].overstated_by
    assert without.outcome_digest != with_it.outcome_digest


def test_an_injection_after_the_last_draw_that_closed_nothing_open_is_another_outcome() -> None:
    """Found by the law above: the item of the first injection is answered by the second, and only closed items tell."""
    first, second = (dose("denosumab", day(ago), "60", key=key) for ago, key in ((40, "first"), (1, "second")))
    one, both = (judge(man(labs=pair("26.0", day(60)), doses=rows)) for rows in ([second], [first, second]))
    assert {item.anchor for said in (one, both) for item in said.due if item.is_open} == {"dose:second"}
    assert one.due != both.due
    assert one.outcome_digest != both.outcome_digest


def test_a_floor_that_expires_is_another_outcome_for_old_draws_as_well() -> None:

    own = FloorOverride(Decimal(25), "Dr. Bell", "", day(-10))
    history = man(labs=[lab("24.0", day(1500), key="old"), lab("60", day(5), key="new")], floors=[own])
    before, after = judge(history), judge(history, days=11)
    assert before.readings["old"].tier != after.readings["old"].tier
    assert before.outcome_digest != after.outcome_digest
