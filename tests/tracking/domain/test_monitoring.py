"""The laws of the whole plan, by Hypothesis over invented histories with blood, bone drugs, reviews and intervals."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tracking.domain.build import (
    NOW,
    TODAY,
    anastrozole,
    cypionate,
    day,
    dose,
    lab,
    man,
    moment,
    pair,
    regimen,
    scan,
    site,
)
from tracking.domain.evaluate import evaluate
from tracking.domain.history import History, IntervalOverride, SymptomRecord
from tracking.domain.monitoring import plan
from tracking.domain.reported import Precision
from tracking.evidence import load_rulebook

RULEBOOK = load_rulebook()
BONE_DRUGS = ("denosumab", "zoledronic_acid", "alendronate", "teriparatide")
UNITS = {"vitamin_d_25oh": "ng/mL", "calcium": "mg/dL", "pth": "pg/mL", "egfr": "mL/min/{1.73_m2}", "hematocrit": "%"}

ago = st.integers(-200, 900)
precisions = st.sampled_from([Precision.MINUTE, Precision.MINUTE, Precision.DAY, Precision.MONTH, Precision.UNKNOWN])


@st.composite
def watched(draw: Any) -> History:
    """A man on both drugs with a few of everything that the plan looks at, some of it still to come."""
    start = draw(st.integers(0, 900))
    review = day(draw(ago)) if draw(st.booleans()) else None
    rows = [cypionate(day(start + 30)), replace(anastrozole(day(start), key="ai"), review_on=review)]
    for number, (drug, back, length) in enumerate(
        draw(st.lists(st.tuples(st.sampled_from(BONE_DRUGS), ago, st.sampled_from([None, 20, 300])), max_size=3))
    ):
        ends = None if length is None else day(back - length)
        rows.append(regimen(drug, day(back), ends, dose="5", key=f"b{number}"))
    doses = [
        dose(drug, day(back), "5", key=f"d{n}", precision=precision)
        for n, (drug, back, precision) in enumerate(
            draw(st.lists(st.tuples(st.sampled_from(BONE_DRUGS[:3]), ago, precisions), max_size=4))
        )
    ]
    labs = [*pair("26", day(draw(ago)))]
    for number, (analyte, back, text, precision) in enumerate(
        draw(
            st.lists(
                st.tuples(st.sampled_from(sorted(UNITS)), ago, st.sampled_from(["9.5", "19", "25", "<30"]), precisions),
                max_size=8,
            )
        )
    ):
        labs.append(lab(text, day(back), analyte=analyte, unit=UNITS[analyte], key=f"p{number}", precision=precision))
    scans = [
        replace(scan(day(back), site(bmd=bmd, t="-1.5"), key=f"s{n}"), scanner_changed=moved)
        for n, (back, bmd, moved) in enumerate(
            draw(
                st.lists(
                    st.tuples(ago, st.sampled_from(["0.9", "1.0"]), st.booleans()), max_size=3, unique_by=lambda row: row[0]
                )
            )
        )
    ]
    symptoms = [
        SymptomRecord(f"y{n}", "back_pain", score, moment(day(back), precision=Precision.DAY))
        for n, (score, back) in enumerate(draw(st.lists(st.tuples(st.integers(0, 10), ago), max_size=3)))
    ]
    own = [
        IntervalOverride(f"i{n}", kind, months, "Dr. Bell", "watched closely", day(back))
        for n, (kind, months, back) in enumerate(
            draw(
                st.lists(
                    st.tuples(st.sampled_from(["lab_e2_t", "dexa", "vitamin_d", "bone_markers"]), st.integers(1, 30), ago),
                    max_size=3,
                )
            )
        )
    ]
    return man(regimens=rows, doses=doses, labs=labs, scans=scans, symptoms=symptoms, intervals=own)


@given(watched(), st.floats(0, 1))
@settings(max_examples=150)
def test_until_the_next_change_time_alone_changes_nothing(history: History, share: float) -> None:
    now = evaluate(history, RULEBOOK, NOW)
    end = now.next_change_at or NOW + timedelta(days=4000)
    assert end > NOW
    later = NOW + (end - timedelta(seconds=1) - NOW) * share
    assert evaluate(history, RULEBOOK, later).outcome_digest == now.outcome_digest


@given(watched(), st.randoms())
@settings(max_examples=60)
def test_the_order_of_rows_has_no_say(history: History, chance: Any) -> None:
    names = ("labs", "regimens", "doses", "scans", "symptoms", "intervals")
    mixed = {name: tuple(chance.sample(getattr(history, name), len(getattr(history, name)))) for name in names}
    assert evaluate(history, RULEBOOK, NOW).as_dict() == evaluate(replace(history, **mixed), RULEBOOK, NOW).as_dict()


@given(watched())
@settings(max_examples=100)
def test_items_have_one_identity_each_and_an_ordered_window(history: History) -> None:
    items = plan(history, RULEBOOK, NOW)
    names = [(item.kind, item.anchor) for item in items]
    assert len(names) == len(set(names))
    for item in items:
        assert item.opens_on <= item.due_on <= item.overdue_on
        assert len(item.kind) <= 24
        assert len(item.words) <= 400
        assert item.rule in RULEBOOK.rules


@given(watched(), st.sampled_from(sorted(UNITS)), st.integers(0, 900))
@settings(max_examples=100)
def test_a_back_dated_result_answers_nothing_that_asks_for_a_later_one(history: History, analyte: str, back: int) -> None:
    late_entry = lab("25", day(back), analyte=analyte, unit=UNITS[analyte], key="late")
    items = plan(replace(history, labs=(*history.labs, late_entry)), RULEBOOK, NOW)
    assert all(item.earliest_on <= day(back) for item in items if item.answered_by == "late")


def test_a_man_on_nothing_is_asked_for_nothing() -> None:
    assert plan(man(labs=pair("26", TODAY)), RULEBOOK, NOW) == ()
