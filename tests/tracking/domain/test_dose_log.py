"""Whether a log was kept, and what it averages to a week."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from tests.tracking.domain.build import NOW, WEEKLY, anastrozole, cypionate, day, dose, man, moment, regimen
from tracking.domain.dose_log import is_kept, logged_weekly
from tracking.domain.rulebook import TESTOSTERONE
from tracking.domain.schedule import Schedule
from tracking.domain.timeline import read_timeline
from tracking.evidence import load_rulebook

RULEBOOK = load_rulebook()
END = moment(day(0), "08:00").at


def shots(*ago: int, **more: Any) -> list[Any]:
    return [dose("testosterone_cypionate", day(n), "80", at="08:00", **more) for n in ago]


def kept(doses: list[Any], *, gap_percent: int = 150, days: int = 28) -> bool:
    timeline = read_timeline(man(regimens=[cypionate(day(400), schedule=WEEKLY)], doses=doses), RULEBOOK, NOW)
    (course,) = timeline.exposure.on(TESTOSTERONE, day(0))
    return is_kept(timeline, course, END - timedelta(days=days), END, gap_percent=gap_percent)


def weekly(doses: list[Any], **rows: Any) -> Fraction | None:
    rows.setdefault("regimens", [cypionate(day(400), schedule=WEEKLY)])
    timeline = read_timeline(man(doses=doses, **rows), RULEBOOK, NOW)
    (course,) = timeline.exposure.on(RULEBOOK.drug_class(rows["regimens"][0].drug), day(0))
    return logged_weekly(timeline, course, END, RULEBOOK)


@pytest.mark.parametrize(
    ("ago", "expected"),
    [
        ((1, 8, 15, 22, 29), True),
        ((1, 8, 15, 22), False),
        ((1, 8, 22, 29), False),
        ((8, 15, 22, 29), True),
        ((15, 22, 29), False),
        ((), False),
    ],
    ids=["without a break", "does not reach back", "a break inside", "due today", "a break at the end", "empty"],
)
def test_a_log_is_kept_where_no_silence_is_too_long(ago: tuple[int, ...], expected: bool) -> None:
    assert kept(shots(*ago)) is expected


def test_a_silence_of_one_and_a_half_intervals_is_still_none() -> None:
    late = dose("testosterone_cypionate", day(5), "80", at="20:00")
    assert kept([late, *shots(15, 22, 29)])
    too_late = dose("testosterone_cypionate", day(5), "80", at="20:01")
    assert not kept([too_late, *shots(15, 22, 29)])


def test_a_dose_recorded_as_skipped_is_no_silence() -> None:
    assert kept([*shots(1, 8, 22, 29), dose("testosterone_cypionate", day(15), None, kind="skipped")])


def test_the_weekly_dose_is_the_mean_of_the_window() -> None:
    assert weekly(shots(*range(0, 60, 7))) == 80


def test_a_log_that_fell_silent_has_no_weekly_dose() -> None:
    """He stopped logging, not injecting: a mean over the silence would be too low."""
    assert weekly(shots(*range(17, 100, 7))) is not None
    assert weekly(shots(*range(18, 100, 7))) is None


def test_a_long_interval_is_averaged_over_four_of_its_doses() -> None:
    depot = regimen("testosterone_undecanoate_im", day(900), dose="1000", schedule=Schedule("every", days=Decimal(70)))
    doses = [dose("testosterone_undecanoate_im", day(n), "1000", at="08:00") for n in range(10, 400, 70)]
    assert weekly(doses, regimens=[depot]) == 100
    assert weekly(doses[:4], regimens=[depot]) is None


def test_as_needed_is_averaged_where_the_log_reaches_back() -> None:
    needed = [anastrozole(day(400), schedule=Schedule("as_needed"))]
    doses = [dose("anastrozole", day(n), "0.5") for n in (3, 20, 60)]
    assert weekly(doses, regimens=needed) == Fraction(1, 4)
    assert weekly(doses[:2], regimens=needed) is None
