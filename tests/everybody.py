"""Adam with a row in every kind of table, and those who have business with him or none: for tests that walk everything."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from difflib import SequenceMatcher
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from rest_framework.test import APIClient

from notifications import services as notifications
from notifications.models import Answer, Delivery, Device, Escalation, InboxMessage, Preference, Reminder
from tests.accounts import PASSWORD, bearer
from tests.conftest import NOW
from tracking.domain.actor import Actor
from tracking.domain.history import Origin
from tracking.exchange.incoming import Form
from tracking.models import (
    AccountExport,
    BreakGlass,
    Clinic,
    DexaScan,
    DexaSite,
    DoseEvent,
    DrugUse,
    DueItem,
    Fracture,
    InventoryCount,
    Lifestyle,
    Patient,
    Prescriber,
    RiskFactor,
    Symptom,
    Tombstone,
    User,
)
from tracking.services import (
    accounts,
    audit,
    consent,
    episodes,
    imports,
    labs,
    overrides,
    owned,
    pauses,
    read_tokens,
    regimens,
    resync,
    sharing,
    titration,
)
from tracking.services.access import acting_as

TABLES_CALLED_OTHERWISE = {"co-medication": "druguse", "titration": "proposal"}


@dataclass(frozen=True)
class Everybody:
    adam: Patient
    carl: Patient
    bell: User
    else_: User
    uids: list[str]
    # By what an address may name each of his rows, and the table that it is of.
    tables: dict[str, str]
    one_of_each: list[str]
    care: Any

    def keys_like(self, noun: str) -> list[str]:
        """All keys of his, those first whose table is called most like this part of an address."""

        called = TABLES_CALLED_OTHERWISE.get(noun, noun.replace("-", ""))

        def alike(key: str) -> int:
            return SequenceMatcher(None, called, self.tables[key], autojunk=False).find_longest_match().size

        return sorted(self.tables, key=alike, reverse=True)

    def is_told(self, content: bytes) -> list[str]:
        """What of Adam's record stands in an answer."""
        text = content.decode()
        return [mark for mark in [*self.uids, "Adam Invented", "adam@example.org"] if mark in text]


@pytest.fixture
def everybody(adam: Patient, carl: Patient, dr_bell: User, in_care: Any, settings: Any) -> Everybody:
    """Adam with a row in every table, in the care of Dr. Bell; Carl, a stranger, in the care of Dr. Else at another clinic."""
    dr_else = User.objects.create_user("else@example.org", PASSWORD, name="Dr. Else")
    other = Clinic.objects.create(name="Another Clinic")
    Prescriber.objects.create(user=dr_else, clinic=other)
    consent.grant(patient=carl, clinic_uid=other.uid, by=Actor.user(carl.user_id), now=NOW)
    bell = Actor.user(dr_bell.pk)
    for analyte, value, unit in (("estradiol", "9.0", "pg/mL"), ("shbg", "30", "nmol/L")):
        sent = {"analyte": analyte, "value": value, "unit": unit, "collected_at": "2026-10-01", "client_id": f"lab-{analyte}"}
        labs.record(patient=adam, by=bell, now=NOW, staff=True, **sent)
    until = {"reason": "two fractures", "expires_on": NOW.date() + timedelta(days=90)}
    overrides.set_floor(patient=adam, by=bell, now=NOW, floor="18", **until)
    overrides.set_interval(patient=adam, by=bell, now=NOW, kind="dexa", every_months=12, **until)
    overrides.set_clinic_floor(clinic_uid=in_care.clinic.uid, by=bell, now=NOW, floor="17", reason="an older clinic's habit")
    fill_the_rest(adam)
    titration.request(patient=adam, by=Actor.user(adam.user_id), now=NOW, words="Less, please.", client_id="request-1")
    plan = {"drug": "testosterone_cypionate", "dose_mg": "100", "schedule": {"kind": "every", "days": "7"}}
    stated = {"ask": "start", "from_date": NOW.date(), "reason": "tired"}
    titration.propose(patient=adam, by=bell, now=NOW, plan=plan, client_id="proposal-1", **stated)
    file = b"test,value,unit,collected\nEstradiol,24,pg/mL,2026-03-04\n"
    imported, _ = imports.receive(patient=adam, by=Actor.user(adam.user_id), now=NOW, content=file, form=Form())
    himself = Actor.user(adam.user_id)
    sharing.make_code(patient=adam, scope=["labs"], by=himself, now=NOW)
    read_tokens.give(patient=adam, label="Dr. Far", scope=["labs"], expires_at=NOW + timedelta(days=9), by=himself, now=NOW)
    invitation, _ = sharing.invite(clinic_uid=in_care.clinic.uid, by=bell, now=NOW)
    with acting_as(himself):
        ready = {"state": "ready", "percent": 100, "ended_at": NOW, "expires_at": NOW + timedelta(days=3), "archive": b"zip"}
        AccountExport.objects.create(patient=adam, asked_at=NOW, **ready)
    rows = list(rows_of(adam))
    uids = {str(row.uid) for row in rows if getattr(row, "uid", None)} | {str(imported.uid)}
    named = [*rows, imported, invitation]
    tables = {key: row._meta.model_name for row in named for key in names_of([row])}
    one_of_each = names_of(list({type(row): row for row in named}.values()))
    return Everybody(adam, carl, dr_bell, dr_else, sorted(uids), dict(sorted(tables.items())), sorted(one_of_each), in_care)


