"""What a line of the titration ledger looks like to staff, and what the man reads of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from tracking.api.consequences import ConsequencesShown, consequences_shown
from tracking.api.fields import Output
from tracking.api.records import Reader, day, instant
from tracking.domain.due import DueItem
from tracking.domain.rulebook import Tier
from tracking.domain.timing import Phase
from tracking.domain.titration.comparison import Answer, Comparison, Measured
from tracking.domain.titration.states import Kind, State
from tracking.models import Evaluation, Prescriber, Proposal, ProposalEvent, Regimen
from tracking.services import shown
from tracking.services.lived import local_today
from tracking.services.outlook import Outlook

__all__ = [
    "HisProposalRow", "OutlookRow", "ProposalAnswer", "ProposalRow", "WaitingRow", "for_him", "line", "outlook_row",
    "waiting_row",
]  # fmt: skip


class PlanSideRow(Output):
    """The regimen on one side of a change, as it was stated then."""

    regimen = serializers.UUIDField(allow_null=True, help_text="uid of the version; null: none, or not confirmed yet")
    text = serializers.CharField(help_text="dose and schedule; empty: nothing before a start")
    weekly = serializers.CharField(
        allow_null=True, help_text="all doses of a week, in the drug's unit; null: as needed, or nothing"
    )


class PlanStepRow(Output):
    """Who took a step, for which clinic, when and why."""

    at = serializers.DateTimeField()
    by = serializers.CharField(help_text="by name; empty: time alone")
    clinic = serializers.CharField(allow_null=True)
    reason = serializers.CharField()


class HisWordsRow(Output):
    words = serializers.CharField(help_text="as the man wrote it; nothing was read out of it")
    at = serializers.DateTimeField()


class EvaluationSeenRow(Output):
    """An evaluation in a line."""

    uid = serializers.UUIDField()
    as_of = serializers.DateTimeField()
    word = serializers.CharField()
    state = serializers.CharField()
    tier = serializers.CharField(allow_null=True, help_text=", ".join(Tier))
    rulebook_version = serializers.CharField()


class WarningRow(Output):
    code = serializers.CharField()
    words = serializers.CharField()


class MeasuredRow(Output):
    """An estradiol as reported, with the testosterone of the same draw."""

    value = serializers.CharField(help_text="digits and comparator as reported")
    unit = serializers.CharField()
    assay = serializers.CharField()
    on = serializers.DateField()
    tier = serializers.CharField(help_text=", ".join(Tier))
    ai_phase = serializers.CharField(help_text=", ".join(Phase))
    ai_hours = serializers.CharField(allow_null=True, help_text="since the last dose; null: not known")
    testosterone_phase = serializers.CharField()
    testosterone_hours = serializers.CharField(allow_null=True)
    testosterone = serializers.CharField(allow_null=True, help_text="with its unit, as reported")
    testosterone_on = serializers.DateField(allow_null=True)


class RecheckComparisonRow(Output):
    """Before and after, side by side. No difference is worked out: the two may not be comparable, and `comparable` says so."""

    answer = serializers.ChoiceField(list(Answer), help_text="how far the change has been answered")
    before = MeasuredRow(allow_null=True)
    after = MeasuredRow(allow_null=True)
    days = serializers.IntegerField(allow_null=True, help_text="from the change to the draw that answered it")
    due_on = serializers.DateField(allow_null=True, help_text="of the recheck that is waited for")
    comparable = serializers.BooleanField(allow_null=True, help_text="null: there are not two results")
    codes = serializers.ListField(child=serializers.CharField())
    words = serializers.ListField(child=serializers.CharField())


class LedgerEventRow(Output):
    what = serializers.CharField(help_text="the state that it reached")
    at = serializers.DateTimeField()
    by = serializers.CharField(help_text="by name; empty: time alone")
    why = serializers.CharField()


class ProposalRow(Output):
    """One line of the ledger. What a step has not brought yet is null."""

    id = serializers.CharField()
    uid = serializers.UUIDField()
    revision = serializers.IntegerField()
    state = serializers.CharField(help_text=", ".join(State))
    kind = serializers.CharField(allow_null=True, help_text=", ".join(Kind))
    drug = serializers.CharField(allow_null=True)
    from_date = serializers.DateField(allow_null=True, help_text="as proposed")
    effective_on = serializers.DateField(allow_null=True, help_text="as confirmed")
    plan = serializers.SerializerMethodField(help_text="what the new version is to state, as sent")
    before = PlanSideRow(allow_null=True)
    after = PlanSideRow(allow_null=True)
    request = HisWordsRow(allow_null=True)
    proposed = PlanStepRow(allow_null=True)
    decided = PlanStepRow(allow_null=True, help_text="confirmed, declined, withdrawn or expired")
    expires_at = serializers.DateTimeField(help_text="from then on it can no longer be confirmed")
    answer = serializers.CharField(help_text="to the man, where it was declined")
    evaluation_seen = EvaluationSeenRow(allow_null=True, help_text="the one that was looked at")
    evaluation = EvaluationSeenRow(allow_null=True, help_text="the one that stood when it was confirmed")
    episode = serializers.UUIDField(allow_null=True, help_text="answered along with it")
    warnings = WarningRow(many=True, help_text="what the prescriber was warned of when he confirmed")
    raising_reason = serializers.CharField(help_text="why more of an AI was right while low or blind")
    comparison = RecheckComparisonRow(allow_null=True, help_text="once confirmed")
    events = LedgerEventRow(many=True)

    @extend_schema_field({"type": ["object", "null"], "additionalProperties": True})
    def get_plan(self, _: Any) -> None: ...


class RecheckRow(Output):
    """A draw that the plan asks for after the change."""

    words = serializers.CharField()
    opens_on = serializers.DateField()
    due_on = serializers.DateField()
    overdue_on = serializers.DateField()
    earliest_answer_on = serializers.DateField(help_text="an earlier draw does not answer it")
    rule = serializers.CharField()
    due_item = serializers.UUIDField(allow_null=True, help_text="uid of the item that came of it; null: not stored yet")


class OutlookRow(Output):
    """What comes of confirming, by the very plan that then holds."""

    kind = serializers.CharField(help_text=", ".join(Kind))
    weekly = serializers.CharField(
        allow_null=True, help_text="with its unit; what the prescriber types to confirm; null: as needed"
    )
    needs_raising_reason = serializers.BooleanField(help_text="more of an AI while low or blind: a reason is to be typed")
    warnings = WarningRow(many=True)
    rechecks = RecheckRow(many=True, help_text="empty: no rule asks for one, or another statement of his covers the change")
    consequences = ConsequencesShown()


class WaitingRow(Output):
    """One man's open request or proposal, in a line."""

    patient_uid = serializers.UUIDField()
    name = serializers.CharField()
    uid = serializers.UUIDField()
    state = serializers.CharField(help_text="requested or proposed")
    request = HisWordsRow(allow_null=True)
    drug = serializers.CharField(allow_null=True)
    before = serializers.CharField(help_text="dose and schedule; empty: nothing before a start, or words alone")
    after = serializers.CharField()
    proposed_by = serializers.CharField(allow_null=True)
    expires_at = serializers.DateTimeField()


