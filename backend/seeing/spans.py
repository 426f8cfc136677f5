"""Spans to a collector of OpenTelemetry: one for a request, one for a task, with counts and ids and nothing else.

They are written here, in OpenTelemetry's own messages (OTLP 1 over HTTP), and not by its library: nobody else in the process
finds a tracer, so nobody adds a span, an attribute, an event or the words of an exception.
"""

from __future__ import annotations

import atexit
import re
import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from time import perf_counter
from typing import Any

import structlog
from django.conf import settings
from django.db import connection
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1 import trace_pb2

from backend.seeing.addresses import headers_of
from backend.seeing.carrier import Carrier

__all__ = ["Ids", "Running", "Statements", "begin", "end", "flush", "ids_of", "ids_of_header"]

MOST_WAITING = 2048
TOGETHER = 512
PAUSE = 5.0  # seconds

SERVER = trace_pb2.Span.SPAN_KIND_SERVER
CONSUMER = trace_pb2.Span.SPAN_KIND_CONSUMER

# An attribute that is told somewhere and not named here stays at home.
_ALLOWED = frozenset(
    {"http.request.method", "http.route", "http.response.status_code"}
    | {"trabecula.request_id", "trabecula.task", "trabecula.task_id", "trabecula.outcome"}
    | {"trabecula.db.statements", "trabecula.db.seconds"}
)
_SAMPLED = 1
_TRACE, _SPAN = "(?!0{32})[0-9a-f]{32}", "(?!0{16})[0-9a-f]{16}"
# W3C Trace Context: version 00, and what later versions put in front of their own.
_HEADER = re.compile(
    rf"(?:00-({_TRACE})-({_SPAN})-([0-9a-f]{{2}})|(?!00|ff)[0-9a-f]{{2}}-({_TRACE})-({_SPAN})-([0-9a-f]{{2}})(?:-.*)?)"
)


@dataclass(frozen=True)
class Ids:
    """Of a span, here or elsewhere; ``is_kept``: whether it is sent, and what is below it as well."""

    trace: str
    span: str
    is_kept: bool


@dataclass
class Statements:
    """How many were sent to the database, and how long it had them. Their text is nobody's business."""

    count: int = 0
    seconds: float = 0.0

    def __call__(self, execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001  Django's signature
        began = perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            self.count += 1
            self.seconds += perf_counter() - began


@dataclass(frozen=True)
class Running:
    """A span that has begun. ``statements`` of this thread are counted meanwhile."""

    ids: Ids
    above: str
    statements: Statements = field(default_factory=Statements)
    began: int = field(default_factory=time.time_ns)  # of the machine, not `tracking.clock`: it is laid beside others' spans


@dataclass(frozen=True)
class _Ended:
    running: Running
    ended: int
    name: str
    kind: trace_pb2.Span.SpanKind.ValueType
    about: Mapping[str, str | int | float]
    failed: bool


@contextmanager
def begin(within: Ids | None) -> Iterator[Running]:
    """Begin a span, and count for as long as this lasts. Where it is kept, each line of the log has its ids from now on."""
    trace = within.trace if within else secrets.token_hex(16)
    # As OpenTelemetry's own sampler does it, so that others who see this trace keep the same ones.
    is_kept = within.is_kept if within else int(trace[16:], 16) < round(settings.OTEL_TRACES_SAMPLER_ARG * 2**64)
    running = Running(Ids(trace, secrets.token_hex(8), is_kept), within.span if within else "")
    structlog.contextvars.unbind_contextvars("trace_id", "span_id")
    if is_kept:
        structlog.contextvars.bind_contextvars(trace_id=trace, span_id=running.ids.span)
    with connection.execute_wrapper(running.statements):
        yield running


def end(
    running: Running, name: str, kind: trace_pb2.Span.SpanKind.ValueType, about: Mapping[str, str | int], *, failed: bool
) -> None:
    """Hand it over. Nothing is told of what went wrong: the log has it, under the ids of this span."""
    if running.ids.is_kept:
        counted = {"trabecula.db.statements": running.statements.count, "trabecula.db.seconds": running.statements.seconds}
        _carrier().take(_Ended(running, time.time_ns(), name, kind, {**about, **counted}, failed))


def flush() -> None:
    """Hand over what waits, within bounds: for the end of a process."""
    _carrier().flush()


def ids_of(trace: object, span: object) -> Ids | None:
    """Those of a span of ours in another process, which is kept; None where these are none."""
    return ids_of_header(f"00-{trace}-{span}-01")


def ids_of_header(traceparent: str) -> Ids | None:
    """What ``traceparent`` names; None where it names nothing. ``tracestate`` is not carried on: it is text of anybody's."""
    if (found := _HEADER.fullmatch(traceparent)) is None:
        return None
    trace, span, flags = filter(None, found.groups())
    return Ids(trace, span, bool(int(flags, 16) & _SAMPLED))


@cache
def _carrier() -> Carrier[_Ended]:
    headers = headers_of(settings.OTEL_EXPORTER_OTLP_HEADERS) | {"Content-Type": "application/x-protobuf"}
    url = settings.OTEL_EXPORTER_OTLP_ENDPOINT.rstrip("/") + "/v1/traces"
    atexit.register(flush)
    return Carrier(url, headers, _as_request, most=MOST_WAITING, together=TOGETHER, pause=PAUSE)


def _as_request(spans: list[_Ended]) -> bytes:
    about = {"service.name": "trabecula", "deployment.environment.name": settings.ENVIRONMENT}
    if settings.RELEASE:
        about["service.version"] = settings.RELEASE
    request = ExportTraceServiceRequest()
    all_of_us = request.resource_spans.add()
    all_of_us.resource.attributes.extend(map(_attribute, about, about.values()))
    all_of_us.scope_spans.add(spans=map(_as_span, spans)).scope.name = "trabecula"
    return bytes(request.SerializeToString())


def _as_span(span: _Ended) -> trace_pb2.Span:
    ids = span.running.ids
    return trace_pb2.Span(
        trace_id=bytes.fromhex(ids.trace),
        span_id=bytes.fromhex(ids.span),
        parent_span_id=bytes.fromhex(span.running.above),
        name=span.name,
        kind=span.kind,
        start_time_unix_nano=span.running.began,
        end_time_unix_nano=span.ended,
        attributes=[_attribute(name, value) for name, value in span.about.items() if name in _ALLOWED],
        status=trace_pb2.Status(code=trace_pb2.Status.STATUS_CODE_ERROR if span.failed else trace_pb2.Status.STATUS_CODE_UNSET),
    )


def _attribute(name: str, value: str | float) -> KeyValue:
    match value:
        case str():
            told = AnyValue(string_value=value)
        case int():
            told = AnyValue(int_value=value)
        case _:
            told = AnyValue(double_value=value)
    return KeyValue(key=name, value=told)
