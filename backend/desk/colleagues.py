"""Inviting a colleague from the clinic's page. It is here because a letter goes out by the e-mail channel."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from notifications.channels.base import Message, Refused, Target
from notifications.channels.email import EmailChannel
from notifications.domain.addresses import JOIN
from tracking import clock
from tracking.admin import phrases, problems
from tracking.admin.site import actor_of, view_at
from tracking.domain.actor import Actor
from tracking.domain.problems import Problem, problem
from tracking.models import ColleagueInvitation
from tracking.services import clinics, colleagues

__all__ = ["invite_colleague"]

# It may be read by others on a screen: that the clinic has to do with hormones is not in it.
TITLE = "Trabecula: an invitation to work in {clinic}"
BODY = "{who} invites you to work in {clinic} at its desk. The link below holds once, until {until} ({zone})."
LINK = "Accept or look first: {url}"
WHY = (
    "You receive this because somebody entered this address at the clinic. If you do not know of it, you need not do anything."
)


class InviteForm(forms.Form):
    required_css_class = "required"
    email = forms.CharField(
        max_length=254,
        label="E-mail",
        help_text="Of the colleague. The link in the letter holds for 7 days, once.",
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )


@view_at("clinic/<uuid:clinic_uid>/invite/", "clinic_invite")
@require_http_methods(["GET", "HEAD", "POST"])
def invite_colleague(request: HttpRequest, clinic_uid: UUID) -> HttpResponse:
    """By an administrator. What is said after it is the same whether or not somebody has an account under the address."""
    by, now = actor_of(request), clock.now()
    own = clinics.member(by, clinic_uid)
    if not clinics.administers(own.user):
        raise PermissionDenied
    form = InviteForm(request.POST if request.method == "POST" else None)
    form.label_suffix = ""
    if form.is_bound and form.is_valid():
        try:
            row = _invite(own.clinic.uid, form.cleaned_data["email"], by=by, now=now)
        except Problem as refused:
            problems.show(refused, form)
        else:
            until = phrases.instant(row.expires_at, own.clinic.zone)
            messages.success(request, f"A letter went to {row.email}. Its link holds until {until}.")
            return HttpResponseRedirect(reverse("admin:clinic_page", args=[own.clinic.uid]))
    context: dict[str, Any] = {"title": "Invite a colleague", "clinic": own.clinic, "form": form}
    return TemplateResponse(request, "admin/desk/invite.html", admin.site.each_context(request) | context)


def _invite(clinic_uid: UUID, email: str, *, by: Actor, now: datetime) -> ColleagueInvitation:
    """Stored and sent, or neither: whoever invites waits to hear that the letter went out."""
    with transaction.atomic():
        row, secret = colleagues.invite(clinic_uid=clinic_uid, email=email, by=by, now=now)
        clinic = row.clinic
        said = {"clinic": clinic.name, "who": str(row.made_by.user), "zone": clinic.zone}
        message = Message(
            TITLE.format(**said),
            BODY.format(until=phrases.instant(row.expires_at, clinic.zone), **said),
            reference=str(uuid4()),
            links={"answer": f"{settings.PUBLIC_URL}/{JOIN}/{secret}"},
            texts={"answer": LINK, "footer": WHY},
        )
        outcome = EmailChannel().send(message, Target("address", row.email))
        if isinstance(outcome, Refused) and outcome.is_retryable:
            raise problem("", "mail-away", "The mail server took nothing just now, so nobody was invited. Try again later.")
        if isinstance(outcome, Refused):
            text = "The mail server does not take mail for this address. Check how it is spelt."
            raise problem("/email", "email-refused", text)
    return row
