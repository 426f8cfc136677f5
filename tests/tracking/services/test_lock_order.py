"""Every write to a man's record locks him first: two writers queue, and never wait for each other in a circle."""

from __future__ import annotations

import inspect
import threading
from datetime import UTC, date, datetime, time, timedelta
from time import monotonic
from uuid import uuid4

import pytest
from django.db import connection, connections

from notifications import services as notifications
from tracking.domain.actor import Actor
from tracking.domain.history import Origin
from tracking.exchange.incoming import Form
from tracking.models import Clinic, DexaScan, LabResult, Patient
from tracking.services import (
    access,
    account_export,
    accounts,
    audit,
    bone,
    checkin,
    clinics,
    consent,
    doses,
    drug_uses,
    episodes,
    erasure,
    imports,
    inventory,
    labs,
    lifestyle,
    overrides,
    pauses,
    read_tokens,
    regimens,
    resync,
    sharing,
    surveys,
    titration,
)
from tracking.sync import push

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
SYSTEM = Actor.system("test")
COMMON = {"by": SYSTEM, "now": NOW}
LAB = {"analyte": "estradiol", "value": "24", "unit": "pg/mL", "collected_at": "2026-10-01T08:00:00+02:00"}
DOSE = {"drug": "anastrozole", "amount_mg": "0.5", "taken_at": "2026-10-01T08:00:00+02:00"}
FELT = {"code": "fatigue", "score": 5, "felt_at": "2026-10-01T08:00:00+02:00"}
MEASURE = {"code": "sun", "value": "90", "unit": "min/week", "since": date(2026, 5, 1)}
USE = {"drug": "biotin", "since": date(2026, 5, 1)}
PLAN = {
    "drug": "anastrozole",
    "dose_mg": "0.5",
    "schedule": {"kind": "every", "days": "3.5"},
    "starts_on": date(2026, 5, 1),
    "reason": "breast tenderness",
}
COUNT = {"drug": "anastrozole", "form": "tablet", "units": "30", "content": "1 mg", "counted_at": "2026-10-01"}
SITE = {"region": "total_hip", "side": "left", "bmd": "0.900", "unit": "g/cm2"}

FILE = b"test,value,unit,collected\nEstradiol,24,pg/mL,2026-03-04\n"
ANSWERED_FOR = {"reason": "two fractures", "expires_on": date(2027, 1, 31)}

