"""Bone density: the class of a scan, and change against the error of measurement (CLINICAL 9.5). Only BMD is trended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import ClassVar

from msgspec import Struct

from tracking.domain.history import ScanRecord, SiteRecord
from tracking.domain.in_order import Measured
from tracking.domain.months import months_after
from tracking.domain.rulebook import AROMATASE_INHIBITOR, RuleBook
from tracking.domain.timeline import Timeline
from tracking.domain.units import percent, trimmed
from tracking.domain.when_asked import WhenAsked, kept

OSTEOPOROSIS = "osteoporosis"
LOW_BONE_MASS = "low_bone_mass"
LOW_FOR_AGE = "low_for_age"
NOT_STATED = "reference_not_stated"
LOSS = "loss"
GAIN = "gain"
WITHIN_ERROR = "within_error"
UNDETERMINED = "undetermined"
NO_LSC = "lsc_not_recorded"
SCANNER_CHANGED = "scanner_changed"

_DAYS_IN_FOUR_YEARS = 1461
_PERCENT_DECIMALS = 2
_BMD_STEP = Decimal("0.0001")


class ScanReading(Struct, frozen=True):
    """One scan: which score counts by the age at the scan, the lowest region by it, and the class it makes."""

    key: str
    on: date
    scale: str
    bone_class: str
    region: str
    score: Decimal | None
    reference: str
    notes: tuple[str, ...]


class SiteChange(Struct, frozen=True):
    """One region on one device between two scans. BMD and ``lsc`` in g/cm2 (``lsc_from`` facility) or percent (default).

    ``why``: what leaves it undetermined, the error not recorded or the scanner moved or replaced; else empty.
    ``scale_changed``: he turned 50 between the two, so that the earlier score is a Z and the later a T.
    """

    TOLD: ClassVar[tuple[str, ...]] = (
        *("region", "side", "vertebrae", "from_key", "to_key", "from_on", "to_on", "before", "after", "change", "percent"),
        *("percent_a_year", "lsc", "lsc_from", "verdict", "why", "scale_changed"),
    )

    first: Measured
    last: Measured
    lsc: str
    lsc_from: str
    verdict: str
    why: str
    percent_a_year: Decimal | None
    scale_changed: bool

    @property
    def region(self) -> str:
        return self.last.site.region

    @property
    def side(self) -> str:
        return self.last.site.side

    @property
    def vertebrae(self) -> str:
        return self.last.site.vertebrae

    @property
    def from_key(self) -> str:
        return self.first.scan.key

    @property
    def to_key(self) -> str:
        return self.last.scan.key

    @property
    def from_on(self) -> date:
        return self.first.scan.scanned_on

    @property
    def to_on(self) -> date:
        return self.last.scan.scanned_on

    @property
    def before(self) -> Decimal:
        """BMD at the earlier scan, as it is shown."""
        return _shown(self.first.bmd)

    @property
    def after(self) -> Decimal:
        return _shown(self.last.bmd)

    @property
    def change(self) -> Decimal:
        return _shown(self.last.bmd - self.first.bmd)

    @property
    def percent(self) -> Decimal:
        """Of the earlier BMD."""
        before = self.first.bmd
        return percent(self.last.bmd - before, before, _PERCENT_DECIMALS)


class BoneStanding:
    """Every scan read, the latest with a class, and the changes that end at the latest scan of each region."""

    TOLD = ("scans", "classified", "changes", "scale_changed", "rules")

    def __init__(self, timeline: Timeline, rulebook: RuleBook) -> None:
        self._timeline = timeline
        self._rulebook = rulebook
        scans = {scan.key: scan for scan in timeline.scans}
        self._scales = WhenAsked(scans, lambda scan: scale_on(scan.scanned_on, timeline, rulebook))
        self._read = WhenAsked(scans, lambda scan: read_scan(scan, timeline, rulebook))

    @property
    def scans(self) -> tuple[ScanReading, ...]:
        return tuple(self._read.values())

    @property
    def latest(self) -> ScanReading | None:
        scans = self._timeline.scans
        return self._read[scans[-1].key] if scans else None

    @kept
    def classified(self) -> ScanReading | None:
        latest_first = (self._read[scan.key] for scan in reversed(self._timeline.scans))
        return next((scan for scan in latest_first if scan.bone_class in _CLASSES), None)

    @kept
    def changes(self) -> tuple[SiteChange, ...]:
        return site_changes(self._timeline, self._scales, self._rulebook)

    @property
    def scale_changed(self) -> bool:
        scales = [scan.scale for scan in self.scans if scan.scale]
        return "Z" in scales and scales[-1] == "T"

    @property
    def rules(self) -> tuple[str, ...]:
        rules = self._rulebook.bone
        return (rules.score.id, rules.classes.id, rules.change.id) if self._timeline.scans else ()


_CLASSES = frozenset({OSTEOPOROSIS, LOW_BONE_MASS, "normal", LOW_FOR_AGE, "within_expected_for_age"})


def scale_on(day: date, timeline: Timeline, rulebook: RuleBook) -> str:
    """T or Z, by which score a scan on that day counts; empty where his age does not tell."""
    ages, from_age = timeline.age_on(day), rulebook.bone.score.t_from_age
    if ages is None or (ages[0] >= from_age) != (ages[1] >= from_age):
        return ""
    return "T" if ages[0] >= from_age else "Z"


def read_scan(scan: ScanRecord, timeline: Timeline, rulebook: RuleBook) -> ScanReading:
    """The class of one scan. Without a stored reference database there is none, whatever the score."""
    ages, scale = timeline.age_on(scan.scanned_on), scale_on(scan.scanned_on, timeline, rulebook)
    site, score = _lowest(scan.sites, scale, rulebook)
    notes: tuple[str, ...] = ()
    if ages is not None and ages[1] >= rulebook.bone.spine_alone.age and _spine_alone(scan.sites, rulebook):
        notes = ("spine_alone",)
    if not scale:
        bone_class = "age_unknown"
    elif score is None:
        bone_class = "scores_missing"
    elif not scan.reference:
        bone_class = NOT_STATED
    else:
        bone_class = _class_by(scale, score, rulebook)
    return ScanReading(scan.key, scan.scanned_on, scale, bone_class, site, score, scan.reference, notes)


def _class_by(scale: str, score: Decimal, rulebook: RuleBook) -> str:
    rule = rulebook.bone.classes
    if scale == "Z":
        return LOW_FOR_AGE if score <= rule.low_z else "within_expected_for_age"
    if score <= rule.osteoporosis_t:
        return OSTEOPOROSIS
    return LOW_BONE_MASS if score < rule.normal_t else "normal"


def _lowest(sites: Sequence[SiteRecord], scale: str, rulebook: RuleBook) -> tuple[str, Decimal | None]:
    """The lowest score of spine and hip; the substitute regions only where those have none."""
    regions = rulebook.bone.regions
    for substitute in (False, True):
        scored = [
            (score, site.region)
            for site in sites
            if site.region in regions and regions[site.region].classifies and regions[site.region].substitute is substitute
            if (score := site.t_score if scale == "T" else site.z_score) is not None
        ]
        if scale and scored:
            score, region = min(scored)
            return region, score
    return "", None


def _spine_alone(sites: Sequence[SiteRecord], rulebook: RuleBook) -> bool:
    named = {site.region for site in sites if site.region in rulebook.bone.regions}
    return named == {"lumbar_spine"}


def site_changes(timeline: Timeline, scales: Mapping[str, str], rulebook: RuleBook) -> tuple[SiteChange, ...]:
    """Latest against baseline, and against the previous scan, for each region measured twice on one device.

    ``scales``: T or Z for each scan, by its key.
    """
    changes = []
    moved = [scan for scan in timeline.scans if scan.scanner_changed]
    valid_from = _valid_from(timeline, rulebook)
    for measured in timeline.scans.sites.values():
        latest = measured[-1]
        earlier = [m for m in measured[:-1] if m.scan.scanned_on < latest.scan.scanned_on]
        if not earlier:
            continue
        previous = earlier[-1]
        # On an AI the first scan that can serve as its baseline, or the last before; else the first of all.
        baseline = next((m for m in earlier if valid_from <= m.scan.scanned_on), previous)
        changes.append(_site_change(baseline, latest, moved, scales, rulebook))
        if previous is not baseline:
            changes.append(_site_change(previous, latest, moved, scales, rulebook))
    return tuple(changes)


def _valid_from(timeline: Timeline, rulebook: RuleBook) -> date:
    """From when on a scan can be a baseline: on an AI from shortly before its start."""
    span = timeline.exposure.span(AROMATASE_INHIBITOR, timeline.today)
    if span is None:
        return date.min
    return months_after(span.starts_on, -rulebook.monitoring.dexa_baseline.months_before)


def _scanner_changed(first: ScanRecord, last: ScanRecord, moved: Sequence[ScanRecord]) -> bool:
    """Whether a visit to the facility after the first and up to the last says that the scanner was moved or replaced."""
    facilities = [visit.facility for visit in moved if first.scanned_on < visit.scanned_on <= last.scanned_on]
    return last.facility in facilities


def _site_change(
    first: Measured, last: Measured, moved: Sequence[ScanRecord], scales: Mapping[str, str], rulebook: RuleBook
) -> SiteChange:
    before = first.bmd
    change = last.bmd - before
    lsc, lsc_from, beyond = _against_lsc(first.site, last.site, change, before, rulebook)
    why = ""
    if _scanner_changed(first.scan, last.scan, moved):
        # The error was that of the scanner as it stood: no error, whose ever, covers the move.
        lsc, lsc_from, beyond, why = "", "", False, SCANNER_CHANGED
    elif not lsc_from or (lsc_from == "default" and not beyond):
        why = NO_LSC
    if why:
        verdict = UNDETERMINED
    elif not beyond:
        verdict = WITHIN_ERROR
    else:
        verdict = LOSS if change < 0 else GAIN
    a_year = _a_year(first, last, rulebook) if beyond else None
    scale_changed = scales[first.scan.key] == "Z" and scales[last.scan.key] == "T"
    return SiteChange(first, last, lsc, lsc_from, verdict, why, a_year, scale_changed)


def _a_year(first: Measured, last: Measured, rulebook: RuleBook) -> Decimal | None:
    """The change in percent a year; None where the two lie too near in time to say so."""
    start, end = first.scan.scanned_on, last.scan.scanned_on
    if end < months_after(start, rulebook.bone.change.annualise_months):
        return None
    change = last.bmd - first.bmd
    return percent(change * _DAYS_IN_FOUR_YEARS, first.bmd * 4 * (end - start).days, _PERCENT_DECIMALS)


def _against_lsc(
    first: SiteRecord, last: SiteRecord, change: Decimal, before: Decimal, rulebook: RuleBook
) -> tuple[str, str, bool]:
    """The error of measurement, whose it is, and whether the change lies beyond it.

    The facility's counts from its own value on; the default, which is conservative and nobody's measurement, only beyond it.
    Of two recorded ones the larger counts.
    """
    recorded = [site.lsc for site in (first, last) if site.lsc is not None and site.lsc > 0]
    if recorded:
        lsc = max(recorded)
        return f"{lsc} g/cm2", "facility", abs(change) >= lsc
    region = rulebook.bone.regions.get(last.region)
    default = region.default_lsc_percent if region else None
    if default is None:
        return "", "", False
    return f"{default} %", "default", abs(change) * 100 > default * before


def _shown(bmd: Decimal) -> Decimal:
    return trimmed(bmd.quantize(_BMD_STEP) + 0)
