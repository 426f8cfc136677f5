"""Dates as files write them: only in a declared order, and a time only with an offset or in a declared zone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracking.domain.problems import Problem
from tracking.exchange.times import read_hl7_time, read_when

NEW_YORK = "America/New_York"


@pytest.mark.parametrize(
    ("written", "order", "read"),
    [
        ("2026-03-04", "iso", "2026-03-04"),
        ("2026/3/4", "iso", "2026-03-04"),
        ("2026-03", "iso", "2026-03"),
        ("2026", "iso", "2026"),
        ("03/04/2026", "dmy", "2026-04-03"),
        ("03/04/2026", "mdy", "2026-03-04"),
        ("3.4.2026", "dmy", "2026-04-03"),
        ("4 Mar 2026", "iso", "2026-03-04"),
        ("Mar 4, 2026", "iso", "2026-03-04"),
        ("March 4 2026", "iso", "2026-03-04"),
        ("04-MAR-2026", "iso", "2026-03-04"),
        ("2026-03-04 08:10", "iso", "2026-03-04T08:10:00-05:00"),
        ("2026-03-04T08:10:30Z", "iso", "2026-03-04T08:10:30+00:00"),
        ("2026-03-04T08:10:00.088+0100", "iso", "2026-03-04T08:10:00.088000+01:00"),
        ("03/04/2026 08:10 PM", "mdy", "2026-03-04T20:10:00-05:00"),
        ("03/04/2026, 12:05 a.m.", "mdy", "2026-03-04T00:05:00-05:00"),
        ("2026-11-01 01:30", "iso", "2026-11-01T01:30:00-04:00"),
    ],
)
def test_a_date_keeps_the_precision_that_it_has(written, order, read):
    assert read_when(written, order=order, zone=NEW_YORK) == read


@pytest.mark.parametrize(
    ("written", "order", "code"),
    [
        ("03/04/2026", "iso", "date-order-undeclared"),
        ("13/04/2026", "iso", "date-order-undeclared"),
        ("13/04/2026", "mdy", "date-unreadable"),
        ("2026-02-30", "iso", "date-unreadable"),
        ("03/04/26", "mdy", "date-unreadable"),
        ("2026-03-08 02:30", "iso", "time-skipped"),
        ("2026-03-04 25:00", "iso", "date-unreadable"),
        ("2026-03-04 13:00 PM", "iso", "date-unreadable"),
        ("2026-03 08:10", "iso", "date-unreadable"),
        ("45987", "iso", "date-unreadable"),
        ("yesterday", "iso", "date-unreadable"),
    ],
)
def test_what_has_two_readings_or_none_is_refused(written, order, code):
    with pytest.raises(Problem) as refused:
        read_when(written, order=order, zone=NEW_YORK)
    assert refused.value.issues[0].code == code


def test_a_zone_that_is_none_is_refused():
    with pytest.raises(Problem, match="not a time zone"):
        read_when("2026-03-04 08:10", order="iso", zone="Atlantis/Central")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026", "2026"),
        ("202603", "2026-03"),
        ("20260304", "2026-03-04"),
        ("2026030408", "2026-03-04"),
        ("202603040810", "2026-03-04T08:10:00-05:00"),
        ("20260304081030", "2026-03-04T08:10:30-05:00"),
        ("20260304081030.1234+0100", "2026-03-04T08:10:30.123400+01:00"),
    ],
)
def test_an_hl7_time_stamp_has_every_precision(written, read):
    assert read_hl7_time(written, zone=NEW_YORK) == read


@given(st.text(alphabet="0123456789-/.: TZAPMapm+Janr,", max_size=32), st.sampled_from(["iso", "dmy", "mdy"]))
def test_whatever_is_written_is_a_moment_or_a_problem(text, order):
    for reader in (lambda: read_when(text, order=order, zone=NEW_YORK), lambda: read_hl7_time(text, zone=NEW_YORK)):
        try:
            read = reader()
        except Problem:
            continue
        assert read[:4].isdigit()
