"""The titration loop: the man asks in words, a prescriber proposes and confirms, and the ledger keeps both sides of it.

The man reads his own lines; staff read all of it, with before and after, under his uid.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Q, QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from tracking.api.base import RecordView
from tracking.api.fields import AsSent, Day, Input, Plan, Text, Uid
from tracking.api.paging import CHANGED_PAGE, PAGE, chosen, page
from tracking.api.records import Reader, RecordInput, names_of
from tracking.api.regimens import DOSE, Terms
from tracking.api.schema import Operation, Query, one_of, page_of
from tracking.api.titration_rows import (
    HisProposalRow,
    ProposalAnswer,
    ProposalRow,
    WaitingRow,
    for_him,
    line,
    outlook_row,
    waiting_row,
)
from tracking.domain.categories import Category
from tracking.domain.due import LAB
from tracking.domain.titration.states import OPEN, Ask, State
from tracking.models import Clinic, DueItem, Patient, Proposal, ProposalEvent
from tracking.models.titration import MOST_WORDS
from tracking.services import ledger, titration

__all__ = [
    "Confirmation", "Decline", "HisProposal", "HisProposals", "HisWithdrawal", "OneProposal", "Preview", "Proposals",
    "Waiting", "Withdrawal",
]  # fmt: skip

_OPEN, _CLOSED = "open", "closed"
_CLINIC = "for which of your clinics; needed where he lets in several"
_STATE = Query("state", "all where it is not sent", one_of((_OPEN, _CLOSED, *State)))


class HisRequestInput(RecordInput):
    """What the man would like to ask. No number in it is read, and nothing changes by it."""

    when_missing = {"words": ""}

    words = Text(max_length=MOST_WORDS, allow_blank=True, help_text="in his own words")


class TakeBackInput(Input):
    reason = Text(max_length=200, required=False, allow_blank=True, help_text="why it is taken back")


class PlanInput(Terms):
    """What the new version states. What a change does not send stays as it is."""

    reason = None  # type: ignore[assignment]  # the decision has one of its own, which the regimen then carries
    drug = Text(max_length=40, required=False, help_text="with a start or another product")
    dose = AsSent(max_length=60, required=False, help_text=DOSE)
    dose_mg = AsSent(max_length=60, required=False, help_text="text: one dose in mg of the product, as written")
    schedule = Plan(max_length=400, required=False)
    ends_on = Day(required=False, help_text="with a start or another product: the first day on which it no longer holds")


class ProposalInput(RecordInput):
    """A change that a prescriber states, for himself or a colleague to confirm."""

    when_missing = {"ask": "", "reason": ""}

    ask = Text(max_length=10, allow_blank=True, help_text=", ".join(Ask))
    regimen = Uid(required=False, help_text="the version that it is made against; none for a start")
    from_date = Day(help_text="the first day on which it is to hold, today or later where he lives")
    plan = PlanInput(required=False, help_text="none for a stop")
    reason = Text(max_length=200, allow_blank=True, help_text="why")
    answers = Uid(required=False, help_text="uid of the man's request that it takes up")
    clinic = Uid(required=False, help_text=_CLINIC)


class PreviewInput(Input):
    from_date = Day(required=False, help_text="another day than proposed")


class ConfirmationInput(Input):
    """A prescriber's decision, on the evaluation that he looked at."""

    when_missing = {"reason": ""}

    evaluation = Uid(help_text="the one he looked at, as the preview names it")
    reason = Text(max_length=200, allow_blank=True, help_text="why; the new regimen carries it")
    typed_weekly = AsSent(
        max_length=60,
        required=False,
        help_text="text: what the new plan comes to in a week, typed by him, in the unit that `weekly` shows; 0 for a stop",
    )
    raising_reason = Text(
        max_length=400, required=False, allow_blank=True, help_text="asked for where more of an AI is given while low or blind"
    )
    from_date = Day(required=False, help_text="another day than proposed, today or later")
    episode = Uid(required=False, help_text="an episode that is answered by it, as `changed_plan`")
    clinic = Uid(required=False, help_text=_CLINIC)


class DeclineInput(Input):
    when_missing = {"reason": ""}

    reason = Text(max_length=200, allow_blank=True, help_text="for the record")
    answer = Text(max_length=400, required=False, allow_blank=True, help_text="what the man reads")
    clinic = Uid(required=False, help_text=_CLINIC)


