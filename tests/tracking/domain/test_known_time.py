"""Time that the log does not cover is unknown, and stays so until an unknown dose has washed out."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.tracking.domain.build import NOW, WEEKLY, cypionate, day, dose, man, moment, regimen, use
from tracking.domain.known_time import unknown_time
from tracking.domain.reported import Precision
from tracking.domain.schedule import Schedule
from tracking.domain.timeline import read_timeline
from tracking.evidence import load_rulebook

RULEBOOK = load_rulebook()
DRUG = "testosterone_cypionate"
SETTLES = RULEBOOK.drugs[DRUG].steady_state_days
PLAN = cypionate(day(400), schedule=WEEKLY)
WINDOW = 90


def shot(ago: int, **more: Any) -> Any:
    return dose(DRUG, day(ago), **{"amount": "80", "at": "08:00", **more})


def shots(*ago: int) -> list[Any]:
    return [shot(number) for number in ago]


KEPT = tuple(range(1, 400, 7))


def at(ago: int, hour: str = "00:00") -> datetime:
    return moment(day(ago), hour).at


def breaks(days: int = WINDOW, **rows: Any) -> list[tuple[datetime, datetime, str]]:
    history = man(**({"regimens": [PLAN], "doses": shots(*KEPT)} | rows))
    timeline = read_timeline(history, RULEBOOK, NOW)
    found = unknown_time(timeline, DRUG, NOW - timedelta(days=days), NOW, RULEBOOK)
    return [(one.start, one.end, one.why) for one in found]


def test_a_log_that_was_kept_has_no_break() -> None:
    assert breaks() == []
    assert breaks(days=340) == []


def test_a_silence_is_unknown_from_when_the_dose_was_due_until_it_has_washed_out() -> None:
    without = [ago for ago in KEPT if ago not in {64, 57}]
    assert breaks(doses=shots(*without)) == [(at(64, "08:00"), at(50 - SETTLES, "08:00"), "log_incomplete")]


def test_half_an_interval_late_is_no_silence() -> None:
    shifted = [ago for ago in KEPT if ago != 64] + [61]
    assert breaks(doses=shots(*shifted)) == []
    assert breaks(doses=shots(*[ago for ago in KEPT if ago != 64])) != []


def test_a_dose_skipped_on_record_is_no_silence() -> None:
    rows = shots(*[ago for ago in KEPT if ago != 64])
    assert breaks(doses=[*rows, shot(64, amount=None, kind="skipped")]) == []


def test_a_log_that_ended_is_unknown_from_then_on() -> None:
    assert breaks(doses=shots(*[ago for ago in KEPT if ago > 30])) == [(at(29, "08:00"), NOW, "log_incomplete")]


def test_after_a_stop_on_record_nothing_is_due_and_nothing_unknown() -> None:
    stopped = cypionate(day(400), day(30), schedule=WEEKLY)
    assert breaks(regimens=[stopped], doses=shots(*[ago for ago in KEPT if ago > 30])) == []


def test_a_stop_after_a_silence_leaves_the_time_after_it_unknown_until_it_has_washed_out() -> None:
    stopped = cypionate(day(400), day(60), schedule=WEEKLY)
    assert breaks(regimens=[stopped], doses=shots(*[ago for ago in KEPT if ago > 80])) == [
        (at(78, "08:00"), at(60 - SETTLES), "log_incomplete")
    ]


def test_a_treatment_logged_from_its_first_day_is_known_from_then() -> None:
    begun = cypionate(day(30), schedule=WEEKLY)
    (first,) = breaks(regimens=[begun], doses=shots(30, 23, 16, 9, 2))
    assert first == (NOW - timedelta(days=WINDOW), at(30), "before_start")


def test_a_log_begun_late_in_a_treatment_is_known_only_after_its_steady_state() -> None:
    assert breaks(doses=shots(*[ago for ago in KEPT if ago < 65])) == [
        (NOW - timedelta(days=WINDOW), at(64 - SETTLES, "08:00"), "log_incomplete")
    ]
    assert breaks(doses=[]) == [(NOW - timedelta(days=WINDOW), NOW, "log_incomplete")]


def test_another_testosterone_is_unknown_until_it_has_washed_out() -> None:
    gel = regimen("testosterone_gel", day(200), day(60), dose="50", schedule=Schedule("daily", times=1))
    washed = RULEBOOK.drugs["testosterone_gel"].steady_state_days
    assert breaks(regimens=[PLAN, gel]) == [(NOW - timedelta(days=WINDOW), at(60 - washed), "product_changed")]


def test_a_dose_without_a_day_makes_its_time_unknown() -> None:
    odd = dose(DRUG, day(33), "80", precision=Precision.MONTH, key="odd")
    ((start, end, why),) = breaks(doses=[*shots(*KEPT), odd])
    assert (start, why) == (odd.taken.at, "dose_undated")
    assert end == min(NOW, odd.taken.latest + timedelta(days=SETTLES))


@pytest.mark.parametrize(
    "rows",
    [
        {"regimens": []},
        {"regimens": [cypionate(day(400), schedule=Schedule("as_needed"))]},
        {"regimens": [], "uses": [use(DRUG, day(400))]},
    ],
)
def test_without_an_interval_no_silence_can_be_told(rows: dict[str, Any]) -> None:
    assert {why for _, _, why in breaks(**rows)} == {"no_interval"}


def test_a_new_dose_and_a_new_interval_are_judged_each_by_its_own() -> None:
    often = cypionate(day(60), dose="40")
    before = cypionate(day(400), day(60), schedule=WEEKLY)
    doses = [*shots(*[ago for ago in KEPT if ago > 60]), *(shot(ago, amount="40") for ago in range(1, 61, 3))]
    assert breaks(regimens=[before, often], doses=doses) == []
    weekly_only = shots(*KEPT)
    assert {why for _, _, why in breaks(regimens=[before, often], doses=weekly_only)} == {"log_incomplete"}
