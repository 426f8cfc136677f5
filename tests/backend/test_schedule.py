"""Beat goes on sending whatever its clock did."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from celery import Celery
from celery.schedules import crontab

from backend.schedule import Timetable

NOW = datetime(2026, 11, 2, 9, 0, 30, tzinfo=UTC)
A_DAY, A_MINUTE = timedelta(days=1), timedelta(seconds=60)


class Noting(Timetable):
    """Sends to nobody."""

    def apply_entry(self, entry: Any, producer: Any = None) -> None:
        self.sent = [*getattr(self, "sent", []), entry.name]


def beat_on(file: Path) -> Noting:
    app = Celery(broker="memory://", set_as_current=False)
    app.conf.update(
        timezone="UTC",
        result_expires=None,
        beat_schedule={
            "sweep": {"task": "x", "schedule": 60.0},
            "tick": {"task": "y", "schedule": 60.0},
            "hourly": {"task": "z", "schedule": crontab(minute="7")},
        },
    )
    return Noting(app, schedule_filename=str(file))


@pytest.fixture
def clock() -> Iterator[time_machine.Coordinates]:
    with time_machine.travel(NOW, tick=False) as travelled:
        yield travelled


def sent(beat: Noting, clock: time_machine.Coordinates, at: datetime) -> list[str]:
    """What it sends at that time, in any order."""
    clock.move_to(at)
    beat.sent = []
    for _ in range(20):  # more than there are; some only say that it is a moment too early
        beat.tick()
    return sorted(beat.sent)


@pytest.mark.parametrize("ahead", [timedelta(hours=1), A_DAY, timedelta(days=400)])
def test_a_clock_that_was_ahead_delays_nothing_by_more_than_its_turn(ahead: timedelta, clock: Any, tmp_path: Path) -> None:
    beat = beat_on(tmp_path / "schedule")
    assert sent(beat, clock, NOW + A_MINUTE) == ["sweep", "tick"]
    assert sent(beat, clock, NOW + ahead) == ["hourly", "sweep", "tick"]
    assert sent(beat, clock, NOW + 2 * A_MINUTE) == []
    assert sent(beat, clock, NOW + 3 * A_MINUTE) == ["sweep", "tick"], "each in its turn, as if nothing had been"
    assert sent(beat, clock, NOW + 7 * A_MINUTE) == ["hourly", "sweep", "tick"]
    beat.close()


def test_a_beat_that_ended_while_its_clock_was_ahead_starts_on_the_right_one(clock: Any, tmp_path: Path) -> None:
    beat = beat_on(tmp_path / "schedule")
    assert sent(beat, clock, NOW + A_DAY) == ["hourly", "sweep", "tick"]
    beat.close()
    again = beat_on(tmp_path / "schedule")
    assert sent(again, clock, NOW + A_MINUTE) == []
    assert sent(again, clock, NOW + 2 * A_MINUTE) == ["sweep", "tick"]
    again.close()
