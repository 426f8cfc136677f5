"""What it costs to send reminders: messages that leave in a second, beside tasks that do nothing, on the same pool.

A real worker of two processes, a mail server and a provider of push messages on loopback, which take half of the messages each.
The queue is filled while no worker runs, so that whoever fills it is not measured.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import redis
from celery import Celery

from backend.devstack.push import Provider, provider
from backend.devstack.stack import Stack
from benchmarks.targets import Held, Line

__all__ = ["MESSAGES", "TARGET", "report"]

MESSAGES, ROUNDS = 2_000, 3
TARGET = 0.8
PROCESSES = 2
# Seconds after which a worker that has told nothing is given up.
PATIENCE = 300
# In benchmarks.execution_worker, whose import would make Django ready in this process.
TASKS, TOLD, QUEUE = "benchmarks.execution_worker", "benchmark-told", "trabecula"


def report(*, messages: int = MESSAGES, rounds: int = ROUNDS) -> Iterator[Line]:
    """The figures as lines of a table."""
    with tempfile.TemporaryDirectory() as home, Stack(Path(home)) as stack, provider() as push:
        stack.start_services()
        stack.run_manage("migrate", "--database", "owner", "--no-input")
        stack.run_module("backend.devstack.crowd", str(messages * rounds))
        pool = Pool(stack, push)
        pool.run(lambda: pool.send("claim"), told=1)
        rates: dict[str, list[float]] = {"messages": [], "nothing": []}
        for _ in range(rounds):
            rates["messages"].append(messages / pool.run(lambda: pool.send_messages(messages), told=2 * PROCESSES))
            rates["nothing"].append(messages / pool.run(lambda: pool.send_nothing(messages), told=2))
        arrived = len(list((stack.home / "mail").glob("*.eml"))) + push.accepted.total()
        if arrived != messages * rounds:
            raise RuntimeError(f"{messages * rounds} messages were due, and {arrived} arrived")
    sent, idle = (statistics.median(found) for found in rates.values())
    yield f"Sending of {messages:,} messages by a worker of {PROCESSES} processes, a second; median of {rounds}, in turns"
    yield f"  {'messages':<22} {sent:10,.0f}   claimed ones looked at anew, handed over, outcomes recorded"
    yield f"  {'tasks without work':<22} {idle:10,.0f}"
    yield Held("sending of reminders", sent / idle, "of tasks that do nothing", TARGET)


class Pool:
    """A worker that is started upon a queue which is full already, and ended when it has told enough."""

    def __init__(self, stack: Stack, push: Provider) -> None:
        self._stack = stack
        self._environment = stack.process_environment() | push.settings | {"LOG_LEVEL": "WARNING"}
        self._broker = stack.services.broker_url
        self._producer = Celery(broker=self._broker, set_as_current=False)

    def send(self, task: str, *arguments: object) -> None:
        self._producer.send_task(f"{TASKS}.{task}", arguments, queue=QUEUE, ignore_result=True)

    def send_messages(self, count: int) -> None:
        for _ in range(PROCESSES):
            self.send("deliver", count // PROCESSES)

    def send_nothing(self, count: int) -> None:
        self.send("tell", "began")
        for _ in range(count):
            self.send("nothing")
        self.send("tell", "ended")

    def run(self, fill: Callable[[], None], *, told: int) -> float:
        """Seconds from the first to the last that the tasks told of."""
        fill()
        with redis.Redis.from_url(self._broker, socket_timeout=2 * PATIENCE, decode_responses=True) as broker, self._worker():
            moments = [self._next(broker) for _ in range(told)]
        return max(moments) - min(moments)

    def _next(self, broker: redis.Redis) -> float:
        answer = broker.blpop([TOLD], timeout=PATIENCE)
        if answer is None:
            raise RuntimeError(f"the worker told nothing for {PATIENCE} seconds; its log: {self._log.read_text()[-2000:]}")
        return float(answer[1].split()[1])

    @property
    def _log(self) -> Path:
        return self._stack.logs / "execution.log"

    @contextmanager
    def _worker(self) -> Iterator[None]:
        argv = ["celery", "-A", TASKS, "worker", "--pool", "prefork", "--concurrency", str(PROCESSES)]
        quiet = ["--loglevel", "WARNING", "--without-gossip", "--without-mingle"]
        with self._log.open("ab") as log:
            process = subprocess.Popen(  # noqa: S603  our own command
                [sys.executable, "-m", *argv, *quiet], env=self._environment, stdout=log, stderr=log
            )
            try:
                yield
            finally:
                process.terminate()
                process.wait()
