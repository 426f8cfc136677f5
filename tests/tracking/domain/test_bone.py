"""Bone: the class of a scan, and change against the error of measurement."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.tracking.domain.build import NOW, ZONE, anastrozole, day, man, scan, site
from tracking.domain.bone import BoneStanding, SiteChange
from tracking.domain.history import Person
from tracking.domain.timeline import read_timeline
from tracking.evidence import load_rulebook

RULEBOOK = load_rulebook()
SIXTY = Person(ZONE, date(1966, 1, 1))


def standing(*scans: Any, person: Person = SIXTY, **rows: Any) -> BoneStanding:
    return BoneStanding(read_timeline(man(person=person, scans=scans, **rows), RULEBOOK, NOW), RULEBOOK)


def change(before: Any, after: Any, *, days: tuple[int, int] = (400, 10)) -> SiteChange:
    (found,) = standing(scan(day(days[0]), before), scan(day(days[1]), after)).changes
    return found


def test_the_lowest_of_spine_and_hip_makes_the_class() -> None:
    sites = [site("total_hip", t="-1.2"), site("femoral_neck", t="-2.6"), site("lumbar_spine", t="0.3", side="")]
    (read,) = standing(scan(day(1), *sites)).scans
    assert (read.bone_class, read.region, read.score) == ("osteoporosis", "femoral_neck", Decimal("-2.6"))


def test_the_radius_counts_only_where_spine_and_hip_have_no_score() -> None:
    radius = site("one_third_radius", "0.7", t="-2.8")
    assert standing(scan(day(1), site(t="-1.1"), radius)).scans[0].bone_class == "low_bone_mass"
    assert standing(scan(day(1), site(), radius)).scans[0].bone_class == "osteoporosis"


def test_without_a_reference_there_is_a_score_and_no_class() -> None:
    (read,) = standing(scan(day(1), site(t="-2.6"), reference="")).scans
    assert (read.bone_class, read.score) == ("reference_not_stated", Decimal("-2.6"))
    assert standing(scan(day(1), site(t="-2.6"), reference="")).classified is None


def test_a_later_scan_without_a_class_does_not_hide_an_earlier_one() -> None:
    found = standing(scan(day(300), site(t="-2.7")), scan(day(1), site(t="-1.0"), reference=""))
    assert found.classified is not None
    assert found.classified.bone_class == "osteoporosis"


@pytest.mark.parametrize(
    ("person", "scale"),
    [
        (Person(ZONE, date(1976, 11, 2)), "T"),  # fifty on the day
        (Person(ZONE, date(1976, 11, 3)), "Z"),
        (Person(ZONE, None, 1975), "T"),
        (Person(ZONE, None, 1977), "Z"),
        (Person(ZONE, None, 1976), ""),  # fifty or not: not known
        (Person(ZONE), ""),
    ],
)
def test_the_age_at_the_scan_decides_the_scale(person: Person, scale: str) -> None:
    (read,) = standing(scan(date(2026, 11, 2), site(t="-2.6", z="-1.0")), person=person).scans
    assert read.scale == scale
    assert (read.bone_class == "age_unknown") == (scale == "")


def test_no_score_is_said_as_no_score() -> None:
    assert standing(scan(day(1), site())).scans[0].bone_class == "scores_missing"


def test_spine_alone_at_sixty_is_noted() -> None:
    assert standing(scan(day(1), site("lumbar_spine", t="-0.5"))).scans[0].notes == ("spine_alone",)
    assert standing(scan(day(1), site("lumbar_spine", t="-0.5"), site(t="-0.4"))).scans[0].notes == ()


@pytest.mark.parametrize(
    ("before", "after", "lsc", "verdict"),
    [
        ("1.000", "0.970", "0.030", "loss"),
        ("1.000", "0.971", "0.030", "within_error"),
        ("1.000", "1.030", "0.030", "gain"),
        ("1.000", "0.900", None, "loss"),
        ("1.000", "1.100", None, "gain"),
        ("1.000", "0.969", None, "undetermined"),
    ],
)
def test_a_change_is_held_against_the_facilitys_error_or_the_default(
    before: str, after: str, lsc: str | None, verdict: str
) -> None:
    assert change(site(bmd=before, lsc=lsc), site(bmd=after, lsc=lsc)).verdict == verdict


def test_of_two_recorded_errors_the_larger_counts() -> None:
    assert change(site(bmd="1.000", lsc="0.020"), site(bmd="0.970", lsc="0.040")).verdict == "within_error"


def test_burnett_bowie_2009_spine_fell_by_less_than_one_mans_error() -> None:
    drop = change(site("lumbar_spine", "1.121", lsc="0.059"), site("lumbar_spine", "1.102", lsc="0.059"))
    assert (drop.percent, drop.verdict) == (Decimal("-1.69"), "within_error")


def test_burnett_bowie_2009_placebo_rose_by_less_than_one_mans_error() -> None:
    rise = change(site("lumbar_spine", "1.180", lsc="0.059"), site("lumbar_spine", "1.189", lsc="0.059"))
    assert (rise.percent, rise.verdict) == (Decimal("0.76"), "within_error")


def test_atac_four_percent_at_the_spine_is_within_the_default_error_of_one_person() -> None:
    assert change(site("lumbar_spine", "1.000"), site("lumbar_spine", "0.959")).verdict == "undetermined"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"device": "Horizon 1"}, {"device": "Horizon 2"}),
        ({"device": ""}, {"device": ""}),
        ({"facility": "A"}, {"facility": "B"}),
    ],
)
def test_another_device_or_an_unnamed_one_is_not_compared(first: dict[str, str], second: dict[str, str]) -> None:
    assert standing(scan(day(400), site(), **first), scan(day(10), site(bmd="0.5"), **second)).changes == ()


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (site("total_hip"), site("femoral_neck")),
        (site(side="left"), site(side="right")),
        (site("lumbar_spine", vertebrae="L1-L4"), site("lumbar_spine", vertebrae="L2-L4")),
    ],
)
def test_another_region_side_or_vertebrae_is_not_compared(first: Any, second: Any) -> None:
    assert standing(scan(day(400), first), scan(day(10), second)).changes == ()


def test_a_yearly_rate_needs_a_change_beyond_the_error_and_a_year() -> None:
    big, small = (
        (site(bmd="1.000", lsc="0.030"), site(bmd="0.940", lsc="0.030")),
        (site(bmd="1.0", lsc="0.1"), site(bmd="0.99")),
    )
    assert change(*big, days=(730, 0)).percent_a_year == Decimal("-3.00")
    assert change(*big, days=(300, 0)).percent_a_year is None
    assert change(*small, days=(730, 0)).percent_a_year is None


def test_units_may_differ_between_scans() -> None:
    assert change(site(bmd="1.000", lsc="0.03"), site(bmd="950", unit="mg/cm2", lsc="0.03")).percent == Decimal("-5.00")


def test_the_latest_is_held_against_the_baseline_and_against_the_scan_before() -> None:
    scans = [scan(day(ago), site(bmd=bmd, lsc="0.03")) for ago, bmd in ((900, "1.000"), (500, "0.980"), (100, "0.960"))]
    found = standing(*scans).changes
    assert [(c.from_on, c.verdict) for c in found] == [(day(900), "loss"), (day(500), "within_error")]


def test_on_an_ai_the_baseline_is_the_first_scan_near_its_start() -> None:
    scans = [scan(day(ago), site(bmd="1.0")) for ago in (2000, 700, 300)]
    found = standing(*scans, regimens=[anastrozole(day(600))]).changes
    assert [c.from_on for c in found] == [day(700)]


def test_on_an_ai_without_a_baseline_the_last_scan_before_stands_in() -> None:
    found = standing(scan(day(2000), site(bmd="1.0")), scan(day(300), site()), regimens=[anastrozole(day(600))]).changes
    assert [c.from_on for c in found] == [day(2000)]


def test_a_scan_to_come_is_not_there_yet() -> None:
    assert standing(scan(day(-3), site(t="-3"))).scans == ()
