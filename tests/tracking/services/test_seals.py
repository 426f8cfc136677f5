"""Days of what is kept are sealed once, and whoever changes something afterwards is found out."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, connections, transaction

from backend.accounts import closing
from tests import accounts
from tracking import tasks
from tracking.domain.actor import Actor
from tracking.models import AuditEvent, Clinic, SealedDay, SealedTable, User
from tracking.services import audit, consent, erasure, labs, seals
from tracking.services.access import acting_as
from tracking.services.audit import What

# Histories are stamped by the database's own clock.
NOW = datetime.now(UTC)
TODAY = NOW.date()
TOMORROW = datetime.combine(TODAY + timedelta(days=1), datetime.min.time(), UTC) + seals.GRACE
LONG_AFTER = TOMORROW + seals.KEPT + timedelta(days=2)


@pytest.fixture
def adam(committed: None) -> Any:
    """Adam with a result, read by a prescriber, signed in and exported."""
    man = accounts.make_man(now=NOW, name="Adam Invented")
    clinic = Clinic.objects.create(name="Invented Clinic")
    bell = User.objects.create_user("bell@example.org", "x", name="Dr. Bell")
    by = Actor.user(man.user_id)
    consent.grant(patient=man, clinic_uid=clinic.uid, by=by, now=NOW)
    labs.record(
        patient=man, by=by, now=NOW, analyte="estradiol", value="9", unit="pg/mL", collected_at=str(TODAY), client_id="a"
    )
    with acting_as(Actor.system("test")):
        audit.note_visit(patient=man, user=bell, through="api", what="labs", now=NOW)
    audit.note_sign_in(What.SIGNED_IN, account=man.user_id, how="api", now=NOW)
    audit.note_export(uid=man.uid, by=by, how="csv", now=NOW)
    return man


def owner(*statements: str) -> None:
    """Somebody with the owner's password."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("SET trabecula.actor = 'system:thief'")
        for statement in statements:
            cursor.execute(statement)


def verify(*arguments: str) -> str:
    """What it says, whether all is well or not."""
    out = StringIO()
    try:
        call_command("verify_audit", *arguments, stdout=out)
    except CommandError as refused:
        out.write(f"{refused} ({refused.returncode})")
    return out.getvalue()


