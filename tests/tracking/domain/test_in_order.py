"""Scans in order of time, and what one device measured of one region. Labs and doses are held to by the laws of the whole."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from msgspec import structs

from tests.tracking.domain.build import day, man, scan, site
from tracking.domain.history import ScanRecord
from tracking.domain.in_order import ScanLog
from tracking.domain.reported import Comparator

EARLY, LATE = scan(day(400), site(bmd="0.950"), key="early"), scan(day(10), site(bmd="902", unit="mg/cm2"), key="late")
HIP = ("Imaging", "Horizon 1", "total_hip", "left", "")


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
