"""One man's dosing over a stretch of days, put together for whoever reviews it: steps, log, results, and what happened.

It gathers what the evaluation worked out already and decides nothing. What was in force follows CLINICAL 9.9, so a step says
whose statement it rests on; a dose that nobody logged is not counted as taken. Amounts are in the drug's own unit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from tracking.domain.adherence import Adherence
from tracking.domain.checkin import MOST_SCORE
from tracking.domain.entry import weekly_mg
from tracking.domain.estradiol import ANALYTE as ESTRADIOL
from tracking.domain.exposure import SINCE_UNKNOWN, Course, courses_of
from tracking.domain.findings import Facts
from tracking.domain.history import DoseKind, DoseRecord, Origin
from tracking.domain.lab_plan import TESTOSTERONE_TOTAL
from tracking.domain.pauses import Pause
from tracking.domain.reported import Precision
from tracking.domain.stated import NO_REGIMENS
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
    SYMPTOM = "symptom"
    TITRATION = "titration"


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
    """One drug at one dose and interval, or a pause of it, from ``starts_on`` until before ``ends_on`` (None: it goes on).

    ``starts_on`` None: nobody knows since when. ``basis``: logged, self, prescribed, or used where nobody knows how much.
    ``dose`` is one dose and ``weekly`` all of a week, both in ``unit``, None where nothing says and in a pause. ``keys`` are
    the records that it rests on. ``is_planned``: it begins after today.
    """

    basis: str
    starts_on: date | None
    ends_on: date | None
    dose: Decimal | None
    schedule: str
    weekly: Decimal | None
    unit: str
    keys: tuple[str, ...]
    is_pause: bool = False
    is_planned: bool = False


@dataclass(frozen=True, slots=True)
class Paused:
    """A pause of a regimen of one drug; ``ends_on`` None: until it is resumed or the regimen ends."""

    drug: str
    origin: Origin
    pause: Pause


@dataclass(frozen=True, slots=True)
class Around:
    """What the evaluation does not hold: marks and pauses in any order, and adherence over the window by drug."""

    happened: Iterable[Mark] = ()
    pauses: Iterable[Paused] = ()
    adherence: Mapping[str, Adherence] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Logged:
    """How many doses of each kind were logged, and the instants of the first and the last, None without any."""

    counts: Mapping[DoseKind, int]
    first: datetime | None
    last: datetime | None


@dataclass(frozen=True, slots=True)
class DrugHistory:
    """One drug: what was to be taken, and what was logged. ``adherence`` None: nothing was expected or logged in the window."""

    drug: str
    name: str
    drug_class: str
    unit: str
    steps: tuple[Step, ...]
    logged: Logged
    events: tuple[DoseRecord, ...]
    adherence: Adherence | None


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


def dose_history(facts: Facts, first: date, last: date, around: Around | None = None) -> DoseHistory:
    """Everything between two local days, in order of time. A window up to today also has what is planned to begin after it."""
    around = around or Around()
    timeline = facts.timeline
    drawn = [_result(draw, analyte, facts) for analyte in _ANALYTES for draw in timeline.draws.get(analyte, ())]
    dated = [result for result in drawn if result.draw.on is not None and first <= result.draw.on <= last]
    marks = [mark for mark in (*_in_the_record(facts), *around.happened) if first <= _local(mark.at, facts) <= last]
    return DoseHistory(
        first=first,
        last=last,
        zone=facts.history.person.zone,
        drugs=tuple(_drugs(facts, first, last, around)),
        results=tuple(sorted(dated, key=_drawn_at)),
        undated=tuple(result for result in drawn if result.draw.on is None),
        marks=tuple(sorted(marks, key=lambda mark: (mark.at, mark.kind, mark.code))),
    )


def _drugs(facts: Facts, first: date, last: date, around: Around) -> Iterator[DrugHistory]:
    """By class, then by name; only what has a step or an event in the window."""
    rules, today = facts.rulebook.drugs, facts.timeline.today
    events: dict[str, list[DoseRecord]] = {}
    for dose in sorted(facts.history.doses, key=lambda d: (d.taken.at, d.key)):
        if dose.taken.at <= facts.timeline.as_of and first <= dose.taken.local.date() <= last:
            events.setdefault(dose.drug, []).append(dose)
    steps: dict[str, list[Step]] = {}
    stated = ((course.drug, _step(course, today)) for course in (*facts.timeline.exposure.courses, *_of_other_classes(facts)))
    paused = ((one.drug, _pause(one, rules[one.drug].unit, today)) for one in around.pauses)
    for drug, step in (*stated, *paused):
        is_in = (step.starts_on is None or step.starts_on <= last) and (step.ends_on is None or step.ends_on > first)
        if is_in or (step.is_planned and last >= today):
            steps.setdefault(drug, []).append(step)
    for drug in sorted({*events, *steps}, key=lambda drug: (rules[drug].drug_class, rules[drug].name)):
        log = tuple(events.get(drug, ()))
        yield DrugHistory(
            drug=drug,
            name=rules[drug].name,
            drug_class=rules[drug].drug_class,
            unit=rules[drug].unit,
            steps=tuple(sorted(steps.get(drug, ()), key=lambda s: (s.starts_on or SINCE_UNKNOWN, s.is_pause, s.keys))),
            logged=_logged(log),
            events=log,
            adherence=around.adherence.get(drug),
        )


def _of_other_classes(facts: Facts) -> Iterator[Course]:
    """Bone therapy and the like, which no estradiol depends on and the evaluation reads elsewhere."""
    history, exposure, rulebook = facts.history, facts.timeline.exposure, facts.rulebook
    drugs = history.regimen_log.drugs
    for drug in sorted({*drugs, *(use.drug for use in history.uses)}):
        if rulebook.drug_class(drug) not in exposure.spans:
            uses = [use for use in history.uses if use.drug == drug]
            yield from courses_of(drugs.get(drug, NO_REGIMENS).stated, uses, (), drug, rulebook)


def _step(course: Course, today: date) -> Step:
    weekly = None
    if course.dose_mg is not None and course.schedule is not None:
        exact = weekly_mg(course.dose_mg, course.schedule)
        weekly = None if exact is None else rounded(exact, _SHOWN_DECIMALS)
    return Step(
        basis=course.basis,
        starts_on=None if course.starts_on == SINCE_UNKNOWN else course.starts_on,
        ends_on=course.ends_on,
        dose=course.dose_mg,
        schedule=str(course.schedule) if course.schedule is not None else "",
        weekly=weekly,
        unit=course.unit,
        keys=course.keys,
        is_planned=course.starts_on > today,
    )


def _pause(paused: Paused, unit: str, today: date) -> Step:
    pause = paused.pause
    return Step(
        basis=paused.origin.value,
        starts_on=pause.starts_on,
        ends_on=pause.ends_on,
        dose=None,
        schedule="",
        weekly=None,
        unit=unit,
        keys=(pause.key,),
        is_pause=True,
        is_planned=pause.starts_on > today,
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
    """Scans, fractures and symptoms: what the record itself says happened. A symptom is shown as it was scored."""
    yield from _symptoms(facts)
    regions = facts.rulebook.bone.regions
    for scan in facts.timeline.scans:
        sites = (f"{regions[s.region].name if s.region in regions else s.region} {s.bmd}" for s in scan.sites)
        yield Mark(facts.timeline.start_of(scan.scanned_on), Kind.SCAN, "dexa", "scanned", ", ".join(sites), has_time=False)
    for fracture in facts.timeline.fractures:
        yield Mark(
            fracture.occurred.at, Kind.FRACTURE, "fracture", "occurred", f"{fracture.site}, {fracture.occurred}", has_time=False
        )


def _symptoms(facts: Facts) -> Iterator[Mark]:
    items = facts.rulebook.checkin.form.items
    for symptom in facts.history.symptoms:
        words = f"{items.get(symptom.code, symptom.code)}: {symptom.score} of {MOST_SCORE}"
        has_time = symptom.felt.precision is Precision.MINUTE
        yield Mark(symptom.felt.at, Kind.SYMPTOM, symptom.code, "felt", words, has_time=has_time)


def _drawn_at(result: Result) -> tuple[date, datetime, str]:
    return result.draw.on or date.min, result.draw.lab.reported.collected.at, result.draw.lab.key


def _local(at: datetime, facts: Facts) -> date:
    return at.astimezone(facts.timeline.zone).date()
