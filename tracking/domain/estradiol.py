"""The tier of one estradiol result (CLINICAL 9.1). Other results, regimens and time have no say here.

A result is the set of values that it can stand for. Positions on the axis are pairs (number, side): side 0 lies just before the
number, 1 is the number, 2 lies just after it; so half-open and closed ends, ``<`` and ``<=`` need no cases of their own.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import ClassVar, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from tracking.domain.floors import Floor, assay_is_mass_spectrometry, bands, floor_for
from tracking.domain.history import FloorOverride, LabRecord
from tracking.domain.reported import Assay, Comparator, Method, Value
from tracking.domain.rulebook import RuleBook, Tier
from tracking.domain.unit_question import UnitQuestion, in_unit
from tracking.domain.units import exact_threshold, threshold

ANALYTE = "estradiol"
_BANDS = (Tier.CRITICAL, Tier.BELOW_FLOOR, Tier.BORDERLINE, Tier.IN_RANGE, Tier.ABOVE_RANGE)
_BEFORE, _AT, _AFTER = 0, 1, 2
_BELOW_FLOOR, _BORDERLINE, _IN_RANGE, _ABOVE_RANGE = 1, 2, 3, 4
# From worst to best for "never better" and for choosing the worse of two results.
RANK = {
    tier: rank
    for rank, tier in enumerate(
        (Tier.CRITICAL, Tier.BELOW_FLOOR, Tier.INDETERMINATE, Tier.BORDERLINE, Tier.IN_RANGE, Tier.ABOVE_RANGE)
    )
}
LOW = frozenset({Tier.CRITICAL, Tier.BELOW_FLOOR})
UNIT_IN_QUESTION = "unit_in_question"
LOW_IN_EITHER_UNIT = "low_in_either_unit"
# What still holds whichever unit the result is in.
_OF_THE_ASSAY = frozenset({"assay_unverified", "assay_unknown"})
_MARGIN_STEP = Decimal("0.000001")

Position = tuple[Decimal, int]


class Thresholds(Struct, frozen=True):
    """The limits of the tiers in the reported unit, rounded to the reported decimals."""

    unit: str
    critical: Decimal
    critical_operator: str
    floor: Decimal
    borderline_end: Decimal
    upper: Decimal
    upper_from: str
    high_review: Decimal


class Reading(Struct, frozen=True):
    """One result, placed. ``best_tier`` and ``worst_tier`` are what it can stand for, rounding by the laboratory included.

    ``question``: its unit is in question, and both units count among what it can stand for. ``reassures``: it can be read, is
    low on no reading of its rounding, and nothing is known that makes its assay read falsely high. ``overstated_by``: why it
    may be higher than his usual level (late, skipped, no_log).
    """

    TOLD: ClassVar[tuple[str, ...]] = (
        *("key", "text", "lab", "proven", "tier", "best_tier", "worst_tier", "at_boundary", "too_coarse", "bounds", "floor"),
        *("thresholds", "margin", "notes", "rules", "reassures", "question", "overstated_by"),
    )

    key: str
    lab: LabRecord
    floor: Floor
    proven: bool
    tier: Tier
    best_tier: Tier
    worst_tier: Tier
    at_boundary: bool
    too_coarse: bool
    bounds: str
    thresholds: Thresholds
    margin: Decimal | None
    notes: tuple[str, ...]
    rules: tuple[str, ...]
    reassures: bool
    question: UnitQuestion | None = None
    overstated_by: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The result as reported, in its one printed form."""
        return str(self.lab.reported)

    @property
    def value(self) -> Value:
        return self.lab.reported.value

    @property
    def drawn_on(self) -> date | None:
        """The first local day that it can have been drawn on; None where nothing bounds it."""
        collected = self.lab.reported.collected
        return None if collected.earliest is None else collected.local.date()

    @property
    def queue_tier(self) -> Tier:
        """What work is ordered by: at a boundary the worse of the two readings."""
        return self.worst_tier if self.at_boundary and not self.too_coarse else self.tier


class _Placed(NamedTuple):
    """What a reading says by its value, assay, range and floor alone, in the order of its fields."""

    proven: bool
    tier: Tier
    best_tier: Tier
    worst_tier: Tier
    at_boundary: bool
    too_coarse: bool
    bounds: str
    thresholds: Thresholds
    margin: Decimal | None
    notes: tuple[str, ...]
    rules: tuple[str, ...]
    reassures: bool


def read_result(
    lab: LabRecord,
    rulebook: RuleBook,
    floors: Collection[FloorOverride] = (),
    today: date | None = None,
    question: UnitQuestion | None = None,
) -> Reading:
    """Place one estradiol result; with a ``question`` open, by what holds in either unit."""
    entered = _place(lab, rulebook, floors, today)
    if question is None:
        return entered
    other = _place(in_unit(lab, question.other_unit), rulebook, floors, today)
    return _in_either_unit(entered, other, question, rulebook)


