"""The stored plan: as many statements however many items, one row for one item, and no news where nothing changed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tracking.domain.actor import Actor
from tracking.domain.history import Origin
from tracking.models import DueItem
from tracking.services import evaluations, regimens
from tracking.services.access import acting_as, lock_patient

SYSTEM = Actor.system("test")
AI = {
    "drug": "anastrozole",
    "dose_mg": "0.5",
    "schedule": {"kind": "every", "days": "3.5"},
    "starts_on": date(2026, 5, 1),
    "reason": "breast tenderness",
}


@pytest.fixture
def on_ai(in_care, adam, dr_bell, now):
    by = Actor.user(dr_bell.pk)
    sent = AI | {"review_on": date(2026, 10, 1)}
    regimens.start(patient=adam, by=by, now=now, origin=Origin.PRESCRIBED, **sent)
    return adam


def written(man, at):
    """The statements that change due items in one more look at him."""
    with (
        acting_as(SYSTEM),
        CaptureQueriesContext(
            connection,
        ) as seen,
    ):
        evaluations.refresh(lock_patient(man.pk), now=at)
    return [q["sql"] for q in seen if "tracking_dueitem" in q["sql"] and not q["sql"].startswith("SELECT")]


def test_a_whole_plan_is_one_insert_and_planning_again_writes_nothing(on_ai, now):
    with acting_as(SYSTEM):
        kinds = set(DueItem.objects.filter(patient=on_ai).values_list("kind", flat=True))
    assert {"lab_e2_t", "dexa", "vitamin_d", "calcium", "pth", "lipids", "ai_review"} <= kinds
    assert written(on_ai, now) == []
    assert written(on_ai, now + timedelta(minutes=1)) == []


def test_who_is_asked_is_stored(on_ai):
    with acting_as(SYSTEM):
        asked = dict(DueItem.objects.filter(patient=on_ai).values_list("kind", "audience"))
    assert (asked["ai_review"], asked["lab_e2_t"]) == ("clinic", "man")


def test_what_the_plan_no_longer_knows_is_superseded_and_news(on_ai, now):
    with acting_as(SYSTEM):
        DueItem.objects.create(
            patient=on_ai,
            kind="dexa",
            anchor="gone",
            rule="gone",
            reason="",
            opens_on=date(2026, 1, 1),
            due_on=date(2026, 1, 1),
            overdue_on=date(2026, 1, 1),
            zone=on_ai.zone,
            resend_after_days=30,
        )
    assert len(written(on_ai, now)) == 1
    with acting_as(SYSTEM):
        row = DueItem.objects.get(anchor="gone")
    assert (row.state, row.version) == ("superseded", 2)
