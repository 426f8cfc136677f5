"""Who he is, what he is told and what he says to it, and whom he lets in: rows that are edited in place."""

from __future__ import annotations

import json

from tests.backend.api.phone import NOTHING_REJECTED, code
from tests.conftest import NOW
from tracking.domain.actor import Actor

SYSTEM = Actor.system("test")


def test_profile_and_preferences_are_edited_in_place(phone, adam):
    key = str(adam.uid)
    phone.update("profile", {"id": key, "name": "Adam the Second"})
    phone.update("preferences", phone.of("preferences")[key] | {"preferred_hour": 10})
    phone.pull()
    assert phone.of("profile")[key]["name"] == "Adam the Second"
    assert phone.of("preferences")[key]["preferred_hour"] == 10
    answer = phone.update("preferences", phone.of("preferences")[key] | {"preferred_hour": 23})
    assert code(answer, "preferences") == "hour-is-quiet"


def test_a_pause_of_reminders_stays_when_something_else_of_them_changes(phone, adam):
    key, until = str(adam.uid), "2026-11-20T08:00:00+00:00"
    phone.update("preferences", phone.of("preferences")[key] | {"paused_until": until, "channels": '{"": ["push"]}'})
    phone.pull()
    phone.update("preferences", {"id": key, "preferred_hour": 11, "discreet": False})
    phone.pull()
    row = phone.of("preferences")[key]
    assert (row["paused_until"], row["preferred_hour"], row["discreet"]) == (until, 11, False)
    assert json.loads(row["channels"]) == {"": ["push"]}
    for wrong in ("[]", '{"": "push"}', '{"": [1]}'):
        assert code(phone.update("preferences", row | {"channels": wrong}), "preferences") == "invalid"


def test_a_message_is_marked_as_read_and_a_consent_revoked_by_an_instant_that_the_server_dates(whole_record, new_phone):
    phone = whole_record
    (message,), (consent,) = phone.of("inbox").values(), phone.of("consents").values()
    wrong_clock = "2031-01-01T00:00:00+00:00"
    answer = phone.push(
        {
            "inbox": {"updated": [message | {"read_at": wrong_clock}]},
            "consents": {"updated": [consent | {"revoked_at": wrong_clock}]},
        }
    )
    assert answer == NOTHING_REJECTED
    phone.pull()
    assert phone.of("inbox")[message["id"]]["read_at"] == NOW.isoformat()
    assert phone.of("consents")[consent["id"]]["revoked_at"] == NOW.isoformat()
    assert code(phone.update("consents", {"id": consent["id"], "revoked_at": None}), "consents") == "stays-revoked"
    assert code(phone.update("inbox", {"id": message["id"], "read_at": None}), "inbox") == "stays-read"
    words = [json.loads(row["words"]) for row in phone.of("evaluations").values()]
    assert all("No clinic is connected" in " ".join(said) for said in words)  # also of those before he revoked
    assert new_phone().rows == phone.rows


def test_an_answer_is_kept_as_it_was_said(whole_record):
    phone = whole_record
    (answer,) = phone.of("answers").values()
    assert code(phone.update("answers", answer | {"answer": "done"}), "answers") == "kept-as-said"
    assert code(phone.delete("answers", answer["id"]), "answers") == "kept-as-said"
    assert code(phone.create("answers", answer | {"id": "again"}), "answers") == "answered-already"
    assert code(phone.create("answers", answer | {"id": "x", "reminder_id": "no"}), "answers") == "uid-form"
    assert code(phone.create("answers", answer | {"id": "x", "answer": "maybe"}), "answers") == "choice-unknown"
