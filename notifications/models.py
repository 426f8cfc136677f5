"""Storage of what was promised to a man, what was sent, and what he said to it. Only ``notifications.services`` writes.

Men and due items are tracking's; they are known here by their numbers alone.
"""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import F, Q

from notifications.domain.hours import Hours
from notifications.domain.stages import Stage
from tracking.services.owned import Ownership, append_only, keeps_history, new_client_id, new_uid, stamps_revision

STAGES = [stage.value for stage in Stage]


class Via(models.TextChoices):
    """Where a reminder appears."""

    INBOX = "inbox"
    EMAIL = "email"


@keeps_history
class Preference(models.Model):
    """When he wants to hear from us, and how. The inbox cannot be switched off: it disturbs nobody."""

    ownership: ClassVar[Ownership] = Ownership(
        why="reminders come at his hour, never in his quiet hours, and only by the ways he allows",
        kept="as long as the account",
        sync="preferences",
    )

    uid = models.UUIDField(default=new_uid, unique=True, editable=False)
    patient_id = models.BigIntegerField(unique=True)
    preferred_hour = models.PositiveSmallIntegerField(default=Hours().preferred_hour, help_text="0 to 23, in his time zone")
    quiet_from = models.TimeField(default=Hours().quiet_from, help_text="local time")
    quiet_until = models.TimeField(default=Hours().quiet_until, help_text="local time; equal ends: no quiet hours")
    by_email = models.BooleanField(default=True)
    revision = models.BigIntegerField(default=0, editable=False)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(preferred_hour__lte=23), name="preference_hour_0_to_23"),
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["patient_id", "revision"], name="preference_revision")]
        triggers: ClassVar[list[pgtrigger.Trigger]] = [stamps_revision()]

    @property
    def hours(self) -> Hours:
        return Hours(self.preferred_hour, self.quiet_from, self.quiet_until)

    @property
    def ways(self) -> frozenset[Via]:
        return frozenset({Via.INBOX, Via.EMAIL} if self.by_email else {Via.INBOX})


class Reminder(models.Model):
    """One message about one due item: what for, by which way, and from when until when it may go out.

    The key (item, stage, channel, round) is what makes a second one impossible.
    """

    ownership: ClassVar[Ownership] = Ownership(
        why="what he is to be reminded of and when, so that nothing is sent twice or lost",
        kept="as long as the account",
        revisioned=False,
    )

    class State(models.TextChoices):
        PLANNED = "planned"
        CLAIMED = "claimed"
        SILENCED = "silenced"
        SUPERSEDED = "superseded"
        EXPIRED = "expired"
        ANSWERED = "answered"

    # He has been told, or has said that he need not be: whatever is planned anew leaves these alone.
    SETTLED = (State.CLAIMED, State.ANSWERED)

    uid = models.UUIDField(default=new_uid, unique=True, editable=False)
    patient_id = models.BigIntegerField()
    due_item_id = models.BigIntegerField()
    kind = models.CharField(max_length=24)
    stage = models.CharField(max_length=8)
    channel = models.CharField(max_length=8)
    round = models.PositiveSmallIntegerField()
    round_began_at = models.DateTimeField()
    snoozed_until = models.DateTimeField(null=True, blank=True, help_text="he asked for this round to begin with a pause")
    due_on = models.DateField(help_text="the due date it was planned for and speaks of")
    send_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.PLANNED)
    claimed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["due_item_id", "stage", "channel", "round"], name="reminder_once"),
            models.CheckConstraint(condition=Q(stage__in=STAGES), name="reminder_stage_known"),
            models.CheckConstraint(condition=Q(channel__in=Via.values), name="reminder_channel_known"),
            models.CheckConstraint(condition=Q(round__gte=1), name="reminder_rounds_count_from_1"),
            models.CheckConstraint(condition=Q(send_at__lt=F("expires_at")), name="reminder_has_a_window"),
            models.CheckConstraint(
                condition=Q(
                    state__in=["planned", "silenced", "superseded", "expired"],
                    claimed_at=None,
                )
                | Q(state="claimed", claimed_at__gte=F("send_at"), claimed_at__lt=F("expires_at"))
                | Q(state="answered"),
                name="reminder_claimed_inside_its_window",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["send_at", "id"], condition=Q(state="planned"), name="reminder_to_claim"),
            models.Index(fields=["patient_id", "send_at"], name="reminder_of_patient"),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = [
            pgtrigger.FSM(
                name="settled_stays_settled",
                field="state",
                transitions=[
                    *(("planned", to) for to in ("claimed", "silenced", "superseded", "expired", "answered")),
                    ("claimed", "answered"),
                    *((shelved, "planned") for shelved in ("silenced", "superseded", "expired")),
                ],
            )
        ]


