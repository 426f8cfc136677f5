"""Spans reach a collector of OTLP with counts, ids and patterns, and cost a request nothing."""

from __future__ import annotations

import io
import json
import logging
import os
from collections.abc import Callable, Iterator
from time import monotonic
from typing import Any

import pytest
from django.db import connection
from rest_framework.test import APIClient

from backend import logs
from backend.devstack.ports import free_port
from backend.seeing import carrier, spans
from tests import collectors
from tests.collectors import Collector

VALUE = "31.4159"
PLANTED = (VALUE, "Adam", "adam@example.org", "eyJ", "SELECT", "INSERT")
TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
NOTHING = 1.0  # seconds, far below what a carrier waits for


@pytest.fixture
def collector() -> Iterator[Collector]:
    with collectors.listening() as collector:
        yield collector


@pytest.fixture
def tracing(settings: Any) -> Iterator[Callable[..., None]]:
    """Trace to this address, as the settings arrange it in production."""
    spans._carrier.cache_clear()

    def start(endpoint: str, *, share: float = 1.0, trust: bool = False) -> None:
        settings.OTEL_EXPORTER_OTLP_ENDPOINT, settings.OTEL_EXPORTER_OTLP_HEADERS = endpoint, "x-key=a%20key"
        settings.OTEL_TRACES_SAMPLER_ARG, settings.TRUST_TRACEPARENT, settings.RELEASE = share, trust, "2026.11-1"
        first, *others = settings.MIDDLEWARE
        settings.MIDDLEWARE = [first, "backend.seeing.traced_requests.TracedRequests", *others]

    yield start
    spans._carrier.cache_clear()


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    handler = logging.StreamHandler(stream := io.StringIO())
    handler.setFormatter(logs.json_formatter())
    logging.getLogger().addHandler(handler)
    yield stream
    logging.getLogger().removeHandler(handler)


def test_a_request_is_told_by_its_pattern_and_its_counts_and_the_log_knows_its_ids(
    adam: Any,
    signed_in: Callable[[Any], APIClient],
    tracing: Callable[..., None],
    collector: Collector,
    log: io.StringIO,
) -> None:
    tracing(collector.url)
    client = signed_in(adam.user)
    far = {"traceparent": f"00-{TRACE}-{SPAN}-01", "tracestate": "adam=Adam", "baggage": "name=Adam"}
    stored = client.post(
        "/api/v1/labs",
        {"analyte": "estradiol", "value": VALUE, "unit": "pg/mL", "collected_at": "2026-10-01", "zone": "Europe/Berlin"},
        format="json",
        headers=far,
    )
    assert stored.status_code == 201
    client.get(f"/api/v1/labs/Adam-{VALUE}")
    client.generic("BREW", "/nowhere/adam@example.org")
    spans.flush()

    created, unread, nowhere = collector.spans
    (path, headers, _), *_ = collector.arrived
    assert (path, headers["x-key"], headers["content-encoding"]) == ("/v1/traces", "a key", "gzip")
    about = {"service.name": "trabecula", "deployment.environment.name": "test", "service.version": "2026.11-1"}
    assert created.pop("resource") == about
    assert created.pop("trabecula.db.statements") > 5
    assert 0 < created.pop("trabecula.db.seconds") < 30
    ids = {name: created.pop(name) for name in ("trace", "id", "parent")}
    assert created == {
        "name": "POST /api/v1/labs",
        "failed": False,
        "http.request.method": "POST",
        "http.route": "/api/v1/labs",
        "http.response.status_code": 201,
        "trabecula.request_id": stored["X-Request-ID"],
    }
    # Of what the client said of a trace nothing is believed and nothing is carried on.
    assert ids["parent"] == ""
    assert TRACE not in collector.every_byte
    assert (unread["http.response.status_code"], nowhere["name"]) == (404, "_OTHER none")
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    finished = next(line for line in lines if line["event"] == "request_finished")
    assert finished["request_id"] == stored["X-Request-ID"]
    assert (finished["trace_id"], finished["span_id"]) == (ids["trace"], ids["id"])
    assert [word for word in PLANTED if word in collector.every_byte] == []


def test_what_a_view_raises_is_a_failed_span_without_words(
    adam: Any, signed_in: Callable[[Any], APIClient], tracing: Callable[..., None], collector: Collector, monkeypatch: Any
) -> None:
    tracing(collector.url)
    monkeypatch.setattr("tracking.services.labs.record", lambda **_: int(f"Adam {VALUE}"))
    client = signed_in(adam.user)
    client.raise_request_exception = False
    sent = {"analyte": "estradiol", "value": VALUE, "unit": "pg/mL", "collected_at": "2026-10-01"}
    assert client.post("/api/v1/labs", sent, format="json").status_code == 500
    spans.flush()
    (span,) = collector.spans
    assert (span["failed"], span["http.response.status_code"]) == (True, 500)
    assert [word for word in PLANTED if word in collector.every_byte] == []


