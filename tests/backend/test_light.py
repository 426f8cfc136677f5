"""Before it forks, a process loads what it works with and sets it apart for the collector of garbage; the rest comes later."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

# A compiler of PDF, a library of calendars, one of pictures, the clients of FCM and of e-mail providers.
FOR_ONE_USE = {"typst", "icalendar", "qrcode", "google.auth", "anymail"}
FOR_THE_DOCUMENT = {"backend.openapi", "backend.examples", "backend.field_words"}
FOR_THE_WEB = {"backend.urls", "tracking.api.urls", "notifications.api.urls", "tracking.api.fhir.urls"}

# More objects than an interpreter by itself has, and fewer than Django and our own modules are.
MANY = 100_000


@pytest.mark.parametrize(
    ("start", "absent", "present"),
    [
        (
            "from backend import server, wsgi; server.when_ready(None)",
            FOR_ONE_USE | FOR_THE_DOCUMENT,
            FOR_THE_WEB | {"tracking.evidence.loader"},
        ),
        (
            "from celery import signals; from backend.celery import app; app.loader.init_worker(); signals.worker_init.send(0)",
            FOR_ONE_USE | FOR_THE_DOCUMENT | FOR_THE_WEB,
            {"tracking.tasks", "notifications.tasks", "backend.tasks"},
        ),
    ],
    ids=["web", "worker"],
)
def test_a_process_has_loaded_what_it_works_with_and_no_more_and_sets_it_apart(
    start: str, absent: set[str], present: set[str]
) -> None:
    told = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", f"import gc, sys; {start}; print(gc.get_freeze_count(), *sys.modules)"],
        env=os.environ | {"READY_FILE": "", "METRICS_ADDRESS": ""},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    set_apart, *loaded = told.split()
    assert present <= set(loaded)
    assert not absent & set(loaded)
    assert int(set_apart) > MANY
