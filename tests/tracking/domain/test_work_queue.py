"""The order of the work queue."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tracking.domain.build import NOW
from tracking.domain.rulebook import Lane, Priority
from tracking.domain.work_queue import QueueEntry, queue_key

P0, P1, P2, P3, P4 = Priority

ENTRY = QueueEntry(
    patient=5,
    priority=P1,
    overdue=False,
    acknowledged=False,
    lane=Lane.BLIND_ON_AI,
    margin=Decimal("0.9"),
    censored=False,
    days_below=30,
    has_current=False,
    without_since=date(2026, 10, 20),
    opened_at=NOW,
)
# In the order of CLINICAL 9.7, each with what comes before and what comes after.
BY = [
    ("priority", P0, P2),
    ("overdue", True, False),
    ("acknowledged", False, True),
    ("lane", Lane.BONE_AND_THERAPY, Lane.SAFETY),
    ("margin", Decimal("0.899"), None),
    ("censored", True, False),
    ("days_below", 31, 29),
    ("has_current", False, True),
    ("without_since", date(2026, 10, 19), date(2026, 10, 21)),
    ("opened_at", NOW - timedelta(seconds=1), NOW + timedelta(seconds=1)),
    ("patient", 4, 6),
]


@pytest.mark.parametrize("place", range(len(BY)), ids=[name for name, *_ in BY])
def test_each_criterion_decides_before_all_that_come_after_it(place: int) -> None:
    name, first, last = BY[place]
    worst_after = {other: after for other, _, after in BY[place + 1 :]}
    best_after = {other: before for other, before, _ in BY[place + 1 :]}
    one, other = replace(ENTRY, **{name: first}, **worst_after), replace(ENTRY, **{name: last}, **best_after)
    assert queue_key(one) < queue_key(other)


def test_who_never_had_a_current_estradiol_comes_before_who_lacks_one_for_long() -> None:
    assert queue_key(replace(ENTRY, without_since=None)) < queue_key(replace(ENTRY, without_since=date(2010, 1, 1)))


def test_lanes_and_margins_stand_in_their_order() -> None:
    lanes = sorted(Lane, key=lambda lane: queue_key(replace(ENTRY, lane=lane)))
    assert lanes == [Lane.LOW_E2, Lane.BONE_AND_THERAPY, Lane.BLIND_ON_AI, Lane.SAFETY, Lane.HIGH]
    margins = [Decimal("0.1"), Decimal("0.10001"), Decimal(2), None]
    assert sorted([None, *margins[:3]], key=lambda margin: queue_key(replace(ENTRY, margin=margin))) == margins


entries = st.builds(
    QueueEntry,
    patient=st.integers(1, 10**6),
    priority=st.sampled_from(list(Priority)),
    overdue=st.booleans(),
    acknowledged=st.booleans(),
    lane=st.sampled_from(list(Lane)),
    margin=st.none() | st.decimals("0.001", "9", places=3),
    censored=st.booleans(),
    days_below=st.integers(0, 365),
    has_current=st.booleans(),
    without_since=st.none() | st.dates(),
    opened_at=st.datetimes(timezones=st.just(UTC)),
)


@given(st.lists(entries, max_size=12, unique_by=lambda entry: entry.patient), st.randoms())
@settings(max_examples=100, deadline=None)
def test_the_order_is_total_whatever_order_the_rows_come_in(found: list[QueueEntry], shuffler: Any) -> None:
    shuffled = list(found)
    shuffler.shuffle(shuffled)
    assert sorted(shuffled, key=queue_key) == sorted(found, key=queue_key)
    assert all(one.priority <= other.priority for one, other in pairwise(sorted(found, key=queue_key)))
