"""Addresses under /api/v1/ that are about reminding."""

from __future__ import annotations

from django.urls import path

from notifications.api import views

__all__ = ["urlpatterns"]

urlpatterns = [
    path("reminders", views.Reminders.as_view()),
    path("reminders/<uuid:uid>/answer", views.Answers.as_view()),
    path("inbox", views.Inbox.as_view()),
    path("inbox/<uuid:uid>/read", views.ReadMark.as_view()),
    path("preferences", views.Preferences.as_view()),
]
