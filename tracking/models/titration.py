"""The titration ledger: what was asked for and proposed, who decided what, and on which picture of the man."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

import pgtrigger
from django.db import models
from django.db.models import F, Q

from tracking.domain.ownership import Ownership
from tracking.domain.titration.states import OPEN, Kind, State
from tracking.models.base import (
    CLIENT_ID,
    MAX_CLIENT_ID,
    OwnedRow,
    RevisionedRow,
    append_only,
    keeps_history,
    new_client_id,
    new_uid,
)
from tracking.models.doses import Regimen
from tracking.models.episodes import Episode
from tracking.models.evaluations import Evaluation
from tracking.models.legal_step import LEGAL_STEP
from tracking.models.people import Prescriber

# The category of a consent that names what it covers; one that names nothing covers everything.
SCOPE = "doses"
MOST_WORDS = 1000


class Proposals(models.QuerySet[Any]):
    def open(self) -> Proposals:
        return self.filter(state__in=OPEN)

    def told(self) -> Proposals:
        """With everything that a line of the ledger names. The bases of evaluations stay where they are."""
        people = ("proposed_as__user", "proposed_as__clinic", "decided_as__user", "decided_as__clinic")
        rows = self.select_related("regimen_before", "regimen_after", "evaluation", "evaluation_seen", "episode", *people)
        return rows.defer("evaluation__basis", "evaluation_seen__basis")


@keeps_history
class Proposal(RevisionedRow):
    """One line of the ledger: a request in the man's words, a prescriber's proposal, or the one that came of the other.

    What was stated at a step never changes after it, and a decision is final (a trigger). ``plan`` is what the prescriber
    stated for the regimen, as he sent it; the texts and weekly amounts are what it said then. ``evaluation_seen`` is what he
    looked at when he confirmed, ``evaluation`` what stood at that moment: the same, unless it had come and gone in between.
    """

    ownership: ClassVar[Ownership] = Ownership(
        why="who asked for or proposed a change of dose, who decided what, why, and on which evaluation",
        kept="as long as the account",
        sync="proposals",
    )

    client_id = models.CharField(max_length=MAX_CLIENT_ID, default=new_client_id)
    state = models.CharField(max_length=10, choices=[(s.value, s.value) for s in State])

    words = models.CharField(max_length=MOST_WORDS, blank=True, default="", help_text="the man's request, as he wrote it")
    requested_at = models.DateTimeField(null=True, blank=True)
    requested_by = models.CharField(max_length=64, blank=True, default="")

    kind = models.CharField(max_length=10, blank=True, default="", choices=[(k.value, k.value) for k in Kind])
    drug = models.CharField(max_length=40, blank=True, default="", help_text="of two products the new one")
    from_date = models.DateField(null=True, blank=True, help_text="as proposed; the regimen says from when it holds")
    plan = models.JSONField(null=True, blank=True, help_text="what is to hold, as sent; empty for a stop")
    regimen_before = models.ForeignKey(Regimen, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    before_revision = models.BigIntegerField(null=True, blank=True, help_text="of the regimen that it was made against")
    before_text = models.CharField(max_length=200, blank=True, default="")
    after_text = models.CharField(max_length=200, blank=True, default="")
    before_weekly = models.CharField(max_length=40, blank=True, default="", help_text="empty: as needed")
    after_weekly = models.CharField(max_length=40, blank=True, default="")
    proposed_at = models.DateTimeField(null=True, blank=True)
    proposed_by = models.CharField(max_length=64, blank=True, default="")
    proposed_as = models.ForeignKey(Prescriber, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    proposal_reason = models.CharField(max_length=200, blank=True, default="")
    expires_at = models.DateTimeField(help_text="from then on it can no longer be confirmed")

    decided_at = models.DateTimeField(null=True, blank=True, help_text="when it was confirmed, declined, withdrawn or expired")
    decided_by = models.CharField(max_length=64, blank=True, default="")
    decided_as = models.ForeignKey(Prescriber, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    decision_reason = models.CharField(max_length=200, blank=True, default="")
    answer = models.CharField(max_length=400, blank=True, default="", help_text="to the man, in the prescriber's words")
    evaluation_seen = models.ForeignKey(Evaluation, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    evaluation = models.ForeignKey(Evaluation, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    effective_on = models.DateField(null=True, blank=True, help_text="the first day on which what was confirmed holds")
    regimen_after = models.ForeignKey(Regimen, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    episode = models.ForeignKey(Episode, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    warnings = models.JSONField(default=list, help_text="what he was warned of, by code and in words")
    raised_while = models.CharField(max_length=20, blank=True, default="", help_text="low, blind: an AI was raised then")
    raising_reason = models.CharField(max_length=400, blank=True, default="")
    typed_weekly = models.CharField(max_length=24, blank=True, default="", help_text="as he typed it when he confirmed")

    objects = Proposals.as_manager()

    def state_at(self, now: datetime) -> str:
        """What it is at an instant: time ends what is open, whether or not a job has noted that yet."""
        passed = State(self.state).is_open and now >= self.expires_at
        return State.EXPIRED.value if passed else self.state

    class Meta(RevisionedRow.Meta):
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["patient", "client_id"], name="proposal_client_id_once"),
            models.UniqueConstraint(
                fields=["patient", "drug"], condition=Q(state=State.PROPOSED), name="proposal_one_open_per_drug"
            ),
            models.UniqueConstraint(fields=["patient"], condition=Q(state=State.REQUESTED), name="proposal_one_open_request"),
            models.CheckConstraint(condition=Q(client_id__regex=CLIENT_ID), name="proposal_client_id_form"),
            models.CheckConstraint(condition=Q(state__in=list(State)), name="proposal_state_known"),
            models.CheckConstraint(
                condition=Q(words="", requested_at=None, requested_by="")
                | (~Q(words="") & ~Q(requested_by="") & Q(requested_at__isnull=False)),
                name="proposal_requested_whole",
            ),
            models.CheckConstraint(
                condition=Q(kind="", drug="", from_date=None, proposed_at=None, proposed_by="", proposed_as=None)
                | (
                    Q(kind__in=list(Kind), from_date__isnull=False, proposed_at__isnull=False, proposed_as__isnull=False)
                    & ~Q(drug="")
                    & ~Q(proposed_by="")
                    & ~Q(proposal_reason="")
                ),
                name="proposal_proposed_whole",
            ),
            models.CheckConstraint(
                # Only a request that ended unanswered has no plan; a proposal always has one.
                condition=(~Q(state__in=[State.PROPOSED, State.CONFIRMED]) & ~Q(words="")) | ~Q(kind=""),
                name="proposal_asks_or_proposes",
            ),
            models.CheckConstraint(condition=~Q(state=State.REQUESTED) | Q(kind=""), name="proposal_request_is_words_alone"),
            models.CheckConstraint(
                condition=Q(kind="")
                | (Q(kind=Kind.START, regimen_before=None, before_revision=None) & Q(plan__isnull=False))
                | (Q(kind=Kind.STOP, regimen_before__isnull=False, before_revision__isnull=False) & Q(plan=None))
                | Q(
                    kind__in=[Kind.DOSE, Kind.SCHEDULE, Kind.PRODUCT],
                    regimen_before__isnull=False,
                    before_revision__isnull=False,
                    plan__isnull=False,
                ),
                name="proposal_plan_fits_its_kind",
            ),
            models.CheckConstraint(
                condition=Q(state__in=OPEN, decided_at=None, decided_by="", decided_as=None)
                | (~Q(state__in=OPEN) & Q(decided_at__isnull=False) & ~Q(decided_by="")),
                name="proposal_decided_whole",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[State.CONFIRMED, State.DECLINED])
                | (Q(decided_as__isnull=False, decided_at__lt=F("expires_at")) & ~Q(decision_reason="")),
                name="proposal_decided_by_a_prescriber_in_time",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.EXPIRED) | Q(decided_at__gte=F("expires_at"), decided_by__startswith="system:"),
                name="proposal_expired_by_time_alone",
            ),
            models.CheckConstraint(
                condition=Q(
                    state=State.CONFIRMED,
                    evaluation__isnull=False,
                    evaluation_seen__isnull=False,
                    effective_on__isnull=False,
                )
                | (
                    ~Q(state=State.CONFIRMED)
                    & Q(evaluation=None, evaluation_seen=None, regimen_after=None, episode=None, effective_on=None)
                    & Q(raised_while="", raising_reason="", typed_weekly="")
                ),
                name="proposal_confirmed_on_an_evaluation",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.CONFIRMED)
                | (Q(kind=Kind.STOP, regimen_after=None) | (~Q(kind=Kind.STOP) & Q(regimen_after__isnull=False))),
                name="proposal_confirmed_with_its_regimen",
            ),
            models.CheckConstraint(
                condition=Q(raised_while="") | ~Q(raising_reason=""), name="proposal_raised_while_low_with_a_reason"
            ),
            models.CheckConstraint(
                # A plan taken as needed has no weekly amount to type.
                condition=~Q(state=State.CONFIRMED) | Q(after_weekly="", typed_weekly="") | ~Q(typed_weekly=""),
                name="proposal_confirmed_with_its_weekly_typed",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            *RevisionedRow.Meta.indexes,
            models.Index(fields=["expires_at"], condition=Q(state__in=["requested", "proposed"]), name="proposal_expiring"),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = [
            *RevisionedRow.Meta.triggers,
            pgtrigger.Trigger(
                name="legal_step",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                declare=[("acting", "text"), ("himself", "text"), ("deciding", "text")],
                func=LEGAL_STEP,
            ),
        ]


class ProposalEvent(OwnedRow):
    """One step of a proposal: which, when, by whom and why. It is never changed."""

    ownership: ClassVar[Ownership] = Ownership(
        why="shows how a request or proposal went, step by step, and who took each step, when and why",
        kept="as long as the account",
        revisioned=False,
        append_only=True,
    )

    uid = models.UUIDField(default=new_uid, unique=True, editable=False)
    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="events")
    what = models.CharField(max_length=10, help_text="the state that it reached")
    at = models.DateTimeField()
    by = models.CharField(max_length=64, help_text="the actor who took the step")
    why = models.CharField(max_length=MOST_WORDS, blank=True, default="")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(what__in=list(State)) & ~Q(by=""), name="proposalevent_what_and_who"),
            models.UniqueConstraint(fields=["proposal", "what"], name="proposalevent_once_per_state"),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = [append_only()]