class LedgerView(RecordView):
    """What every view of proposals knows."""

    what = "titration"

    def rows(self, man: Patient) -> QuerySet[Any]:
        return Proposal.objects.told().filter(patient=man).select_related("patient")

    def found(self, man: Patient) -> Proposal:
        """The line that the address names, else 404: staff name it by uid, the man by his phone's id."""
        return ledger.find(man, self.kwargs["uid"] if self.is_staff_route else self.kwargs["key"])

    def lines(self, man: Patient, rows: Iterable[Proposal]) -> list[dict[str, Any]]:
        """What :class:`ProposalRow` promises of each; the number of queries does not grow with them."""
        rows = list(rows)
        sides = ledger.comparisons(man, rows, self.now)
        events: dict[int, list[ProposalEvent]] = {row.pk: [] for row in rows}
        for event in ProposalEvent.objects.filter(proposal__in=rows).order_by("pk"):
            events[event.proposal_id].append(event)
        names = names_of(event.by for of_one in events.values() for event in of_one)
        return [line(row, sides.get(row.pk), events[row.pk], names, self.now) for row in rows]

    def narrowed(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """By the state that they have now: time ends what nobody decided on."""
        wanted = chosen(self.query, "state", [_OPEN, _CLOSED, *State])
        is_open = Q(state__in=OPEN, expires_at__gt=self.now)
        by_name = {_OPEN: is_open, _CLOSED: ~is_open, State.EXPIRED: Q(state=State.EXPIRED) | (Q(state__in=OPEN) & ~is_open)}
        if wanted is None:
            return rows
        own = Q(state=wanted) & (is_open if wanted in OPEN else Q())
        return rows.filter(by_name.get(wanted, own))


class HisLedgerView(LedgerView):
    """The man's own."""

    def answer(self, man: Patient, row: Proposal, *, status: int = 200) -> Response:
        sides = ledger.comparisons(man, [row], self.now)
        return self.row(for_him(row, sides.get(row.pk), self.now), status=status)


class HisProposals(HisLedgerView):
    """His requests and the decisions on his plan, and a new request."""

    operations = {
        "GET": Operation(
            "List requests, and what was decided on his plan, newest first",
            page_of(HisProposalRow),
            query=CHANGED_PAGE,
            description="His own words, and what his clinic made of them.",
        ),
        "POST": Operation(
            "Ask the clinic in his own words; nothing changes by it. 200 where it was sent before",
            HisProposalRow,
            HisRequestInput,
            status=(201, 200),
            etag=True,
            description="It waits in the clinic's queue. One request is open at a time.",
        ),
    }

    def get(self, request: Request, **_: Any) -> Response:
        man = self.patient()
        found, following = page(self.rows(man), request, self.query, by=None)
        sides = ledger.comparisons(man, found, self.now)
        return Response({"next": following, "results": [for_him(row, sides.get(row.pk), self.now) for row in found]})

    def post(self, _request: Request, **_: Any) -> Response:
        man = self.patient()
        told = titration.request(patient=man, by=self.actor, now=self.now, **self.sent(HisRequestInput))
        return self.answer(man, told.row, status=201 if told.is_new else 200)


class HisProposal(HisLedgerView):
    """One line."""

    operations = {
        "GET": Operation(
            "Read one request or decision",
            HisProposalRow,
            etag=True,
            description="With what happened to it that is his to read.",
        )
    }

    def get(self, _request: Request, **_: Any) -> Response:
        man = self.patient()
        return self.answer(man, self.found(man))


class HisWithdrawal(HisLedgerView):
    """A request taken back."""

    operations = {
        "POST": Operation(
            "Take a request back; it stays on the ledger",
            HisProposalRow,
            TakeBackInput,
            etag=True,
            description="As long as nobody has decided.",
        )
    }

    def post(self, _request: Request, **_: Any) -> Response:
        man = self.patient()
        uid = self.found(man).uid
        row = titration.withdraw(patient=man, uid=uid, by=self.actor, now=self.now, **self.sent(TakeBackInput))
        return self.answer(man, row)


class StaffLedgerView(LedgerView):
    """What staff do."""

    def told(self, man: Patient, told: titration.Told, *, status: int = 200) -> Response:
        """The line, what comes of it, and the evaluation that stands."""
        (shown,) = self.lines(man, [told.row])
        evaluation = None if told.evaluation is None else str(told.evaluation.uid)
        anchors = [item.anchor for item in told.outlook.rechecks] if told.outlook is not None else []
        items = dict(DueItem.objects.filter(patient=man, kind=LAB, anchor__in=anchors).values_list("anchor", "uid"))
        answer = {
            "proposal": shown,
            "outlook": outlook_row(told.outlook, items, Reader(is_staff=True, man=man)),
            "evaluation": evaluation,
        }
        return Response(answer, status=status, headers={"ETag": f'"{told.row.revision}"'})

    def uid(self, man: Patient) -> Any:
        """Of the line that the address names, else 404."""
        return self.found(man).uid


class Proposals(StaffLedgerView):
    """The ledger, and a new proposal."""

    operations = {
        "GET": Operation(
            "List the titration ledger, newest first: requests, proposals, decisions, and before and after of each change",
            page_of(ProposalRow),
            query=(_STATE, *CHANGED_PAGE),
            description="Nothing on it is changed or deleted: what was taken back or declined stands too.",
        ),
        "POST": Operation(
            "Propose a change that a prescriber states; nothing changes yet. 200 where it takes up a request or stood before",
            ProposalAnswer,
            ProposalInput,
            status=(201, 200),
            etag=True,
            description="Doses are what a prescriber typed: the software computes and proposes none.",
        ),
    }

    def get(self, request: Request, **_: Any) -> Response:
        man = self.patient()
        found, following = page(self.narrowed(self.rows(man)), request, self.query, by=None)
        return Response({"next": following, "results": self.lines(man, found)})

    def post(self, _request: Request, **_: Any) -> Response:
        man = self.patient()
        sent = _for_service(self.sent(ProposalInput))
        sent["regimen"] = str(sent.get("regimen", ""))
        told = titration.propose(patient=man, by=self.actor, now=self.now, **sent)
        return self.told(man, told, status=201 if told.is_new else 200)


class Waiting(LedgerView):
    """What waits for a decision in this account's clinics. It is a worklist: opening a man is what is noted as a visit."""

    category = Category.OWN  # whose account it is: no key reads it
    operations = {
        "GET": Operation(
            "List the open requests and proposals of all men whom this account's clinics look after, newest first",
            page_of(WaitingRow),
            query=PAGE,
            description="Each leads to the man's own ledger, where it is decided.",
        )
    }

    def get(self, _request: Request) -> Response:
        clinics = Clinic.objects.filter(prescribers__user=self.user, prescribers__is_active=True)
        return self.page(ledger.waiting(clinics, self.now, without=self.user), waiting_row, by=None)


class OneProposal(StaffLedgerView):
    """One line."""

    operations = {
        "GET": Operation(
            "Read one line of the titration ledger",
            ProposalRow,
            etag=True,
            description="With everything that happened to it, and, once confirmed, before and after.",
        )
    }

    def get(self, _request: Request, **_: Any) -> Response:
        man = self.patient()
        return self.row(self.lines(man, [self.found(man)])[0])


class Preview(StaffLedgerView):
    """What confirming would come to, now."""

    operations = {
        "POST": Operation(
            "Look at what confirming would come to: warnings, recheck, weekly amount; of the change nothing is stored",
            ProposalAnswer,
            PreviewInput,
            etag=True,
            description="The looking is noted, since a confirmation rests on it.",
        )
    }

    def post(self, _request: Request, **_: Any) -> Response:
        man = self.patient()
        uid = self.uid(man)
        sent = self.sent(PreviewInput)
        return self.told(man, titration.preview(patient=man, uid=uid, by=self.actor, now=self.now, **sent))


class Confirmation(StaffLedgerView):
    """The decision for it: the regimen changes with it."""

    operations = {
        "POST": Operation(
            "Confirm a proposal on the evaluation that was looked at; the regimen changes in the same transaction",
            ProposalAnswer,
            ConfirmationInput,
            etag=True,
            description="Only a prescriber, and only on the evaluation that stands: another one meanwhile is a 409.",
        )
    }

    def post(self, _request: Request, **_: Any) -> Response:
        man = self.patient()
        uid = self.uid(man)
        sent = _for_service(self.sent(ConfirmationInput))
        return self.told(man, titration.confirm(patient=man, uid=uid, by=self.actor, now=self.now, **sent))


class Decline(StaffLedgerView):
    """The decision against it."""

    operations = {
        "POST": Operation(
            "Decline a request or a proposal; it stays on the ledger",
            ProposalRow,
            DeclineInput,
            etag=True,
            description="The man reads `answer`; the regimen stays as it is.",
        )
    }

    def post(self, _request: Request, **_: Any) -> Response:
        man = self.patient()
        uid = self.uid(man)
        sent = _for_service(self.sent(DeclineInput))
        row = titration.decline(patient=man, uid=uid, by=self.actor, now=self.now, **sent)
        return self.row(self.lines(man, [row])[0])


class Withdrawal(StaffLedgerView):
    """A proposal taken back."""

    operations = {
        "POST": Operation(
            "Take a proposal back; it stays on the ledger",
            ProposalRow,
            TakeBackInput,
            etag=True,
            description="Any prescriber of his clinics, as long as nobody has decided. A request is declined instead.",
        )
    }

    def post(self, _request: Request, **_: Any) -> Response:
        man = self.patient()
        uid = self.uid(man)
        sent = self.sent(TakeBackInput)
        row = titration.withdraw(patient=man, uid=uid, by=self.actor, now=self.now, **sent)
        return self.row(self.lines(man, [row])[0])


def _for_service(sent: Mapping[str, Any]) -> dict[str, Any]:
    """The body in the words of the service."""
    given = dict(sent)
    return {"clinic_uid": given.pop("clinic", None), **given}
