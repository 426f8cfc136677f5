"""Checks on entry: refused, to be confirmed, or for staff only. Pure; services enforce what they return.

Limits are told in the unit that was sent, so that the person reads the figures he typed against. A censored value says where
the truth is not, so it is held to the hard limits only (CLINICAL 9.1).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from dateutil.relativedelta import relativedelta

from tracking.domain.history import SiteRecord
from tracking.domain.problems import Issue, problem, raise_all
from tracking.domain.reported import Comparator, Value, parse_value
from tracking.domain.rulebook import DrugRule, Limits, RegionRule, RuleBook
from tracking.domain.schedule import Schedule
from tracking.domain.units import analyte_rule, convert, read_unit, rounded, trimmed

_BMD_UNITS = MappingProxyType({"g/cm2": 1, "mg/cm2": 1000})
# Limits are shown with no more digits than a laboratory would print.
_SHOWN_DECIMALS = 2


@dataclass(frozen=True, slots=True)
class EntryCheck:
    """What stands against an entry. ``refused`` always; ``staff_only`` unless staff; ``confirm`` unless confirmed."""

    refused: tuple[Issue, ...] = ()
    staff_only: tuple[Issue, ...] = ()
    confirm: tuple[Issue, ...] = ()

    @property
    def needs_confirmation(self) -> bool:
        return bool(self.confirm)

    def __add__(self, other: EntryCheck) -> EntryCheck:
        return EntryCheck(self.refused + other.refused, self.staff_only + other.staff_only, self.confirm + other.confirm)

    def under(self, prefix: str) -> EntryCheck:
        """The same seen from one level further out."""
        return EntryCheck(
            *(tuple(issue.under(prefix) for issue in part) for part in (self.refused, self.staff_only, self.confirm))
        )

    def enforce(self, *, confirmed: bool, staff: bool) -> None:
        """Raise one :class:`Problem` with everything that stands against it for this person."""
        if not (self.refused or self.staff_only or self.confirm):
            return
        kept_out = () if staff else self.staff_only
        # Who may not enter an amount at all is not asked to confirm it.
        barred = {_limit_of(issue) for issue in kept_out}
        unusual = () if confirmed else (issue for issue in self.confirm if _limit_of(issue) not in barred)
        raise_all((*self.refused, *kept_out, *unusual))


_FITS = EntryCheck()


def _limit_of(issue: Issue) -> tuple[str, str]:
    """The field, and which of its limits: that of one dose, or of a week."""
    return issue.pointer, issue.params.get("limit_kind", "")


def check_entry(analyte: str, value: Value, rulebook: RuleBook) -> EntryCheck:
    """Hold a lab value to its unit (``/unit``) and limits (``/value``).

    Raises :class:`Problem` for an unknown analyte (``/analyte``) or a missing or unknown unit, naming the accepted ones.
    """
    rule = analyte_rule(analyte, rulebook)
    unit = read_unit(analyte, value.unit, rulebook)
    # In the unit of the limits itself nothing is converted: decimals compare exactly, and far faster than fractions.
    number = value.number if unit == rule.unit else convert(value.number, rule, unit, rule.unit)
    if _outside(number, rule.hard):
        text = "{received} {unit} is outside {low} to {high} {unit}, which no {name} reaches. Check digits and unit."
        said = {"unit": unit, "name": rule.name, **_ends(_in_unit(rule.hard, rule.units[unit]))}
        return EntryCheck(refused=(_issue("/value", "value-out-of-limits", text, received=value.text, **said),))
    if not value.comparator.censors and _outside(number, rule.confirm):
        text = "{received} {unit} is unusual for {name} (expected {low} to {high} {unit}). Check digits and unit, or confirm."
        said = {"unit": unit, "name": rule.name, **_ends(_in_unit(rule.confirm, rule.units[unit]))}
        return EntryCheck(confirm=(_issue("/value", "value-unusual", text, received=value.text, **said),))
    return _FITS


def check_dose(
    drug: str, dose_mg: Decimal, rulebook: RuleBook, *, schedule: Schedule | None = None, pointer: str = "/dose_mg"
) -> EntryCheck:
    """Hold one dose, and its weekly sum where a schedule says how often, to the limits of CLINICAL 9.9.

    ``dose_mg``, and the amounts of a schedule whose doses differ, are in the drug's unit; then the largest is the single dose.
    Raises :class:`Problem` (``/drug``) for an unknown drug. Use ``pointer="/amount_mg"`` for a dose event.
    """
    rule = check_drug(drug, rulebook)
    if dose_mg <= 0:
        text = "A dose is more than 0 {unit}."
        return EntryCheck(refused=(_issue(pointer, "dose-not-positive", text, unit=rule.unit),))
    weekly = weekly_mg(dose_mg, schedule) if schedule else None
    single = max([Fraction(dose_mg), *(Fraction(amount) for amount in schedule.amounts)]) if schedule else Fraction(dose_mg)
    check = _dose_limit(pointer, rule, single, weekly=False)
    # A person mends both at once, so he reads both.
    return check if weekly is None else check + _dose_limit(pointer, rule, weekly, weekly=True)


def check_drug(drug: str, rulebook: RuleBook) -> DrugRule:
    """The rule of a drug by its code. Raises :class:`Problem` (``/drug``) that names the accepted ones."""
    rule = rulebook.drugs.get(drug)
    if rule is None:
        raise problem(
            "/drug",
            "drug-unknown",
            "'{received}' is not a known drug. Accepted: {accepted}.",
            received=drug[:40],
            accepted=", ".join(sorted(rulebook.drugs)),
        )
    return rule


@lru_cache(maxsize=4096)
@lru_cache(maxsize=1024)
def weekly_mg(dose_mg: Decimal, schedule: Schedule) -> Fraction | None:
    """Milligrams a week, exactly, doses that differ summed; None for as needed. In the drug's unit where that is another.

    It belongs to the dose and not to a man, and is worked out once for each.
    """
    return schedule.weekly(dose_mg)


def check_sites(sites: Sequence[SiteRecord], rulebook: RuleBook) -> EntryCheck:
    """Hold the measured regions of a scan to the limits of CLINICAL 2.3. Pointers ``/sites/0/bmd`` and so on."""
    checked = EntryCheck()
    for number, site in enumerate(sites):
        checked += check_site(site, rulebook).under(f"/sites/{number}")
    return checked


def check_site(site: SiteRecord, rulebook: RuleBook) -> EntryCheck:
    """One region: ``/region``, ``/unit``, ``/bmd``, ``/t_score``, ``/z_score``, ``/lsc``."""
    region = rulebook.bone.regions.get(site.region)
    if region is None:
        accepted = ", ".join(sorted(rulebook.bone.regions))
        text = "'{received}' is not a region. Accepted: {accepted}."
        return EntryCheck(refused=(_issue("/region", "region-unknown", text, received=site.region[:40], accepted=accepted),))
    check = _check_bmd(site.bmd, region)
    score = rulebook.bone.score
    for pointer, value in (("/t_score", site.t_score), ("/z_score", site.z_score)):
        if value is not None:
            check += _check_number(pointer, Fraction(value), str(value), score.hard, score.confirm)
    if site.lsc is not None and site.lsc <= 0:
        text = "A least significant change is more than 0 g/cm2."
        check += EntryCheck(refused=(_issue("/lsc", "lsc-not-positive", text),))
    return check


def check_floor(pg_ml: Decimal, expires_on: date | None, today: date, rulebook: RuleBook) -> EntryCheck:
    """A floor that a prescriber sets (CLINICAL 9.1): ``/floor`` within the limits of the rulebook, ``/expires_on`` neither past
    nor too far ahead. None: it does not expire.
    """
    limits = rulebook.estradiol.override
    issues = []
    if not limits.low <= pg_ml <= limits.high:
        text = "{received} {unit} is not accepted as a floor. Accepted: {low} to {high} {unit}."
        said = {"received": str(pg_ml), "low": str(limits.low), "high": str(limits.high), "unit": limits.unit}
        issues.append(_issue("/floor", "floor-out-of-limits", text, **said))
    issues += _expiry(expires_on, today, limits.most_months)
    return EntryCheck(refused=tuple(issues))


def read_floor(sent: object, rulebook: RuleBook) -> Value:
    """A floor as typed (``/floor``): a plain number in the unit of the rulebook's limits. Raises :class:`Problem`."""
    unit = rulebook.estradiol.override.unit
    value = parse_value(sent, unit, pointer="/floor")
    if value.comparator is not Comparator.EQUAL:
        text = "A floor is a plain number of {unit}, without '{sign}'."
        raise problem("/floor", "floor-censored", text, unit=unit, sign=value.comparator)
    return value


