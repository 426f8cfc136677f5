"""What he was expected to take beside what he logged. Reading only: nothing that is expected is ever taken for taken."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from django.db.models import Q, QuerySet

from tracking.domain.adherence import Adherence, Event, adherence, match
from tracking.domain.amounts import canonical
from tracking.domain.expected import Move, Plan, Slot, decisive, expected
from tracking.domain.history import DoseKind
from tracking.domain.reported import Moment, Precision
from tracking.domain.rulebook import RuleBook
from tracking.domain.sites import SiteUse, last_uses, suggested
from tracking.evidence import load_rulebook
from tracking.models import DoseEvent, Patient
from tracking.services.kept import Kept
from tracking.services.plans import moves_of, plans_of

__all__ = ["Expected", "SiteAdvice", "adherence_of", "events_of", "expected_of", "sites_for", "slots_of"]

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Expected:
    """One expected dose, and what he logged for it; None: nothing, and then it is not known whether he took it."""

    slot: Slot
    event: Event | None


@dataclass(frozen=True, slots=True)
class SiteAdvice:
    """The sites of a product with their last use, and the one suggested next; empty where the product has no sites."""

    suggested: str
    uses: tuple[SiteUse, ...]


# His plans and his moves, where somebody has read them already.
Known = tuple[Sequence[Plan], Sequence[Move]]


def expected_of(
    man: Patient, first: date, last: date, *, drug: str | None = None, known: Known | None = None
) -> list[Expected]:
    """The doses expected on the local days ``first`` to ``last``, in order of time, each with what was logged for it."""
    found = []
    for slots, events in _by_drug(man, first, last, drug, known).values():
        matched = match(slots, events, load_rulebook().dosing.adherence)
        found += [Expected(slot, matched.get(n)) for n, slot in enumerate(slots) if first <= slot.day <= last]
    return sorted(found, key=lambda one: (one.slot.at, one.slot.drug, one.slot.number))


def adherence_of(man: Patient, first: date, last: date, now: datetime, *, drug: str | None = None) -> dict[str, Adherence]:
    """By drug, over the local days ``first`` to ``last``; those that are expected or logged then."""
    rule = load_rulebook().dosing.adherence
    return {
        name: adherence(slots, events, (first, last), now, rule)
        for name, (slots, events) in sorted(_by_drug(man, first, last, drug).items())
        if any(first <= day <= last for day in (*(slot.day for slot in slots), *(event.day for event in events)))
    }


def sites_for(man: Patient, drug: str) -> SiteAdvice:
    """Every site by which a product is given, the one he used longest ago first; skipped doses used none."""
    rulebook = load_rulebook()
    sites = rulebook.dosing.sites_of(drug)
    # By what goes there, not by its name alone: a muscle that took one oil yesterday is not fresh for another.
    rows = DoseEvent.objects.live().filter(patient=man, site__in=sites).exclude(kind=DoseKind.SKIPPED)
    uses = last_uses(rows.order_by("site", "-at").distinct("site").values_list("site", "at"), sites)
    return SiteAdvice(suggested(uses), tuple(uses))


def slots_of(
    man: Patient, first: date, last: date, *, drug: str | None = None, known: Known | None = None
) -> dict[str, list[Slot]]:
    """The doses expected on local days, by drug, in order of time. Two queries, unless what they read is ``known``."""
    rulebook = load_rulebook()
    plans, moves = known or _known(man, drug, rulebook)
    found: dict[str, list[Slot]] = defaultdict(list)
    for plan in decisive(plans):
        found[plan.drug] += expected(plan, first, last, moves, rulebook.dosing.usual_times)
    return {name: sorted(slots, key=lambda slot: (slot.at, slot.number)) for name, slots in found.items() if slots}


def events_of(men: Sequence[int], start: datetime, end: datetime, rulebook: RuleBook) -> dict[tuple[int, str], list[Event]]:
    """What was logged from ``start`` until before ``end``, by man and drug, in order of time. One query."""
    rows = DoseEvent.objects.live().filter(patient__in=men, at__gte=start, at__lt=end)
    found: dict[tuple[int, str], list[Event]] = defaultdict(list)
    for row in rows.order_by("at", "pk"):
        found[row.patient_id, row.drug].append(_event(row, rulebook))
    return found


def _logged(patient_id: int, start: datetime, end: datetime) -> QuerySet[DoseEvent]:
    return DoseEvent.objects.live().filter(patient=patient_id, at__gte=start, at__lt=end).order_by("at", "pk")


# Of one man, which the home screen asks at each opening; of all drugs, and of one.
_LOGGED = Kept(_logged, int, datetime, datetime)
_OF_DRUG = Kept(lambda man, start, end, drug: _logged(man, start, end).filter(drug=drug), int, datetime, datetime, str)


def _known(man: Patient, drug: str | None, rulebook: RuleBook) -> Known:
    plans = plans_of([man.pk], rulebook, *([Q(drug=drug)] if drug else []))[man.pk]
    return plans, moves_of([man.pk]).get(man.pk, [])


def _by_drug(
    man: Patient, first: date, last: date, drug: str | None, known: Known | None = None
) -> dict[str, tuple[list[Slot], list[Event]]]:
    """Expected and logged doses with a margin on both sides, so that a dose near an end finds its own."""
    rulebook = load_rulebook()
    margin = timedelta(days=rulebook.dosing.adherence.most_days) + _DAY
    slots = slots_of(man, first - margin, last + margin, drug=drug, known=known)
    start, end = (datetime.combine(day, time(), UTC) for day in (first - margin, last + margin + _DAY))
    events: dict[str, list[Event]] = defaultdict(list)
    for row in _LOGGED.of(man.pk, start, end) if drug is None else _OF_DRUG.of(man.pk, start, end, drug):
        events[row.drug].append(_event(row, rulebook))
    return {name: (slots.get(name, []), events.get(name, [])) for name in {*slots, *events}}


def _event(row: DoseEvent, rulebook: RuleBook) -> Event:
    moment = Moment(row.at, Precision(row.precision), row.zone)
    rule = rulebook.drugs.get(row.drug)
    amount = Decimal(row.amount_digits) if row.amount_digits else None
    if amount is not None and rule is not None and row.amount_unit in rule.units:
        amount = canonical(amount, row.amount_unit, rule)
    return Event(
        key=str(row.uid),
        kind=DoseKind(row.kind),
        amount=amount,
        first=moment.at,
        last=moment.latest,
        day=moment.local.date(),
        name=row.client_id,
        is_dated=moment.precision in (Precision.MINUTE, Precision.DAY),
    )
