"""Everything to take away, to the row; and nothing left behind, to the row. Both walk the registry of owned tables."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.core.management import CommandError, call_command
from django.db import Error, connection
from rest_framework.test import APIClient

from backend import tasks
from backend.accounts import closing
from tests.accounts import bearer
from tests.conftest import NOW
from tests.everybody import Everybody, everybody, whole
from tests.tracking.api.contract import ContractClient
from tracking.domain.actor import Actor
from tracking.models import AccountExport, ErasureRequest, ImportBatch, Patient, User
from tracking.services import account_export, accounts, consent, erasure, labs, owned, releases
from tracking.services.access import acting_as

__all__ = ["everybody", "whole"]  # fixtures of their own module

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("test")
# Tables that no story of this module fills, each with the reason. Everything else holds a row of Adam's before it is erased.
EMPTY: dict[str, str] = {}


def rows_by_table(man_id: int) -> dict[str, int]:
    with acting_as(SYSTEM):
        return {
            table.name: table.model._default_manager.filter(**{table.ownership.owner: man_id}).count()
            for table in owned.tables()
        }


def tables_that_mention(text: str) -> list[str]:
    """Every table of the database in which a row holds this text, whoever's it is."""
    with acting_as(SYSTEM), connection.cursor() as cursor:
        cursor.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'tracking_rulebookversion'"
        )
        found = []
        for (name,) in cursor.fetchall():
            cursor.execute(f'SELECT EXISTS (SELECT FROM "{name}" one WHERE one::text LIKE %s)', [f"%{text}%"])
            if cursor.fetchone()[0]:
                found.append(name)
    return found


def by(man: Patient) -> ContractClient:
    client = ContractClient()
    client.credentials(**bearer(man.user))
    return client


def test_the_archive_holds_every_row_of_every_table_that_is_exported(whole: Everybody) -> None:
    adam, told = whole.adam, []
    row, is_new = account_export.ask(patient=adam, by=Actor.user(adam.user_id), now=NOW)
    again, second = account_export.ask(patient=adam, by=Actor.user(adam.user_id), now=NOW)
    assert (is_new, second, again.pk) == (True, False, row.pk)
    himself = Actor.user(adam.user_id)
    beside = {"sign-in.json": closing.held(adam.user)}
    account_export.build(uid=row.uid, by=himself, now=NOW, beside=beside, progress=told.append)
    account_export.build(uid=row.uid, by=himself, now=NOW + timedelta(days=1), beside={})
    assert told == sorted(told)
    assert len(told) == len(account_export.exported_tables())

    shown = by(adam).send("GET", f"/exports/{row.uid}").json()
    assert (shown["state"], shown["percent"]) == ("ready", 100)
    plain = APIClient()
    fetched = plain.get(f"/api/v1/exports/{row.uid}/archive", HTTP_ACCEPT="application/zip", **bearer(adam.user))
    assert fetched.headers["Content-Type"] == "application/zip"
    assert fetched.headers["Cache-Control"] == "no-store"
    assert len(fetched.content) == shown["size"]
    archive = zipfile.ZipFile(io.BytesIO(fetched.content))
    held = {name: json.loads(archive.read(name)) for name in archive.namelist() if name.startswith("tables/")}
    stored = rows_by_table(adam.pk)
    exported = [table.name for table in owned.tables() if table.ownership.exported]
    assert {name: len(table["rows"]) for name, table in held.items()} == {f"tables/{n}.json": stored[n] for n in exported}
    assert json.loads(archive.read("account.json"))["rows"] == {name: stored[name] for name in exported}
    assert [n for n in exported if not stored[n]] == [n for n in exported if n in EMPTY or n == "tracking_erasurerequest"]

    values = {lab["digits"]: lab for lab in held["tables/tracking_labresult.json"]["rows"]}
    assert set(values) == {"9.0", "30"}
    assert values["9.0"]["recorded_by"] == "Dr. Bell"
    assert values["9.0"]["uid"] in whole.uids
    assert b"9.0,pg/mL" in archive.read("labs.csv")
    assert json.loads(archive.read("labs.fhir.json"))["resourceType"] == "Bundle"
    assert json.loads(archive.read("sign-in.json"))["addresses"][0]["email"] == "adam@example.org"
    everything = b"".join(archive.read(name) for name in archive.namelist()).decode()
    assert "user:" not in everything
    assert "Carl" not in everything


