"""The story cohort, told to the API as the demo tells it, shows everything that the engine can say."""

from __future__ import annotations

from datetime import UTC, datetime

import httpx
import pytest
from django.core.cache import cache
from django.core.signals import request_finished, request_started
from django.db import close_old_connections

from backend.devstack import cohort
from backend.wsgi import application
from tracking.evidence import load_rulebook
from tracking.models import Evaluation, Finding, Standing
from tracking.services import clinics
from tracking.services.access import Actor, acting_as


@pytest.fixture
def told(db, settings):
    # One client signs everybody in, which the throttle would take for an attack.
    settings.REST_FRAMEWORK = settings.REST_FRAMEWORK | {"DEFAULT_THROTTLE_CLASSES": []}
    cache.clear()
    # As Django's own test client: the connection is the test's, and outlives a request.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    clinic = clinics.set_up(name="Invented Clinic")
    clinics.add_prescriber(clinic=clinic, email="bell@example.org", name="Dr. Bell", password=cohort.PASSWORD)
    api = cohort.Api("http://127.0.0.1", httpx.WSGITransport(application))
    bell = api.sign_in(name="Dr. Bell", email="bell@example.org")
    now = datetime.now(UTC)

    def tell():
        for man in cohort.men():
            cache.clear()
            cohort.tell(man, api.sign_up(man), bell, str(clinic.uid), now=now)

    yield tell
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def test_the_cohort_shows_every_word_every_state_every_lane_and_every_priority(told):
    """Every single finding is shown by the examples of its own rule; the story shows one of each kind."""
    told()
    with acting_as(Actor.system("test")):
        latest = Evaluation.objects.filter(pk__in=Standing.objects.values("evaluation"))
        words = set(latest.values_list("word", flat=True))
        states = set(latest.values_list("state", flat=True))
        findings = Finding.objects.filter(evaluation__in=latest)
        lanes, priorities = set(findings.values_list("lane", flat=True)), set(findings.values_list("priority", flat=True))
    assert words == {"below", "not_below", "cannot_say", "no_current_data"}
    assert states == {"current", "superseded_by_change", "stale", "no_data"}
    assert lanes == {rule.lane for rule in load_rulebook().findings.values()}
    assert priorities == {0, 1, 2, 3, 4}


def test_a_second_telling_stores_nothing_twice(told):
    told()
    with acting_as(Actor.system("test")):
        before = list(Standing.objects.order_by("patient").values_list("evaluation", flat=True))
    told()
    with acting_as(Actor.system("test")):
        assert list(Standing.objects.order_by("patient").values_list("evaluation", flat=True)) == before


def test_every_man_of_the_story_says_that_he_is_invented():
    assert all(man["name"].endswith(" Invented") for man in cohort.men())
