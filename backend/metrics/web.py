"""The four golden signals of the web: how long, how many, how many failed, how full."""

from __future__ import annotations

from contextlib import AbstractContextManager

from prometheus_client import Counter, Gauge, Histogram

__all__ = ["METHODS", "in_progress", "note", "note_threads"]

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

_requests = Counter("trabecula_http_requests", "Requests that were answered.", ["method", "route", "status"])
_seconds = Histogram(
    "trabecula_http_request_seconds",
    "How long a request took, in seconds.",
    ["method", "route"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
_in_progress = Gauge("trabecula_http_requests_in_progress", "Requests at work now.", multiprocess_mode="livesum")
_threads = Gauge("trabecula_http_threads", "Requests that can be at work at once.", multiprocess_mode="livesum")


def in_progress() -> AbstractContextManager[None]:
    """Count a request as at work for as long as this lasts."""
    return _in_progress.track_inprogress()


def note(method: str, route: str, status: int, seconds: float) -> None:
    """A request was answered. ``route`` is one of our patterns, so that nobody can make up new names."""
    known = method if method in METHODS else "other"
    _requests.labels(known, route, str(status)).inc()
    _seconds.labels(known, route).observe(seconds)


def note_threads(threads: int) -> None:
    """This process works on so many requests at once."""
    _threads.set(threads)
