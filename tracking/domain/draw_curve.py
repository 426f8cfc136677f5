"""The draw that a verdict rests on, in full: how the ester's curve stood, whether the time was the best one, and the words.

Costlier than the phase, so worked out for one draw (CLINICAL 4.2, 6.3). A shape, never a concentration.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from msgspec.structs import replace

from tracking.domain.curve import Dose, relative_level, shape_of, steady_state
from tracking.domain.dose_log import doses_between, is_kept
from tracking.domain.dosing import interval_hours
from tracking.domain.exposure import Course
from tracking.domain.history import DoseRecord
from tracking.domain.reported import Precision
from tracking.domain.rulebook import AROMATASE_INHIBITOR, TESTOSTERONE, DrawTimeRule, EsterRule, RuleBook
from tracking.domain.timeline import Draw, Timeline
from tracking.domain.timing import DrawAdvice, DrawTiming, DrugTiming, LevelAtDraw, Phase
from tracking.domain.units import trimmed
from tracking.domain.words import fill, listed

_DAY = timedelta(days=1)
_HOURS_A_DAY = 24
_NAMES: Mapping[str, str] = {AROMATASE_INHIBITOR: "AI", TESTOSTERONE: "testosterone"}
_NO_CURVE, _SEVERAL = "no_curve", "several"


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A draw with the one testosterone product that was in force at it."""

    draw: Draw
    course: Course
    timing: DrugTiming
    timeline: Timeline
    rulebook: RuleBook

    @property
    def at(self) -> datetime:
        return self.draw.lab.reported.collected.at

    @property
    def ester(self) -> EsterRule | None:
        return self.rulebook.timing.ester_of(self.course.drug)

    @property
    def best(self) -> DrawTimeRule | None:
        return self.rulebook.timing.draw_time_of(self.course.drug)


def in_full(timing: DrawTiming, draw: Draw, timeline: Timeline, rulebook: RuleBook) -> DrawTiming:
    """A draw's timing with the level and the advice for testosterone, the sentences and the rules they rest on."""
    if draw.on is None:
        return timing
    courses = timeline.exposure.at_draw(TESTOSTERONE, draw.on)
    testosterone, told = timing.testosterone, []
    used = [rulebook.timing.phase.id, rulebook.timing.curve.id]
    if len(courses) > 1:
        testosterone = replace(testosterone, level=LevelAtDraw(why=_SEVERAL))
    elif courses:
        drawn = _Drawn(draw, courses[0], testosterone, timeline, rulebook)
        level = _level(drawn)
        advice = DrawAdvice(drawn.best.when, _met(testosterone, drawn.best)) if drawn.best is not None else None
        testosterone = replace(testosterone, level=level, advice=advice)
        told = [*_level_told(level, drawn), *_advice_told(advice, rulebook)]
        used += [rule.id for rule in (drawn.ester, drawn.best) if rule is not None]
    timing = replace(timing, testosterone=testosterone, rules=tuple(used))
    return replace(timing, said=(_drawn_at(timing, draw, timeline, rulebook), *told))


def _drawn_at(timing: DrawTiming, draw: Draw, timeline: Timeline, rulebook: RuleBook) -> str:
    words = rulebook.words.timing
    if timing.testosterone.phase is timing.ai.phase is Phase.NOT_TAKEN:
        return words["drawn_without"]
    parts = {
        "testosterone": _since(timing.testosterone, TESTOSTERONE, rulebook),
        "ai": _since(timing.ai, AROMATASE_INHIBITOR, rulebook),
        "log": _log(draw, timeline, rulebook),
    }
    return fill(words["drawn"], parts)


def _level(drawn: _Drawn) -> LevelAtDraw:
    ester, rule = drawn.ester, drawn.rulebook.timing.curve
    if ester is None:
        return LevelAtDraw(why=_NO_CURVE)
    level = LevelAtDraw(
        ester.code, ester.vehicle, near_peak=_near_peak(drawn.timing, ester, drawn.rulebook), why=_untold(drawn)
    )
    per_day = _per_day(drawn.course)
    if level.why or per_day is None:
        return level
    reach = timedelta(days=float(rule.reach_half_lives * max(one.half_life_days for one in ester.published)))
    window = doses_between(drawn.timeline, drawn.course, drawn.at - reach, drawn.at)
    doses = sorted(as_dose(dose, drawn.at) for dose in window)
    levels = [
        relative_level(shape_of(one), doses, per_day, 0.0, reach_half_lives=rule.reach_half_lives) for one in ester.published
    ]
    step = Decimal(1).scaleb(-rule.decimals)
    relative, low, high = (Decimal(level).quantize(step) for level in (levels[0], min(levels), max(levels)))
    return replace(level, relative=relative, low=low, high=high)


