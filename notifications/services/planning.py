"""Which reminders are to come. Planned from due items whenever they have news, and again when his hours or ways change.

Everything here writes to one man's reminders and holds his lock while it does.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from notifications.domain.hours import Hours, zone_named
from notifications.domain.stages import DueDays, Round, Sending, Stage, is_reminded, round_for, sendings
from notifications.models import Answer, Preference, Reminder, Via
from tracking.services import due
from tracking.services.access import Actor, acting_as, contact, lock_patients

log = logging.getLogger(__name__)

PLANNER = Actor.system("planner")
PAGE = 500
# One sweep plans for so many men; the next goes on.
MOST_MEN = 5000

_State = Reminder.State


@dataclass(frozen=True, slots=True)
class Circumstances:
    """How one man is reminded: his hours, his zone, his ways."""

    patient_id: int
    hours: Hours
    zone: ZoneInfo
    ways: frozenset[Via]


@dataclass(slots=True)
class Planned:
    """What one sweep did. ``busy`` men were being written to and are looked at again next time."""

    men: int = 0
    busy: int = 0
    failed: int = 0


@dataclass(slots=True)
class _Changes:
    new: list[Reminder] = field(default_factory=list)
    moved: list[Reminder] = field(default_factory=list)
    stopped: list[Reminder] = field(default_factory=list)


def plan(*, now: datetime, limit: int = MOST_MEN) -> Planned:
    """Take notice of every due item that changed, each man in a transaction of his own.

    Safe to run late, twice, and in two places at once: a man is planned for by whoever holds his lock, and once.
    """
    done = Planned()
    above = 0
    for _ in range(0, limit, PAGE):
        with acting_as(PLANNER):
            page = due.patients_with_news(limit=min(PAGE, limit), above_id=above)
        for patient_id in page:
            _plan_one(patient_id, now, done)
        if len(page) < PAGE:
            break
        above = page[-1]
    return done


def _plan_one(patient_id: int, now: datetime, done: Planned) -> None:
    try:
        with acting_as(PLANNER):
            if not lock_patients([patient_id], skip_locked=True):
                done.busy += 1
                return
            notices = due.unannounced(patient_id)
            _plan_for(patient_id, notices, now)
            due.mark_announced({notice.id: notice.version for notice in notices})
    except Exception:
        # One man's trouble must not stop the reminders of all who come after him.
        log.exception("reminders could not be planned", extra={"patient_id": patient_id})
        done.failed += 1
    else:
        done.men += 1


def replan(*, patient_id: int, now: datetime) -> None:
    """Move what is planned for this man to his present zone, hours and ways. Call it holding his lock."""
    planned = Reminder.objects.filter(patient_id=patient_id, state=_State.PLANNED)
    items = planned.order_by("due_item_id").values_list("due_item_id", flat=True).distinct()
    _plan_for(patient_id, [notice for item in items if (notice := due.notice(item)) is not None], now)


def begin_round(*, notice: due.DueNotice, round_: Round, now: datetime) -> None:
    """Leave the rounds before this one and plan it. Call it holding his lock."""
    man = circumstances(notice.patient_id)
    changes = _Changes()
    if man is not None:
        _fit(man, notice, _history([notice])[notice.id], round_, changes, now=now)
    _store(changes)


def circumstances(patient_id: int) -> Circumstances | None:
    """How he is reminded, or None where he cannot be: a record without an account. An unreadable zone raises ValueError."""
    reached = contact(patient_id)
    if reached is None:
        return None
    zone = zone_named(reached.zone)
    if zone is None:
        raise ValueError(f"the time zone of patient {patient_id} is unreadable")
    preference = Preference.objects.filter(patient_id=patient_id).first() or Preference()
    ways = preference.ways if reached.email else frozenset({Via.INBOX})
    return Circumstances(patient_id, preference.hours, zone, ways)


def _plan_for(patient_id: int, notices: list[due.DueNotice], now: datetime) -> None:
    man = circumstances(patient_id)
    if man is None or not notices:
        return
    history = _history(notices)
    is_done = set(Answer.objects.filter(due_item_id__in=history, what=Answer.What.DONE).values_list("due_item_id", "round"))
    changes = _Changes()
    for notice in notices:
        past = history[notice.id]
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


def _history(notices: list[due.DueNotice]) -> Mapping[int, list[Reminder]]:
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
    days = DueDays(notice.opens_on, notice.due_on, notice.overdue_on)
    wanted = {
        (sending.stage, way): sending for sending in sendings(round_, days, man.hours, man.zone) for way in sorted(man.ways)
    }
    rows = {(Stage(row.stage), Via(row.channel)): row for row in past if row.round == round_.number}
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


def _new(notice: due.DueNotice, round_: Round, sending: Sending, way: Via) -> Reminder:
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
