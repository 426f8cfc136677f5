"""What is left of a drug, for how long it lasts, and when to refill. Pure; docs/dosing.md says it for people.

Stock is counted in units (tablets, millilitres, devices) of one content. A count says what is there; a refill adds; a dose
logged as taken, late or extra takes away. Expected doses take nothing away: what was not logged is not known to be gone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from tracking.domain.amounts import units_used
from tracking.domain.expected import Slot
from tracking.domain.rulebook import DosingRules, FormRule


class StockKind(StrEnum):
    """A ``count`` replaces what was thought to be left; a ``refill`` adds to it."""

    COUNT = "count"
    REFILL = "refill"


@dataclass(frozen=True, slots=True)
class Counted:
    """So many ``units`` of a ``form``, each with ``content`` in the drug's unit, at an instant."""

    kind: StockKind
    form: str
    content: Decimal
    units: Decimal
    at: datetime


@dataclass(frozen=True, slots=True)
class Used:
    """A dose taken: its amount in the drug's unit. ``strength``: the content of the units it was taken from, if stated."""

    amount: Decimal
    at: datetime
    strength: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Stock:
    """What is left of one content. ``short``: more was logged than had been counted, so it is to be counted again."""

    form: str
    content: Decimal
    left: Fraction
    counted_at: datetime
    short: bool = False


@dataclass(frozen=True, slots=True)
class Supply:
    """How far the stock reaches by the regimen. ``covered``: whole doses that it holds, up to the horizon or the regimen's end.

    ``runs_out_on``: the day of the first dose that is not there, ``days`` until then, ``refill_on`` when to ask for more; None
    where the schedule or the horizon does not tell.
    """

    covered: int
    runs_out_on: date | None
    days: int | None
    refill_on: date | None


def stock_of(counted: Iterable[Counted], used: Iterable[Used], forms: Mapping[str, FormRule]) -> list[Stock]:
    """Every content that was ever counted, in the order of content. At one instant a count comes before a dose."""
    stock: dict[Decimal, Stock] = {}
    newest: Decimal | None = None
    rows: list[Counted | Used] = sorted([*counted, *used], key=lambda row: (row.at, isinstance(row, Used)))
    for row in rows:
        if isinstance(row, Counted):
            newest = row.content
            stock[newest] = _counted(stock.get(newest), row)
        elif newest is not None:
            content = row.strength if row.strength is not None and row.strength in stock else newest
            stock[content] = _less(stock[content], row.amount, forms)
    return [stock[content] for content in sorted(stock)]


def doses_left(stock: Iterable[Stock], dose: Decimal, forms: Mapping[str, FormRule]) -> int:
    """Whole doses of this size; a remainder that is too small for one does not count."""
    return sum(int(one.left / units_used(dose, one.content, forms[one.form].parts)) for one in stock)


def supply_of(
    stock: Sequence[Stock],
    slots: Iterable[Slot],
    today: date,
    *,
    rules: DosingRules,
    strength: Decimal | None = None,
) -> Supply:
    """Lay the expected doses that are still to be taken over the stock. Units of the stated ``strength`` are used first."""
    forms, rule = rules.forms, rules.supply
    left = {one.content: one for one in sorted(stock, key=lambda one: (one.content != strength, one.content))}
    covered = 0
    for slot in slots:
        if (slot.day - today).days > rule.horizon_days:
            break
        content = next((c for c, one in left.items() if one.left >= _needs(one, slot.amount, forms)), None)
        if content is None:
            refill_on = slot.day - timedelta(days=rule.lead_days)
            return Supply(covered, slot.day, max(0, (slot.day - today).days), refill_on)
        left[content] = _less(left[content], slot.amount, forms)
        covered += 1
    return Supply(covered, None, None, None)


def _counted(before: Stock | None, row: Counted) -> Stock:
    units = Fraction(row.units)
    if row.kind is StockKind.COUNT or before is None:
        return Stock(row.form, row.content, units, row.at)
    return Stock(row.form, row.content, before.left + units, before.counted_at, before.short)


def _needs(stock: Stock, amount: Decimal, forms: Mapping[str, FormRule]) -> Fraction:
    return units_used(amount, stock.content, forms[stock.form].parts)


def _less(stock: Stock, amount: Decimal, forms: Mapping[str, FormRule]) -> Stock:
    left = stock.left - _needs(stock, amount, forms)
    return Stock(stock.form, stock.content, max(left, Fraction()), stock.counted_at, stock.short or left < 0)