class Delivery(models.Model):
    """A reminder on its way out of the house. No part of the record: no revision, and nobody locks the man for it."""

    ownership: ClassVar[Ownership] = Ownership(
        why="what was handed to which provider and what became of it",
        kept="as long as the account",
        revisioned=False,
    )

    class State(models.TextChoices):
        QUEUED = "queued"
        SENDING = "sending"
        SENT = "sent"
        REFUSED = "refused"
        UNKNOWN = "unknown"
        DEAD = "dead"

    uid = models.UUIDField(default=new_uid, unique=True, editable=False)
    patient_id = models.BigIntegerField()
    reminder = models.OneToOneField(Reminder, on_delete=models.PROTECT, related_name="delivery")
    channel = models.CharField(max_length=8)
    state = models.CharField(max_length=8, choices=State.choices, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    sending_since = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    provider_reference = models.CharField(max_length=200, blank=True, default="")
    last_reason = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(channel__in=["email"]), name="delivery_leaves_the_house"),
            models.CheckConstraint(
                condition=Q(state="queued", sending_since=None, ended_at=None)
                | Q(state="sending", sending_since__isnull=False, ended_at=None, attempts__gte=1)
                | Q(state__in=["sent", "refused", "unknown"], sending_since=None, ended_at__isnull=False, attempts__gte=1)
                | Q(state="dead", sending_since=None, ended_at__isnull=False),
                name="delivery_state_is_whole",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["next_attempt_at", "id"], condition=Q(state="queued"), name="delivery_to_send"),
            models.Index(fields=["sending_since"], condition=Q(state="sending"), name="delivery_in_hand"),
            models.Index(fields=["patient_id"], name="delivery_of_patient"),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = [
            pgtrigger.FSM(
                name="ended_stays_ended",
                field="state",
                transitions=[
                    ("queued", "sending"),
                    ("queued", "dead"),
                    *(("sending", to) for to in ("queued", "sent", "refused", "unknown", "dead")),
                ],
            )
        ]


class InboxMessage(models.Model):
    """What he finds in the app. Written together with the claim: exactly once, always."""

    ownership: ClassVar[Ownership] = Ownership(
        why="what the app told him, in the words it used", kept="as long as the account", sync="inbox"
    )

    uid = models.UUIDField(default=new_uid, unique=True, editable=False)
    patient_id = models.BigIntegerField()
    reminder = models.OneToOneField(Reminder, on_delete=models.PROTECT, related_name="inbox_message")
    title = models.CharField(max_length=120)
    body = models.CharField(max_length=400)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)
    revision = models.BigIntegerField(default=0, editable=False)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(read_at=None) | Q(read_at__gte=F("created_at")), name="inboxmessage_read_after_written"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["patient_id", "revision"], name="inboxmessage_revision"),
            models.Index(fields=["patient_id", "-id"], name="inboxmessage_newest"),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = [stamps_revision()]


class Answer(models.Model):
    """What he said to a reminder: an event, kept as it was said."""

    ownership: ClassVar[Ownership] = Ownership(
        why="what he said to a reminder, which is why it stopped or came later",
        kept="as long as the account",
        sync="answers",
        append_only=True,
    )

    class What(models.TextChoices):
        DONE = "done"
        SNOOZE = "snooze"
        NOT_NOW = "not_now"

    uid = models.UUIDField(default=new_uid, unique=True, editable=False)
    client_id = models.CharField(max_length=36, default=new_client_id)
    patient_id = models.BigIntegerField()
    reminder = models.ForeignKey(Reminder, on_delete=models.PROTECT, related_name="answers")
    due_item_id = models.BigIntegerField()
    round = models.PositiveSmallIntegerField(help_text="the round it ended or thinned out")
    what = models.CharField(max_length=8, choices=What.choices)
    until = models.DateTimeField(null=True, blank=True)
    by = models.CharField(max_length=64)
    at = models.DateTimeField()
    revision = models.BigIntegerField(default=0, editable=False)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["patient_id", "client_id"], name="answer_client_id_once"),
            models.UniqueConstraint(
                fields=["due_item_id", "round", "what"], condition=Q(what__in=["done", "snooze"]), name="answer_ends_a_round_once"
            ),
            models.UniqueConstraint(fields=["reminder"], condition=Q(what="not_now"), name="answer_not_now_once"),
            models.CheckConstraint(
                condition=Q(what="snooze", until__gt=F("at")) | Q(what__in=["done", "not_now"], until=None),
                name="answer_snooze_says_until_when",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["patient_id", "revision"], name="answer_revision"),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = [stamps_revision(), append_only()]
