"""What takes reassurance from an estradiol that is not low: a disturbed assay, or a draw that shows more than his usual level.

None of it touches the tier (CLINICAL 9.1): a low counts unchanged, and a result that does not reassure says so beside its word.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

from msgspec import Struct

from tracking.domain.entry import weekly_mg
from tracking.domain.estradiol import LOW, Reading
from tracking.domain.history import DoseRecord, DrugUseRecord, History, RegimenRecord
from tracking.domain.reported import Method, Moment
from tracking.domain.rulebook import AROMATASE_INHIBITOR, BiotinRule, RuleBook, Tier
from tracking.domain.stated import NO_REGIMENS
from tracking.domain.thresholds import is_above
from tracking.domain.timeline import Draw, Timeline
from tracking.domain.timing import DrawTiming

CONFIRM_BIOTIN = "confirm_biotin"
BIOTIN_DOSE_UNKNOWN = "biotin_dose_unknown"
CONFIRM_CRP = "confirm_crp"
MAY_OVERSTATE = "may_overstate"
# These say that the figure itself may be falsely high.
DISTURBED = frozenset({CONFIRM_BIOTIN, BIOTIN_DOSE_UNKNOWN, CONFIRM_CRP})

_DAYS_A_WEEK = 7
_EVER = datetime.min.replace(tzinfo=UTC)


class Biotin(Struct, frozen=True):
    """His records of biotin: regimens of a disturbing dose, every logged dose, and the uses of which nobody knows how much."""

    rule: BiotinRule
    regimens: tuple[RegimenRecord, ...]
    doses: tuple[DoseRecord, ...]
    uses: tuple[DrugUseRecord, ...] = ()

    def logged_before(self, collected: Moment) -> bool:
        """Enough of it logged on one local day within the hours before a draw; at any time until it where it is not dated."""
        first, by_day = self._first(collected), dict[date, Decimal]()
        for dose in self.doses:
            taken = dose.taken
            if dose.amount_mg is None or taken.at > collected.latest or taken.latest < first:
                continue
            day = taken.local.date()
            by_day[day] = by_day.get(day, Decimal(0)) + dose.amount_mg
        return any(amount >= self.rule.mg_a_day for amount in by_day.values())

    def stated_before(self, collected: Moment) -> bool:
        """Enough of it by a regimen in force within those hours. One that began on the day of the draw counts."""
        start, end = self._days(collected)
        return any(r.starts_on <= end and (r.ends_on is None or start < r.ends_on) for r in self.regimens)

    def used_before(self, collected: Moment) -> bool:
        """Some of it used within those hours. How much is not known, and any dose may be one that disturbs."""
        start, end = self._days(collected)
        return any((u.since is None or u.since <= end) and (u.until is None or start < u.until) for u in self.uses)

    def _days(self, collected: Moment) -> tuple[date, date]:
        first, zone = self._first(collected), ZoneInfo(collected.zone)
        return date.min if first is _EVER else first.astimezone(zone).date(), collected.latest.astimezone(zone).date()

    def _first(self, collected: Moment) -> datetime:
        return _EVER if collected.earliest is None else collected.earliest - timedelta(hours=self.rule.hours)


def biotin_of(history: History, rulebook: RuleBook) -> Biotin:
    """What of his records can disturb an assay by biotin."""
    rule = rulebook.estradiol.biotin
    stated = history.regimen_log.drugs.get(rule.drug, NO_REGIMENS).rows
    regimens = tuple([regimen for regimen in stated if _a_day(regimen) >= rule.mg_a_day])
    log = history.dose_log.drugs.get(rule.drug)
    uses = tuple([use for use in history.uses if use.drug == rule.drug])
    return Biotin(rule, regimens, tuple(log.taken) if log is not None else (), uses)


def _a_day(regimen: RegimenRecord) -> Fraction:
    """Milligrams a day; taken as needed, one dose may be one day's."""
    weekly = weekly_mg(regimen.dose_mg, regimen.schedule)
    return Fraction(regimen.dose_mg) if weekly is None else weekly / _DAYS_A_WEEK


def disturbances(reading: Reading, draw: Draw, timeline: Timeline, biotin: Biotin, rulebook: RuleBook) -> Iterator[str]:
    """Notes on what makes an assay other than mass spectrometry read falsely high. A low result is only noted."""
    if reading.proven:
        return
    if _inflamed(draw, timeline, rulebook):
        yield CONFIRM_CRP
    if _took_biotin(draw, biotin):
        yield CONFIRM_BIOTIN
    elif reading.lab.biotin is None and biotin.used_before(draw.lab.reported.collected):
        yield BIOTIN_DOSE_UNKNOWN
    elif _unasked(reading) and timeline.may_have_taken(AROMATASE_INHIBITOR, draw):
        yield "biotin_not_asked"


def overstated_by(reading: Reading, draw: Draw, timeline: Timeline, timing: DrawTiming, rulebook: RuleBook) -> Iterator[str]:
    """Why a result in range or borderline may be higher than his usual level: late, skipped, no_log."""
    if reading.tier not in (Tier.BORDERLINE, Tier.IN_RANGE):
        return
    rule = rulebook.estradiol.overstates
    if timing.ai.share is not None and timing.ai.share > rule.beyond_percent:
        yield "late"
    if timeline.skipped_before(AROMATASE_INHIBITOR, draw, rule.skipped_days):
        yield "skipped"
    if timeline.may_have_taken(AROMATASE_INHIBITOR, draw) and not _has_log(draw, timeline):
        yield "no_log"


def is_disturbed(reading: Reading) -> bool:
    """Something is known that makes its assay read falsely high."""
    return not DISTURBED.isdisjoint(reading.notes)


def _inflamed(draw: Draw, timeline: Timeline, rulebook: RuleBook) -> bool:
    rule = rulebook.estradiol.inflammation
    return any(
        is_above(other.lab.reported.value, rule, rulebook)
        for other in timeline.draws.get(rule.analyte, ())
        if other.on is not None and other.on == draw.on
    )


def _took_biotin(draw: Draw, biotin: Biotin) -> bool:
    """His answer about this draw counts before a regimen, but not against doses that he logged."""
    lab, collected = draw.lab, draw.lab.reported.collected
    if lab.biotin is None:
        return biotin.logged_before(collected) or biotin.stated_before(collected)
    return lab.biotin or biotin.logged_before(collected)


def _unasked(reading: Reading) -> bool:
    stands_high = reading.tier not in LOW and reading.tier is not Tier.INDETERMINATE
    method = reading.lab.reported.assay.method
    return stands_high and reading.lab.biotin is None and method in (Method.IMMUNOASSAY, Method.UNKNOWN)


def _has_log(draw: Draw, timeline: Timeline) -> bool:
    """Any dose of an AI logged by the time of the draw, a skipped one included. A log begun later says nothing about it."""
    last = draw.lab.reported.collected.latest
    log = timeline.logs[AROMATASE_INHIBITOR]
    return any(bool(times) and times[0] <= last for times in (log.times, log.skipped))
