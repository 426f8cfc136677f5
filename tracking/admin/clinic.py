"""A clinic's own pages: who works there, who is invited, and the floor of its men. Nothing of any man is on them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, ClassVar, cast
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from tracking import clock, tasks
from tracking.admin import phrases, problems, seen
from tracking.admin.forms import DAY
from tracking.admin.site import actor_of, view_at
from tracking.admin.writing import CONFLICT
from tracking.domain.actor import Actor
from tracking.domain.problems import Problem
from tracking.evidence import load_rulebook
from tracking.models import Clinic, ClinicFloor, ColleagueInvitation, Invitation, Prescriber, User
from tracking.services import clinics, colleagues, overrides, sharing

__all__ = ["CLINIC_WRITES", "ClinicWrite"]

INVITATIONS, FLOORS = 50, 20


class ClinicFloorForm(forms.Form):
    required_css_class = "required"
    floor = forms.CharField(max_length=24, label="Floor, pg/mL")
    expires_on = forms.DateField(required=False, widget=DAY, label="Until and including", help_text="Left empty: until ended.")
    reason = forms.CharField(required=False, max_length=200, label="Reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        limits = load_rulebook().estradiol.override
        self.fields[
            "floor"
        ].help_text = (
            f"{limits.low} to {limits.high} {limits.unit}. It counts for every man of the clinic without one of his own."
        )


@view_at("clinic/", "clinic")
@require_safe
def own_clinics(request: HttpRequest) -> HttpResponse:
    """Whoever works in one clinic is led to it."""
    found = _clinics(request)
    if not found:
        raise Http404
    if len(found) == 1:
        return HttpResponseRedirect(reverse("admin:clinic_page", args=[found[0].uid]))
    context = admin.site.each_context(request) | {"title": "Your clinics", "clinics": found}
    return TemplateResponse(request, "admin/tracking/clinic/clinics.html", context)


@view_at("clinic/<uuid:clinic_uid>/", "clinic_page")
@require_safe
def page(request: HttpRequest, clinic_uid: UUID) -> HttpResponse:
    """Members, invitations and floors. Every member reads it; an administrator invites, and changes who is one."""
    own, now = clinics.member(actor_of(request), clinic_uid), clock.now()
    clinic = own.clinic
    rows = Invitation.objects.filter(clinic=clinic).select_related("made_by__user").order_by("-made_at", "-pk")
    floors = (
        ClinicFloor.objects.filter(clinic=clinic).select_related("set_by__user", "set_by__clinic").order_by("-set_at", "-pk")
    )
    may_administer = clinics.administers(own.user)
    letters = colleagues.of_clinic(clinic.pk)[:INVITATIONS] if may_administer else ()
    context = admin.site.each_context(request) | {
        "title": clinic.name,
        "clinic": clinic,
        "own": own,
        "may_administer": may_administer,
        "letters": [(row, _state(row, now), phrases.instant(row.made_at, clinic.zone)) for row in letters],
        "members": [(row, clinics.administers(row.user)) for row in clinics.members_of(clinic)],
        "invitations": [(row, _state(row, now), phrases.instant(row.made_at, clinic.zone)) for row in rows[:INVITATIONS]],
        "most_invitations": INVITATIONS,
        "floors": [(row, _floor_state(row, now), phrases.instant(row.set_at, clinic.zone)) for row in floors[:FLOORS]],
        "has_floor": floors.filter(ended_at=None).exists(),
    }
    return TemplateResponse(request, "admin/tracking/clinic/page.html", context)


class ClinicWrite:
    """One thing that is changed about a clinic, over one service; refused where it was changed while the form was open."""

    address: ClassVar[str]
    name: ClassVar[str]
    title: ClassVar[str]
    button: ClassVar[str]
    form_class: ClassVar[type[forms.Form]] = forms.Form

    def __init__(self, *, clinic: Clinic, by: Actor, now: datetime) -> None:
        self.clinic, self.by, self.now = clinic, by, now

    def store(self, form: forms.Form) -> str:
        """Call the service; the sentence that tells what was stored."""
        raise NotImplementedError

    def version(self) -> str:
        """Of what it changes or replaces."""
        raise NotImplementedError

    def lines(self) -> Iterable[tuple[str, str]]:
        raise NotImplementedError

    def gone(self) -> str:
        """Why there is nothing left to change; empty while there is."""
        return ""

    @property
    def standing(self) -> str:
        return "; ".join(f"{label}: {value}" for label, value in self.lines() if value)

    @property
    def shown(self) -> seen.Shown:
        return seen.Shown(self.version(), tuple(self.lines()))

    @property
    def seal(self) -> str:
        return seen.sealed(self.shown)


class OfMember(ClinicWrite):
    is_active: ClassVar[bool]

    def __init__(self, *, uid: UUID, **given: Any) -> None:
        super().__init__(**given)
        row = clinics.members_of(self.clinic).filter(uid=uid).first()
        if row is None:
            raise Http404
        self.row: Prescriber = row

    def version(self) -> str:
        return f"{self.row.uid}:{self.row.is_active}"

    def lines(self) -> Iterable[tuple[str, str]]:
        return (
            ("Member", f"{self.row.user}, {self.row.user.email}"),
            ("State", "works here" if self.row.is_active else "ended"),
        )

    def gone(self) -> str:
        if self.row.is_active == self.is_active:
            return "He works here." if self.is_active else "This membership was ended already."
        return ""


class EndMember(OfMember):
    address, name = "clinic/<uuid:clinic_uid>/member/<uuid:uid>/end/", "clinic_end_member"
    title, button, is_active = "End a membership", "End membership", False

    def store(self, form: forms.Form) -> str:
        row = clinics.end_membership(clinic_uid=self.clinic.uid, uid=self.row.uid, by=self.by, now=self.now)
        return f"Ended: {row.user} sees none of this clinic's men any more. What he decided keeps his name."


class ResumeMember(OfMember):
    address, name = "clinic/<uuid:clinic_uid>/member/<uuid:uid>/resume/", "clinic_resume_member"
    title, button, is_active = "Resume a membership", "Resume membership", True

    def store(self, form: forms.Form) -> str:
        row = clinics.resume_membership(clinic_uid=self.clinic.uid, uid=self.row.uid, by=self.by, now=self.now)
        return f"Resumed: {row.user} works here again."


class TakeBackInvitation(ClinicWrite):
    address, name = "clinic/<uuid:clinic_uid>/invitation/<uuid:uid>/take-back/", "clinic_take_back"
    title, button = "Take an invitation back", "Take it back"

    def __init__(self, *, uid: UUID, **given: Any) -> None:
        super().__init__(**given)
        row = Invitation.objects.filter(clinic=self.clinic, uid=uid).select_related("made_by__user").first()
        if row is None:
            raise Http404
        self.row: Invitation = row

    def version(self) -> str:
        return f"{self.row.uid}:{self.row.used_at}:{self.row.withdrawn_at}"

    def lines(self) -> Iterable[tuple[str, str]]:
        made = f"by {self.row.made_by.user}, {phrases.instant(self.row.made_at, self.clinic.zone)}"
        return (("Made", made), ("State", _state(self.row, self.now)))

    def gone(self) -> str:
        state = _state(self.row, self.now)
        return "" if state == "open" else f"This invitation is {state}."

    def store(self, form: forms.Form) -> str:
        sharing.withdraw_invitation(clinic_uid=self.clinic.uid, uid=self.row.uid, by=self.by, now=self.now)
        return "Taken back: its code lets nobody in any more."


class TakeBackLetter(ClinicWrite):
    """Of an invitation to a colleague, by an administrator."""

    address, name = "clinic/<uuid:clinic_uid>/colleague/<uuid:uid>/take-back/", "clinic_take_back_letter"
    title, button = "Take an invitation of a colleague back", "Take it back"

    def __init__(self, *, uid: UUID, **given: Any) -> None:
        super().__init__(**given)
        row = colleagues.of_clinic(self.clinic.pk).filter(uid=uid).first()
        if row is None:
            raise Http404
        self.row: ColleagueInvitation = row

    def version(self) -> str:
        return f"{self.row.uid}:{self.row.used_at}:{self.row.withdrawn_at}"

    def lines(self) -> Iterable[tuple[str, str]]:
        made = f"by {self.row.made_by.user}, {phrases.instant(self.row.made_at, self.clinic.zone)}"
        return (("To", self.row.email), ("Made", made), ("State", _state(self.row, self.now)))

    def gone(self) -> str:
        state = _state(self.row, self.now)
        return "" if state == "open" else f"This invitation is {state}."

    def store(self, form: forms.Form) -> str:
        colleagues.withdraw(clinic_uid=self.clinic.uid, uid=self.row.uid, by=self.by, now=self.now)
        return "Taken back: its link lets nobody in any more."


class OfFloor(ClinicWrite):
    """A write about the floor that stands, or about that there is none."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        rows = ClinicFloor.objects.filter(clinic=self.clinic, ended_at=None).select_related("set_by__user", "set_by__clinic")
        self.row: ClinicFloor | None = rows.first()

    def version(self) -> str:
        return "" if self.row is None else str(self.row.uid)

    def lines(self) -> Iterable[tuple[str, str]]:
        row = self.row
        if row is None:
            return (("Floor", "that of the rulebook"),)
        until = phrases.day(row.expires_on) or "ended"
        return (("Floor", f"{row} until {until}"), ("Set by", row.whose), ("Reason", row.reason))


