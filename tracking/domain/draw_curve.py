"""The draw that a verdict rests on, in full: how the ester's curve stood, whether it was drawn as is best, and the words for it.

Costlier than the phase, so worked out for one draw (CLINICAL 4.2, 6.3). A shape, never a concentration.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from tracking.domain.curve import Dose, relative_level, shape_of, steady_state
from tracking.domain.dose_log import doses_between, is_kept
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
# Codes of why a level is not told.
_NO_CURVE = "no_curve"


def in_full(timing: DrawTiming, draw: Draw, timeline: Timeline, rulebook: RuleBook) -> DrawTiming:
    """A draw's timing with the level and the advice for testosterone, the sentences and the rules they rest on."""
    if draw.on is None:
        return timing
    courses = timeline.exposure.at_draw(TESTOSTERONE, draw.on)
    ester = rulebook.timing.ester_of(courses[0].drug) if courses else None
    best = rulebook.timing.draw_time_of(courses[0].drug) if len(courses) == 1 else None
    testosterone = timing.testosterone
    if courses:
        testosterone = replace(
            testosterone,
            level=_level(testosterone, courses, ester, draw, timeline, rulebook),
            advice=DrawAdvice(best.when, _met(testosterone, best)) if best is not None else None,
        )
    timing = replace(timing, testosterone=testosterone)
    used = [rulebook.timing.phase.id, *([ester.id, rulebook.timing.curve.id] if ester else []), *([best.id] if best else [])]
    return replace(timing, said=_said(timing, courses, ester, draw, timeline, rulebook), rules=tuple(used))


def _level(
    timing: DrugTiming, courses: Sequence[Course], ester: EsterRule | None, draw: Draw, timeline: Timeline, rulebook: RuleBook
) -> LevelAtDraw:
    if len(courses) > 1:
        return LevelAtDraw("", "", None, None, None, None, "several")
    if ester is None:
        return LevelAtDraw("", "", None, None, None, None, _NO_CURVE)
    course, rule = courses[0], rulebook.timing.curve
    near_peak = _near_peak(timing, ester, rulebook)
    why = _untold(timing, course, draw, timeline, rulebook)
    if why:
        return LevelAtDraw(ester.code, ester.vehicle, None, None, None, near_peak, why)
    at = draw.lab.reported.collected.at
    longest = max(one.half_life_days for one in ester.published)
    window = doses_between(timeline, course, at - timedelta(days=float(longest * rule.reach_half_lives)), at)
    doses = sorted(_as_dose(dose, at) for dose in window)
    levels = [
        relative_level(shape_of(one), doses, _per_day(course), 0.0, reach_half_lives=rule.reach_half_lives)
        for one in ester.published
    ]
    step = Decimal(1).scaleb(-rule.decimals)
    relative, low, high = (Decimal(level).quantize(step) for level in (levels[0], min(levels), max(levels)))
    return LevelAtDraw(ester.code, ester.vehicle, relative, low, high, near_peak)


def _untold(timing: DrugTiming, course: Course, draw: Draw, timeline: Timeline, rulebook: RuleBook) -> str:
    """Why the level is not told; empty where it can be."""
    if course.dose_mg is None or timing.interval_hours is None:
        return "no_interval"
    if timing.share is None:
        return "hours_unknown"
    at = draw.lab.reported.collected.at
    start = at - timedelta(days=rulebook.drugs[course.drug].steady_state_days)
    first = start.astimezone(timeline.zone).date()
    others = (c for c in timeline.exposure.courses if c.drug_class == TESTOSTERONE and c.drug != course.drug)
    if any(draw.on is not None and c.starts_on < draw.on and (c.ends_on is None or c.ends_on > first) for c in others):
        return "product_changed"
    window = doses_between(timeline, course, start, at)
    dated = all(dose.amount_mg is not None and dose.taken.precision in (Precision.MINUTE, Precision.DAY) for dose in window)
    kept = is_kept(timeline, course, start, at, gap_percent=rulebook.timing.curve.gap_percent)
    return "" if dated and kept else "log_incomplete"


