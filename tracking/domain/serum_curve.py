"""How his testosterone rose and fell by his dose log, as a shape to plot: an estimate, never a level (CLINICAL 6.3, 7.2).

Everything is relative to his own average over the time shown, which is 1. The band is the spread of the published figures for
his ester. Where the log does not tell, the curve breaks. No verdict, finding or due item reads any of this.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import fmean, median

from tracking.domain.curve import Dose, Point, relative_curve, shape_of
from tracking.domain.draw_curve import as_dose
from tracking.domain.exposure import Course
from tracking.domain.history import History, LabRecord
from tracking.domain.known_time import Break, unknown_time
from tracking.domain.lab_plan import TESTOSTERONE_TOTAL
from tracking.domain.problems import problem
from tracking.domain.reported import Precision
from tracking.domain.rulebook import TESTOSTERONE, EsterRule, RuleBook
from tracking.domain.timeline import Timeline, read_timeline
from tracking.domain.words import fill

# What is plotted at once; a bound on the work, not a clinical figure.
MOST_DAYS = 400
LEAST_POINTS, MOST_POINTS = 2, 500
_DAY = timedelta(days=1)
_DATED = (Precision.MINUTE, Precision.DAY)
_SCALE_DIGITS = 2


@dataclass(frozen=True, slots=True)
class Level:
    """One instant of the curve, over his average. ``low`` and ``high``: by all published figures."""

    at: datetime
    low: float
    middle: float
    high: float


@dataclass(frozen=True, slots=True)
class ScaleLab:
    """A testosterone of his, as reported, with the curve at its draw."""

    lab: LabRecord
    level: Level


@dataclass(frozen=True, slots=True)
class DisplayScale:
    """What 1 on the axis stands for by his own results, in their unit and with two digits. For drawing an axis, and no more.

    ``low`` and ``high``: by the band and by all of ``labs``, which were drawn in known time and measured by one method.
    """

    unit: str
    one_is: float
    low: float
    high: float
    labs: tuple[ScaleLab, ...]


@dataclass(frozen=True, slots=True)
class SerumCurve:
    """``segments`` hold no two points with a break between them. ``why`` says in words why there is none at all."""

    start: datetime
    end: datetime
    drug: str = ""
    ester: EsterRule | None = None
    why_code: str = ""
    why: str = ""
    segments: tuple[tuple[Level, ...], ...] = ()
    breaks: tuple[Break, ...] = ()
    scale: DisplayScale | None = None


def check_window(start: datetime, end: datetime, points: int, *, now: datetime) -> None:
    """Raise :class:`Problem` for a window (``?from``, ``?to``) or a number of points (``?points``) that is not accepted."""
    if end <= start:
        raise problem("?to", "period-reversed", "The window ends before it begins, or has no length.")
    if start >= now:
        raise problem("?from", "in-the-future", "The curve is of what was taken. Accepted: a day up to today.")
    if end - start > timedelta(days=MOST_DAYS + 1):
        raise problem("?from", "window-too-long", "Accepted: at most {most} days at once.", most=MOST_DAYS)
    if not LEAST_POINTS <= points <= MOST_POINTS:
        text = "{received} is not accepted. Accepted: {least} to {most} points."
        raise problem("?points", "points-out-of-range", text, received=points, least=LEAST_POINTS, most=MOST_POINTS)


def serum_curve(
    history: History, rulebook: RuleBook, as_of: datetime, *, start: datetime, end: datetime, points: int
) -> SerumCurve:
    """The curve between two instants (see :func:`check_window`), the end cut at ``as_of``: what is to come is in no log."""
    check_window(start, end, points, now=as_of)
    end = min(end, as_of)
    timeline = read_timeline(history, rulebook, as_of)
    course = _shown(timeline, start, end)
    if course is None:
        return SerumCurve(start, end, why_code="no_testosterone", why=rulebook.words.curve["no_testosterone"])
    ester = rulebook.timing.ester_of(course.drug)
    if ester is None:
        name = rulebook.drugs[course.drug].name
        why = fill(rulebook.words.curve["no_curve"], {"drug": name})
        return SerumCurve(start, end, course.drug, why_code="no_curve", why=why)
    breaks = unknown_time(timeline, course.drug, start, end, rulebook)
    drawn = _Drawn(ester, start, breaks, _log(timeline, course.drug, start, end, _reach(ester, rulebook)), rulebook)
    spread = (start + (end - start) * number / (points - 1) for number in range(points))
    instants = [at for at in spread if drawn.is_known(at)]
    levels = drawn.levels(instants)
    average = fmean(point.middle for point in levels) if levels else 0.0
    if not average:
        why = rulebook.words.curve["nothing_known"]
        return SerumCurve(start, end, course.drug, ester, "nothing_known", why, breaks=breaks)
    shown = [_over(point, at, average) for at, point in zip(instants, levels, strict=True)]
    return SerumCurve(
        start,
        end,
        course.drug,
        ester,
        segments=_segments(shown, breaks),
        breaks=breaks,
        scale=_scale(timeline, drawn, average, end),
    )


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A log in days from the start of the window, laid under the published shapes of its ester."""

    ester: EsterRule
    start: datetime
    breaks: tuple[Break, ...]
    log: Sequence[Dose]
    rulebook: RuleBook

    def is_known(self, at: datetime) -> bool:
        return not any(one.start <= at < one.end for one in self.breaks)

    def levels(self, instants: Sequence[datetime]) -> tuple[Point, ...]:
        """In doses a day: linear in the log, and not yet over any average."""
        reach = self.rulebook.timing.curve.reach_half_lives
        days = [(at - self.start) / _DAY for at in instants]
        return relative_curve(self.ester.published, self.log, 1.0, days, reach_half_lives=reach)


