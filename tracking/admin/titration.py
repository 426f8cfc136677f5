"""Titration from a man's page: a change is proposed, looked at with what comes of it, and decided on. No dose is made here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any, ClassVar, cast
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse

from tracking.admin import effects, phrases, record, seen
from tracking.admin.basis import findings_of
from tracking.admin.forms import SiteForm, WriteForm
from tracking.admin.ledger_lines import actors_of, ledger_lines, ledger_page, proposed
from tracking.admin.titration_forms import (
    ConfirmForm,
    DayForm,
    DeclineForm,
    ProposeChangeForm,
    ProposeProductForm,
    ProposeStartForm,
    ProposeStopForm,
    Proposing,
    WithdrawForm,
    day_asked,
)
from tracking.admin.writes import OfRegimen
from tracking.admin.writing import Write
from tracking.domain.problems import Problem
from tracking.domain.titration.states import Ask, State
from tracking.models import Episode, Proposal
from tracking.services import ledger, overrides, rulebooks, titration

__all__ = ["WRITES"]


_DONE = {State.CONFIRMED: "confirmed", State.DECLINED: "declined", State.WITHDRAWN: "taken back"}


class Propose(Write):
    """A change that a prescriber states. Nothing of the man's plan changes by it."""

    ask: ClassVar[Ask]
    button = "Propose, and look at what comes of it"
    adds = Proposal
    stored: Proposal

    def form(self, posted: Any) -> WriteForm:
        form = super().form(posted)
        request = Proposal.objects.filter(patient=self.man, state=State.REQUESTED, expires_at__gt=self.now).first()
        cast("Proposing", form).offer(overrides.clinics_for(self.man, self.by), request)
        return form

    def store(self, form: Any, sites: Sequence[SiteForm]) -> str:
        self.stored = titration.propose(**self.who, ask=self.ask, **self.stated(form), **form.proposed()).row
        return "Proposed. Nothing of his plan has changed yet: look at what comes of it, and decide."

    def stated(self, form: Any) -> dict[str, Any]:
        """What is to hold, and in place of what."""
        return {"plan": form.plan()}

    def after(self) -> str:
        return reverse("admin:tracking_patient_decide", args=[self.man.uid, self.stored.uid])


class ProposeStart(Propose):
    address, name = "titration/start/", "propose_start"
    title, ask = "Propose to start a drug", Ask.START
    form_class = ProposeStartForm


class ProposeOfRegimen(OfRegimen, Propose):
    def stated(self, form: Any) -> dict[str, Any]:
        return super().stated(form) | {"regimen": str(self.regimen.uid)}


class ProposeChange(ProposeOfRegimen):
    address, name = "regimen/<uuid:regimen_uid>/propose-change/", "propose_change"
    title, ask = "Propose another dose or interval", Ask.CHANGE
    form_class = ProposeChangeForm

    def initial(self) -> dict[str, Any]:
        return ProposeChangeForm.initial_from(self.regimen)


class ProposeStop(ProposeOfRegimen):
    address, name = "regimen/<uuid:regimen_uid>/propose-stop/", "propose_stop"
    title, ask = "Propose to stop a drug", Ask.STOP
    form_class = ProposeStopForm

    def stated(self, form: Any) -> dict[str, Any]:
        return {"regimen": str(self.regimen.uid)}


class ProposeProduct(ProposeOfRegimen):
    address, name = "regimen/<uuid:regimen_uid>/propose-product/", "propose_product"
    title, ask = "Propose another product", Ask.PRODUCT
    form_class = ProposeProductForm

    def form(self, posted: Any) -> WriteForm:
        form = super().form(posted)
        cast("ProposeProductForm", form).narrow(self.regimen)
        return form


class OfProposal(Write):
    """A decision on one line of the ledger."""

    # As what it can be decided on, and what it is then.
    needs: ClassVar[tuple[State, ...]] = (State.PROPOSED,)
    becomes: ClassVar[State]

    def __init__(self, *, proposal_uid: UUID, **given: Any) -> None:
        super().__init__(**given)
        self.proposal = ledger.find(self.man, proposal_uid)

    def rows(self) -> Sequence[Proposal]:
        return (self.proposal,)

    def lines(self) -> Iterable[tuple[str, str]]:
        row = self.proposal
        yield "State", row.state_at(self.now)
        yield "What", proposed(row, self.rulebook)
        yield "Why", row.proposal_reason

    def is_repeated(self) -> bool:
        """Whether he sends what he has decided: one form that was sent twice is one decision."""
        row, said = self.proposal, self.sent.get("reason", "").strip()
        is_same = (row.state, row.decided_by, row.decision_reason) == (self.becomes, str(self.by), said)
        return is_same and seen.FIELD in self.sent

    def changed(self) -> seen.Changed | None:
        return None if self.is_repeated() else super().changed()

    def gone(self) -> str:
        state = State(self.proposal.state_at(self.now))
        if state in self.needs or self.is_repeated():
            return ""
        if state is State.REQUESTED:
            return "This is a request in his own words. Take it up by a proposal, or decline it."
        return f"This is {state.value}, so it cannot be {_DONE[self.becomes]} any more."

    @property
    def standing(self) -> str:
        return proposed(self.proposal, self.rulebook) or f"his request: {self.proposal.words}"

    def context(self, request: HttpRequest) -> dict[str, Any]:
        page = ledger_page(self.man, request)
        known = phrases.names(actors_of(page))
        said = ledger_lines(
            page,
            self.man,
            zone=self.man.zone,
            rulebook=self.rulebook,
            name=lambda actor: phrases.who(actor, known, self.man),
            now=self.now,
        )
        return {"ledger": page, "ledger_lines": said}