class ProposalAnswer(Output):
    """``outlook`` is null where the same had been sent before; ``evaluation`` names the one that stands."""

    proposal = ProposalRow()
    outlook = OutlookRow(allow_null=True)
    evaluation = serializers.UUIDField(allow_null=True, help_text="uid: a confirmation names the one that was looked at")


class HisProposalRow(Output):
    """What the man reads. It names no dose: what he is to take stands in his regimens, once it is decided."""

    id = serializers.CharField()
    uid = serializers.UUIDField()
    revision = serializers.IntegerField()
    state = serializers.CharField(help_text=", ".join(State))
    request = HisWordsRow(allow_null=True, help_text="his own words")
    expires_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)
    clinic = serializers.CharField(allow_null=True, help_text="whose prescriber proposed or decided it")
    effective_on = serializers.DateField(allow_null=True)
    regimen = serializers.CharField(allow_null=True, help_text="id of the version that a confirmed change began")
    words = serializers.ListField(child=serializers.CharField(), help_text="sentences fit to show to him")


def line(
    row: Proposal,
    comparison: Comparison | None,
    events: Iterable[ProposalEvent],
    names: Mapping[str, str],
    now: datetime,
) -> dict[str, Any]:
    """What :class:`ProposalRow` promises. ``names``: of the accounts behind actors."""
    is_proposed = bool(row.kind)
    return {
        "id": str(row.uid),
        "uid": str(row.uid),
        "revision": row.revision,
        "state": row.state_at(now),
        "kind": row.kind or None,
        "drug": row.drug or None,
        "from_date": day(row.from_date),
        "effective_on": day(row.effective_on),
        "plan": row.plan,
        "before": _side(row.regimen_before, row.before_text, row.before_weekly) if is_proposed else None,
        "after": _side(row.regimen_after, row.after_text, row.after_weekly) if is_proposed else None,
        "request": _request(row),
        "proposed": _step(row.proposed_at, row.proposed_by, row.proposed_as, row.proposal_reason, names),
        "decided": _step(row.decided_at, row.decided_by, row.decided_as, row.decision_reason, names),
        "expires_at": instant(row.expires_at),
        "answer": row.answer,
        "evaluation_seen": _evaluation(row.evaluation_seen),
        "evaluation": _evaluation(row.evaluation),
        "episode": None if row.episode is None else str(row.episode.uid),
        "warnings": row.warnings,
        "raising_reason": row.raising_reason,
        "comparison": None if comparison is None else _comparison(comparison),
        "events": [
            {"what": event.what, "at": instant(event.at), "by": names.get(event.by, ""), "why": event.why} for event in events
        ],
    }


