"""What the chart of a man shows, as plain figures: points, floors, courses, doses, scans. Pure; drawing is elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from tracking.domain.entry import weekly_mg
from tracking.domain.estradiol import ANALYTE as ESTRADIOL
from tracking.domain.estradiol import read_result
from tracking.domain.exposure import Change, Course
from tracking.domain.history import DoseKind, DoseRecord, History, LabRecord, ScanRecord
from tracking.domain.reported import Comparator, Method, Precision
from tracking.domain.rulebook import AROMATASE_INHIBITOR, TESTOSTERONE, RuleBook
from tracking.domain.series.segments import lanes_of, runs_of
from tracking.domain.timeline import Draw, Timeline, read_timeline
from tracking.domain.timing import timing_of
from tracking.domain.units import convert

__all__ = ["DECISION", "FINDING", "SYMPTOM", "Bar", "Dose", "Floor", "Mark", "Plot", "Point", "plot_of", "within"]

TESTOSTERONE_TOTAL = "testosterone_total"
MASS_SPECTROMETRY, IMMUNOASSAY, NOT_SHOWN = "ms", "ia", "unknown"
ASSAYS = {MASS_SPECTROMETRY: "mass spectrometry", IMMUNOASSAY: "immunoassay", NOT_SHOWN: "assay not shown"}
DECISIVE = (AROMATASE_INHIBITOR, TESTOSTERONE)
FINDING, DECISION, SYMPTOM = "finding", "decision", "symptom"


@dataclass(frozen=True, slots=True)
class Point:
    """One result in the unit of its axis. ``on`` and ``start`` None: nothing bounds when it was drawn.

    Points of one ``run`` are joined.
    """

    on: date | None
    start: datetime | None
    end: datetime
    value: float
    comparator: Comparator
    assay: str
    text: str
    run: int = 0

    @property
    def is_dated(self) -> bool:
        """Known to the day."""
        return self.start is not None and self.end - self.start < timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Floor:
    """The floor of one assay, in pg/mL, while that assay was in use."""

    assay: str
    value: float
    start: datetime
    end: datetime

    @property
    def text(self) -> str:
        return f"floor {self.value:g}, {'mass spectrometry' if self.assay == MASS_SPECTROMETRY else 'other assays'}"


@dataclass(frozen=True, slots=True)
class Bar:
    """One course of one drug; ``basis``: prescribed, self or logged. ``weekly`` in mg; None where nothing says how much."""

    start: datetime
    end: datetime
    drug: str
    basis: str
    weekly: float | None
    text: str


@dataclass(frozen=True, slots=True)
class Dose:
    at: datetime
    drug: str
    is_skipped: bool
    text: str


@dataclass(frozen=True, slots=True)
class Mark:
    """Something at one time: a scan, a change of treatment, a finding, a decision. ``kind`` tells the last two apart."""

    at: datetime
    text: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Plot:
    """Everything, ordered by time. ``bars`` and ``doses`` by drug class."""

    as_of: datetime
    zone: str
    estradiol: tuple[Point, ...]
    estradiol_unit: str
    floors: tuple[Floor, ...]
    testosterone: tuple[Point, ...]
    testosterone_unit: str
    bars: Mapping[str, tuple[Bar, ...]]
    doses: Mapping[str, tuple[Dose, ...]]
    changes: tuple[Mark, ...]
    scans: tuple[Mark, ...]
    happened: tuple[Mark, ...] = ()

    @property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.zone)


def plot_of(history: History, rulebook: RuleBook, as_of: datetime, happened: Iterable[Mark] = ()) -> Plot:
    """Read one history for drawing. Its rows, and what ``happened`` (findings and decisions), may come in any order."""
    timeline = read_timeline(history, rulebook, as_of)
    changes = timeline.exposure.changes_until(timeline.today)
    estradiol = _series(ESTRADIOL, timeline, changes, rulebook)
    return Plot(
        as_of=as_of,
        zone=history.person.zone,
        estradiol=estradiol,
        estradiol_unit=rulebook.analytes[ESTRADIOL].unit,
        floors=_floors(estradiol, history, timeline, rulebook),
        testosterone=_series(TESTOSTERONE_TOTAL, timeline, changes, rulebook),
        testosterone_unit=rulebook.analytes[TESTOSTERONE_TOTAL].unit,
        bars={name: tuple(_bars(name, timeline, rulebook)) for name in DECISIVE},
        doses={name: tuple(_doses(name, history, as_of, rulebook)) for name in DECISIVE},
        changes=tuple(Mark(timeline.start_of(c.on), f"{c.kind}: {c.after or c.before}") for c in changes),
        scans=tuple(Mark(timeline.start_of(scan.scanned_on), _scan_text(scan, rulebook)) for scan in timeline.scans),
        happened=tuple(sorted(happened, key=lambda mark: (mark.at, mark.kind, mark.text))),
    )


def within(plot: Plot, start: datetime, end: datetime) -> Plot:
    """What lies between two instants. A result of which nobody knows the day belongs to every stretch."""

    def inside(at: datetime) -> bool:
        return start <= at <= end

    def drawn(points: tuple[Point, ...]) -> tuple[Point, ...]:
        return tuple(p for p in points if p.start is None or (p.start <= end and p.end >= start))

    return replace(
        plot,
        as_of=min(plot.as_of, end),
        estradiol=drawn(plot.estradiol),
        floors=tuple(
            replace(f, start=max(f.start, start), end=min(f.end, end)) for f in plot.floors if f.start <= end and f.end >= start
        ),
        testosterone=drawn(plot.testosterone),
        bars={
            name: tuple(
                replace(b, start=max(b.start, start), end=min(b.end, end)) for b in bars if b.start < end and b.end > start
            )
            for name, bars in plot.bars.items()
        },
        doses={name: tuple(dose for dose in doses if inside(dose.at)) for name, doses in plot.doses.items()},
        changes=tuple(mark for mark in plot.changes if inside(mark.at)),
        scans=tuple(mark for mark in plot.scans if inside(mark.at)),
        happened=tuple(mark for mark in plot.happened if inside(mark.at)),
    )


def _series(analyte: str, timeline: Timeline, changes: tuple[Change, ...], rulebook: RuleBook) -> tuple[Point, ...]:
    """A line joins neighbours only by the same assay, under the same treatment, and never to a censored or undated one.

    Nor does it cross a cut of the series of estradiol, such as that between two phases.
    """
    segments = _segments(timeline, rulebook) if analyte == ESTRADIOL else {}
    joined: list[Point] = []
    run, last = 0, None
    for draw in timeline.draws.get(analyte, ()):
        point, segment = _point(draw, rulebook), segments.get(draw.lab.key)
        before = joined[-1] if joined else None
        if before is None or segment != last or not _joins(before, point, changes):
            run += 1
        joined.append(replace(point, run=run))
        last = segment
    return tuple(joined)


def _segments(timeline: Timeline, rulebook: RuleBook) -> dict[str, int]:
    """The segment of each estradiol that is known to the day, by number."""
    timings = {draw.lab.key: timing_of(draw, timeline, rulebook) for draw in timeline.draws.get(ESTRADIOL, ())}
    runs = runs_of(lanes_of(timeline, timings, rulebook), timings, timeline, rulebook)
    return {key: number for number, run in enumerate(runs) for key in run.keys}


def _joins(before: Point, point: Point, changes: tuple[Change, ...]) -> bool:
    if before.on is None or point.on is None or before.assay != point.assay:
        return False
    whole = all(p.is_dated and not p.comparator.censors for p in (before, point))
    # A change on the day of a draw comes after the draw.
    return whole and not any(before.on <= change.on < point.on for change in changes)


def _point(draw: Draw, rulebook: RuleBook) -> Point:
    lab, reported = draw.lab, draw.lab.reported
    rule = rulebook.analytes[lab.analyte]
    start = reported.collected.earliest
    return Point(
        on=draw.on,
        start=start,
        end=max(reported.collected.latest, start) if start else reported.collected.latest,
        value=float(convert(reported.value.number, rule, reported.value.unit, rule.unit)),
        comparator=reported.value.comparator,
        assay=_assay(lab, rulebook),
        text=str(reported),
    )


def _assay(lab: LabRecord, rulebook: RuleBook) -> str:
    assay, rule = lab.reported.assay, rulebook.estradiol.assay
    if assay.method in rule.mass_spectrometry and assay.evidence in rule.proving:
        return MASS_SPECTROMETRY
    return IMMUNOASSAY if assay.method is Method.IMMUNOASSAY else NOT_SHOWN


def _floors(points: tuple[Point, ...], history: History, timeline: Timeline, rulebook: RuleBook) -> tuple[Floor, ...]:
    """One stretch per assay: from its first result until the first by an assay with another floor, the last one until now."""
    by_key = [draw.lab for draw in timeline.draws.get(ESTRADIOL, ())]
    stretches: list[Floor] = []
    for lab, point in zip(by_key, points, strict=True):
        if point.start is None:
            continue
        value = float(read_result(lab, rulebook, history.floors, timeline.today).floor.pg_ml)
        if stretches and stretches[-1].value == value:
            continue
        if stretches:
            stretches[-1] = replace(stretches[-1], end=point.start)
        stretches.append(Floor(point.assay, value, point.start, timeline.as_of))
    return tuple(stretches)


def _bars(drug_class: str, timeline: Timeline, rulebook: RuleBook) -> Iterator[Bar]:
    for course in timeline.exposure.courses:
        start = timeline.start_of(course.starts_on)
        if course.drug_class != drug_class or start > timeline.as_of:
            continue
        end = timeline.as_of if course.ends_on is None else min(timeline.start_of(course.ends_on), timeline.as_of)
        weekly = _weekly(course)
        yield Bar(
            start=start,
            end=end,
            drug=rulebook.drugs[course.drug].name,
            basis=course.basis,
            weekly=None if weekly is None else float(weekly),
            text=course.text,
        )


def _weekly(course: Course) -> Fraction | None:
    if course.dose_mg is None or course.schedule is None:
        return None
    return weekly_mg(course.dose_mg, course.schedule)


def _doses(drug_class: str, history: History, as_of: datetime, rulebook: RuleBook) -> Iterator[Dose]:
    of_class = (d for d in history.doses if rulebook.drug_class(d.drug) == drug_class and d.taken.at <= as_of)
    for dose in sorted(of_class, key=lambda d: (d.taken.at, d.key)):
        if dose.taken.precision is not Precision.UNKNOWN:
            yield Dose(dose.taken.at, rulebook.drugs[dose.drug].name, dose.kind is DoseKind.SKIPPED, _dose_text(dose, rulebook))


def _dose_text(dose: DoseRecord, rulebook: RuleBook) -> str:
    amount = "" if dose.amount_mg is None else f" {dose.amount_mg} {rulebook.drugs[dose.drug].unit}"
    return f"{rulebook.drugs[dose.drug].name}{amount}, {dose.kind}, {dose.taken}"


def _scan_text(scan: ScanRecord, rulebook: RuleBook) -> str:
    regions = rulebook.bone.regions
    sites = (f"{regions[s.region].name if s.region in regions else s.region} {s.bmd}" for s in scan.sites)
    return f"DXA, {_day(scan.scanned_on)}: {', '.join(sites)}"


def _day(day: date) -> str:
    return f"{day.day} {datetime(day.year, day.month, day.day, tzinfo=UTC):%b} {day.year}"
