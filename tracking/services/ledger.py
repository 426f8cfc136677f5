"""The lines of the titration ledger: found, moved a step on, and read beside what came of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from tracking.domain.actor import Actor
from tracking.domain.evaluate import gather
from tracking.domain.history import History
from tracking.domain.problems import problem
from tracking.domain.titration.comparison import Comparison, compare
from tracking.domain.titration.states import State, check_step
from tracking.evidence import load_rulebook
from tracking.models import CareRelationship, Clinic, Patient, Prescriber, Proposal, ProposalEvent, User
from tracking.services import records
from tracking.services.access import not_found
from tracking.services.history import history_of

__all__ = [
    "comparisons", "decide", "expire_passed", "find", "noted", "refuse_decided", "same", "stated_reason", "under", "waiting",
]  # fmt: skip

_TIME = Actor.system("time-passes")


def comparisons(of: Patient | History, rows: Iterable[Proposal], now: datetime) -> dict[int, Comparison]:
    """By key of each confirmed one what stood before and after it, as of now. His history is read once, if not at hand."""
    began = {row.pk: (row.drug, row.effective_on) for row in rows if row.effective_on is not None}
    if not began:
        return {}
    history = of if isinstance(of, History) else history_of(of)
    facts = gather(history, load_rulebook(), now)
    return {pk: compare(drug, on, facts) for pk, (drug, on) in began.items()}


def find(man: Patient, key: UUID | str) -> Proposal:
    """One line of his ledger, by uid or by his phone's id; else not found."""
    rows = Proposal.objects.told().filter(patient=man)
    row = rows.filter(uid=key).first() if isinstance(key, UUID) else rows.filter(client_id=key).first()
    if row is None:
        raise not_found("proposal")
    found: Proposal = row
    return found


def waiting(clinics: Iterable[Clinic], now: datetime, *, without: User) -> QuerySet[Any]:
    """What is open at this instant of the men whom these clinics look after. Nobody works on his own record."""
    care = CareRelationship.objects.covering().filter(clinic__in=list(clinics), patient=OuterRef("patient"))
    rows = Proposal.objects.told().open().filter(Exists(care), expires_at__gt=now)
    found: QuerySet[Any] = rows.exclude(patient__user=without).select_related("patient")
    return found


def under(client_id: str | None, man: Patient) -> Proposal | None:
    """What stands under the id of a sender; None where there is nothing, or no id."""
    if client_id is None:
        return None
    records.check_client_id(client_id)
    return Proposal.objects.told().filter(patient=man, client_id=client_id).first()


def same(row: Proposal, is_same: bool) -> Proposal:  # noqa: FBT001  the outcome of a comparison, named by the parameter
    """The row that stands, where the same was sent again; a conflict otherwise."""
    if is_same:
        return row
    text = "'{received}' already names another proposal of this account. Send a new id."
    raise problem("/client_id", "client-id-taken", text, kind="conflict", received=row.client_id)


def refuse_decided(row: Proposal, wanted: State) -> None:
    """Raise Problem (a conflict) that names who was first, or that its time is over, or that the step is none."""
    state = State(row.state)
    if state is State.EXPIRED:
        text = "Nobody decided on it until {until}, so it has expired. Propose it anew where it is still wanted."
        raise problem("", "proposal-expired", text, kind="conflict", until=row.expires_at.isoformat())
    if not state.is_open:
        who = "The man himself" if row.decided_as is None else str(row.decided_as.user)
        text = "{who} has {state} it already, at {at}. That decision stands."
        at = row.decided_at.isoformat(timespec="minutes") if row.decided_at else ""
        raise problem("", "proposal-decided", text, kind="conflict", who=who, state=state.value, at=at)
    check_step(state, wanted)


def decide(row: Proposal, state: State, why: str, *, as_: Prescriber | None, by: Actor, now: datetime) -> Proposal:
    row.state, row.decided_at, row.decided_by, row.decided_as, row.decision_reason = state, now, str(by), as_, why
    row.save()
    return noted(row, by=by, at=now, why=why)


def noted(row: Proposal, *, by: Actor, at: datetime, why: str) -> Proposal:
    """The event of the step that was just taken; the row as the database completed it."""
    ProposalEvent.objects.create(patient_id=row.patient_id, proposal=row, what=row.state, at=at, by=str(by), why=why)
    row.refresh_from_db(fields=["revision"])
    return row


def expire_passed(man: Patient, now: datetime) -> int:
    """Time, and nobody, ends what was not decided on. Call it holding his lock."""
    passed = list(Proposal.objects.open().filter(patient=man, expires_at__lte=now))
    for row in passed:
        decide(row, State.EXPIRED, "", as_=None, by=_TIME, now=now)
    return len(passed)


def stated_reason(reason: str) -> str:
    """Without blanks around it; raises Problem where nothing is left."""
    if not reason.strip():
        raise problem("/reason", "reason-missing", "Say why, in a few words.")
    return reason.strip()
