"""The push channel against a real HTTP server that speaks FCM and says what the test wants."""

from __future__ import annotations

import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from notifications.channels import CHANNELS, Message, Reached, Refused, Sent, Target, Unknown
from tests.notifications.fcm import UNREGISTERED, Fcm, error, serving

PUSH = CHANNELS["push"]
PHONE = Target("token", "adams-token", 1)
MESSAGE = Message(
    "Trabecula: a reminder for you",
    "Something is due. Open the app to see it.",
    "01890000-0000-7000-8000-000000000001",
    links={"answer": "https://trabecula.example/r/1"},
    expires_in=timedelta(hours=2),
    expires_at=datetime(2026, 11, 3, 8, tzinfo=UTC),
)


def test_what_is_accepted_is_sent_and_looks_like_this(fcm: Fcm) -> None:
    assert PUSH.send(MESSAGE, PHONE) == Sent("projects/invented-project/messages/1")
    assert fcm.accepted == [
        {
            "token": "adams-token",
            "notification": {"title": MESSAGE.title, "body": MESSAGE.body},
            "data": {"reference": MESSAGE.reference},
            "android": {
                "collapse_key": MESSAGE.reference,
                "ttl": "7200s",
                "priority": "NORMAL",
                "notification": {"tag": MESSAGE.reference, "visibility": "PRIVATE"},
            },
            "apns": {"headers": {"apns-collapse-id": MESSAGE.reference, "apns-priority": "5", "apns-expiration": "1793692800"}},
        }
    ]


def test_an_installations_id_is_sent_under_its_own_name(fcm: Fcm) -> None:
    assert isinstance(PUSH.send(MESSAGE, Target("fid", "adams-installation", 1)), Sent)
    assert fcm.accepted[0]["fid"] == "adams-installation"
    assert "token" not in fcm.accepted[0]


def test_one_access_token_serves_many_messages(fcm: Fcm) -> None:
    for _ in range(3):
        PUSH.send(MESSAGE, PHONE)
    assert (len(fcm.accepted), fcm.issued) == (3, 1)


def test_an_access_token_that_is_refused_is_renewed_once_and_the_message_goes_out(fcm: Fcm) -> None:
    fcm.script = [401]
    assert isinstance(PUSH.send(MESSAGE, PHONE), Sent)
    assert (len(fcm.accepted), fcm.issued) == (1, 2)


def test_an_account_that_is_never_accepted_is_a_refusal_that_can_be_tried_again(fcm: Fcm) -> None:
    fcm.script = [401] * 10
    assert PUSH.send(MESSAGE, PHONE) == Refused("401 SAID", is_retryable=True)
    assert fcm.accepted == []


def test_without_an_access_token_nothing_is_sent(fcm: Fcm) -> None:
    fcm.token_script = [400]
    outcome = PUSH.send(MESSAGE, PHONE)
    assert isinstance(outcome, Refused)
    assert outcome.is_retryable
    assert "invalid_grant" in outcome.reason
    assert fcm.heard == []


def test_an_installation_that_is_gone_is_said_to_be(fcm: Fcm) -> None:
    fcm.script = [UNREGISTERED]
    assert PUSH.send(MESSAGE, PHONE) == Refused("404 UNREGISTERED", is_retryable=False, is_gone=True)


def test_another_404_is_no_reason_to_forget_the_device(fcm: Fcm) -> None:
    fcm.script = [404]
    assert PUSH.send(MESSAGE, PHONE) == Refused("404 SAID", is_retryable=False)


