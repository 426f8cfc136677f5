"""A pull or a push as a whole: what it reads, what it costs, what it stores."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from tests.backend.api.phone import DOSE, LAB, NOTHING_REJECTED, Phone, code, many_doses
from tests.backend.api.rows import FRACTURE, OWN_TABLES, SCAN
from tests.conftest import NOW
from tracking.domain.actor import Actor
from tracking.models import Evaluation, LabResult, Patient
from tracking.services import doses
from tracking.services.access import acting_as
from tracking.sync import push as sync_push
from tracking.sync import registry

SYSTEM = Actor.system("test")


def test_an_older_schema_version_gets_only_what_it_knows(phone, monkeypatch):
    fractures = next(table for table in registry.tables() if table.name == "fractures")
    monkeypatch.setattr(type(fractures), "since", 2)
    fresh = Phone(phone.client)
    assert "fractures" not in fresh.pull(schema_version=1)["changes"]
    assert "fractures" in Phone(phone.client).pull(schema_version=2)["changes"]
    assert "fractures" in Phone(phone.client).pull()["changes"]


def test_a_table_that_the_phone_has_only_just_got_is_pulled_whole(phone, by_adam):
    phone.create("fractures", {"id": "mine", **FRACTURE})
    phone.create("lab_results", {"id": "lab", **LAB})
    phone.pull()
    said = phone.pull(schema_version=2, migration='{"from":1,"tables":["fractures"],"columns":[]}')
    assert [row["id"] for row in said["changes"]["fractures"]["updated"]] == ["mine"]
    assert said["changes"]["lab_results"]["updated"] == []


def test_a_pull_asks_as_often_for_one_row_as_for_a_hundred(phone, adam):
    def queries() -> int:
        fresh = Phone(phone.client)
        with CaptureQueriesContext(connection) as asked:
            fresh.pull()
        return len(asked)

    phone.push({table: {"created": [{"id": "mine", **row}]} for table, row in OWN_TABLES.items() if table != "risk_factors"})
    few = queries()
    many: dict[str, Any] = {"dose_events": many_doses(100, regimen_id="mine")}
    many["lab_results"] = [{"id": f"l{n}", **LAB, "analyte": "shbg", "unit": "nmol/L"} for n in range(100)]
    many["dexa_scans"] = [{"id": f"s{n}", **SCAN, "scanned_on": f"20{n + 10}-09-01"} for n in range(10)]
    assert phone.push({table: {"created": rows} for table, rows in many.items()}) == NOTHING_REJECTED
    assert queries() == few


def test_a_pull_of_little_among_much_goes_by_the_index_of_the_revision(phone, adam):
    phone.create("dose_events", *many_doses(800))
    phone.pull()
    with connections["owner"].cursor() as owner:
        owner.execute("ANALYZE tracking_doseevent")
    connections["owner"].close()
    with acting_as(Actor.user(adam.user_id)):
        (plan,) = (table.changed(adam, phone.cursor).explain() for table in registry.tables() if table.name == "dose_events")
    assert "doseevent_revision" in plan


def elsewhere(act: Callable[[], Any]) -> Any:
    """What comes of it on a connection of its own."""

    def run() -> Any:
        try:
            return act()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(run).result(timeout=60)


def test_a_pull_reads_one_snapshot_whatever_is_committed_meanwhile(phone, adam, monkeypatch):
    """Between the first table and the last, his other phone stores a dose: it is in the next pull, and half of it in none."""
    profile, himself = type(next(iter(registry.tables()))), Actor.user(adam.user_id)
    real, before = profile.changed, phone.cursor

    def changed(self: Any, man: Patient, since: int) -> Any:
        rows = list(real(self, man, since))
        elsewhere(lambda: doses.log(patient=adam, by=himself, now=NOW, client_id="meanwhile", **DOSE))
        return rows

    monkeypatch.setattr(profile, "changed", changed)
    phone.cursor = 0  # all tables are looked at, the profile first
    phone.pull()
    monkeypatch.setattr(profile, "changed", real)
    assert (phone.of("dose_events"), phone.cursor) == ({}, before)
    phone.pull()
    assert list(phone.of("dose_events")) == ["meanwhile"]
    assert phone.cursor > before


def test_a_push_that_waited_for_the_man_sees_what_was_committed_last(phone, adam, monkeypatch):
    """Whatever stood when it came in: the row that was changed before it had the lock is a conflict, and no 500."""
    phone.create("dose_events", {"id": "dose", **DOSE})
    phone.pull()
    himself, real = Actor.user(adam.user_id), sync_push.lock_patient

    def lock_after_another(man: Patient) -> Patient:
        elsewhere(lambda: doses.correct(patient=adam, key="dose", by=himself, now=NOW, **DOSE, site="left thigh"))
        return real(man)

    monkeypatch.setattr(sync_push, "lock_patient", lock_after_another)
    refused = phone.update("dose_events", phone.of("dose_events")["dose"] | {"site": "right thigh"}, expect=409)
    assert [row["site"] for row in refused["changes"]["dose_events"]["updated"]] == ["left thigh"]


def test_a_push_sent_again_under_its_key_is_answered_again_rejected_rows_included(phone):
    changes = {"dose_events": {"created": [{"id": "good", **DOSE}, {"id": "bad", **DOSE, "amount": "0,5 mg"}]}}

    def push() -> Any:
        return phone.client.send("POST", f"/sync?last_pulled_at={phone.cursor}", changes, headers={"Idempotency-Key": "once"})

    first, again = push(), push()
    assert (first.status_code, again.status_code, again.headers["Idempotent-Replayed"]) == (200, 200, "true")
    assert again.json() == first.json()
    assert code(again.json(), "dose_events") == "value-comma"


def test_one_evaluation_follows_a_push_whatever_is_in_it(phone, adam):
    with acting_as(SYSTEM):
        before = Evaluation.objects.filter(patient=adam).count()
    phone.push({table: {"created": [{"id": "mine", **row}]} for table, row in OWN_TABLES.items()})
    with acting_as(SYSTEM):
        assert Evaluation.objects.filter(patient=adam).count() == before + 1


def test_a_body_that_is_too_large_is_refused_with_what_is_accepted(phone, settings):
    settings.SYNC_MAX_BODY = 2**20
    answer = phone.create("lab_results", {"id": "a", **LAB, "laboratory": "x" * 2**20}, expect=413)
    assert "1.0 MB" in answer["detail"]


def test_what_cannot_be_read_as_a_whole_stores_nothing(phone, adam):
    answer = phone.push({"lab_results": {"created": [{"id": "a", **LAB}]}, "users": {}}, expect=422)
    assert answer["errors"][0]["pointer"] == "/users"
    with acting_as(SYSTEM):
        assert not LabResult.objects.filter(patient=adam).exists()


def test_a_stranger_and_an_account_without_a_record_find_nothing_of_it(phone, by_carl, by_bell):
    phone.create("lab_results", {"id": "a", **LAB})
    assert Phone(by_carl).pull()["changes"]["lab_results"]["updated"] == []
    assert by_bell.send("GET", "/sync").status_code == 404
    assert by_bell.send("POST", "/sync", {}).status_code == 404
