"""Which reminders are to come. Planned from due items whenever they have news, and again when his hours or ways change.

Everything here writes to men's reminders and holds their locks while it does. A batch of men costs a constant number of
queries.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from notifications.catalogue import rule_for
from notifications.domain.stages import DueDays, Round, Sending, Stage, is_reminded, round_for, sendings
from notifications.models import Answer, Reminder
from notifications.services.people import Circumstances, circumstances_of
from tracking.services import due
from tracking.services.access import Actor, acting_as, lock_patients

log = logging.getLogger(__name__)

PLANNER = Actor.system("planner")
# Men planned for in one transaction: their locks are held for as long.
BATCH = 100
# One sweep plans for so many men; the next goes on.
MOST_MEN = 20_000

_State = Reminder.State


@dataclass(slots=True)
class Planned:
    """What one sweep did. ``busy`` men were being written to and are looked at again next time."""

    men: int = 0
    busy: int = 0
    failed: int = 0

    def add(self, other: Planned) -> None:
        self.men, self.busy, self.failed = self.men + other.men, self.busy + other.busy, self.failed + other.failed


@dataclass(slots=True)
class _Changes:
    new: list[Reminder] = field(default_factory=list)
    moved: list[Reminder] = field(default_factory=list)
    stopped: list[Reminder] = field(default_factory=list)


def plan(*, now: datetime, limit: int = MOST_MEN) -> Planned:
    """Take notice of every due item that changed, a batch of men in a transaction.

    Safe to run late, twice, and in two places at once: a man is planned for by whoever holds his lock, and once.
    """
    done = Planned()
    above = 0
    for _ in range(0, limit, BATCH):
        with acting_as(PLANNER):
            batch = due.patients_with_news(limit=min(BATCH, limit), above_id=above)
        if batch:
            _plan_batch(batch, now, done)
        if len(batch) < BATCH:
            break
        above = batch[-1]
    return done


def _plan_batch(batch: Sequence[int], now: datetime, done: Planned) -> None:
    try:
        done.add(_plan_men(batch, now))
    except Exception:
        # One man's trouble must not stop the reminders of all the others: whoever it is, is found out one by one.
        if len(batch) > 1:
            for patient_id in batch:
                _plan_batch([patient_id], now, done)
            return
        log.exception("reminders could not be planned", extra={"patient_id": batch[0]})
        done.failed += 1


def _plan_men(batch: Sequence[int], now: datetime) -> Planned:
    with acting_as(PLANNER):
        men = lock_patients(batch, skip_locked=True)
        notices = due.unannounced(men)
        unreadable = _plan_for(notices, now)
        due.mark_announced({notice.id: notice.version for notice in notices if notice.patient_id not in unreadable})
    for patient_id in sorted(unreadable):
        log.error("reminders could not be planned: his time zone is unreadable", extra={"patient_id": patient_id})
    return Planned(men=len(men) - len(unreadable), busy=len(batch) - len(men), failed=len(unreadable))


def replan(*, patient_id: int, now: datetime) -> None:
    """Move what is planned for this man to his present zone, hours and ways. Call it holding his lock."""
    planned = Reminder.objects.filter(patient_id=patient_id, state=_State.PLANNED)
    items = due.notices(planned.values_list("due_item_id", flat=True).distinct())
    _plan_for([items[item_id] for item_id in sorted(items)], now)


def begin_round(*, notice: due.DueNotice, round_: Round, now: datetime) -> None:
    """Leave the rounds before this one and plan it. Call it holding his lock. An unreadable zone raises ValueError."""
    man = circumstances_of([notice.patient_id]).get(notice.patient_id)
    if man is None:
        return
    if man.zone is None:
        raise ValueError(f"the time zone of patient {notice.patient_id} is unreadable")
    changes = _Changes()
    _fit(man, notice, _history([notice])[notice.id], round_, changes, now=now)
    _store(changes)


def _plan_for(notices: Sequence[due.DueNotice], now: datetime) -> set[int]:
    """Returns the men for whom nothing could be planned, because their zone is unreadable."""
    people = circumstances_of({notice.patient_id for notice in notices})
    history = _history(notices)
    is_done = set(Answer.objects.filter(due_item_id__in=history, what=Answer.What.DONE).values_list("due_item_id", "round"))
    changes = _Changes()
    unreadable = set()
    for notice in notices:
        man, past = people.get(notice.patient_id), history[notice.id]
        if man is None:
            continue
        if man.zone is None:
            unreadable.add(notice.patient_id)
            continue
        if not (notice.is_open and is_reminded(notice.kind, notice.audience)):
            _stop((row for row in past if row.state == _State.PLANNED), _State.SILENCED, changes)
            continue
        round_ = round_for(
            now,
            past=_latest_round(past, is_done),
            told_due_on=_told_due_on(past),
            due_on=notice.due_on,
            resend_after_days=notice.resend_after_days,
        )
        _fit(man, notice, past, round_, changes, now=now)
    _store(changes)
    return unreadable


def _history(notices: Sequence[due.DueNotice]) -> Mapping[int, list[Reminder]]:
    by_item: defaultdict[int, list[Reminder]] = defaultdict(list)
    by_item.update({notice.id: [] for notice in notices})
    for row in Reminder.objects.filter(due_item_id__in=list(by_item)).order_by("round", "id"):
        by_item[row.due_item_id].append(row)
    return by_item


def _latest_round(past: list[Reminder], is_done: set[tuple[int, int]]) -> Round | None:
    if not past:
        return None
    row = past[-1]
    return Round(row.round, row.round_began_at, row.snoozed_until, is_done=(row.due_item_id, row.round) in is_done)


def _told_due_on(past: list[Reminder]) -> date | None:
    """The due date he was told last in the latest round; None while nothing of that round has reached him."""
    told = [row for row in past if row.round == past[-1].round and row.state in Reminder.SETTLED]
    return max(told, key=lambda row: (row.claimed_at is not None, row.claimed_at or row.send_at)).due_on if told else None


def _fit(
    man: Circumstances, notice: due.DueNotice, past: list[Reminder], round_: Round, changes: _Changes, *, now: datetime
) -> None:
    """Note what must change so that exactly the messages of this round stand, except those that are settled."""
    zone = man.zone
    assert zone is not None, "nobody is planned for by a zone that cannot be read"
    days = DueDays(notice.opens_on, notice.due_on, notice.overdue_on)
    ways = man.ways(notice.kind, time_critical=notice.time_critical)
    wanted = {
        (sending.stage, way): sending
        for sending in sendings(round_, days, man.hours, zone, rule_for(notice.kind))
        for way in sorted(ways)
    }
    rows = {(Stage(row.stage), row.channel): row for row in past if row.round == round_.number}
    left = [row for row in past if row.round < round_.number] + [row for key, row in rows.items() if key not in wanted]
    _stop((row for row in left if row.state == _State.PLANNED), _State.SUPERSEDED, changes)
    told = {stage for (stage, _), row in rows.items() if row.state in Reminder.SETTLED}
    for (stage, way), sending in wanted.items():
        row = rows.get((stage, way))
        if row is not None and row.state == _State.PLANNED:
            _move(row, sending, notice.due_on, changes)
        elif stage in told or sending.expires_at <= now:
            continue  # told once by any way is told; and what is over is not begun
        elif row is not None:
            row.state = _State.PLANNED
            _move(row, sending, notice.due_on, changes, revive=True)
        else:
            changes.new.append(_new(notice, round_, sending, way))


def _new(notice: due.DueNotice, round_: Round, sending: Sending, way: str) -> Reminder:
    return Reminder(
        patient_id=notice.patient_id,
        due_item_id=notice.id,
        kind=notice.kind,
        stage=sending.stage,
        channel=way,
        round=round_.number,
        round_began_at=round_.began_at,
        snoozed_until=round_.snoozed_until,
        due_on=notice.due_on,
        send_at=sending.send_at,
        expires_at=sending.expires_at,
    )


def _move(row: Reminder, sending: Sending, due_on: date, changes: _Changes, *, revive: bool = False) -> None:
    if revive or (row.send_at, row.expires_at, row.due_on) != (sending.send_at, sending.expires_at, due_on):
        row.send_at, row.expires_at, row.due_on = sending.send_at, sending.expires_at, due_on
        changes.moved.append(row)


def _stop(rows: Iterable[Reminder], state: Reminder.State, changes: _Changes) -> None:
    for row in rows:
        row.state = state
        changes.stopped.append(row)


def _store(changes: _Changes) -> None:
    Reminder.objects.bulk_update(changes.stopped, ["state"])
    Reminder.objects.bulk_update(changes.moved, ["state", "send_at", "expires_at", "due_on"])
    Reminder.objects.bulk_create(changes.new)
