"""The e-mail channel against a real SMTP server that says what the test wants."""

from __future__ import annotations

import email
import re
import socket
from datetime import timedelta
from time import monotonic
from typing import Any

import pytest
from django.core.mail.backends.base import BaseEmailBackend  # noqa: TID251  a backend of the test's own

from notifications.channels import CHANNELS, Message, Refused, Sent, Target, Unknown
from notifications.channels.clients import connections
from tests.notifications.conftest import Obedient

MESSAGE = Message(
    "Trabecula: a reminder for you",
    "Something is due. Open the app to see it.",
    "01890000-0000-7000-8000-000000000001",
    links={"answer": "https://trabecula.example/r/1"},
    texts={"answer": "Answer here: {url}", "footer": "You can switch them off."},
)
EMAIL = CHANNELS["email"]
ADAM = Target("address", "adam@example.org")
SENT = Sent("250 kept as 4711")


def plain(part: Any) -> str:
    return part.get_payload(decode=True).decode().replace("\r\n", "\n")


def test_what_is_accepted_is_sent_and_looks_like_this(mail_server: Obedient) -> None:
    assert EMAIL.send(MESSAGE, ADAM) == Sent("250 kept as 4711")
    (envelope,) = mail_server.accepted
    assert envelope.mail_from == "no-reply@trabecula.example"
    assert envelope.rcpt_tos == ["adam@example.org"]
    mail = email.message_from_bytes(envelope.content)
    assert mail["Subject"] == "Trabecula: a reminder for you"
    assert mail["From"] == "Trabecula <no-reply@trabecula.example>"
    assert mail["To"] == "adam@example.org"
    assert mail["Message-ID"] == "<01890000-0000-7000-8000-000000000001@trabecula.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    text, html = mail.get_payload()
    assert (text.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    assert plain(text) == (
        "Something is due. Open the app to see it.\n\nAnswer here: https://trabecula.example/r/1\n\n"
        "-- \nYou can switch them off.\n"
    )
    assert '<a href="https://trabecula.example/r/1">Answer here</a>' in plain(html)
    assert "<p>You can switch them off.</p>" in plain(html)
    assert not re.search(rb"(?<!\r)\n", envelope.content)


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA", "TEXT"])
@pytest.mark.parametrize(
    ("reply", "is_retryable"),
    [("421 try again later", True), ("451 busy", True), ("452 full", True), ("550 no such man", False), ("554 no", False)],
)
def test_a_refusal_at_any_step_is_definite(mail_server: Obedient, step: str, reply: str, *, is_retryable: bool) -> None:
    mail_server[step] = reply
    assert EMAIL.send(MESSAGE, ADAM) == Refused(reply, is_retryable)
    assert mail_server.accepted == []


@pytest.mark.parametrize("step", ["MAIL", "RCPT"])
@pytest.mark.parametrize("how", ["disconnect", "hang"])
def test_silence_before_the_text_is_a_refusal(mail_server: Obedient, settings: Any, step: str, how: str) -> None:
    settings.EMAIL_TIMEOUT = 0.2
    mail_server[step] = how
    outcome = EMAIL.send(MESSAGE, ADAM)
    assert isinstance(outcome, Refused)
    assert outcome.is_retryable
    assert mail_server.heard == 0


@pytest.mark.parametrize("how", ["disconnect", "hang"])
def test_silence_after_the_text_is_unknown(mail_server: Obedient, settings: Any, how: str) -> None:
    settings.EMAIL_TIMEOUT = 0.2
    mail_server["TEXT"] = how
    assert isinstance(EMAIL.send(MESSAGE, ADAM), Unknown)
    assert mail_server.heard == 1


def test_a_connection_carries_one_message_unless_somebody_has_many(mail_server: Obedient) -> None:
    assert [EMAIL.send(MESSAGE, ADAM) for _ in range(2)] == [SENT] * 2
    assert (mail_server.connections, mail_server.goodbyes) == (2, 2)
    with EMAIL.kept_open():
        with EMAIL.kept_open():
            assert EMAIL.send(MESSAGE, ADAM) == SENT
        assert EMAIL.send(MESSAGE, Target("address", "carl@example.org")) == SENT
        assert (mail_server.connections, mail_server.goodbyes) == (3, 2)
    assert (mail_server.connections, mail_server.goodbyes) == (3, 3)
    assert [envelope.rcpt_tos for envelope in mail_server.accepted] == [["adam@example.org"]] * 3 + [["carl@example.org"]]


@pytest.mark.parametrize("how", ["disconnect", "421 long enough", "hang"])
def test_a_kept_connection_that_answers_no_more_has_carried_nothing_and_another_is_opened(
    mail_server: Obedient, settings: Any, how: str
) -> None:
    settings.EMAIL_TIMEOUT = 0.2
    with EMAIL.kept_open():
        assert EMAIL.send(MESSAGE, ADAM) == SENT
        mail_server.once("RSET", how)
        assert EMAIL.send(MESSAGE, ADAM) == SENT
        assert EMAIL.send(MESSAGE, ADAM) == SENT
    assert (mail_server.connections, mail_server.heard) == (2, 3)


@pytest.mark.parametrize("step", ["RSET", "QUIT"])
def test_a_server_that_has_gone_dark_holds_up_no_run(
    mail_server: Obedient, settings: Any, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    settings.EMAIL_TIMEOUT = 60
    monkeypatch.setattr(connections, "PATIENCE", 0.2)
    began = monotonic()
    with EMAIL.kept_open():
        assert EMAIL.send(MESSAGE, ADAM) == SENT
        mail_server.once(step, "hang")
        assert EMAIL.send(MESSAGE, ADAM) == SENT
    assert monotonic() - began < 30
    assert mail_server.heard == 2


@pytest.mark.parametrize(
    ("step", "how"),
    [("MAIL", "421 closing"), ("MAIL", "452 too many"), ("MAIL", "550 too many"), ("RCPT", "disconnect"), ("DATA", "451 no")],
)
def test_what_a_kept_connection_refuses_is_asked_once_more_over_another(mail_server: Obedient, step: str, how: str) -> None:
    with EMAIL.kept_open():
        assert EMAIL.send(MESSAGE, ADAM) == SENT
        mail_server.once(step, how)
        assert EMAIL.send(MESSAGE, ADAM) == SENT
    assert (mail_server.connections, len(mail_server.accepted)) == (2, 2)


def test_what_another_connection_refuses_too_is_refused(mail_server: Obedient) -> None:
    with EMAIL.kept_open():
        assert EMAIL.send(MESSAGE, ADAM) == SENT
        mail_server["RCPT"] = "550 no such man"
        assert EMAIL.send(MESSAGE, ADAM) == Refused("550 no such man", is_retryable=False)
    assert (mail_server.connections, len(mail_server.accepted)) == (2, 1)


def test_a_letter_of_which_nothing_is_known_is_not_sent_again_over_another_connection(mail_server: Obedient) -> None:
    with EMAIL.kept_open():
        assert EMAIL.send(MESSAGE, ADAM) == SENT
        mail_server.once("TEXT", "disconnect")
        assert isinstance(EMAIL.send(MESSAGE, ADAM), Unknown)
        assert (mail_server.connections, mail_server.heard) == (1, 2)
        assert EMAIL.send(MESSAGE, ADAM) == SENT
    assert (mail_server.connections, len(mail_server.accepted)) == (2, 2)


def test_a_reply_that_means_nothing_is_unknown(mail_server: Obedient) -> None:
    mail_server["TEXT"] = "999 what"
    assert EMAIL.send(MESSAGE, ADAM) == Unknown("unreadable reply: 999 what")


def test_a_closed_door_is_a_refusal_that_can_be_tried_again(mail_server: Obedient, settings: Any) -> None:
    with socket.socket() as taken:  # bound, not listening: nobody answers there
        taken.bind(("127.0.0.1", 0))
        settings.EMAIL_PORT = taken.getsockname()[1]
        outcome = EMAIL.send(MESSAGE, ADAM)
    assert isinstance(outcome, Refused)
    assert outcome.is_retryable
    assert "ConnectionRefusedError" in outcome.reason


def test_an_address_outside_ascii_is_refused_for_good(mail_server: Obedient) -> None:
    assert EMAIL.send(MESSAGE, Target("address", "ädam@example.org")) == Refused("the address is not ASCII", is_retryable=False)


def test_a_dot_alone_on_a_line_ends_nothing(mail_server: Obedient) -> None:
    assert isinstance(EMAIL.send(Message("Title", "one\n.\ntwo ä", "r1"), ADAM), Sent)
    (envelope,) = mail_server.accepted
    text, _ = email.message_from_bytes(envelope.content).get_payload()
    assert plain(text).startswith("one\n.\ntwo ä\n")


def test_another_backend_sends_too(settings: Any, mailoutbox: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert EMAIL.send(MESSAGE, ADAM) == Sent()
    assert mailoutbox[0].to == ["adam@example.org"]


class Failing(BaseEmailBackend):
    def send_messages(self, email_messages: Any) -> int:
        raise ConnectionError("lost")


def test_another_backend_that_fails_while_sending_leaves_it_unknown(settings: Any) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.Failing"
    assert EMAIL.send(MESSAGE, ADAM) == Unknown("ConnectionError: lost")


def test_a_line_break_in_a_header_is_refused_for_good() -> None:
    outcome = EMAIL.send(Message("Title\nBcc: carl@example.org", "text", "r1"), ADAM)
    assert isinstance(outcome, Refused)
    assert not outcome.is_retryable


def test_a_backend_that_cannot_even_be_made_has_sent_nothing(settings: Any, tmp_path: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    (tmp_path / "file").write_text("a file where a folder is needed")
    settings.EMAIL_FILE_PATH = str(tmp_path / "file")
    outcome = EMAIL.send(MESSAGE, ADAM)
    assert isinstance(outcome, Refused)
    assert outcome.is_retryable


def test_a_refusal_can_say_when_to_come_back() -> None:
    assert Refused("busy", is_retryable=True, retry_after=timedelta(seconds=30)).retry_after == timedelta(seconds=30)
