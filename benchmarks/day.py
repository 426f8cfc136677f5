"""A day of many phones, on our server and on what people usually build (:mod:`benchmarks.plain`), in turns.

A phone opens its home screen (six times of ten), pulls what changed (a quarter), pushes a dose and a symptom that its man
logged (a tenth) and looks at his results (the rest). What it wants counts once, however many requests it takes: one of ours,
and of the plain project one for each list or row. Ours checks, evaluates, keeps history, and asks the database who may see
what; the plain one does nothing of it and keeps as many rows. Both run under gunicorn with the same workers and threads, upon
the same PostgreSQL, and are asked by as many threads, of which each asks again as soon as it is answered.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import statistics
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urlencode, urlsplit, urlunsplit
from uuid import uuid4

import psycopg

from backend.devstack.cohort import Api
from backend.devstack.mail import messages
from backend.devstack.stack import Stack
from benchmarks.servers import CHECKOUT, MEASURED, connected, house, served
from benchmarks.targets import Held, Line
from benchmarks.told import DOSES, DRAWS, a_man, others

__all__ = ["MIX", "Day", "Sizes", "measure", "report"]

MIX = {"home": 60, "pull": 25, "push": 10, "rest": 5}
TARGET = 4.0
_SEED = 20261127
_PLAIN = "plain"
_LISTS = ("labs", "doses", "regimens", "symptoms", "due-items", "inbox", "evaluations")


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is measured: other men in the tables and rows of each, men who ask (a thread each), turns, seconds of a turn."""

    others: int = 50_000
    each: int = 20
    phones: int = 4
    workers: int = 2
    rounds: int = 5
    seconds: float = 30


@dataclass
class Day:
    """What came of one server's turns: milliseconds of each want by its kind, what failed, wants a second by turn."""

    taken: dict[str, list[float]] = field(default_factory=lambda: {kind: [] for kind in MIX})
    failed: Counter[str] = field(default_factory=Counter)
    rates: list[float] = field(default_factory=list)
    requests: int = 0

    @property
    def wants(self) -> int:
        return sum(map(len, self.taken.values()))

    def percentiles(self, kind: str) -> tuple[float, float, float]:
        """Milliseconds: p50, p95, p99."""
        cuts = statistics.quantiles(self.taken[kind], n=100)
        return cuts[49], cuts[94], cuts[98]


class FailedError(Exception):
    """A request was not answered as it should be."""


class Phone:
    """Somebody's phone, with a connection that it keeps for a turn: no server waits for long for who says nothing."""

    connection: http.client.HTTPConnection

    def __init__(self, url: str, authorization: str) -> None:
        self.url = url
        self._headers = {"Authorization": authorization, "Accept-Encoding": "identity"}
        self.requests = 0

    def want(self, kind: str) -> None:
        """Do one thing of a day; raises FailedError."""
        wanted: Callable[[], None] = getattr(self, kind)
        wanted()

    def ask(self, method: str, path: str, body: object = None, **headers: str) -> http.client.HTTPResponse:
        sent = None if body is None else json.dumps(body)
        as_json = {} if body is None else {"Content-Type": "application/json"}
        self.connection.request(method, path, sent, {**self._headers, **as_json, **headers})
        answer = self.connection.getresponse()
        answer.content = answer.read()  # type: ignore[attr-defined]  # read at once: the next request needs the connection
        self.requests += 1
        if answer.status not in (200, 201, 304):
            raise FailedError(f"{method} {path.partition('?')[0]}: {answer.status}")
        return answer

    def told(self, answer: http.client.HTTPResponse) -> dict[str, object]:
        found: dict[str, object] = json.loads(answer.content)  # type: ignore[attr-defined]  # see above
        return found


class Ours(Phone):
    """A phone that knows our API: one call a want, and what it has already it does not get again."""

    def __init__(self, url: str, authorization: str) -> None:
        super().__init__(url, authorization)
        self._etag, self._cursor = "", 0

    def home(self) -> None:
        known = {"If-None-Match": self._etag} if self._etag else {}
        self._etag = self.ask("GET", "/api/v1/home", **known).headers["ETag"]

    def pull(self) -> None:
        answer = self.told(self.ask("GET", f"/api/v1/sync?last_pulled_at={self._cursor}"))
        self._cursor = int(str(answer["timestamp"]))

    def push(self) -> None:
        now = datetime.now(UTC).isoformat(timespec="seconds")
        moment = {"precision": "minute", "zone": "UTC"}
        taken = {"drug": "anastrozole", "kind": "taken", "amount": "0.25 mg", "taken_at": now, "confirmed_reason": "again"}
        dose = {"id": str(uuid4()), **taken, **moment}
        felt = {"id": str(uuid4()), "code": "fatigue", "score": 4, "felt_at": now, **moment}
        changes = {"dose_events": dose, "symptoms": felt}
        body = {table: {"created": [row], "updated": [], "deleted": []} for table, row in changes.items()}
        answer = self.told(self.ask("POST", f"/api/v1/sync?last_pulled_at={self._cursor}", body))
        if answer["rejected"]:
            raise FailedError(f"rejected: {answer['rejected']}")

    def rest(self) -> None:
        self.ask("GET", "/api/v1/labs?analyte=estradiol&limit=50")


