"""A worker whose clock is not the database's does nothing: it does not know which of the two is wrong."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.conf import settings

from backend import clocks, heartbeat, tasks
from backend.celery import app


@pytest.mark.parametrize(
    ("wrong_by", "said"),
    [
        (timedelta(seconds=65), "by 0:01:0"),
        (timedelta(days=1), "by 23:59:5"),
        (timedelta(hours=-1), "by -1 day, 22:59:5"),
    ],
)
def test_nothing_is_done_by_a_wrong_clock(db: None, wrong_by: timedelta, said: str) -> None:
    with time_machine.travel(datetime.now(UTC) + wrong_by, tick=False), pytest.raises(clocks.ClocksDisagreeError) as refused:
        tasks.tick()
    assert said in str(refused.value)
    assert heartbeat.last() is None


@pytest.mark.parametrize("wrong_by", [timedelta(seconds=55), timedelta(), timedelta(seconds=-55)])
def test_a_clock_that_is_nearly_right_is_right(db: None, wrong_by: timedelta) -> None:
    with time_machine.travel(datetime.now(UTC) + wrong_by):
        tasks.tick()
    assert heartbeat.last() is not None


def test_every_task_of_ours_looks_first() -> None:
    app.loader.import_default_modules()
    ours = {name: task for name, task in app.tasks.items() if not name.startswith("celery.")}
    assert ours.keys() >= {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert [name for name, task in ours.items() if not isinstance(task, clocks.PunctualTask)] == []
