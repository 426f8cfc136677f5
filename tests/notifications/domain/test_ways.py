"""Which ways a message takes: the first that reaches him, those he asked for, or all of them where it must not be missed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.domain.ways import Wishes, chosen, stand_in

BOTH = ("push", "email")
names = st.sampled_from(["push", "email", "pigeon"])
wishes = st.builds(
    Wishes,
    st.dictionaries(st.sampled_from(["", "dexa", "lab_e2_t"]), st.lists(names, max_size=3)),
    st.frozensets(names),
)
reaches = st.lists(names, unique=True).map(tuple)


@pytest.mark.parametrize(
    ("by_kind", "off", "reachable", "ways"),
    [
        ({}, (), BOTH, ("push",)),
        ({}, (), ("email",), ("email",)),
        ({}, (), (), ()),
        ({}, ("push",), BOTH, ("email",)),
        ({}, ("email",), ("email",), ()),
        ({"": ["email"]}, (), BOTH, ("email",)),
        ({"": ["push"]}, (), ("email",), ("email",)),
        ({"": ["push", "email"]}, (), BOTH, BOTH),
        ({"": ["push", "email"]}, ("email",), BOTH, ("push",)),
        ({"": []}, (), BOTH, ()),
        ({"dexa": []}, (), BOTH, ()),
        ({"dexa": ["email"], "": []}, (), BOTH, ("email",)),
        ({"lab_e2_t": []}, (), BOTH, ("push",)),
    ],
)
def test_what_he_asked_for(by_kind, off, reachable, ways):
    assert chosen("dexa", Wishes(by_kind, off), reachable, time_critical=False) == ways


@given(wishes, reaches)
def test_what_is_time_critical_takes_every_way_whatever_he_said(his, reachable):
    assert chosen("dexa", his, reachable, time_critical=True) == reachable


@given(wishes, reaches)
def test_nothing_takes_a_way_that_does_not_reach_him_or_that_he_switched_off(his, reachable):
    ways = chosen("dexa", his, reachable, time_critical=False)
    assert set(ways) <= set(reachable) - set(his.off)
    assert list(ways) == [way for way in reachable if way in ways]


@given(wishes, reaches, st.sets(names), st.booleans())
def test_a_stand_in_was_not_tried_and_reaches_him(his, reachable, tried, critical):
    way = stand_in("dexa", his, reachable, tried=tried, time_critical=critical)
    assert way is None or (way in reachable and way not in tried and (critical or way not in his.off))
    if critical:
        assert (way is None) == (set(reachable) <= tried)


def test_who_wants_the_inbox_alone_gets_no_stand_in():
    assert stand_in("dexa", Wishes({"dexa": []}), BOTH, tried={"push"}, time_critical=False) is None
