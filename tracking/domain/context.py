"""What he took at a draw and takes now, and from whose statement that is known."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import ClassVar

from msgspec import Struct

from tracking.domain.dose_log import logged_weekly
from tracking.domain.entry import weekly_mg
from tracking.domain.exposure import LOGGED, USED, Change, Course
from tracking.domain.months import months_between
from tracking.domain.rulebook import AROMATASE_INHIBITOR, TESTOSTERONE, RuleBook
from tracking.domain.schedule import Schedule
from tracking.domain.timeline import Draw, Timeline
from tracking.domain.units import rounded, trimmed

_SHOWN_DECIMALS = 3


class InForce(Struct, frozen=True):
    """One drug. ``basis``: logged, self, prescribed, or used (nobody says how much). ``weekly_mg`` is None where neither log
    nor schedule says.

    ``stated_mg`` is what the regimen itself says a week, and ``stated_by`` whose statement that is; empty where there is none.
    """

    TOLD: ClassVar[tuple[str, ...]] = (
        *("drug", "name", "text", "basis", "weekly_mg", "since", "keys", "stated_mg", "stated_by"),
    )

    course: Course
    name: str
    basis: str
    weekly_mg: Decimal | None
    stated_mg: Decimal | None

    @property
    def drug(self) -> str:
        return self.course.drug

    @property
    def text(self) -> str:
        return self.course.text

    @property
    def since(self) -> date:
        return self.course.starts_on

    @property
    def keys(self) -> tuple[str, ...]:
        return self.course.keys

    @property
    def stated_by(self) -> str:
        return "" if self.course.basis in (LOGGED, USED) else self.course.basis


class Standing(Struct, frozen=True):
    """What was in force at one time. Hours are None where unknown: not logged, or no time of day."""

    on: date
    ai: tuple[InForce, ...]
    testosterone: tuple[InForce, ...]
    hours_since_ai: Decimal | None = None
    hours_since_testosterone: Decimal | None = None


class Context(Struct, frozen=True):
    """At the draw the verdict rests on, and now."""

    at_draw: Standing | None
    now: Standing
    ai_since: date | None
    months_on_ai: int | None
    last_change: Change | None


def context_of(timeline: Timeline, at_draw: Standing | None, rulebook: RuleBook) -> Context:
    """``at_draw``: what was in force at the draw that the verdict rests on."""
    today = timeline.today
    now = Standing(
        today,
        _in_force(timeline, timeline.exposure.on(AROMATASE_INHIBITOR, today), timeline.as_of, rulebook),
        _in_force(timeline, timeline.exposure.on(TESTOSTERONE, today), timeline.as_of, rulebook),
    )
    span = timeline.exposure.span(AROMATASE_INHIBITOR, today) if now.ai else None
    changes = timeline.exposure.changes_until(today)
    return Context(
        at_draw=at_draw,
        now=now,
        ai_since=span.starts_on if span else None,
        months_on_ai=months_between(span.starts_on, today) if span else None,
        last_change=changes[-1] if changes else None,
    )


def standing_at(timeline: Timeline, draw: Draw, rulebook: RuleBook) -> Standing | None:
    """What was in force at a draw; None where its date is not known."""
    if draw.on is None:
        return None
    at = draw.lab.reported.collected.latest
    exposure = timeline.exposure
    return Standing(
        draw.on,
        _in_force(timeline, exposure.at_draw(AROMATASE_INHIBITOR, draw.on), at, rulebook),
        _in_force(timeline, exposure.at_draw(TESTOSTERONE, draw.on), at, rulebook),
        timeline.hours_since_dose(AROMATASE_INHIBITOR, draw, rulebook),
        timeline.hours_since_dose(TESTOSTERONE, draw, rulebook),
    )


def _in_force(timeline: Timeline, courses: tuple[Course, ...], at: datetime, rulebook: RuleBook) -> tuple[InForce, ...]:
    return tuple(_one(timeline, course, at, rulebook) for course in courses)


def _one(timeline: Timeline, course: Course, at: datetime, rulebook: RuleBook) -> InForce:
    """Logged doses first, then what the regimen says; the basis names which."""
    logged = logged_weekly(timeline, course, at, rulebook)
    stated = _stated(course.dose_mg, course.schedule) if course.dose_mg is not None and course.schedule else None
    name = rulebook.drugs[course.drug].name
    if logged is None:
        return InForce(course, name, course.basis, stated, stated)
    return InForce(course, name, LOGGED, _shown(logged), stated)


@lru_cache(maxsize=1024)
def _stated(dose_mg: Decimal, schedule: Schedule) -> Decimal | None:
    """Milligrams a week by a regimen. It belongs to the dose and not to a man."""
    return _shown(weekly_mg(dose_mg, schedule))


def _shown(weekly: Fraction | None) -> Decimal | None:
    return None if weekly is None else trimmed(rounded(weekly, _SHOWN_DECIMALS))
