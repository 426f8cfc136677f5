"""Whether an estradiol that a person typed is in the unit that he chose (CLINICAL 9.1). 45 pmol/L typed as pg/mL is a low man.

The factor between pg/mL and pmol/L turns a low result into a high one. What raises the question is never corrected here: the
report answers it, by the same value with its unit confirmed, or by a corrected unit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from msgspec import structs

from tracking.domain.history import LabRecord
from tracking.domain.reported import Comparator, Value
from tracking.domain.rulebook import AROMATASE_INHIBITOR, RuleBook, UnitQuestionRule
from tracking.domain.timeline import Draw, Draws, Timeline
from tracking.domain.units import exact_threshold, shown

_ONE = Decimal(1)
_HUNDREDTH = Decimal("0.01")
_SHOWN_DECIMALS = 1
# These say that a result is at least its figure.
_FROM_BELOW = frozenset({Comparator.EQUAL, Comparator.GREATER, Comparator.AT_LEAST})


class Sign(StrEnum):
    """What raised the question: the laboratory's upper limit, the result before, or a figure without a range on an AI."""

    LIMIT = "limit"
    RATIO = "ratio"
    NO_RANGE = "no_range"


@dataclass(frozen=True, slots=True)
class UnitQuestion:
    """An open question. ``other_unit`` is what the result may have been reported in.

    ``before`` is the key of the result that it was held against, ``times`` how many times that one it is; both only for that
    sign.
    """

    signs: tuple[Sign, ...]
    other_unit: str
    before: str = ""
    before_text: str = ""
    times: Decimal | None = None


def unit_questions(draws: Draws, timeline: Timeline, rulebook: RuleBook) -> Mapping[str, UnitQuestion]:
    """The questions that are open, by the key of the result. ``draws``: those of estradiol, in order of time.

    A result is held against the last one before it whose own unit stands, so that one doubtful entry raises no second doubt.
    """
    found: dict[str, UnitQuestion] = {}
    if not draws.any_typed:
        return found
    before: LabRecord | None = None
    for draw in draws:
        lab = draw.lab
        question = _question(draw, before, timeline, rulebook) if lab.typed and not lab.unit_confirmed else None
        if question is not None:
            found[lab.key] = question
        elif draw.dated and lab.reported.value.comparator is Comparator.EQUAL:
            before = lab
    return found


def in_unit(lab: LabRecord, unit: str) -> LabRecord:
    """The same figures, had the report been in another unit: the laboratory's range and LLOQ go with the value."""

    def moved(value: Value | None) -> Value | None:
        return None if value is None else structs.replace(value, unit=unit)

    reported = replace(lab.reported, value=structs.replace(lab.reported.value, unit=unit))
    return replace(
        lab, reported=reported, range_low=moved(lab.range_low), range_high=moved(lab.range_high), lloq=moved(lab.lloq)
    )


def either(lab: LabRecord, question: UnitQuestion, rulebook: RuleBook) -> str:
    """Both readings as figures: ``45 pg/mL (165.2 pmol/L) or 45 pmol/L (12.3 pg/mL)``."""
    analyte, value = rulebook.analytes[lab.analyte], lab.reported.value
    other = structs.replace(value, unit=question.other_unit)
    there = shown(value, analyte, other.unit, _SHOWN_DECIMALS)
    back = shown(other, analyte, value.unit, _SHOWN_DECIMALS)
    return f"{value} ({there} {other.unit}) or {other} ({back} {value.unit})"


def _question(draw: Draw, before: LabRecord | None, timeline: Timeline, rulebook: RuleBook) -> UnitQuestion | None:
    """About a result that a person typed and nobody has confirmed."""
    lab, rule = draw.lab, rulebook.estradiol.unit_question
    other_unit = rule.mistaken_for.get(lab.reported.value.unit)
    if other_unit is None:
        return None
    signs = [Sign.LIMIT] if _limit_of_other_unit(lab, rule) else []
    times = _times(lab.reported.value, before, lab.analyte, rulebook)
    by_ratio = times is not None and any(span.low <= times <= span.high for span in rule.ratios)
    if by_ratio:
        signs.append(Sign.RATIO)
    if _no_range_on_ai(draw, timeline, rule):
        signs.append(Sign.NO_RANGE)
    if not signs:
        return None
    if not by_ratio or before is None or times is None:
        return UnitQuestion(tuple(signs), other_unit)
    return UnitQuestion(tuple(signs), other_unit, before.key, str(before.reported.value), times.quantize(_HUNDREDTH))


def _limit_of_other_unit(lab: LabRecord, rule: UnitQuestionRule) -> bool:
    upper = lab.range_high
    usual = rule.upper_limits.get(upper.unit) if upper is not None else None
    return upper is not None and usual is not None and usual.low <= upper.number <= usual.high


def _times(value: Value, before: LabRecord | None, analyte: str, rulebook: RuleBook) -> Decimal | None:
    """How many times the result before it is, both in one unit; None where there is none, or nothing to divide by."""
    if before is None or value.comparator.censors:
        return None
    earlier = before.reported.value
    if not earlier.number:
        return None
    factor = exact_threshold(rulebook, analyte, _ONE, value.unit, earlier.unit) if value.unit != earlier.unit else _ONE
    return value.number * factor / earlier.number


def _no_range_on_ai(draw: Draw, timeline: Timeline, rule: UnitQuestionRule) -> bool:
    value = draw.lab.reported.value
    least = rule.on_ai_from.get(value.unit)
    if draw.lab.range_high is not None or least is None or value.comparator not in _FROM_BELOW or value.number < least:
        return False
    return timeline.may_have_taken(AROMATASE_INHIBITOR, draw)
