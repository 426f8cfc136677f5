"""The next site is the one used longest ago."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tracking.domain.problems import Problem
from tracking.domain.sites import check_site, last_uses, suggested
from tracking.evidence import load_rulebook

RULEBOOK = load_rulebook()
START = datetime(2026, 3, 1, tzinfo=UTC)
SITES = ("abdomen_left", "abdomen_right", "thigh_left")


def uses(*sites):
    return last_uses([(site, START + timedelta(days=number)) for number, site in enumerate(sites)], SITES)


@pytest.mark.parametrize(
    ("used", "next_site"),
    [
        ((), "abdomen_left"),
        (("abdomen_left",), "abdomen_right"),
        (("abdomen_left", "abdomen_right"), "abdomen_left"),
        (("abdomen_left", "abdomen_right", "abdomen_left"), "abdomen_right"),
        (("thigh_left", "abdomen_left", "abdomen_right"), "thigh_left"),
        (("elsewhere",), "abdomen_left"),
    ],
)
def test_it_rotates_among_the_sites_that_he_uses(used, next_site):
    assert suggested(uses(*used)) == next_site


def test_every_site_is_shown_with_its_last_use():
    found = uses("abdomen_left", "thigh_left", "abdomen_left")
    assert [(use.site, use.last_used) for use in found] == [
        ("abdomen_right", None),
        ("thigh_left", START + timedelta(days=1)),
        ("abdomen_left", START + timedelta(days=2)),
    ]


def test_a_product_without_sites_has_no_suggestion_and_takes_any_text():
    assert RULEBOOK.dosing.sites_of("anastrozole") == ()
    assert suggested(last_uses([], ())) == ""
    check_site("mouth", RULEBOOK.drugs["anastrozole"], RULEBOOK)


def test_a_site_that_the_product_is_not_given_at_is_refused():
    check_site("", RULEBOOK.drugs["testosterone_gel"], RULEBOOK)
    with pytest.raises(Problem, match=r"/site: 'deltoid_left' is not a site for Testosterone gel. Accepted: shoulder_left"):
        check_site("deltoid_left", RULEBOOK.drugs["testosterone_gel"], RULEBOOK)