class SetClinicFloor(OfFloor):
    address, name = "clinic/<uuid:clinic_uid>/floor/", "clinic_set_floor"
    title, button = "Set the floor of the clinic's men", "Set floor"
    form_class = ClinicFloorForm

    def store(self, form: forms.Form) -> str:
        row = overrides.set_clinic_floor(clinic_uid=self.clinic.uid, by=self.by, now=self.now, **form.cleaned_data)
        tasks.reevaluate_clinic_after_commit(self.clinic.pk)
        return f"Set: a floor of {row} for the clinic's men. They are evaluated again by it now."


class EndClinicFloor(OfFloor):
    address, name = "clinic/<uuid:clinic_uid>/floor/end/", "clinic_end_floor"
    title, button = "End the floor of the clinic's men", "End floor"

    def gone(self) -> str:
        return "" if self.row else "No floor of this clinic stands."

    def store(self, form: forms.Form) -> str:
        row = overrides.end_clinic_floor(clinic_uid=self.clinic.uid, by=self.by, now=self.now)
        tasks.reevaluate_clinic_after_commit(self.clinic.pk)
        return f"Ended: the floor of {row}. The clinic's men are evaluated again now."


CLINIC_WRITES: tuple[type[ClinicWrite], ...] = (
    EndMember, ResumeMember, TakeBackInvitation, TakeBackLetter, SetClinicFloor, EndClinicFloor,
)  # fmt: skip
# What an administrator alone may do.
_ADMINISTRATORS = (OfMember, TakeBackLetter)


