"""How a man comes onto the desk: his code is typed in, or he is given an invitation."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString, mark_safe

from tracking import clock
from tracking.admin import problems
from tracking.admin.site import TrabeculaAdminSite, is_prescriber
from tracking.domain.actor import Actor
from tracking.domain.problems import Problem
from tracking.domain.share_code import payload_of, written
from tracking.models import Clinic, User
from tracking.services import sharing
from tracking.services.qr import qr_svg

__all__ = ["urls"]

_LONGEST = 60


class ClinicForm(forms.Form):
    """For which of the clinics of whoever fills it in."""

    clinic = forms.ModelChoiceField(Clinic.objects.none(), to_field_name="uid", empty_label=None)

    def __init__(self, posted: Any, *, clinics: Any) -> None:
        super().__init__(posted)
        self.label_suffix = ""
        cast("forms.ModelChoiceField[Clinic]", self.fields["clinic"]).queryset = clinics


class CodeForm(ClinicForm):
    code = forms.CharField(
        max_length=_LONGEST,
        label="His code",
        help_text="He finds it in his app under sharing. It holds for 15 minutes, once.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class InvitationForm(ClinicForm):
    """Nothing but the clinic: an invitation names no man."""


def page(request: HttpRequest, *, site: TrabeculaAdminSite) -> HttpResponse:
    """Both ways in. A code that was just made is shown once, and kept nowhere."""
    if not is_prescriber(request):
        raise Http404
    by = Actor.user(cast("User", request.user).pk)
    clinics = Clinic.objects.filter(prescribers__user=by.user_id, prescribers__is_active=True).order_by("name")
    posted = request.POST if request.method == "POST" else None
    is_invitation = posted is not None and "invite" in posted
    code = CodeForm(None if is_invitation else posted, clinics=clinics)
    invitation = InvitationForm(posted if is_invitation else None, clinics=clinics)
    context: dict[str, Any] = {"code": code, "invitation": invitation, "title": "Let a man in"}
    if is_invitation and invitation.is_valid():
        _, made = sharing.invite(clinic_uid=invitation.cleaned_data["clinic"].uid, by=by, now=clock.now())
        context |= {"made": written(made), "drawing": _drawing(made)}
    elif code.is_bound and code.is_valid():
        sent = code.cleaned_data
        try:
            care = sharing.redeem(clinic_uid=sent["clinic"].uid, code=sent["code"], by=by, now=clock.now())
        except Problem as refused:
            problems.show(refused, code)
        else:
            messages.success(request, f"{care.patient} has let {care.clinic} in.")
            return HttpResponseRedirect(reverse("admin:tracking_patient_change", args=[care.patient.uid]))
    return TemplateResponse(request, "admin/tracking/sharing.html", site.each_context(request) | context)


def urls(site: TrabeculaAdminSite) -> list[URLPattern]:
    """Its one address, beside the list of patients. What a code opens is not open yet, so the system acts there."""

    def view(request: HttpRequest) -> HttpResponse:
        return page(request, site=site)

    view.acts_as = sharing.SHARING  # type: ignore[attr-defined]  # read by the site
    return [path("let-in/", site.admin_view(view), name="sharing")]


def _drawing(code: str) -> SafeString:
    return mark_safe(qr_svg(payload_of(code)))  # noqa: S308  drawn here, of characters of one alphabet
