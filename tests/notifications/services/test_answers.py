"""What he says counts: done ends it, not now skips a stage, a snooze repeats it and outlives nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from notifications import services
from notifications.models import Answer, InboxMessage, Reminder
from tracking.services.access import Actor, acting_as
from tracking.services.owned import Problem

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
BEFORE, ON, LATE = (datetime(2026, month, day, 8, tzinfo=UTC) for month, day in ((11, 3), (11, 17), (12, 1)))
HOUR = timedelta(hours=1)


@pytest.fixture
def item(adam: Any, make_due: Any) -> Any:
    """He has just read "Coming up"."""
    item = make_due(adam)
    sweep(NOW)
    sweep(BEFORE)
    return item


def sweep(now: datetime) -> None:
    services.plan(now=now)
    services.claim(now=now)


def say(adam: Any, rows: Any, what: str, **more: Any) -> services.Answered:
    (reminder,) = rows(Reminder, "uid", channel="inbox", stage=more.pop("stage", "before"), round=more.pop("round", 1))
    return services.answer(
        **{"patient_id": adam.pk, "reminder_uid": reminder, "what": what, "by": Actor.user(adam.user_id), "now": BEFORE + HOUR}
        | more
    )


def titles(rows: Any) -> list[str]:
    return rows(InboxMessage, "title")


def test_done_ends_the_round(adam: Any, item: Any, rows: Any, change_due: Any) -> None:
    answered = say(adam, rows, "done")
    assert answered.next_at is None
    assert (answered.answer.by, answered.answer.at) == (f"user:{adam.user_id}", BEFORE + HOUR)
    change_due(item, priority=1)
    for now in (ON, LATE):
        sweep(now)
    assert titles(rows) == ["Coming up"]


def test_done_does_not_outlive_a_due_date_that_moves_far(adam: Any, item: Any, rows: Any, shift_due: Any) -> None:
    say(adam, rows, "done")
    shift_due(item, 7)
    sweep(BEFORE + timedelta(days=7))
    assert titles(rows) == ["Coming up"]
    shift_due(item, 30)
    sweep(BEFORE + timedelta(days=8))
    sweep(BEFORE + timedelta(days=30))
    assert titles(rows) == ["Coming up", "Coming up"]


def test_done_can_be_said_before_anything_came(adam: Any, make_due: Any, rows: Any) -> None:
    make_due(adam)
    sweep(NOW)
    say(adam, rows, "done", now=NOW)
    for now in (BEFORE, ON, LATE):
        sweep(now)
    assert titles(rows) == []


def test_not_now_skips_one_stage(adam: Any, item: Any, rows: Any) -> None:
    answered = say(adam, rows, "not_now")
    assert answered.next_at == ON
    sweep(ON)
    assert titles(rows) == ["Coming up", "Due now"]


def test_a_snooze_repeats_the_stage_and_the_next_one_comes_as_planned(adam: Any, item: Any, rows: Any) -> None:
    until = datetime(2026, 11, 8, 15, tzinfo=UTC)
    assert say(adam, rows, "snooze", until=until).next_at == until
    sweep(until - HOUR)
    assert titles(rows) == ["Coming up"]
    for now in (until, until + HOUR, ON, LATE):
        sweep(now)
    assert titles(rows) == ["Coming up", "Coming up", "Due now", "Overdue"]
    assert set(rows(Reminder, "round", state="claimed")) == {2}


def test_a_snooze_into_the_night_ends_in_the_morning(adam: Any, item: Any, rows: Any) -> None:
    answered = say(adam, rows, "snooze", until=datetime(2026, 11, 8, 23, tzinfo=UTC))
    assert answered.next_at == datetime(2026, 11, 9, 7, tzinfo=UTC)


def test_a_snooze_never_outlives_the_due_date(adam: Any, item: Any, rows: Any) -> None:
    answered = say(adam, rows, "snooze", until=BEFORE + timedelta(days=25))
    assert answered.next_at == ON
    sweep(ON)
    assert titles(rows) == ["Coming up", "Due now"]


def test_a_snooze_survives_a_small_move_and_a_new_preference(adam: Any, item: Any, rows: Any, shift_due: Any) -> None:
    until = datetime(2026, 11, 8, 15, tzinfo=UTC)
    say(adam, rows, "snooze", until=until)
    shift_due(item, 2)
    sweep(BEFORE + 2 * HOUR)
    assert rows(Reminder, "send_at", "round", state="planned", channel="inbox", stage="before") == [(until, 2)]
    assert titles(rows) == ["Coming up"]


def test_a_second_snooze_on_the_old_message_counts_for_the_item(adam: Any, item: Any, rows: Any) -> None:
    say(adam, rows, "snooze", until=datetime(2026, 11, 8, 15, tzinfo=UTC))
    later = datetime(2026, 11, 12, 15, tzinfo=UTC)
    assert say(adam, rows, "snooze", until=later, now=BEFORE + 2 * HOUR).next_at == later
    sweep(datetime(2026, 11, 8, 16, tzinfo=UTC))
    assert titles(rows) == ["Coming up"]
    assert rows(Answer, "what", "round") == [("snooze", 1), ("snooze", 2)]


def test_a_snooze_takes_back_a_done(adam: Any, item: Any, rows: Any) -> None:
    say(adam, rows, "done")
    until = datetime(2026, 11, 8, 15, tzinfo=UTC)
    assert say(adam, rows, "snooze", until=until, now=BEFORE + 2 * HOUR).next_at == until


def test_a_snooze_of_what_is_answered_meanwhile_is_kept_and_silent(adam: Any, item: Any, rows: Any, change_due: Any) -> None:
    change_due(item, state="answered")
    assert say(adam, rows, "snooze", until=BEFORE + timedelta(days=2)).next_at is None


def test_a_snooze_of_the_last_stage_comes_back(adam: Any, item: Any, rows: Any) -> None:
    sweep(LATE)
    until = LATE + timedelta(days=20)
    say(adam, rows, "snooze", stage="overdue", until=until, now=LATE + HOUR)
    sweep(until)
    assert titles(rows) == ["Coming up", "Overdue", "Overdue"]


@pytest.mark.parametrize("what", ["done", "not_now"])
def test_the_same_answer_again_is_the_same_answer(adam: Any, item: Any, rows: Any, what: str) -> None:
    first, second = (say(adam, rows, what).answer for _ in range(2))
    assert first.pk == second.pk
    assert rows(Answer, "what") == [what]


def test_a_phone_that_sends_twice_answers_once(adam: Any, item: Any, rows: Any) -> None:
    until = datetime(2026, 11, 8, 15, tzinfo=UTC)
    first, second = (say(adam, rows, "snooze", until=until, client_id="phone-1").answer for _ in range(2))
    assert first.pk == second.pk
    with pytest.raises(Problem) as refused:
        say(adam, rows, "done", client_id="phone-1")
    assert (refused.value.kind, refused.value.issues[0].code) == ("conflict", "client-id-taken")


@pytest.mark.parametrize(
    ("what", "until", "code"),
    [
        ("snooze", None, "snooze-until"),
        ("done", BEFORE + timedelta(days=1), "snooze-until"),
        ("not_now", BEFORE + timedelta(days=1), "snooze-until"),
        ("snooze", BEFORE + HOUR, "snooze-out-of-range"),
        ("snooze", BEFORE + HOUR + timedelta(days=28, seconds=1), "snooze-out-of-range"),
    ],
)
def test_a_time_goes_with_a_snooze_and_lies_ahead(
    adam: Any, item: Any, rows: Any, *, what: str, until: datetime | None, code: str
) -> None:
    with pytest.raises(Problem) as refused:
        say(adam, rows, what, until=until)
    assert [(issue.pointer, issue.code) for issue in refused.value.issues] == [("/until", code)]
    assert rows(Answer) == []


def test_a_stranger_finds_no_such_reminder(adam: Any, carl: Any, item: Any, rows: Any) -> None:
    for patient in (carl, adam):
        with pytest.raises(Problem) as refused:
            say(adam, rows, "done", patient_id=patient.pk, by=Actor.user(carl.user_id))
        assert refused.value.kind == "not-found"


def test_answers_stay_as_they_were_said(adam: Any, item: Any, rows: Any) -> None:
    say(adam, rows, "done")
    for change in ("UPDATE notifications_answer SET what = 'not_now'", "DELETE FROM notifications_answer"):
        with (
            pytest.raises(Exception, match="permission denied"),
            acting_as(Actor.system("test")),
            connection.cursor() as cursor,
        ):
            cursor.execute(change)
    assert rows(Answer, "what") == ["done"]
