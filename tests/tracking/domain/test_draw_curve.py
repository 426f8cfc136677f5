"""The draw of the verdict in full: the level within the curve, the best time to draw, and the sentences."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tracking.domain.build import NOW, WEEKLY, anastrozole, cypionate, day, dose, lab, man, regimen
from tracking.domain.evaluate import Evaluation, evaluate
from tracking.domain.reported import Precision
from tracking.domain.schedule import Schedule
from tracking.domain.timing import DrawTiming, LevelAtDraw
from tracking.evidence import load_rulebook

RULEBOOK = load_rulebook()
WEEKLY_CYPIONATE = cypionate(day(400), schedule=WEEKLY)
DAILY = Schedule("daily", times=1)


def shots(*ago: int, amount: str = "80", **more: Any) -> list[Any]:
    return [dose("testosterone_cypionate", day(n), amount, at="08:00", **more) for n in ago]


EVERY_WEEK = tuple(range(9, 100, 7))


def judge(drawn: Any = None, **rows: Any) -> Evaluation:
    rows = {"regimens": [WEEKLY_CYPIONATE], "doses": shots(*EVERY_WEEK), **rows}
    return evaluate(man(labs=[drawn or lab("24.0", day(5))], **rows), RULEBOOK, NOW)


def timing(drawn: Any = None, **rows: Any) -> DrawTiming:
    found = judge(drawn, **rows).timing
    assert found is not None
    return found


def level(drawn: Any = None, **rows: Any) -> LevelAtDraw:
    found = timing(drawn, **rows).testosterone.level
    assert found is not None
    return found


def test_midway_between_weekly_doses_the_level_is_about_the_average() -> None:
    assert level() == LevelAtDraw("cypionate_im", "cottonseed oil", Decimal("1.0"), Decimal("1.0"), Decimal("1.0"), False)


def test_one_higher_dose_lifts_the_level_and_one_skipped_on_record_lowers_it() -> None:
    usual = level(lab("24.0", day(5)), doses=shots(*EVERY_WEEK)).relative
    more = level(doses=[*shots(*EVERY_WEEK[1:]), *shots(9, amount="160")]).relative
    skipped = [*shots(*(n for n in EVERY_WEEK if n != 16)), dose("testosterone_cypionate", day(16), None, kind="skipped")]
    less = level(doses=skipped).relative
    assert usual is not None
    assert more is not None
    assert less is not None
    assert less < usual < more


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ({"doses": shots(*(n for n in EVERY_WEEK if n != 23))}, "log_incomplete"),
        ({"doses": shots(9, 16, 23, 30)}, "log_incomplete"),
        ({"doses": []}, "hours_unknown"),
        ({"drawn": lab("24.0", day(5), precision=Precision.DAY)}, "hours_unknown"),
        ({"regimens": []}, "no_interval"),
        ({"regimens": [cypionate(day(400), schedule=Schedule("as_needed"))]}, "no_interval"),
        (
            {
                "regimens": [
                    regimen("testosterone_gel", day(400), day(30), dose="50", schedule=DAILY),
                    cypionate(day(30), schedule=WEEKLY),
                ]
            },
            "product_changed",
        ),
        (
            {"regimens": [WEEKLY_CYPIONATE, regimen("testosterone_gel", day(400), dose="50", schedule=DAILY)]},
            "several",
        ),
        ({"regimens": [regimen("testosterone_gel", day(400), dose="50", schedule=DAILY)], "doses": []}, "no_curve"),
        ({"regimens": [regimen("testosterone_pellets", day(400), dose="800", schedule=WEEKLY)], "doses": []}, "no_curve"),
    ],
)
def test_where_the_level_is_not_told_it_says_why(rows: dict[str, Any], why: str) -> None:
    found = level(**rows)
    assert (found.relative, found.low, found.high, found.why) == (None, None, None, why)


def test_the_log_must_reach_over_the_time_to_steady_state() -> None:
    """Forty days before the draw of day 5: a dose of day 44 or 51 must be on record."""
    assert level(doses=shots(9, 16, 23, 30, 37, 44, 51)).relative is not None
    assert level(doses=shots(9, 16, 23, 30, 37, 44)).why == "log_incomplete"


def test_a_dose_known_to_the_day_counts_where_it_is_not_the_last() -> None:
    dated = shots(*EVERY_WEEK[1:], precision=Precision.DAY)
    assert level(doses=[*shots(9), *dated]).relative == level().relative


def test_dosed_often_near_the_peak_is_not_told() -> None:
    doses = [dose("testosterone_cypionate", day(5 + n), "40", at="08:00") for n in range(1, 90, 3)]
    found = level(regimens=[cypionate(day(400), dose="40", schedule=Schedule("every", days=Decimal(3)))], doses=doses)
    assert found.near_peak is None
    assert found.relative == Decimal("1.0")


@given(rows=st.permutations(shots(*EVERY_WEEK)))
def test_the_order_of_rows_has_no_say(rows: list[Any]) -> None:
    assert timing(doses=rows) == timing()


@pytest.mark.parametrize(
    ("drug", "schedule", "hours", "met"),
    [
        ("testosterone_gel", DAILY, 1, True),
        ("testosterone_patch", DAILY, 1, False),
        ("testosterone_undecanoate_oral", Schedule("daily", times=2), 4, True),
    ],
)
def test_a_product_without_a_curve_still_has_its_best_time(drug: str, schedule: Schedule, hours: int, met: bool) -> None:
    taken = dose(drug, day(5), "50", at=f"{12 - hours:02}:00")
    drawn = lab("24.0", day(5), at="13:00" if drug == "testosterone_gel" else "12:00")
    advice = timing(drawn, regimens=[regimen(drug, day(400), dose="50", schedule=schedule)], doses=[taken]).testosterone.advice
    assert advice is not None
    assert advice.met is met


def test_whether_the_best_time_was_met_is_unknown_without_hours() -> None:
    advice = timing(lab("24.0", day(5), precision=Precision.DAY)).testosterone.advice
    assert advice is not None
    assert (advice.when, advice.met) == ("midway between two injections", None)


def test_the_sentences() -> None:
    ai = [dose("anastrozole", day(ago), at="16:00") for ago in (6, 9, 13, 16, 20, 23, 27)]
    drawn = lab("24.0", day(5), at="15:00")
    said = timing(drawn, regimens=[WEEKLY_CYPIONATE, anastrozole(day(400))], doses=[*shots(*EVERY_WEEK), *ai]).said
    assert said == (
        (
            "Drawn 103 h after testosterone (late in the interval of 7 days); 23 h after AI (dosed every 3.5 days, phase not "
            "distinguished); dose log complete."
        ),
        (
            "By the curve of testosterone cypionate in cottonseed oil the level was about 1.0 of the average between doses "
            "(1.0 to 1.0 by published half-lives): a shape, not a concentration."
        ),
        "Best drawn midway between two injections; this draw was not.",
    )


def test_the_sentences_where_little_is_known() -> None:
    said = timing(doses=[]).said
    assert said == (
        (
            "Drawn at an unknown time after testosterone (phase not known); with no AI in force; "
            "dose log of testosterone not complete."
        ),
        (
            "How the level stood within the curve of testosterone cypionate is not told: "
            "the hours between dose and draw are not known."
        ),
        "Best drawn midway between two injections; whether this draw was is not known.",
    )


def test_with_nothing_in_force_no_log_is_asked_for() -> None:
    assert timing(regimens=[], doses=[]).said == ("Drawn with no testosterone and no AI in force.",)


def test_no_sentence_and_no_field_carries_a_unit_of_concentration() -> None:
    printed = str(judge(regimens=[WEEKLY_CYPIONATE, anastrozole(day(400))]).as_dict()["timing"])
    assert not any(unit in printed for unit in ("ng/dL", "nmol/L", "pg/mL", "pmol/L"))


def test_the_rules_it_rests_on_are_cited() -> None:
    said = judge()
    assert said.timing is not None
    assert said.timing.rules == ("timing.phase", "timing.curve", "timing.ester.cypionate_im", "timing.draw_time.midway")
    assert set(said.timing.rules) <= set(said.rules)


def test_a_draw_of_unknown_date_has_no_sentence() -> None:
    assert timing(lab("24.0", day(5), precision=Precision.UNKNOWN)).said == ()


def test_a_dose_logged_later_makes_another_outcome_and_one_after_the_draw_does_not() -> None:
    before, after, since = judge(doses=shots(*EVERY_WEEK[1:])), judge(), judge(doses=shots(2, *EVERY_WEEK))
    assert before.outcome_digest != after.outcome_digest == since.outcome_digest
