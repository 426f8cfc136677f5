"""The calendar feed: its address is given out and withdrawn through the API, and read by a calendar program without sign-in."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from notifications import services
from tracking import clock
from tracking.api.base import Category, Operation, Output, RecordView
from tracking.services.owned import Problem

__all__ = ["Calendar", "calendar_text"]


class CalendarState(Output):
    given_out = serializers.BooleanField(help_text="whether there is an address that lets in")
    made_at = serializers.DateTimeField(allow_null=True)


class CalendarAddress(Output):
    url = serializers.CharField(help_text="whoever has it can read it; it is shown this once and never again")
    made_at = serializers.DateTimeField()


class Calendar(RecordView):
    """The address under which his calendar program reads what is due."""

    category = Category.OWN
    keeps_answers = False  # the secret is shown once, and kept nowhere
    needs_match = False  # an address ends whatever became of it meanwhile
    operations = {
        "GET": Operation(
            "Say whether there is a calendar address; never which",
            CalendarState,
            description="The address itself is told once, when it is made: whoever has it reads the calendar.",
        ),
        "POST": Operation(
            "Make a new calendar address; the one before it ends at once",
            CalendarAddress,
            status=(201,),
            description=(
                "Give `url` to the phone's calendar as a subscription. It holds what is due and nothing else of the "
                "record, and needs no sign-in: whoever has the address reads it."
            ),
        ),
        "DELETE": Operation(
            "Withdraw the calendar address",
            status=(204,),
            description="Calendars that subscribed find nothing at their next look.",
        ),
    }

    def get(self, _request: Request) -> Response:
        feed = services.calendar_of(self.patient().pk)
        return Response({"given_out": feed is not None, "made_at": None if feed is None else feed.made_at.isoformat()})

    def post(self, _request: Request) -> Response:
        made = services.give_out_calendar(patient_id=self.patient().pk, by=self.actor, now=self.now)
        return Response({"url": made.url, "made_at": made.feed.made_at.isoformat()}, status=201)

    def delete(self, _request: Request) -> Response:
        services.withdraw_calendar(patient_id=self.patient().pk, by=self.actor, now=self.now)
        return Response(status=204)


@require_safe
def calendar_text(_request: HttpRequest, token: str) -> HttpResponse:
    """The calendar itself. An address that lets nobody in says the same whatever the reason."""
    headers: dict[str, Any] = {
        "Cache-Control": "private, no-store",
        "X-Robots-Tag": "noindex",
        "Referrer-Policy": "no-referrer",
    }
    try:
        content = services.read_calendar(token=token, now=clock.now())
    except Problem:
        return HttpResponse(
            "There is no such calendar.\n", status=404, content_type="text/plain; charset=utf-8", headers=headers
        )
    headers["Content-Disposition"] = 'inline; filename="trabecula.ics"'
    return HttpResponse(content, content_type="text/calendar; charset=utf-8", headers=headers)