def _handle(kind: type[ClinicWrite], request: HttpRequest, clinic_uid: UUID, **named: UUID) -> HttpResponse:
    own = clinics.member(actor_of(request), clinic_uid)
    if issubclass(kind, _ADMINISTRATORS) and not clinics.administers(own.user):
        raise PermissionDenied
    posted = request.POST if request.method == "POST" else None
    if posted is not None:
        Clinic.objects.select_for_update(no_key=True).get(pk=own.clinic_id)  # what is read from here on stays so
    write = kind(clinic=own.clinic, by=actor_of(request), now=clock.now(), **named)
    form = write.form_class(posted)
    form.label_suffix = ""
    refused = None if posted is None else seen.changed(posted.get(seen.FIELD, ""), write.shown)
    if posted is not None and refused is None and not write.gone() and form.is_valid():
        try:
            messages.success(request, write.store(form))
            return HttpResponseRedirect(reverse("admin:clinic_page", args=[own.clinic.uid]))
        except Problem as problem:
            problems.show(problem, form)
    context = admin.site.each_context(request) | {
        "title": write.title, "write": write, "clinic": own.clinic, "form": form, "changed": refused, "gone": write.gone(),
    }  # fmt: skip
    status = CONFLICT if refused is not None or (posted is not None and write.gone()) else None
    return TemplateResponse(request, "admin/tracking/clinic/write.html", context, status=status)


def _register(kind: type[ClinicWrite]) -> None:
    @require_http_methods(["GET", "HEAD", "POST"])
    def view(request: HttpRequest, **named: UUID) -> HttpResponse:
        return _handle(kind, request, **named)

    view_at(kind.address, kind.name)(view)


for _kind in CLINIC_WRITES:
    _register(_kind)


def _clinics(request: HttpRequest) -> list[Clinic]:
    user = cast("User", request.user)
    return list(Clinic.objects.filter(prescribers__user=user, prescribers__is_active=True).order_by("name", "pk"))


def _state(row: Invitation | ColleagueInvitation, now: datetime) -> str:
    if row.used_at is not None:
        return "used"
    if row.withdrawn_at is not None:
        return "taken back"
    return "open" if now < row.expires_at else "run out"


def _floor_state(row: ClinicFloor, now: datetime) -> str:
    if row.ended_at is not None:
        return "ended"
    return "in force" if row.counts_on(now.date()) else "run out"