def _untold(drawn: _Drawn) -> str:
    """Why the level is not told, by its code; empty where it can be."""
    course, timeline = drawn.course, drawn.timeline
    if _per_day(course) is None:
        return "no_interval"
    if drawn.timing.share is None:
        return "hours_unknown"
    start = drawn.at - timedelta(days=drawn.rulebook.drugs[course.drug].steady_state_days)
    first, last = (instant.astimezone(timeline.zone).date() for instant in (start, drawn.at))
    others = (c for c in timeline.exposure.courses if c.drug_class == TESTOSTERONE and c.drug != course.drug)
    if any(c.starts_on < last and (c.ends_on is None or c.ends_on > first) for c in others):
        return "product_changed"
    window = doses_between(timeline, course, start, drawn.at)
    dated = all(dose.amount_mg is not None and dose.taken.precision in (Precision.MINUTE, Precision.DAY) for dose in window)
    kept = is_kept(timeline, course, start, drawn.at, gap_percent=drawn.rulebook.timing.curve.gap_percent)
    return "" if dated and kept else "log_incomplete"


def as_dose(dose: DoseRecord, at: datetime) -> Dose:
    """Days from the draw, negative, and milligrams. One known to the day is taken at its middle."""
    taken = dose.taken.at if dose.taken.has_time else dose.taken.at + (dose.taken.latest - dose.taken.at) / 2
    return (taken - at) / _DAY, float(dose.amount_mg or 0)


def _per_day(course: Course) -> float | None:
    """Milligrams a day by the regimen; None where it does not say."""
    hours = interval_hours(course.schedule) if course.schedule is not None else None
    return None if course.dose_mg is None or hours is None else float(course.dose_mg * _HOURS_A_DAY / hours)


def _near_peak(timing: DrugTiming, ester: EsterRule, rulebook: RuleBook) -> bool | None:
    if not timing.phase.is_known or timing.hours is None or timing.interval_hours is None:
        return None
    rule = rulebook.timing.curve
    interval, hours = float(timing.interval_hours), float(timing.hours)
    peak = steady_state(shape_of(ester.published[0]), interval / _HOURS_A_DAY).peak_days * _HOURS_A_DAY
    return float(rule.peak_from) * peak <= hours <= float(rule.peak_to) * peak


def _met(timing: DrugTiming, best: DrawTimeRule) -> bool | None:
    """None where the hours are not known, or where a part of the interval is asked for and no phase is told of it."""
    if timing.hours is None:
        return None
    if best.unit == "hours":
        return best.low <= timing.hours <= best.high
    if timing.interval_hours is None or not timing.phase.is_known:
        return None
    return best.low * timing.interval_hours <= timing.hours * 100 <= best.high * timing.interval_hours


def _level_told(level: LevelAtDraw, drawn: _Drawn) -> Iterator[str]:
    words, ester, drug = drawn.rulebook.words.timing, drawn.ester, drawn.rulebook.drugs[drawn.course.drug]
    if ester is None:
        yield fill(words[_NO_CURVE], {"drug": drug.name})
        return
    said = {"ester": ester.name.lower(), "vehicle": ester.vehicle}
    if level.relative is not None:
        figures = {name: str(getattr(level, name)) for name in ("relative", "low", "high")}
        yield fill(words["level"], said | figures)
    else:
        why = fill(words[level.why], {"days": str(drug.steady_state_days)})
        yield fill(words["level_unknown"], {**said, "why": why})
    if level.near_peak:
        yield words["near_peak"]


def _advice_told(advice: DrawAdvice | None, rulebook: RuleBook) -> Iterator[str]:
    if advice is not None:
        code = {True: "met", False: "not_met", None: "met_unknown"}[advice.met]
        yield fill(rulebook.words.timing[code], {"when": advice.when})


def _since(timing: DrugTiming, drug_class: str, rulebook: RuleBook) -> str:
    """How long after the last dose, and in which phase."""
    words, hours = rulebook.words.timing, timing.interval_hours
    drug = _NAMES[drug_class]
    if timing.phase is Phase.NOT_TAKEN:
        return fill(words["not_taken"], {"drug": drug})
    said = {
        "days": "" if hours is None else str(trimmed(round(hours / _HOURS_A_DAY, 1))),
        "trough_hours": str(rulebook.timing.phase.trough_hours),
    }
    # Two products dosed often have no one interval to name.
    code = Phase.UNKNOWN if hours is None else timing.phase
    known = {"drug": drug, "phase": fill(words[code.value], said)}
    if timing.hours is None:
        return fill(words["no_hours"], known)
    return fill(words["hours"], {**known, "hours": str(trimmed(timing.hours))})


def _log(draw: Draw, timeline: Timeline, rulebook: RuleBook) -> str:
    """Whether the doses were logged over the time to steady state before the draw."""
    words, at, broken = rulebook.words.timing, draw.lab.reported.collected.latest, []
    for drug_class in (TESTOSTERONE, AROMATASE_INHIBITOR):
        courses = timeline.exposure.at_draw(drug_class, draw.on) if draw.on is not None else ()
        if not all(_is_logged(timeline, course, at, rulebook) for course in courses):
            broken.append(_NAMES[drug_class])
    return fill(words["log_gaps"], {"drug": listed(broken)}) if broken else words["log_complete"]


def _is_logged(timeline: Timeline, course: Course, at: datetime, rulebook: RuleBook) -> bool:
    start = at - timedelta(days=rulebook.drugs[course.drug].steady_state_days)
    return is_kept(timeline, course, start, at, gap_percent=rulebook.timing.curve.gap_percent)
