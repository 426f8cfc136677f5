"""A man takes everything away and leaves: a real worker builds the archive and erases him, over the real broker."""

from __future__ import annotations

import io
import zipfile

import httpx
import psycopg
import pytest
from celery import Celery

from tests.stories.conftest import Running

pytestmark = pytest.mark.processes

ABOUT = {"name": "Adam Invented", "birth_date": "1980-05-04", "zone": "Europe/Berlin"}
LAB = {"analyte": "estradiol", "value": "24.0", "unit": "pg/mL", "collected_at": "2026-10-20T08:10:00+02:00"}


def test_he_fetches_his_archive_and_is_erased_after_the_time_to_think(running: Running) -> None:
    running.start(only=("web", "worker"))
    token = running.sign_in("adam@example.org", is_new=True)
    running.call("POST", "/profile", ABOUT, token=token)
    running.call("POST", "/labs", LAB, token=token)
    uid = running.call("POST", "/exports", token=token)["uid"]
    running.wait_for(lambda: running.call("GET", f"/exports/{uid}", token=token)["state"] == "ready")
    url = f"{running.stack.web_url}/api/v1/exports/{uid}/archive"
    fetched = httpx.get(url, headers={"Authorization": f"Bearer {token}"}, timeout=30)
    archive = zipfile.ZipFile(io.BytesIO(fetched.content))
    assert archive.testzip() is None
    assert b"24.0,pg/mL" in archive.read("labs.csv")

    running.call("POST", "/auth/reauthenticate", {"password": "correct horse battery"}, token=token)
    running.call("POST", "/erasure", token=token, expect=202)
    running.call("GET", "/labs", token=token, expect=401)
    running.start(days_later=15, only=("web", "worker"))
    with Celery(broker=running.stack.services.broker_url) as beat:
        beat.send_task("backend.tasks.erase_due", queue="trabecula")
    with psycopg.connect(running.stack.services.database_url, autocommit=True) as app:
        running.wait_for(lambda: app.execute("SELECT count(*) FROM tracking_user").fetchone() == (0,))
        with app.transaction():
            app.execute("SELECT set_config('trabecula.actor', 'system:test', true)")
            assert app.execute("SELECT count(*) FROM tracking_labresult").fetchone() == (0,)
            assert app.execute("SELECT name, erased_at IS NOT NULL FROM tracking_patient").fetchall() == [("", True)]
    refused = running.call(
        "POST", "/auth/login", {"email": "adam@example.org", "password": "correct horse battery"}, expect=422
    )
    assert "access_token" not in str(refused)
