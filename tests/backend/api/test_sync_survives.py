"""What the phone contract must survive: SYNC's list, each by its name."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections

from tests.backend.api.phone import DOSE, LAB, NOTHING_REJECTED, Phone, many_doses
from tests.conftest import NOW
from tracking.domain.actor import Actor
from tracking.models import DoseEvent, Evaluation, LabResult, Patient
from tracking.services import doses, evaluations, labs, resync
from tracking.services.access import acting_as

BELL_LAB = {name: value for name, value in LAB.items() if name != "zone"}


def rows_of(man: Patient, model: Any) -> list[Any]:
    with acting_as(Actor.system("test")):
        return list(model.objects.filter(patient=man).order_by("pk"))


def revision_of(man: Patient) -> int:
    with acting_as(Actor.system("test")):
        return Patient.objects.get(pk=man.pk).revision


def test_page_edge_ties_rows_of_one_revision_come_together_and_none_comes_twice(phone, new_phone, adam):
    phone.create("dose_events", *many_doses(30))
    other = new_phone()
    assert len(other.of("dose_events")) == 30
    assert {row["revision"] for row in other.of("dose_events").values()} == {other.cursor}
    again = other.pull()
    assert [name for name, changes in again["changes"].items() if changes["updated"] or changes["deleted"]] == []
    phone.create("dose_events", many_doses(31)[-1])
    assert [row["id"] for row in other.pull()["changes"]["dose_events"]["updated"]] == ["d30"]


def test_two_phones_and_a_crash_after_the_servers_commit_a_replay_stores_nothing_twice(phone, new_phone, adam):
    changes = {
        "lab_results": {"created": [{"id": "lab", **LAB, "unit": "pg/ml"}], "updated": [], "deleted": []},
        "dose_events": {"created": [{"id": "dose", **DOSE, "site": ""}], "updated": [], "deleted": []},
    }
    assert phone.push(changes) == NOTHING_REJECTED  # committed, and the phone dies before it hears of it
    committed = revision_of(adam)
    other = new_phone()
    assert other.update("dose_events", {**other.of("dose_events")["dose"], "site": "left thigh"}) == NOTHING_REJECTED
    replayed = phone.push(changes, expect=409)  # the dose was changed by the other phone meanwhile
    assert list(replayed["changes"]) == ["dose_events"]
    phone.pull()
    assert phone.push({"lab_results": changes["lab_results"]}) == NOTHING_REJECTED
    assert phone.push({"lab_results": changes["lab_results"]}, cursor=1) == NOTHING_REJECTED
    assert len(rows_of(adam, LabResult)) == 1
    assert phone.of("dose_events")["dose"]["site"] == "left thigh"
    assert revision_of(adam) == committed + 1  # by the other phone; the replays raised nothing


def test_delete_against_edit_the_edit_comes_first_and_the_deletion_waits_for_a_pull(phone, new_phone, adam):
    phone.create("lab_results", {"id": "lab", **LAB})
    phone.pull()
    other = new_phone()
    phone.update("lab_results", {**phone.of("lab_results")["lab"], "value": "25.0"})
    refused = other.delete("lab_results", "lab", expect=409)
    assert refused["type"] == "/problems/sync-conflict"
    assert refused["changes"]["lab_results"]["updated"][0]["value"] == "25.0"
    other.pull()
    assert other.delete("lab_results", "lab") == NOTHING_REJECTED
    assert other.delete("lab_results", "lab") == NOTHING_REJECTED  # and again, after a lost answer
    phone.pull()
    other.pull()
    assert phone.of("lab_results") == other.of("lab_results") == {}
    assert phone.of("lab_result_versions") == other.of("lab_result_versions") == {}


def test_delete_against_edit_the_deletion_comes_first_and_the_edit_does_not_bring_it_back(phone, new_phone, adam):
    phone.create("lab_results", {"id": "lab", **LAB})
    phone.pull()
    other = new_phone()
    edited = {**other.of("lab_results")["lab"], "value": "25.0"}
    assert phone.delete("lab_results", "lab") == NOTHING_REJECTED
    refused = other.update("lab_results", edited, expect=409)
    assert refused["changes"]["lab_results"] == {"created": [], "updated": [], "deleted": ["lab"]}
    other.pull()
    assert other.of("lab_results") == {}
    late = other.update("lab_results", edited)
    assert (late["rejected"]["lab_results"][0]["code"], late["experimentalRejectedIds"]) == (
        "withdrawn",
        {"lab_results": ["lab"]},
    )
    (row,) = rows_of(adam, LabResult)
    assert (row.withdrawn_at, row.withdrawn_reason, row.digits) == (NOW, "deleted-on-phone", "24.0")


def test_create_and_delete_before_the_first_sync_leaves_nothing(phone, adam):
    before = revision_of(adam)
    both = {"created": [{"id": "lab", **LAB}], "updated": [], "deleted": ["lab"]}
    assert phone.push({"lab_results": both}) == NOTHING_REJECTED
    assert phone.delete("lab_results", "never-sent") == NOTHING_REJECTED
    assert rows_of(adam, LabResult) == []
    assert revision_of(adam) == before


def test_an_admin_edit_between_pull_and_push_is_a_conflict_with_the_rows_of_the_server(phone, adam, in_care, dr_bell, now):
    phone.create("lab_results", {"id": "lab", **LAB}, {"id": "other", **LAB, "analyte": "shbg", "unit": "nmol/L"})
    phone.pull()
    labs.correct(patient=adam, key="lab", by=Actor.user(dr_bell.pk), now=now, staff=True, **(BELL_LAB | {"value": "<5"}))
    before = revision_of(adam)
    edit = {**phone.of("lab_results")["lab"], "value": "6"}
    refused = phone.push({"lab_results": {"updated": [edit]}, "dose_events": {"created": [{"id": "d", **DOSE}]}}, expect=409)
    (shown,) = refused["changes"]["lab_results"]["updated"]
    assert (shown["id"], shown["value"]) == ("lab", "<5")
    assert revision_of(adam) == before
    assert rows_of(adam, DoseEvent) == []
    phone.pull()
    assert phone.of("lab_results")["lab"]["value"] == "<5"
    again = phone.update("lab_results", {**phone.of("lab_results")["lab"], "value": "6"})
    assert again["rejected"]["lab_results"][0]["code"] == "not-his-entry"  # what staff entered, staff correct


def test_a_phone_clock_two_years_off_is_told_so_and_moves_no_cursor(phone, new_phone, adam):
    ahead = (NOW + timedelta(days=730)).isoformat()
    behind = (NOW - timedelta(days=730)).isoformat()
    answer = phone.create(
        "dose_events", {"id": "ahead", **DOSE, "taken_at": ahead}, {"id": "behind", **DOSE, "taken_at": behind}
    )
    (refused,) = answer["rejected"]["dose_events"]
    assert (refused["id"], refused["code"], refused["pointer"]) == ("ahead", "in-the-future", "/taken_at")
    assert list(new_phone().of("dose_events")) == ["behind"]
    phone.pull()
    assert phone.cursor == revision_of(adam)


def test_a_zone_change_mid_queue_leaves_each_row_in_the_zone_it_was_lived_in(phone, adam):
    profile = {**next(iter(phone.of("profile").values())), "zone": "Pacific/Kiritimati"}
    answer = phone.push(
        {
            "profile": {"updated": [profile]},
            "dose_events": {
                "created": [
                    {"id": "before", **DOSE, "taken_at": "2026-10-01T08:00:00+02:00", "zone": "Europe/Berlin"},
                    {"id": "after", **DOSE, "taken_at": "2026-11-02T22:00:00+14:00", "zone": "Pacific/Kiritimati"},
                ]
            },
        }
    )
    assert answer == NOTHING_REJECTED
    phone.pull()
    doses_ = phone.of("dose_events")
    assert (doses_["before"]["taken_at"], doses_["before"]["zone"]) == ("2026-10-01T08:00:00+02:00", "Europe/Berlin")
    assert (doses_["after"]["taken_at"], doses_["after"]["zone"]) == ("2026-11-02T22:00:00+14:00", "Pacific/Kiritimati")
    with acting_as(Actor.system("test")):
        latest = evaluations.of(adam)
        assert latest is not None
        assert Patient.objects.get(pk=adam.pk).zone == "Pacific/Kiritimati"
    assert next(iter(phone.of("profile").values()))["zone"] == "Pacific/Kiritimati"


def test_a_reinstall_gets_what_stands_and_what_is_gone(phone, new_phone, adam):
    phone.create("lab_results", *({"id": f"lab{number}", **LAB, "value": f"2{number}.0"} for number in range(3)))
    phone.pull()
    phone.update("lab_results", {**phone.of("lab_results")["lab0"], "value": "30.0"})
    phone.delete("lab_results", "lab1")
    phone.pull()
    reinstalled = new_phone()
    assert reinstalled.rows == phone.rows
    assert sorted(reinstalled.of("lab_results")) == ["lab0", "lab2"]


def test_a_poison_row_in_the_middle_is_rejected_and_the_rest_is_stored(phone, new_phone, adam, monkeypatch):
    real = doses._content

    def content(**sent: Any) -> Any:
        """One that the database itself refuses, as a check that nobody foresaw would."""
        return {**real(**sent), **({"kind": "poison"} if sent.get("site") == "left thigh" else {})}

    monkeypatch.setattr(doses, "_content", content)
    sent = [dose | {"id": key} for key, dose in zip(("a", "poison", "b"), many_doses(3), strict=True)]
    sent[1]["site"] = "left thigh"
    bad = [
        {"id": "comma", **DOSE, "amount": "0,5 mg"},
        {"id": "naive", **DOSE, "taken_at": "2026-10-01T08:00:00"},
        {"id": "field", **DOSE, "amont": "0.5"},
        {"id": "not an id", **DOSE},
        {"id": "number", **DOSE, "site": 5},
    ]
    answer = phone.create("dose_events", *sent[:2], *bad, sent[2])
    codes = {row["id"]: (row["code"], row["pointer"]) for row in answer["rejected"]["dose_events"]}
    assert codes == {
        "poison": ("not-storable", ""),
        "comma": ("value-comma", "/amount"),
        "naive": ("datetime-naive", "/taken_at"),
        "field": ("unknown-field", "/amont"),
        "not an id": ("client-id-form", "/id"),
        "number": ("type", "/site"),
    }
    assert sorted(answer["experimentalRejectedIds"]["dose_events"]) == sorted(codes)
    assert sorted(new_phone().of("dose_events")) == ["a", "b"]


def test_ten_thousand_rows_are_one_push_one_revision_and_one_evaluation(phone, new_phone, adam):
    before, evaluated = revision_of(adam), len(rows_of(adam, Evaluation))
    rows = many_doses(10_000)
    assert phone.create("dose_events", *rows) == NOTHING_REJECTED
    assert revision_of(adam) == before + 1
    assert len(rows_of(adam, Evaluation)) <= evaluated + 1
    other = new_phone()
    assert len(other.of("dose_events")) == 10_000
    assert phone.create("dose_events", *rows) == NOTHING_REJECTED
    assert revision_of(adam) == before + 1


def test_the_database_going_away_mid_push_stores_nothing_and_says_503(phone, new_phone, adam, monkeypatch):
    real = evaluations.refresh_many

    def gone(*men: Any, **sent: Any) -> Any:
        """The rows are written; then the server ends the connection, before the commit."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        return real(*men, **sent)

    monkeypatch.setattr(evaluations, "refresh_many", gone)
    changes = {"lab_results": {"created": [{"id": "lab", **LAB}]}}
    response = phone.client.send("POST", f"/sync?last_pulled_at={phone.cursor}", changes)
    assert (response.status_code, response.headers["Retry-After"]) == (503, "30")
    assert response.json()["type"] == "/problems/unavailable"
    monkeypatch.setattr(evaluations, "refresh_many", real)
    connection.close()
    assert rows_of(adam, LabResult) == []
    assert phone.push(changes) == NOTHING_REJECTED
    assert list(new_phone().of("lab_results")) == ["lab"]


