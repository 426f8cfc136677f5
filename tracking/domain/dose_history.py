"""One man's dosing over a stretch of days, put together for whoever reviews it: steps, log, results, and what happened.

It gathers what the evaluation worked out already and decides nothing. What was in force follows CLINICAL 9.9, so a step says
whose statement it rests on; a dose that nobody logged is not counted as taken.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from tracking.domain.entry import weekly_mg
from tracking.domain.estradiol import ANALYTE as ESTRADIOL
from tracking.domain.exposure import Course
from tracking.domain.findings import Facts
from tracking.domain.history import DoseKind, DoseRecord
from tracking.domain.lab_plan import TESTOSTERONE_TOTAL
from tracking.domain.timeline import Draw
from tracking.domain.timing import DrawTiming
from tracking.domain.units import rounded

_SHOWN_DECIMALS = 3
_ANALYTES = (ESTRADIOL, TESTOSTERONE_TOTAL)


class Kind(StrEnum):
    """What a mark on the timeline is."""

    FINDING = "finding"
    DECISION = "decision"
    SCAN = "scan"
    FRACTURE = "fracture"


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened at an instant; what is known to the day only stands at the beginning of that local day.

    ``code`` and ``what`` (``opened``, ``acknowledged``, ...) are stable; ``words`` and ``why`` are for the prescriber. ``by``
    is the actor who decided, empty where nobody did. ``has_time``: the instant is one, and no day.
    """

    at: datetime
    kind: Kind
    code: str
    what: str
    words: str
    why: str = ""
    by: str = ""
    has_time: bool = True


@dataclass(frozen=True, slots=True)
class Step:
    """One drug at one dose and interval, from ``starts_on`` until before ``ends_on`` (None: it goes on).

    ``basis``: logged, self or prescribed. ``dose_mg`` is one dose and ``weekly_mg`` its milligrams a week, None where nothing
    says. ``keys`` are the records that it rests on.
    """

    basis: str
    starts_on: date
    ends_on: date | None
    dose_mg: Decimal | None
    schedule: str
    weekly_mg: Decimal | None
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Logged:
    """How many doses of each kind were logged, and the instants of the first and the last, None without any."""

    counts: Mapping[DoseKind, int]
    first: datetime | None
    last: datetime | None


