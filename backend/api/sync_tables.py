"""What phones see of notifications: when he wants to hear from us, what we said, what he answered."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from notifications import services
from notifications.models import Answer, InboxMessage, Preference
from tracking.domain.problems import problem
from tracking.models import Patient
from tracking.sync.columns import Choice, Clock, Flag, Instant, Json, Mark, Text, Until, Whole
from tracking.sync.table import Act, Table, instant

__all__ = ["OF_NOTIFICATIONS"]


class Ways(Json):
    """Ways by kind of due item."""

    def read(self, sent: Any) -> Any:
        ways = super().read(sent)
        are_ways = isinstance(ways, dict) and all(
            isinstance(of_kind, list) and all(isinstance(way, str) for way in of_kind) for of_kind in ways.values()
        )
        if not are_ways:
            raise self._refuse("invalid", "Accepted, as JSON text: {example}.", example='{"": ["push"]}')
        return ways


class Preferences(Table):
    """One row, named like the profile. Where he never stated one, it shows the defaults."""

    model = Preference
    columns = (
        Whole("preferred_hour", "0 to 23, in his time zone", required=True),
        Clock("quiet_from", "HH:MM, local time", required=True),
        Clock("quiet_until", "HH:MM; equal to quiet_from: no quiet hours", required=True),
        Flag("by_email", required=True),
        Ways("channels", "ways by kind of due item; the empty kind is every other"),
        Flag("digest", "what is due at the same time comes as one message"),
        Until("paused_until", "nothing before then but what is time-critical"),
        Text("language", most=8),
        Flag("discreet", "outside the app: that there is something, and no more"),
    )

    def changed(self, man: Patient, since: int) -> Iterable[Any]:
        row = services.preference_of(man.pk)
        return [row] if row.revision > since or since == 0 else []

    def standing(self, man: Patient, ids: Collection[str]) -> dict[str, Any]:
        return {str(man.uid): services.preference_of(man.pk)} if str(man.uid) in ids else {}

    def render(self, row: Preference, man: Patient) -> dict[str, Any]:
        return {
            "id": str(man.uid),
            "revision": row.revision,
            "preferred_hour": row.preferred_hour,
            "quiet_from": f"{row.quiet_from:%H:%M}",
            "quiet_until": f"{row.quiet_until:%H:%M}",
            "by_email": row.by_email,
            "channels": json.dumps(row.channels),
            "digest": row.digest,
            "paused_until": instant(row.paused_until),
            "language": row.language,
            "discreet": row.discreet,
        }

    def edit(self, act: Act, row: Preference, stated: dict[str, Any], differing: Collection[str]) -> bool:
        if "paused_until" not in differing and row.paused_until is not None and row.paused_until <= act.now:
            stated.pop("paused_until")  # a pause that is over is not stated anew with the rest of the row
        return services.set_preference(patient_id=act.man.pk, by=act.by, now=act.now, **stated).revision != row.revision


class Inbox(Table):
    """What the app told him. He marks a message as read by setting ``read_at``."""

    model = InboxMessage
    columns = (Mark("read_at", "set it where he has read it; the server dates it"),)
    shown = (
        *Table.shown,
        Text("title"),
        Text("body"),
        Instant("created_at"),
        Text("reminder_id", "what an answer names"),
    )

    def changed(self, man: Patient, since: int) -> Iterable[Any]:
        return services.inbox_of(man.pk).filter(revision__gt=since)

    def standing(self, man: Patient, ids: Collection[str]) -> dict[str, Any]:
        rows = {str(row.uid): row for row in super().standing(man, ids).values()}
        with_reminders = services.inbox_of(man.pk).in_bulk([row.pk for row in rows.values()])
        return {str(row.uid): row for row in with_reminders.values()}

    def render(self, row: InboxMessage, man: Patient) -> dict[str, Any]:
        return {
            "id": str(row.uid),
            "revision": row.revision,
            "title": row.title,
            "body": row.body,
            "created_at": instant(row.created_at),
            "read_at": instant(row.read_at),
            "reminder_id": str(row.reminder.uid),
        }

    def edit(self, act: Act, row: InboxMessage, stated: dict[str, Any], differing: Collection[str]) -> bool:
        if "read_at" not in stated:
            raise problem("/read_at", "stays-read", "What was read stays read.")
        services.mark_read(patient_id=act.man.pk, message_uid=row.uid, by=act.by, now=act.now)
        return True


class Answers(Table):
    """What he said to a reminder: an event, kept as it was said."""

    model = Answer
    columns = (
        Text("reminder_id", "of the message that he answers", required=True, most=36),
        Choice("answer", of=tuple(Answer.What.values), required=True),
        Until("until", "for snooze, and for snooze only"),
    )
    shown = (*Table.shown, Instant("at", "when the server heard of it"))

    def changed(self, man: Patient, since: int) -> Iterable[Any]:
        return Answer.objects.filter(patient_id=man.pk, revision__gt=since).select_related("reminder")

    def standing(self, man: Patient, ids: Collection[str]) -> dict[str, Any]:
        rows = Answer.objects.filter(patient_id=man.pk, client_id__in=ids).select_related("reminder")
        return {row.client_id: row for row in rows}

    def render(self, row: Answer, man: Patient) -> dict[str, Any]:
        return {
            "id": row.client_id,
            "revision": row.revision,
            "reminder_id": str(row.reminder.uid),
            "answer": row.what,
            "until": instant(row.until),
            "at": instant(row.at),
        }

    def add(self, act: Act, key: str, stated: dict[str, Any]) -> None:
        try:
            reminder = UUID(stated["reminder_id"])
        except ValueError:
            raise problem("/reminder_id", "uid-form", "Name the reminder as the message does: by a UUID.") from None
        kept = services.answer(
            patient_id=act.man.pk,
            reminder_uid=reminder,
            what=Answer.What(stated["answer"]),
            until=stated.get("until"),
            client_id=key,
            by=act.by,
            now=act.now,
        ).answer
        if kept.client_id != key:
            raise problem("", "answered-already", "This was answered in the same way before. Drop this row.", kind="conflict")

    def edit(self, act: Act, row: Answer, stated: dict[str, Any], differing: Collection[str]) -> bool:
        raise _kept_as_said()

    def remove(self, act: Act, row: Answer) -> bool:
        raise _kept_as_said()


def _kept_as_said() -> Exception:
    return problem("", "kept-as-said", "An answer is kept as it was said. Answer again instead.", kind="conflict")


OF_NOTIFICATIONS: tuple[Table, ...] = (Preferences(), Inbox(), Answers())
