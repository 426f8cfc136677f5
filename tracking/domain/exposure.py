"""What he was on, and when it changed: regimens and logged doses as courses, changes and exposures.

Per drug his own statement is taken before the prescription where both are in force. That he uses a drug, without a dose, counts
where no regimen says how much; logged doses that none of these covers make a course of their own. A change on the local day of
a draw counts as after the draw: wrong is worse than missing.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import accumulate, chain, groupby
from operator import attrgetter
from typing import ClassVar

from msgspec import Struct
from msgspec.structs import replace

from tracking.domain.history import DoseRecord, DrugUseRecord, RegimenRecord
from tracking.domain.rulebook import AROMATASE_INHIBITOR, CO_MEDICATION, TESTOSTERONE, DrugRule, RuleBook
from tracking.domain.schedule import Schedule
from tracking.domain.spans import so_many_days
from tracking.domain.stated import LOGGED, NO_REGIMENS, USED, Changed, RegimenLog, Stated, changed_between
from tracking.domain.when_asked import kept

__all__ = ["LOGGED", "USED", "Change", "Course", "Exposure", "Span", "courses_of", "read_exposure"]


# Before anything that can be on record: where a use begins of which nobody knows since when.
SINCE_UNKNOWN = date(1900, 1, 1)
_DAY = timedelta(days=1)
_CLASSES = (AROMATASE_INHIBITOR, TESTOSTERONE, CO_MEDICATION)
# Only a change of these supersedes an estradiol and asks for another.
_DECISIVE = (AROMATASE_INHIBITOR, TESTOSTERONE)
_TAKEN_AT = attrgetter("taken.at")
_START_AND_KEY, _START_AND_DRUG = attrgetter("starts_on", "key"), attrgetter("starts_on", "drug")
_DAY_AND_CLASS, _DAY_AND_ANCHOR = attrgetter("on", "drug_class"), attrgetter("on", "drug_class", "anchor")


class Course(Struct, frozen=True):
    """One drug at one dose and interval, from ``starts_on`` until before ``ends_on`` (None: open). ``unit``: of its doses."""

    drug_class: str
    unit: str
    key: str
    anchor: str
    drug: str
    basis: str
    starts_on: date
    ends_on: date | None
    dose_mg: Decimal | None = None
    schedule: Schedule | None = None
    keys: tuple[str, ...] = ()

    def holds(self, day: date) -> bool:
        return self.starts_on <= day and (self.ends_on is None or day < self.ends_on)

    def held_before(self, day: date) -> bool:
        """In force when something was drawn on ``day``: a start or an end on that day comes after the draw."""
        return self.starts_on < day and (self.ends_on is None or day <= self.ends_on)

    @property
    def text(self) -> str:
        if self.dose_mg is None or self.schedule is None:
            return f"{self.drug} ({'dose not known' if self.basis == USED else 'logged'})"
        return f"{self.drug} {self.dose_mg.normalize():f} {self.unit} {self.schedule}"


class Change(Struct, frozen=True):
    """A start, stop or change of dose, interval or product. ``anchor`` is its stable name."""

    TOLD: ClassVar[tuple[str, ...]] = ("on", "drug_class", "drug", "kind", "anchor", "before", "after")

    on: date
    drug_class: str
    drug: str
    kind: str
    anchor: str
    left: tuple[Course, ...]
    begun: Course | None

    @property
    def before(self) -> str:
        """What he took until then, in words."""
        return ", ".join(sorted(course.text for course in self.left))

    @property
    def after(self) -> str:
        """What he took from then on, in words."""
        return self.begun.text if self.begun is not None else ""


class Span(Struct, frozen=True):
    """Continuous exposure to one class, short pauses bridged."""

    starts_on: date
    ends_on: date | None
    anchor: str


class Exposure:
    """Everything he took that matters here, by date. Co-medication has courses and makes no changes.

    ``courses`` are in order of their start, ``changes`` in order of time. ``spans`` are by class of drug.
    """

    def __init__(self, courses: Mapping[str, list[Course]], changes: Iterable[Change], gap_days: int) -> None:
        """``courses`` by class in order of their start, ``changes`` in any. Pauses of so many days are bridged."""
        self.changes = _joined(changes)
        self.spans = {name: _spans(of_class, gap_days) for name, of_class in courses.items()}
        self._of = {name: _OfClass(of_class) for name, of_class in courses.items()}
        self._changed_on = [change.on for change in self.changes]
        self._held: dict[tuple[str, date], tuple[Course, ...]] = {}
        self._held_before: dict[tuple[str, date], tuple[Course, ...]] = {}

    @kept
    def courses(self) -> tuple[Course, ...]:
        return tuple(sorted(chain.from_iterable(of.courses for of in self._of.values()), key=_START_AND_DRUG))

    def of(self, drug_class: str) -> Sequence[Course]:
        """Every course of a class in order of its start."""
        return self._of[drug_class].courses

    def on(self, drug_class: str, day: date) -> tuple[Course, ...]:
        """In force on a day, which is mostly asked for several times."""
        held = self._held.get((drug_class, day))
        if held is None:
            held = self._held[drug_class, day] = self._of[drug_class].on(day)
        return held

    def at_draw(self, drug_class: str, day: date) -> tuple[Course, ...]:
        """In force when something was drawn on ``day``."""
        held = self._held_before.get((drug_class, day))
        if held is None:
            held = self._held_before[drug_class, day] = self._of[drug_class].before(day)
        return held

    def span(self, drug_class: str, day: date) -> Span | None:
        """The exposure that a day belongs to, or None."""
        for span in reversed(self.spans[drug_class]):
            if span.starts_on <= day:
                return span if span.ends_on is None or day < span.ends_on else None
        return None

    def changes_until(self, day: date) -> tuple[Change, ...]:
        return self.changes[: bisect_right(self._changed_on, day)]

    def first_change(self, day: date, until: date) -> Change | None:
        """The first change from one day on, up to another, which counts."""
        place = bisect_left(self._changed_on, day)
        return self.changes[place] if place < len(self.changes) and self.changes[place].on <= until else None


class _OfClass:
    """The courses of one class in order of their start, looked up by day.

    Beside each course stands the latest end of it and those before, so that a look-up goes back no further than it has to.
    """

    def __init__(self, courses: Sequence[Course]) -> None:
        self.courses = courses
        self._starts = [course.starts_on for course in courses]
        self._ends = list(accumulate([course.ends_on or date.max for course in courses], max))

    def on(self, day: date) -> tuple[Course, ...]:
        """Those that hold on a day."""
        last = bisect_right(self._starts, day)
        first = bisect_right(self._ends, day, hi=last)
        return tuple([c for c in self.courses[first:last] if c.ends_on is None or day < c.ends_on])

    def before(self, day: date) -> tuple[Course, ...]:
        """Those that held before something on a day."""
        last = bisect_left(self._starts, day)
        first = bisect_left(self._ends, day, hi=last)
        return tuple([c for c in self.courses[first:last] if c.ends_on is None or day <= c.ends_on])


def read_exposure(
    regimens: Iterable[RegimenRecord],
    taken: Mapping[str, Sequence[DoseRecord]],
    rulebook: RuleBook,
    *,
    uses: Iterable[DrugUseRecord] = (),
) -> Exposure:
    """Courses, changes and exposures from regimens and uses in any order, and the doses taken of each drug in order of time."""
    drugs = RegimenLog(regimens).drugs
    used: dict[str, list[DrugUseRecord]] = defaultdict(list)
    for use in uses:
        used[use.drug].append(use)
    courses: dict[str, list[Course]] = {name: [] for name in _CLASSES}
    changes: list[Change] = []
    for drug in sorted({*drugs, *used, *taken}):
        drug_class = rulebook.drug_class(drug)
        if drug_class not in courses:
            continue
        of = drugs.get(drug, NO_REGIMENS)
        of_drug = courses_of(of.stated, used.get(drug, ()), taken.get(drug, ()), drug, rulebook)
        of_class = courses[drug_class]
        courses[drug_class] = sorted([*of_class, *of_drug], key=_START_AND_DRUG) if of_class else of_drug
        if drug_class in _DECISIVE:
            changed = of.changed if len(of_drug) == len(of.stated) else changed_between(of_drug)
            changes += [_change(one, of_drug, drug, drug_class) for one in changed]
    return Exposure(courses, changes, rulebook.monitoring.in_force.gap_days)


def courses_of(
    stated: Iterable[Stated],
    uses: Sequence[DrugUseRecord],
    taken: Sequence[DoseRecord],
    drug: str,
    rulebook: RuleBook,
) -> list[Course]:
    """The courses of one drug of any class, in order, from everything that is on record of it."""
    rule = rulebook.drugs[drug]
    courses = [Course(rule.drug_class, rule.unit, *stretch) for stretch in stated]
    if uses:
        courses = _with_uses(courses, uses, rule)
    return _with_logged(courses, taken, drug, rule)


def _with_uses(stated: list[Course], uses: Iterable[DrugUseRecord], rule: DrugRule) -> list[Course]:
    """The courses of one drug, with one more for each stretch of a use that no regimen covers.

    Where the start of an AI or of testosterone is not known, nothing can be dated by it: it makes no course (see ``missing``).
    """
    courses = list(stated)
    for use in sorted(uses, key=lambda use: (use.since or SINCE_UNKNOWN, use.key)):
        if use.since is None and rule.drug_class in _DECISIVE:
            continue
        for start, end in _uncovered_stretches(use, courses):
            anchor = f"start:{use.key}" if start == (use.since or SINCE_UNKNOWN) else f"start:{use.key}:{start}"
            courses.append(Course(rule.drug_class, rule.unit, use.key, anchor, use.drug, USED, start, end, keys=(use.key,)))
        courses.sort(key=lambda course: course.starts_on)
    return courses


def _uncovered_stretches(use: DrugUseRecord, courses: list[Course]) -> list[tuple[date, date | None]]:
    """The parts of a use, from and until before, in which none of ``courses`` holds. They are in order and do not overlap."""
    stretches: list[tuple[date, date | None]] = []
    start: date | None = use.since or SINCE_UNKNOWN
    for course in courses:
        if start is None or (course.ends_on is not None and course.ends_on <= start):
            continue
        if start < course.starts_on:
            stretches.append((start, course.starts_on))
        start = course.ends_on
    if start is not None:
        stretches.append((start, None))
    found: list[tuple[date, date | None]] = []
    for first, end in stretches:
        ends = [day for day in (end, use.until) if day is not None]
        if not ends or first < min(ends):
            found.append((first, min(ends, default=None)))
    return found


def _with_logged(stated: list[Course], doses: Sequence[DoseRecord], drug: str, rule: DrugRule) -> list[Course]:
    """The courses of one drug, with one more for each run of logged doses that no regimen covers."""
    uncovered = _uncovered(doses, stated)
    if not uncovered:
        return stated
    reach = so_many_days(rule.logged_days)
    runs: list[list[tuple[date, str]]] = []
    for day, key in uncovered:
        if runs and day - runs[-1][-1][0] <= reach and not any(runs[-1][-1][0] < c.starts_on <= day for c in stated):
            runs[-1].append((day, key))
        else:
            runs.append([(day, key)])
    logged = []
    for run in runs:
        end = run[-1][0] + reach + _DAY
        later = [c.starts_on for c in stated if c.starts_on > run[-1][0]]
        end = min([end, *later])
        start, key = run[0]
        keys = tuple(sorted(key for _, key in run))
        logged.append(Course(rule.drug_class, rule.unit, key, f"start:{key}", drug, LOGGED, start, end, keys=keys))
    return sorted([*stated, *logged], key=lambda c: c.starts_on)


def _uncovered(doses: Sequence[DoseRecord], stated: list[Course]) -> list[tuple[date, str]]:
    """Local date and key of the doses outside every regimen of the drug, in order. The last day of a regimen belongs to it.

    ``doses`` are in order of time. Only those in or near a gap between regimens are looked at.
    """
    if not doses or not stated:
        return [(dose.taken.local.date(), dose.key) for dose in doses]
    outside: set[tuple[date, str]] = set()
    edge: date | None = None
    for course in [*stated, None]:
        if edge is not None and course is not None and course.starts_on <= edge:
            edge = course.ends_on
            if edge is None:
                break
            continue
        # No zone is further than a day from UTC, so that a dose beyond these ends needs no zone arithmetic.
        first = 0 if edge is None else bisect_left(doses, datetime.combine(edge, time(), UTC) - _DAY, key=_TAKEN_AT)
        last = len(doses)
        if course is not None:
            last = bisect_right(doses, datetime.combine(course.starts_on, time(), UTC) + _DAY, key=_TAKEN_AT)
        for dose in doses[first:last]:
            day = dose.taken.local.date()
            if not any(c.starts_on <= day and (c.ends_on is None or day <= c.ends_on) for c in stated):
                outside.add((day, dose.key))
        if course is None or course.ends_on is None:
            break
        edge = course.ends_on
    return sorted(outside)


def _change(changed: Changed, courses: Sequence[Course], drug: str, drug_class: str) -> Change:
    left = (courses[changed.left],) if changed.left is not None else ()
    begun = courses[changed.begun] if changed.begun is not None else None
    return Change(changed.on, drug_class, drug, changed.kind, changed.anchor, left, begun)


def _joined(changes: Iterable[Change]) -> tuple[Change, ...]:
    """In order of time. One drug stopped and another of its class started on one day is one change of product."""
    ordered = sorted(changes, key=_DAY_AND_ANCHOR)
    if len({(change.on, change.drug_class) for change in ordered}) == len(ordered):
        return tuple(ordered)
    merged: list[Change] = []
    for _, of_day in groupby(ordered, key=_DAY_AND_CLASS):
        same_day = list(of_day)
        if len(same_day) == 1:
            merged += same_day
            continue
        starts = sorted((c for c in same_day if c.kind == "start"), key=lambda c: c.anchor)
        stops = [c for c in same_day if c.kind == "stop"]
        if starts and stops:
            left = tuple(course for stop in stops for course in stop.left)
            starts[0] = replace(starts[0], kind="product", left=left)
            stops = []
        rest = [c for c in same_day if c.kind not in ("start", "stop")]
        merged += sorted([*starts, *stops, *rest], key=lambda c: c.anchor)
    return tuple(merged)


def _spans(courses: Sequence[Course], gap_days: int) -> tuple[Span, ...]:
    """``courses``: in order of their start. Of several that begin together the oldest record names the exposure."""
    if len({course.starts_on for course in courses}) < len(courses):
        courses = sorted(courses, key=_START_AND_KEY)
    gap = so_many_days(gap_days)
    spans: list[Span] = []
    first: Course | None = None
    end: date | None = None
    for course in courses:
        if first is not None and (end is None or course.starts_on <= end or course.starts_on - end <= gap):
            end = None if end is None or course.ends_on is None else max(end, course.ends_on)
            continue
        if first is not None:
            spans.append(Span(first.starts_on, end, first.anchor))
        first, end = course, course.ends_on
    return (*spans, Span(first.starts_on, end, first.anchor)) if first is not None else ()
