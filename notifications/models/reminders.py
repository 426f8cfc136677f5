"""What was promised to a man, and what he said to it."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import F, Q

from notifications.domain.stages import Stage
from notifications.models.base import ONE_SUBJECT, WAY_LENGTH, OwnedRow, RevisionedRow, SpeaksOfOneThing
from tracking.services.owned import Ownership, append_only, new_client_id

STAGES = [stage.value for stage in Stage]


class Reminder(SpeaksOfOneThing, OwnedRow):
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

    kind = models.CharField(max_length=24)
    stage = models.CharField(max_length=8)
    channel = models.CharField(max_length=WAY_LENGTH)
    round = models.PositiveSmallIntegerField()
    round_began_at = models.DateTimeField()
    snoozed_until = models.DateTimeField(null=True, blank=True, help_text="he asked for this round to begin with a pause")
    due_on = models.DateField(help_text="the due date it was planned for and speaks of")
    send_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.PLANNED)
    claimed_at = models.DateTimeField(null=True, blank=True)
    along_with = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="riders",
        help_text="the reminder whose delivery speaks for this one too",
    )

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["due_item_id", "stage", "channel", "round"], name="reminder_once"),
            models.UniqueConstraint(
                fields=["patient_id", "occasion", "stage", "channel", "round"],
                condition=~Q(occasion=""),
                name="reminder_once_an_occasion",
            ),
            models.CheckConstraint(condition=ONE_SUBJECT, name="reminder_speaks_of_one_thing"),
            models.CheckConstraint(condition=Q(stage__in=STAGES), name="reminder_stage_known"),
            models.CheckConstraint(condition=~Q(channel=""), name="reminder_channel_named"),
            models.CheckConstraint(condition=Q(round__gte=1), name="reminder_rounds_count_from_1"),
            models.CheckConstraint(condition=Q(send_at__lt=F("expires_at")), name="reminder_has_a_window"),
            models.CheckConstraint(
                condition=Q(
                    state__in=["planned", "silenced", "superseded", "expired"],
                    claimed_at=None,
                )
                | Q(state="claimed", claimed_at__isnull=False, claimed_at__gte=F("send_at"), claimed_at__lt=F("expires_at"))
                | Q(state="answered"),
                name="reminder_claimed_inside_its_window",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["send_at", "id"], condition=Q(state="planned"), name="reminder_to_claim"),
            models.Index(fields=["patient_id", "send_at"], name="reminder_of_patient"),
            models.Index(fields=["along_with"], condition=Q(along_with__isnull=False), name="reminder_rides_along"),
            models.Index(fields=["claimed_at"], condition=Q(claimed_at__isnull=False), name="reminder_said_at"),
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


class Answer(SpeaksOfOneThing, RevisionedRow):
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

    client_id = models.CharField(max_length=36, default=new_client_id)
    reminder = models.ForeignKey(Reminder, on_delete=models.PROTECT, related_name="answers")
    round = models.PositiveSmallIntegerField(help_text="the round it ended or thinned out")
    what = models.CharField(max_length=8, choices=What.choices)
    until = models.DateTimeField(null=True, blank=True)
    by = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta(RevisionedRow.Meta):
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["patient_id", "client_id"], name="answer_client_id_once"),
            models.UniqueConstraint(
                fields=["due_item_id", "round", "what"],
                condition=Q(what__in=["done", "snooze"]),
                name="answer_ends_a_round_once",
            ),
            models.UniqueConstraint(
                fields=["patient_id", "occasion", "round", "what"],
                condition=~Q(occasion="") & Q(what__in=["done", "snooze"]),
                name="answer_ends_a_round_of_an_occasion_once",
            ),
            models.CheckConstraint(condition=ONE_SUBJECT, name="answer_speaks_of_one_thing"),
            models.UniqueConstraint(fields=["reminder"], condition=Q(what="not_now"), name="answer_not_now_once"),
            models.CheckConstraint(
                condition=Q(what="snooze", until__isnull=False, until__gt=F("at"))
                | Q(what__in=["done", "not_now"], until=None),
                name="answer_snooze_says_until_when",
            ),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = [*RevisionedRow.Meta.triggers, append_only()]
