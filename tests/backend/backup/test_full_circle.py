"""A backup of a real database, and everything back, row by row; what is wrong is refused and leaves nothing behind."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command

from backend.backup import contents
from backend.backup.server import Server
from backend.devstack.placement import _programs_of_the_wheel
from tests import accounts
from tests.conftest import NOW
from tracking.domain.actor import Actor
from tracking.domain.history import Origin
from tracking.models import Clinic, LabResult
from tracking.services import audit, consent, labs, regimens, resync
from tracking.services.access import acting_as

PROGRAMS = _programs_of_the_wheel()


@pytest.fixture
def server(committed: None, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """The database of this test process, as its owner."""
    from django.db import connections

    monkeypatch.setattr("tracking.clock.now", lambda: NOW)
    server = Server(settings.MIGRATION_DATABASE_URL, PROGRAMS).named(connections["owner"].settings_dict["NAME"])
    settings.MIGRATION_DATABASE_URL = server.url
    yield server
    server.drop("restored")


@pytest.fixture
def two_men(server: Server) -> list[Any]:
    """Adam and Carl with labs, a regimen, a correction, a consent and a second life of their numbers."""
    men = [accounts.make_man(now=NOW, name=name) for name in ("Adam Invented", "Carl Ünïcode\ttab \\N")]
    clinic = Clinic.objects.create(name="Invented Clinic")
    for man in men:
        by = Actor.user(man.user_id)
        for days, value in ((400, "<5"), (30, "24.70"), (3, "9")):
            sent = {"analyte": "estradiol", "value": value, "unit": "pg/mL", "client_id": f"lab-{days}"}
            labs.record(patient=man, by=by, now=NOW, collected_at=str((NOW - timedelta(days=days)).date()), **sent)
        plan = {"drug": "anastrozole", "dose_mg": "0.5", "schedule": {"kind": "every", "days": "3.5"}, "client_id": "plan-1"}
        starts_on = NOW.date() - timedelta(days=20)
        regimens.start(patient=man, by=by, now=NOW, origin=Origin.SELF, starts_on=starts_on, reason="tender", **plan)
        consent.grant(patient=man, clinic_uid=clinic.uid, by=by, now=NOW)
        resync.rotate(patient=man, by=Actor.system("restore"), now=NOW)
    return men


@pytest.fixture
def key(tmp_path: Path, settings: Any) -> Path:
    out = StringIO()
    call_command("backup_key", str(tmp_path / "key.pem"), stdout=out, stderr=StringIO())
    settings.BACKUP_PUBLIC_KEY = out.getvalue().strip().partition("=")[2]
    return tmp_path / "key.pem"


def run(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, "--programs", str(PROGRAMS), stdout=out)
    return out.getvalue()


def databases(server: Server) -> set[str]:
    with server.connect() as connection:
        return {name for (name,) in connection.execute("SELECT datname FROM pg_database").fetchall()}


def test_the_full_circle(server: Server, two_men: list[Any], key: Path, tmp_path: Path) -> None:
    before = databases(server)
    with server.connect() as connection:
        was = contents.read(connection)
    said = run("backup", str(tmp_path))
    assert "put back for a trial, every row as it was." in said
    noted = audit.last_backup()
    assert (noted.how, noted.by) == ("tried", "system:backup")
    (file,) = tmp_path.glob("*.backup")
    assert file.stat().st_mode & 0o077 == 0
    assert b"Adam Invented" not in file.read_bytes()
    assert databases(server) == before, "the trial left nothing"

    assert was.tables["tracking_labresult"].rows == 6
    assert len([table for table in was.tables.values() if table.rows]) > 15
    erased = tmp_path / "worker.log"
    erased.write_text(
        f'{{"event": "request_finished"}}\nworker-1  | {{"event": "erased", "patient": "{two_men[1].uid}", "rows": 40}}\n'
    )
    said = run("restore", str(file), "--key", str(key), "--into", "restored", "--erased", str(erased))
    assert "every row as it was." in said
    assert f"Erased again in restored, as they had been: {two_men[1].uid}." in said
    restored = server.named("restored")
    was = only_carl_is_gone(restored, was, two_men)
    as_the_application(restored)

    with pytest.raises(CommandError, match="There is a database restored already"):
        run("restore", str(file), "--key", str(key), "--into", "restored")
    assert "restored" in databases(server), "what is somebody's stays"
    unlike_what_was_there(restored, was)
    what_is_damaged_is_refused(server, file, key)


def only_carl_is_gone(restored: Server, was: contents.Contents, men: list[Any]) -> contents.Contents:
    """What was replayed after the restore is an erasure like any other, and the database in use is as it was."""
    adam, carl = men
    with restored.connect() as connection:
        now = contents.read(connection)
        owned_by = dict(connection.execute("SELECT patient_id, count(*) FROM tracking_labresult GROUP BY 1").fetchall())
        left = connection.execute("SELECT name, user_id, erased_at IS NULL FROM tracking_patient ORDER BY id").fetchall()
        users = connection.execute("SELECT count(*) FROM tracking_user WHERE id = %s", [carl.user_id]).fetchone()
    assert owned_by == {adam.pk: 3}
    assert left == [("Adam Invented", adam.user_id, True), ("", None, False)]
    assert users == (0,)
    with acting_as(Actor.system("test")):
        assert LabResult.objects.filter(patient=carl).count() == 3, "another database was not touched"
    assert contents.differences(was, now) != []
    return now


def as_the_application(restored: Server) -> None:
    """Rights, row-level security and triggers came back too: the application's role is bound as before."""
    from django.conf import settings

    app = Server(settings.DATABASE_URL).named(restored.database)
    with psycopg.connect(app.url) as nobody, pytest.raises(psycopg.errors.InsufficientPrivilege):
        nobody.execute("SELECT count(*) FROM tracking_labresult")
    with app.connect() as acting:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            acting.execute("DELETE FROM tracking_labresult")
        acting.rollback()
        (before,) = acting.execute("SELECT sum(revision) FROM tracking_patient").fetchone() or (0,)
        acting.execute("UPDATE tracking_patient SET zone = 'Europe/Rome' WHERE erased_at IS NULL")
        (after,) = acting.execute("SELECT sum(revision) FROM tracking_patient").fetchone() or (0,)
        assert after == before + 1
        acting.rollback()


