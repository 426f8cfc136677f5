"""What reminders speak of, as it is now: a due item, an expected dose, a drug that runs out. Asked for many at once.

A due item is a row of tracking. Doses and refills are no rows (docs/adr/0034): they are known here by an occasion, which is a
name made of what tracking calls them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from notifications.catalogue import rule_for
from notifications.domain.doses import DOSE, REFILL
from notifications.domain.stages import DueDays
from notifications.models import Reminder
from tracking.services import doses_due, due

Key = tuple[int, int | None, str]


@dataclass(frozen=True, slots=True)
class Subject:
    """One thing to be reminded of. Either ``due_item_id`` or ``occasion`` names it. ``days`` None: it is a matter of hours."""

    patient_id: int
    due_item_id: int | None
    occasion: str
    kind: str
    due_on: date
    is_open: bool
    time_critical: bool = False
    days: DueDays | None = None
    resend_after_days: int = 0

    @property
    def key(self) -> Key:
        return (self.patient_id, self.due_item_id, self.occasion)


def of_item(notice: due.DueNotice) -> Subject:
    return Subject(
        patient_id=notice.patient_id,
        due_item_id=notice.id,
        occasion="",
        kind=notice.kind,
        due_on=notice.due_on,
        is_open=notice.is_open,
        time_critical=notice.time_critical,
        days=DueDays(notice.opens_on, notice.due_on, notice.overdue_on),
        resend_after_days=notice.resend_after_days,
    )


def of_dose(notice: doses_due.DoseNotice) -> Subject:
    occasion = f"{DOSE}:{notice.regimen}:{notice.day.isoformat()}:{notice.number}"
    return Subject(notice.patient_id, None, occasion, DOSE, notice.day, is_open=True)


def of_refill(notice: doses_due.RefillNotice) -> Subject:
    """Due on the day of the refill, overdue when nothing is left."""
    days = DueDays(notice.refill_on, notice.refill_on, max(notice.refill_on, notice.runs_out_on))
    again = rule_for(REFILL).resend_after_days
    occasion = f"{REFILL}:{notice.key}"
    return Subject(
        notice.patient_id, None, occasion, REFILL, notice.refill_on, is_open=True, days=days, resend_after_days=again
    )


def subjects_of(reminders: Iterable[Reminder], now: datetime) -> dict[int, Subject]:
    """By reminder; what is not there (any more), or was logged, is left out. The number of queries does not grow with them."""
    rows = list(reminders)
    found = {subject.key: subject for subject in _items(rows)}
    found |= {subject.key: subject for subject in _doses([row for row in rows if row.kind == DOSE and row.occasion])}
    found |= {subject.key: subject for subject in _refills([row for row in rows if row.kind == REFILL and row.occasion], now)}
    return {row.pk: found[row.subject] for row in rows if row.subject in found}


def _items(rows: Sequence[Reminder]) -> list[Subject]:
    ids = {row.due_item_id for row in rows if row.due_item_id is not None}
    return [of_item(notice) for notice in due.notices(ids).values()] if ids else []


def _doses(rows: Sequence[Reminder]) -> list[Subject]:
    if not rows:
        return []
    # Local days; no zone is further than a day from UTC, and the clock may have jumped.
    start = datetime.combine(min(row.due_on for row in rows) - timedelta(days=1), time(), UTC)
    end = datetime.combine(max(row.due_on for row in rows) + timedelta(days=3), time(), UTC)
    return [of_dose(notice) for notice in doses_due.open_doses(sorted({row.patient_id for row in rows}), start, end)]


def _refills(rows: Sequence[Reminder], now: datetime) -> list[Subject]:
    men = sorted({row.patient_id for row in rows})
    return [of_refill(notice) for notice in doses_due.refills(men, now)] if men else []
