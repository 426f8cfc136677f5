"""Errors reach a service that speaks as Sentry does, with no more than the log says, and cost a request nothing."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Iterator
from time import monotonic
from typing import Any

import pytest
import structlog
from django.db import IntegrityError
from rest_framework.test import APIClient

from backend.devstack.ports import free_port
from backend.seeing import carrier, sentry
from tests import collectors
from tests.accounts import PASSWORD
from tests.collectors import Collector

VALUE = "31.4159"
NOTE = "He told nobody"
PLANTED = (VALUE, "Adam", "adam@example.org", PASSWORD, "eyJ", NOTE, "INSERT", "127.0.0.1/")
# A request of the suite takes some hundredths of a second; a second is far below what any of the carriers waits for.
NOTHING = 1.0
DROPPED = "what was to be told outside was dropped"


@pytest.fixture(scope="module")
def collector() -> Iterator[Collector]:
    with collectors.listening() as collector:
        yield collector


@pytest.fixture
def reporting(settings: Any) -> Iterator[Callable[[str], logging.Handler]]:
    """Report to this address, as the root's handlers do in production."""
    handlers = []

    def start(dsn: str) -> logging.Handler:
        settings.SENTRY_DSN, settings.RELEASE = dsn, "2026.11-1"
        handlers.append(handler := sentry.ToSentry())
        logging.getLogger().addHandler(handler)
        return handler

    yield start
    for handler in handlers:
        logging.getLogger().removeHandler(handler)


@pytest.fixture
def fail(adam: Any, signed_in: Callable[[Any], APIClient], monkeypatch: pytest.MonkeyPatch) -> Callable[[], Any]:
    """A request of Adam's that the database refuses in a way that nobody foresaw, with his data in every message and frame."""
    client = signed_in(adam.user)
    client.raise_request_exception = False

    def record(*_: Any, **__: Any) -> None:
        name, email = "Adam Invented", "adam@example.org"
        from tracking.models import User

        try:
            User.objects.create_user(adam.user.email, PASSWORD, name=f"{name} {email}")
        except IntegrityError as refused:
            raise RuntimeError(f"{name} has {VALUE}") from refused

    monkeypatch.setattr("tracking.services.labs.record", record)

    def ask() -> Any:
        sent = {"analyte": "estradiol", "value": VALUE, "unit": "pg/mL", "collected_at": "2026-10-01"}
        return client.post("/api/v1/labs", sent, format="json", headers={"X-Request-ID": "Adam", "User-Agent": NOTE})

    return ask


def test_an_error_arrives_by_kind_and_place_and_nothing_of_the_man_does(
    fail: Callable[[], Any], reporting: Callable[[str], logging.Handler], collector: Collector
) -> None:
    reporting(collector.dsn)
    answer = fail()
    assert answer.status_code == 500
    collector.wait_for(1)
    (event,) = collector.events
    assert event["tags"].pop("place").startswith("django_structlog/middlewares/request.py:")
    assert event["tags"] == {"request_id": answer["X-Request-ID"], "code": "500"}
    assert (event["transaction"], event["level"]) == ("POST /api/v1/labs", "error")
    assert (event["environment"], event["release"]) == ("test", "2026.11-1")
    assert event["logentry"] == {"formatted": "request_failed"}
    earliest, middle, latest = event["exception"]["values"]
    assert (earliest["module"], earliest["type"]) == ("psycopg.errors", "UniqueViolation")
    assert earliest["value"].startswith("23505 tracking_user_")
    assert (middle["module"], middle["type"]) == ("django.db.utils", "IntegrityError")
    assert (latest["module"], latest["type"], latest["value"]) == ("builtins", "RuntimeError", "")
    last = latest["stacktrace"]["frames"][-1]
    assert last.keys() == {"filename", "lineno", "function", "in_app"}
    assert (last["filename"], last["function"], last["in_app"]) == ("tests/backend/seeing/test_sentry.py", "record", True)
    frames = [frame for each in event["exception"]["values"] for frame in each["stacktrace"]["frames"]]
    assert not [frame for frame in frames if frame["filename"].startswith("/")]
    assert [word for word in PLANTED if word in collector.every_byte] == []


