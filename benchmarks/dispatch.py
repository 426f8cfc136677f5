"""What it costs to dispatch reminders: beside marking rows alone, beside a transaction for each row, and as the table grows.

Every measurement has a copy of the same database of its own, and workers that are processes of their own. The clock is the
wall's: a worker waits for the database, and that is what is measured.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg

from backend.devstack.services import Services
from backend.devstack.session import begin
from benchmarks.reminder_rows import WAYS, fill
from benchmarks.targets import Held, Line

NOW = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
ROWS, DUE = 1_000_000, 100_000
GROWTH = (10_000, 100_000, 1_000_000)
FULL = (10_000_000,)
# Reminders in one timing of the growth, and timings.
SLICE, ROUNDS = 1_000, 5
# Of one transaction for each row a part is enough.
SAMPLE = 2_000
TARGET, GROWTH_TARGET = 0.7, 2.0
_EMPTY = "bench_empty"
CHECKOUT = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Run:
    """Reminders dispatched by all workers together, and the seconds of the slowest."""

    rows: int
    seconds: float

    @property
    def rate(self) -> float:
        return self.rows / self.seconds


class Databases:
    """Databases of the benchmark, all of one server, and the workers on them."""

    def __init__(self, services: Services, environment: dict[str, str]) -> None:
        self._services = services
        self._environment = environment

    def migrate(self) -> None:
        """Make the one that all others are copies of: tables without rows."""
        self._run(f"CREATE DATABASE {_EMPTY}")
        migrate = [sys.executable, "-W", "ignore", "manage.py", "migrate", "--database", "owner", "--no-input", "-v", "0"]
        subprocess.run(migrate, cwd=CHECKOUT, env=self._env(_EMPTY), check=True)  # noqa: S603  our own command

    @contextmanager
    def copy(self, of: str) -> Iterator[str]:
        name = f"{of}_copy"
        self._run(f"CREATE DATABASE {name} TEMPLATE {of} STRATEGY FILE_COPY")
        try:
            yield name
        finally:
            self._run(f"DROP DATABASE {name} WITH (FORCE)")

    def make(self, name: str, *, rows: int, due: int, a_minute: int) -> None:
        """``due`` reminders are due, ``a_minute`` men a minute; a man has twenty rows, or fewer in a small table."""
        self._run(f"CREATE DATABASE {name} TEMPLATE {_EMPTY}")
        men = max(due // WAYS, rows // 20)
        with psycopg.connect(self._services.for_database(name).migration_database_url) as owner:
            fill(owner, rows=rows, men=men, due_men=due // WAYS, a_minute=a_minute, now=NOW)

    def run(self, name: str, how: str, *, workers: int, limit: int, now: datetime = NOW) -> Run:
        """Let so many workers do their part at once."""
        ways = [how, "each from the end" if how == "each" else how][:workers]
        started = [
            subprocess.Popen(  # noqa: S603  our own command
                [sys.executable, "-m", "benchmarks.dispatch_worker", which, now.isoformat(), str(limit)],
                cwd=CHECKOUT,
                env=self._env(name),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            for which in ways
        ]
        for process in started:
            assert process.stdout is not None
            if process.stdout.readline().strip() != "ready":
                raise RuntimeError(f"a worker of {how} did not start")
        for process in started:
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        told = [json.loads(process.communicate()[0].splitlines()[-1]) for process in started]
        return Run(sum(each["rows"] for each in told), max(each["seconds"] for each in told))

    def _env(self, name: str) -> dict[str, str]:
        services = self._services.for_database(name)
        return {
            **os.environ,
            **self._environment,
            "DJANGO_SETTINGS_MODULE": "backend.settings",
            "LOG_LEVEL": "WARNING",
            "DATABASE_URL": services.database_url,
            "MIGRATION_DATABASE_URL": services.migration_database_url,
        }

    def _run(self, statement: str) -> None:
        with psycopg.connect(self._services.migration_database_url, autocommit=True) as owner:
            owner.execute(statement.encode())


def report() -> Iterator[Line]:
    """The figures as lines of a table."""
    session = begin()
    try:
        databases = Databases(session.services, session.environment())
        databases.migrate()
        yield from compare(databases)
        yield from growth(databases, GROWTH + (FULL if os.environ.get("BENCH") == "full" else ()))
    finally:
        session.stop()


def compare(databases: Databases, *, rows: int = ROWS, due: int = DUE, sample: int = SAMPLE, rounds: int = 3) -> Iterator[Line]:
    """Dispatch by two workers beside the claim alone and beside a transaction for each row, in turns; then the growth."""
    databases.make("bench_rows", rows=rows, due=due, a_minute=due)
    runs: dict[str, list[Run]] = {"dispatch": [], "claim": [], "each": []}
    for _ in range(rounds):
        for how, found in runs.items():
            with databases.copy("bench_rows") as name:
                found.append(databases.run(name, how, workers=2, limit=sample // 2 if how == "each" else due))
    wrong = [run for how in ("dispatch", "claim") for run in runs[how] if run.rows != due]
    if wrong:
        raise RuntimeError(f"{due} were due, and dispatched were {wrong[0].rows}")
    rate = {how: statistics.median(run.rate for run in found) for how, found in runs.items()}
    yield f"Dispatch of {due:,} due among {rows:,} reminders by two workers, rows a second; median of {rounds}, in turns"
    yield f"  {'dispatch':<22} {rate['dispatch']:10,.0f}   claimed, marked, inbox written, messages queued"
    yield f"  {'claim alone':<22} {rate['claim']:10,.0f}   dispatch costs {rate['claim'] / rate['dispatch']:.1f} times as much"
    yield Held("dispatch of 100,000", rate["dispatch"] / rate["claim"], "of the claim alone", TARGET)
    yield f"  {'a transaction for each':<22} {rate['each']:10,.0f}   dispatch is {rate['dispatch'] / rate['each']:.1f} x"


def growth(databases: Databases, sizes: Sequence[int], *, due: int = SLICE, rounds: int = ROUNDS) -> Iterator[Line]:
    """The same number of due reminders claimed from tables of different sizes, in turns."""
    for size in sizes:
        databases.make(f"bench_{size}", rows=size, due=due * rounds, a_minute=due // WAYS)
    seconds: dict[int, list[float]] = {size: [] for size in sizes}
    for number in range(rounds):
        for size in sizes:
            at = NOW + timedelta(minutes=number)
            seconds[size].append(databases.run(f"bench_{size}", "dispatch", workers=1, limit=due, now=at).seconds)
    times = {size: statistics.median(found) for size, found in seconds.items()}
    least = min(times.values())
    yield f"Claiming {due:,} due reminders as the table grows; median of {rounds}, in turns"
    for size, taken in times.items():
        yield f"  {size:>12,} rows {taken * 1000:8.1f} ms   {taken / least:.2f} times the least"
    yield Held("claim as the table grows", max(times.values()) / least, "times the least", GROWTH_TARGET, lower=True)