def test_a_database_that_cannot_be_reached_is_a_503_too(phone, monkeypatch, unused_port):
    connection.close()
    monkeypatch.setitem(connection.settings_dict, "HOST", "127.0.0.1")
    monkeypatch.setitem(connection.settings_dict, "PORT", str(unused_port))
    for method, body in (("GET", None), ("POST", {"lab_results": {"created": [{"id": "lab", **LAB}]}})):
        response = phone.client.send(method, "/sync?last_pulled_at=1", body)
        assert (response.status_code, response.headers["Retry-After"]) == (503, "30")
    connection.close()


@pytest.fixture
def unused_port() -> int:
    import socket

    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.fixture
def backup(committed: None) -> Any:
    """Takes a copy of the whole database; calling what it returns puts it back, as a restore does."""
    name = connection.settings_dict["NAME"]
    kept = f"{name}_backup"

    def owner(statement: str) -> None:
        for alias in ("default", "owner"):
            connections[alias].close()
        connections["owner"].settings_dict["NAME"], before = "postgres", connections["owner"].settings_dict["NAME"]
        try:
            with connections["owner"].cursor() as cursor:
                cursor.execute(statement)
        finally:
            connections["owner"].close()
            connections["owner"].settings_dict["NAME"] = before

    def take() -> Any:
        owner(f"CREATE DATABASE {kept} TEMPLATE {name}")

        def put_back() -> None:
            owner(f"DROP DATABASE {name} WITH (FORCE)")
            owner(f"CREATE DATABASE {name} TEMPLATE {kept}")

        return put_back

    yield take
    owner(f"DROP DATABASE IF EXISTS {kept}")


