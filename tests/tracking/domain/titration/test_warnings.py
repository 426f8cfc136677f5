"""What a prescriber reads before he confirms."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.tracking.domain.build import NOW, TODAY, anastrozole, cypionate, day, lab, man, pair, regimen
from tracking.domain.evaluate import gather
from tracking.domain.history import Origin, RegimenRecord
from tracking.domain.moments import start_of_day
from tracking.domain.titration.rechecks import open_rechecks
from tracking.domain.titration.states import Kind
from tracking.domain.titration.step import Step
from tracking.domain.titration.warnings import Warned, warnings_of
from tracking.evidence import load_rulebook

RULEBOOK = load_rulebook()
ON_T = cypionate(day(400), key="t")
ON_AI = anastrozole(day(200), key="ai")
IN_RANGE = pair("26.0", day(5))
LOW = pair("12.0", day(5))


def ended(record: RegimenRecord, on: Any = TODAY) -> RegimenRecord:
    from dataclasses import replace

    return replace(record, ends_on=on)


def looked_at(
    before: RegimenRecord | None,
    after: RegimenRecord | None,
    *others: RegimenRecord,
    labs: Any = IN_RANGE,
    on: Any = TODAY,
    **more: Any,
) -> tuple[dict[str, Warned], Any]:
    """The warnings by code, and the due items, of one change beside other regimens."""
    kind = Kind.STOP if after is None else Kind.START if before is None else Kind.DOSE
    step = Step(kind, on, before, after)
    current = [record for record in (before, *others) if record]
    planned = [*([ended(before, on)] if before else []), *([after] if after else []), *others]
    now = gather(man(labs=labs, regimens=current), RULEBOOK, NOW)
    then = gather(man(labs=labs, regimens=planned), RULEBOOK, max(NOW, start_of_day(on, now.timeline.person.zone)))
    return {warned.code: warned for warned in warnings_of(step, now, then, **more)}, open_rechecks(on, then)


def changed(dose: str = "0.25", on: Any = TODAY) -> RegimenRecord:
    return anastrozole(on, dose=dose, key="new")


def test_a_plain_reduction_at_steady_state_warns_of_nothing() -> None:
    found, (recheck,) = looked_at(ON_AI, changed(), ON_T)
    assert found == {}
    assert (recheck.due_on, recheck.earliest_on) == (TODAY + timedelta(days=42), TODAY + timedelta(days=14))


class TestMoreOfAnAi:
    def test_while_low_asks_for_a_reason_and_says_which_result(self) -> None:
        found, _ = looked_at(ON_AI, changed("0.75"), ON_T, labs=LOW)
        warned = found["raised_low"]
        assert warned.needs_reason
        assert "Estradiol 12.0 pg/mL on 28 Oct is below, or by rounding may be below, the floor of 16.0 pg/mL." in warned.words

    def test_while_blind_asks_for_a_reason(self) -> None:
        for labs in ((), pair("<18", day(5)), pair("26.0", day(300))):
            found, _ = looked_at(ON_AI, changed("0.75"), ON_T, labs=labs)
            assert found["raised_blind"].needs_reason

    def test_a_first_ai_asks_as_a_second_does(self) -> None:
        assert looked_at(None, changed(), ON_T, labs=LOW)[0]["raised_low"].needs_reason
        second = regimen("letrozole", TODAY, key="new")
        assert looked_at(None, second, ON_T, ON_AI, labs=LOW)[0]["raised_low"].needs_reason

    def test_in_the_band_above_the_floor_is_said_and_asks_for_nothing(self) -> None:
        found, _ = looked_at(ON_AI, changed("0.75"), ON_T, labs=pair("18.0", day(5)))
        assert not found["raised_borderline"].needs_reason
        assert "18.0 pg/mL on 28 Oct is in the band just above the floor of 16.0 pg/mL" in found["raised_borderline"].words

    def test_less_of_it_asks_for_nothing_however_low(self) -> None:
        assert "raised_low" not in looked_at(ON_AI, changed(), ON_T, labs=LOW)[0]
        assert "raised_low" not in looked_at(ON_AI, None, ON_T, labs=LOW)[0]


class TestConfounding:
    def test_testosterone_and_the_ai_within_one_recheck_window(self) -> None:
        new = cypionate(TODAY, dose="60", key="t2")
        found, _ = looked_at(ended(ON_T, None), new, anastrozole(day(20), key="ai"), labs=())
        assert "Testosterone (a change of dose on 2 Nov) and the AI (the start on 13 Oct)" in found["confounded"].words

    def test_far_apart_or_answered_between_they_do_not_confound(self) -> None:
        new = cypionate(TODAY, dose="60", key="t2")
        assert "confounded" not in looked_at(ON_T, new, anastrozole(day(70), key="ai"), labs=())[0]
        assert "confounded" not in looked_at(ON_T, new, anastrozole(day(30), key="ai"), labs=pair("26.0", day(2)))[0]

    def test_with_a_change_of_the_other_that_is_planned_within_the_recheck(self) -> None:
        """Confirmed first and beginning later, it is a change of the same weeks all the same."""
        for ahead, confounds in ((1, True), (56, True), (57, False)):
            on = TODAY + timedelta(days=ahead)
            planned = (cypionate(day(400), on, key="t"), cypionate(on, dose="140", key="t2"))
            found, _ = looked_at(ON_AI, changed(), *planned)
            assert ("confounded" in found) is confounds, ahead
        on = TODAY + timedelta(days=5)
        found, _ = looked_at(ON_AI, changed(), cypionate(day(400), on, key="t"), cypionate(on, dose="140", key="t2"))
        assert "Testosterone (a change of dose on 7 Nov) and the AI (a change of dose on 2 Nov)" in found["confounded"].words

    def test_a_planned_change_of_the_same_drug_or_of_none_that_counts_does_not_confound(self) -> None:
        on = TODAY + timedelta(days=5)
        assert "confounded" not in looked_at(ON_AI, changed(), ON_T, regimen("denosumab", on, dose="60"))[0]

    def test_the_day_of_the_change_counts_and_not_today(self) -> None:
        on = TODAY + timedelta(days=50)
        new = cypionate(on, dose="60", key="t2")
        assert "confounded" not in looked_at(ON_T, new, anastrozole(day(20), key="ai"), labs=(), on=on)[0]


class TestWhatIsLeftAlone:
    def test_an_ai_that_goes_on_while_testosterone_stops(self) -> None:
        found, _ = looked_at(ON_T, None, ON_AI)
        assert found["ai_without_testosterone"].words == "Anastrozole goes on while testosterone is stopped since 2 Nov."
        assert "ai_without_testosterone" not in looked_at(ON_AI, None, ON_T)[0]

    def test_less_testosterone_and_as_much_of_the_ai(self) -> None:
        found, _ = looked_at(ON_T, cypionate(TODAY, dose="50", key="t2"), ON_AI)
        assert found["testosterone_reduced"].words == "Testosterone goes down, and anastrozole stays as it is."
        assert "testosterone_reduced" not in looked_at(ON_T, cypionate(TODAY, dose="100", key="t2"), ON_AI)[0]


class TestInsideTheSteadyStateWindow:
    def test_a_result_from_before_the_last_change_settled_is_ignored_for_titration(self) -> None:
        found, _ = looked_at(anastrozole(day(10), key="ai"), changed(), ON_T, labs=pair("12.0", day(3)))
        assert found["unsettled"].words == (
            "Estradiol 12.0 pg/mL on 30 Oct was drawn before the last change had settled: ignore it for titration."
        )

    def test_a_change_on_top_of_one_that_nothing_has_answered(self) -> None:
        found, _ = looked_at(anastrozole(day(20), key="ai"), changed(), ON_T, labs=())
        assert found["unanswered"].words == (
            "The start of anastrozole on 13 Oct is not answered yet: its recheck is due on 24 Nov."
        )

    def test_once_answered_it_is_not_said(self) -> None:
        found, _ = looked_at(anastrozole(day(40), key="ai"), changed(), ON_T, labs=pair("26.0", day(2)))
        assert {"unsettled", "unanswered"}.isdisjoint(found)


def test_a_stop_does_not_reach_a_version_that_is_planned_and_says_so() -> None:
    """The desk planned less of it from next month, and stops it today: the planned version begins all the same."""
    ahead = TODAY + timedelta(days=30)
    planned = anastrozole(ahead, dose="0.25", key="planned")
    for after in (None, regimen("letrozole", TODAY, key="new")):
        found, _ = looked_at(ON_AI, after, ON_T, planned)
        assert found["begins_again"].words == (
            "Anastrozole 0.25 mg every 3.5 days is planned from 2 Dec and begins all the same: take it back, or end it too."
        )
    assert "begins_again" not in looked_at(ON_AI, None, ON_T)[0]
    assert "begins_again" not in looked_at(ON_AI, None, ON_T, ended(planned, ahead))[0]
    assert "begins_again" not in looked_at(ON_AI, None, ON_T, regimen("letrozole", ahead, key="other"))[0]


def test_his_own_statement_covers_the_decision_and_no_recheck_is_promised() -> None:
    own = anastrozole(day(200), origin=Origin.SELF, key="own")
    found, rechecks = looked_at(ON_AI, changed(), ON_T, own)
    assert found["own_statement"].words.startswith("He states Anastrozole 0.5 mg every 3.5 days himself")
    assert rechecks == ()


def test_an_unusual_amount_shows_the_reason_that_was_typed_for_it() -> None:
    found, _ = looked_at(ON_AI, changed(), ON_T, unusual="checked twice")
    assert found["unusual"].words == "An unusual amount, entered with the reason: checked twice"


def test_a_drug_that_no_estradiol_answers_has_no_recheck_and_no_warning_of_steady_state() -> None:
    new = regimen("denosumab", TODAY, dose="60", key="new")
    found, rechecks = looked_at(None, new, ON_T, anastrozole(day(20), key="ai"), labs=(lab("12.0", day(3)),))
    assert {"unsettled", "unanswered"}.isdisjoint(found)
    assert rechecks == ()
