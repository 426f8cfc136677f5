"""Men write while web, workers, beat, the broker and the database are killed, stopped and replaced; then it is counted.

Held at the end: whatever was acknowledged is there as it was sent and once; no row carries a number above its man's, and what
his phone pulled piece by piece is what it pulls whole; the conclusion that stands is the one that a fresh look at the same
instant comes to; the instance said that it was not ready while the database was away; a dead broker held up no write.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any, Literal
from urllib.parse import urlsplit

import httpx
import psycopg
import redis

from backend.devstack.chaos.clocks import DAY, HOUR, Clocks, clocks, environments
from backend.devstack.chaos.disk import fill, small_disk
from backend.devstack.chaos.phones import Phone
from backend.devstack.cohort import Api, Person
from backend.devstack.launcher import CHECKOUT
from backend.devstack.mail import messages
from backend.devstack.processes import descendants
from backend.devstack.stack import Stack

# No brake on signing in: all these men come from one address.
ENVIRONMENT = {"SIGN_IN_LIMITS": "off", "SWEEP_SECONDS": "1", "LOG_LEVEL": "WARNING"}
# Seconds between two faults, and how long what is stopped stays so, at most.
PACE, HELD_STILL = 4.0, 3.0
HALF_OPEN = 6
# How long one wrong time lasts, and how soon beat sends again once its clock is right: both longer than SWEEP_SECONDS.
WRONG_FOR, SENDS_WITHIN = 1.5, 10.0
SETTLE = 240.0
Name = Literal["web", "worker", "beat", "broker", "postgres"]
NAMES: tuple[Name, ...] = ("web", "worker", "beat", "broker", "postgres")
CLOCKED: tuple[Name, ...] = ("worker", "beat", "postgres")


@dataclass
class Report:
    """What was done and found. ``lost``, ``doubled``: acknowledged writes; ``wrong``: a sentence for each thing amiss."""

    men: int
    faults: Counter[str] = field(default_factory=Counter)
    acknowledged: int = 0
    requests: int = 0
    repeated: int = 0
    slowest: float = 0.0
    without_broker: float = 0.0
    lost: int = 0
    doubled: int = 0
    wrong: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        faults = ", ".join(f"{name} {count}" for name, count in sorted(self.faults.items()))
        return "\n".join(
            [
                f"{self.men} men, {self.requests} requests, {self.repeated} of them repeated; faults: {faults or 'none'}",
                f"slowest answer {self.slowest:.1f} s; slowest write without a broker {self.without_broker:.1f} s",
                *self.wrong,
                f"acknowledged {self.acknowledged} lost {self.lost} doubled {self.doubled}",
            ]
        )


class Play:
    """One stack, its phones, and what is done to it. ``faults`` by the name under which they are counted."""

    def __init__(self, stack: Stack, report: Report, chance: random.Random, *, disk: Path | None, moved: Clocks | None) -> None:
        """``disk``: the database's folder, where that is a file system of its own. ``moved``: clocks, where there are any."""
        self.stack = stack
        self.moved = moved
        self.disk = disk
        self.report = report
        self.chance = chance
        self.web = "web"
        self._generation = 0
        self.faults: Mapping[str, Callable[[], None]] = {
            **{f"kill {name}": partial(self.kill, name) for name in NAMES},
            **{f"stop {name}": partial(self.hold_still, name) for name in NAMES},
            "broker forgets": self.broker_forgets,
            "connections half open": self.half_open,
            "deploy": self.deploy,
            "clock jumps": self.clock_jumps,
            "kill reevaluate": self.kill_reevaluation,
            **({"disk full": self.fill_disk} if disk is not None else {}),
            **({f"clock of {name}": partial(self.move_clock, name) for name in CLOCKED} if moved is not None else {}),
        }

    watcher: Phone

    def start(self, men: int, seed: int) -> list[Phone]:
        """Everything runs, and so many men and one who watches have signed up; their phones, the watcher's last."""
        stack = self.stack
        stack.start_services()
        stack.run_manage("migrate", "--database", "owner", "--no-input")
        # Two beats by mistake, as an operator may have them.
        for name in ("worker", "beat", "beat-2", "web"):
            self._start(name)
        api = api_of(stack)
        phones = [Phone(sign_up(api, number), number, seed) for number in range(men + 1)]
        self.watcher = phones[-1]
        return phones

    def kill(self, name: Name) -> None:
        """As a loss of power; it comes back at once, the servers after a look at what is said without them."""
        self.stack.kill(self._running(name))
        if name == "postgres":
            self._expect_not_ready()
        if name == "broker":
            began = time.monotonic()
            self.watcher.enter_lab()
            self.report.without_broker = max(self.report.without_broker, time.monotonic() - began)
        if name in ("postgres", "broker"):
            self.stack.revive(name)
        else:
            self._start(self._running(name))

    def hold_still(self, name: Name) -> None:
        """A machine that hangs: its processes stop where they are, and go on later."""
        leader = self.stack.pid_of(self._running(name))
        everybody = [leader, *descendants(leader)]
        for pid in everybody:
            _send(pid, signal.SIGSTOP)
        time.sleep(self.chance.uniform(0.2, HELD_STILL))
        for pid in everybody:
            _send(pid, signal.SIGCONT)

    def broker_forgets(self) -> None:
        with redis.Redis.from_url(self.stack.services.broker_url) as broker:
            broker.flushall()

    def half_open(self) -> None:
        """Some who begin a request and never end it."""
        address = urlsplit(self.stack.web_url)
        opened = [socket.create_connection((address.hostname or "", address.port or 0), timeout=5) for _ in range(HALF_OPEN)]
        for connection in opened:
            connection.sendall(b"POST /api/v1/labs HTTP/1.1\r\nHost: ")
        time.sleep(HELD_STILL)
        for connection in opened:
            connection.close()

    def deploy(self) -> None:
        """The new beside the old, then the old ends in its own way."""
        old = self.web
        self._generation += 1
        self.web = f"web-{self._generation}"
        self._start(self.web)
        self.stack.stop_process(old)

    def clock_jumps(self) -> None:
        """Web runs on a clock an hour ahead, and then on the right one again."""
        for extra in ({"CLOCK_OFFSET": str(HOUR)}, {}):
            self.stack.stop_process(self.web)
            self._start(self.web, extra)
            time.sleep(self.chance.uniform(0.2, HELD_STILL))

    def move_clock(self, name: Name) -> None:
        """The wall clock of this process alone jumps, twice, while it works on; and is right again."""
        assert self.moved is not None
        for seconds in self.chance.sample((HOUR, DAY, -HOUR, -DAY), 2):
            self.moved.move(name, seconds)
            time.sleep(WRONG_FOR)
            if name == "postgres" and abs(self._database_ahead() - seconds) > HOUR / 2:
                self.report.wrong.append("WRONG: the clock of the database did not move, so nothing was shown")
        self.moved.move(name, 0)
        if name == "beat":
            self._expect_to_send()

    def kill_reevaluation(self) -> None:
        """All men are looked at again, and whoever does it is killed on the way."""
        with subprocess.Popen(
            [sys.executable, "manage.py", "reevaluate"],
            cwd=CHECKOUT,
            env={**os.environ, **self.stack.process_environment()},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as process:
            try:
                process.wait(self.chance.uniform(0.5, 2 * HELD_STILL))
            except subprocess.TimeoutExpired:
                process.kill()

    def fill_disk(self) -> None:
        """No room for the database, for some seconds. It may end by itself then; an operator makes room and starts it again."""
        assert self.disk is not None
        filler = self.disk / "filler"
        fill(filler)
        time.sleep(HELD_STILL)
        filler.unlink()
        if self.stack.has_ended("postgres"):
            self.report.faults["database ended by a full disk"] += 1
            self.stack.revive("postgres")

    def _start(self, name: str, extra: Mapping[str, str] | None = None) -> None:
        kind: Literal["web", "worker", "beat"] = (
            "web" if name.startswith("web") else "beat" if name.startswith("beat") else "worker"
        )
        self.stack.start_process(kind, name=name, extra_env={**ENVIRONMENT, **(extra or {})}, concurrency=2)

    def _running(self, name: Name) -> str:
        return self.web if name == "web" else name

    def _database_ahead(self) -> float:
        with psycopg.connect(self.stack.services.database_url) as connection:
            ((there,),) = connection.execute("SELECT extract(epoch FROM clock_timestamp())::float8").fetchall()
        return float(there) - time.time()

    def _expect_to_send(self) -> None:
        """That beat still sends: its clock was ahead, and it may wait for what it sent then."""
        log = self.stack.logs / "beat.log"
        before, deadline = log.stat().st_size, time.monotonic() + SENDS_WITHIN
        while log.stat().st_size == before:
            if time.monotonic() > deadline:
                self.report.wrong.append("WRONG: beat sends no more, now that its clock is right again")
                return
            time.sleep(0.1)

    def _expect_not_ready(self) -> None:
        answer = httpx.get(f"{self.stack.web_url}/health/ready", timeout=30.0)
        if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
            self.report.wrong.append(
                f"WRONG: without a database it said {answer.status_code} to the question whether it is ready"
            )


def run(
    home: Path,
    *,
    men: int,
    faults: int,
    seed: int,
    pace: float = PACE,
    of: str = "",
    say: Callable[[str], None] = lambda _line: None,
) -> Report:
    """Let so many men write, do so many things to the stack, one after the other, and count.

    ``of``: parts of names, with ``|`` between them; only the faults that have one. ``say`` hears of each.
    """
    chance = random.Random(seed)  # noqa: S311  a play, not a secret
    report = Report(men=men)
    disk = home / "postgres"
    with (
        small_disk(disk) as has_disk,
        clocks(say) as moved,
        Stack(home, durable=True, beside=environments(moved)) as stack,
        ThreadPoolExecutor(men) as threads,
    ):
        if not has_disk:
            say("not run: a full disk. This account may not mount a small file system.")
        play = Play(stack, report, chance, disk=disk if has_disk else None, moved=moved)
        phones = play.start(men, seed)
        over = Event()
        living = [threads.submit(phone.live, over) for phone in phones[:-1]]
        names = [name for name in play.faults if any(part in name for part in of.split("|"))]
        deck: list[str] = []
        try:
            for number in range(1, faults + 1):
                time.sleep(chance.uniform(0.0, pace))
                # Dealt like cards: each thing happens as often as any other.
                deck = deck or chance.sample(names, len(names))
                fault = deck.pop()
                say(f"{number} of {faults}: {fault}")
                play.faults[fault]()
                report.faults[fault] += 1
        finally:
            over.set()
        for life in living:
            life.result(SETTLE)
        stack.run_manage("reevaluate")
        found = json.loads(stack.run_module("backend.devstack.chaos.held").splitlines()[-1])
        compare(phones, found, report)
        for phone in phones:
            if not phone.wrong:
                compare_pulls(phone, report)
            phone.person.client.close()
    return report


def api_of(stack: Stack) -> Api:
    return Api(stack.web_url, lambda: messages(stack.mail_folder))


def sign_up(api: Api, number: int) -> Person:
    return api.sign_up({"name": f"Man{number} Invented", "born": "1980-05-04", "zone": "UTC"})


def compare(phones: Sequence[Phone], found: Sequence[Mapping[str, Any]], report: Report) -> None:
    """Hold what the phones were told against what stands, as :mod:`backend.devstack.chaos.held` tells it."""
    standing = {man["email"]: man for man in found}
    for phone in phones:
        told, man = phone.told, standing[phone.person.email]
        report.wrong += [f"WRONG: {text}" for text in phone.wrong]
        report.acknowledged += told.writes
        report.requests += told.requests
        report.repeated += told.repeated
        report.slowest = max(report.slowest, told.slowest)
        for kind, kept in (("labs", told.labs), ("doses", told.doses)):
            there = Counter(key for key, _ in man[kind])
            digits = dict(man[kind])
            lost = [key for key, value in kept.items() if digits.get(key) != value]
            doubled = [key for key, times in there.items() if times > 1] + [key for key in there if key not in kept]
            _note(report, phone, kind, lost=len(lost), doubled=len(doubled))
        missing = told.imported - man["imported"]
        _note(report, phone, "imported results", lost=max(0, missing), doubled=max(0, -missing))
        if man["highest"] > man["revision"]:
            report.wrong.append(
                f"WRONG: a row of {phone.person.name} carries {man['highest']}, and he stands at {man['revision']}"
            )
        if man["unversioned"]:
            report.wrong.append(
                f"WRONG: {man['unversioned']} rows of {phone.person.name} are not what the newest version in their history says"
            )
        if not man["as_fresh"]:
            report.wrong.append(
                f"WRONG: a fresh look at {phone.person.name} comes to another conclusion than the one that stands"
            )


def _note(report: Report, phone: Phone, what: str, *, lost: int, doubled: int) -> None:
    report.lost += lost
    report.doubled += doubled
    for word, number in (("lost", lost), ("doubled, or never sent", doubled)):
        if number:
            report.wrong.append(f"WRONG: {number} {what} of {phone.person.name} {word}")


def compare_pulls(phone: Phone, report: Report) -> None:
    """A phone that pulls all its life has what a new one pulls at once."""
    phone.pull()
    anew = Phone(phone.person, phone.number, phone.seed)
    anew.pull()
    for table in sorted({*phone.stored, *anew.stored}):
        his, whole = phone.stored.get(table, {}), anew.stored.get(table, {})
        different = [key for key in {*his, *whole} if his.get(key) != whole.get(key)]
        if different:
            report.wrong.append(f"WRONG: {len(different)} rows of {table} are not what {phone.person.name}'s phone was told")


def _send(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):  # it ended by itself in between
        os.kill(pid, number)
