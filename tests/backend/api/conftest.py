"""Adam's phones, over the API, with real commits: a revision rises once per transaction."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from notifications.models import InboxMessage, Reminder
from tests.backend.api.phone import LAB, Phone
from tests.backend.api.rows import OWN_TABLES, PAUSE
from tests.conftest import NOW
from tests.tracking.api.conftest import anybody, at_adam, by_adam, by_bell, by_carl, signed_in
from tracking.domain.actor import Actor
from tracking.domain.history import Origin
from tracking.models import DueItem, Patient
from tracking.services import audit, labs, regimens
from tracking.services.access import acting_as

__all__ = ["anybody", "at_adam", "by_adam", "by_bell", "by_carl", "signed_in"]


@pytest.fixture
def db(committed: None) -> None:
    """What the cast stands in: committed, and emptied afterwards."""


@pytest.fixture
def new_phone(by_adam: Any) -> Callable[[], Phone]:
    """Another phone of Adam's, fresh from the shop, that has pulled once."""

    def buy() -> Phone:
        phone = Phone(by_adam)
        phone.pull()
        return phone

    return buy


@pytest.fixture
def phone(new_phone: Callable[[], Phone]) -> Phone:
    return new_phone()


@pytest.fixture
def whole_record(phone: Phone, adam: Patient, in_care: Any, dr_bell: Any) -> Phone:
    """Something in every table, by himself and by others."""
    phone.push({table: {"created": [{"id": "mine", **row}]} for table, row in OWN_TABLES.items()})
    phone.create("regimen_pauses", {"id": "mine", **PAUSE})
    phone.create("proposals", {"id": "mine", "words": "Could we talk about the dose?"})
    phone.pull()
    phone.update("lab_results", phone.of("lab_results")["mine"] | {"value": "9.0"})
    bell = {"patient": adam, "by": Actor.user(dr_bell.pk), "now": NOW}
    sent = {name: value for name, value in LAB.items() if name != "zone"}
    labs.record(staff=True, client_id="bells", method="lcmsms", **bell, **sent)
    plan = {"drug": "testosterone_enanthate", "dose_mg": "100", "schedule": {"kind": "every", "days": "7"}}
    regimens.start(origin=Origin.PRESCRIBED, client_id="bells", starts_on=date(2026, 3, 1), **plan, **bell)
    with acting_as(Actor.system("test")):
        audit.note_visit(patient=adam, user=dr_bell, through="api", what="labs", now=NOW)
        item = DueItem.objects.filter(patient=adam).order_by("id")[0]
        reminder = Reminder.objects.create(
            patient_id=adam.pk, due_item_id=item.pk, kind=item.kind, stage="on", channel="inbox", round=1,
            round_began_at=NOW, due_on=item.due_on, send_at=NOW, expires_at=NOW + timedelta(days=9), state="claimed",
            claimed_at=NOW,
        )  # fmt: skip
        InboxMessage.objects.create(patient_id=adam.pk, reminder=reminder, title="t", body="b", created_at=NOW)
    phone.pull()
    message = next(iter(phone.of("inbox").values()))
    phone.create("answers", {"id": "mine", "reminder_id": message["reminder_id"], "answer": "not_now"})
    phone.pull()
    return phone
