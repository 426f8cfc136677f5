"""What reaches the log: one JSON object a line, with the id of the request, and nothing of a man."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog
from rest_framework.test import APIClient

from backend import logs
from tests.accounts import PASSWORD

VALUE = "31.4159"
PLANTED = (VALUE, "Adam", "adam@example.org", PASSWORD, "eyJ")


class Log:
    def __init__(self, stream: io.StringIO) -> None:
        self._stream = stream

    @property
    def text(self) -> str:
        return self._stream.getvalue()

    def lines(self, event: str = "") -> list[dict[str, Any]]:
        lines = [json.loads(line) for line in self.text.splitlines()]
        return [line for line in lines if not event or line["event"] == event]


@pytest.fixture
def log() -> Iterator[Log]:
    """The root's log, through the formatter that production has."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.json_formatter())
    logging.getLogger().addHandler(handler)
    yield Log(stream)
    logging.getLogger().removeHandler(handler)


def test_a_day_of_one_man_leaves_nothing_of_him(adam: Any, signed_in: Callable[[Any], APIClient], log: Log) -> None:
    client = signed_in(adam.user)
    sent = {"analyte": "estradiol", "value": VALUE, "unit": "pg/mL", "collected_at": "2026-10-01", "zone": "Europe/Berlin"}
    answers = [
        client.post("/api/v1/labs", sent, format="json"),
        client.post("/api/v1/labs", sent | {"value": "Adam", "unit": VALUE}, format="json"),
        client.get("/api/v1/labs", {"of": "adam@example.org"}),
        client.get(f"/api/v1/labs/Adam-{VALUE}"),
        client.get("/r/adam@example.org:31.4159"),
        client.get(f"/nowhere/{VALUE}"),
        APIClient().post("/api/v1/auth/login", {"email": "adam@example.org", "password": PASSWORD}, format="json"),
        APIClient(headers={"authorization": "Bearer eyJ.eyJ.eyJ"}).get("/api/v1/labs"),
    ]
    assert [answer.status_code for answer in answers] == [201, 422, 422, 404, 404, 404, 202, 401]
    finished = log.lines("request_finished")
    assert len(finished) == len(answers)
    assert {line["code"] for line in finished} == {answer.status_code for answer in answers}
    assert finished[0] | {"request": "POST /api/v1/labs", "user_id": adam.user_id, "level": "info"} == finished[0]
    assert [line["request_id"] for line in finished] == [answer["X-Request-ID"] for answer in answers]
    assert [word for word in PLANTED if word in log.text] == []


def test_what_a_view_raises_is_told_by_kind_and_place(
    adam: Any, signed_in: Callable[[Any], APIClient], log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise ValueError(f"Adam has {VALUE}")

    monkeypatch.setattr("tracking.services.labs.record", fail)
    client = signed_in(adam.user)
    client.raise_request_exception = False
    sent = {"analyte": "estradiol", "value": VALUE, "unit": "pg/mL", "collected_at": "2026-10-01"}
    answer = client.post("/api/v1/labs", sent, format="json")
    assert answer.status_code == 500
    (line,) = log.lines("request_failed")
    assert line["request_id"] == answer["X-Request-ID"]
    assert line["exception"][0]["type"] == "builtins.ValueError"
    assert line["exception"][0]["at"][-1].endswith("in fail")
    assert [word for word in PLANTED if word in log.text] == []


def test_other_peoples_lines_are_scrubbed_too(log: Log) -> None:
    theirs = logging.getLogger("somebody.else")
    theirs.error("%s could not be sent: %r\nand a second line", "adam@example.org", ValueError(VALUE))
    theirs.error("task %(name)s got %(args)s", {"name": "a.task", "args": ["adam@example.org"]})
    try:
        int(VALUE)
    except ValueError:
        theirs.exception("failed", extra={"email": "Adam", "count": 3})
        structlog.get_logger("ours").exception("failed", value=VALUE, exception=ValueError(VALUE))
    first, second, third, fourth = log.lines()
    assert first["event"] == "[address] could not be sent: 'ValueError'\nand a second line"
    assert second["event"] == "task a.task got ['[address]']"
    assert third["count"] == 3
    assert third["exception"][0]["type"] == fourth["exception"][0]["type"] == "builtins.ValueError"
    assert [word for word in PLANTED if word in log.text] == []


FORGED = 'x\n{"event": "request_finished", "level": "info", "code": 200}\r\n\x1b[2J\x1b]0;owned\x07\x85\u2028\x00'


def test_nothing_that_is_sent_makes_a_line_of_its_own_or_moves_a_terminal(adam: Any, signed_in: Any, log: Log) -> None:
    client = signed_in(adam.user)
    sent = {"analyte": FORGED, "value": "1", "unit": FORGED, "collected_at": FORGED, FORGED: 1}
    client.post("/api/v1/labs", sent, format="json", headers={"User-Agent": FORGED[:1], "X-Request-ID": "a\x1b[2J"})
    client.get("/api/v1/labs", {FORGED: FORGED})
    client.get("/nowhere/" + FORGED)
    theirs = logging.getLogger("somebody.else")
    theirs.warning("from %s", FORGED)
    theirs.warning(FORGED)
    theirs.warning("kept", extra={FORGED: FORGED})
    structlog.get_logger("ours").warning("kept", said=FORGED, **{"a\x1b": 1})
    lines = log.text.split("\n")
    assert lines.pop() == ""
    assert {type(json.loads(line)) for line in lines} == {dict}
    assert not [one for one in log.text if not one.isprintable() and one != "\n"]
    assert [line["code"] for line in log.lines("request_finished")] == [422, 422, 404]