def test_a_day_is_sealed_once_when_it_is_over_and_found_as_it_was(
    adam: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    monkeypatch.setattr("tracking.clock.now", lambda: TOMORROW - timedelta(seconds=1))
    assert tasks.seal_days() == 0, "it may not be over for everybody"
    monkeypatch.setattr("tracking.clock.now", lambda: TOMORROW)
    assert verify().startswith("1 days are over and not sealed. Is the nightly job running?\n")
    assert (tasks.seal_days(), tasks.seal_days()) == (1, 0)
    day = SealedDay.objects.get()
    sealed = set(day.tables.values_list("table", flat=True))
    assert sealed >= {"tracking_accessevent", "tracking_auditevent", "tracking_labresulthistory", "tracking_patienthistory"}
    assert verify() == f"1 days with {day.rows} rows are as they were sealed.\n"

    log = tmp_path / "worker.log"
    line = {"event": "audit day sealed", "day": day.day.isoformat(), "digest": day.digest, "rows": day.rows}
    log.write_text("another line\ncollector 7: " + json.dumps(line) + "\n")
    assert day.digest in caplog.text
    assert verify("--log", str(log)).endswith("are as they were sealed, 1 of them with the log.\n")
    log.write_text(json.dumps(line | {"digest": "0" * 64}) + "\n" + json.dumps(line | {"day": "2020-01-01"}))
    told = verify("--log", str(log))
    assert f"{day.day}: its digest is not the one in the log, 000" in told
    assert "2020-01-01: the log has a seal of this day, and the database has none" in told
    for wrong in ("", '{"event": "audit day sealed"}'):
        log.write_text(wrong)
        with pytest.raises(CommandError, match=r"Accepted: the l"):
            call_command("verify_audit", "--log", str(log))

    the_application_cannot_change_a_thing()
    whoever_changes_something_is_found_out(adam)


def the_application_cannot_change_a_thing() -> None:
    for model in (AuditEvent, SealedDay, SealedTable):
        for change in ("UPDATE {} SET id = 0", "DELETE FROM {}", "TRUNCATE {} CASCADE"):
            with pytest.raises(DatabaseError, match="permission denied"), connection.cursor() as cursor:
                cursor.execute(change.format(model._meta.db_table))
    with pytest.raises(DatabaseError, match="less than five years ago"):
        seals.forget(now=NOW + timedelta(days=400))
    with pytest.raises(DatabaseError, match="auditevent_export_of_whom"), transaction.atomic():
        AuditEvent.objects.create(at=NOW, what=What.EXPORTED)


def whoever_changes_something_is_found_out(adam: Any) -> None:
    owner("UPDATE tracking_auditevent SET how = 'admin' WHERE what = 'signed-in'")
    assert "tracking_auditevent: row " in (told := verify())
    assert "was changed after it was sealed" in told
    assert told.endswith("1 of 1 days are not as they were sealed. (3)")
    owner("UPDATE tracking_auditevent SET how = 'api' WHERE what = 'signed-in'")
    assert "as they were sealed" in verify()

    audit.note_sign_in(What.SIGNED_IN, account=adam.user_id, how="api", now=NOW)
    assert "was added after the day was sealed" in verify()
    owner("DELETE FROM tracking_auditevent WHERE id = (SELECT max(id) FROM tracking_auditevent)")
    owner("DELETE FROM tracking_auditevent WHERE what = 'exported'")
    assert "is missing, and its man was not erased" in verify()

    seals.seal(now=TOMORROW + timedelta(days=1))
    owner("UPDATE tracking_sealedtable SET digests[1] = repeat('0', 64) WHERE \"table\" = 'tracking_accessevent'")
    assert "the seal itself was changed" in verify()
    owner("DELETE FROM tracking_sealedtable", f"DELETE FROM tracking_sealedday WHERE day = '{TODAY}'")
    assert "a day before it was taken away, added or sealed anew" in verify()


def test_what_was_kept_long_enough_is_forgotten_and_rows_of_the_erased_may_be_gone(adam: Any) -> None:
    uid, seven_years = adam.uid, NOW - timedelta(days=7 * 366)
    audit.note_sign_in(What.REFUSED, account=None, how="admin", now=seven_years)
    day = seven_years.date()
    _seal_alone(day)
    _seal_alone(TODAY)
    assert seals.forget(now=NOW) == 1
    assert [said for _, said in seals.verify(now=NOW)] == [[], []]
    assert AuditEvent.objects.filter(patient=uid).count() == 1

    owner(
        "ALTER TABLE tracking_accessevent DISABLE TRIGGER USER",
        "DELETE FROM tracking_accessevent",
        "ALTER TABLE tracking_accessevent ENABLE TRIGGER USER",
    )
    (said,) = [said for sealed, said in seals.verify(now=NOW) if sealed.day == TODAY]
    assert [sentence.endswith("is missing, and its man was not erased") for sentence in said] == [True]
    erasure.erase_again(uid, now=NOW, leave=closing.end_sign_ins)
    assert [said for _, said in seals.verify(now=NOW)] == [[], []]
    assert AuditEvent.objects.filter(patient=uid).count() == 1


def _seal_alone(day: date) -> None:
    """As if the days between had nothing in them: years of them would only cost time."""
    with acting_as(Actor.system("test")):
        seals._seal(day, NOW)


def test_nothing_is_sealed_where_nothing_happened(committed: None) -> None:
    assert seals.seal(now=TOMORROW) == []
    assert verify() == "0 days with 0 rows are as they were sealed.\n"
    assert connection.is_usable()