@pytest.mark.parametrize("status", [400, 403])
def test_what_was_wrong_with_the_message_is_final(fcm: Fcm, status: int) -> None:
    fcm.script = [error(status, "INVALID_ARGUMENT")]
    assert PUSH.send(MESSAGE, PHONE) == Refused(f"{status} INVALID_ARGUMENT", is_retryable=False)


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"Retry_After": "120"}, timedelta(seconds=120)),
        ({"Retry_After": "Tue, 03 Nov 2026 08:05:00 GMT", "Date": "Tue, 03 Nov 2026 08:00:00 GMT"}, None),
        ({"Retry_After": "soon"}, None),
        ({"Retry_After": "99999999"}, timedelta(days=7)),
        ({}, None),
    ],
)
@pytest.mark.parametrize(("status", "code"), [(429, "QUOTA_EXCEEDED"), (500, "INTERNAL"), (503, "UNAVAILABLE")])
def test_a_busy_server_says_when_to_come_back(
    fcm: Fcm, status: int, code: str, headers: dict[str, str], wait: timedelta | None
) -> None:
    fcm.script = [error(status, code, **headers)]
    outcome = PUSH.send(MESSAGE, PHONE)
    assert isinstance(outcome, Refused)
    assert (outcome.reason, outcome.is_retryable) == (f"{status} {code}", True)
    if "GMT" not in headers.get("Retry_After", ""):
        assert outcome.retry_after == wait


@pytest.mark.parametrize("body", [b"", b"not json", b"[]", b'{"error": "text"}', b'{"error": {"details": [1]}}'])
def test_an_answer_that_cannot_be_read_is_still_an_answer(fcm: Fcm, body: bytes) -> None:
    fcm.script = [(500, body, {})]
    outcome = PUSH.send(MESSAGE, PHONE)
    assert isinstance(outcome, Refused)
    assert outcome.is_retryable


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_nobody_is_followed_elsewhere(fcm: Fcm, status: int) -> None:
    """Who stands in between could send a device's address, or the key to all of them, to whatever this server reaches."""
    with serving() as elsewhere:
        there = {"Location": f"{elsewhere.url}/v1/projects/invented-project/messages:send"}
        fcm.script = [(status, {}, there)]
        assert PUSH.send(MESSAGE, PHONE) == Refused(f"{status} ", is_retryable=True)
        fcm.valid_tokens, fcm.token_script = set(), [(status, {}, {"Location": f"{elsewhere.url}/token"})]
        fcm.script = [401]
        outcome = PUSH.send(MESSAGE, PHONE)
        assert isinstance(outcome, Refused)
        assert outcome.is_retryable
        assert (elsewhere.heard, elsewhere.issued) == ([], 0)


@pytest.mark.parametrize("how", ["hang", "reset"])
def test_silence_after_the_request_is_unknown(fcm: Fcm, settings: Any, how: str) -> None:
    PUSH.send(MESSAGE, PHONE)
    settings.FCM_TIMEOUT = 0.3
    fcm.script = [how]
    assert isinstance(PUSH.send(MESSAGE, PHONE), Unknown)
    assert len(fcm.heard) == 2


def test_a_closed_door_is_a_refusal_that_can_be_tried_again(fcm: Fcm, settings: Any) -> None:
    with socket.socket() as taken:  # bound, not listening: nobody answers there
        taken.bind(("127.0.0.1", 0))
        settings.FCM_URL = f"http://127.0.0.1:{taken.getsockname()[1]}"
        outcome = PUSH.send(MESSAGE, PHONE)
    assert isinstance(outcome, Refused)
    assert outcome.is_retryable


def test_the_service_account_may_be_a_file(fcm: Fcm, settings: Any, tmp_path: Path) -> None:
    (tmp_path / "account.json").write_text(fcm.service_account())
    settings.FCM_SERVICE_ACCOUNT = str(tmp_path / "account.json")
    assert isinstance(PUSH.send(MESSAGE, PHONE), Sent)


@pytest.mark.parametrize("account", ["/nowhere/account.json", "{", '{"project_id": "x"}'])
def test_an_account_that_cannot_be_read_sends_nothing_and_tells_no_secret(fcm: Fcm, settings: Any, account: str) -> None:
    settings.FCM_SERVICE_ACCOUNT = account
    outcome = PUSH.send(MESSAGE, PHONE)
    assert isinstance(outcome, Refused)
    assert outcome.is_retryable
    assert "the service account cannot be read" in outcome.reason


def test_without_a_service_account_no_device_is_reached(settings: Any, fcm: Fcm) -> None:
    assert list(PUSH.targets(Reached("", [PHONE]))) == [PHONE]
    settings.FCM_SERVICE_ACCOUNT = ""
    assert list(PUSH.targets(Reached("", [PHONE]))) == []


def test_a_token_never_stands_in_what_is_printed_of_a_target() -> None:
    assert "adams-token" not in repr(PHONE)
