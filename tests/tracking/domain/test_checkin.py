"""What a check-in is: a few items, each scored, on one day of his."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from tracking.domain.checkin import MOST_A_DAY, check_item, day_of
from tracking.domain.problems import Problem
from tracking.domain.reported import Moment, Precision
from tracking.evidence import load_rulebook

RULEBOOK = load_rulebook()


def felt(text: str, zone: str, precision: Precision = Precision.MINUTE) -> Moment:
    return Moment(datetime.fromisoformat(text).astimezone(UTC), precision, zone)


@pytest.mark.parametrize(
    ("at", "zone", "day"),
    [
        ("2026-11-02T23:59:00+14:00", "Pacific/Kiritimati", date(2026, 11, 2)),
        ("2026-11-02T00:00:00+05:45", "Asia/Kathmandu", date(2026, 11, 2)),
        # The hour that is lived twice: one day, both times.
        ("2026-10-25T02:30:00+02:00", "Europe/Berlin", date(2026, 10, 25)),
        ("2026-10-25T02:30:00+01:00", "Europe/Berlin", date(2026, 10, 25)),
        # Around the hour that is lost.
        ("2026-03-29T01:59:00+01:00", "Europe/Berlin", date(2026, 3, 29)),
        ("2026-03-29T03:00:00+02:00", "Europe/Berlin", date(2026, 3, 29)),
        # Midnight itself is skipped there.
        ("2026-09-06T01:00:00-03:00", "America/Santiago", date(2026, 9, 6)),
        # One instant, two calendars: the day is that of the place where he was.
        ("2026-11-02T05:00:00+00:00", "America/New_York", date(2026, 11, 2)),
        ("2026-11-02T04:00:00+00:00", "America/New_York", date(2026, 11, 1)),
    ],
)
def test_the_day_is_that_of_the_calendar_where_he_was(at: str, zone: str, day: date) -> None:
    assert day_of(felt(at, zone)) == day


@pytest.mark.parametrize("precision", [Precision.MONTH, Precision.YEAR, Precision.UNKNOWN])
def test_a_feeling_without_a_day_is_refused(precision: Precision) -> None:
    with pytest.raises(Problem) as refused:
        day_of(felt("2026-11-01T00:00:00+01:00", "Europe/Berlin", precision))
    assert [(issue.pointer, issue.code) for issue in refused.value.issues] == [("/felt_at", "day-not-known")]


def test_every_item_that_a_finding_reads_can_be_said() -> None:
    rules = RULEBOOK.safety
    read = {*rules.breast_symptoms.symptoms, *rules.low_symptoms.symptoms, RULEBOOK.bone.back_pain.code}
    for code in read:
        check_item(code, MOST_A_DAY, RULEBOOK)
