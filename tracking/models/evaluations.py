"""What was concluded, when, by which rules, and what is due next."""

from __future__ import annotations

from functools import partial
from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import F, Q

from tracking.domain.ownership import Ownership
from tracking.models.base import OwnedRow, RevisionedRow, append_only, keeps_history, stamps_revision, stated_once


class RulebookVersion(models.Model):
    """The rules of one version as they were read. Evaluations cite it by ``version`` and hold the ids of their rules only.

    The database refuses an evaluation whose rulebook is not here.
    """

    version = models.CharField(max_length=64, unique=True)
    label = models.CharField(max_length=64, help_text="the part of the version that people gave it")
    digest = models.CharField(max_length=64, help_text="SHA-256 over the content of its files")
    content = models.JSONField(help_text="every rule with its sources and figures, and the catalogue of sentences")
    first_used_at = models.DateTimeField(help_text="as of when the first evaluation was made by it")

    class Meta:
        triggers: ClassVar[list[pgtrigger.Trigger]] = [append_only()]

    def __str__(self) -> str:
        return self.version


class BasisPart(OwnedRow):
    """A part of what evaluations of his say, for all that say the same. Its name is made of what it says."""

    ownership: ClassVar[Ownership] = Ownership(
        why="a part of what evaluations say: where each result stands, or what a verdict rests on",
        kept="as long as the account",
        revisioned=False,
        append_only=True,
    )

    # The key of (patient, uid) below finds the rows of a man as well.
    patient = models.ForeignKey("tracking.Patient", on_delete=models.PROTECT, related_name="%(class)s_rows", db_index=False)
    uid = models.UUIDField(primary_key=True, editable=False, help_text="made of his uid and of the content")
    content = models.JSONField(help_text="members of the basis by name (tracking.domain.basis_parts)")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # An evaluation points to both, so that its parts are those of its man (see migration 0002).
            models.UniqueConstraint(fields=["patient", "uid"], name="basispart_of_his")
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = [append_only()]


def _part(help_text: str) -> models.ForeignKey[BasisPart | None, BasisPart | None]:
    """A key that the database holds itself, together with the man; empty where the basis is stored whole."""
    return models.ForeignKey(
        BasisPart,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_constraint=False,
        db_index=False,
        help_text=help_text,
    )


class Evaluation(RevisionedRow):
    """One conclusion with its whole basis, kept as it was. A changed rulebook makes a new one.

    The basis is stored in parts that are joined when it is opened (:func:`tracking.services.rulebooks.basis_of`): ``basis``
    holds what is read without that, and what changes with each dose; the texts are those of the rulebook.
    """

    ownership: ClassVar[Ownership] = Ownership(
        why="shows what the system said, when, from which values and by which rules",
        kept="as long as the account",
        sync="evaluations",
        append_only=True,
    )

    as_of = models.DateTimeField()
    rulebook_version = models.CharField(max_length=64)
    word = models.CharField(max_length=20, help_text="below, not below, cannot say, no current data")
    state = models.CharField(max_length=24, help_text="current, superseded_by_change, stale, no_data")
    tier = models.CharField(max_length=16, blank=True, default="")
    best_tier = models.CharField(max_length=16, blank=True, default="")
    worst_tier = models.CharField(max_length=16, blank=True, default="")
    priority = models.PositiveSmallIntegerField(null=True, blank=True, help_text="of the worst finding, 0 first; empty: none")
    basis = models.JSONField(help_text="values, thresholds, rules, sentences: everything needed to read it years later")
    placed = _part("the part of the basis that says where each result stands")
    grounds = _part("the part of the basis that says what the verdict rests on, and what follows")
    input_digest = models.CharField(max_length=64)
    outcome_digest = models.CharField(max_length=64)
    next_change_at = models.DateTimeField(null=True, blank=True, help_text="when time alone changes the outcome")

    class Meta(RevisionedRow.Meta):
        indexes: ClassVar[list[models.Index]] = [
            *RevisionedRow.Meta.indexes,
            models.Index(fields=["patient", "-id"], name="evaluation_latest"),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = [*RevisionedRow.Meta.triggers, append_only()]


@partial(keeps_history, stated=("detail",))
class Finding(RevisionedRow):
    """One thing an evaluation found. ``released_at`` says from when the man may read it; empty: not yet. All else stays."""

    ownership: ClassVar[Ownership] = Ownership(
        why="what needs a person's eye, in words", kept="as long as the account", sync="findings"
    )

    evaluation = models.ForeignKey(Evaluation, on_delete=models.PROTECT, related_name="findings")
    code = models.CharField(max_length=60)
    priority = models.PositiveSmallIntegerField()
    lane = models.CharField(max_length=24)
    severity = models.CharField(max_length=16)
    detail = models.JSONField(default=dict, help_text="parameters, inputs, sources, sentences, what would clear it")
    released_at = models.DateTimeField(null=True, blank=True)

    class Meta(RevisionedRow.Meta):
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(priority__lte=4), name="finding_priority_0_to_4"),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = [*RevisionedRow.Meta.triggers, stated_once("revision", "released_at")]