def _in_either_unit(entered: Reading, other: Reading, question: UnitQuestion, rulebook: RuleBook) -> Reading:
    """Low in both units stays as low as it was entered; everything else cannot be placed, and no note speaks of its height."""
    low = entered.tier in LOW and other.tier in LOW
    kept = entered.notes if low else tuple(code for code in entered.notes if code in _OF_THE_ASSAY)
    margins = [reading.margin for reading in (entered, other) if reading.margin is not None]
    return replace(
        entered,
        tier=entered.tier if low else Tier.INDETERMINATE,
        best_tier=max(entered.best_tier, other.best_tier, key=RANK.__getitem__),
        worst_tier=min(entered.worst_tier, other.worst_tier, key=RANK.__getitem__),
        at_boundary=low and entered.at_boundary,
        too_coarse=low and entered.too_coarse,
        bounds="" if low else UNIT_IN_QUESTION,
        margin=min(margins, default=None),
        notes=(*kept, LOW_IN_EITHER_UNIT if low else UNIT_IN_QUESTION),
        rules=(*entered.rules, rulebook.estradiol.unit_question.id),
        reassures=False,
        question=question,
    )


def _place(lab: LabRecord, rulebook: RuleBook, floors: Collection[FloorOverride], today: date | None) -> Reading:
    reported = lab.reported
    floor = floor_for(reported.assay, rulebook, floors, today)
    placed = _placed(reported.value, reported.assay, (lab.range_low, lab.range_high), floor, rulebook)
    return Reading(lab.key, lab, floor, *placed)


@lru_cache(maxsize=4096)
def _placed(
    value: Value, assay: Assay, laboratory: tuple[Value | None, Value | None], floor: Floor, rulebook: RuleBook
) -> _Placed:
    """The fields of a reading that follow from what was reported and the floor, whoever it was reported of.

    ``laboratory``: the ends of its own range.
    """
    range_low, range_high = laboratory
    proven = assay_is_mass_spectrometry(assay, rulebook)
    kind = "mass_spectrometry" if proven else "other"
    upper = _lab_upper(range_high, rulebook, floor, kind)
    limits = _limits(rulebook, kind, floor.pg_ml, upper, unit=value.unit, decimals=value.decimals)
    worst, best, too_coarse = _span(value, limits, rulebook)
    point = worst if value.comparator.censors else bisect_right(limits.rounded, (value.number, _AT))
    tier = _tier(worst, best, point, censored=value.comparator.censors, too_coarse=too_coarse)
    thresholds = limits.thresholds
    notes = _notes(value, assay, tier, thresholds, rulebook, proven=proven, best=best, worst=worst)
    if tier in LOW and _lab_calls_it_normal(value, range_low, range_high):
        notes.append("lab_normal_but_low")
    return _Placed(
        proven=proven,
        tier=tier,
        best_tier=_BANDS[best],
        worst_tier=_BANDS[worst],
        at_boundary=not value.comparator.censors and worst != best,
        too_coarse=too_coarse,
        bounds=_bounds(value, worst, best, too_coarse=too_coarse) if tier is Tier.INDETERMINATE else "",
        thresholds=thresholds,
        margin=_margin(value, thresholds.floor),
        notes=tuple(notes),
        rules=_rules(rulebook, kind, floor),
        reassures=tier is not Tier.INDETERMINATE and _BANDS[worst] not in LOW,
    )


class _Limits(Struct, frozen=True):
    thresholds: Thresholds
    rounded: tuple[Position, ...]
    exact: tuple[Position, ...]


def _lab_upper(limit: Value | None, rulebook: RuleBook, floor: Floor, kind: str) -> tuple[Decimal, str] | None:
    """The laboratory's own upper limit for men, in its unit, where it lies above the borderline band."""
    if limit is None:
        return None
    rule = bands(kind, rulebook)
    end = exact_threshold(rulebook, ANALYTE, floor.pg_ml + rule.borderline_width, rule.unit, limit.unit)
    return (limit.number, limit.unit) if limit.number > end else None


@lru_cache(maxsize=4096)
def _limits(
    rulebook: RuleBook, kind: str, floor: Decimal, upper: tuple[Decimal, str] | None, *, unit: str, decimals: int
) -> _Limits:
    """The limits of the tiers in the reported unit: rounded to the reported decimals, and exact."""
    rule = bands(kind, rulebook)
    top, top_unit = upper or (rule.upper, rule.unit)
    numbers = (
        (rule.critical, rule.unit, _AFTER if rule.critical_operator == "<=" else _BEFORE),
        (floor, rule.unit, _BEFORE),
        (floor + rule.borderline_width, rule.unit, _BEFORE),
        (top, top_unit, _AFTER),
    )
    rounded = tuple((threshold(rulebook, ANALYTE, number, of, unit, decimals=decimals), side) for number, of, side in numbers)
    exact = tuple((exact_threshold(rulebook, ANALYTE, number, of, unit), side) for number, of, side in numbers)
    review = rulebook.estradiol.high_review
    thresholds = Thresholds(
        unit=unit,
        critical=rounded[0][0],
        critical_operator=rule.critical_operator,
        floor=rounded[1][0],
        borderline_end=rounded[2][0],
        upper=rounded[3][0],
        upper_from="laboratory" if upper else "rulebook",
        high_review=threshold(rulebook, ANALYTE, review.value, review.unit, unit, decimals=decimals),
    )
    return _Limits(thresholds, rounded, exact)