def test_other_peoples_sentences_stay_at_home_and_ours_have_nothing_filled_in(
    reporting: Callable[[str], logging.Handler], collector: Collector
) -> None:
    handler = reporting(collector.dsn)
    before = len(collector.events)
    logging.getLogger("somebody.else").error("%s has %s", "Adam", VALUE, extra={"request": "GET /Adam", "task_id": "Adam"})
    logging.getLogger("backend.made.up").error("Adam has " + VALUE)  # noqa: G003  as it must not be done
    structlog.get_logger("backend.ours").error("one man failed", patient_id=7, told="Adam", request=f"GET /{VALUE}")
    logging.getLogger("somebody.else").warning("less than an error")
    handler.flush()
    theirs, unfilled, ours = collector.events[before:]
    assert theirs["logentry"] == {"formatted": "logged by somebody.else"}
    assert unfilled["logentry"] == {"formatted": "logged by backend.made.up"}
    assert ours["logentry"] == {"formatted": "one man failed"}
    assert {tuple(event["tags"]) for event in (theirs, unfilled, ours)} == {("place",)}
    assert not any("transaction" in event for event in (theirs, unfilled, ours))
    assert "in test_other_peoples_sentences" in theirs["tags"]["place"]
    assert [word for word in PLANTED if word in collector.every_byte] == []


@pytest.mark.parametrize("how", ["dead", "slow", "refusing", "leading elsewhere"])
def test_a_service_that_does_not_take_it_costs_a_request_nothing(
    fail: Callable[[], Any], reporting: Callable[[str], logging.Handler], monkeypatch: pytest.MonkeyPatch, caplog: Any, how: str
) -> None:
    monkeypatch.setattr(carrier, "SECONDS_TO_END", 0.2)
    with collectors.listening() as collector, collectors.listening() as elsewhere:
        collector.is_held = how == "slow"
        collector.answer = {"refusing": 503, "leading elsewhere": 307}.get(how, 200)
        collector.headers = {"Location": elsewhere.url} if how == "leading elsewhere" else {}
        handler = reporting(f"http://key@127.0.0.1:{free_port()}/1" if how == "dead" else collector.dsn)
        began = monotonic()
        answers = [fail() for _ in range(3)]
        handler.flush()
        assert monotonic() - began < NOTHING + 3 * NOTHING
        assert [answer.status_code for answer in answers] == [500] * 3
        if how != "dead":
            collector.wait_for(1 if how == "slow" else 3)
        assert elsewhere.arrived == []
    if how == "slow":
        return
    said = [record.msg for record in caplog.records if isinstance(record.msg, dict)]
    # Our log has all three, and says once that they went no further.
    assert len([line for line in said if line["event"] == "request_failed"]) == 3
    assert [line["because"] for line in said if line["event"] == DROPPED] == [
        {"dead": "ConnectionError", "refusing": "answered 503", "leading elsewhere": "answered 307"}[how]
    ]


def test_what_goes_in_the_clear_to_the_house_takes_no_proxy(
    reporting: Callable[[str], logging.Handler], collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    with collectors.listening() as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        handler = reporting(collector.dsn)
        before = len(collector.events)
        structlog.get_logger("backend.ours").error("one man failed")
        handler.flush()
        assert (len(proxy.arrived), len(collector.events) - before) == (0, 1)


def test_a_flood_of_errors_is_dropped_beyond_what_may_wait(
    reporting: Callable[[str], logging.Handler], monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    with collectors.listening() as collector:
        collector.is_held = True
        handler = reporting(collector.dsn)
        log = structlog.get_logger("backend.flood")
        log.error("once more")
        collector.wait_for(1)
        began = monotonic()
        for _ in range(sentry.MOST_WAITING + 5):
            log.error("once more")
        assert monotonic() - began < NOTHING
        said = [record.msg for record in caplog.records if isinstance(record.msg, dict)]
        assert [line["because"] for line in said if line["event"] == DROPPED] == ["too many wait"]
        collector.is_held = False
        collector.end.set()
        handler.flush()
        # What was in hand, all that waited, and not one more.
        assert len(collector.arrived) == 1 + sentry.MOST_WAITING


# That a process with threads forks is what this is about; Python warns of it from 3.12 on.
@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")
def test_a_child_has_a_carrier_of_its_own_and_hands_over_before_it_ends(
    reporting: Callable[[str], logging.Handler], collector: Collector
) -> None:
    handler = reporting(collector.dsn)
    log = structlog.get_logger("backend.forking")
    before = len(collector.events)
    log.error("of the parent")
    if (child := os.fork()) == 0:
        log.error("of the child")
        handler.flush()
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    handler.flush()
    said = sorted(event["logentry"]["formatted"] for event in collector.events[before:])
    assert said == ["of the child", "of the parent"]


def test_what_cannot_be_told_is_a_warning_and_no_second_error(
    reporting: Callable[[str], logging.Handler], monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    reporting("http://key@127.0.0.1:1/1")
    monkeypatch.setattr(sentry, "event", lambda *_, **__: json.loads("{"))
    structlog.get_logger("backend.ours").error("one man failed")
    assert [record.msg["event"] for record in caplog.records] == ["one man failed", "an error could not be told outside"]
    assert caplog.records[-1].levelno == logging.WARNING