def waiting_row(row: Proposal) -> dict[str, Any]:
    """What :class:`WaitingRow` promises."""
    return {
        "patient_uid": str(row.patient.uid),
        "name": row.patient.name,
        "uid": str(row.uid),
        "state": row.state,
        "request": _request(row),
        "drug": row.drug or None,
        "before": row.before_text,
        "after": row.after_text,
        "proposed_by": None if row.proposed_as is None else str(row.proposed_as.user),
        "expires_at": instant(row.expires_at),
    }


def outlook_row(outlook: Outlook | None, items: Mapping[str, UUID], reader: Reader) -> dict[str, Any] | None:
    """What :class:`OutlookRow` promises. ``items``: the due items that are stored, by their anchor."""
    if outlook is None:
        return None
    return {
        "kind": outlook.kind.value,
        "weekly": outlook.weekly or None,
        "needs_raising_reason": bool(outlook.raised_while),
        "warnings": [{"code": warned.code, "words": warned.words} for warned in outlook.warnings],
        "rechecks": [_recheck(item, items.get(item.anchor)) for item in outlook.rechecks],
        "consequences": consequences_shown(outlook.consequences, reader),
    }


def for_him(row: Proposal, comparison: Comparison | None, now: datetime) -> dict[str, Any]:
    """What :class:`HisProposalRow` promises."""
    state, due_on = row.state_at(now), None if comparison is None else comparison.due_on
    words = shown.words_of_proposal(row, man=row.patient, state=state, today=local_today(row.patient, now), due_on=due_on)
    return {
        "id": row.client_id,
        "uid": str(row.uid),
        "revision": row.revision,
        "state": state,
        "request": _request(row),
        "expires_at": instant(row.expires_at),
        "decided_at": instant(row.decided_at),
        "clinic": shown.clinic_of_proposal(row),
        "effective_on": day(row.effective_on),
        "regimen": None if row.regimen_after is None else row.regimen_after.client_id,
        "words": list(words),
    }


def _side(regimen: Regimen | None, text: str, weekly: str) -> dict[str, Any]:
    return {"regimen": None if regimen is None else str(regimen.uid), "text": text, "weekly": weekly or None}


def _request(row: Proposal) -> dict[str, Any] | None:
    return {"words": row.words, "at": instant(row.requested_at)} if row.words else None


def _step(at: datetime | None, by: str, as_: Prescriber | None, reason: str, names: Mapping[str, str]) -> dict[str, Any] | None:
    if at is None:
        return None
    clinic = None if as_ is None else as_.clinic.name
    return {"at": instant(at), "by": names.get(by, ""), "clinic": clinic, "reason": reason}


def _evaluation(row: Evaluation | None) -> dict[str, Any] | None:
    if row is None:
        return None
    return {
        "uid": str(row.uid),
        "as_of": instant(row.as_of),
        "word": row.word,
        "state": row.state,
        "tier": row.tier or None,
        "rulebook_version": row.rulebook_version,
    }


def _comparison(said: Comparison) -> dict[str, Any]:
    return {
        "answer": said.answer.value,
        "before": _measured(said.before),
        "after": _measured(said.after),
        "days": said.days,
        "due_on": day(said.due_on),
        "comparable": said.comparable,
        "codes": list(said.codes),
        "words": list(said.words),
    }


def _measured(said: Measured | None) -> dict[str, Any] | None:
    if said is None:
        return None
    return {
        "value": said.value,
        "unit": said.unit,
        "assay": said.assay,
        "on": day(said.on),
        "tier": said.tier,
        "ai_phase": said.ai_phase.value,
        "ai_hours": None if said.ai_hours is None else str(said.ai_hours),
        "testosterone_phase": said.testosterone_phase.value,
        "testosterone_hours": None if said.testosterone_hours is None else str(said.testosterone_hours),
        "testosterone": said.testosterone or None,
        "testosterone_on": day(said.testosterone_on),
    }


def _recheck(item: DueItem, stored: UUID | None) -> dict[str, Any]:
    return {
        "words": item.words,
        "opens_on": day(item.opens_on),
        "due_on": day(item.due_on),
        "overdue_on": day(item.overdue_on),
        "earliest_answer_on": day(item.earliest_on),
        "rule": item.rule,
        "due_item": None if stored is None else str(stored),
    }