def _span(value: Value, limits: _Limits, rulebook: RuleBook) -> tuple[int, int, bool]:
    """The worst and the best band it can stand for, and whether its rounding is too coarse to place it."""
    number, cuts = value.number, limits.rounded
    match value.comparator:
        case Comparator.LESS:
            return 0, bisect_left(cuts, (number, _BEFORE)), False
        case Comparator.AT_MOST:
            return 0, bisect_right(cuts, (number, _AT)), False
        case Comparator.GREATER:
            return bisect_right(cuts, (number, _AFTER)), _ABOVE_RANGE, False
        case Comparator.AT_LEAST:
            return bisect_right(cuts, (number, _AT)), _ABOVE_RANGE, False
        case _:
            return _rounded_span(value, limits, rulebook)


def _rounded_span(value: Value, limits: _Limits, rulebook: RuleBook) -> tuple[int, int, bool]:
    """What a plain value can stand for, given that the laboratory rounded it: [v - u/2, v + u/2)."""
    half = Decimal(1).scaleb(-value.decimals) / 2
    low, high = value.number - half, value.number + half
    point = bisect_right(limits.rounded, (value.number, _AT))
    # A limit that the interval begins with counts as held: (low, -1) lies before any cut at low.
    worst = min(point, bisect_left(limits.exact, (low, -1)))
    best = max(point, bisect_left(limits.exact, (high, _BEFORE)))
    held = [cut for cut, _ in limits.exact if low <= cut < high]
    share = rulebook.estradiol.coarse.percent
    return worst, best, any(half * 100 > share * cut for cut in held)


def _tier(worst: int, best: int, point: int, *, censored: bool, too_coarse: bool) -> Tier:
    if not censored and not too_coarse:
        return _BANDS[point]  # a value on a limit belongs to the better tier
    if worst == best:
        return _BANDS[best]
    if best <= _BELOW_FLOOR:
        return Tier.BELOW_FLOOR
    # Rounded too coarsely, yet clear of the floor: the lower tier, so that no higher value ever reads worse.
    if too_coarse and worst >= _BORDERLINE:
        return _BANDS[worst]
    return Tier.INDETERMINATE


def _bounds(value: Value, worst: int, best: int, *, too_coarse: bool) -> str:
    """The code of the sentence that says what an indeterminate result still tells."""
    if too_coarse:
        return "too_coarse"
    if value.comparator in (Comparator.LESS, Comparator.AT_MOST):
        return "below_not_in_range" if best < _IN_RANGE else "below_unknown"
    return "above_not_below" if worst >= _BORDERLINE else "above_unknown"


def _margin(value: Value, floor: Decimal) -> Decimal | None:
    """Upper bound over floor; none where nothing bounds it above."""
    if value.comparator in (Comparator.GREATER, Comparator.AT_LEAST) or not floor:
        return None
    return (value.number / floor).quantize(_MARGIN_STEP)


def _notes(
    value: Value, assay: Assay, tier: Tier, limits: Thresholds, rulebook: RuleBook, *, proven: bool, worst: int, best: int
) -> list[str]:
    notes = []
    if not proven:
        said_to_be = assay.method in rulebook.estradiol.assay.mass_spectrometry
        notes += ["assay_unverified"] if said_to_be else ["assay_unknown"] if assay.method is Method.UNKNOWN else []
        if _near_floor(value, limits.floor, rulebook):
            notes.append("confirm_near_floor")
    if value.comparator.censors and tier is Tier.BELOW_FLOOR and worst != best:
        notes.append("may_be_lower")
    if not value.comparator.censors and worst != best:
        notes.append("at_boundary")
    if limits.upper_from == "rulebook" and best >= _IN_RANGE:
        notes.append("upper_limit_default")
    if value.number > limits.high_review and value.comparator in (Comparator.EQUAL, Comparator.GREATER, Comparator.AT_LEAST):
        notes.append("high_review")
    return notes


def _near_floor(value: Value, floor: Decimal, rulebook: RuleBook) -> bool:
    share = rulebook.estradiol.near_floor_immunoassay.percent
    return not value.comparator.censors and abs(value.number - floor) * 100 <= share * floor


def _lab_calls_it_normal(value: Value, low: Value | None, high: Value | None) -> bool:
    if high is None and low is None:
        return False
    if value.comparator.censors or (low is not None and low.unit != value.unit):
        return False
    return low is None or value.number >= low.number


def _rules(rulebook: RuleBook, kind: str, floor: Floor) -> tuple[str, ...]:
    rules = rulebook.estradiol
    used = [bands(kind, rulebook).id, rules.assay.id, rules.coarse.id]
    if floor.is_set:
        used.append(rules.override.id)
    return tuple(used)