def test_a_restore_makes_every_phone_pull_everything_again(phone, new_phone, adam, backup, now):
    from django.core.management import call_command

    phone.create("lab_results", {"id": "kept", **LAB})
    phone.pull()
    put_back = backup()
    phone.create("lab_results", {"id": "lost", **LAB})
    phone.pull()
    known, token = phone.cursor, phone.token
    put_back()
    call_command("rotate_resync_token")
    assert revision_of(adam) > known

    refused = phone.pull(expect=409)
    assert refused["type"] == "/problems/resync-required"
    assert phone.create("lab_results", {"id": "new", **LAB}, expect=409)["type"] == "/problems/resync-required"
    # Where as much was written after the restore as had been lost, the old number would look like one of now.
    labs.record(patient=adam, by=Actor.user(adam.user_id), now=now, client_id="since", **LAB)
    phone.pull(expect=409)

    fresh = Phone(phone.client)
    fresh.pull()
    assert sorted(fresh.of("lab_results")) == ["kept", "since"]
    assert fresh.token != token
    lost = phone.of("lab_results")["lost"]
    assert fresh.create("lab_results", lost) == NOTHING_REJECTED
    fresh.pull()
    assert sorted(fresh.of("lab_results")) == ["kept", "lost", "since"]
    fresh.pull(expect=409, resync_token=token)


def test_a_number_that_nobody_was_given_is_of_another_life(phone, adam):
    for number in (phone.cursor + 1, 2**52):
        phone.cursor = number
        assert phone.pull(expect=409)["type"] == "/problems/resync-required"


def test_a_second_restore_begins_a_third_life(phone, adam, now):
    tokens = {resync.rotate(patient=adam, by=Actor.system("test"), now=now) for _ in range(2)}
    assert len(tokens) == 2
    fresh = Phone(phone.client)
    fresh.pull()
    assert fresh.token in tokens
    assert fresh.cursor >= 2 * resync.LEAP