class Plain(Phone):
    """A phone of the plain project: a list or a row a call."""

    def __init__(self, url: str, authorization: str) -> None:
        super().__init__(url, authorization)
        self._since = datetime.now(UTC)

    def home(self) -> None:
        day = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        for path, query in (
            ("evaluations", {}), ("labs", {"analyte": "estradiol"}), ("regimens", {}), ("doses", {"from": day.isoformat()}),
            ("due-items", {}), ("inbox", {}),
        ):  # fmt: skip
            self.ask("GET", f"/{path}/?{urlencode(query)}")

    def pull(self) -> None:
        since, self._since = self._since, datetime.now(UTC)
        for path in _LISTS:
            self.ask("GET", f"/{path}/?{urlencode({'since': since.isoformat()})}")

    def push(self) -> None:
        now = datetime.now(UTC).isoformat()
        self.ask("POST", "/doses/", {"drug": "anastrozole", "kind": "taken", "amount": "0.25", "unit": "mg", "taken_at": now})
        self.ask("POST", "/symptoms/", {"code": "fatigue", "score": 4, "felt_at": now})

    def rest(self) -> None:
        self.ask("GET", "/labs/?analyte=estradiol")


def report(sizes: Sizes = Sizes()) -> Iterator[Line]:
    """The figures as lines of a table; ten minutes at most."""
    with house() as stack:
        found = measure(stack, sizes)
    yield (
        f"A day of {sizes.phones} phones among {sizes.others:,} men, {sizes.workers} workers each;"
        f" {sizes.rounds} turns of {sizes.seconds:.0f} s, milliseconds of the wall"
    )
    for name, day in found.items():
        errors = f"; failed: {dict(day.failed)}" if day.failed else "; none failed"
        rate = statistics.median(day.rates)
        yield f"  {name:<6} {rate:8.1f} wants a second (median turn), {day.wants} wants, {day.requests} requests{errors}"
        for kind in MIX:
            p50, p95, p99 = day.percentiles(kind)
            yield f"    {kind:<6} p50 {p50:7.1f}   p95 {p95:7.1f}   p99 {p99:7.1f}"
    ratios = [ours / plain for ours, plain in zip(found["ours"].rates, found["plain"].rates, strict=True)]
    low, ratio, high = statistics.quantiles(ratios, n=4)
    yield Held("a day of many phones", ratio, "times the wants of plain DRF", TARGET)
    yield f"  (middle half of the turns {low:.2f} to {high:.2f})"


def measure(stack: Stack, sizes: Sizes) -> dict[str, Day]:
    """By name, ``ours`` and ``plain``."""
    stack.start_services()
    stack.run_manage("migrate", "--database", "owner", "--no-input")
    stack.start_process("web", extra_env=MEASURED, concurrency=sizes.workers)
    api = Api(stack.web_url, lambda: messages(stack.mail_folder))
    names = [f"Phone{number}" for number in range(sizes.phones)]
    ours = [f"Bearer {a_man(api, name)}" for name in names]
    with psycopg.connect(stack.services.migration_database_url) as owner:
        others(owner, sizes.others, each=sizes.each)
    found = {"ours": Day(), "plain": Day()}
    with _plain(stack, sizes, names) as (url, plain):
        phones: dict[str, Sequence[Phone]] = {
            "ours": [Ours(stack.web_url, key) for key in ours],
            "plain": [Plain(url, f"Token {key}") for key in plain],
        }
        for number in range(sizes.rounds + 1):
            for name, of in phones.items():
                # The first turn makes everything warm, and is not kept.
                _turn(of, found[name] if number else Day(), seconds=sizes.seconds if number else sizes.seconds / 5, seed=number)
    return found


def _turn(phones: Sequence[Phone], day: Day, *, seconds: float, seed: int) -> None:
    """All phones at once, each doing one thing after the other, for so long."""
    before = sum(phone.requests for phone in phones)
    taken: list[list[tuple[str, float]]] = [[] for _ in phones]
    failed: list[list[str]] = [[] for _ in phones]

    def live(number: int) -> None:
        chance = random.Random(_SEED + 1000 * seed + number)  # noqa: S311  the same day for both
        while (now := time.perf_counter()) - began < seconds:
            (kind,) = chance.choices([*MIX], [*MIX.values()])
            try:
                phones[number].want(kind)
            except FailedError as error:
                failed[number].append(str(error))
            else:
                taken[number].append((kind, (time.perf_counter() - now) * 1000))

    threads = [threading.Thread(target=live, args=(number,)) for number in range(len(phones))]
    with ExitStack() as turn:
        for phone in phones:
            phone.connection = turn.enter_context(connected(phone.url))
        began = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    every = [one for each in taken for one in each]
    for kind, milliseconds in every:
        day.taken[kind].append(milliseconds)
    day.failed.update(message for each in failed for message in each)
    day.rates.append(len(every) / (time.perf_counter() - began))
    day.requests += sum(phone.requests for phone in phones) - before


@contextmanager
def _plain(stack: Stack, sizes: Sizes, names: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """The plain project upon a database of its own in the same server: where it answers, and the tokens of those who ask."""
    owner = stack.services.migration_database_url
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {_PLAIN}".encode())
    environment = {"PLAIN_DATABASE_URL": urlunsplit(urlsplit(owner)._replace(path=f"/{_PLAIN}"))}
    fill = [sys.executable, "-m", "benchmarks.plain.fill", *map(str, (sizes.others, sizes.each, DRAWS, DOSES)), *names]
    told = subprocess.run(  # noqa: S603  our own command
        fill, cwd=CHECKOUT, env={**os.environ, **environment}, stdout=subprocess.PIPE, text=True, check=True
    ).stdout
    gunicorn = (
        "gunicorn",
        "--reuse-port",
        "--workers",
        str(sizes.workers),
        "--threads",
        "4",
        "benchmarks.plain.wsgi:application",
    )
    with served(*gunicorn, environment=environment) as (_, url):
        yield url, json.loads(told.splitlines()[-1])
