"""The serum curve: the shape of CLINICAL 6.3 over his log, broken where the log is, and read by no verdict."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tracking.domain.build import NOW, WEEKLY, cypionate, day, dose, lab, man, pair, regimen, total_testosterone, use
from tracking.domain import serum_curve as module
from tracking.domain.evaluate import evaluate
from tracking.domain.history import DoseRecord, History, Person
from tracking.domain.problems import Problem
from tracking.domain.reported import Precision
from tracking.domain.schedule import Schedule
from tracking.domain.serum_curve import MOST_DAYS, MOST_POINTS, Level, SerumCurve, serum_curve
from tracking.evidence import load_rulebook

RULEBOOK = load_rulebook()
CYPIONATE = "testosterone_cypionate"
PLAN = cypionate(day(400), schedule=WEEKLY)
# No clock is ever changed there.
PHOENIX = Person("America/Phoenix")
DAY = timedelta(days=1)


def shots(*ago: int, drug: str = CYPIONATE, amount: str = "80") -> list[DoseRecord]:
    return [dose(drug, day(number), amount, at="08:00") for number in ago]


def curve(days: int = 28, points: int = 200, *, end: Any = NOW, **rows: Any) -> SerumCurve:
    history = man(**({"regimens": [PLAN], "doses": shots(*range(1, 400, 7))} | rows))
    return serum_curve(history, RULEBOOK, NOW, start=end - timedelta(days=days), end=end, points=points)


def levels(found: SerumCurve) -> list[Level]:
    return [level for segment in found.segments for level in segment]


@pytest.mark.parametrize(
    ("drug", "every", "expected"),
    [
        ("testosterone_cypionate", 7, (1.12, 0.81)),
        ("testosterone_cypionate", 14, (1.39, 0.57)),
        ("testosterone_enanthate", 7, (1.35, 0.61)),
        ("testosterone_enanthate", 14, (1.96, 0.31)),
        ("testosterone_undecanoate_im", 70, (1.65, 0.47)),
    ],
)
def test_at_steady_state_it_is_the_table(drug: str, every: int, expected: tuple[float, float]) -> None:
    plan = regimen(drug, day(2000), dose="100", schedule=Schedule("every", days=Decimal(every)))
    doses = shots(*range(0, 1999, every), drug=drug)
    # Whole intervals, from a dose to a dose.
    end = doses[0].taken.at
    found = curve(every * 4, 500, end=end, regimens=[plan], doses=doses)
    middle = [level.middle for level in levels(found)]
    assert (max(middle), min(middle)) == pytest.approx(expected, abs=0.02)
    assert found.breaks == ()
    assert len(found.segments) == 1


def test_his_own_average_is_one() -> None:
    middle = [level.middle for level in levels(curve(90))]
    assert sum(middle) / len(middle) == pytest.approx(1)


logs = st.lists(st.tuples(st.integers(0, 200), st.integers(1, 300)), max_size=40, unique_by=lambda row: row[0])


def logged(log: list[tuple[int, int]], *, times: int = 1, later: int = 0) -> History:
    plan = replace(PLAN, starts_on=day(200 - later), zone=PHOENIX.zone)
    doses = [dose(CYPIONATE, day(ago - later), str(mg * times), zone=PHOENIX.zone, key=f"d{ago}") for ago, mg in log]
    return man(person=PHOENIX, regimens=[plan], doses=doses)


def of(history: History, *, later: int = 0) -> SerumCurve:
    end = NOW + later * DAY
    return serum_curve(history, RULEBOOK, end, start=end - 120 * DAY, end=end, points=97)


@given(logs)
@settings(max_examples=60)
def test_it_is_never_negative_and_the_band_holds_the_curve(log: list[tuple[int, int]]) -> None:
    for level in levels(of(logged(log))):
        assert 0 <= level.low <= level.middle <= level.high


@given(logs, st.integers(2, 9))
@settings(max_examples=30)
def test_all_doses_times_a_number_give_the_same_curve(log: list[tuple[int, int]], times: int) -> None:
    one, many = of(logged(log)), of(logged(log, times=times))
    assert many.breaks == one.breaks
    for a, b in zip(levels(one), levels(many), strict=True):
        assert (b.low, b.middle, b.high) == pytest.approx((a.low, a.middle, a.high))


@given(logs, st.integers(1, 400))
@settings(max_examples=30)
def test_the_same_log_on_later_days_gives_the_same_curve_on_later_days(log: list[tuple[int, int]], later: int) -> None:
    one, moved = of(logged(log)), of(logged(log, later=later), later=later)
    assert [level.at + later * DAY for level in levels(one)] == [level.at for level in levels(moved)]
    for a, b in zip(levels(one), levels(moved), strict=True):
        assert (b.low, b.middle, b.high) == pytest.approx((a.low, a.middle, a.high), abs=1e-9)


@given(logs)
@settings(max_examples=60)
def test_no_point_lies_in_a_break_and_no_line_crosses_one(log: list[tuple[int, int]]) -> None:
    found = of(logged(log))
    for one in found.breaks:
        assert not any(one.start <= level.at < one.end for level in levels(found))
        assert not any(segment[0].at < one.start and segment[-1].at >= one.end for segment in found.segments)


def test_two_logs_added_up_give_two_curves_added_up() -> None:
    """Superposition, seen through the average: it is linear in the log before it is laid over it."""
    even, odd = shots(*range(1, 400, 14)), shots(*range(8, 400, 14))
    plan = cypionate(day(400), schedule=Schedule("every", days=Decimal(14)))
    one, other = (curve(regimens=[plan], doses=rows) for rows in (even, odd))
    both = curve(doses=[*even, *odd])
    for a, b, sum_ in zip(levels(one), levels(other), levels(both), strict=True):
        # Both logs average to the same, up to where in the window their doses fall.
        assert sum_.middle == pytest.approx((a.middle + b.middle) / 2, abs=0.06)


def test_a_gap_in_the_log_is_a_break_and_no_assumed_dose() -> None:
    without = [ago for ago in range(1, 400, 7) if ago not in {64, 57}]
    found = curve(90, doses=shots(*without))
    assert [one.why for one in found.breaks] == ["log_incomplete"]
    assert len(found.segments) == 2
    assert found.segments[0][-1].at < found.breaks[0].start <= found.breaks[0].end <= found.segments[1][0].at


def test_a_break_that_no_point_fell_into_still_breaks_the_line() -> None:
    gel = regimen("testosterone_gel", day(134), day(133), dose="50", schedule=Schedule("daily", times=1))
    found = curve(300, 12, regimens=[PLAN, gel])
    assert [one.why for one in found.breaks] == ["product_changed"]
    assert len(levels(found)) == 12
    assert levels(found)[-1].at == found.end
    assert len(found.segments) == 2


@pytest.mark.parametrize(
    ("rows", "code", "said"),
    [
        ({"regimens": [], "doses": []}, "no_testosterone", "No testosterone"),
        ({"regimens": [regimen("testosterone_gel", day(200), dose="50")]}, "no_curve", "Testosterone gel has no depot curve"),
        ({"doses": []}, "nothing_known", "does not tell"),
        ({"regimens": [], "doses": [], "uses": [use(CYPIONATE, day(99))]}, "nothing_known", "does not tell"),
    ],
)
def test_without_a_curve_it_says_why(rows: dict[str, Any], code: str, said: str) -> None:
    found = curve(**rows)
    assert (found.why_code, found.segments, found.scale) == (code, (), None)
    assert said in found.why


def test_every_reason_has_its_words() -> None:
    whys = {"before_start", "log_incomplete", "dose_undated", "no_interval", "product_changed"}
    assert whys < set(RULEBOOK.words.curve)


@pytest.mark.parametrize(
    ("start", "end", "points", "refusal"),
    [
        (0, 0, 9, ("?to", "period-reversed")),
        (0, 9, 9, ("?to", "period-reversed")),
        (-1, -9, 9, ("?from", "in-the-future")),
        (MOST_DAYS + 2, 0, 9, ("?from", "window-too-long")),
        (9, 0, 1, ("?points", "points-out-of-range")),
        (9, 0, MOST_POINTS + 1, ("?points", "points-out-of-range")),
    ],
)
def test_a_window_that_is_not_accepted_is_named(start: int, end: int, points: int, refusal: tuple[str, str]) -> None:
    with pytest.raises(Problem) as refused:
        serum_curve(man(), RULEBOOK, NOW, start=NOW - start * DAY, end=NOW - end * DAY, points=points)
    assert [(issue.pointer, issue.code) for issue in refused.value.issues] == [refusal]


def test_it_ends_now_for_what_is_to_come_is_in_no_log() -> None:
    found = serum_curve(man(regimens=[PLAN]), RULEBOOK, NOW, start=NOW - 9 * DAY, end=NOW + 9 * DAY, points=9)
    assert found.end == NOW


class TestTheDisplayScale:
    def test_is_what_one_stands_for_by_his_own_result(self) -> None:
        drawn = total_testosterone("612", day(5))
        scale = curve(labs=[drawn]).scale
        assert scale is not None
        ((used,),) = (scale.labs,)
        assert (used.lab, scale.unit) == (drawn, "ng/dL")
        assert scale.low <= scale.one_is <= scale.high
        assert scale.one_is == pytest.approx(612 / used.level.middle, rel=0.05)
        assert scale.one_is % 10 == 0

    def test_of_several_is_their_median_by_the_unit_and_method_of_the_latest(self) -> None:
        labs = [
            total_testosterone("500", day(25), key="a"),
            total_testosterone("600", day(18), key="b"),
            total_testosterone("20.1", day(11), unit="nmol/L", key="c"),
            total_testosterone("700", day(4), key="d"),
        ]
        scale = curve(labs=labs).scale
        assert scale is not None
        assert [used.lab.key for used in scale.labs] == ["a", "b", "d"]

    @pytest.mark.parametrize(
        "drawn",
        [
            total_testosterone("<300", day(5)),
            total_testosterone("612", day(5), precision=Precision.DAY),
            total_testosterone("612", day(40)),
            lab("24.0", day(5)),
            total_testosterone("0", day(5)),
        ],
        ids=["censored", "no time of day", "outside the window", "another analyte", "nothing"],
    )
    def test_is_not_made_of_what_says_too_little(self, drawn: Any) -> None:
        assert curve(labs=[drawn]).scale is None

    def test_is_not_made_in_unknown_time(self) -> None:
        without = [ago for ago in range(1, 400, 7) if ago not in {64, 57}]
        assert curve(90, doses=shots(*without), labs=[total_testosterone("612", day(50))]).scale is None

    def test_changes_nothing_of_the_curve(self) -> None:
        assert curve(labs=[total_testosterone("612", day(5))]).segments == curve().segments


def test_no_evaluation_reads_it(monkeypatch: pytest.MonkeyPatch) -> None:
    history = man(labs=pair("12.0", day(5)), regimens=[PLAN], doses=shots(*range(1, 400, 7)))
    before = evaluate(history, RULEBOOK, NOW)

    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("an evaluation read the serum curve")

    for name in ("serum_curve", "unknown_time", "relative_curve"):
        monkeypatch.setattr(module, name, refuse)
    after = evaluate(history, RULEBOOK, NOW)
    assert (after.outcome_digest, after.input_digest, after.as_dict()) == (
        before.outcome_digest,
        before.input_digest,
        before.as_dict(),
    )
