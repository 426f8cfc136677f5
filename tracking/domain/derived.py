"""Values calculated from several results of one draw, each marked as derived, with inputs and paper (CLINICAL 1.2, 2.3).

Only from results of one local day that is known, that no comparator censors and that can be read. They are context: a derived
estradiol never clears a low one, and no cut of another study's equation is applied to it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import takewhile

from tracking.domain.estradiol import ANALYTE as ESTRADIOL
from tracking.domain.estradiol import Reading
from tracking.domain.lab_plan import TESTOSTERONE_TOTAL
from tracking.domain.reported import Comparator, Value
from tracking.domain.rulebook import BindingRule, Rule, RuleBook, Tier
from tracking.domain.timeline import Draw, Timeline
from tracking.domain.units import convert, rounded, trimmed
from tracking.domain.words import fill, on_day

SHBG = "shbg"
ALBUMIN = "albumin"
CALCIUM = "calcium"
_FREE, _BIOAVAILABLE = "testosterone_free", "testosterone_bioavailable"
_PER_NANO = Decimal("1e-9")
_PICO_PER_NANO = 1000
_DIGITS = 28


@dataclass(frozen=True, slots=True)
class Derived:
    """One calculated value. ``assumed``: what was taken for an input that was not drawn, empty where all were."""

    code: str
    value: Value
    on: date
    inputs: tuple[str, ...]
    assumed: str
    rule: str
    words: str


@dataclass(frozen=True, slots=True)
class Bound:
    """How a total divides, all in nmol/L: what is free, and what is free or on albumin."""

    free: Decimal
    bioavailable: Decimal


def derive(timeline: Timeline, readings: Mapping[str, Reading], rulebook: RuleBook) -> tuple[Derived, ...]:
    """The latest of each kind that the record allows."""
    return (*_hormones(timeline, readings, rulebook), *_calcium(timeline, rulebook))


def binding(total: Decimal, shbg: Decimal, albumin: Decimal, rule: BindingRule) -> Bound:
    """Vermeulen's equation: testosterone and SHBG in nmol/L, albumin in g/L."""
    with localcontext(prec=_DIGITS):
        off_shbg = _off_shbg(albumin, rule)
        affinity = rule.shbg_affinity * _PER_NANO
        middle = off_shbg + affinity * (shbg - total)
        free = ((middle * middle + 4 * affinity * off_shbg * total).sqrt() - middle) / (2 * affinity * off_shbg)
        return Bound(free, free * off_shbg)


def binding_beside(total: Decimal, sites: Decimal, albumin: Decimal, rule: BindingRule) -> Bound:
    """A steroid so scarce that it takes up no sites: estradiol on the ``sites`` of SHBG (nmol/L) that testosterone leaves."""
    with localcontext(prec=_DIGITS):
        off_shbg = _off_shbg(albumin, rule)
        free = total / (off_shbg + rule.shbg_affinity * _PER_NANO * sites)
        return Bound(free, free * off_shbg)


def corrected_calcium(draw: Draw, timeline: Timeline, rulebook: RuleBook) -> tuple[Value, Draw] | None:
    """Calcium corrected by the albumin of the same draw, in the unit and decimals it was reported in, and that albumin.

    None where either is censored or no albumin of that day is known.
    """
    value = draw.lab.reported.value
    albumin = same_draw(draw, ALBUMIN, timeline)
    if albumin is None or value.comparator is not Comparator.EQUAL:
        return None
    rule, calcium = rulebook.safety.calcium_correction, rulebook.analytes[CALCIUM]
    lacking = Fraction(rule.normal_albumin) - _in(albumin, ALBUMIN, "g/dL", rulebook)
    exact = convert(value.number, calcium, value.unit, "mg/dL") + Fraction(rule.per_gram) * lacking
    corrected = rounded(exact * calcium.units[value.unit] / calcium.units["mg/dL"], value.decimals)
    return Value(Comparator.EQUAL, f"{corrected:f}", value.unit), albumin


def same_draw(draw: Draw, analyte: str, timeline: Timeline) -> Draw | None:
    """The uncensored result of another analyte from the same draw: of one day, and where there are several of one moment."""
    if draw.on is None or not draw.dated:
        return None
    draws = timeline.draws.get(analyte, ())
    first = bisect_left(draws, draw.on, key=_day)
    same_day = takewhile(lambda other: other.on == draw.on, draws[first:])
    near = [other for other in same_day if other.dated and not other.lab.reported.value.comparator.censors]
    if len(near) > 1:
        near = [other for other in near if other.lab.reported.collected == draw.lab.reported.collected]
    return near[0] if len(near) == 1 else None