def check_interval(kind: str, every_months: int, expires_on: date, today: date, rulebook: RuleBook) -> EntryCheck:
    """An interval that a prescriber sets: a known ``/kind``, ``/every_months`` and ``/expires_on`` within its bounds."""
    rule = rulebook.monitoring.interval_bounds
    bounds = rule.kinds.get(kind)
    if bounds is None:
        text = "'{received}' is not a kind of monitoring. Accepted: {accepted}."
        said = {"received": kind[:40], "accepted": ", ".join(sorted(rule.kinds))}
        return EntryCheck(refused=(_issue("/kind", "kind-unknown", text, **said),))
    issues = []
    if not bounds.least <= every_months <= bounds.most:
        text = "Every {received} months is not accepted for {kind}. Accepted: {least} to {most} months."
        said = {"received": str(every_months), "least": str(bounds.least), "most": str(bounds.most), "kind": kind}
        issues.append(_issue("/every_months", "interval-out-of-limits", text, **said))
    issues += _expiry(expires_on, today, rule.most_months)
    return EntryCheck(refused=tuple(issues))


def _expiry(expires_on: date | None, today: date, most_months: int) -> tuple[Issue, ...]:
    """What a person answers for ends on a day that he can be asked about: from today to so many months ahead."""
    last = today + relativedelta(months=most_months)
    if expires_on is None or today <= expires_on <= last:
        return ()
    text = "{received} is not accepted as the last day. Accepted: {first} to {last}."
    said = {"received": expires_on.isoformat(), "first": today.isoformat(), "last": last.isoformat()}
    return (_issue("/expires_on", "expiry-out-of-limits", text, **said),)