# One call per writer. A writer that is missing here fails the last test of this module.
WRITERS = {
    account_export.ask: lambda man: account_export.ask(patient=man, **COMMON),
    accounts.edit_profile: lambda man: accounts.edit_profile(patient=man, name="Adam the Second", **COMMON),
    audit.note_visit: lambda man: audit.note_visit(patient=man, user=_stranger(), through="api", what="labs", now=NOW),
    bone.correct_fracture: lambda man: bone.correct_fracture(
        patient=man, key="none", site="wrist", occurred_at="2026-01", **COMMON
    ),
    bone.correct_risk_factor: lambda man: bone.correct_risk_factor(patient=man, key="none", code="smoking", **COMMON),
    bone.correct_scan: lambda man: bone.correct_scan(
        patient=man, key="none", scanned_on=date(2026, 9, 1), sites=[SITE], **COMMON
    ),
    bone.record_fracture: lambda man: bone.record_fracture(patient=man, site="wrist", occurred_at="2026-01", **COMMON),
    bone.record_risk_factor: lambda man: bone.record_risk_factor(patient=man, code="smoking", **COMMON),
    bone.record_scan: lambda man: bone.record_scan(patient=man, scanned_on=date(2026, 9, 1), sites=[SITE], **COMMON),
    bone.withdraw: lambda man: bone.withdraw(patient=man, of=DexaScan, key="none", reason="typed twice", **COMMON),
    checkin.correct: lambda man: checkin.correct(patient=man, key="none", **FELT, **COMMON),
    checkin.record: lambda man: checkin.record(patient=man, **FELT, **COMMON),
    checkin.record_many: lambda man: checkin.record_many(patient=man, items=[dict(FELT)], **COMMON),
    checkin.withdraw: lambda man: checkin.withdraw(patient=man, key="none", reason="typed twice", **COMMON),
    consent.grant: lambda man: consent.grant(patient=man, clinic_uid=Clinic.objects.get().uid, **COMMON),
    consent.revoke: lambda man: consent.revoke(patient=man, uid=Clinic.objects.get().uid, **COMMON),
    doses.correct: lambda man: doses.correct(patient=man, key="none", **DOSE, **COMMON),
    doses.log: lambda man: doses.log(patient=man, **DOSE, **COMMON),
    doses.log_each: lambda man: doses.log_each(patient=man, events={"a": dict(DOSE)}, **COMMON),
    doses.log_many: lambda man: doses.log_many(patient=man, events=[dict(DOSE)], **COMMON),
    doses.withdraw: lambda man: doses.withdraw(patient=man, key="none", reason="typed twice", **COMMON),
    drug_uses.correct: lambda man: drug_uses.correct(patient=man, key="none", **USE, **COMMON),
    drug_uses.record: lambda man: drug_uses.record(patient=man, **USE, **COMMON),
    drug_uses.withdraw: lambda man: drug_uses.withdraw(patient=man, key="none", reason="typed twice", **COMMON),
    episodes.acknowledge: lambda man: episodes.acknowledge(patient=man, uid=uuid4(), revision=1, outcome="contacted", **COMMON),
    erasure.ask: lambda man: erasure.ask(patient=man, **COMMON),
    erasure.cancel: lambda man: erasure.cancel(patient=man, **COMMON),
    erasure.erase: lambda man: erasure.erase(man.pk, leave=print, **COMMON),
    episodes.snooze: lambda man: episodes.snooze(patient=man, uid=uuid4(), revision=1, until=NOW, reason="x", **COMMON),
    imports.receive: lambda man: imports.receive(patient=man, content=FILE, form=Form(), **COMMON),
    imports.answer: lambda man: imports.answer(patient=man, uid=uuid4(), answers=[], **COMMON),
    imports.commit: lambda man: imports.commit(patient=man, uid=uuid4(), **COMMON),
    imports.undo: lambda man: imports.undo(patient=man, uid=uuid4(), reason="twice", **COMMON),
    inventory.correct: lambda man: inventory.correct(patient=man, key="none", **COUNT, **COMMON),
    inventory.record: lambda man: inventory.record(patient=man, **COUNT, **COMMON),
    inventory.withdraw: lambda man: inventory.withdraw(patient=man, key="none", reason="typed twice", **COMMON),
    labs.correct: lambda man: labs.correct(patient=man, key="none", **LAB, **COMMON),
    labs.record: lambda man: labs.record(patient=man, **LAB, **COMMON),
    labs.record_each: lambda man: labs.record_each(patient=man, results={"a": dict(LAB)}, **COMMON),
    labs.withdraw: lambda man: labs.withdraw(patient=man, key="none", reason="typed twice", **COMMON),
    lifestyle.correct: lambda man: lifestyle.correct(patient=man, key="none", **MEASURE, **COMMON),
    lifestyle.record: lambda man: lifestyle.record(patient=man, **MEASURE, **COMMON),
    lifestyle.withdraw: lambda man: lifestyle.withdraw(patient=man, key="none", reason="typed twice", **COMMON),
    overrides.end_floor: lambda man: overrides.end_floor(patient=man, uid=uuid4(), **COMMON),
    overrides.end_interval: lambda man: overrides.end_interval(patient=man, uid=uuid4(), **COMMON),
    overrides.set_floor: lambda man: overrides.set_floor(patient=man, floor="18", **ANSWERED_FOR, **COMMON),
    overrides.set_interval: lambda man: overrides.set_interval(
        patient=man, kind="dexa", every_months=12, **ANSWERED_FOR, **COMMON
    ),
    pauses.pause: lambda man: pauses.pause(patient=man, key="none", origin=Origin.SELF, from_date=date(2026, 9, 1), **COMMON),
    pauses.withdraw: lambda man: pauses.withdraw(patient=man, key="none", origin=Origin.SELF, reason="x", **COMMON),
    pauses.resume: lambda man: pauses.resume(patient=man, key="none", origin=Origin.SELF, on=date(2026, 9, 1), **COMMON),
    read_tokens.give: lambda man: read_tokens.give(
        patient=man, label="x", scope=["labs"], expires_at=NOW + timedelta(days=1), **COMMON
    ),
    read_tokens.revoke: lambda man: read_tokens.revoke(patient=man, uid=uuid4(), **COMMON),
    regimens.change: lambda man: regimens.change(
        patient=man, key="none", origin=Origin.SELF, from_date=date(2026, 9, 1), **COMMON
    ),
    regimens.correct: lambda man: regimens.correct(patient=man, key="none", origin=Origin.SELF, **PLAN, **COMMON),
    regimens.end: lambda man: regimens.end(patient=man, key="none", origin=Origin.SELF, ends_on=date(2026, 9, 1), **COMMON),
    regimens.start: lambda man: regimens.start(patient=man, origin=Origin.SELF, **PLAN, **COMMON),
    sharing.accept: lambda man: sharing.accept(patient=man, code="0000-0000-0000", scope=[], **COMMON),
    sharing.make_code: lambda man: sharing.make_code(patient=man, scope=[], **COMMON),
    sharing.withdraw_code: lambda man: sharing.withdraw_code(patient=man, uid=uuid4(), **COMMON),
    titration.confirm: lambda man: titration.confirm(patient=man, uid=uuid4(), evaluation=uuid4(), reason="x", **COMMON),
    titration.decline: lambda man: titration.decline(patient=man, uid=uuid4(), reason="x", **COMMON),
    titration.expire: lambda man: titration.expire(man.pk, **COMMON),
    titration.preview: lambda man: titration.preview(patient=man, uid=uuid4(), **COMMON),
    titration.propose: lambda man: titration.propose(
        patient=man, ask="stop", from_date=date(2026, 12, 1), reason="x", regimen="none", **COMMON
    ),
    titration.request: lambda man: titration.request(patient=man, words="Less, please.", **COMMON),
    titration.withdraw: lambda man: titration.withdraw(patient=man, uid=uuid4(), **COMMON),
    regimens.withdraw: lambda man: regimens.withdraw(patient=man, key="none", origin=Origin.SELF, reason="x", **COMMON),
    push.push: lambda man: push.push(patient=man, cursor=0, changes={}, **COMMON),
    resync.rotate: lambda man: resync.rotate(patient=man, **COMMON),
    notifications.answer: lambda man: notifications.answer(patient_id=man.pk, reminder_uid=uuid4(), what="done", **COMMON),
    notifications.mark_read: lambda man: notifications.mark_read(patient_id=man.pk, message_uid=uuid4(), **COMMON),
    notifications.register: lambda man: notifications.register(
        patient_id=man.pk, kind="token", value="t", platform="ios", **COMMON
    ),
    notifications.remove: lambda man: notifications.remove(patient_id=man.pk, uid=uuid4(), **COMMON),
    notifications.stop_emails: lambda man: notifications.stop_emails(patient_id=man.pk, **COMMON),
    notifications.set_preference: lambda man: notifications.set_preference(
        patient_id=man.pk, preferred_hour=9, quiet_from=time(21), quiet_until=time(8), by_email=True, **COMMON
    ),
}
# To be called by who holds the lock already.
UNDER_THE_LOCK = {notifications.replan}