def unlike_what_was_there(restored: Server, was: contents.Contents) -> None:
    """One digit of one row, and a comparison tells."""
    with restored.connect() as connection:
        connection.execute("ALTER TABLE tracking_labresult DISABLE TRIGGER USER")
        connection.execute("UPDATE tracking_labresult SET digits = '24.71' WHERE id = (SELECT min(id) FROM tracking_labresult)")
        connection.execute("SELECT setval('tracking_labresult_id_seq', 700)")
        changed = contents.differences(was, contents.read(connection))
        connection.rollback()
    assert changed[0] == "tracking_labresult: 3 rows, and not all as they were"
    assert changed[1].startswith("tracking_labresult_id_seq: stands at 700 instead of ")


def what_is_damaged_is_refused(server: Server, file: Path, key: Path) -> None:
    before = databases(server)
    whole, sums = file.read_bytes(), file.with_suffix(".backup.sha256")
    file.write_bytes(whole[:-9000])
    with pytest.raises(CommandError, match=r"Nothing was restored. .*its SHA-256 is not the one in"):
        run("restore", str(file), "--key", str(key))
    sums.unlink()
    with pytest.raises(CommandError, match="damaged or was cut off"):
        run("restore", str(file), "--key", str(key))
    file.write_bytes(whole)
    assert databases(server) == before


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("backup", "{tmp}", "--programs", "/nowhere"), r"No backup was made. There is no pg_\w+ in /nowhere."),
        (("restore", "{tmp}/none", "--key", "{tmp}/key.pem"), "Nothing was restored. .*No such file"),
        (("restore", "{tmp}/key.pem", "--key", "{tmp}/key.pem"), "This is no backup of Trabecula."),
        (("backup_key", "{tmp}/key.pem"), "key.pem cannot be written: File exists."),
    ],
)
def test_what_cannot_be_done_is_said_and_leaves_nothing(
    server: Server, key: Path, tmp_path: Path, arguments: tuple[str, ...], sentence: str
) -> None:
    with pytest.raises(CommandError, match=sentence):
        call_command(*(argument.format(tmp=tmp_path) for argument in arguments))
    assert list(tmp_path.glob("*.backup*")) == list(tmp_path.glob("*.part")) == []


def test_programs_of_another_major_are_refused(server: Server, key: Path, tmp_path: Path) -> None:
    for name in ("pg_dump", "pg_restore"):
        (tmp_path / name).write_text(f"#!/bin/sh\necho '{name} (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)'\n")
        (tmp_path / name).chmod(0o755)
    with pytest.raises(CommandError, match=r"is of version .*, and the server is of 18: use the same\."):
        call_command("backup", str(tmp_path), "--programs", str(tmp_path))


def test_a_server_that_is_away_is_named_without_its_password(key: Path, tmp_path: Path, settings: Any) -> None:
    settings.MIGRATION_DATABASE_URL = "postgresql://owner:hidden@127.0.0.1:1/trabecula"
    with pytest.raises(CommandError, match="The database trabecula cannot be reached: ") as refused:
        call_command("backup", str(tmp_path))
    assert "hidden" not in str(refused.value)
