"""One man's history put in order once: what happened on which local day, as of one instant."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import chain
from zoneinfo import ZoneInfo

from msgspec import Struct

from tracking.domain.exposure import Exposure, read_exposure
from tracking.domain.history import DoseRecord, FractureRecord, History, Person
from tracking.domain.in_order import NO_DRAWS, NO_LOG, DoseLog, Draw, Draws, DrugLog, ScanLog, by_time
from tracking.domain.months import months_between
from tracking.domain.rulebook import AROMATASE_INHIBITOR, BONE_THERAPY, TESTOSTERONE, RuleBook
from tracking.domain.spans import so_many_days

__all__ = ["NO_DRAWS", "Draw", "Draws", "Timeline", "read_timeline"]

_MINUTE = timedelta(minutes=1)
_MINUTES_AN_HOUR = 60
_MONTHS_A_YEAR = 12
_TENTH = Decimal("0.1")
_CLASSES = (AROMATASE_INHIBITOR, TESTOSTERONE, BONE_THERAPY)


class Timeline(Struct, frozen=True):
    """A history as of ``as_of``: nothing drawn, scanned or broken later is in it; regimens that begin later are.

    ``draws`` are by analyte, ``logs`` of doses by class of drug and ``drug_logs`` by drug, in order of time.
    """

    person: Person
    zone: ZoneInfo
    as_of: datetime
    today: date
    draws: Mapping[str, Draws]
    exposure: Exposure
    scans: ScanLog
    fractures: tuple[FractureRecord, ...]
    logs: Mapping[str, DrugLog]
    drug_logs: Mapping[str, DrugLog]
    later: tuple[datetime, ...]

    def start_of(self, day: date) -> datetime:
        """The instant at which a local day begins."""
        return datetime.combine(day, time(), self.zone).astimezone(UTC)

    def last_dose(self, drug_class: str, at: datetime) -> DoseRecord | None:
        """The last dose logged as taken by an instant, late and extra ones included."""
        log = self.logs[drug_class]
        number = bisect_right(log.times, at)
        return log.taken[number - 1] if number else None

    def hours_since_dose(self, drug_class: str, draw: Draw, rulebook: RuleBook) -> Decimal | None:
        """Hours from the last logged dose to a draw; None where the draw or the dose has no time of day, or none is logged."""
        collected = draw.lab.reported.collected
        if not collected.has_time:
            return None
        dose = self.last_dose(drug_class, collected.at)
        if dose is None:
            return None
        since = collected.at - dose.taken.at
        if not dose.taken.has_time or since > so_many_days(rulebook.drugs[dose.drug].logged_days):
            return None
        return (Decimal(since // _MINUTE) / _MINUTES_AN_HOUR).quantize(_TENTH)

    def skipped_before(self, drug_class: str, draw: Draw, days: int) -> bool:
        """Whether a dose was recorded as skipped in so many days before a draw, or before the end of its day."""
        at, times = draw.lab.reported.collected.latest, self.logs[drug_class].skipped
        number = bisect_right(times, at)
        return number > 0 and at - times[number - 1] <= so_many_days(days)

    def may_have_taken(self, drug_class: str, draw: Draw) -> bool:
        """Whether such a drug can have been in force at a draw; where its day is not known, on any that it can be."""
        if draw.dated and draw.on:
            return bool(self.exposure.at_draw(drug_class, draw.on))
        first, last = draw.on or date.min, draw.lab.reported.collected.latest.astimezone(self.zone).date()
        return any(
            course.starts_on < last and (course.ends_on is None or first <= course.ends_on)
            for course in self.exposure.of(drug_class)
        )

    def age_on(self, day: date) -> tuple[int, int] | None:
        """The youngest and the oldest age in whole years that he can have on a day; None where nothing is known."""
        if self.person.birth_date is not None:
            age = months_between(self.person.birth_date, day) // _MONTHS_A_YEAR
            return age, age
        if self.person.birth_year is not None:
            years = day.year - self.person.birth_year
            return years - 1, years
        return None


def read_timeline(history: History, rulebook: RuleBook, as_of: datetime) -> Timeline:
    """A history as of an instant, what he was on worked out. Its rows may come in any order."""
    zone = ZoneInfo(history.person.zone)
    today = as_of.astimezone(zone).date()
    draws, later = _drawn(history, as_of)
    logs = _logged(history.dose_log, as_of)
    later += history.dose_log.times[bisect_right(history.dose_log.times, as_of) :]
    later += [f.occurred.at for f in history.fractures if f.occurred.at > as_of]
    later += [s.felt.at for s in history.symptoms if s.felt.at > as_of]
    scans = history.scan_log.until(today)
    later += [datetime.combine(s.scanned_on, time(), zone).astimezone(UTC) for s in history.scan_log[len(scans) :]]
    return Timeline(
        person=history.person,
        zone=zone,
        as_of=as_of,
        today=today,
        draws=draws,
        exposure=read_exposure(
            history.regimens, {drug: log.taken for drug, log in logs.items() if log.taken}, rulebook, uses=history.uses
        ),
        scans=scans,
        fractures=tuple(sorted([f for f in history.fractures if f.occurred.at <= as_of], key=lambda f: (f.occurred.at, f.key))),
        logs=_by_class(logs, rulebook),
        drug_logs=logs,
        later=tuple(later),
    )


def _drawn(history: History, as_of: datetime) -> tuple[Mapping[str, Draws], list[datetime]]:
    """The draws up to an instant by analyte, and the instants of those after it."""
    log = history.lab_log
    if log.last_at <= as_of:
        return log.draws, []
    drawn = {analyte: of.until(as_of) for analyte, of in log.draws.items()}
    later = [at for lab in log if (at := lab.reported.collected.at) > as_of]
    return {analyte: of for analyte, of in drawn.items() if of}, later


def _logged(log: DoseLog, as_of: datetime) -> Mapping[str, DrugLog]:
    """The doses of each drug up to an instant."""
    if not log.times or log.times[-1] <= as_of:
        return log.drugs
    return {drug: of.until(as_of) for drug, of in log.drugs.items()}


def _by_class(logs: Mapping[str, DrugLog], rulebook: RuleBook) -> Mapping[str, DrugLog]:
    own: dict[str, list[DrugLog]] = {name: [] for name in _CLASSES}
    for drug, log in logs.items():
        own.setdefault(rulebook.drug_class(drug), []).append(log)
    return {name: _together(of_class) for name, of_class in own.items()}


def _together(own: Sequence[DrugLog]) -> DrugLog:
    """The doses of all drugs of one class, in order of time."""
    if len(own) <= 1:
        return own[0] if own else NO_LOG
    taken: Sequence[DoseRecord] = by_time(chain.from_iterable(log.taken for log in own))
    return DrugLog(taken, [dose.taken.at for dose in taken], sorted(chain.from_iterable(log.skipped for log in own)))
