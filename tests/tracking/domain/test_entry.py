"""Entry checks: refused, for staff only, to be confirmed; with pointers and with limits in the unit that was sent."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from dateutil.relativedelta import relativedelta

from tests.tracking.domain.build import TODAY, TWICE_WEEKLY, WEEKLY, site
from tracking.domain.entry import EntryCheck, check_dose, check_entry, check_floor, check_interval, check_sites, weekly_mg
from tracking.domain.problems import Problem
from tracking.domain.reported import parse_value
from tracking.domain.schedule import Schedule
from tracking.evidence import load_rulebook

RULEBOOK = load_rulebook()


def entry(analyte: str, text: str, unit: str) -> EntryCheck:
    return check_entry(analyte, parse_value(text, unit), RULEBOOK)


@pytest.mark.parametrize(
    ("analyte", "text", "unit", "code"),
    [
        ("estradiol", "24", "pg/mL", None),
        ("estradiol", "2.9", "pg/mL", "value-unusual"),
        ("estradiol", "0", "pg/mL", "value-unusual"),
        ("estradiol", "550", "pmol/L", None),
        ("estradiol", "551", "pmol/L", "value-unusual"),
        ("estradiol", "2001", "pg/mL", "value-out-of-limits"),
        ("estradiol", "<2.994", "pg/mL", None),
        ("estradiol", ">1500", "pg/mL", None),
        ("estradiol", ">2500", "pg/mL", "value-out-of-limits"),
        ("testosterone_total", "20", "nmol/L", None),
        ("testosterone_total", "6.0", "ng/mL", None),
        ("testosterone_total", "19", "ng/dL", "value-unusual"),
        ("hematocrit", "0.48", "L/L", None),
        ("hematocrit", "0.48", "%", "value-out-of-limits"),
        ("hematocrit", "48", "L/L", "value-out-of-limits"),
    ],
)
def test_a_value_is_held_to_its_limits(analyte: str, text: str, unit: str, code: str | None) -> None:
    check = entry(analyte, text, unit)
    assert [issue.code for issue in (*check.refused, *check.confirm)] == ([code] if code else [])
    assert all(issue.pointer == "/value" for issue in (*check.refused, *check.confirm))


def test_limits_are_told_in_the_unit_that_was_sent() -> None:
    (issue,) = entry("testosterone_total", "0.5", "nmol/L").confirm
    assert "expected 0.69 to 69.34 nmol/L" in issue.detail


@pytest.mark.parametrize(("unit", "code"), [("", "unit-missing"), ("mg/dL", "unit-unknown")])
def test_a_value_without_a_usable_unit_is_refused_before_any_limit(unit: str, code: str) -> None:
    with pytest.raises(Problem) as refused:
        entry("estradiol", "24", unit)
    assert [(issue.pointer, issue.code) for issue in refused.value.issues] == [("/unit", code)]


def test_confirming_lets_the_unusual_pass_and_never_the_impossible() -> None:
    entry("estradiol", "160", "pg/mL").enforce(confirmed=True, staff=False)
    with pytest.raises(Problem, match="unusual"):
        entry("estradiol", "160", "pg/mL").enforce(confirmed=False, staff=True)
    with pytest.raises(Problem, match="outside 0 to 2000"):
        entry("estradiol", "2500", "pg/mL").enforce(confirmed=True, staff=True)


def test_staff_pass_what_is_for_staff_only_once_they_confirm() -> None:
    check = check_dose("anastrozole", Decimal("2.5"), RULEBOOK)
    with pytest.raises(Problem, match="only staff"):
        check.enforce(confirmed=True, staff=False)
    with pytest.raises(Problem, match="Check the amount"):
        check.enforce(confirmed=False, staff=True)
    check.enforce(confirmed=True, staff=True)


def test_a_man_is_not_asked_to_confirm_what_only_staff_may_enter() -> None:
    check = check_dose("anastrozole", Decimal(3), RULEBOOK, schedule=WEEKLY)
    with pytest.raises(Problem) as refused:
        check.enforce(confirmed=False, staff=False)
    said = [(issue.code, issue.params["limit_kind"]) for issue in refused.value.issues]
    assert said == [("dose-staff-only", "single"), ("dose-unusual", "weekly")]


@pytest.mark.parametrize(
    ("drug", "dose", "schedule", "outcome"),
    [
        ("anastrozole", "0.5", TWICE_WEEKLY, ""),
        ("anastrozole", "1", TWICE_WEEKLY, ""),
        ("anastrozole", "1.25", WEEKLY, "confirm"),
        ("anastrozole", "1", Schedule("every", days=Decimal(3)), "confirm"),
        ("anastrozole", "1", Schedule("daily", times=1), "confirm"),
        ("anastrozole", "1", Schedule("daily", times=2), "staff_only confirm"),
        ("anastrozole", "2", Schedule("as_needed"), "confirm"),
        ("anastrozole", "11", WEEKLY, "refused staff_only confirm"),
        ("letrozole", "2.5", WEEKLY, ""),
        ("letrozole", "2.5", TWICE_WEEKLY, "confirm"),
        ("exemestane", "25", Schedule("daily", times=1), ""),
        ("exemestane", "26", None, "confirm"),
        ("testosterone_cypionate", "200", WEEKLY, ""),
        ("testosterone_cypionate", "101", TWICE_WEEKLY, "confirm"),
        ("testosterone_cypionate", "1001", None, "refused"),
    ],
)
def test_doses_single_and_weekly(drug: str, dose: str, schedule: Schedule | None, outcome: str) -> None:
    check = check_dose(drug, Decimal(dose), RULEBOOK, schedule=schedule)
    assert " ".join(name for name in ("refused", "staff_only", "confirm") if getattr(check, name)) == outcome


def test_a_dose_event_points_at_its_own_field() -> None:
    check = check_dose("anastrozole", Decimal(11), RULEBOOK, pointer="/amount_mg")
    assert [issue.pointer for issue in check.refused] == ["/amount_mg"]


@pytest.mark.parametrize("dose", ["0", "-1"])
def test_a_dose_is_more_than_nothing(dose: str) -> None:
    assert [issue.code for issue in check_dose("anastrozole", Decimal(dose), RULEBOOK).refused] == ["dose-not-positive"]


def test_an_unknown_drug_is_refused_and_the_known_ones_are_named() -> None:
    with pytest.raises(Problem, match=r"/drug: 'aspirin' is not a known drug. Accepted: .*anastrozole"):
        check_dose("aspirin", Decimal(1), RULEBOOK)


def test_the_weekly_sum_is_exact() -> None:
    assert weekly_mg(Decimal("0.5"), Schedule("every", days=Decimal(3))) == Fraction(7, 6)
    assert weekly_mg(Decimal("0.5"), Schedule("as_needed")) is None


def test_every_wrong_site_is_named_by_its_place() -> None:
    sites = [
        site("total_hip", "0.95"),
        site("femoral_neck", "2.5"),
        site("wrist", "0.5"),
        site("lumbar_spine", "1.1", t="-11", lsc="0"),
        site("lumbar_spine", "1100", unit="mg/cm2"),
        site("lumbar_spine", "1.1", unit="g/cm3"),
        site("total_hip", "1.60", z="-6.5"),
    ]
    check = check_sites(sites, RULEBOOK)
    assert [issue.pointer for issue in check.refused] == [
        "/sites/1/bmd",
        "/sites/2/region",
        "/sites/3/t_score",
        "/sites/3/lsc",
        "/sites/5/unit",
    ]
    assert [issue.pointer for issue in check.confirm] == ["/sites/6/bmd", "/sites/6/z_score"]


def test_a_bone_density_carries_no_comparator() -> None:
    from dataclasses import replace

    censored = replace(site(), bmd=parse_value("<0.9", "g/cm2"))
    assert [issue.code for issue in check_sites([censored], RULEBOOK).refused] == ["bmd-censored"]


@pytest.mark.parametrize(("floor", "pointers"), [("9.99", ["/floor"]), ("10", []), ("30", []), ("30.01", ["/floor"])])
def test_a_floor_of_his_own_lies_within_the_limits(floor: str, pointers: list[str]) -> None:
    assert [issue.pointer for issue in check_floor(Decimal(floor), None, TODAY, RULEBOOK).refused] == pointers


def test_a_floor_that_has_expired_already_is_refused() -> None:
    check = check_floor(Decimal(18), TODAY - timedelta(days=1), TODAY, RULEBOOK)
    assert [issue.pointer for issue in check.refused] == ["/expires_on"]
    assert not check_floor(Decimal(18), TODAY, TODAY, RULEBOOK).refused


@pytest.mark.parametrize(
    ("kind", "months", "pointers"),
    [
        ("lab_e2_t", 2, ["/every_months"]),
        ("lab_e2_t", 3, []),
        ("lab_e2_t", 6, []),
        ("lab_e2_t", 7, ["/every_months"]),
        ("bone_markers", 12, []),
        ("denosumab", 6, ["/kind"]),
        ("ai_review", 12, ["/kind"]),
    ],
)
def test_an_interval_of_his_own_lies_within_the_bounds_of_its_kind(kind: str, months: int, pointers: list[str]) -> None:
    assert [issue.pointer for issue in check_interval(kind, months, TODAY, TODAY, RULEBOOK).refused] == pointers


def test_an_interval_ends_on_a_day_from_today_to_a_year_ahead() -> None:
    year = TODAY + relativedelta(years=1)
    assert not any(check_interval("dexa", 12, end, TODAY, RULEBOOK).refused for end in (TODAY, year))
    for expires_on in (TODAY - timedelta(days=1), year + timedelta(days=1)):
        refused = check_interval("dexa", 12, expires_on, TODAY, RULEBOOK).refused
        assert [issue.pointer for issue in refused] == ["/expires_on"]


def test_checks_add_up_and_move_outwards() -> None:
    both = (check_dose("anastrozole", Decimal(11), RULEBOOK) + entry("estradiol", "160", "pg/mL")).under("/0")
    assert [issue.pointer for issue in both.refused] == ["/0/dose_mg"]
    assert [issue.pointer for issue in both.confirm] == ["/0/value"]
    assert both.needs_confirmation
