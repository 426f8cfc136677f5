"""What a man's phone reads most, his last fifty results and the home screen in one call, beside the least that a server can do.

Both are real servers with one process each, asked over one connection by the same client, in turns. Ours is gunicorn with all
that production runs; the other is :mod:`benchmarks.raw`, which sends the same statements and writes the same answer.
"""

from __future__ import annotations

import http.client
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg

from backend.devstack.cohort import Api
from backend.devstack.mail import messages
from backend.devstack.stack import Stack
from benchmarks.servers import CHECKOUT, MEASURED, connected, get, house, served
from benchmarks.targets import Held, Line
from benchmarks.told import a_man, others

__all__ = ["Measured", "measure", "report"]

SERIES, HOME = "/api/v1/labs?analyte=estradiol&limit=50", "/api/v1/home"
TARGETS = {"series": 0.5, "home": 0.3}
# A 304 against a home screen that changed.
UNCHANGED_TARGET = 2.0
# Statements beyond the sign-in, the look whose key it is, and the actor's setting.
MOST_QUERIES = {"series": 2, "home": 6}
MEN, OF_EACH, ROUNDS, CALLS = 50_000, 20, 7, 60


@dataclass
class Measured:
    """Seconds of one answer, a figure for each round, and the statements it took beyond those that every request takes."""

    seconds: list[float] = field(default_factory=list)
    queries: int = 0

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)

    @property
    def spread_percent(self) -> float:
        """How far the middle half lies apart, in percent of the median."""
        low, _, high = statistics.quantiles(self.seconds, n=4)
        return (high - low) * 100 / self.median


def report() -> Iterator[Line]:
    """The figures as lines of a table."""
    with house() as stack:
        yield from _lines(measure(stack))


def measure(stack: Stack, *, men: int = MEN, rounds: int = ROUNDS, calls: int = CALLS) -> dict[str, Measured]:
    """By name: ``series``, ``home``, ``unchanged`` (a 304), and ``raw series``, ``raw home``."""
    stack.start_services()
    stack.run_manage("migrate", "--database", "owner", "--no-input")
    stack.start_process("web", extra_env=MEASURED)
    token = a_man(Api(stack.web_url, lambda: messages(stack.mail_folder)))
    with psycopg.connect(stack.services.migration_database_url) as owner:
        others(owner, men, each=OF_EACH)
    headers = {"Authorization": f"Bearer {token}", "Accept-Encoding": "identity"}
    # A process of its own: this one stays free of Django, whose settings are those of one database.
    asked = [sys.executable, "-m", "benchmarks.reading_plan", json.dumps({"series": SERIES, "home": HOME}), json.dumps(headers)]
    told = subprocess.run(  # noqa: S603  our own command
        asked, cwd=CHECKOUT, env={**os.environ, **stack.environment()}, capture_output=True, text=True, check=True
    ).stdout
    plan = json.loads(told.splitlines()[-1])
    found = {name: Measured() for name in ("series", "home", "unchanged", "raw series", "raw home")}
    for name in TARGETS:
        found[name].queries = len(plan[f"/{name}"]["statements"])
    with _raw(stack, plan) as raw, connected(stack.web_url) as ours:
        etag = get(ours, HOME, headers)[1]["ETag"]
        ways = {
            "series": (ours, SERIES, headers),
            "raw series": (raw, "/series", {}),
            "home": (ours, HOME, headers),
            "raw home": (raw, "/home", {}),
            "unchanged": (ours, HOME, headers | {"If-None-Match": etag}),
        }
        for number in range(rounds + 1):
            for name, (connection, path, sent) in ways.items():
                began = time.perf_counter()
                for _ in range(calls):
                    get(connection, path, sent)
                # The first round makes everything warm, and is not kept.
                if number:
                    found[name].seconds.append((time.perf_counter() - began) / calls)
    return found


def _lines(found: Mapping[str, Measured]) -> Iterator[Line]:
    yield f"Reads of a signed-in man among {MEN * OF_EACH:,} results; seconds of the wall, median of {ROUNDS}, in turns"
    for name, target in TARGETS.items():
        ours, raw = found[name], found[f"raw {name}"]
        ratio, most = raw.median / ours.median, MOST_QUERIES[name]
        yield f"  {_line(name, ours)}"
        yield f"  {_line(f'raw {name}', raw)}"
        yield Held(name, ratio, "of the raw rate", target)
        yield Held(name, ours.queries, "statements", most, lower=True)
    ratio = found["home"].median / found["unchanged"].median
    yield f"  {_line('unchanged', found['unchanged'])}"
    yield Held("home, unchanged (304)", ratio, "times the rate of the whole", UNCHANGED_TARGET)


def _line(name: str, measured: Measured) -> str:
    return f"{name:<12} {measured.median * 1000:8.2f} ms (middle half {measured.spread_percent:.0f} % wide)"


@contextmanager
def _raw(stack: Stack, plan: Mapping[str, Any]) -> Iterator[http.client.HTTPConnection]:
    """The other server, for as long as the block lasts."""
    file = stack.home / "raw-plan.json"
    file.write_text(json.dumps(plan), encoding="utf-8")
    arguments = ("granian", "--interface", "asgi", "--no-ws", "--workers", "1", "--no-log", "benchmarks.raw:app")
    environment = {**stack.environment(), "RAW_PLAN": str(file)}
    where = ("--host", "{host}", "--port", "{port}")
    with served(*arguments, environment=environment, address=where) as (_, url), connected(url) as connection:
        yield connection
