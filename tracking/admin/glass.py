"""Breaking the glass: the one way in which a superuser sees a man's record. Said why, for an hour, and told to him."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from tracking import clock
from tracking.admin import problems
from tracking.admin.site import view_at
from tracking.domain.problems import Problem
from tracking.models import User
from tracking.services import break_glass

__all__ = ["GlassForm", "close", "open_record"]


class GlassForm(forms.Form):
    required_css_class = "required"
    email = forms.EmailField(label="His account", help_text="The e-mail address. There is no list to choose from.")
    reason = forms.CharField(
        label="Why", max_length=400, widget=forms.Textarea(attrs={"rows": 3}), help_text="He reads this in his access log."
    )


@view_at("break-glass/", "break_glass", by_itself=True)
def open_record(request: HttpRequest) -> HttpResponse:
    """The form, and what this superuser has open and had open."""
    if request.method not in ("GET", "HEAD", "POST"):
        return HttpResponseNotAllowed(("GET", "HEAD", "POST"))
    user, now = _superuser(request), clock.now()
    form = GlassForm(request.POST if request.method == "POST" else None)
    form.label_suffix = ""
    if request.method == "POST" and form.is_valid():
        try:
            glass = break_glass.open_record(**form.cleaned_data, by=user, now=now)
            return HttpResponseRedirect(reverse("admin:tracking_patient_change", args=[glass.patient.uid]))
        except Problem as refused:
            problems.show(refused, form)
    context = admin.site.each_context(request) | {
        "title": "Open a record without consent",
        "form": form,
        "accesses": break_glass.past_and_open(user, now=now),
        "most": break_glass.MOST_TOLD,
    }
    return TemplateResponse(request, "admin/tracking/break_glass.html", context)


@view_at("break-glass/<uuid:uid>/close/", "break_glass_close", by_itself=True)
def close(request: HttpRequest, uid: UUID) -> HttpResponse:
    if request.method != "POST":
        return HttpResponseNotAllowed(("POST",))
    try:
        # Its row keeps when; his access log and history tell him.
        break_glass.close(uid=uid, by=_superuser(request), now=clock.now())
    except Problem as refused:
        raise Http404 from refused
    messages.success(request, "Closed: this record is no longer open to you.")
    return HttpResponseRedirect(reverse("admin:break_glass"))


def _superuser(request: HttpRequest) -> User:
    user = cast("User", request.user)
    if not user.is_superuser:
        raise PermissionDenied
    return user