@dataclass(frozen=True, slots=True)
class _Inputs:
    """What a value is calculated from: results of one day, and what was assumed beside them."""

    draws: tuple[Draw, ...]
    on: date
    assumed: str = ""


def _hormones(timeline: Timeline, readings: Mapping[str, Reading], rulebook: RuleBook) -> Iterator[Derived]:
    if SHBG not in timeline.draws:
        return
    rules = rulebook.testosterone
    for draw in reversed(timeline.draws.get(TESTOSTERONE_TOTAL, ())):
        shbg = same_draw(draw, SHBG, timeline)
        if shbg is None or draw.on is None or draw.lab.reported.value.comparator.censors:
            continue
        albumin = same_draw(draw, ALBUMIN, timeline)
        if albumin is None:
            grams = rules.binding.assumed_albumin
            given = _Inputs((draw, shbg), draw.on, f"albumin {trimmed(grams)} g/L")
        else:
            grams = _decimal(_in(albumin, ALBUMIN, "g/L", rulebook))
            given = _Inputs((draw, shbg, albumin), draw.on)
        total = _decimal(_in(draw, TESTOSTERONE_TOTAL, "nmol/L", rulebook))
        sites = _decimal(_in(shbg, SHBG, "nmol/L", rulebook))
        bound = binding(total, sites, grams, rules.binding)
        yield _derived(_FREE, bound.free, given, rules.binding, rulebook)
        yield _derived(_BIOAVAILABLE, bound.bioavailable, given, rules.binding, rulebook)
        estradiol = same_draw(draw, ESTRADIOL, timeline)
        if estradiol is not None and readings[estradiol.lab.key].tier is not Tier.INDETERMINATE:
            e2 = _decimal(_in(estradiol, ESTRADIOL, "nmol/L", rulebook))
            own = binding_beside(e2, sites - (total - bound.bioavailable), grams, rules.binding_estradiol)
            given = replace(given, draws=(estradiol, *given.draws))
            yield _derived("estradiol_free", own.free, given, rules.binding_estradiol, rulebook)
            yield _derived("estradiol_bioavailable", own.bioavailable, given, rules.binding_estradiol, rulebook)
        return


def _calcium(timeline: Timeline, rulebook: RuleBook) -> Iterator[Derived]:
    for draw in reversed(timeline.draws.get(CALCIUM, ())):
        corrected = corrected_calcium(draw, timeline, rulebook)
        if corrected is not None and draw.on is not None:
            value, albumin = corrected
            rule = rulebook.safety.calcium_correction
            yield _marked("calcium_corrected", value, _Inputs((draw, albumin), draw.on), rule, rulebook)
            return


def _derived(code: str, nmol_l: Decimal, given: _Inputs, rule: BindingRule, rulebook: RuleBook) -> Derived:
    """In the canonical unit of the analyte that it is a part of."""
    analyte = rulebook.analytes[code if code in rulebook.analytes else ESTRADIOL]
    decimals = rule.decimals_free if code.endswith("_free") else rule.decimals_bioavailable
    unit, number = ("nmol/L", nmol_l) if "nmol/L" in analyte.units else ("pmol/L", nmol_l * _PICO_PER_NANO)
    exact = convert(number, analyte, unit, analyte.unit)
    value = Value(Comparator.EQUAL, f"{rounded(exact, decimals):f}", analyte.unit)
    return _marked(code, value, given, rule, rulebook)


def _marked(code: str, value: Value, given: _Inputs, rule: Rule, rulebook: RuleBook) -> Derived:
    """Said to be derived, from what, and with what assumed."""
    sentences = rulebook.words.context
    words = fill(sentences[f"derived_{code}"], {"value": str(value), "on": on_day(given.on, date.min)})
    if given.assumed:
        words = f"{words} {fill(sentences['derived_assumed'], {'assumed': given.assumed})}"
    return Derived(code, value, given.on, tuple(draw.lab.key for draw in given.draws), given.assumed, rule.id, words)


def _day(draw: Draw) -> date:
    """What draws are sorted by; an unknown date comes first."""
    return draw.on or date.min


def _off_shbg(albumin: Decimal, rule: BindingRule) -> Decimal:
    """How much is free or on albumin, for each part that is free."""
    return 1 + rule.albumin_affinity * albumin / rule.albumin_mass


def _in(draw: Draw, analyte: str, unit: str, rulebook: RuleBook) -> Fraction:
    value = draw.lab.reported.value
    return convert(value.number, rulebook.analytes[analyte], value.unit, unit)


def _decimal(exact: Fraction) -> Decimal:
    with localcontext(prec=_DIGITS):
        return Decimal(exact.numerator) / Decimal(exact.denominator)
