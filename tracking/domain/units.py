"""Units of an analyte: exact conversion by the ratios of the rulebook.

A mass is never converted into an activity: a unit that an analyte does not list is not accepted for it. Arithmetic is exact
(fractions); only what is shown, or a threshold that a reported value is held against, is rounded, half to even.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, localcontext
from fractions import Fraction
from functools import lru_cache

from tracking.domain.problems import Collector, problem
from tracking.domain.reported import Value
from tracking.domain.rulebook import AnalyteRule, RuleBook

# What is shown in another unit has as many significant digits as the report, and at least so many: <5 pg/mL is <18.4 pmol/L.
_LEAST_SIGNIFICANT = 3
# Far beyond any digit a laboratory reports, so that a converted threshold cannot tie with a reported value by rounding.
_EXACT_DIGITS = 50
# What one place after the point is worth: 0.01 for two decimals.
_STEPS = tuple(Decimal(1).scaleb(-decimals) for decimals in range(10))


def analyte_rule(analyte: str, rulebook: RuleBook, *, pointer: str = "/analyte") -> AnalyteRule:
    """The rule of an analyte; raises :class:`Problem` naming the known ones."""
    rule = rulebook.analytes.get(analyte)
    if rule is None:
        raise problem(
            pointer,
            "analyte-unknown",
            "'{received}' is not an analyte. Accepted: {accepted}.",
            received=analyte[:40],
            accepted=", ".join(sorted(rulebook.analytes)),
        )
    return rule


def read_unit(analyte: str, sent: str, rulebook: RuleBook, *, pointer: str = "/unit") -> str:
    """The UCUM code of a unit as sent, which may be another accepted spelling; raises :class:`Problem` otherwise."""
    rule = analyte_rule(analyte, rulebook)
    if sent in rule.units:
        return sent
    accepted = ", ".join(rule.units)
    if not sent.strip():
        raise problem(
            pointer, "unit-missing", "State the unit. Accepted for {analyte}: {accepted}.", analyte=analyte, accepted=accepted
        )
    code = rule.spellings.get("".join(sent.split()).lower())
    if code is None:
        raise problem(
            pointer,
            "unit-unknown",
            "'{received}' is not a unit for {analyte}. Accepted: {accepted}.",
            received=sent.strip()[:40],
            analyte=analyte,
            accepted=accepted,
        )
    return code


def convert(number: Decimal, rule: AnalyteRule, from_unit: str, to_unit: str) -> Fraction:
    """``number`` in another unit of the same analyte, exactly. Raises KeyError for a unit that the analyte does not list."""
    return Fraction(number) * rule.units[to_unit] / rule.units[from_unit]


def rounded(exact: Fraction, decimals: int) -> Decimal:
    """Round half to even to so many decimals."""
    number, rest = divmod(exact.numerator * 10**decimals, exact.denominator)
    # Written out in whole numbers: arithmetic with fractions costs ten times as much.
    if 2 * rest > exact.denominator or (2 * rest == exact.denominator and number % 2):
        number += 1
    return Decimal(number).scaleb(-decimals)


def percent(part: Decimal, whole: Decimal, decimals: int) -> Decimal:
    """A part in percent of a whole, rounded half to even, and never a negative zero.

    Of figures as laboratories print them a quotient of 28 digits is never rounded to a tie that it is not.
    """
    return (part * 100 / whole).quantize(_STEPS[decimals]) + 0


def trimmed(number: Decimal) -> Decimal:
    """The same number without trailing zeros, and never with an exponent: 100, not 1E+2."""
    plain = number.normalize()
    return plain.quantize(Decimal(1)) if plain == plain.to_integral_value() else plain


def shown(value: Value, rule: AnalyteRule, to_unit: str, decimals: int) -> str:
    """A value in another unit for display, its comparator kept: ``<18.4``."""
    return f"{value.comparator}{rounded(convert(value.number, rule, value.unit, to_unit), decimals)}"


def displayed(value: Value, rule: AnalyteRule, to_unit: str) -> str:
    """A value in the unit that somebody reads it in, its comparator kept, as precise as it was reported and no less than three
    digits. In its own unit it stays as typed. Raises KeyError for a unit that the analyte does not list.
    """
    if value.unit == to_unit:
        return value.text
    return f"{value.comparator}{_significant(convert(value.number, rule, value.unit, to_unit), value.digits)}"


def _significant(exact: Fraction, digits: str) -> str:
    reported = len(digits.replace(".", "").lstrip("0"))
    size = (Decimal(exact.numerator) / Decimal(exact.denominator)).adjusted() if exact else 0
    return str(rounded(exact, max(0, max(reported, _LEAST_SIGNIFICANT) - 1 - size)))


def read_display_units(sent: Mapping[str, str], rulebook: RuleBook, *, pointer: str = "/display_units") -> dict[str, str]:
    """The UCUM codes of the units in which he wants to read analytes. Raises :class:`Problem` naming all that is wrong."""
    collector = Collector()
    read: dict[str, str] = {}
    for analyte, unit in sent.items():
        here = f"{pointer}/{analyte[:40]}"
        if collector.run(analyte_rule, analyte, rulebook, pointer=here) is not None:
            read[analyte] = collector.run(read_unit, analyte, unit, rulebook, pointer=here) or ""
    collector.raise_found()
    return read


@lru_cache(maxsize=4096)
def threshold(rulebook: RuleBook, analyte: str, number: Decimal, unit: str, to_unit: str, *, decimals: int) -> Decimal:
    """A threshold in the reported unit, rounded half to even to the reported decimals (CLINICAL 1.3).

    One sample reported as 20.0 pg/mL, 73.4 pmol/L or 73 pmol/L so meets one threshold.
    """
    return rounded(convert(number, rulebook.analytes[analyte], unit, to_unit), decimals)


@lru_cache(maxsize=4096)
def exact_threshold(rulebook: RuleBook, analyte: str, number: Decimal, unit: str, to_unit: str) -> Decimal:
    """A threshold in the reported unit, unrounded (to 50 digits), to see whether rounding could hide it."""
    exact = convert(number, rulebook.analytes[analyte], unit, to_unit)
    with localcontext(prec=_EXACT_DIGITS):
        return Decimal(exact.numerator) / Decimal(exact.denominator)
