"""Findings that last, and what prescribers answered."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

import pgtrigger
from django.db import models
from django.db.models import F, Q

from tracking.domain.episodes import Outcome, Resolution, What
from tracking.domain.ownership import Ownership
from tracking.domain.rulebook import SEVERITIES, Lane
from tracking.models.base import OwnedRow, RevisionedRow, append_only, keeps_history, new_uid
from tracking.models.evaluations import Evaluation
from tracking.models.people import Prescriber


class Episodes(models.QuerySet[Any]):
    def unresolved(self) -> Episodes:
        return self.filter(resolved_at=None)

    def awake(self, now: datetime) -> Episodes:
        """Those that no snooze holds back at ``now``: one that has run out is none."""
        return self.filter(Q(snoozed_until=None) | Q(snoozed_until__lte=now))


@keeps_history
class Episode(RevisionedRow):
    """One family of findings from when it was found until it is no longer, with the answers it got.

    Whether it is open, acknowledged or snoozed is a function of these columns and the instant (``tracking.domain.episodes``):
    no job has to run for a snooze to end. ``evaluation`` is the latest that changed what stands here.
    """

    ownership: ClassVar[Ownership] = Ownership(
        why="shows what needed a prescriber's answer, by when, and who answered what", kept="as long as the account"
    )

    family = models.CharField(max_length=60, help_text="findings that continue one another")
    opened_at = models.DateTimeField()
    opened_in = models.ForeignKey(Evaluation, on_delete=models.PROTECT, related_name="+")
    evaluation = models.ForeignKey(Evaluation, on_delete=models.PROTECT, related_name="+")

    code = models.CharField(max_length=60, help_text="the worst finding of the family")
    priority = models.PositiveSmallIntegerField()
    worst_priority = models.PositiveSmallIntegerField(help_text="the most urgent it has been")
    severity = models.CharField(max_length=16)
    tier = models.CharField(max_length=16, blank=True, default="")
    lane = models.CharField(max_length=24)
    margin = models.CharField(max_length=40, blank=True, default="", help_text="upper bound over floor, exact; empty: none")
    censored = models.BooleanField(default=False)
    count = models.PositiveSmallIntegerField(default=1, help_text="findings of the family at once")
    rule_changed = models.CharField(
        max_length=64, blank=True, default="", help_text="the rulebook that no longer finds it; empty: it is found"
    )

    respond_by = models.DateTimeField(null=True, blank=True, help_text="the first instant at which an answer is late")
    told_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text="when a message about it last reached somebody of his clinic; empty: none is known to have",
    )
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.CharField(max_length=64, blank=True, default="")
    outcome = models.CharField(max_length=24, blank=True, default="")
    note = models.CharField(max_length=400, blank=True, default="")
    snoozed_at = models.DateTimeField(null=True, blank=True)
    snoozed_until = models.DateTimeField(null=True, blank=True)
    snoozed_by = models.CharField(max_length=64, blank=True, default="")
    snooze_reason = models.CharField(max_length=400, blank=True, default="")
    first_snoozed_at = models.DateTimeField(null=True, blank=True, help_text="since it opened, worsened or came back")
    assigned_to = models.ForeignKey(
        Prescriber,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="whose work it is; empty: his lead's",
    )
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolution = models.CharField(max_length=16, blank=True, default="")
    reopened = models.PositiveSmallIntegerField(default=0)

    objects = Episodes.as_manager()

    class Meta(RevisionedRow.Meta):
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["patient", "family"], condition=Q(resolved_at=None), name="episode_one_unresolved_per_family"
            ),
            models.CheckConstraint(
                condition=Q(priority__lte=4, worst_priority__lte=F("priority")), name="episode_priorities_in_order"
            ),
            models.CheckConstraint(
                condition=Q(lane__in=list(Lane), severity__in=SEVERITIES, count__gte=1) & ~Q(family="") & ~Q(code=""),
                name="episode_level_stated",
            ),
            models.CheckConstraint(
                condition=Q(margin="") | Q(margin__regex=r"^[0-9]{1,9}(\.[0-9]{1,30})?$"), name="episode_margin_is_a_number"
            ),
            models.CheckConstraint(
                condition=Q(acknowledged_at=None, acknowledged_by="", outcome="", note="")
                | (Q(acknowledged_at__isnull=False, outcome__in=list(Outcome)) & ~Q(acknowledged_by="")),
                name="episode_acknowledged_whole",
            ),
            models.CheckConstraint(
                condition=~Q(outcome=Outcome.ACCEPTED_WITH_REASON, note=""), name="episode_accepted_with_a_reason"
            ),
            models.CheckConstraint(
                condition=Q(snoozed_at=None, snoozed_until=None, snoozed_by="", snooze_reason="")
                | (
                    # A comparison with nothing is no refusal, so each is said to be there.
                    Q(snoozed_at__isnull=False, snoozed_until__isnull=False, first_snoozed_at__isnull=False)
                    & Q(snoozed_until__gt=F("snoozed_at"), first_snoozed_at__lte=F("snoozed_at"))
                    & ~Q(snoozed_by="")
                    & ~Q(snooze_reason="")
                ),
                name="episode_snoozed_whole",
            ),
            models.CheckConstraint(
                condition=Q(resolved_at=None, resolution="")
                | Q(
                    resolved_at__isnull=False,
                    resolved_at__gte=F("opened_at"),
                    resolution__in=list(Resolution),
                    snoozed_at=None,
                ),
                name="episode_resolved_whole",
            ),
            models.CheckConstraint(
                condition=~Q(resolution=Resolution.RULE_CHANGED) | (~Q(rule_changed="") & Q(acknowledged_at__isnull=False)),
                name="episode_rule_change_was_seen",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            *RevisionedRow.Meta.indexes,
            models.Index(fields=["respond_by"], condition=Q(acknowledged_at=None, resolved_at=None), name="episode_unanswered"),
        ]


class EpisodeEvent(OwnedRow):
    """One thing that happened to an episode: what, when, by whom and why. It is never changed."""

    ownership: ClassVar[Ownership] = Ownership(
        why="shows how an episode went and who answered what, when and why",
        kept="as long as the account",
        revisioned=False,
        append_only=True,
    )

    uid = models.UUIDField(default=new_uid, unique=True, editable=False)
    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="events")
    what = models.CharField(max_length=16)
    at = models.DateTimeField()
    by = models.CharField(max_length=64, help_text="the actor in whose transaction it happened")
    why = models.CharField(max_length=500, blank=True, default="")
    priority = models.PositiveSmallIntegerField(help_text="of the episode after it")
    evaluation = models.ForeignKey(Evaluation, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(what__in=list(What)) & ~Q(by=""), name="episodeevent_what_and_who"),
            models.CheckConstraint(condition=Q(priority__lte=4), name="episodeevent_priority_0_to_4"),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = [append_only()]