def _check_bmd(bmd: Value, region: RegionRule) -> EntryCheck:
    if bmd.unit not in _BMD_UNITS:
        text = "'{received}' is not a unit for bone density. Accepted: {accepted}."
        issue = _issue("/unit", "unit-unknown", text, received=bmd.unit[:40], accepted=", ".join(_BMD_UNITS))
        return EntryCheck(refused=(issue,))
    if bmd.comparator.censors:
        return EntryCheck(refused=(_issue("/bmd", "bmd-censored", "A bone density is a plain number, without a comparator."),))
    factor = Fraction(_BMD_UNITS[bmd.unit])
    limits = (_in_unit(region.hard, factor), _in_unit(region.confirm, factor))
    return _check_number("/bmd", Fraction(bmd.number), str(bmd), *limits)


def _check_number(pointer: str, number: Fraction, received: str, hard: Limits, confirm: Limits) -> EntryCheck:
    if _outside(number, hard):
        text = "{received} is outside {low} to {high}."
        return EntryCheck(refused=(_issue(pointer, "value-out-of-limits", text, received=received, **_ends(hard)),))
    if _outside(number, confirm):
        text = "{received} is unusual (expected {low} to {high}). Check it, or confirm."
        return EntryCheck(confirm=(_issue(pointer, "value-unusual", text, received=received, **_ends(confirm)),))
    return EntryCheck()


def _dose_limit(pointer: str, rule: DrugRule, amount: Fraction, *, weekly: bool) -> EntryCheck:
    limits = rule.dose
    kind, per = ("weekly", "a week") if weekly else ("single", "at once")
    bounds: tuple[Decimal | None, Decimal | None, Decimal | None] = (
        (limits.reject_weekly, limits.staff_weekly, limits.confirm_weekly)
        if weekly
        else (limits.reject_single, limits.staff_single, limits.confirm_single)
    )
    reject, staff, confirm = bounds
    said = {"received": str(trimmed(rounded(amount, _SHOWN_DECIMALS))), "unit": rule.unit, "per": per}
    said |= {"name": rule.name, "limit_kind": kind}
    if reject is not None and amount > reject:
        text = "{received} {unit} {per} of {name} is more than {limit}, the most that is accepted. Check the amount."
        return EntryCheck(refused=(_issue(pointer, "dose-out-of-limits", text, limit=str(reject), **said),))
    if staff is not None and amount > staff:
        text = "{received} {unit} {per} of {name} is more than {limit}: only staff can enter it."
        return EntryCheck(
            staff_only=(_issue(pointer, "dose-staff-only", text, limit=str(staff), **said),),
            confirm=(_issue(pointer, "dose-unusual", _UNUSUAL, limit=str(staff), **said),),
        )
    if confirm is not None and amount > confirm:
        return EntryCheck(confirm=(_issue(pointer, "dose-unusual", _UNUSUAL, limit=str(confirm), **said),))
    return EntryCheck()


_UNUSUAL = "{received} {unit} {per} of {name} is more than {limit}. Check the amount, or confirm."


def _ends(limits: Limits) -> dict[str, str]:
    return {"low": _printed(limits.low), "high": _printed(limits.high)}


def _in_unit(limits: Limits, factor: Fraction) -> Limits:
    low, high = (Fraction(end) * factor for end in (limits.low, limits.high))
    return Limits(_near(low), _near(high))


def _near(exact: Fraction) -> Decimal:
    """Enough digits to hold a value against, exact wherever the ratio is a decimal."""
    return Decimal(exact.numerator) / Decimal(exact.denominator)


def _printed(limit: Decimal) -> str:
    return str(trimmed(round(limit, _SHOWN_DECIMALS)))


def _outside(number: Fraction | Decimal, limits: Limits) -> bool:
    return not limits.low <= number <= limits.high


def _issue(pointer: str, code: str, text: str, **params: Any) -> Issue:
    return Issue(pointer, code, text, MappingProxyType(params))
