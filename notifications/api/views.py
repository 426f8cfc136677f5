"""What he is reminded of, what he found in his inbox, and when he wants to hear from us. All of it is his own alone."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from notifications import services
from notifications.catalogue import LANGUAGES
from notifications.channels import CHANNELS
from notifications.models import Answer, InboxMessage, Preference, Reminder
from tracking.api.base import (
    CHANGED_PAGE,
    PAGE,
    PERIOD,
    Category,
    ClientId,
    Clock,
    Flag,
    Input,
    Instant,
    Operation,
    Output,
    Query,
    RecordView,
    Text,
    Whole,
    flag,
    in_period,
    page,
    page_of,
)
from tracking.services import due
from tracking.services.access import not_found
from tracking.services.owned import problem

__all__ = ["Answers", "Inbox", "Preferences", "ReadMark", "Reminders"]


class ReminderAnswerInput(Input):
    answer = Text(max_length=10, help_text=", ".join(Answer.What.values))
    until = Instant(required=False, help_text="for snooze, and for snooze only")
    client_id = ClientId()


class Ways(serializers.DictField):
    """Lists of ways by kind."""

    child = serializers.ListField(child=Text(max_length=8), max_length=10)


class PreferenceInput(Input):
    preferred_hour = Whole(help_text="0 to 23, in his time zone")
    quiet_from = Clock()
    quiet_until = Clock(help_text="equal to quiet_from: no quiet hours")
    by_email = Flag(required=False, help_text="left out: as it was")
    channels = Ways(
        required=False,
        help_text=f"by kind, the empty one being every other; naming dose asks to be reminded of doses: {', '.join(CHANNELS)}",
    )
    digest = Flag(required=False, help_text="what is due at the same time as one message; left out: as it was")
    paused_until = Instant(required=False, help_text="nothing before then, except what is time-critical; left out: no pause")
    language = Text(required=False, max_length=8, help_text=f"{', '.join(LANGUAGES)}; left out: as it was")
    discreet = Flag(required=False, help_text="outside the app: only that there is something; left out: as it was")


class ReminderRow(Output):
    id = serializers.CharField()
    uid = serializers.UUIDField()
    due_item = serializers.UUIDField(allow_null=True, help_text="null: an expected dose or a refill")
    kind = serializers.CharField()
    round = serializers.IntegerField(help_text="rises when an answer, or a due date that moved far, begins it anew")
    stage = serializers.CharField(help_text="before, on, after or overdue")
    due_on = serializers.DateField()
    send_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    state = serializers.ChoiceField(Reminder.State.values, help_text="planned: still to come; claimed: told and not answered")


class InboxRow(Output):
    id = serializers.CharField()
    uid = serializers.UUIDField()
    revision = serializers.IntegerField()
    title = serializers.CharField()
    body = serializers.CharField()
    created_at = serializers.DateTimeField()
    read_at = serializers.DateTimeField(allow_null=True)
    reminder = serializers.UUIDField(help_text="the reminder that it can be answered by")


class ReminderAnswerRow(Output):
    id = serializers.CharField()
    uid = serializers.UUIDField()
    revision = serializers.IntegerField()
    answer = serializers.ChoiceField(Answer.What.values)
    until = serializers.DateTimeField(allow_null=True)
    at = serializers.DateTimeField()
    next_at = serializers.DateTimeField(allow_null=True, help_text="when he is next reminded of it; null: not any more")


class PreferenceRow(Output):
    revision = serializers.IntegerField(help_text="0: never stated, these are the defaults")
    preferred_hour = serializers.IntegerField()
    quiet_from = serializers.RegexField(r"^\d\d:\d\d$")
    quiet_until = serializers.RegexField(r"^\d\d:\d\d$")
    by_email = serializers.BooleanField()
    channels = serializers.DictField(child=serializers.ListField(child=serializers.CharField()))
    digest = serializers.BooleanField()
    paused_until = serializers.DateTimeField(allow_null=True)
    language = serializers.CharField()
    discreet = serializers.BooleanField()


class Reminders(RecordView):
    """His reminders."""

    category = Category.OWN
    operations = {
        "GET": Operation(
            "List reminders to come and unanswered, the latest first",
            page_of(ReminderRow),
            query=PAGE,
            description="With the due item that each is about.",
        )
    }

    def get(self, _request: Request) -> Response:
        found, following = page(services.reminders_of(self.patient().pk), self.request, self.query, by="send_at")
        items = due.uids({row.due_item_id for row in found if row.due_item_id is not None})
        return Response({"next": following, "results": [_reminder(row, items.get(row.due_item_id or 0)) for row in found]})


class Answers(RecordView):
    """What he says to a reminder."""

    category = Category.OWN
    operations = {
        "POST": Operation(
            "Answer a reminder",
            ReminderAnswerRow,
            ReminderAnswerInput,
            etag=True,
            description=(
                "`done`: nothing more in this round. `not_now`: nothing more of this stage, and the next comes as "
                "planned. `snooze`: again at `until`, at most 28 days ahead. The same answer again changes nothing."
            ),
        )
    }

    def post(self, _request: Request, **kwargs: Any) -> Response:
        man = self.patient()
        if not Reminder.objects.filter(patient_id=man.pk, uid=kwargs["uid"]).exists():
            raise not_found("reminder")
        sent = self.sent(ReminderAnswerInput)
        done = services.answer(
            patient_id=man.pk,
            reminder_uid=kwargs["uid"],
            what=_what(sent["answer"]),
            until=sent.get("until"),
            client_id=sent.get("client_id"),
            by=self.actor,
            now=self.now,
        )
        return self.row(_answer(done))


UNREAD = Query("unread", "true: only what he has not read", {"type": "boolean"})


class Inbox(RecordView):
    """His messages."""

    category = Category.OWN
    operations = {
        "GET": Operation(
            "List messages, newest first",
            page_of(InboxRow),
            query=(UNREAD, *PERIOD, *CHANGED_PAGE),
            description="What reminders said. The inbox has every message, also those that went by push or e-mail too.",
        ),
    }

    def get(self, _request: Request) -> Response:
        man = self.patient()
        rows = in_period(services.inbox_of(man.pk), self.query, "created_at", man.zone)
        return self.page(rows.filter(read_at=None) if flag(self.query, "unread") else rows, _message, by="created_at")


class ReadMark(RecordView):
    """That he read a message."""

    category = Category.OWN
    operations = {
        "POST": Operation(
            "Mark a message as read; the first time counts",
            InboxRow,
            etag=True,
            description="The inbox counter of the home screen falls at once.",
        )
    }

    def post(self, _request: Request, **kwargs: Any) -> Response:
        message = services.mark_read(patient_id=self.patient().pk, message_uid=kwargs["uid"], by=self.actor, now=self.now)
        return self.row(_message(message))


class Preferences(RecordView):
    """When and how he wants to hear from us."""

    category = Category.OWN
    operations = {
        "GET": Operation(
            "Read the preferences", PreferenceRow, etag=True, description="How, when and in which language reminders reach him."
        ),
        "PUT": Operation(
            "State the preferences, all of them anew",
            PreferenceRow,
            PreferenceInput,
            etag=True,
            description="Quiet hours are local times of his zone; a channel that is off is not used by any reminder.",
        ),
    }

    def get(self, _request: Request) -> Response:
        return self.row(_preference(services.preference_of(self.patient().pk)))

    def put(self, _request: Request) -> Response:
        man = self.patient()
        sent = {"by_email": services.preference_of(man.pk).by_email, **self.sent(PreferenceInput)}
        return self.row(_preference(services.set_preference(patient_id=man.pk, by=self.actor, now=self.now, **sent)))


def _what(sent: str) -> Answer.What:
    try:
        return Answer.What(sent)
    except ValueError:
        raise problem(
            "/answer",
            "answer-unknown",
            "'{received}' is not an answer. Accepted: {accepted}.",
            received=sent,
            accepted=", ".join(Answer.What.values),
        ) from None


def _instant(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def _reminder(row: Reminder, due_item: UUID | None) -> dict[str, Any]:
    return {
        "id": str(row.uid),
        "uid": str(row.uid),
        "due_item": None if due_item is None else str(due_item),
        "kind": row.kind,
        "round": row.round,
        "stage": row.stage,
        "due_on": row.due_on.isoformat(),
        "send_at": _instant(row.send_at),
        "expires_at": _instant(row.expires_at),
        "state": row.state,
    }


def _message(row: InboxMessage) -> dict[str, Any]:
    return {
        "id": str(row.uid),
        "uid": str(row.uid),
        "revision": row.revision,
        "title": row.title,
        "body": row.body,
        "created_at": _instant(row.created_at),
        "read_at": _instant(row.read_at),
        "reminder": str(row.reminder.uid),
    }


def _answer(done: services.Answered) -> dict[str, Any]:
    row = done.answer
    return {
        "id": row.client_id,
        "uid": str(row.uid),
        "revision": row.revision,
        "answer": row.what,
        "until": _instant(row.until),
        "at": _instant(row.at),
        "next_at": _instant(done.next_at),
    }


def _preference(row: Preference) -> dict[str, Any]:
    return {
        "revision": row.revision,
        "preferred_hour": row.preferred_hour,
        "quiet_from": f"{row.quiet_from:%H:%M}",
        "quiet_until": f"{row.quiet_until:%H:%M}",
        "by_email": row.by_email,
        "channels": row.channels,
        "digest": row.digest,
        "paused_until": _instant(row.paused_until),
        "language": row.language,
        "discreet": row.discreet,
    }
