"""Measuring in turns: A, B, A, B, ... so that whatever else the machine does falls on both alike."""

from __future__ import annotations

import gc
import os
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

LEAST_ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Timed:
    """Seconds of one call: the median over the rounds, and the middle half of them."""

    median: float
    low: float
    high: float

    @property
    def spread_percent(self) -> float:
        """How far the middle half lies apart, in percent of the median."""
        return (self.high - self.low) * 100 / self.median


def in_turns(
    subjects: Mapping[str, Callable[[], object]],
    *,
    rounds: int,
    calls: int = 1,
    clock: Callable[[], float] = time.process_time,
) -> dict[str, Timed]:
    """Time each subject in every round, ``calls`` calls at a time, and return what one call took.

    Every subject runs once before the clock starts. The collector of garbage runs between the timings, not in them, and leaves
    alone what was there before. The clock is that of the process, unless another is named: what it waits while others have the
    core is no cost of its own.
    """
    if rounds < LEAST_ROUNDS:
        raise ValueError(f"a median wants at least {LEAST_ROUNDS} rounds")
    taken: dict[str, list[float]] = {name: [] for name in subjects}
    for run in subjects.values():
        run()
    gc.freeze()
    try:
        for _ in range(rounds):
            for name, run in subjects.items():
                gc.collect()
                gc.disable()
                started = clock()
                for _ in range(calls):
                    run()
                taken[name].append((clock() - started) / calls)
                gc.enable()
    finally:
        gc.enable()
        gc.unfreeze()
    return {name: _timed(seconds) for name, seconds in taken.items()}


def _timed(seconds: list[float]) -> Timed:
    low, median, high = statistics.quantiles(seconds, n=4)
    return Timed(median, low, high)


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds: on the wall, of the processor in this process, and of it in a session of the database (0 where nobody can tell).

    Where others use the machine too, the wall tells how busy they are; the processor's time is what the work itself took.
    """

    wall: float
    process: float
    database: float

    @property
    def processor(self) -> float:
        return self.process + self.database

    def __add__(self, other: Spent) -> Spent:
        return Spent(self.wall + other.wall, self.process + other.process, self.database + other.database)


def spent(run: Callable[[], T], *, backend: int) -> tuple[T, Spent]:
    """Run once; ``backend`` is the process of the database session that works for it (``pg_backend_pid()``)."""
    before = time.perf_counter(), time.process_time(), processor_of(backend)
    answer = run()
    wall, process, database = time.perf_counter(), time.process_time(), processor_of(backend)
    return answer, Spent(wall - before[0], process - before[1], database - before[2])


def processor_of(pid: int) -> float:
    """Seconds of the processor that another process of this machine has had; 0 where the system does not tell (no Linux)."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
