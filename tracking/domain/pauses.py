"""A regimen with its pauses left out: the stretches of days in which it is in force."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Pause:
    """From ``starts_on`` until before ``ends_on`` (None: until he resumes). ``key`` is its stable public id."""

    starts_on: date
    ends_on: date | None
    key: str = ""

    def holds(self, day: date) -> bool:
        return self.starts_on <= day and (self.ends_on is None or day < self.ends_on)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days in force, until before ``ends_on`` (None: open). ``key``: of the pause that it follows; empty for the first."""

    starts_on: date
    ends_on: date | None
    key: str = ""


def stretches(starts_on: date, ends_on: date | None, pauses: Iterable[Pause]) -> list[Stretch]:
    """The stretches in order. Without a pause there is one, as stated, be it empty; with pauses the empty ones are left out."""
    within = sorted((pause for pause in pauses if _is_within(pause, starts_on, ends_on)), key=lambda pause: pause.starts_on)
    found: list[Stretch] = []
    start, key = starts_on, ""
    for pause in within:
        if pause.starts_on > start:
            found.append(Stretch(start, pause.starts_on, key))
        if pause.ends_on is None:
            return found
        if pause.ends_on > start:
            start, key = pause.ends_on, pause.key if found else ""
    if not within or ends_on is None or start < ends_on:
        found.append(Stretch(start, ends_on, key))
    return found


def _is_within(pause: Pause, starts_on: date, ends_on: date | None) -> bool:
    """Whether a pause covers any day of the regimen."""
    if pause.ends_on is not None and (pause.ends_on <= pause.starts_on or pause.ends_on <= starts_on):
        return False
    return ends_on is None or pause.starts_on < ends_on
