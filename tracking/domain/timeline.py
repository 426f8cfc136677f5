"""One man's history put in order once: what happened on which local day, as of one instant."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import chain
from operator import attrgetter
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta

from tracking.domain.exposure import Exposure, read_exposure
from tracking.domain.history import DoseKind, DoseRecord, FractureRecord, History, LabRecord, Person, ScanRecord
from tracking.domain.reported import Precision
from tracking.domain.rulebook import AROMATASE_INHIBITOR, BONE_THERAPY, TESTOSTERONE, RuleBook

_HOUR = timedelta(hours=1)
_TENTH = Decimal("0.1")
_CLASSES = (AROMATASE_INHIBITOR, TESTOSTERONE, BONE_THERAPY)
_KEY, _TAKEN_AT = attrgetter("key"), attrgetter("taken.at")
_DATED = frozenset({Precision.MINUTE, Precision.DAY})


@dataclass(frozen=True, slots=True)
class Draw:
    """One result with the local day it was drawn on.

    ``on`` is the first day it can have been drawn on, None where nothing bounds it; ``dated``: known to the day.
    """

    lab: LabRecord
    on: date | None
    dated: bool


@dataclass(frozen=True, slots=True)
class Timeline:
    """A history as of ``as_of``: nothing drawn, scanned or broken later is in it; regimens that begin later are.

    ``doses``, ``dose_times`` (taken) and ``skipped`` are by class of drug, in order of time.
    """

    person: Person
    zone: ZoneInfo
    as_of: datetime
    today: date
    draws: Mapping[str, tuple[Draw, ...]]
    exposure: Exposure
    scans: tuple[ScanRecord, ...]
    fractures: tuple[FractureRecord, ...]
    doses: Mapping[str, tuple[DoseRecord, ...]]
    dose_times: Mapping[str, tuple[datetime, ...]]
    skipped: Mapping[str, tuple[datetime, ...]]
    later: tuple[datetime, ...]

    def start_of(self, day: date) -> datetime:
        """The instant at which a local day begins."""
        return datetime.combine(day, time(), self.zone).astimezone(UTC)

    def last_dose(self, drug_class: str, at: datetime) -> DoseRecord | None:
        """The last dose logged as taken by an instant, late and extra ones included."""
        number = bisect_right(self.dose_times[drug_class], at)
        return self.doses[drug_class][number - 1] if number else None

    def hours_since_dose(self, drug_class: str, draw: Draw, rulebook: RuleBook) -> Decimal | None:
        """Hours from the last logged dose to a draw; None where the draw or the dose has no time of day, or none is logged."""
        collected = draw.lab.reported.collected
        if not collected.has_time:
            return None
        dose = self.last_dose(drug_class, collected.at)
        if dose is None:
            return None
        since = collected.at - dose.taken.at
        if not dose.taken.has_time or since > timedelta(days=rulebook.drugs[dose.drug].logged_days):
            return None
        return (Decimal(since // timedelta(minutes=1)) / Decimal(_HOUR // timedelta(minutes=1))).quantize(_TENTH)

    def skipped_before(self, drug_class: str, draw: Draw, days: int) -> bool:
        """Whether a dose was recorded as skipped in so many days before a draw, or before the end of its day."""
        at, times = draw.lab.reported.collected.latest, self.skipped[drug_class]
        number = bisect_right(times, at)
        return number > 0 and at - times[number - 1] <= timedelta(days=days)

    def may_have_taken(self, drug_class: str, draw: Draw) -> bool:
        """Whether such a drug can have been in force at a draw; where its day is not known, on any that it can be."""
        first = draw.on or date.min
        last = draw.on if draw.dated and draw.on else draw.lab.reported.collected.latest.astimezone(self.zone).date()
        return any(
            course.drug_class == drug_class and course.starts_on < last and (course.ends_on is None or first <= course.ends_on)
            for course in self.exposure.courses
        )

    def age_on(self, day: date) -> tuple[int, int] | None:
        """The youngest and the oldest age in whole years that he can have on a day; None where nothing is known."""
        if self.person.birth_date is not None:
            age = relativedelta(day, self.person.birth_date).years
            return age, age
        if self.person.birth_year is not None:
            years = day.year - self.person.birth_year
            return years - 1, years
        return None


def read_timeline(history: History, rulebook: RuleBook, as_of: datetime) -> Timeline:
    """Sort a history once. Its rows may come in any order."""
    zone = ZoneInfo(history.person.zone)
    today = as_of.astimezone(zone).date()
    draws: dict[str, list[Draw]] = defaultdict(list)
    later: list[datetime] = []
    for lab in history.labs:
        collected = lab.reported.collected
        if collected.at > as_of:
            later.append(collected.at)
            continue
        on = None if collected.precision is Precision.UNKNOWN else collected.local.date()
        draws[lab.analyte].append(Draw(lab, on, collected.precision in _DATED))
    doses = _in_order_of_time(history.doses)
    logged = bisect_right(doses, as_of, key=_TAKEN_AT)
    later += [dose.taken.at for dose in doses[logged:]]
    taken, skipped = _by_drug(doses[:logged])
    later += [f.occurred.at for f in history.fractures if f.occurred.at > as_of]
    later += [s.felt.at for s in history.symptoms if s.felt.at > as_of]
    later += [datetime.combine(s.scanned_on, time(), zone).astimezone(UTC) for s in history.scans if s.scanned_on > today]
    of_class = {name: _of_class(name, taken, rulebook) for name in _CLASSES}
    return Timeline(
        person=history.person,
        zone=zone,
        as_of=as_of,
        today=today,
        draws={analyte: tuple(sorted(of, key=_draw_order)) for analyte, of in draws.items()},
        exposure=read_exposure(history.regimens, taken, rulebook, uses=history.uses),
        scans=tuple(sorted((s for s in history.scans if s.scanned_on <= today), key=lambda s: (s.scanned_on, s.key))),
        fractures=tuple(sorted((f for f in history.fractures if f.occurred.at <= as_of), key=lambda f: (f.occurred.at, f.key))),
        doses=of_class,
        skipped={name: _times(_of_class(name, skipped, rulebook)) for name in _CLASSES},
        dose_times={name: _times(doses) for name, doses in of_class.items()},
        later=tuple(later),
    )


def _in_order_of_time(doses: Iterable[DoseRecord]) -> list[DoseRecord]:
    """By the instant, then by key."""
    return sorted(sorted(doses, key=_KEY), key=_TAKEN_AT)


def _by_drug(doses: Iterable[DoseRecord]) -> tuple[dict[str, list[DoseRecord]], dict[str, list[DoseRecord]]]:
    """Doses taken and doses skipped by drug, in one pass over a log that may be long."""
    taken: dict[str, list[DoseRecord]] = defaultdict(list)
    skipped: dict[str, list[DoseRecord]] = defaultdict(list)
    for dose in doses:
        (skipped if dose.kind is DoseKind.SKIPPED else taken)[dose.drug].append(dose)
    return taken, skipped


def _of_class(name: str, by_drug: Mapping[str, list[DoseRecord]], rulebook: RuleBook) -> tuple[DoseRecord, ...]:
    """The doses of all drugs of one class, in order of time."""
    logs = [doses for drug, doses in by_drug.items() if rulebook.drug_class(drug) == name]
    return tuple(logs[0]) if len(logs) == 1 else tuple(_in_order_of_time(chain.from_iterable(logs)))


def _times(doses: Iterable[DoseRecord]) -> tuple[datetime, ...]:
    return tuple([dose.taken.at for dose in doses])


def _draw_order(draw: Draw) -> tuple[date, datetime, str]:
    """By local day; a draw of unknown date comes first, for it can never be said to be the latest."""
    return draw.on or date.min, draw.lab.reported.collected.at, draw.lab.key