def archived(man: Patient) -> dict[str, list[dict[str, Any]]]:
    """The rows of each table in an archive that is built now."""
    himself = Actor.user(man.user_id)
    row, _ = account_export.ask(patient=man, by=himself, now=NOW)
    account_export.build(uid=row.uid, by=himself, now=NOW, beside={})
    with acting_as(himself):
        archive = zipfile.ZipFile(io.BytesIO(account_export.archive_of(man, row.uid, by=himself, now=NOW)))
    names = [table.name for table in account_export.exported_tables()]
    return {name: json.loads(archive.read(f"tables/{name}.json"))["rows"] for name in names}


def test_what_waits_for_a_release_is_in_the_archive_as_something_that_waits(
    adam: Patient, dr_bell: User, in_care, settings
) -> None:
    """Every row is there; what it concludes comes with the release, as on the home screen, in REST, sync and FHIR."""
    settings.FINDINGS_RELEASE = "reviewed"
    lab = {"analyte": "estradiol", "value": "9.0", "unit": "pg/mL", "collected_at": "2026-10-20"}
    labs.record(patient=adam, by=Actor.user(adam.user_id), now=NOW, **lab)
    held, stored = archived(adam), rows_by_table(adam.pk)
    told = {"uid", "revision", "as_of", "at", "evaluation", "episode", "waits_for_release"}
    named = ("tracking_evaluation", "tracking_basispart", "tracking_finding", "tracking_episode", "tracking_episodeevent")
    for table in named:
        waiting = [row for row in held[table] if row.get("waits_for_release")]
        assert len(held[table]) == stored[table] >= len(waiting) > 0, table
        assert {name for row in waiting for name in row} <= told
    assert not [table for table, rows in held.items() if "e2_low" in json.dumps(rows) or "critical" in json.dumps(rows)]
    with acting_as(SYSTEM):
        latest = adam.evaluation_rows.latest("pk")
    releases.release(patient=adam, evaluation=latest.uid, by=Actor.user(dr_bell.pk), now=NOW)
    released = archived(adam)
    assert not [table for table, rows in released.items() if any("waits_for_release" in row for row in rows)]
    assert "e2_low" in json.dumps(released["tracking_finding"] + released["tracking_episode"])
    parts = {row["uid"]: row["content"] for row in released["tracking_basispart"]}
    last = released["tracking_evaluation"][-1]
    assert [said["tier"] for said in parts[last["placed"]]["results"].values()] == ["critical"]
    assert "e2_low" in [found["family"] for found in parts[last["grounds"]]["findings"]]


def test_an_archive_is_his_alone_and_for_three_days(whole: Everybody, monkeypatch: pytest.MonkeyPatch) -> None:
    adam = whole.adam
    uid = by(adam).send("POST", "/exports").json()["uid"]
    assert by(adam).send("POST", "/exports").status_code == 200
    assert by(adam).send("GET", f"/exports/{uid}/archive").status_code == 404, "not ready"
    tasks.build_export(uid, adam.user_id)
    for other in (whole.carl.user, whole.bell, whole.else_):
        stranger = ContractClient()
        stranger.credentials(**bearer(other))
        for path in (f"/exports/{uid}", f"/exports/{uid}/archive"):
            assert stranger.send("GET", path).status_code == 404
    monkeypatch.setattr("tracking.clock.now", lambda: NOW + account_export.HOLDS)
    assert by(adam).send("GET", f"/exports/{uid}/archive").status_code == 404
    assert tasks.tend_exports() == {"built": 0, "removed": 1}
    with acting_as(SYSTEM):
        assert not AccountExport.objects.exclude(archive=None).exists()
    assert by(adam).send("GET", f"/exports/{uid}").json()["state"] == "gone"