def _shown(timeline: Timeline, start: datetime, end: datetime) -> Course | None:
    """The testosterone of the window: of several the one that lasted longest into it, of several such the one begun last."""
    courses = [
        course
        for course in timeline.exposure.courses
        if course.drug_class == TESTOSTERONE
        and timeline.start_of(course.starts_on) < end
        and (course.ends_on is None or timeline.start_of(course.ends_on) > start)
    ]
    return max(courses, key=lambda course: (course.ends_on or date.max, course.starts_on, course.key), default=None)


def _log(timeline: Timeline, drug: str, start: datetime, end: datetime, reach: timedelta) -> list[Dose]:
    """The dated doses that can act in the window, in order."""
    return sorted(
        as_dose(dose, start)
        for dose in timeline.logs[TESTOSTERONE].taken
        if dose.drug == drug and dose.taken.precision in _DATED and start - reach <= dose.taken.at <= end
    )


def _reach(ester: EsterRule, rulebook: RuleBook) -> timedelta:
    """For how long a dose counts, by the slowest of the published figures."""
    half_life = max(shape_of(one).half_life for one in ester.published)
    return timedelta(days=half_life * rulebook.timing.curve.reach_half_lives)


def _over(point: Point, at: datetime, average: float) -> Level:
    return Level(at, point.low / average, point.middle / average, point.high / average)


def _segments(levels: Sequence[Level], breaks: Sequence[Break]) -> tuple[tuple[Level, ...], ...]:
    """Split wherever a break lies between two points, also one that no point fell into."""
    starts = [one.start for one in breaks]
    parts: dict[int, list[Level]] = {}
    for level in levels:
        parts.setdefault(bisect_right(starts, level.at), []).append(level)
    return tuple(tuple(parts[number]) for number in sorted(parts))


def _scale(timeline: Timeline, drawn: _Drawn, average: float, end: datetime) -> DisplayScale | None:
    """From his results that say how much: timed, not censored, drawn in known time; of the unit and method of the latest."""
    labs = [draw.lab for draw in timeline.draws.get(TESTOSTERONE_TOTAL, ())]
    usable = [lab for lab in labs if _is_usable(lab, drawn, end)]
    points = drawn.levels([lab.reported.collected.at for lab in usable])
    placed = [
        ScaleLab(lab, _over(point, lab.reported.collected.at, average))
        for lab, point in zip(usable, points, strict=True)
        if point.low > 0
    ]
    if not placed:
        return None
    latest = max(placed, key=lambda one: (one.level.at, one.lab.key))
    same = tuple(one for one in placed if _measured(one.lab) == _measured(latest.lab))
    values = [float(one.lab.reported.value.number) for one in same]
    return DisplayScale(
        unit=latest.lab.reported.value.unit,
        one_is=_short(median(value / one.level.middle for value, one in zip(values, same, strict=True))),
        low=_short(min(value / one.level.high for value, one in zip(values, same, strict=True))),
        high=_short(max(value / one.level.low for value, one in zip(values, same, strict=True))),
        labs=same,
    )


def _is_usable(lab: LabRecord, drawn: _Drawn, end: datetime) -> bool:
    value, collected = lab.reported.value, lab.reported.collected
    if value.comparator.censors or not value.number or not collected.has_time:
        return False
    return drawn.start <= collected.at <= end and drawn.is_known(collected.at)


def _measured(lab: LabRecord) -> tuple[str, str]:
    return lab.reported.value.unit, lab.reported.assay.method.value


def _short(number: float) -> float:
    """Two digits: more would look like a prediction."""
    return round(number, _SCALE_DIGITS - 1 - math.floor(math.log10(number)))
