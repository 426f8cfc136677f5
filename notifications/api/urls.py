"""Addresses under /api/v1/ that are about reminding."""

from __future__ import annotations

from django.urls import path

from notifications.api import calendars, devices, links, views
from notifications.domain.addresses import ANSWER, CALENDAR, UNSUBSCRIBE

__all__ = ["link_patterns", "urlpatterns"]

urlpatterns = [
    path("reminders", views.Reminders.as_view()),
    path("reminders/<uuid:uid>/answer", views.Answers.as_view()),
    path("inbox", views.Inbox.as_view()),
    path("inbox/<uuid:uid>/read", views.ReadMark.as_view()),
    path("preferences", views.Preferences.as_view()),
    path("devices", devices.Devices.as_view()),
    path("devices/<uuid:uid>", devices.OneDevice.as_view()),
    path("calendar", calendars.Calendar.as_view()),
]

# Outside the API: what is behind the links in e-mails, and in calendar programs. The last part lets in.
link_patterns = [
    path(f"{ANSWER}/<str:token>", links.answer_page),
    path(f"{UNSUBSCRIBE}/<str:token>", links.unsubscribe_page),
    path(f"{CALENDAR}/<str:token>.ics", calendars.calendar_text),
]
