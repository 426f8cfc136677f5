"""What the first page of a clinic's work queue costs a browser, whether a hundred men wait or ten thousand."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from functools import partial

from django.contrib.auth import get_user
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from backend.accounts import second_factor
from benchmarks.clinic_rows import clinic_of
from benchmarks.database import backend_pid
from benchmarks.measure import LEAST_ROUNDS, Spent, spent
from benchmarks.targets import Held, Line
from tracking import clock
from tracking.models import User

__all__ = ["PAGE", "TARGET", "at_desk", "measure", "report"]

TARGET = 1.5
SIZES = (100, 10_000)
ROUNDS = 5
PAGE = "/admin/work/"
# In one timing: the system tells a session's processor time in hundredths of a second.
PAGES = 4


def measure(sizes: Sequence[int] = SIZES, *, rounds: int = ROUNDS) -> tuple[dict[int, list[Spent]], dict[int, int]]:
    """By the number of men: what each round of a page took, in turns, and its queries."""
    browsers = {men: at_desk(clinic_of(men, now=clock.now())) for men in sizes}
    backend = backend_pid()
    queries = {}
    for men, browser in browsers.items():
        _get(browser)
        with CaptureQueriesContext(connection) as counted:
            _get(browser)
        queries[men] = len(counted)
    taken: dict[int, list[Spent]] = {men: [] for men in sizes}
    for _ in range(rounds):
        for men, browser in browsers.items():
            taken[men].append(spent(partial(_get, browser, times=PAGES), backend=backend)[1])
    return taken, queries


def report(*, sizes: Sequence[int] = SIZES, rounds: int = max(ROUNDS, LEAST_ROUNDS)) -> Iterator[Line]:
    """The figures as lines; Django stands upon an empty database."""
    taken, queries = measure(sizes, rounds=rounds)
    yield f"First page of the work queue, milliseconds of the process and of its database session; median of {rounds}, in turns"
    medians = {men: statistics.median(each.processor for each in of) for men, of in taken.items()}
    for men, of in taken.items():
        process, database = (
            statistics.median(getattr(each, name) for each in of) * 1000 / PAGES for name in ("process", "database")
        )
        low, _, high = statistics.quantiles([each.processor for each in of], n=4)
        spread = (high - low) * 100 / medians[men]
        yield f"  {men:>8,} men {process:8.1f} {database:8.1f}   {queries[men]} queries (middle half {spread:.0f} % wide)"
    few, many = (medians[men] for men in (min(sizes), max(sizes)))
    yield Held(f"work queue at {max(sizes):,} men", many / few, f"times that at {min(sizes):,}", TARGET, lower=True)


def _get(browser: Client, *, times: int = 1) -> None:
    for _ in range(times):
        answer = browser.get(PAGE)
        if answer.status_code != 200 or b"Man " not in answer.content:  # noqa: PLR2004  HTTP
            raise RuntimeError(f"the queue answered {answer.status_code}")


def at_desk(user: User) -> Client:
    """A browser that has been through both steps of the sign-in."""
    browser = Client()
    browser.force_login(user)
    request = RequestFactory().get("/")
    request.session = browser.session
    request.user = get_user(request)
    second_factor.prove(request, user, now=clock.now())
    request.session.save()
    browser.cookies["sessionid"] = str(request.session.session_key)
    return browser