class Standing(OwnedRow):
    """Where a man stands now: his latest evaluation, and when to look again although nothing was written."""

    ownership: ClassVar[Ownership] = Ownership(
        why="points to the latest evaluation", kept="as long as the account", exported=False, revisioned=False
    )

    patient = models.OneToOneField("tracking.Patient", on_delete=models.PROTECT, related_name="standing")
    evaluation = models.ForeignKey(Evaluation, on_delete=models.PROTECT, related_name="+")
    evaluated_at = models.DateTimeField()
    next_change_at = models.DateTimeField(null=True, blank=True, db_index=True)
    deployment_floor = models.CharField(
        max_length=24, blank=True, default="", help_text="the deployment's floor then, pg/mL as set; empty: none"
    )
    rulebook_version = models.CharField(
        max_length=64, blank=True, db_default="", help_text="by which he was looked at last; empty: not known, so look again"
    )
    # What the work queue is ordered by, apart from the evaluation's basis, so that thousands of men are sorted at once.
    days_below = models.PositiveSmallIntegerField(db_default=0, help_text="known days below the floor in the longest window")
    has_current = models.BooleanField(db_default=False, help_text="an estradiol speaks for today")
    without_since = models.DateField(null=True, blank=True, help_text="since when none does; empty: never, or not known")

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["rulebook_version", "patient"], name="standing_by_rulebook")
        ]


class DueItem(RevisionedRow):
    """Something to be looked at again: a kind, what it answers to (``anchor``), a window of local dates, and a state.

    ``version`` rises when the window or the state changes; ``announced_version`` is what reminders have taken notice of.
    """

    ownership: ClassVar[Ownership] = Ownership(
        why="what is due next, by which rule", kept="as long as the account", sync="due_items"
    )

    class Audience(models.TextChoices):
        MAN = "man"
        CLINIC = "clinic"

    class State(models.TextChoices):
        OPEN = "open"
        ANSWERED = "answered"
        NOT_USABLE = "answered_not_usable"
        SUPERSEDED = "superseded"

    kind = models.CharField(max_length=24)
    audience = models.CharField(
        max_length=8, choices=Audience.choices, default=Audience.MAN, db_default=Audience.MAN, help_text="who is asked"
    )
    anchor = models.CharField(max_length=120, help_text="the event it answers to")
    rule = models.CharField(max_length=60)
    reason = models.CharField(max_length=400, help_text="in words, for the prescriber")
    opens_on = models.DateField()
    due_on = models.DateField()
    overdue_on = models.DateField()
    earliest_answer_on = models.DateField(null=True, blank=True, help_text="an earlier draw or scan does not answer it")
    zone = models.CharField(max_length=64)
    state = models.CharField(max_length=20, choices=State.choices, default=State.OPEN)
    answered_by = models.CharField(max_length=64, blank=True, default="")
    priority = models.PositiveSmallIntegerField(null=True, blank=True)
    time_critical = models.BooleanField(default=False)
    resend_after_days = models.PositiveSmallIntegerField(help_text="a due date moved by more than this is announced anew")
    version = models.PositiveIntegerField(default=1)
    announced_version = models.PositiveIntegerField(default=0)

    class Meta(RevisionedRow.Meta):
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["patient", "kind", "anchor"], name="dueitem_once_per_event"),
            models.CheckConstraint(
                condition=Q(opens_on__lte=F("due_on"), due_on__lte=F("overdue_on")), name="dueitem_window_in_order"
            ),
            models.CheckConstraint(condition=Q(audience__in=["man", "clinic"]), name="dueitem_audience_known"),
            models.CheckConstraint(
                condition=Q(state__in=["open", "answered", "answered_not_usable", "superseded"]), name="dueitem_state_known"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            *RevisionedRow.Meta.indexes,
            models.Index(fields=["patient", "due_on"], condition=Q(state="open"), name="dueitem_open"),
            models.Index(fields=["kind", "overdue_on"], condition=Q(state="open"), name="dueitem_overdue"),
            models.Index(fields=["patient", "id"], condition=Q(announced_version__lt=F("version")), name="dueitem_unannounced"),
        ]
        # ``announced_version`` is between the planner and the reminders; phones do not see it and need not pull for it.
        triggers: ClassVar[list[pgtrigger.Trigger]] = [stamps_revision("version", "answered_by", "reason", "rule")]