def _stranger():
    from tracking.models import User

    return User.objects.get(email="staff@example.org")


@pytest.fixture
def man(committed):
    from tracking.models import User

    user = User.objects.create_user("adam@example.org", "pw")
    User.objects.create_user("staff@example.org", "pw")
    Clinic.objects.create(name="Invented Clinic")
    with access.acting_as(SYSTEM):
        return Patient.objects.create(user=user, name="Adam Invented", zone="Europe/Berlin", birth_date=date(1980, 5, 4))


@pytest.mark.parametrize("writer", WRITERS, ids=lambda writer: f"{writer.__module__.rpartition('.')[2]}.{writer.__name__}")
def test_a_writer_waits_for_the_man_before_it_locks_or_writes_anything_else(man, writer):
    outcome = []

    def write():
        try:
            with access.acting_as(SYSTEM):
                WRITERS[writer](man)
            outcome.append("done")
        except Exception as refused:  # "no such record" after the lock is an answer too
            outcome.append(f"{type(refused).__name__}: {refused}")
        finally:
            connections.close_all()

    thread = threading.Thread(target=write)
    with access.acting_as(SYSTEM):
        access.lock_patient(man)
        thread.start()
        waiting_for, locked = _waiter(thread, outcome)
    thread.join(timeout=30)
    assert 'FROM "tracking_patient"' in waiting_for
    assert "FOR NO KEY UPDATE" in waiting_for
    assert locked == []
    assert outcome == ["done"] or outcome[0].startswith("Problem: ")


def _waiter(thread: threading.Thread, outcome: list[str]) -> tuple[str, list[str]]:
    """The statement that another connection waits in, and the tables it has written or row-locked by then."""
    deadline = monotonic() + 20
    while monotonic() < deadline and thread.is_alive():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_clear_snapshot()")  # else a transaction sees the first look for ever
            cursor.execute(
                "SELECT pid, query FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            found = cursor.fetchone()
            if found:
                cursor.execute(
                    "SELECT relation::regclass::text FROM pg_locks WHERE pid = %s AND mode = 'RowExclusiveLock'"
                    " AND relation::regclass::text LIKE '%%tracking%%' ORDER BY 1",
                    [found[0]],
                )
                return found[1], [name for (name,) in cursor.fetchall()]
        thread.join(0.02)
    pytest.fail(f"nobody waited for the man: the writer did not lock him first: {outcome}")


def test_two_writers_at_once_both_succeed_and_the_revision_counts_both(man):
    barrier = threading.Barrier(2)
    problems = []

    def write(number):
        try:
            barrier.wait(timeout=10)
            labs.record(patient=man, **(LAB | {"value": str(20 + number)}), **COMMON)
        except Exception as error:
            problems.append(error)
        finally:
            connections.close_all()

    with access.acting_as(SYSTEM):
        before = access.lock_patient(man).revision
    threads = [threading.Thread(target=write, args=[number]) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert problems == []
    with access.acting_as(SYSTEM):
        assert access.lock_patient(man).revision == before + 2
        assert sorted(LabResult.objects.values_list("revision", flat=True)) == [before + 1, before + 2]


def test_every_writer_of_the_services_is_in_the_table_above():
    modules = (
        *(account_export, accounts, audit, bone, checkin, clinics, consent, doses, drug_uses, episodes, erasure, imports),
        *(inventory, labs, lifestyle, notifications, overrides, pauses, push, read_tokens, regimens, resync, sharing),
        *(surveys, titration),
    )
    writers = {
        function
        for module in modules
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__.startswith(module.__name__)
        and not name.startswith("_")
        and "now" in inspect.signature(function).parameters
        and {"patient", "patient_id"} & set(inspect.signature(function).parameters)
    }
    assert writers == set(WRITERS) | UNDER_THE_LOCK
