"""Messages to a clinic's men and members that failed, and what to do next. What was said in them is not needed, nor shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.contrib import admin
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from notifications import services
from tracking import clock
from tracking.admin import phrases
from tracking.admin.base import patients_of
from tracking.admin.site import is_prescriber, view_at
from tracking.models import Clinic, Patient, Prescriber, User

__all__ = ["deliveries"]

PER_PAGE = 50
WAYS = {"email": "E-mail", "push": "Push"}
ENDED = {
    "refused": "refused",
    "unknown": "handed over, then silence",
    "dead": "given up",
}
# What is left to be done, by how it ended. Nothing is ever sent twice that may have arrived.
NEXT = {
    "refused": "The other side does not take it. Ask for another address or phone; what was said also stands in the app.",
    "unknown": "It may have arrived, so it is not sent again. Ask at the next contact whether it was read.",
    "dead": "No way was left, or it was refused too often. Reach him by another way; what was said also stands in the app.",
}
OTHERWISE = "Nothing: another message about the same went out."
NEXT_OF_COLLEAGUE = "Tell the colleague that an answer is waited for, and have the address put right by the operator."
NEXT_OF_DIGEST = "The work queue shows the same. Have the address put right by the operator."


@dataclass(frozen=True, slots=True)
class Failed:
    at: str
    about: str
    man: Patient | None
    to: str
    way: str
    ended: str
    reason: str
    then: str


@view_at("failed-messages/", "deliveries")
@require_safe
def deliveries(request: HttpRequest) -> HttpResponse:
    """Of the last 30 days, newest first."""
    if not is_prescriber(request):
        raise Http404
    user, now = cast("User", request.user), clock.now()
    clinics = Clinic.objects.filter(prescribers__user=user, prescribers__is_active=True).order_by("name", "pk")
    first = clinics[0]
    colleagues = dict(Prescriber.objects.filter(clinic__in=clinics).order_by("pk").values_list("user_id", "user__name"))
    men = patients_of(request)
    part: Page[Any] = Paginator(services.failed_deliveries(men.values("pk"), now=now), PER_PAGE).get_page(
        request.GET.get("page")
    )
    named = {man.pk: man for man in men.filter(pk__in={row.patient_id for row in part})}
    digests = services.failed_digests(colleagues, now=now)[:PER_PAGE]
    context = admin.site.each_context(request) | {
        "title": "Failed messages",
        "page": part,
        "lines": [_line(row, named, colleagues, first.zone) for row in part],
        "digests": [_digest(row, colleagues, first.zone) for row in digests],
        "zone": first.zone,
        "days": services.KEPT.days,
    }
    return TemplateResponse(request, "admin/desk/deliveries.html", context)


def _line(row: Any, men: Mapping[int, Patient], colleagues: Mapping[int, str], zone: str) -> Failed:
    is_his = row.reminder_id is not None
    then = NEXT[row.state] if is_his else NEXT_OF_COLLEAGUE
    return Failed(
        about="a reminder" if is_his else "that nobody answered",
        man=men[row.patient_id],
        to="him" if is_his else colleagues.get(row.recipient_id, "a colleague"),
        then=OTHERWISE if row.otherwise else then,
        **_ended(row, row.channel, zone),
    )


def _digest(row: Any, colleagues: Mapping[int, str], zone: str) -> Failed:
    ended = _ended(row, "email", zone)
    return Failed(about="the digest of the day", man=None, to=colleagues[row.recipient_id], then=NEXT_OF_DIGEST, **ended)


def _ended(row: Any, channel: str, zone: str) -> dict[str, str]:
    ended_at: datetime = row.ended_at
    return {
        "at": phrases.instant(ended_at, zone),
        "way": WAYS.get(channel, channel),
        "ended": ENDED[row.state],
        "reason": row.last_reason or "not said",
    }
