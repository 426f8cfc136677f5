"""Doses as logged: two phones, units, sites; and what silence means for the timing of a draw."""

from __future__ import annotations

from datetime import date

import pytest

from tests.conftest import NOW
from tests.tracking.services.test_regimens import AI, HCG, refusals
from tracking.domain.actor import Actor
from tracking.domain.history import Origin
from tracking.models import DoseEvent
from tracking.services import doses, evaluations, labs, regimens, rulebooks
from tracking.services.access import acting_as
from tracking.services.history import history_of

TAKEN = {"drug": "anastrozole", "amount_mg": "0.5", "taken_at": "2026-10-05T08:00:00+02:00"}


@pytest.fixture
def himself(adam):
    return Actor.user(adam.user_id)


@pytest.fixture
def log(adam, himself):
    return lambda **sent: doses.log(patient=adam, by=himself, now=NOW, **(TAKEN | sent))


def test_a_second_phone_is_told_which_dose_was_logged_first(log):
    log(client_id="phone-1")
    for again in ({"client_id": "phone-2"}, {}, {"client_id": "phone-2", "amount_mg": "0.50"}):
        with pytest.raises(Exception, match="logged already, as 'phone-1'"):
            log(**again)
    assert refusals(lambda: log(client_id="phone-2")) == {"/taken_at": "dose-duplicate"}


def test_the_same_phone_again_is_a_repeat(log):
    first, _ = log(client_id="phone-1")
    again, is_new = log(client_id="phone-1")
    assert (again.pk, is_new) == (first.pk, False)


@pytest.mark.parametrize(
    "other",
    [
        {"kind": "extra"},
        {"confirmed_reason": "took both"},
        {"taken_at": "2026-10-05T08:01:00+02:00"},
        {"taken_at": "2026-10-05"},
        {"amount_mg": "0.25"},
        {"kind": "late"},
    ],
)
def test_another_dose_or_one_that_is_confirmed_is_no_duplicate(log, other):
    log(client_id="phone-1")
    assert log(client_id="phone-2", **other)[1]


def test_a_duplicate_in_a_list_is_named_by_its_place_and_nothing_is_stored(adam, himself):
    events = [TAKEN | {"client_id": "a"}, TAKEN | {"client_id": "b"}]
    issues = refusals(lambda: doses.log_many(patient=adam, by=himself, now=NOW, events=events))
    assert issues == {"/1/taken_at": "dose-duplicate"}
    with acting_as(himself):
        assert not DoseEvent.objects.filter(patient=adam).exists()


def test_a_correction_may_not_become_a_duplicate_and_is_none_of_itself(log, adam, himself):
    log(client_id="a")
    log(client_id="b", taken_at="2026-10-06T08:00:00+02:00")
    correct = {"patient": adam, "by": himself, "now": NOW, "key": "b"}
    assert refusals(lambda: doses.correct(**correct, **TAKEN)) == {"/taken_at": "dose-duplicate"}
    doses.correct(**correct, **(TAKEN | {"taken_at": "2026-10-06T08:00:00+02:00", "site": "mouth"}))


def test_a_dose_keeps_its_unit_and_is_read_in_the_drugs_own(log, adam, himself):
    row, _ = log(drug="cholecalciferol", amount="2000 IU", amount_mg="")
    assert (row.amount_digits, row.amount_unit) == ("2000", "IU")
    with acting_as(himself):
        (record,) = history_of(adam).doses
    assert str(record.amount_mg) == "0.05"


@pytest.mark.parametrize(
    ("sent", "issues"),
    [
        ({"drug": "hcg"}, {"/amount_mg": "dose-unit"}),
        ({"drug": "hcg", "amount": "500 mg", "amount_mg": ""}, {"/amount": "dose-unit"}),
        ({"amount": "0.5 mg"}, {"/amount_mg": "dose-stated-twice"}),
        ({"kind": "skipped", "amount": "0.5 mg", "amount_mg": ""}, {"/amount": "skipped-has-amount"}),
        ({"amount": "11 mg", "amount_mg": ""}, {"/amount": "dose-out-of-limits"}),
        ({"taken_at": "2026-11-03T08:00:00+01:00"}, {"/taken_at": "in-the-future"}),
        ({"drug": "testosterone_gel", "amount_mg": "50", "site": "deltoid_left"}, {"/site": "site-unknown"}),
    ],
)
def test_what_cannot_be_a_dose_is_refused_by_field(log, sent, issues):
    assert refusals(lambda: log(**sent)) == issues


def test_where_nothing_is_logged_the_hours_since_the_dose_are_unknown(adam, himself):
    """A regimen says what he is to take, never that he took it."""
    regimens.start(patient=adam, by=himself, now=NOW, origin=Origin.SELF, **(AI | {"schedule": {"kind": "every", "days": "7"}}))
    drawn = {"analyte": "estradiol", "value": "24.0", "unit": "pg/mL", "collected_at": "2026-10-06T08:00:00+02:00"}
    labs.record(patient=adam, by=himself, now=NOW, **drawn)
    with acting_as(himself):
        silent = rulebooks.basis_of(evaluations.of(adam))["timing"]["ai"]
    assert (silent["phase"], silent["hours"], silent["share"]) == ("unknown", None, None)
    doses.log(patient=adam, by=himself, now=NOW, **TAKEN)
    with acting_as(himself):
        logged = rulebooks.basis_of(evaluations.of(adam))["timing"]["ai"]
    assert (logged["phase"], logged["hours"]) == ("early", "24.0")


def test_hcg_is_logged_in_units(log, adam, himself):
    regimens.start(patient=adam, by=himself, now=NOW, origin=Origin.SELF, **HCG)
    row, _ = log(drug="hcg", amount="500 IU", amount_mg="", site="abdomen_left")
    assert (row.amount_digits, row.amount_unit, row.at.date()) == ("500", "IU", date(2026, 10, 5))
