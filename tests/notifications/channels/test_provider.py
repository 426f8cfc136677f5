"""E-mail by a provider: a real HTTP server that speaks Postmark's interface, and anymail as it comes."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

import pytest

from notifications import services
from notifications.channels import CHANNELS, Message, Outcome, Refused, Sent, Target, Unknown
from notifications.models import Delivery
from tests.conftest import NOW

MESSAGE = Message(
    "Trabecula: a reminder for you",
    "Something is due. Open the app to see it.",
    "01890000-0000-7000-8000-000000000001",
    links={"answer": "https://trabecula.example/r/1", "unsubscribe": "https://trabecula.example/u/1"},
    texts={"answer": "Answer here: {url}"},
)
ADAM = Target("address", "adam@example.org")
TAKEN = (200, {"To": "adam@example.org", "MessageID": "4711", "ErrorCode": 0, "Message": "OK"}, {})


def no(status: int, code: int, words: str, **headers: str) -> tuple[int, Any, dict[str, str]]:
    return status, {"ErrorCode": code, "Message": words}, {name.replace("_", "-"): value for name, value in headers.items()}


class Postmark:
    """Answers as scripted: (status, body, headers), ``hang`` until the test ends, or ``reset``. Keeps what it heard."""

    def __init__(self) -> None:
        self.answer: Any = TAKEN
        self.heard: list[dict[str, Any]] = []
        self.end = Event()
        self.url = ""


class Handler(BaseHTTPRequestHandler):
    server: Any

    def do_POST(self) -> None:
        peer: Postmark = self.server.peer
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        assert (self.path, self.headers["X-Postmark-Server-Token"]) == ("/email", "secret")
        peer.heard.append(body)
        if peer.answer == "hang":
            peer.end.wait(30)
        if peer.answer in ("hang", "reset"):
            self.close_connection = True
            return
        status, said, headers = peer.answer
        content = said if isinstance(said, bytes) else json.dumps(said).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(content)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args: Any) -> None:
        """Nothing: the tests look at what was heard."""


@pytest.fixture
def postmark(settings: Any) -> Iterator[Postmark]:
    peer = Postmark()
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        server.peer = peer  # type: ignore[attr-defined]  # its handlers read it there
        peer.url = f"http://127.0.0.1:{server.server_address[1]}/"
        settings.EMAIL_BACKEND = "anymail.backends.postmark.EmailBackend"
        settings.ANYMAIL = {"POSTMARK_SERVER_TOKEN": "secret", "POSTMARK_API_URL": peer.url, "REQUESTS_TIMEOUT": 5}
        settings.DEFAULT_FROM_EMAIL = "Trabecula <no-reply@trabecula.example>"
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield peer
        peer.end.set()
        server.shutdown()
        thread.join()


def send() -> Outcome:
    return CHANNELS["email"].send(MESSAGE, ADAM)


def test_what_is_accepted_is_sent_under_the_providers_name_for_it(postmark: Postmark) -> None:
    assert send() == Sent("4711")
    (heard,) = postmark.heard
    assert (heard["From"], heard["To"], heard["Subject"]) == (
        "Trabecula <no-reply@trabecula.example>",
        "adam@example.org",
        "Trabecula: a reminder for you",
    )
    assert "Answer here: https://trabecula.example/r/1" in heard["TextBody"]
    assert '<a href="https://trabecula.example/r/1">Answer here</a>' in heard["HtmlBody"]
    headers = {header["Name"]: header["Value"] for header in heard["Headers"]}
    assert headers["Message-ID"] == "<01890000-0000-7000-8000-000000000001@trabecula.example>"
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (no(401, 10, "Bad or missing Server token"), Refused("401 Unauthorized", is_retryable=True)),
        (no(422, 300, "Invalid 'From' address"), Refused("422 Unprocessable Entity", is_retryable=False)),
        (no(422, 300, "Invalid 'To' address: 'adam@example.org'."), Refused("AnymailRecipientsRefused", is_retryable=False)),
        (
            no(422, 406, "Found inactive addresses: adam@example.org. Inactive recipients are ones that bounced."),
            Refused("AnymailRecipientsRefused", is_retryable=False),
        ),
        (
            no(429, 429, "Rate limit", Retry_After="30"),
            Refused("429 Too Many Requests", is_retryable=True, retry_after=timedelta(seconds=30)),
        ),
        (no(500, 500, "Oops"), Refused("500 Internal Server Error", is_retryable=True)),
        (no(503, 100, "Maintenance"), Refused("503 Service Unavailable", is_retryable=True)),
        ((200, b"<html>", {}), Unknown("unreadable answer: 200")),
    ],
)
def test_an_answer_is_definite_and_its_words_are_not_kept(postmark: Postmark, answer: Any, outcome: Outcome) -> None:
    postmark.answer = answer
    assert send() == outcome


@pytest.mark.parametrize(("how", "words"), [("hang", "ReadTimeout"), ("reset", "ConnectionError")])
def test_silence_after_the_request_is_unknown(postmark: Postmark, settings: Any, how: str, words: str) -> None:
    settings.ANYMAIL = settings.ANYMAIL | {"REQUESTS_TIMEOUT": 0.2}
    postmark.answer = how
    assert send() == Unknown(words)
    assert len(postmark.heard) == 1


def test_a_closed_door_is_a_refusal_that_can_be_tried_again(postmark: Postmark, settings: Any) -> None:
    with socket.socket() as taken:  # bound, not listening: nobody answers there
        taken.bind(("127.0.0.1", 0))
        settings.ANYMAIL = settings.ANYMAIL | {"POSTMARK_API_URL": f"http://127.0.0.1:{taken.getsockname()[1]}/"}
        assert send() == Refused("ConnectionError", is_retryable=True)


def test_a_setting_that_is_missing_has_sent_nothing(postmark: Postmark, settings: Any) -> None:
    settings.ANYMAIL = {"POSTMARK_API_URL": postmark.url}
    outcome = send()
    assert isinstance(outcome, Refused)
    assert outcome.is_retryable
    assert postmark.heard == []


def test_the_whole_job_by_a_provider_waits_as_long_as_it_was_asked_to_and_sends_once(
    adam: Any, make_due: Any, postmark: Postmark, rows: Any
) -> None:
    make_due(adam)
    services.plan(now=NOW)
    at = NOW + timedelta(days=1)
    services.claim(now=at)
    postmark.answer = no(429, 429, "Rate limit", Retry_After="3600")
    services.deliver(now=at)
    postmark.answer = TAKEN
    services.deliver(now=at + timedelta(minutes=59))
    assert len(postmark.heard) == 1
    for _ in range(2):
        services.deliver(now=at + timedelta(hours=2))
    assert len(postmark.heard) == 2
    assert rows(Delivery, "state", "provider_reference") == [("sent", "4711")]


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_nobody_is_followed_elsewhere(postmark: Postmark, status: int) -> None:
    postmark.answer = (status, {}, {"Location": f"{postmark.url}email"})
    assert send() == Refused("it leads elsewhere", is_retryable=True)
    assert len(postmark.heard) == 1
