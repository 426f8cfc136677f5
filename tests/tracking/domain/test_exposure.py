"""Courses, changes and exposures from regimens and logged doses."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tracking.domain.build import TODAY, TWICE_WEEKLY, WEEKLY, anastrozole, cypionate, day, dose, regimen, use
from tracking.domain.exposure import Exposure, read_exposure
from tracking.domain.history import DoseKind, DoseRecord, Origin
from tracking.domain.plain import plain
from tracking.domain.rulebook import AROMATASE_INHIBITOR, TESTOSTERONE
from tracking.domain.schedule import Schedule
from tracking.evidence import load_rulebook

RULEBOOK = load_rulebook()
DAY = timedelta(days=1)
MARCH, JUNE = date(2026, 3, 20), date(2026, 6, 1)


def exposure(*rows: Any, doses: list[Any] | None = None, uses: list[Any] | None = None) -> Exposure:
    taken: dict[str, list[DoseRecord]] = defaultdict(list)
    for one in sorted(doses or [], key=lambda d: d.taken.at):
        if one.kind is not DoseKind.SKIPPED:
            taken[one.drug].append(one)
    return read_exposure(rows, taken, RULEBOOK, uses=uses or ())


def changes(*rows: Any, doses: list[Any] | None = None, uses: list[Any] | None = None) -> list[tuple[str, str, date]]:
    return [(change.kind, change.drug, change.on) for change in exposure(*rows, doses=doses, uses=uses).changes]


def test_a_start_a_new_dose_and_a_stop_are_three_changes() -> None:
    found = exposure(anastrozole(MARCH, JUNE, key="a"), anastrozole(JUNE, day(30), dose="0.25", key="b"))
    assert [(c.kind, c.on, c.anchor) for c in found.changes] == [
        ("start", MARCH, "start:a"),
        ("dose", JUNE, "start:b"),
        ("stop", day(30), "end:b"),
    ]


def test_a_new_version_with_the_same_dose_and_interval_is_no_change() -> None:
    mondays = Schedule("weekdays", weekdays=("mon", "thu"))
    assert changes(anastrozole(MARCH, JUNE), anastrozole(JUNE, schedule=mondays)) == [("start", "anastrozole", MARCH)]


def test_another_interval_is_a_change() -> None:
    assert changes(cypionate(MARCH, JUNE), cypionate(JUNE, schedule=Schedule("every", days=Decimal(7))))[1:] == [
        ("interval", "testosterone_cypionate", JUNE)
    ]


def test_a_switch_of_product_on_one_day_is_one_change() -> None:
    found = exposure(anastrozole(MARCH, JUNE), regimen("letrozole", JUNE, key="l"))
    assert [(c.kind, c.drug, c.anchor) for c in found.changes][1:] == [("product", "letrozole", "start:l")]
    assert found.changes[1].before == "anastrozole 0.5 mg every 3.5 days"


def test_a_gap_between_two_regimens_is_a_stop_and_a_start() -> None:
    assert [kind for kind, _, _ in changes(anastrozole(MARCH, JUNE), anastrozole(JUNE + timedelta(days=1)))] == [
        "start",
        "stop",
        "start",
    ]


def test_his_own_statement_is_taken_before_the_prescription() -> None:
    found = exposure(anastrozole(MARCH), anastrozole(JUNE, dose="1", origin=Origin.SELF))
    (course,) = found.on(AROMATASE_INHIBITOR, TODAY)
    assert (course.basis, course.dose_mg) == ("self", Decimal(1))
    assert [(c.kind, c.on) for c in found.changes] == [("start", MARCH), ("dose", JUNE)]


def test_a_copy_of_the_prescription_in_his_own_words_changes_nothing_and_renames_nothing() -> None:
    prescribed = anastrozole(MARCH, key="p")
    alone, copied = exposure(prescribed), exposure(prescribed, anastrozole(JUNE, origin=Origin.SELF, key="s"))
    assert plain(copied.changes) == plain(alone.changes)


def test_a_record_that_comes_back_into_force_has_an_anchor_of_its_own() -> None:
    found = exposure(anastrozole(MARCH, key="p"), anastrozole(JUNE, day(60), dose="1", origin=Origin.SELF, key="s"))
    assert [c.anchor for c in found.changes] == ["start:p", "start:s", f"start:p:{day(60)}"]


def test_a_change_on_the_day_of_a_draw_comes_after_the_draw() -> None:
    found = exposure(anastrozole(MARCH, JUNE))
    assert not found.at_draw(AROMATASE_INHIBITOR, MARCH)
    assert found.on(AROMATASE_INHIBITOR, MARCH)
    assert found.at_draw(AROMATASE_INHIBITOR, JUNE)
    assert not found.on(AROMATASE_INHIBITOR, JUNE)


def test_logged_doses_without_a_regimen_are_a_course_that_ends_without_being_a_stop() -> None:
    doses = [dose("anastrozole", MARCH + timedelta(days=n), key=f"d{n:02}") for n in (0, 4, 7)]
    found = exposure(doses=doses)
    (course,) = found.courses
    assert (course.basis, course.starts_on, course.ends_on) == ("logged", MARCH, MARCH + timedelta(days=7 + 30 + 1))
    assert [(c.kind, c.anchor) for c in found.changes] == [("start", "start:d00")]


def test_a_long_silence_in_the_log_ends_one_course_and_begins_another() -> None:
    doses = [dose("anastrozole", MARCH), dose("anastrozole", MARCH + timedelta(days=31))]
    assert len(exposure(doses=doses).courses) == 2
    assert len(exposure(doses=[doses[0], dose("anastrozole", MARCH + timedelta(days=30))]).courses) == 1


def test_a_log_that_runs_into_a_regimen_is_no_second_start() -> None:
    doses = [dose("anastrozole", MARCH + timedelta(days=n)) for n in (0, 3, 6)]
    assert changes(anastrozole(MARCH + timedelta(days=9)), doses=doses) == [("start", "anastrozole", MARCH)]


def test_a_log_between_two_regimens_hides_no_change_of_dose_or_interval() -> None:
    between = [dose("anastrozole", JUNE + timedelta(days=n)) for n in (5, 9)]
    again = JUNE + timedelta(days=20)
    for after, kind in ((anastrozole(again, dose="1"), "dose"), (anastrozole(again, schedule=WEEKLY), "interval")):
        assert changes(anastrozole(MARCH, JUNE), after, doses=between)[-1] == (kind, "anastrozole", again)
    assert changes(anastrozole(MARCH, JUNE), anastrozole(again), doses=between)[-1][2] == JUNE + timedelta(days=5)


def test_doses_inside_a_regimen_make_no_course_of_their_own() -> None:
    doses = [dose("anastrozole", on) for on in (MARCH, MARCH + timedelta(days=3), JUNE)]
    assert len(exposure(anastrozole(MARCH, JUNE), doses=doses).courses) == 1


def test_doses_after_the_end_of_a_regimen_show_that_he_goes_on() -> None:
    found = exposure(anastrozole(MARCH, JUNE), doses=[dose("anastrozole", JUNE + timedelta(days=5))])
    assert [c.kind for c in found.changes] == ["start", "stop", "start"]
    assert found.on(AROMATASE_INHIBITOR, JUNE + timedelta(days=6))


def test_skipped_doses_and_other_drugs_are_not_exposure() -> None:
    doses = [dose("anastrozole", MARCH, None, kind="skipped"), dose("gonadorelin", MARCH, "0.1"), dose("aspirin", MARCH)]
    assert exposure(regimen("gonadorelin", MARCH), doses=doses).courses == ()


def test_a_pause_of_two_weeks_does_not_begin_a_new_exposure_and_a_longer_one_does() -> None:
    for pause, since in ((14, MARCH), (15, JUNE + timedelta(days=15))):
        found = exposure(anastrozole(MARCH, JUNE), anastrozole(JUNE + timedelta(days=pause)))
        span = found.span(AROMATASE_INHIBITOR, TODAY)
        assert span is not None
        assert span.starts_on == since


def test_a_switch_of_product_continues_the_exposure() -> None:
    span = exposure(anastrozole(MARCH, JUNE, key="a"), regimen("letrozole", JUNE)).span(AROMATASE_INHIBITOR, TODAY)
    assert span is not None
    assert (span.starts_on, span.ends_on, span.anchor) == (MARCH, None, "start:a")


def test_classes_are_apart() -> None:
    found = exposure(anastrozole(MARCH), cypionate(MARCH))
    assert [c.drug for c in found.on(TESTOSTERONE, TODAY)] == ["testosterone_cypionate"]
    assert found.span(TESTOSTERONE, day(400)) is None


dates = st.integers(0, 400).map(lambda ago: TODAY - timedelta(days=ago))
regimens = st.builds(
    lambda starts, length, dosed, own, number: anastrozole(
        starts,
        starts + timedelta(days=length) if length else None,
        dose=dosed,
        origin=Origin.SELF if own else Origin.PRESCRIBED,
        key=f"r{number}",
    ),
    dates,
    st.integers(0, 200),
    st.sampled_from(["0.25", "0.5"]),
    st.booleans(),
    st.integers(0, 10**6),
)


uses = st.lists(
    st.builds(
        lambda since, length, number: use("anastrozole", since, length and since + length * DAY, key=f"u{number}"),
        dates,
        st.none() | st.integers(1, 200),
        st.integers(0, 10**6),
    ),
    max_size=3,
    unique_by=lambda used: used.key,
)


@given(st.lists(regimens, max_size=6, unique_by=lambda r: r.key), st.lists(dates, max_size=8, unique=True), uses, st.randoms())
def test_no_two_changes_share_an_anchor_and_courses_of_a_drug_never_overlap(
    rows: list[Any], logged: list[date], used: list[Any], chance: Any
) -> None:
    doses = [dose("anastrozole", on) for on in logged]
    found = exposure(*rows, doses=doses, uses=used)
    anchors = [change.anchor for change in found.changes]
    assert len(anchors) == len(set(anchors))
    for before, after in zip(found.courses, found.courses[1:], strict=False):
        assert before.ends_on is not None
        assert before.ends_on <= after.starts_on
    shuffled = list(rows)
    chance.shuffle(shuffled)
    other = exposure(*shuffled, doses=doses, uses=used[::-1])
    assert (other.courses, other.changes, other.spans) == (found.courses, found.changes, found.spans)


def test_the_text_of_a_course_says_dose_and_interval() -> None:
    (course,) = exposure(cypionate(MARCH, dose="100", schedule=TWICE_WEEKLY)).courses
    assert course.text == "testosterone_cypionate 100 mg every 3.5 days"


class TestAUseWithoutADose:
    """That he uses a drug is known, and not how much."""

    def test_is_a_course_that_starts_and_stops_and_says_that_its_dose_is_not_known(self) -> None:
        found = exposure(uses=[use("anastrozole", MARCH, JUNE, key="u")])
        (course,) = found.courses
        assert (course.basis, course.starts_on, course.ends_on, course.dose_mg) == ("used", MARCH, JUNE, None)
        assert course.text == "anastrozole (dose not known)"
        assert [(c.kind, c.on, c.anchor) for c in found.changes] == [("start", MARCH, "start:u"), ("stop", JUNE, "end:u")]
        assert found.span(AROMATASE_INHIBITOR, MARCH) is not None

    def test_has_the_unit_of_its_drug(self) -> None:
        assert [course.unit for course in exposure(uses=[use("hcg", MARCH)]).courses] == ["IU"]

    @pytest.mark.parametrize("until", [None, JUNE])
    def test_gives_way_to_a_regimen_and_that_is_a_change_for_nobody_knows_what_he_took_before(self, until) -> None:
        found = exposure(anastrozole(JUNE, key="r"), uses=[use("anastrozole", MARCH, until, key="u")])
        assert [(c.basis, c.starts_on, c.ends_on) for c in found.courses] == [("used", MARCH, JUNE), ("prescribed", JUNE, None)]
        assert [(change.kind, change.on) for change in found.changes] == [("start", MARCH), ("dose", JUNE)]

    def test_of_which_the_dose_becomes_known_for_its_whole_time_is_no_change(self) -> None:
        assert changes(anastrozole(MARCH), uses=[use("anastrozole", MARCH)]) == [("start", "anastrozole", MARCH)]

    def test_after_a_regimen_is_a_change_of_dose_for_it_may_be_any(self) -> None:
        assert changes(anastrozole(MARCH, JUNE), uses=[use("anastrozole", JUNE)]) == [
            ("start", "anastrozole", MARCH),
            ("dose", "anastrozole", JUNE),
        ]

    def test_fills_only_what_no_regimen_covers(self) -> None:
        rows = [anastrozole(MARCH, JUNE), anastrozole(JUNE + 30 * DAY, JUNE + 60 * DAY)]
        found = exposure(*rows, uses=[use("anastrozole", MARCH - 30 * DAY, JUNE + 90 * DAY)])
        used = [(c.starts_on, c.ends_on) for c in found.courses if c.basis == "used"]
        assert used == [(MARCH - 30 * DAY, MARCH), (JUNE, JUNE + 30 * DAY), (JUNE + 60 * DAY, JUNE + 90 * DAY)]

    def test_takes_in_the_doses_logged_in_its_time(self) -> None:
        found = exposure(uses=[use("anastrozole", MARCH, JUNE)], doses=[dose("anastrozole", MARCH + 9 * DAY)])
        assert [course.basis for course in found.courses] == ["used"]

    def test_of_a_co_medication_may_begin_nobody_knows_when(self) -> None:
        (course,) = exposure(uses=[use("finasteride", None)]).courses
        assert course.holds(date(1950, 1, 1))
        assert course.holds(TODAY)

    def test_of_an_ai_or_testosterone_that_begins_nobody_knows_when_dates_nothing(self) -> None:
        assert exposure(uses=[use("anastrozole", None), use("testosterone_gel", None)]).courses == ()

    def test_of_a_bone_drug_makes_no_course(self) -> None:
        assert exposure(uses=[use("alendronate", MARCH)]).courses == ()
