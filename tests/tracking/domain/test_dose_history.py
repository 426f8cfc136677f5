"""What a prescriber reads of one man's dosing: gathered and put in order, and never guessed."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tests.tracking.domain.build import (
    NOW,
    TODAY,
    anastrozole,
    cypionate,
    day,
    dose,
    fracture,
    lab,
    man,
    moment,
    pair,
    regimen,
    scan,
    use,
)
from tracking.domain.dose_history import Around, DoseHistory, Kind, Mark, Paused, dose_history
from tracking.domain.evaluate import gather
from tracking.domain.history import DoseKind, Origin, SymptomRecord
from tracking.domain.pauses import Pause
from tracking.domain.reported import Precision
from tracking.domain.schedule import Schedule
from tracking.evidence import load_rulebook

BOOK = load_rulebook()
A_YEAR_AGO = day(365)


def read(first: date = A_YEAR_AGO, last: date = TODAY, around: Around | None = None, **rows) -> DoseHistory:
    return dose_history(gather(man(**rows), BOOK, NOW), first, last, around)


def drug(found: DoseHistory, name: str):
    return next(drug for drug in found.drugs if drug.drug == name)


def found_at(ago: int, kind: Kind = Kind.FINDING) -> Mark:
    return Mark(NOW - timedelta(days=ago), kind, "e2_below_floor_on_ai", "opened", "said then")


def test_a_change_of_dose_makes_two_steps_with_their_milligrams_a_week():
    found = read(regimens=[anastrozole(day(200), day(60), dose="1"), anastrozole(day(60), dose="0.5")])
    steps = drug(found, "anastrozole").steps
    assert [(s.dose, s.weekly, s.starts_on, s.ends_on, s.basis) for s in steps] == [
        (Decimal(1), Decimal("2.000"), day(200), day(60), "prescribed"),
        (Decimal("0.5"), Decimal("1.000"), day(60), None, "prescribed"),
    ]


def test_his_own_statement_stands_before_the_prescription_and_both_records_are_named():
    own = regimen("anastrozole", day(100), dose="1", origin=Origin.SELF, key="own")
    found = read(regimens=[anastrozole(day(200), key="prescribed"), own])
    first, second = drug(found, "anastrozole").steps
    assert (first.basis, second.basis, second.dose) == ("prescribed", "self", Decimal(1))
    assert second.keys == ("own", "prescribed")


def test_a_dose_taken_as_needed_has_no_milligrams_a_week():
    found = read(regimens=[anastrozole(day(50), schedule=Schedule("as_needed"))])
    assert drug(found, "anastrozole").steps[0].weekly is None


def test_a_use_of_which_nobody_knows_how_much_is_a_step_without_a_dose():
    found = read(uses=[use("prednisone", day(50), key="u"), use("finasteride", None)])
    step, undated = (drug(found, name).steps[0] for name in ("prednisone", "finasteride"))
    assert (step.basis, step.starts_on, step.dose, step.weekly, step.keys) == ("used", day(50), None, None, ("u",))
    assert undated.starts_on is None


def test_the_log_is_counted_by_kind_and_what_was_not_logged_is_not_counted():
    events = [dose("anastrozole", day(9)), dose("anastrozole", day(6), None, kind="skipped"), dose("anastrozole", day(2))]
    logged = drug(read(regimens=[anastrozole(day(200))], doses=events), "anastrozole").logged
    assert logged.counts == {DoseKind.TAKEN: 2, DoseKind.SKIPPED: 1, DoseKind.LATE: 0, DoseKind.EXTRA: 0}
    assert (logged.first, logged.last) == (events[0].taken.at, events[2].taken.at)


def test_a_drug_without_a_log_says_so_and_one_without_a_regimen_is_shown_by_its_log():
    found = read(regimens=[cypionate(day(300))], doses=[dose("anastrozole", day(5), key="logged")])
    assert drug(found, "testosterone_cypionate").logged.first is None
    (step,) = drug(found, "anastrozole").steps
    assert (step.basis, step.dose, step.weekly, step.keys) == ("logged", None, None, ("logged",))


def test_a_drug_dosed_in_units_is_shown_in_them():
    twice = Schedule("weekdays", weekdays=("mon", "thu"))
    found = read(
        regimens=[regimen("hcg", day(50), dose="500", schedule=twice), anastrozole(day(50))], labs=[lab("20.0", day(3))]
    )
    step = drug(found, "hcg").steps[0]
    assert (step.dose, step.weekly, step.unit) == (Decimal(500), Decimal("1000.000"), "IU")
    assert "HCG 500 IU on Mon, Thu" in {text.replace("hCG", "HCG") for text in found.results[0].treatment}


def test_a_drug_on_which_no_estradiol_depends_has_its_steps_too():
    found = read(regimens=[regimen("cholecalciferol", day(50), dose="0.05", schedule=Schedule("daily", times=1))])
    assert [step.starts_on for step in drug(found, "cholecalciferol").steps] == [day(50)]


def test_a_pause_is_a_step_of_its_own_between_those_in_force():
    paused = Paused("anastrozole", Origin.PRESCRIBED, Pause(day(60), day(40), "pause"))
    regimens = [anastrozole(day(200), day(60), key="ai"), anastrozole(day(40), key="pause")]
    steps = drug(read(regimens=regimens, around=Around(pauses=(paused,))), "anastrozole").steps
    assert [(step.is_pause, step.starts_on, step.ends_on) for step in steps] == [
        (False, day(200), day(60)), (True, day(60), day(40)), (False, day(40), None),
    ]  # fmt: skip
    assert (steps[1].dose, steps[1].weekly, steps[1].basis) == (None, None, "prescribed")


def test_what_is_planned_is_shown_and_marked_where_the_window_reaches_today():
    regimens = [anastrozole(day(200), day(-10), dose="1"), anastrozole(day(-10), dose="0.5")]
    coming = Around(pauses=(Paused("anastrozole", Origin.PRESCRIBED, Pause(day(-20), None, "p")),))
    steps = drug(read(regimens=regimens, around=coming), "anastrozole").steps
    assert [(step.starts_on, step.is_planned) for step in steps] == [(day(200), False), (day(-10), True), (day(-20), True)]
    assert len(drug(read(last=day(1), regimens=regimens, around=coming), "anastrozole").steps) == 1


def test_a_symptom_is_a_mark_with_its_score_and_no_verdict():
    (mark,) = read(symptoms=[SymptomRecord("s", "joint_pain", 7, moment(day(5)))]).marks
    assert (mark.kind, mark.code, mark.what, mark.words) == (Kind.SYMPTOM, "joint_pain", "felt", "Joint pain: 7 of 10")


def test_a_drug_of_another_time_is_left_out():
    found = read(day(30), TODAY, regimens=[anastrozole(day(200), day(30)), cypionate(day(300))])
    assert [of.drug for of in found.drugs] == ["testosterone_cypionate"]


def test_each_result_names_what_was_in_force_and_an_estradiol_its_tier_and_phase():
    found = read(
        regimens=[anastrozole(day(200)), cypionate(day(300))],
        doses=[dose("anastrozole", day(10), at="07:00")],
        labs=pair("14.0", day(10)),
    )
    estradiol, total = found.results
    assert (estradiol.tier, total.tier) == ("below_floor", None)
    assert estradiol.timing is not None
    assert estradiol.timing.ai.hours == Decimal("1.0")
    assert estradiol.treatment == total.treatment
    assert estradiol.treatment == ("Testosterone cypionate 80 mg every 3.5 days", "Anastrozole 0.5 mg every 3.5 days")


def test_a_change_on_the_day_of_a_draw_comes_after_the_draw():
    found = read(
        regimens=[anastrozole(day(200), day(10), dose="1"), anastrozole(day(10), dose="0.5")], labs=[lab("14.0", day(10))]
    )
    assert found.results[0].treatment == ("Anastrozole 1 mg every 3.5 days",)


def test_a_result_of_unknown_day_stands_apart_in_every_window():
    undated = lab("31", day(400), precision=Precision.UNKNOWN)
    for first in (day(30), day(700)):
        found = read(first, TODAY, labs=[undated])
        assert not found.results
        assert [result.draw.lab.key for result in found.undated] == [undated.key]
        assert found.undated[0].treatment == ()


def test_scans_fractures_findings_and_decisions_are_marks_in_order_of_time():
    found = read(
        scans=[scan(day(100))],
        fractures=[fracture(day(50))],
        around=Around((found_at(20, Kind.DECISION), found_at(70))),
    )
    assert [mark.kind for mark in found.marks] == [Kind.SCAN, Kind.FINDING, Kind.FRACTURE, Kind.DECISION]


def test_both_ends_of_the_window_belong_to_it():
    found = read(
        day(20),
        day(10),
        labs=[lab("20.0", day(ago)) for ago in (21, 20, 10, 9)],
        around=Around(tuple(map(found_at, (21, 20, 10, 9)))),
    )
    assert [result.draw.on for result in found.results] == [day(20), day(10)]
    assert len(found.marks) == 2


def test_what_lies_in_the_future_of_the_instant_is_not_yet_there():
    found = read(doses=[dose("anastrozole", TODAY, at="23:00")], labs=[lab("20.0", TODAY, at="23:00")])
    assert (found.drugs, found.results) == ((), ())


@given(st.lists(st.integers(0, 900), unique=True, max_size=12), st.integers(0, 900), st.integers(0, 900), st.randoms())
def test_neighbouring_windows_hold_each_event_once_whatever_the_order_of_rows(agos, one, other, random):
    """A law: cut anywhere, nothing is lost and nothing stands twice."""
    cut, first = sorted((one, other))
    rows = [dose("anastrozole", day(ago)) for ago in agos]
    random.shuffle(rows)
    facts = gather(man(doses=rows), BOOK, NOW)
    parts = [dose_history(facts, day(first + 1), day(cut + 1)), dose_history(facts, day(cut), TODAY)]
    keys = [event.key for part in parts for of in part.drugs for event in of.events]
    wanted = sorted((row for row in rows if day(first + 1) <= row.taken.local.date()), key=lambda row: row.taken.at)
    assert keys == [row.key for row in wanted]
