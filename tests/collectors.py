"""Servers that take what Sentry's envelope endpoint and OTLP over HTTP take, and keep every byte of it."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Condition, Event, Thread
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

KEY = "c0ffee0ddba11"
PROJECT = "42"
LONGEST = 30  # seconds, for what takes none when all is well


class Collector:
    """Either of the two. ``answer``: the status that it gives; ``is_held``: it answers none until ``end``."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.dsn = url.replace("http://", f"http://{KEY}@") + f"/{PROJECT}"
        self.answer = 200
        self.headers: dict[str, str] = {}
        self.is_held = False
        self.end = Event()
        self.arrived: list[tuple[str, dict[str, str], bytes]] = []
        self._changed = Condition()

    def take(self, path: str, headers: dict[str, str], body: bytes) -> None:
        with self._changed:
            self.arrived.append((path, headers, body))
            self._changed.notify_all()

    def wait_for(self, requests: int) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.arrived) >= requests, LONGEST), f"{len(self.arrived)} arrived"

    @property
    def every_byte(self) -> str:
        """Bodies, addresses and headers, to search in."""
        return "\n".join(
            f"{path}\n{headers}\n{body.decode('utf-8', 'replace')}\n{body!r}" for path, headers, body in self.arrived
        )

    @property
    def events(self) -> list[dict[str, Any]]:
        """What arrived in Sentry's envelopes: a line about all, then a line and a body for each item."""
        found = []
        for path, headers, body in self.arrived:
            if path != f"/api/{PROJECT}/envelope/":
                continue
            assert f"sentry_key={KEY}" in headers["x-sentry-auth"]
            lines = body.split(b"\n")
            for about, item in zip(lines[1::2], lines[2::2], strict=False):
                if json.loads(about)["type"] == "event":
                    found.append(json.loads(item))
        return found

    @property
    def spans(self) -> list[dict[str, Any]]:
        """What arrived as OTLP: name, ids, and all attributes in one."""
        found = []
        for path, _, body in self.arrived:
            if path != "/v1/traces":
                continue
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                about = _attributes(resource.resource.attributes)
                for span in (span for scope in resource.scope_spans for span in scope.spans):
                    assert not span.events
                    assert not span.links
                    assert not span.trace_state
                    assert not span.status.message
                    ids = {"trace": span.trace_id.hex(), "id": span.span_id.hex(), "parent": span.parent_span_id.hex()}
                    told = {"name": span.name, "failed": span.status.code == 2, "resource": about}
                    found.append(ids | told | _attributes(span.attributes))
        return found


def _attributes(given: Any) -> dict[str, Any]:
    return {one.key: getattr(one.value, one.value.WhichOneof("value")) for one in given}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers["Content-Encoding"] == "gzip":
            body = gzip.decompress(body)
        collector = self.server.collector
        collector.take(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
        if collector.is_held:
            collector.end.wait(LONGEST)
            self.close_connection = True
            return
        self.send_response(collector.answer)
        for name, value in ({"Content-Length": "0"} | collector.headers).items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    collector: Collector

    def handle_error(self, *_: Any) -> None:
        """Who asked has gone."""


@contextmanager
def listening() -> Iterator[Collector]:
    with _Server(("127.0.0.1", 0), _Handler) as server:
        server.collector = Collector(f"http://127.0.0.1:{server.server_port}")
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server.collector
        finally:
            server.collector.end.set()
            server.shutdown()
            thread.join()