@pytest.fixture
def whole(everybody: Everybody) -> Everybody:
    """Adam, with a row in every owned table there is: a test that walks the registry with him says so of a new one."""
    adam, himself = everybody.adam, Actor.user(everybody.adam.user_id)
    accounts.edit_profile(patient=adam, by=himself, now=NOW, zone="Europe/Paris", birth_date=date(1980, 5, 5))
    pauses.pause(patient=adam, key="regimen-1", origin=Origin.SELF, from_date=NOW.date(), by=himself, now=NOW)
    with acting_as(Actor.user(everybody.bell.pk)):
        audit.note_visit(patient=adam, user=everybody.bell, through="api", what="labs", now=NOW)
        worst = adam.episode_rows.first()
    episodes.acknowledge(
        patient=adam, uid=worst.uid, revision=worst.revision, outcome="contacted", by=Actor.user(everybody.bell.pk), now=NOW
    )
    labs.withdraw(patient=adam, key="lab-shbg", by=Actor.user(everybody.bell.pk), now=NOW, reason="x", staff=True)
    resync.rotate(patient=adam, by=Actor.system("test"), now=NOW)
    with acting_as(Actor.system("test")):
        his = {"patient_id": adam.pk}
        reminder = Reminder.objects.get(**his)
        Answer.objects.create(**his, reminder=reminder, due_item_id=reminder.due_item_id, round=1, what="done", by="x", at=NOW)
        Delivery.objects.create(**his, reminder=reminder, channel="email", next_attempt_at=NOW)
        Escalation.objects.create(**his, about="overdue", subject_id=1, occasion="x", level="lead", at=NOW)
        Preference.objects.get_or_create(**his)
        Tombstone.objects.create(**his, table="labs", client_id="gone")
        root = User.objects.create_superuser("root@example.org", PASSWORD, name="Root")
        glass = {"user": root, "reason": "he asked for it", "opened_at": NOW, "expires_at": NOW + timedelta(hours=1)}
        BreakGlass.objects.create(**his, **glass)
    notifications.give_out_calendar(patient_id=adam.pk, by=himself, now=NOW)
    EmailAddress.objects.create(user=adam.user, email="adam@example.org", verified=True, primary=True)
    felt = {"code": "fatigue", "score": 4, "felt_at": "2026-11-01T08:00:00+01:00"}
    once = {"HTTP_IDEMPOTENCY_KEY": "sent-once", **bearer(adam.user)}
    assert APIClient().post("/api/v1/symptoms", felt, format="json", **once).status_code == 201
    return everybody


def names_of(rows: list[Any]) -> set[str]:
    """By what an address may name these rows."""
    return {str(row.uid) for row in rows if getattr(row, "uid", None)} | {r.client_id for r in rows if hasattr(r, "client_id")}


def fill_the_rest(adam: Patient) -> None:
    regimens.start(
        patient=adam,
        by=Actor.user(adam.user_id),
        now=NOW,
        origin=Origin.SELF,
        drug="anastrozole",
        dose_mg="0.5",
        schedule={"kind": "every", "days": "3.5"},
        starts_on=NOW.date() - timedelta(days=20),
        reason="breast tenderness",
        client_id="regimen-1",
    )
    stated = {"patient": adam, "recorded_at": NOW, "recorded_by": str(Actor.user(adam.user_id))}
    timed = stated | {"at": NOW - timedelta(days=9), "precision": "minute", "zone": "Europe/Berlin"}
    with acting_as(Actor.system("test")):
        DoseEvent.objects.create(drug="anastrozole", kind="taken", amount_digits="0.5", client_id="dose-1", **timed)
        scan = DexaScan.objects.create(scanned_on="2026-05-01", client_id="scan-1", **stated)
        DexaSite.objects.create(patient=adam, scan=scan, region="total_hip", bmd_digits="1.0")
        stocked = timed | {"kind": "count", "form": "tablet", "units_digits": "30", "content_digits": "1", "content_unit": "mg"}
        InventoryCount.objects.create(drug="anastrozole", client_id="count-1", **stocked)
        Fracture.objects.create(site="wrist", client_id="fracture-1", **timed)
        RiskFactor.objects.create(code="x", client_id="risk-1", **stated)
        felt_on = (NOW - timedelta(days=9)).date()
        Symptom.objects.create(code="fatigue", score=5, felt_on=felt_on, place=1, client_id="symptom-1", **timed)
        Lifestyle.objects.create(code="sun", digits="90", unit="min/week", since="2026-05-01", client_id="measure-1", **stated)
        DrugUse.objects.create(drug="biotin", since="2026-05-01", client_id="use-1", **stated)
        item = DueItem.objects.filter(patient=adam).order_by("id")[0]
        reminder = Reminder.objects.create(
            patient_id=adam.pk,
            due_item_id=item.pk,
            kind=item.kind,
            stage="on",
            channel="inbox",
            round=1,
            round_began_at=NOW,
            due_on=item.due_on,
            send_at=NOW,
            expires_at=NOW + timedelta(days=9),
            state="claimed",
            claimed_at=NOW,
        )
        InboxMessage.objects.create(patient_id=adam.pk, reminder=reminder, title="t", body="b", created_at=NOW)
        Device.objects.create(patient_id=adam.pk, kind="token", value="t", platform="ios", registered_at=NOW)


def rows_of(man: Patient) -> Iterator[Any]:
    """Of each table the first row and the last two: some hold dozens."""
    with acting_as(Actor.system("test")):
        for table in owned.tables():
            if not table.is_history:
                rows = list(table.model._default_manager.filter(**{table.ownership.owner: man.pk}).order_by("pk"))
                yield from {row.pk: row for row in (*rows[:1], *rows[-2:])}.values()