class Decide(OfProposal):
    """What confirming would come to, and the decision for it."""

    address, name = "titration/<uuid:proposal_uid>/", "decide"
    template = "admin/tracking/patient/decide.html"
    title, button = "Decide on a proposal", "Confirm: his regimen changes"
    becomes = State.CONFIRMED
    confirming: ConfirmForm

    def form(self, posted: Any) -> WriteForm:
        open_now = Episode.objects.unresolved().filter(patient=self.man, acknowledged_at=None).order_by("priority", "pk")
        unit = self.rulebook.drugs[self.proposal.drug].unit if self.proposal.drug in self.rulebook.drugs else "mg"
        self.confirming = ConfirmForm(
            posted,
            man=self.man,
            rulebook=self.rulebook,
            clinics=overrides.clinics_for(self.man, self.by),
            episodes=open_now,
            unit=unit,
        )
        return self.confirming

    def store(self, form: Any, sites: Sequence[SiteForm]) -> str:
        told = titration.confirm(**self.who, uid=self.proposal.uid, **form.sent())
        said = [f"Confirmed: {proposed(told.row, self.rulebook)}, from {phrases.day(told.row.effective_on)}."]
        if told.outlook is not None:
            said += [f"Recheck due {phrases.day(item.due_on)}." for item in told.outlook.rechecks]
            said += effects.sentences(told.outlook.consequences)
        return " ".join(said)

    @cached_property
    def preview(self) -> tuple[titration.Told | None, str]:
        """What confirming would come to on the day that is asked for; or why it cannot be confirmed as it stands."""
        if self.gone():
            return None, ""
        try:
            return titration.preview(**self.who, uid=self.proposal.uid, from_date=day_asked(self.sent)), ""
        except Problem as refused:
            return None, " ".join(issue.detail for issue in refused.issues)

    def context(self, request: HttpRequest) -> dict[str, Any]:
        told, refused = self.preview
        outlook = None if told is None else told.outlook
        if outlook is None or not outlook.raised_while:
            del self.confirming.fields["raising_reason"]
        on = day_asked(self.sent) or self.proposal.from_date
        looked_at = None if told is None else told.evaluation
        basis = rulebooks.basis_of(looked_at) if looked_at else {}
        return super().context(request) | {
            "proposal": self.proposal,
            "proposed_at": phrases.instant(self.proposal.proposed_at, self.man.zone),
            "expires_at": phrases.instant(self.proposal.expires_at, self.man.zone),
            "day_form": DayForm(initial={"from_date": on}, label_suffix=""),
            "on": on,
            "refused": refused,
            "looked_at": looked_at,
            "state": record.STATES.get(looked_at.state, "") if looked_at else "",
            "looked_at_as_of": phrases.instant(looked_at.as_of, self.man.zone) if looked_at else "",
            "basis": basis,
            "findings": findings_of(basis),
            "outlook": outlook,
            "effects": effects.sentences(outlook.consequences) if outlook else [],
        }


class Decline(OfProposal):
    address, name = "titration/<uuid:proposal_uid>/decline/", "decline"
    title, button, becomes = "Decline", "Decline", State.DECLINED
    needs = (State.REQUESTED, State.PROPOSED)

    def form(self, posted: Any) -> WriteForm:
        clinics = overrides.clinics_for(self.man, self.by)
        return DeclineForm(posted, man=self.man, rulebook=self.rulebook, clinics=clinics)

    def store(self, form: Any, sites: Sequence[SiteForm]) -> str:
        titration.decline(**self.who, uid=self.proposal.uid, **form.sent())
        return "Declined. It stays on the ledger."


class Withdraw(OfProposal):
    address, name = "titration/<uuid:proposal_uid>/withdraw/", "withdraw"
    title, button, becomes = "Take a proposal back", "Take it back", State.WITHDRAWN
    form_class = WithdrawForm

    def store(self, form: Any, sites: Sequence[SiteForm]) -> str:
        titration.withdraw(**self.who, uid=self.proposal.uid, reason=form.cleaned_data["reason"])
        return "Taken back. It stays on the ledger."


WRITES: tuple[type[Write], ...] = (ProposeStart, ProposeChange, ProposeStop, ProposeProduct, Decide, Decline, Withdraw)
