"""The man's verdict: his latest estradiol, and whether it speaks for today."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from dateutil.relativedelta import relativedelta

from tests.tracking.domain.build import NOW, TODAY, anastrozole, cypionate, day, lab, man, pair
from tracking.domain.evaluate import Evaluation, evaluate
from tracking.domain.reported import Precision
from tracking.evidence import load_rulebook

RULEBOOK = load_rulebook()
YEARS_AGO = date(2020, 1, 1)


def judge(*labs: Any, **rows: Any) -> Evaluation:
    return evaluate(man(labs=labs, **rows), RULEBOOK, NOW)


def test_no_result_is_no_data() -> None:
    said = judge()
    assert (said.word, said.verdict.state, said.headline) == (
        "no current data",
        "no_data",
        "No current estradiol: none is on record.",
    )


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("9.0", "below"),
        ("12.0", "below"),
        ("17.0", "not below"),
        ("30.0", "not below"),
        ("60.0", "not below"),
        ("<18", "cannot say"),
    ],
)
def test_the_four_words_of_a_current_result(text: str, word: str) -> None:
    assert judge(lab(text, day(5))).word == word


def test_the_headlines_of_a_current_result() -> None:
    assert judge(lab("12.0", day(5))).headline == (
        "Below the floor: estradiol 12.0 pg/mL on 28 Oct (LC-MS/MS); floor 16.0 pg/mL. Provisional, on one result."
    )
    assert judge(lab("<18", day(5))).headline == (
        "Cannot say: estradiol <18 pg/mL on 28 Oct (LC-MS/MS), below 18: not in range, possibly below the floor. "
        "Missing: an estradiol by LC-MS/MS."
    )


def test_an_old_good_value_never_hides_todays_unreadable_one() -> None:
    said = judge(lab("30.0", day(40)), lab("<18", day(5)))
    assert (said.word, said.verdict.tier) == ("cannot say", "indeterminate")


def test_of_two_results_of_one_day_the_worse_counts() -> None:
    early, late = lab("12.0", day(5), at="07:00"), lab("30.0", day(5), at="19:00")
    assert judge(early, late).verdict.tier == judge(late, early).verdict.tier == "below_floor"


def test_at_a_boundary_the_tier_is_the_better_and_the_work_the_worse() -> None:
    said = judge(lab("16.0", day(5)), regimens=[anastrozole(YEARS_AGO)])
    assert (said.verdict.tier, said.word) == ("borderline", "not below")
    assert [f.code for f in said.findings][:1] == ["e2_below_floor_on_ai"]


@pytest.mark.parametrize(
    "change",
    [
        anastrozole(day(3)),
        cypionate(day(3)),
        anastrozole(YEARS_AGO, day(3)),
        cypionate(YEARS_AGO, day(3)),
        anastrozole(day(5)),  # on the local day of the draw: counts as after it
    ],
)
def test_any_change_after_the_draw_supersedes_it(change: Any) -> None:
    said = judge(lab("30.0", day(5)), regimens=[change])
    assert (said.verdict.state, said.word) == ("superseded_by_change", "no current data")


def test_a_change_before_the_draw_does_not() -> None:
    assert judge(lab("30.0", day(5)), regimens=[anastrozole(day(6))]).verdict.state == "current"


def test_a_change_planned_for_tomorrow_does_not_yet() -> None:
    said = judge(lab("30.0", day(5)), regimens=[anastrozole(day(-1))])
    assert said.verdict.state == "current"
    assert said.next_change_at is not None
    assert said.next_change_at.isoformat() == "2026-11-03T05:00:00+00:00"  # his midnight


def test_the_headline_names_the_change_and_a_low_stays_said() -> None:
    new = [anastrozole(YEARS_AGO, date(2026, 3, 20)), anastrozole(date(2026, 3, 20), dose="0.25")]
    drawn = date(2026, 3, 3)
    assert judge(lab("24", drawn), regimens=new).headline == (
        "No current estradiol. Last 24 pg/mL on 3 Mar, before the change of 20 Mar."
    )
    assert "below the floor" in judge(lab("12", drawn), regimens=new).headline


def test_the_year_is_said_where_it_is_not_this_one() -> None:
    assert "on 3 Mar 2024, too old" in judge(lab("24", date(2024, 3, 3))).headline


@pytest.mark.parametrize(
    ("on_ai_since", "limit"),
    [
        (None, relativedelta(months=12)),
        (YEARS_AGO, relativedelta(months=6, days=30)),
    ],
)
def test_a_result_is_stale_the_day_after_its_limit(on_ai_since: date | None, limit: relativedelta) -> None:
    regimens = [anastrozole(on_ai_since)] if on_ai_since else []
    drawn = date(2026, 1, 15)
    from datetime import UTC, datetime

    for extra, state in ((0, "current"), (1, "stale")):
        on = drawn + limit + timedelta(days=extra)
        at = datetime(on.year, on.month, on.day, 17, tzinfo=UTC)
        assert evaluate(man(labs=[lab("30.0", drawn)], regimens=regimens), RULEBOOK, at).verdict.state == state


def test_in_the_first_year_of_an_ai_a_result_counts_for_three_months_and_thirty_days() -> None:
    said = judge(lab("30.0", day(5)), regimens=[anastrozole(day(200))])
    assert said.verdict.stale_on == day(5) + relativedelta(months=3, days=30) + timedelta(days=1)


def test_passing_the_first_year_does_not_make_a_stale_result_current_again() -> None:
    """Drawn in month 8 of the AI and stale in month 12, it stays stale in month 13."""
    start = TODAY - relativedelta(months=13)
    drawn = start + relativedelta(months=8)
    assert judge(lab("30.0", drawn), regimens=[anastrozole(start)]).verdict.state == "stale"


def test_nothing_is_in_range_after_nine_months_on_an_ai_however_long_the_interval() -> None:
    from dataclasses import replace

    monitoring = replace(RULEBOOK.monitoring, routine=replace(RULEBOOK.monitoring.routine, interval_later=24))
    patient = replace(RULEBOOK, monitoring=monitoring)
    drawn = TODAY - relativedelta(months=9) - timedelta(days=1)
    history = man(labs=[lab("30.0", drawn)], regimens=[anastrozole(YEARS_AGO)])
    assert evaluate(history, patient, NOW).verdict.state == "stale"


def test_a_draw_of_unknown_date_keeps_its_tier_and_is_never_current() -> None:
    said = judge(lab("12.0", day(5), precision=Precision.UNKNOWN))
    assert (said.verdict.tier, said.verdict.state, said.verdict.why_stale) == ("below_floor", "stale", "date_unknown")
    assert said.headline == "No current estradiol. Last 12.0 pg/mL, below the floor, drawn on a date that is not known."


def test_a_draw_of_unknown_date_never_hides_a_dated_one() -> None:
    said = judge(lab("30.0", day(1), precision=Precision.UNKNOWN), lab("12.0", day(50)))
    assert said.verdict.reading == f"estradiol-{day(50)}-12.0"


def test_a_draw_known_to_the_month_is_superseded_by_a_change_in_that_month() -> None:
    drawn = lab("30.0", date(2026, 10, 1), precision=Precision.MONTH)
    assert judge(drawn, regimens=[anastrozole(date(2026, 10, 20))]).verdict.state == "superseded_by_change"


def test_a_draw_later_than_the_instant_is_not_there_yet() -> None:
    said = judge(lab("30.0", day(-1)))
    assert said.verdict.state == "no_data"
    assert said.next_change_at is not None


def test_the_local_day_of_the_draw_decides_not_that_of_the_server() -> None:
    """23:30 on 1 November in New York is already the 2nd in UTC; a change on the 2nd comes after it."""
    drawn = lab("30.0", day(1), at="23:30")
    assert judge(drawn, regimens=[anastrozole(day(1))]).verdict.state == "superseded_by_change"
    assert judge(drawn, regimens=[anastrozole(day(2))]).verdict.state == "current"


def test_testosterone_rows_alone_are_no_estradiol() -> None:
    assert judge(*pair("30.0", day(5))[1:]).verdict.state == "no_data"


class TestALessSpecificAssay:
    def test_a_higher_value_by_it_does_not_take_the_place_of_one_that_speaks_for_today(self) -> None:
        said = judge(lab("12.0", day(40), key="ms"), lab("31", day(5), method="immunoassay", key="ia"))
        assert (said.verdict.reading, said.verdict.higher, said.word) == ("ms", "ia", "below")
        assert said.headline.endswith("Higher, by a different assay: 31 pg/mL on 28 Oct (immunoassay), not confirmed.")

    def test_a_lower_value_by_it_does(self) -> None:
        said = judge(lab("26.0", day(40)), lab("12.0", day(5), method="immunoassay", key="ia"))
        assert (said.verdict.reading, said.verdict.higher) == ("ia", "")

    def test_it_speaks_once_a_change_or_age_has_ended_the_other(self) -> None:
        newer = lab("31", day(5), method="immunoassay", key="ia")
        assert judge(lab("17.0", day(40)), newer, regimens=[anastrozole(day(30))]).verdict.reading == "ia"
        assert judge(lab("17.0", day(400)), newer).verdict.reading == "ia"

    def test_it_never_says_not_below_while_a_low_by_a_better_assay_stands(self) -> None:
        said = judge(lab("12.0", day(400)), lab("31", day(5), method="immunoassay"))
        assert (said.word, said.verdict.tier) == ("cannot say", "in_range")
        assert said.headline == (
            "Cannot say: estradiol 31 pg/mL on 28 Oct (immunoassay) is higher, not confirmed. Missing: an estradiol that ends "
            "the low: not censored, at steady state, by the same or a more specific assay. Estradiol 12.0 pg/mL on 28 Sep 2025 "
            "(LC-MS/MS) is below the floor, and no result shows that this has ended."
        )

    def test_above_the_range_is_no_better_than_in_it(self) -> None:
        assert judge(lab("30.0", day(40)), lab("60", day(5), method="immunoassay", key="ia")).verdict.reading == "ia"


class TestConfirmation:
    @pytest.mark.parametrize(
        ("labs", "confirmation"),
        [
            ([lab("12.0", day(5))], "provisional"),
            ([lab("12.0", day(18)), lab("12.0", day(5))], "provisional"),
            ([lab("12.0", day(19)), lab("12.0", day(5))], "confirmed"),
            ([lab("12.0", day(19)), lab("12.0", day(12)), lab("12.0", day(5))], "confirmed"),
            ([lab("12.0", day(60)), lab("17.0", day(30)), lab("12.0", day(5))], "provisional"),
            ([lab("12.0", day(60)), lab("12.0", day(5), method="immunoassay")], "provisional"),
            ([lab("26.0", day(5))], ""),
        ],
    )
    def test_a_low_is_confirmed_by_a_comparable_one_two_weeks_before(self, labs: Any, confirmation: str) -> None:
        assert judge(*labs).verdict.confirmation == confirmation

    def test_a_change_between_makes_it_provisional_again(self) -> None:
        said = judge(lab("12.0", day(60)), lab("12.0", day(5)), regimens=[anastrozole(day(30))])
        assert said.verdict.confirmation == "provisional"


class TestChange:
    def test_it_is_given_against_the_comparable_result_before(self) -> None:
        change = judge(lab("20.0", day(60), key="a"), lab("95.4", day(5), unit="pmol/L")).verdict.change
        assert change is not None
        assert (change.earlier, str(change.percent), change.changed) == ("a", "29.9", False)

    @pytest.mark.parametrize("earlier", [lab("<10", day(60)), lab("20.0", day(60), method="immunoassay")])
    def test_there_is_none_against_a_censored_one_or_another_assay(self, earlier: Any) -> None:
        assert judge(earlier, lab("26.0", day(5))).verdict.change is None
