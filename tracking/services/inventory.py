"""What he has at home: counted and refilled by him or his clinic, used up by what is logged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from tracking.domain.actor import Actor
from tracking.domain.adherence import Event, match
from tracking.domain.amounts import canonical, read_amount
from tracking.domain.entry import check_drug
from tracking.domain.expected import Move, Plan, Slot, decisive, expected
from tracking.domain.history import DoseKind
from tracking.domain.inventory import Counted, Stock, StockKind, Supply, Used, doses_left, stock_of, supply_of
from tracking.domain.problems import Collector, problem
from tracking.domain.reported import Comparator, Moment, Precision, Value, parse_value
from tracking.domain.rulebook import RuleBook
from tracking.evidence import load_rulebook
from tracking.models import DoseEvent, InventoryCount, Patient, Regimen
from tracking.services import intake, records
from tracking.services.access import acting_as, lock_patient
from tracking.services.lived import local_today, read_moment
from tracking.services.plans import moves_of, plans_of

__all__ = ["Holding", "correct", "holdings_of", "record", "withdraw"]

_BACK = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Holding:
    """One drug at home. ``dose``: of the regimen in force, in ``unit``; ``doses``: how many of it are left.

    Both are None without a regimen, as is the supply.
    """

    drug: str
    unit: str
    stock: tuple[Stock, ...]
    dose: Decimal | None
    doses: int | None
    supply: Supply | None


def record(
    *,
    patient: Patient,
    by: Actor,
    now: datetime,
    client_id: str | None = None,
    source: records.Source = records.TYPED,
    **sent: Any,
) -> tuple[InventoryCount, bool]:
    """Store a count or a refill; the second value says whether it is new.

    ``sent``: drug, kind, form, units (text), content (text with its unit: how much one unit holds), counted_at, zone, note.
    """
    with acting_as(by):
        man = lock_patient(patient)
        content = _content(man=man, now=now, **sent)
        return records.add(InventoryCount, man=man, by=by, now=now, content=content, client_id=client_id, source=source)


def correct(*, patient: Patient, key: str, by: Actor, now: datetime, staff: bool = False, **sent: Any) -> InventoryCount:
    """Put a count or a refill right, all of it."""
    with acting_as(by):
        man = lock_patient(patient)
        row = records.find_his(InventoryCount, man, key, by=by, staff=staff)
        corrected, _ = records.supersede(row, man=man, by=by, now=now, content=_content(man=man, now=now, **sent))
        return corrected


def withdraw(*, patient: Patient, key: str, by: Actor, now: datetime, reason: str, staff: bool = False) -> None:
    """Take back a count that never was."""
    with acting_as(by):
        man = lock_patient(patient)
        records.withdraw(records.find_his(InventoryCount, man, key, by=by, staff=staff), man=man, now=now, reason=reason)


def holdings_of(men: Sequence[Patient], now: datetime) -> dict[int, list[Holding]]:
    """What each of these men has at home of everything that was ever counted, by man. Seven queries, however many men."""
    rulebook = load_rulebook()
    counted: dict[tuple[int, str], list[Counted]] = {}
    for row in InventoryCount.objects.live().filter(patient__in=men).order_by("at", "pk"):
        counted.setdefault((row.patient_id, row.drug), []).append(_counted(row, rulebook))
    keys = sorted({man for man, _ in counted})
    used = _used(keys, min((rows[0].at for rows in counted.values()), default=now), rulebook)
    plans, moves = plans_of(keys, rulebook), moves_of(keys)
    reach = timedelta(days=rulebook.dosing.adherence.most_days)
    events = intake.events_of(keys, now - reach, now + reach, rulebook)
    found: dict[int, list[Holding]] = {man.pk: [] for man in men}
    by_key = {man.pk: man for man in men}
    for (man, drug), rows in sorted(counted.items()):
        if drug not in rulebook.drugs:
            continue
        stock = stock_of(rows, used.get((man, drug), ()), rulebook.dosing.forms)
        today = local_today(by_key[man], now)
        own = [plan for plan in decisive(plans[man]) if plan.drug == drug]
        ahead = _Ahead(own, moves.get(man, []), events.get((man, drug), []), now, today, rulebook)
        found[man].append(_holding(drug, stock, ahead))
    return found


@dataclass(frozen=True, slots=True)
class _Ahead:
    """What is needed to say which doses of one drug are still to be taken."""

    plans: Sequence[Plan]
    moves: Sequence[Move]
    events: Sequence[Event]
    now: datetime
    today: date
    rulebook: RuleBook

    def slots(self) -> list[Slot]:
        """From today on, without those that are logged and those whose time has passed."""
        rules = self.rulebook.dosing
        last = self.today + timedelta(days=rules.supply.horizon_days + 1)
        first = self.today - _BACK
        slots = [slot for plan in self.plans for slot in expected(plan, first, last, self.moves, rules.usual_times)]
        slots.sort(key=lambda slot: (slot.at, slot.number))
        taken = match(slots, self.events, rules.adherence)
        return [slot for number, slot in enumerate(slots) if number not in taken and slot.closes >= self.now]


def _holding(drug: str, stock: list[Stock], ahead: _Ahead) -> Holding:
    rules = ahead.rulebook.dosing
    unit = ahead.rulebook.drugs[drug].unit
    plan = next((plan for plan in ahead.plans if plan.holds(ahead.today)), None)
    if plan is None:
        return Holding(drug, unit, tuple(stock), None, None, None)
    doses = doses_left(stock, plan.dose, rules.forms)
    supply = None
    if plan.schedule.interval_hours is not None:
        supply = supply_of(stock, ahead.slots(), ahead.today, rules=rules, strength=plan.strength)
    return Holding(drug, unit, tuple(stock), plan.dose, doses, supply)


def _used(men: Sequence[int], since: datetime, rulebook: RuleBook) -> dict[tuple[int, str], list[Used]]:
    """What was taken from ``since`` on. A dose known to the day may have been the last thing of it, so it comes after a count.

    The strength is that of the regimen as it stands, where it was put right since.
    """
    taken = DoseEvent.objects.live().filter(patient__in=men, at__gte=since - _BACK).exclude(kind=DoseKind.SKIPPED)
    rows = list(taken.select_related("regimen"))
    standing = _as_they_stand([row.regimen for row in rows if row.regimen is not None and row.regimen.superseded_at])
    found: dict[tuple[int, str], list[Used]] = {}
    for row in rows:
        rule = rulebook.drugs.get(row.drug)
        if rule is None or row.amount_unit not in rule.units:
            continue
        regimen = row.regimen and standing.get((row.patient_id, row.regimen.client_id), row.regimen)
        strength = None
        if regimen is not None and regimen.strength_digits:
            strength = canonical(Decimal(regimen.strength_digits), regimen.dose_unit, rule)
        amount = canonical(Decimal(row.amount_digits), row.amount_unit, rule)
        precision = Precision(row.precision)
        at = Moment(row.at, precision, row.zone).latest if precision is Precision.DAY else row.at
        found.setdefault((row.patient_id, row.drug), []).append(Used(amount, at, strength))
    return found


def _as_they_stand(corrected: Sequence[Regimen]) -> dict[tuple[int, str], Regimen]:
    """By man and id what took the place of these. One query, and none where there are none."""
    if not corrected:
        return {}
    men, names = {row.patient_id for row in corrected}, {row.client_id for row in corrected}
    rows = Regimen.objects.live().filter(patient__in=men, client_id__in=names)
    return {(row.patient_id, row.client_id): row for row in rows}


def _counted(row: InventoryCount, rulebook: RuleBook) -> Counted:
    rule = rulebook.drugs.get(row.drug)
    content = Decimal(row.content_digits)
    if rule is not None and row.content_unit in rule.units:
        content = canonical(content, row.content_unit, rule)
    return Counted(StockKind(row.kind), row.form, content, Decimal(row.units_digits), row.at)


def _content(
    *,
    man: Patient,
    now: datetime,
    drug: str,
    units: object,
    content: object,
    form: str,
    counted_at: object,
    kind: str = StockKind.COUNT,
    zone: str | None = None,
    note: str = "",
) -> dict[str, Any]:
    rulebook = load_rulebook()
    found = Collector()
    known = found.run(_kind, kind)
    moment = found.run(
        read_moment, counted_at, man=man, now=now, zone=zone, precision=None, pointer="/counted_at", rulebook=rulebook
    )
    number = found.run(_units, units, known)
    found.run(_form, form, rulebook)
    rule = found.run(check_drug, drug, rulebook)
    each = found.run(read_amount, content, rule, pointer="/content") if rule is not None else None
    if each is not None and each.number <= 0:
        found.run(_nothing_in_it)
    found.raise_found()
    assert known is not None and moment is not None and number is not None and each is not None  # noqa: PT018  else raised
    return {
        "drug": drug,
        "kind": known.value,
        "form": form,
        "units_digits": number.digits,
        "content_digits": each.digits,
        "content_unit": each.unit,
        "at": moment.at,
        "precision": moment.precision.value,
        "zone": moment.zone,
        "note": note,
    }


def _kind(sent: str) -> StockKind:
    try:
        return StockKind(sent)
    except ValueError:
        raise problem(
            "/kind",
            "stock-kind-unknown",
            "'{received}' is neither a count nor a refill. Accepted: {accepted}.",
            received=str(sent)[:20],
            accepted=", ".join(StockKind),
        ) from None


def _units(sent: object, kind: StockKind | None) -> Value:
    units = parse_value(sent, "", pointer="/units")
    if units.comparator is not Comparator.EQUAL or (kind is StockKind.REFILL and units.number <= 0):
        text = "{received} is not a number of units. Accepted: a plain number, of a refill above 0."
        raise problem("/units", "units-unreadable", text, received=units.text)
    return units


def _form(sent: str, rulebook: RuleBook) -> None:
    if sent not in rulebook.dosing.forms:
        raise problem(
            "/form",
            "form-unknown",
            "'{received}' is not a form. Accepted: {accepted}.",
            received=sent[:20],
            accepted=", ".join(rulebook.dosing.forms),
        )


def _nothing_in_it() -> None:
    raise problem("/content", "content-empty", "A unit holds more than 0. Send what one of them holds, for example '1 mg'.")
