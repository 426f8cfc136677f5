"""Addresses under /api/v1/ that are about reminding."""

from __future__ import annotations

from django.urls import path

from notifications.api import devices, links, views

__all__ = ["link_patterns", "urlpatterns"]

urlpatterns = [
    path("reminders", views.Reminders.as_view()),
    path("reminders/<uuid:uid>/answer", views.Answers.as_view()),
    path("inbox", views.Inbox.as_view()),
    path("inbox/<uuid:uid>/read", views.ReadMark.as_view()),
    path("preferences", views.Preferences.as_view()),
    path("devices", devices.Devices.as_view()),
    path("devices/<uuid:uid>", devices.OneDevice.as_view()),
]

# Outside the API: pages behind the links in e-mails.
link_patterns = [
    path("r/<str:token>", links.answer_page),
    path("u/<str:token>", links.unsubscribe_page),
]
