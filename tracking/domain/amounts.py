"""How much of a drug: read as written with its unit, converted only to compare and to add up (CLINICAL 9.9)."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction

from tracking.domain.problems import problem
from tracking.domain.reported import Comparator, Value, parse_value
from tracking.domain.rulebook import DrugRule
from tracking.domain.schedule import Schedule
from tracking.domain.units import rounded, trimmed

# What a dose can be written in: milligrams, micrograms, international units.
DOSE_UNITS = ("mg", "ug", "IU")
_SPELLINGS = {"mg": "mg", "ug": "ug", "µg": "ug", "μg": "ug", "mcg": "ug", "iu": "IU", "ie": "IU", "[iu]": "IU"}
_WRITTEN = re.compile(r"(?P<digits>[^A-Za-zµμ\[]*)(?P<unit>[A-Za-zµμ\[\]]*)")
_SHOWN_DECIMALS = 3
# Of a tablet in the words of a prescription.
_PARTS = {Fraction(1, 4): "quarter", Fraction(1, 2): "half", Fraction(3, 4): "three quarters", Fraction(1): "whole"}


def read_amount(sent: object, rule: DrugRule, *, pointer: str, unit: str | None = None) -> Value:
    """An amount as written: digits with a unit (``0.5 mg``, ``500 IU``), or digits alone of a stated ``unit``.

    Raises :class:`Problem` at ``pointer`` for a comparator, for no unit, and for one that this drug is not dosed in.
    """
    if unit is None and isinstance(sent, str):
        written = _WRITTEN.fullmatch(sent.strip())
        digits, named = (written["digits"], written["unit"]) if written else (sent, "")
        known = _SPELLINGS.get(named.lower(), named)
    else:
        digits, known = sent, unit or ""
    value = parse_value(digits, known, pointer=pointer)
    if known not in rule.units:
        raise problem(
            pointer,
            "dose-unit",
            "{name} is not dosed in '{received}'. Accepted: {accepted}, for example '{example}'.",
            name=rule.name,
            received=known[:20],
            accepted=" or ".join(rule.units),
            example=f"{value.digits} {rule.unit}",
        )
    if value.comparator is not Comparator.EQUAL:
        text = "A dose is a plain number of {unit}, without '{sign}'."
        raise problem(pointer, "dose-censored", text, unit=known, sign=value.comparator)
    return value


def canonical(number: Decimal, unit: str, rule: DrugRule) -> Decimal:
    """An amount in the drug's own unit. Exact for the units there are: their ratios are powers of ten, and 40 000."""
    if unit == rule.unit:
        return number
    exact = Fraction(number) / rule.units[unit]
    return Decimal(exact.numerator) / Decimal(exact.denominator)


def schedule_in(schedule: Schedule, unit: str, rule: DrugRule) -> Schedule:
    """The same schedule with its amounts in the drug's own unit."""
    if not schedule.amounts or unit == rule.unit:
        return schedule
    amounts = tuple(f"{canonical(Decimal(amount), unit, rule):f}" for amount in schedule.amounts)
    return Schedule(schedule.kind, schedule.days, schedule.weekdays, schedule.times, schedule.months, schedule.at, amounts)


def shown(amount: Fraction | Decimal) -> str:
    """At most three decimals, without trailing zeros: what is worked out is not shown as if it had been written."""
    return f"{trimmed(rounded(Fraction(amount), _SHOWN_DECIMALS)):f}"


def part_of(dose: Decimal, strength: Decimal, parts: int) -> Fraction | None:
    """How many units of this strength one dose is, exactly; None where it is no whole number of their ``parts``."""
    share = Fraction(dose) / Fraction(strength)
    return share if not parts or (share * parts).denominator == 1 else None


def part_in_words(share: Fraction) -> str:
    """``half``, ``whole``, ``1 1/2``: how much of a tablet."""
    if share in _PARTS:
        return _PARTS[share]
    whole, rest = divmod(share, 1)
    return f"{whole} {rest}" if whole and rest else str(whole or rest)


def units_used(amount: Decimal, content: Decimal, parts: int) -> Fraction:
    """How many units of this content an amount uses up, in parts that can be taken of one; the rest of a part is lost."""
    share = Fraction(amount) / Fraction(content)
    return Fraction(-(-(share * parts) // 1), parts) if parts else share
