"""What reminders ask about doses: which are expected in a window and not logged, and when a refill is due.

Reminders know doses only through the functions here. They name no drug and no amount: what a lock screen says is not decided by
what is due. A dose is a row of the calendar and not of a table, so it is asked for by window and has no state of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q

from tracking.domain.adherence import match
from tracking.domain.expected import Slot, expected_between
from tracking.evidence import load_rulebook
from tracking.models import InventoryCount, Patient, Regimen
from tracking.services.intake import events_of
from tracking.services.inventory import holdings_of
from tracking.services.plans import moves_of, plans_of

__all__ = ["DoseNotice", "RefillNotice", "men_with_doses", "men_with_stock", "open_doses", "refills", "still_open"]

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class DoseNotice:
    """An expected dose as a reminder sees it. (patient, regimen, day, number) names it for good; ``regimen`` is a uid.

    ``at`` is an instant; ``timed`` False: only the day is stated, and it may be taken at any time of it until ``closes_at``.
    """

    patient_id: int
    regimen: str
    day: date
    number: int
    at: datetime
    closes_at: datetime
    timed: bool
    zone: str


@dataclass(frozen=True, slots=True)
class RefillNotice:
    """A drug that runs out. ``key`` names the drug; dates are local to ``zone``."""

    patient_id: int
    key: str
    refill_on: date
    runs_out_on: date
    zone: str


def men_with_doses(start: datetime, end: datetime, *, limit: int, above_id: int = 0) -> list[int]:
    """Ids, ascending, of men with a regimen in force at any time of the window. Statistical records have none."""
    rows = Regimen.objects.live().filter(_in_force(start, end), patient_id__gt=above_id, patient__is_statistical=False)
    return list(rows.order_by("patient_id").values_list("patient_id", flat=True).distinct()[:limit])


def open_doses(men: Sequence[int], start: datetime, end: datetime) -> list[DoseNotice]:
    """The doses of these men with ``start`` <= at < ``end`` for which nothing is logged yet, by man and time.

    Three queries, however many men; the calendar is walked over the window and a margin, never from the beginning.
    """
    rulebook = load_rulebook()
    rule = rulebook.dosing.adherence
    margin = timedelta(days=rule.most_days)
    low, high = start - margin, end + margin
    plans, moves = plans_of(men, rulebook, _in_force(low, high)), moves_of(men)
    events = events_of(men, low, high, rulebook)
    found: list[DoseNotice] = []
    for man in sorted(men):
        slots = expected_between(plans[man], low, high, moves.get(man, []), rulebook.dosing.usual_times)
        by_drug: dict[str, list[Slot]] = {}
        for slot in slots:
            by_drug.setdefault(slot.drug, []).append(slot)
        answered = {
            (slot.regimen, slot.day, slot.number)
            for drug, of_drug in by_drug.items()
            for slot in (of_drug[number] for number in match(of_drug, events.get((man, drug), ()), rule))
        }
        wanted = (slot for slot in slots if start <= slot.at < end)
        found += [_notice(man, s) for s in wanted if (s.regimen, s.day, s.number) not in answered]
    return found


def still_open(dose: DoseNotice) -> bool:
    """Asked at the claim and again just before the send: a dose that was logged, or whose regimen changed, has silenced it."""
    return dose in open_doses([dose.patient_id], dose.at, dose.at + timedelta(seconds=1))


def men_with_stock(*, limit: int, above_id: int = 0) -> list[int]:
    """Ids, ascending, of men who counted anything. Statistical records have none."""
    rows = InventoryCount.objects.live().filter(patient_id__gt=above_id, patient__is_statistical=False)
    return list(rows.order_by("patient_id").values_list("patient_id", flat=True).distinct()[:limit])


def refills(men: Iterable[int], now: datetime) -> list[RefillNotice]:
    """What runs out for these men, by man and drug, however far ahead. Eight queries, however many men."""
    rows = list(Patient.objects.filter(pk__in=men).order_by("pk"))
    held = holdings_of(rows, now)
    return [
        RefillNotice(man.pk, holding.drug, supply.refill_on, supply.runs_out_on, man.zone)
        for man in rows
        for holding in held[man.pk]
        if (supply := holding.supply) is not None and supply.refill_on is not None and supply.runs_out_on is not None
    ]


def _in_force(start: datetime, end: datetime) -> Q:
    """No zone is further than a day from UTC."""
    first, last = (start - _DAY).date(), (end + _DAY).date()
    return Q(starts_on__lte=last) & (Q(ends_on=None) | Q(ends_on__gt=first))


def _notice(man: int, slot: Slot) -> DoseNotice:
    return DoseNotice(man, slot.regimen, slot.day, slot.number, slot.at, slot.closes, slot.timed, slot.zone)
