"""What he was on, and when it changed: regimens and logged doses as courses, changes and exposures.

Per drug his own statement is taken before the prescription where both are in force; logged doses that no regimen covers make a
course of their own. A change on the local day of a draw counts as after the draw: wrong is worse than missing.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from tracking.domain.history import DoseRecord, Origin, RegimenRecord
from tracking.domain.rulebook import AROMATASE_INHIBITOR, CO_MEDICATION, TESTOSTERONE, RuleBook
from tracking.domain.schedule import Schedule

LOGGED = "logged"
_DAY = timedelta(days=1)
_CLASSES = (AROMATASE_INHIBITOR, TESTOSTERONE, CO_MEDICATION)
# Only a change of these supersedes an estradiol and asks for another.
_DECISIVE = (AROMATASE_INHIBITOR, TESTOSTERONE)


@dataclass(frozen=True, slots=True)
class Course:
    """One drug at one dose and interval, from ``starts_on`` until before ``ends_on`` (None: open)."""

    key: str
    anchor: str
    drug: str
    drug_class: str
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
            return f"{self.drug} (logged)"
        return f"{self.drug} {self.dose_mg.normalize():f} mg {self.schedule}"


@dataclass(frozen=True, slots=True)
class Change:
    """A start, stop or change of dose, interval or product. ``anchor`` is its stable name."""

    on: date
    drug_class: str
    drug: str
    kind: str
    anchor: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Span:
    """Continuous exposure to one class, short pauses bridged."""

    starts_on: date
    ends_on: date | None
    anchor: str


@dataclass(frozen=True, slots=True)
class Exposure:
    """Everything he took that matters here, by date. Co-medication has courses and makes no changes."""

    courses: tuple[Course, ...]
    changes: tuple[Change, ...]
    spans: dict[str, tuple[Span, ...]]

    def on(self, drug_class: str, day: date) -> tuple[Course, ...]:
        """In force on a day."""
        return tuple(course for course in self.courses if course.drug_class == drug_class and course.holds(day))

    def at_draw(self, drug_class: str, day: date) -> tuple[Course, ...]:
        """In force when something was drawn on ``day``."""
        return tuple(course for course in self.courses if course.drug_class == drug_class and course.held_before(day))

    def span(self, drug_class: str, day: date) -> Span | None:
        """The exposure that a day belongs to, or None."""
        held = (s for s in self.spans[drug_class] if s.starts_on <= day and (s.ends_on is None or day < s.ends_on))
        return next(held, None)

    def changes_until(self, day: date) -> tuple[Change, ...]:
        return tuple(change for change in self.changes if change.on <= day)


def read_exposure(regimens: Iterable[RegimenRecord], taken: Mapping[str, Sequence[DoseRecord]], rulebook: RuleBook) -> Exposure:
    """Courses, changes and exposures from regimens in any order, and the doses taken of each drug in order of time."""
    by_drug: dict[str, list[RegimenRecord]] = defaultdict(list)
    for regimen in regimens:
        if rulebook.drug_class(regimen.drug) in _CLASSES:
            by_drug[regimen.drug].append(regimen)
    logged = [drug for drug in taken if rulebook.drug_class(drug) in _CLASSES]
    courses: list[Course] = []
    for drug in sorted({*by_drug, *logged}):
        stated = _stated_courses(by_drug[drug], rulebook.drug_class(drug))
        courses += _with_logged(stated, taken.get(drug, ()), drug, rulebook)
    decisive = [course for course in courses if course.drug_class in _DECISIVE]
    changes = _joined(change for drug_courses in _by_drug(decisive) for change in _changes(drug_courses))
    gap = rulebook.monitoring.in_force.gap_days
    spans = {name: _spans([c for c in courses if c.drug_class == name], gap) for name in _CLASSES}
    return Exposure(tuple(sorted(courses, key=lambda c: (c.starts_on, c.drug))), changes, spans)


def _stated_courses(regimens: list[RegimenRecord], drug_class: str) -> list[Course]:
    """The regimens of one drug as courses that do not overlap."""
    edges = sorted({edge for r in regimens for edge in (r.starts_on, r.ends_on) if edge is not None})
    courses: list[Course] = []
    for number, start in enumerate(edges):
        active = [r for r in regimens if r.starts_on <= start and (r.ends_on is None or start < r.ends_on)]
        if not active:
            continue
        own = [r for r in active if r.origin is Origin.SELF]
        chosen = max(own or active, key=lambda r: (r.starts_on, r.key))
        end = edges[number + 1] if number + 1 < len(edges) else None
        same = [r for r in active if _signature_of(r.dose_mg, r.schedule) == _signature_of(chosen.dose_mg, chosen.schedule)]
        # The oldest record that says the same names the course, so that a later copy of it does not rename what is due.
        first = min(same, key=lambda r: (r.starts_on, r.origin is Origin.SELF, r.key))
        # A record that comes back into force after another one's time is an event of its own.
        anchor = f"start:{first.key}" if first.starts_on == start else f"start:{first.key}:{start}"
        course = Course(
            key=first.key,
            anchor=anchor,
            drug=chosen.drug,
            drug_class=drug_class,
            basis=str(chosen.origin),
            starts_on=start,
            ends_on=end,
            dose_mg=chosen.dose_mg,
            schedule=chosen.schedule,
            keys=tuple(sorted(r.key for r in active)),
        )
        if courses and courses[-1].ends_on == start and _signature(courses[-1]) == _signature(course):
            keys = tuple(sorted({*courses[-1].keys, *course.keys}))
            courses[-1] = replace(courses[-1], ends_on=end, basis=course.basis, keys=keys)
        else:
            courses.append(course)
    return courses


def _with_logged(stated: list[Course], doses: Sequence[DoseRecord], drug: str, rulebook: RuleBook) -> list[Course]:
    """The courses of one drug, with one more for each run of logged doses that no regimen covers."""
    uncovered = _uncovered(doses, stated)
    if not uncovered:
        return stated
    reach = timedelta(days=rulebook.drugs[drug].logged_days)
    drug_class = rulebook.drug_class(drug)
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
        logged.append(Course(key, f"start:{key}", drug, drug_class, LOGGED, start, end, keys=keys))
    return sorted([*stated, *logged], key=lambda c: c.starts_on)


def _uncovered(doses: Sequence[DoseRecord], stated: list[Course]) -> list[tuple[date, str]]:
    """Local date and key of the doses outside every regimen of the drug, in order. The last day of a regimen belongs to it.

    ``doses`` are in order of time. Only those in or near a gap between regimens are looked at.
    """
    if not doses or not stated:
        return [(dose.taken.local.date(), dose.key) for dose in doses]
    times = [dose.taken.at for dose in doses]
    outside: set[tuple[date, str]] = set()
    edge: date | None = None
    for course in [*stated, None]:
        # No zone is further than a day from UTC, so that a dose beyond these ends needs no zone arithmetic.
        first = 0 if edge is None else bisect_left(times, datetime.combine(edge, time(), UTC) - _DAY)
        last = len(times) if course is None else bisect_right(times, datetime.combine(course.starts_on, time(), UTC) + _DAY)
        for dose in doses[first:last]:
            day = dose.taken.local.date()
            if not any(c.starts_on <= day and (c.ends_on is None or day <= c.ends_on) for c in stated):
                outside.add((day, dose.key))
        if course is None or course.ends_on is None:
            break
        edge = course.ends_on
    return sorted(outside)


def _signature_of(dose_mg: Decimal | None, schedule: Schedule | None) -> tuple[object, ...]:
    """What makes two courses the same: doses and frequency, not the way the frequency was written."""
    per_week = schedule.doses_per_week if schedule else None
    return (dose_mg, per_week if per_week is not None else schedule and schedule.kind, schedule.amounts if schedule else ())


def _signature(course: Course) -> tuple[object, ...]:
    return _signature_of(course.dose_mg, course.schedule)


def _doses(course: Course) -> tuple[object, ...]:
    """How much at once, whatever the frequency."""
    return (course.dose_mg, course.schedule.amounts if course.schedule else ())


def _by_drug(courses: list[Course]) -> list[list[Course]]:
    grouped: dict[str, list[Course]] = defaultdict(list)
    for course in courses:
        grouped[course.drug].append(course)
    return list(grouped.values())


def _changes(courses: list[Course]) -> list[Change]:
    """The changes of one drug. A log that runs into a regimen, or out of one, is no change; a log that ends is no stop.

    A log between two regimens joins them, and what the second states is held against what the first did.
    """
    found = []
    before: Course | None = None
    stated: Course | None = None
    for course in courses:
        joined = before is not None and before.ends_on is not None and before.ends_on >= course.starts_on
        if not joined:
            found.append(_change(course.starts_on, "start", None, course))
        elif stated is not None and course.basis != LOGGED and _signature(stated) != _signature(course):
            kind = "dose" if _doses(stated) != _doses(course) else "interval"
            found.append(_change(course.starts_on, kind, stated, course))
        before, stated = course, stated if course.basis == LOGGED else course
    for number, course in enumerate(courses):
        resumed = number + 1 < len(courses) and courses[number + 1].starts_on == course.ends_on
        if course.ends_on is not None and course.basis != LOGGED and not resumed:
            found.append(_change(course.ends_on, "stop", course, None))
    return found


def _change(on: date, kind: str, before: Course | None, after: Course | None) -> Change:
    course = after or before
    if course is None:
        raise ValueError("a change has a before or an after")
    anchor = f"end:{course.key}" if after is None else after.anchor
    return Change(on, course.drug_class, course.drug, kind, anchor, before.text if before else "", after.text if after else "")


def _joined(changes: Iterable[Change]) -> tuple[Change, ...]:
    """In order of time. One drug stopped and another of its class started on one day is one change of product."""
    by_day: dict[tuple[date, str], list[Change]] = defaultdict(list)
    for change in changes:
        by_day[change.on, change.drug_class].append(change)
    merged: list[Change] = []
    for (_, _), same_day in sorted(by_day.items()):
        starts = sorted((c for c in same_day if c.kind == "start"), key=lambda c: c.anchor)
        stops = [c for c in same_day if c.kind == "stop"]
        if starts and stops:
            before = ", ".join(sorted(c.before for c in stops))
            starts[0] = replace(starts[0], kind="product", before=before)
            stops = []
        rest = [c for c in same_day if c.kind not in ("start", "stop")]
        merged += sorted([*starts, *stops, *rest], key=lambda c: c.anchor)
    return tuple(merged)


def _spans(courses: list[Course], gap_days: int) -> tuple[Span, ...]:
    spans: list[Span] = []
    for course in sorted(courses, key=lambda c: (c.starts_on, c.key)):
        last = spans[-1] if spans else None
        if last is not None and (last.ends_on is None or (course.starts_on - last.ends_on).days <= gap_days):
            end = None if last.ends_on is None or course.ends_on is None else max(last.ends_on, course.ends_on)
            spans[-1] = replace(last, ends_on=end)
        else:
            spans.append(Span(course.starts_on, course.ends_on, course.anchor))
    return tuple(spans)
