"""Draws and scans in order of time, and what one device measured of one region. Doses are held to by the laws of the whole."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from msgspec import structs

from tests.tracking.domain.build import day, lab, man, scan, site
from tracking.domain.history import ScanRecord
from tracking.domain.in_order import NO_DRAWS, Draws, ScanLog
from tracking.domain.reported import Comparator, Precision

EARLY, LATE = scan(day(400), site(bmd="0.950"), key="early"), scan(day(10), site(bmd="902", unit="mg/cm2"), key="late")
HIP = ("Imaging", "Horizon 1", "total_hip", "left", "")


def test_draws_come_in_order_of_time_and_one_of_unknown_date_first() -> None:
    unknown, march, april = (
        lab("20", day(1), key="unknown", precision=Precision.UNKNOWN),
        lab("21", day(200), key="march"),
        lab("22", day(170), key="april", method="immunoassay"),
    )
    drawn = man(labs=[april, march, unknown]).lab_log.draws["estradiol"]
    assert [draw.lab.key for draw in drawn] == ["unknown", "march", "april"]
    assert drawn.by_key["april"] is drawn[2]
    assert list(drawn.days) == [date.min, day(200), day(170)]
    assert [[result.key for result in results] for _, results in drawn.runs] == [["march"], ["april"]]
    # Nobody knows that the one of unknown date was not the last.
    assert (drawn.last_at, drawn.all_dated, drawn.any_typed) == (unknown.reported.collected.at, False, False)


def test_draws_until_an_instant_hold_the_one_of_that_instant_and_none_after_it() -> None:
    then, later = lab("21", day(200), key="then"), replace(lab("22", day(100), key="later"), typed=True)
    drawn = Draws(man(labs=[then, later]).lab_log.draws["estradiol"])
    assert (drawn.all_dated, drawn.any_typed) == (True, True)
    until = drawn.until(then.reported.collected.at)
    assert ([draw.lab.key for draw in until], until.last_at, until.any_typed) == (["then"], then.reported.collected.at, False)
    assert list(NO_DRAWS) == []


def test_scans_come_in_order_of_time_and_their_bone_density_in_one_unit() -> None:
    log = ScanLog((LATE, EARLY))
    assert list(log) == [EARLY, LATE]
    assert [(one.scan.key, one.bmd) for one in log.sites[HIP]] == [("early", Decimal("0.950")), ("late", Decimal("0.902"))]


@pytest.mark.parametrize(
    "left_out",
    [
        scan(day(10), site(), device=""),
        scan(day(10), site(unit="g")),
        replace(LATE, sites=(replace(site(), bmd=structs.replace(site().bmd, comparator=Comparator.LESS)),)),
    ],
    ids=["a device without a name", "a unit that is not known", "a censored value"],
)
def test_what_cannot_be_held_against_anything_is_in_no_series(left_out: ScanRecord) -> None:
    assert ScanLog((left_out,)).sites == {}


def test_a_log_until_a_day_holds_the_scan_of_that_day_and_none_after_it() -> None:
    log = ScanLog((EARLY, LATE))
    assert log.until(day(10)) is log
    until = log.until(day(11))
    assert (list(until), [one.scan for one in until.sites[HIP]]) == ([EARLY], [EARLY])
    assert list(log.until(day(401))) == []


def test_a_history_puts_its_scans_in_order() -> None:
    assert list(man(scans=[LATE, EARLY]).scan_log) == [EARLY, LATE]