def test_an_export_that_got_lost_is_taken_up_and_one_that_fails_says_so(adam: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    by(adam).send("POST", "/exports")
    assert tasks.tend_exports() == {"built": 0, "removed": 0}, "a worker may have it in hand"
    monkeypatch.setattr("tracking.clock.now", lambda: NOW + account_export.LOST_AFTER)
    assert tasks.tend_exports() == {"built": 1, "removed": 0}
    (row,) = by(adam).send("GET", "/exports").json()["results"]
    assert row["state"] == "ready"
    second = by(adam).send("POST", "/exports").json()["uid"]
    monkeypatch.setattr(account_export.exports, "record", None)
    with pytest.raises(TypeError):
        tasks.build_export(second, adam.user_id)
    assert by(adam).send("GET", f"/exports/{second}").json()["state"] == "failed"
    with acting_as(SYSTEM):
        assert AccountExport.objects.filter(state="ready").count() == 0, "the new one made the old one go"


def test_an_erasure_leaves_tombstones_and_the_audit_skeleton_and_nothing_else(whole: Everybody) -> None:
    adam, user_id = whole.adam, whole.adam.user_id
    session = bearer(adam.user)  # a device
    assert session
    erasure.ask(patient=adam, by=Actor.user(user_id), now=NOW)
    before, others = rows_by_table(adam.pk), rows_by_table(whole.carl.pk)
    assert [name for name, count in before.items() if not count] == sorted(EMPTY)
    assert tables_that_mention("adam@example.org"), "so that the search below finds what there is"

    with acting_as(erasure.ERASING):
        assert erasure.due(now=NOW + timedelta(days=14, microseconds=-1), limit=9) == []
        assert erasure.due(now=NOW + timedelta(days=14), limit=9) == [adam.pk]
    at = NOW + timedelta(days=14)
    erasure.erase(adam.pk, now=at, leave=closing.end_sign_ins)
    erasure.erase(adam.pk, now=at + timedelta(days=1), leave=closing.end_sign_ins)

    after = rows_by_table(adam.pk)
    gone = {table.name for table in erasure.erased_tables()}
    assert {name: count for name, count in after.items() if count} == {
        name: count for name, count in before.items() if name not in gone
    }
    assert {name for name, count in after.items() if count} == {
        "tracking_patient", "tracking_carerelationship", "tracking_accessevent", "tracking_tombstone",
        "tracking_erasurerequest", "tracking_breakglass",
    }  # fmt: skip
    assert rows_by_table(whole.carl.pk) == others
    with acting_as(SYSTEM):
        man = Patient.objects.get(pk=adam.pk)
        request = ErasureRequest.objects.get(patient=man)
    assert (man.name, man.birth_date, man.zone, man.user_id, man.erased_at) == ("", None, "UTC", None, at)
    assert request.done_at == at
    assert request.erased == {name: before[name] for name in gone}
    assert not User.objects.filter(pk=user_id).exists()
    for personal in (
        "Adam Invented",
        "adam@example.org",
        "Dr. Far",
        "1980-05-05",
        "breast tenderness",
        "Less, please.",
        "two fractures",
    ):
        assert tables_that_mention(personal) == [], personal
    assert not ImportBatch.objects.exists()
    assert not UserSession.objects.filter(user_id=user_id).exists()
    assert EmailAddress.objects.count() == 0


def test_what_the_database_keeps_is_what_the_registry_keeps() -> None:
    kept = {table.name for table in owned.tables()} - {table.name for table in erasure.erased_tables()}
    with connection.cursor() as cursor:
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = 'trabecula_erase'")
        (body,) = cursor.fetchone()
    assert all(f"'{name}'" in body for name in kept)
    assert len(kept) == 6


def test_nobody_erases_a_man_who_did_not_ask_nor_before_his_time(adam: Patient) -> None:
    def erased(actor: Actor, names: list[str] | None = None) -> None:
        tables = [table for table in erasure.erased_tables() if names is None or table.name in names]
        columns = [[table.name for table in tables], [table.ownership.owner for table in tables]]
        with acting_as(actor), connection.cursor() as cursor:
            cursor.execute("SELECT trabecula_erase(%s, %s, %s, %s)", [adam.pk, NOW, *columns])

    with pytest.raises(Error, match="did not ask for it"):
        erased(erasure.ERASING)
    erasure.ask(patient=adam, by=Actor.user(adam.user_id), now=NOW)
    with pytest.raises(Error, match="may still think better of it"):
        erased(erasure.ERASING)
    with acting_as(SYSTEM):
        ErasureRequest.objects.all().update(cancelled_at=NOW)
        ErasureRequest.objects.create(patient=adam, asked_at=NOW, due_at=NOW)
    with pytest.raises(Error, match="only an erasure erases"):
        erased(Actor.user(adam.user_id))
    with pytest.raises(Error, match="not those that belong to men"):
        erased(erasure.ERASING, ["tracking_labresult"])
    assert rows_by_table(adam.pk)["tracking_evaluation"] > 0


def test_asking_shuts_everybody_out_at_once_and_his_reminders_stop(whole: Everybody) -> None:
    from tracking.services import access

    bell = ContractClient()
    bell.credentials(**bearer(whole.bell))
    assert bell.send("GET", f"/patients/{whole.adam.uid}").status_code == 200
    with acting_as(SYSTEM):
        assert access.contact(whole.adam.pk).email == "adam@example.org"
    erasure.ask(patient=whole.adam, by=Actor.user(whole.adam.user_id), now=NOW)
    assert bell.send("GET", f"/patients/{whole.adam.uid}").status_code == 404
    with acting_as(SYSTEM):
        assert access.contact(whole.adam.pk).email == ""
        assert not whole.adam.readtoken_rows.filter(revoked_at=None).exists()
        assert not whole.adam.sharecode_rows.filter(withdrawn_at=None).exists()


def test_one_who_cannot_be_erased_holds_nobody_up_and_is_tried_again(
    adam: Patient, carl: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for man in (adam, carl):
        erasure.ask(patient=man, by=Actor.user(man.user_id), now=NOW)
    monkeypatch.setattr("tracking.clock.now", lambda: NOW + timedelta(days=14))
    end = closing.end_sign_ins

    def fails_for_adam(user: User) -> None:
        if user.email == "adam@example.org":
            raise OSError("the worker was killed here")
        end(user)

    monkeypatch.setattr(closing, "end_sign_ins", fails_for_adam)
    with pytest.raises(RuntimeError, match="1 of 2 men"):
        tasks.erase_due()
    assert rows_by_table(adam.pk)["tracking_evaluation"] > 0, "all of it or nothing"
    assert rows_by_table(carl.pk)["tracking_evaluation"] == 0
    monkeypatch.setattr(closing, "end_sign_ins", end)
    assert tasks.erase_due() == 1
    assert rows_by_table(adam.pk)["tracking_evaluation"] == 0
    assert tasks.erase_due() == 0


def test_an_account_that_works_for_a_clinic_stays_without_its_record(dr_bell: User, monkeypatch: pytest.MonkeyPatch) -> None:
    accounts.open_record(user=dr_bell, name="Dr. Bell", birth_date=date(1970, 1, 1), zone="Europe/Berlin", now=NOW)
    with acting_as(SYSTEM):
        man = Patient.objects.get(user=dr_bell)
    erasure.ask(patient=man, by=Actor.user(dr_bell.pk), now=NOW)
    monkeypatch.setattr("tracking.clock.now", lambda: NOW + timedelta(days=14))
    assert tasks.erase_due() == 1
    dr_bell.refresh_from_db()
    assert dr_bell.email == "bell@example.org"
    with acting_as(SYSTEM):
        man.refresh_from_db()
    assert man.user_id is None


def test_who_comes_back_with_a_backup_is_erased_again(adam: Patient, capsys: pytest.CaptureFixture[str]) -> None:
    """A restore before the erasure knows nothing of it, or knows that he asked."""
    erasure.ask(patient=adam, by=Actor.user(adam.user_id), now=NOW)
    call_command("erase_again", str(adam.uid), str(UUID(int=0)))
    assert capsys.readouterr().out == f"{adam.uid}: erased\n{UUID(int=0)}: not here, or erased already\n"
    assert rows_by_table(adam.pk)["tracking_evaluation"] == 0
    with pytest.raises(CommandError, match="None of them was here"):
        call_command("erase_again", str(adam.uid))


def test_what_was_erased_takes_no_more_records(adam: Patient, clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    from tracking.domain.problems import Problem

    erasure.ask(patient=adam, by=Actor.user(adam.user_id), now=NOW)
    erasure.erase(adam.pk, now=NOW + timedelta(days=14), leave=closing.end_sign_ins)
    for write in (
        lambda: labs.record(
            patient=adam, by=SYSTEM, now=NOW, analyte="estradiol", value="24", unit="pg/mL", collected_at="2026-10"
        ),
        lambda: consent.grant(patient=adam, clinic_uid=clinic.uid, by=SYSTEM, now=NOW),
    ):
        with pytest.raises(Problem) as refused:
            write()
        assert refused.value.kind == "not-found"


def test_an_unknown_export_is_not_found(adam: Patient) -> None:
    assert by(adam).send("GET", f"/exports/{UUID(int=0)}").status_code == 404
    assert by(adam).send("GET", "/erasure").status_code == 404
