"""What a date in a search stands for: prefixes, precisions, zones."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tracking.api.fhir.dates import read_date
from tracking.domain.problems import Problem

ZONE = "Europe/Berlin"


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


@pytest.mark.parametrize(
    ("sent", "prefix", "starts", "ends"),
    [
        ("2026", "eq", utc(2025, 12, 31, 23), utc(2026, 12, 31, 23)),
        ("ge2026-02", "ge", utc(2026, 1, 31, 23), utc(2026, 2, 28, 23)),
        # The clocks go forward on 29 March: his day has 23 hours.
        ("lt2026-03-29", "lt", utc(2026, 3, 28, 23), utc(2026, 3, 29, 22)),
        ("2026-03-04T08:10", "eq", utc(2026, 3, 4, 7, 10), utc(2026, 3, 4, 7, 11)),
        ("2026-03-04T08:10:00Z", "eq", utc(2026, 3, 4, 8, 10), utc(2026, 3, 4, 8, 10, 1)),
        ("ap2026-03-04T08:10:00-05:00", "ap", utc(2026, 3, 4, 13, 10), utc(2026, 3, 4, 13, 10, 1)),
        # A plus sign that was not encoded arrives as a blank.
        ("2026-03-04T08:10:00.5 01:00", "eq", utc(2026, 3, 4, 7, 10, 0, 500_000), utc(2026, 3, 4, 7, 10, 0, 600_000)),
    ],
)
def test_a_date_stands_for_the_span_that_its_precision_leaves_open(sent, prefix, starts, ends):
    span = read_date(sent, ZONE, name="date")
    assert (span.prefix, span.starts, span.ends) == (prefix, starts, ends)


@pytest.mark.parametrize(
    "sent",
    ["", "yesterday", "2026-13", "2026-02-30", "2026-3-4", "04/03/2026", "gt", "xx2026", "2026-03-04T25:00", "2026-03-04T08",
     "1899", "2200", "2026-03-04T08:10:00+25:00", "ge2026-01-01,lt2026-02-01", "２０２６"],
)  # fmt: skip
def test_what_is_no_date_is_refused_and_says_what_is(sent):
    with pytest.raises(Problem) as refused:
        read_date(sent, ZONE, name="date")
    assert [(one.pointer, one.code) for one in refused.value.issues] == [("?date", "date-unreadable")]
    assert "2026-03-04" in refused.value.issues[0].detail