@dataclass(frozen=True, slots=True)
class DrugHistory:
    """One drug: what was to be taken, and what was logged."""

    drug: str
    name: str
    drug_class: str
    steps: tuple[Step, ...]
    logged: Logged
    events: tuple[DoseRecord, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """One result with what was in force at its draw. ``tier`` and ``timing`` are those of an estradiol, else None.

    ``treatment`` names what was in force when it was drawn; empty where the day is not known.
    """

    draw: Draw
    tier: str | None
    timing: DrawTiming | None
    treatment: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DoseHistory:
    """From ``first`` to ``last``, both included, in his local days. ``undated`` results stand apart: nobody knows their day."""

    first: date
    last: date
    zone: str
    drugs: tuple[DrugHistory, ...]
    results: tuple[Result, ...]
    undated: tuple[Result, ...]
    marks: tuple[Mark, ...]


def dose_history(facts: Facts, first: date, last: date, happened: Iterable[Mark] = ()) -> DoseHistory:
    """Everything between two local days, in order of time. ``happened``: what people did and what was found, in any order."""
    timeline = facts.timeline
    drawn = [_result(draw, analyte, facts) for analyte in _ANALYTES for draw in timeline.draws.get(analyte, ())]
    dated = [result for result in drawn if result.draw.on is not None and first <= result.draw.on <= last]
    marks = [mark for mark in (*_in_the_record(facts), *happened) if first <= _local(mark.at, facts) <= last]
    return DoseHistory(
        first=first,
        last=last,
        zone=facts.history.person.zone,
        drugs=tuple(_drugs(facts, first, last)),
        results=tuple(sorted(dated, key=_drawn_at)),
        undated=tuple(result for result in drawn if result.draw.on is None),
        marks=tuple(sorted(marks, key=lambda mark: (mark.at, mark.kind, mark.code))),
    )


def _drugs(facts: Facts, first: date, last: date) -> Iterator[DrugHistory]:
    """By class, then by name; only what has a step or an event in the window."""
    rules = facts.rulebook.drugs
    events: dict[str, list[DoseRecord]] = {}
    for dose in sorted(facts.history.doses, key=lambda d: (d.taken.at, d.key)):
        if dose.taken.at <= facts.timeline.as_of and first <= dose.taken.local.date() <= last:
            events.setdefault(dose.drug, []).append(dose)
    courses: dict[str, list[Course]] = {}
    for course in facts.timeline.exposure.courses:
        if course.starts_on <= last and (course.ends_on is None or course.ends_on > first):
            courses.setdefault(course.drug, []).append(course)
    for drug in sorted({*events, *courses}, key=lambda drug: (rules[drug].drug_class, rules[drug].name)):
        log = tuple(events.get(drug, ()))
        yield DrugHistory(
            drug=drug,
            name=rules[drug].name,
            drug_class=rules[drug].drug_class,
            steps=tuple(_step(course) for course in sorted(courses.get(drug, ()), key=lambda c: (c.starts_on, c.key))),
            logged=_logged(log),
            events=log,
        )


def _step(course: Course) -> Step:
    weekly = None
    if course.dose_mg is not None and course.schedule is not None:
        exact = weekly_mg(course.dose_mg, course.schedule)
        weekly = None if exact is None else rounded(exact, _SHOWN_DECIMALS)
    return Step(
        basis=course.basis,
        starts_on=course.starts_on,
        ends_on=course.ends_on,
        dose_mg=course.dose_mg,
        schedule=str(course.schedule) if course.schedule is not None else "",
        weekly_mg=weekly,
        keys=course.keys,
    )


def _logged(events: tuple[DoseRecord, ...]) -> Logged:
    counted = Counter(dose.kind for dose in events)
    return Logged(
        {kind: counted[kind] for kind in DoseKind},
        events[0].taken.at if events else None,
        events[-1].taken.at if events else None,
    )


def _result(draw: Draw, analyte: str, facts: Facts) -> Result:
    exposure = facts.timeline.exposure
    in_force = () if draw.on is None else [course for course in exposure.courses if course.held_before(draw.on)]
    is_estradiol = analyte == ESTRADIOL
    return Result(
        draw=draw,
        tier=str(facts.readings[draw.lab.key].tier) if is_estradiol else None,
        timing=facts.timings[draw.lab.key] if is_estradiol else None,
        treatment=tuple(_text(course, facts) for course in in_force),
    )


def _text(course: Course, facts: Facts) -> str:
    return course.text.replace(course.drug, facts.rulebook.drugs[course.drug].name, 1)


def _in_the_record(facts: Facts) -> Iterator[Mark]:
    """Scans and fractures: what the record itself says happened."""
    regions = facts.rulebook.bone.regions
    for scan in facts.timeline.scans:
        sites = (f"{regions[s.region].name if s.region in regions else s.region} {s.bmd}" for s in scan.sites)
        yield Mark(facts.timeline.start_of(scan.scanned_on), Kind.SCAN, "dexa", "scanned", ", ".join(sites), has_time=False)
    for fracture in facts.timeline.fractures:
        yield Mark(
            fracture.occurred.at, Kind.FRACTURE, "fracture", "occurred", f"{fracture.site}, {fracture.occurred}", has_time=False
        )


def _drawn_at(result: Result) -> tuple[date, datetime, str]:
    return result.draw.on or date.min, result.draw.lab.reported.collected.at, result.draw.lab.key


def _local(at: datetime, facts: Facts) -> date:
    return at.astimezone(facts.timeline.zone).date()
