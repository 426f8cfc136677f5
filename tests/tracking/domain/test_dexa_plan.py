"""When bone density is due, and what answers."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from dateutil.relativedelta import relativedelta

from tests.tracking.domain.build import NOW, anastrozole, day, dose, fracture, lab, man, scan, site
from tracking.domain.due import DueItem
from tracking.domain.history import IntervalOverride, RiskFactorRecord
from tracking.domain.monitoring import plan
from tracking.domain.rulebook import Priority
from tracking.evidence import load_rulebook

RULEBOOK = load_rulebook()
START = date(2025, 3, 1)
ON_AI = [anastrozole(START, key="a")]


def items(*scans: Any, regimens: Any = ON_AI, **rows: Any) -> dict[str, DueItem]:
    planned = plan(man(scans=scans, regimens=regimens, **rows), RULEBOOK, NOW)
    return {item.anchor: item for item in planned if item.kind == "dexa"}


def test_an_ai_asks_for_a_baseline() -> None:
    item = items()["start:a:baseline"]
    assert (item.due_on, item.overdue_on, item.earliest_on) == (START, START + timedelta(days=90), date(2024, 3, 1))
    assert (item.state, item.priority, item.resend_after_days) == ("open", Priority.P2, 30)


def test_without_an_ai_no_scan_is_due() -> None:
    assert items(regimens=[]) == {}


def test_a_baseline_is_answered_and_a_year_later_the_next_is_due() -> None:
    found = items(scan(date(2024, 9, 1), key="s"))
    assert (found["start:a:baseline"].state, found["start:a:baseline"].answered_by) == ("answered", "s")
    later = found["start:a:year-1"]
    assert (later.opens_on, later.due_on, later.state) == (date(2026, 1, 30), date(2026, 3, 1), "open")


def test_a_scan_of_long_ago_is_no_baseline() -> None:
    assert items(scan(date(2024, 2, 28)))["start:a:baseline"].is_open


def test_a_late_first_scan_answers_and_the_year_counts_from_it() -> None:
    found = items(scan(date(2025, 11, 1), key="s"))
    assert found["start:a:baseline"].answered_by == "s"
    assert found["start:a:year-1"].due_on == date(2026, 11, 1)


def test_then_every_two_years_and_at_high_risk_every_year() -> None:
    scans = [scan(date(2025, 3, 1), key="one"), scan(date(2026, 3, 5), key="two")]
    assert items(*scans)["scan:two"].due_on == date(2028, 3, 5)
    assert items(*scans, fractures=[fracture(day(900))])["scan:two"].due_on == date(2027, 3, 5)
    weak = [scan(date(2025, 3, 1), site(t="-2.6")), scan(date(2026, 3, 5), site(t="-2.6"), key="two")]
    assert items(*weak)["scan:two"].due_on == date(2027, 3, 5)


def test_two_active_risk_factors_make_high_risk_and_one_that_ended_does_not_count() -> None:
    scans = [scan(date(2025, 3, 1)), scan(date(2026, 3, 5), key="two")]
    smoking, cortisone = RiskFactorRecord("1", "smoking", None, None), RiskFactorRecord("2", "glucocorticoids", day(90), None)
    ended, to_come = RiskFactorRecord("3", "alcohol", None, day(1)), RiskFactorRecord("4", "ckd", day(-5), None)
    twice = RiskFactorRecord("5", "smoking", day(10), None)
    assert items(*scans, risk_factors=[smoking, cortisone])["scan:two"].due_on == date(2027, 3, 5)
    assert items(*scans, risk_factors=[smoking, ended, to_come, twice])["scan:two"].due_on == date(2028, 3, 5)


def test_a_stop_ends_what_was_open() -> None:
    found = items(scan(date(2024, 9, 1)), regimens=[anastrozole(START, day(60), key="a")])
    assert found["start:a:year-1"].state == "superseded"
    assert items(regimens=[anastrozole(START, day(60), key="a")])["start:a:baseline"].state == "superseded"


def test_after_a_stop_one_scan_where_he_was_ever_below_the_floor() -> None:
    stop = date(2025, 6, 1)
    stopped = [anastrozole(date(2023, 1, 1), stop, key="a")]
    low = [lab("12", date(2024, 5, 5))]
    item = items(regimens=stopped, labs=low)["stop:start:a"]
    assert (item.opens_on, item.due_on, item.overdue_on) == (date(2026, 6, 1), date(2026, 6, 1), date(2027, 6, 1))
    assert "stop:start:a" not in items(regimens=stopped, labs=[lab("26", date(2024, 5, 5))])
    assert items(scan(date(2026, 7, 1), key="s"), regimens=stopped, labs=low)["stop:start:a"].answered_by == "s"
    again = [*stopped, anastrozole(date(2026, 8, 1), key="b")]
    assert items(regimens=again, labs=low)["stop:start:a"].state == "superseded"


def test_a_log_that_merely_ended_is_no_stop() -> None:
    doses = [dose("anastrozole", date(2025, 1, 1) + timedelta(days=n)) for n in range(0, 60, 7)]
    found = items(regimens=[], doses=doses, labs=[lab("12", date(2025, 2, 1))])
    assert not any(anchor.startswith("stop:") for anchor in found)


def test_a_scan_of_nothing_answers_nothing() -> None:
    empty = scan(START, site())
    from dataclasses import replace

    assert items(replace(empty, sites=()))["start:a:baseline"].is_open


def test_every_exposure_has_items_of_its_own() -> None:
    twice = [anastrozole(date(2022, 1, 1), date(2023, 1, 1), key="a"), anastrozole(START, key="b")]
    assert {"start:a:baseline", "start:b:baseline"} <= set(items(regimens=twice))


def test_the_interval_is_counted_on_the_calendar() -> None:
    found = items(scan(date(2024, 3, 1)), scan(date(2026, 2, 28), key="two"))
    assert found["scan:two"].due_on == date(2026, 2, 28) + relativedelta(months=24)


def test_a_prescribers_interval_decides_when_the_next_scan_is_due() -> None:
    scans = [scan(date(2025, 3, 1)), scan(date(2026, 3, 5), key="two")]
    own = IntervalOverride("o", "dexa", 18, "Dr. Bell", "glucocorticoids", day(-100))
    item = items(*scans, intervals=[own])["scan:two"]
    assert item.due_on == date(2027, 9, 5)
    assert "set by Dr. Bell" in item.words
    assert items(scans[0], intervals=[own])["start:a:year-1"].due_on == date(2026, 3, 1)
