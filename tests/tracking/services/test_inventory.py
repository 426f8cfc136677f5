"""Stock: counted, refilled, used up by the log, corrected by a count."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.conftest import NOW
from tests.tracking.services.test_intake import DAILY, taken
from tests.tracking.services.test_regimens import HCG, refusals
from tracking.domain.actor import Actor
from tracking.domain.history import Origin
from tracking.models import InventoryCount
from tracking.services import inventory, regimens
from tracking.services.access import acting_as

TABLETS = {"drug": "anastrozole", "form": "tablet", "units": "10", "content": "1 mg", "counted_at": "2026-10-04T20:00:00+02:00"}


@pytest.fixture
def himself(adam):
    return Actor.user(adam.user_id)


@pytest.fixture
def count(adam, himself):
    return lambda **sent: inventory.record(patient=adam, by=himself, now=NOW, **(TABLETS | sent))


@pytest.fixture
def held(adam, himself):
    def look():
        with acting_as(himself):
            return inventory.holdings_of([adam], NOW)[adam.pk]

    return look


@pytest.fixture
def daily(adam, himself):
    return regimens.start(patient=adam, by=himself, now=NOW, origin=Origin.SELF, **DAILY, strength="1 mg")


def test_whole_doses_days_of_supply_and_the_day_of_the_refill(adam, himself, daily, count, held):
    count()
    for day in (5, 6, 7):
        taken(adam, himself, day, regimen=daily.client_id)
    (holding,) = held()
    assert [stock.left for stock in holding.stock] == [Fraction(37, 4)]
    assert (holding.doses, holding.supply.days) == (37, 38)
    # Today's dose at eight is past and not logged: the next 37 are of 3 November and after.
    assert (holding.supply.runs_out_on, holding.supply.refill_on) == (date(2026, 12, 10), date(2026, 12, 3))


def test_a_count_corrects_what_the_log_says(adam, himself, daily, count, held):
    count()
    taken(adam, himself, 5)
    count(units="4", counted_at="2026-10-30T20:00:00+02:00")
    assert held()[0].doses == 16
    count(kind="refill", units="30", counted_at="2026-10-31T20:00:00+01:00")
    assert held()[0].doses == 136


def test_a_skipped_dose_uses_nothing_and_an_extra_one_does(adam, himself, daily, count, held):
    count()
    taken(adam, himself, 5, kind="skipped")
    taken(adam, himself, 6, kind="extra")
    assert held()[0].stock[0].left == Fraction(39, 4)


def test_a_dose_of_the_day_of_the_count_is_taken_off_where_its_time_is_not_known(adam, himself, daily, count, held):
    """Too little on the shelf is noticed, and too much is not. One known to the month was rather before the count."""
    count()
    taken(adam, himself, 4, taken_at="2026-10-04", regimen=daily.client_id)
    assert held()[0].doses == 39
    taken(adam, himself, 4, taken_at="2026-10-03", regimen=daily.client_id)
    taken(adam, himself, 4, taken_at="2026-10", regimen=daily.client_id)
    assert held()[0].doses == 39


def test_a_strength_that_is_put_right_holds_for_the_doses_that_were_logged_with_it(adam, himself, daily, count, held):
    count(units="8", content="0.5 mg")
    count()
    taken(adam, himself, 5, regimen=daily.client_id)
    who = {"patient": adam, "by": himself, "now": NOW, "origin": Origin.SELF}
    regimens.correct(**who, key=daily.client_id, **DAILY, strength="0.5 mg")
    assert {str(stock.content): stock.left for stock in held()[0].stock} == {"0.5": Fraction(15, 2), "1": 10}


def test_a_count_that_was_wrong_is_superseded_or_taken_back(adam, himself, daily, count, held):
    row, _ = count(client_id="c1")
    who = {"patient": adam, "by": himself, "now": NOW, "key": "c1"}
    inventory.correct(**who, **(TABLETS | {"units": "2"}))
    assert held()[0].doses == 8
    inventory.withdraw(**who, reason="typed twice")
    assert held() == []
    with acting_as(himself):
        assert InventoryCount.objects.filter(patient=adam).count() == 2
        assert InventoryCount.objects.get(pk=row.pk).superseded_at == NOW


def test_without_a_regimen_nobody_knows_how_long_it_lasts(count, held):
    count()
    (holding,) = held()
    assert (holding.dose, holding.doses, holding.supply) == (None, None, None)


def test_units_of_hcg_are_counted_in_units(adam, himself, count, held):
    regimens.start(patient=adam, by=himself, now=NOW, origin=Origin.SELF, **HCG)
    count(drug="hcg", form="ml", units="2", content="2500 IU")
    (holding,) = held()
    assert (holding.unit, holding.doses, str(holding.dose)) == ("IU", 10, "500")


@pytest.mark.parametrize(
    ("sent", "issues"),
    [
        ({"drug": "aspirin"}, {"/drug": "drug-unknown"}),
        ({"form": "box"}, {"/form": "form-unknown"}),
        ({"kind": "guess"}, {"/kind": "stock-kind-unknown"}),
        ({"units": "-1"}, {"/units": "value-unreadable"}),
        ({"units": "<5"}, {"/units": "units-unreadable"}),
        ({"units": "0", "kind": "refill"}, {"/units": "units-unreadable"}),
        ({"units": 30}, {"/units": "value-not-text"}),
        ({"content": "0 mg"}, {"/content": "content-empty"}),
        ({"content": "1"}, {"/content": "dose-unit"}),
        ({"counted_at": "2027-01-01"}, {"/counted_at": "in-the-future"}),
    ],
)
def test_what_cannot_be_counted_is_refused_by_field(count, sent, issues):
    assert refusals(lambda: count(**sent)) == issues


def test_what_many_men_hold_takes_as_many_queries_as_what_one_does(adam, carl, count):
    count()
    inventory.record(patient=carl, by=Actor.user(carl.user_id), now=NOW, **TABLETS)

    def queries(men):
        with acting_as(Actor.system("test")), CaptureQueriesContext(connection) as seen:
            found = inventory.holdings_of(men, NOW)
        assert all(found[man.pk] for man in men)
        return len(seen)

    assert queries([adam]) == queries([adam, carl])
