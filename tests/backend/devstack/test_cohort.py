"""The story cohort, told to the API as the demo tells it, shows what the engine can say, man by man."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes, policy

import httpx
import pytest
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.db import close_old_connections

from backend.devstack import cohort, one_time_code
from backend.wsgi import application
from tracking.domain.rulebook import Lane
from tracking.models import (
    DoseEvent,
    DrugUse,
    Episode,
    EpisodeEvent,
    Evaluation,
    Finding,
    FloorSetting,
    InventoryCount,
    LabResult,
    Lifestyle,
    Proposal,
    Regimen,
    RiskFactor,
    Standing,
    Symptom,
)
from tracking.services import clinics
from tracking.services.access import Actor, acting_as


def as_read(sent):
    """A message of Django's as whoever gets it has it."""
    return message_from_bytes(sent.message().as_bytes(), policy=policy.default)


@pytest.fixture
def told(db, settings, mailoutbox, monkeypatch):
    # One client signs everybody in, which the limits would take for an attack.
    settings.ACCOUNT_RATE_LIMITS = False
    # As Django's own test client: the connection is the test's, and outlives a request.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    clinic = clinics.set_up(name="Invented Clinic")
    clinics.add_prescriber(clinic=clinic, email="bell@example.org", name="Dr. Bell", password=cohort.PASSWORD)
    monkeypatch.setenv("SECOND_FACTOR_SEED", one_time_code.SEED)
    call_command("second_factor", "bell@example.org", "--seed-from-environment")
    api = cohort.Api("http://127.0.0.1", lambda: map(as_read, mailoutbox), httpx.WSGITransport(application))
    bell = api.sign_in(name="Dr. Bell", email="bell@example.org")
    now = datetime.now(UTC)

    def tell():
        for man in cohort.men():
            cohort.tell(man, api.sign_up(man), bell, str(clinic.uid), now=now)

    yield tell
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def test_the_cohort_shows_every_word_state_lane_and_priority_and_what_each_story_promises(told):
    told()
    with acting_as(Actor.system("test")):
        latest = Evaluation.objects.filter(pk__in=Standing.objects.values("evaluation"))
        words = set(latest.values_list("word", flat=True))
        states = set(latest.values_list("state", flat=True))
        found = list(Finding.objects.filter(evaluation__in=latest).select_related("evaluation__patient"))
        headlines = {row.patient.name: row.basis["headline"] for row in latest.select_related("patient")}
    by_man = {man["name"]: set() for man in cohort.men()}
    for finding in found:
        by_man[finding.evaluation.patient.name].add(finding.code)
    assert words == {"below", "not_below", "cannot_say", "no_current_data"}
    assert states == {"current", "superseded_by_change", "stale", "no_data"}
    assert {finding.priority for finding in found} == {0, 1, 2, 3, 4}
    assert {finding.lane for finding in found} == set(Lane)
    assert "the unit is in question" in headlines["Stefan Invented"]
    assert "does not reassure" in headlines["Umberto Invented"]
    assert "Biotin" in headlines["Umberto Invented"]
    missing = {man["name"]: set(man.get("promises", ())) - by_man[man["name"]] for man in cohort.men()}
    assert not {name: codes for name, codes in missing.items() if codes}
    what_dr_bell_did_shows_beside_what_was_found()
    a_request_waits_and_stock_is_counted()
    a_second_telling_stores_nothing_twice(told)


def what_dr_bell_did_shows_beside_what_was_found() -> None:
    with acting_as(Actor.system("test")):
        answered = {
            row.patient.name: (row.family, row.outcome, bool(row.snoozed_until))
            for row in Episode.objects.exclude(outcome="", snoozed_until=None).select_related("patient")
        }
        wim = Standing.objects.get(patient__name="Wim Invented").evaluation
    assert answered == {
        "Bruno Invented": ("e2_low", "contacted", False),
        "Ivan Invented": ("dexa_baseline_overdue", "", True),
    }
    assert (wim.word, wim.basis["result"]["floor"]["whose"]) == ("below", "Dr. Bell (Invented Clinic)")


def a_request_waits_and_stock_is_counted() -> None:
    with acting_as(Actor.system("test")):
        assert list(Proposal.objects.values_list("patient__name", "state")) == [("Bruno Invented", "requested")]
        assert list(InventoryCount.objects.values_list("patient__name", "units_digits")) == [("Adam Invented", "6")]


def a_second_telling_stores_nothing_twice(told):
    with acting_as(Actor.system("test")):
        before = _stored()
    told()
    with acting_as(Actor.system("test")):
        assert _stored() == before


def _stored() -> dict[str, list[int]]:
    """Everything that a telling may make, by number."""
    said = (DoseEvent, DrugUse, InventoryCount, LabResult, Lifestyle, Regimen, RiskFactor, Symptom)
    models = (*said, EpisodeEvent, Evaluation, FloorSetting, Proposal)
    return {model.__name__: list(model.objects.order_by("pk").values_list("pk", flat=True)) for model in models}


def test_every_man_of_the_story_says_that_he_is_invented():
    assert all(man["name"].endswith(" Invented") for man in cohort.men())
