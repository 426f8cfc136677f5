"""What a request hands over to a worker: it goes to our broker, and where that is away the request still succeeds."""

from __future__ import annotations

from uuid import UUID

import pytest
from celery import current_app
from django.conf import settings
from django.db import transaction
from kombu.exceptions import OperationalError

from backend import tasks as ours
from tracking import tasks

UID = UUID(int=0)
HANDED_OVER = {
    ours.build_export: lambda: ours.build_export_after_commit(UID, 1),
    tasks.commit_import: lambda: tasks.commit_import_after_commit(1, UID, 1, staff=False),
    tasks.reevaluate_clinic: lambda: tasks.reevaluate_clinic_after_commit(1),
}


def test_every_process_knows_our_broker():
    assert current_app.conf.broker_url == settings.BROKER_URL


@pytest.mark.parametrize("task", HANDED_OVER, ids=lambda task: task.name)
def test_a_broker_that_is_away_fails_no_request(committed, monkeypatch, task):
    def away(*_args, **_kwargs):
        raise OperationalError("connection refused")

    monkeypatch.setattr(task, "apply_async", away)
    with transaction.atomic():
        HANDED_OVER[task]()
