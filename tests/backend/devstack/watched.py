"""Processes as a test sees them from outside: who belongs to whom, and a bounded wait for their end."""

from __future__ import annotations

import os
import select
import time
from pathlib import Path


def descendants(pid: int) -> dict[int, int]:
    """Every living process below `pid`, itself included: a descriptor of each, by id."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
        except (FileNotFoundError, ProcessLookupError):
            continue
    family = {pid}
    while more := {child for child, parent in parents.items() if parent in family} - family:
        family |= more
    descriptors = {}
    for member in family:
        try:
            descriptors[member] = os.pidfd_open(member)
        except ProcessLookupError:
            continue
    return descriptors


def still_alive_after(seconds: float, descriptors: dict[int, int]) -> set[int]:
    """Wait until all of these processes have ended, `seconds` at most; the ids of those that have not."""
    deadline = time.monotonic() + seconds
    left = dict(descriptors)
    while left and time.monotonic() < deadline:
        ended, _, _ = select.select(list(left.values()), [], [], max(deadline - time.monotonic(), 0))
        left = {pid: descriptor for pid, descriptor in left.items() if descriptor not in ended}
    for descriptor in descriptors.values():
        os.close(descriptor)
    return set(left)
