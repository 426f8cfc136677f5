"""Addresses under /fhir/r4, with and without a slash at the end of the base: clients differ in it."""

from __future__ import annotations

from django.urls import path, re_path

from tracking.api.fhir import views

__all__ = ["base", "urlpatterns"]

_KIND, _ID = r"(?P<kind>[A-Z][A-Za-z]{1,40})", r"(?P<id>[A-Za-z0-9.-]{1,64})"

# The base itself without its slash; the rest stands below it.
base = views.System.as_view()
urlpatterns = [
    path("", base),
    path("metadata", views.Metadata.as_view()),
    re_path(rf"^Patient/{_ID}$", views.OnePatient.as_view()),
    re_path(rf"^Patient/{_ID}/\$everything$", views.Everything.as_view()),
    re_path(rf"^{_KIND}(?:/_search)?$", views.SearchType.as_view()),
    re_path(rf"^{_KIND}/{_ID}$", views.Read.as_view()),
    re_path(r"^.*$", views.Unknown.as_view()),
]