def _as_dose(dose: DoseRecord, at: datetime) -> Dose:
    """Days before the draw and milligrams. One known to the day is taken at its middle."""
    taken = dose.taken.at if dose.taken.has_time else dose.taken.at + (dose.taken.latest - dose.taken.at) / 2
    return (taken - at) / _DAY, float(dose.amount_mg or 0)


def _per_day(course: Course) -> float:
    hours = course.schedule.interval_hours if course.schedule is not None else None
    if course.dose_mg is None or hours is None:
        raise ValueError("a course without a dose or an interval has no dose a day")
    return float(course.dose_mg * _HOURS_A_DAY / hours)


def _near_peak(timing: DrugTiming, ester: EsterRule, rulebook: RuleBook) -> bool | None:
    if not timing.phase.is_known or timing.hours is None or timing.interval_hours is None:
        return None
    rule = rulebook.timing.curve
    interval, hours = float(timing.interval_hours), float(timing.hours)
    peak = steady_state(shape_of(ester.published[0]), interval / _HOURS_A_DAY).peak_days * _HOURS_A_DAY
    return float(rule.peak_from) * peak <= hours <= float(rule.peak_to) * peak


def _met(timing: DrugTiming, best: DrawTimeRule) -> bool | None:
    """None where the hours are not known, or where a part of the interval is asked for and no phase is told of it."""
    if best.unit == "hours":
        return None if timing.hours is None else best.low <= timing.hours <= best.high
    if timing.share is None or not timing.phase.is_known:
        return None
    return best.low <= timing.share <= best.high


def _said(
    timing: DrawTiming, courses: Sequence[Course], ester: EsterRule | None, draw: Draw, timeline: Timeline, rulebook: RuleBook
) -> tuple[str, ...]:
    words = rulebook.words.timing
    parts = {
        "testosterone": _since(timing.testosterone, TESTOSTERONE, rulebook),
        "ai": _since(timing.ai, AROMATASE_INHIBITOR, rulebook),
    }
    sentences = [fill(words["drawn"], {**parts, "log": _log(draw, timeline, rulebook)})]
    level, advice = timing.testosterone.level, timing.testosterone.advice
    if level is not None and level.relative is not None and ester is not None:
        named = {"ester": ester.name.lower(), "vehicle": ester.vehicle}
        sentences.append(
            fill(words["level"], {**named, "relative": str(level.relative), "low": str(level.low), "high": str(level.high)})
        )
    elif level is not None and ester is not None:
        days = str(rulebook.drugs[courses[0].drug].steady_state_days)
        why = fill(words[level.why], {"days": days})
        sentences.append(fill(words["level_unknown"], {"ester": ester.name.lower(), "why": why}))
    elif level is not None and level.why == _NO_CURVE:
        sentences.append(fill(words[_NO_CURVE], {"drug": rulebook.drugs[courses[0].drug].name}))
    if level is not None and level.near_peak:
        sentences.append(words["near_peak"])
    if advice is not None:
        code = "met_unknown" if advice.met is None else "met" if advice.met else "not_met"
        sentences.append(fill(words[code], {"when": advice.when}))
    return tuple(sentences)


def _since(timing: DrugTiming, drug_class: str, rulebook: RuleBook) -> str:
    words = rulebook.words.timing
    drug = _NAMES[drug_class]
    if timing.phase is Phase.NOT_TAKEN:
        return fill(words["not_taken"], {"drug": drug})
    hours = timing.interval_hours
    said = {
        "days": "" if hours is None else str(trimmed(round(hours / _HOURS_A_DAY, 1))),
        "trough_hours": str(rulebook.timing.phase.trough_hours),
    }
    # Two products dosed often have no one interval to name.
    phase = words["unknown" if timing.phase is Phase.FREQUENT and hours is None else timing.phase.value]
    known = {"drug": drug, "phase": fill(phase, said)}
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