@pytest.mark.parametrize(
    ("sent", "kept", "trace"),
    [
        (f"00-{TRACE}-{SPAN}-01", True, TRACE),
        (f"00-{TRACE}-{SPAN}-00", False, None),  # a proxy that keeps none of it says so
        (f"cc-{TRACE}-{SPAN}-01-what-comes", True, TRACE),
        (f"00-{TRACE}-{SPAN}-01-more", True, None),
        (f"ff-{TRACE}-{SPAN}-01", True, None),
        (f"00-{TRACE}-{'0' * 16}-01", True, None),
        (f"00-{TRACE.upper()}-{SPAN}-01", True, None),
        ("Adam", True, None),
    ],
)
@pytest.mark.django_db
def test_a_proxy_that_is_trusted_begins_the_trace(
    tracing: Callable[..., None], collector: Collector, sent: str, kept: bool, trace: str | None
) -> None:
    tracing(collector.url, trust=True)
    APIClient(headers={"traceparent": sent, "tracestate": "adam=Adam"}).get("/health/live")
    spans.flush()
    assert len(collector.spans) == kept
    if kept:
        (span,) = collector.spans
        assert (span["trace"], span["parent"]) == (TRACE, SPAN) if trace else (span["trace"] != TRACE and span["parent"] == "")
    assert "Adam" not in collector.every_byte


def test_of_a_share_of_none_nothing_is_sent_and_no_log_names_a_trace(
    tracing: Callable[..., None], collector: Collector, log: io.StringIO
) -> None:
    tracing(collector.url, share=0.0)
    APIClient(headers={"traceparent": f"00-{TRACE}-{SPAN}-01"}).get("/health/live")
    spans.flush()
    assert collector.arrived == []
    assert "trace_id" not in log.getvalue()


def test_an_attribute_that_is_not_named_stays_at_home(tracing: Callable[..., None], collector: Collector) -> None:
    tracing(collector.url)
    with spans.begin(spans.ids_of(TRACE, SPAN)) as span:
        spans.end(span, "a.task", spans.CONSUMER, {"trabecula.task": "a.task", "told": "Adam"}, failed=True)
    spans.flush()
    (told,) = collector.spans
    assert (told["trace"], told["parent"], told["failed"]) == (TRACE, SPAN, True)
    assert {name for name in told if "." in name} == {"trabecula.task", "trabecula.db.statements", "trabecula.db.seconds"}
    assert "Adam" not in collector.every_byte


@pytest.mark.parametrize("how", ["dead", "slow", "refusing", "leading elsewhere"])
def test_a_collector_that_does_not_take_them_costs_a_request_nothing(
    tracing: Callable[..., None], monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    monkeypatch.setattr(carrier, "SECONDS_TO_END", 0.1)
    monkeypatch.setattr(spans, "TOGETHER", 1)
    monkeypatch.setattr(spans, "MOST_WAITING", 2)
    with collectors.listening() as collector, collectors.listening() as elsewhere:
        collector.is_held = how == "slow"
        collector.answer = {"refusing": 503, "leading elsewhere": 307}.get(how, 200)
        collector.headers = {"Location": elsewhere.url} if how == "leading elsewhere" else {"Retry-After": "3600"}
        tracing(f"http://127.0.0.1:{free_port()}" if how == "dead" else collector.url)
        client = APIClient()
        client.get("/health/live")
        began = monotonic()
        assert [client.get("/health/live").status_code for _ in range(5)] == [200] * 5
        spans.flush()
        assert monotonic() - began < NOTHING
        if how != "dead":
            collector.wait_for(1)
        assert elsewhere.arrived == []


# That a process with threads forks is what this is about; Python warns of it from 3.12 on.
@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")
def test_a_child_sends_its_own_and_hands_over_before_it_ends(tracing: Callable[..., None], collector: Collector) -> None:
    tracing(collector.url)

    def trace(name: str) -> None:
        with spans.begin(None) as span:
            spans.end(span, name, spans.CONSUMER, {}, failed=False)

    trace("of.the.parent")
    if (child := os.fork()) == 0:
        trace("of.the.child")
        spans.flush()
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    spans.flush()
    assert sorted(span["name"] for span in collector.spans) == ["of.the.child", "of.the.parent"]


@pytest.mark.django_db
def test_statements_are_counted_also_where_they_fail() -> None:
    from django.db import ProgrammingError, transaction

    with spans.begin(None) as span, connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        with pytest.raises(ProgrammingError), transaction.atomic():
            cursor.execute("SELECT nothing_of_the_kind")
    statements = span.statements
    assert statements.count >= 2
    assert statements.seconds > 0
    before = statements.count
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    assert statements.count == before
