"""Figures are served on an address of their own, METRICS_ADDRESS, by the parent process: also while every thread is busy."""

from __future__ import annotations

import os
import sys

import structlog
from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.multiprocess import MultiProcessCollector

__all__ = ["address", "of_all_processes", "serve"]

log = structlog.get_logger(__name__)


def address(given: str) -> tuple[str, int]:
    """Host and port of ``host:port``. Exits with a sentence where it is neither."""
    host, _, port = given.rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) < 2**16:
        sys.exit(
            f"Trabecula cannot start: METRICS_ADDRESS is '{given}'. Accepted: host:port, an address that only the monitoring"
            " reaches, for instance 127.0.0.1:9100; or nothing."
        )
    return host.strip("[]"), int(port)


def of_all_processes() -> CollectorRegistry:
    """The figures that this process and its children left in their folder."""
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # prometheus_client types no such call
    return registry


def serve(registry: CollectorRegistry) -> None:
    """Serve them, if METRICS_ADDRESS says where. Work goes on where the port is taken: the monitoring misses us and says so."""
    if not (given := os.environ.get("METRICS_ADDRESS", "")):
        return
    host, port = address(given)
    try:
        start_http_server(port, addr=host, registry=registry)
    except OSError as problem:
        log.error("metrics are not served", exc_info=problem)  # noqa: TRY400  one line, as any other refusal
