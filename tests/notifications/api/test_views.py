from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from notifications import services
from tests.conftest import NOW
from tests.tracking.api.conftest import by_adam, by_carl, signed_in
from tests.tracking.api.contract import issues

__all__ = ["by_adam", "by_carl", "signed_in"]  # fixtures

HOURS = {"preferred_hour": 9, "quiet_from": "21:00", "quiet_until": "08:00", "by_email": True}


@pytest.fixture
def told(adam, make_due):
    """Adam has been told that something is due."""
    item = make_due(adam, opens_on=NOW.date() - timedelta(days=3))
    services.plan(now=NOW - timedelta(days=2))
    services.claim(now=NOW)
    return item


def test_what_is_due_stands_in_the_inbox_until_it_is_read(by_adam, told):
    (message,) = by_adam.send("GET", "/inbox").json()["results"]
    assert message["read_at"] is None
    answer = by_adam.send("POST", f"/inbox/{message['uid']}/read")
    assert (answer.status_code, answer.json()["read_at"]) == (200, "2026-11-02T09:00:00+00:00")
    assert by_adam.send("POST", f"/inbox/{message['uid']}/read").json() == answer.json()


def test_his_reminders_name_the_item_that_they_are_about(by_adam, told):
    reminders = by_adam.send("GET", "/reminders").json()["results"]
    assert {row["due_item"] for row in reminders} >= {str(told.uid)}
    (claimed,) = [row for row in reminders if row["state"] == "claimed"]
    assert (claimed["stage"], claimed["round"], claimed["due_on"]) == ("before", 1, str(told.due_on))


def test_he_answers(by_adam, told):
    (claimed,) = [row for row in by_adam.send("GET", "/reminders").json()["results"] if row["state"] == "claimed"]
    path = f"/reminders/{claimed['uid']}/answer"
    until = (NOW + timedelta(days=2)).isoformat()
    answer = by_adam.send("POST", path, {"answer": "snooze", "until": until, "client_id": "a1"})
    assert answer.status_code == 200
    assert (answer.json()["id"], answer.json()["answer"], answer.json()["until"]) == ("a1", "snooze", until)
    assert answer.json()["next_at"] >= until
    done = by_adam.send("POST", path, {"answer": "done"})
    assert (done.json()["answer"], done.json()["next_at"]) == ("done", None)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/answer"),
        ({"answer": "later"}, "/answer"),
        ({"answer": 1}, "/answer"),
        ({"answer": "snooze"}, "/until"),
        ({"answer": "snooze", "until": "2026-11-03T09:00:00"}, "/until"),
        ({"answer": "snooze", "until": "soon"}, "/until"),
        ({"answer": "snooze", "until": "2027-11-03T09:00:00Z"}, "/until"),
        ({"answer": "done", "until": "2026-11-03T09:00:00Z"}, "/until"),
        ({"answer": "done", "client_id": "a b"}, "/client_id"),
        ({"answer": "done", "when": "now"}, "/when"),
    ],
)
def test_an_answer_that_cannot_be_read_is_refused_by_field(by_adam, told, body, pointer):
    uid = by_adam.send("GET", "/reminders").json()["results"][0]["uid"]
    answer = by_adam.send("POST", f"/reminders/{uid}/answer", body)
    assert (answer.status_code, list(issues(answer))) == (422, [pointer])


def test_another_mans_messages_are_not_found(by_adam, by_carl, told):
    message = by_adam.send("GET", "/inbox").json()["results"][0]["uid"]
    reminder = by_adam.send("GET", "/reminders").json()["results"][0]["uid"]
    for path, body in ((f"/inbox/{message}/read", None), (f"/reminders/{reminder}/answer", {"answer": "done"})):
        assert by_carl.send("POST", path, body).status_code == 404
    assert by_carl.send("POST", f"/inbox/{uuid4()}/read").status_code == 404
    assert by_carl.send("GET", "/inbox").json()["results"] == []


def test_preferences_have_defaults_until_they_are_stated(by_adam):
    defaults = by_adam.send("GET", "/preferences").json()
    assert defaults["revision"] == 0
    answer = by_adam.send("PUT", "/preferences", HOURS | {"by_email": False})
    assert answer.status_code == 200
    assert answer.json()["quiet_from"] == "21:00"
    assert by_adam.send("GET", "/preferences").json() == answer.json()
    # What he switched off stays off where an app does not mention it.
    again = by_adam.send("PUT", "/preferences", {name: value for name, value in HOURS.items() if name != "by_email"})
    assert again.json()["by_email"] is False


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [
        ({"preferred_hour": 24}, "/preferred_hour"),
        ({"preferred_hour": 22}, "/preferred_hour"),
        ({"preferred_hour": "9"}, "/preferred_hour"),
        ({"preferred_hour": True}, "/preferred_hour"),
        ({"quiet_from": "21:00:30"}, "/quiet_from"),
        ({"quiet_from": "25:00"}, "/quiet_from"),
        ({"quiet_from": 21}, "/quiet_from"),
        ({"quiet_from": "08:30"}, "/quiet_until"),
        ({"by_email": "yes"}, "/by_email"),
        ({"by_phone": True}, "/by_phone"),
    ],
)
def test_preferences_that_cannot_be_kept_are_refused_by_field(by_adam, changed, pointer):
    answer = by_adam.send("PUT", "/preferences", HOURS | changed)
    assert (answer.status_code, list(issues(answer))) == (422, [pointer])
