"""Making the rows of reminders say what is planned: what is new is added, what moved is moved, what is not wanted is stopped.

Call everything here holding the locks of the men.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from notifications.catalogue import rule_for
from notifications.domain.stages import Round, Sending, Stage, round_for, sendings
from notifications.models import Answer, Reminder
from notifications.services.people import Circumstances, circumstances_of
from notifications.services.subjects import Key, Subject

__all__ = ["Changes", "History", "Key", "begin_round", "by_way", "done_rounds", "fit", "fit_round", "history_of", "stop"]

_State = Reminder.State
History = Mapping[Key, Sequence[Reminder]]
Wanted = Mapping[tuple[Stage, str], Sending]


@dataclass(slots=True)
class Changes:
    new: list[Reminder] = field(default_factory=list)
    moved: list[Reminder] = field(default_factory=list)
    stopped: list[Reminder] = field(default_factory=list)

    def store(self) -> None:
        Reminder.objects.bulk_update(self.stopped, ["state"])
        Reminder.objects.bulk_update(self.moved, ["state", "send_at", "expires_at", "due_on"])
        Reminder.objects.bulk_create(self.new)


def history_of(rows: Iterable[Reminder]) -> defaultdict[Key, list[Reminder]]:
    """By what they speak of; the rows come in order of round and id."""
    found: defaultdict[Key, list[Reminder]] = defaultdict(list)
    for row in rows:
        found[row.subject].append(row)
    return found


def done_rounds(answers: Iterable[Answer]) -> set[tuple[Key, int]]:
    """The rounds that he said are done."""
    return {(answer.subject, answer.round) for answer in answers}


def fit_round(
    man: Circumstances,
    subject: Subject,
    past: Sequence[Reminder],
    done: Collection[tuple[Key, int]],
    changes: Changes,
    *,
    now: datetime,
) -> None:
    """Note what must change so that the messages of the round that it is in now stand, except those that are settled."""
    round_ = round_for(
        now,
        past=_latest_round(past, done),
        told_due_on=_told_due_on(past),
        due_on=subject.due_on,
        resend_after_days=subject.resend_after_days,
    )
    fit(subject, past, round_, wanted_in(man, subject, round_), changes, now=now)


def begin_round(subject: Subject, round_: Round, now: datetime) -> None:
    """Leave the rounds before this one and plan it. An unreadable zone raises ValueError."""
    man = circumstances_of([subject.patient_id]).get(subject.patient_id)
    if man is None:
        return
    if man.zone is None:
        raise ValueError(f"the time zone of patient {subject.patient_id} is unreadable")
    past = Reminder.objects.filter(
        patient_id=subject.patient_id, due_item_id=subject.due_item_id, occasion=subject.occasion
    ).order_by("round", "id")
    changes = Changes()
    fit(subject, list(past), round_, wanted_in(man, subject, round_), changes, now=now)
    changes.store()


def wanted_in(man: Circumstances, subject: Subject, round_: Round) -> Wanted:
    """The messages of a round, by stage and way."""
    zone = man.zone
    assert zone is not None, "nobody is planned for by a zone that cannot be read"
    assert subject.days is not None, "a matter of hours has no rounds"
    planned = sendings(round_, subject.days, man.hours, zone, rule_for(subject.kind))
    return by_way(planned, man, subject)


def by_way(planned: Iterable[Sending], man: Circumstances, subject: Subject) -> Wanted:
    ways = sorted(man.ways(subject.kind, time_critical=subject.time_critical))
    return {(sending.stage, way): sending for sending in planned for way in ways}


def fit(subject: Subject, past: Sequence[Reminder], round_: Round, wanted: Wanted, changes: Changes, *, now: datetime) -> None:
    """Note what must change so that exactly these messages stand, except those that are settled."""
    rows = {(Stage(row.stage), row.channel): row for row in past if row.round == round_.number}
    left = [row for row in past if row.round < round_.number] + [row for key, row in rows.items() if key not in wanted]
    stop((row for row in left if row.state == _State.PLANNED), _State.SUPERSEDED, changes)
    told = {stage for (stage, _), row in rows.items() if row.state in Reminder.SETTLED}
    for (stage, way), sending in wanted.items():
        row = rows.get((stage, way))
        if row is not None and row.state == _State.PLANNED:
            _move(row, sending, subject.due_on, changes)
        elif stage in told or sending.expires_at <= now:
            continue  # told once by any way is told; and what is over is not begun
        elif row is not None:
            row.state = _State.PLANNED
            _move(row, sending, subject.due_on, changes, revive=True)
        else:
            changes.new.append(_new(subject, round_, sending, way))


def stop(rows: Iterable[Reminder], state: Reminder.State, changes: Changes) -> None:
    for row in rows:
        row.state = state
        changes.stopped.append(row)


def _latest_round(past: Sequence[Reminder], done: Collection[tuple[Key, int]]) -> Round | None:
    if not past:
        return None
    row = past[-1]
    return Round(row.round, row.round_began_at, row.snoozed_until, is_done=(row.subject, row.round) in done)


def _told_due_on(past: Sequence[Reminder]) -> date | None:
    """The due date he was told last in the latest round; None while nothing of that round has reached him."""
    told = [row for row in past if row.round == past[-1].round and row.state in Reminder.SETTLED]
    return max(told, key=lambda row: (row.claimed_at is not None, row.claimed_at or row.send_at)).due_on if told else None


def _new(subject: Subject, round_: Round, sending: Sending, way: str) -> Reminder:
    return Reminder(
        patient_id=subject.patient_id,
        due_item_id=subject.due_item_id,
        occasion=subject.occasion,
        kind=subject.kind,
        stage=sending.stage,
        channel=way,
        round=round_.number,
        round_began_at=round_.began_at,
        snoozed_until=round_.snoozed_until,
        due_on=subject.due_on,
        send_at=sending.send_at,
        expires_at=sending.expires_at,
    )


def _move(row: Reminder, sending: Sending, due_on: date, changes: Changes, *, revive: bool = False) -> None:
    if revive or (row.send_at, row.expires_at, row.due_on) != (sending.send_at, sending.expires_at, due_on):
        row.send_at, row.expires_at, row.due_on = sending.send_at, sending.expires_at, due_on
        changes.moved.append(row)
