"""Every address of this service."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

from backend import health
from backend.accounts import joining
from backend.api import account
from backend.api.home import Home
from backend.api.sync import Sync
from backend.api.views import Docs, Schema
from notifications.api.urls import link_patterns
from notifications.domain.addresses import JOIN
from tracking.api.fhir.urls import base as fhir_base

urlpatterns = [
    # Addresses are tried one after the other: what a phone asks for each time it is opened comes first.
    path("api/v1/home", Home.as_view(), name="home"),
    path("api/v1/sync", Sync.as_view(), name="sync"),
    path("api/v1/", include("tracking.api.urls")),
    path("admin/", admin.site.urls),
    path("", include(link_patterns)),
    path(f"{JOIN}/<str:token>", joining.join, name="join"),
    path("health/live", health.live),
    path("health/ready", health.ready),
    path("api/v1/", include("backend.accounts.urls")),
    path("api/v1/", include("notifications.api.urls")),
    path("api/v1/exports", account.Exports.as_view(), name="exports"),
    path("api/v1/exports/<uuid:uid>", account.Export.as_view(), name="export"),
    path("api/v1/exports/<uuid:uid>/archive", account.Archive.as_view(), name="archive"),
    path("api/v1/erasure", account.Erasure.as_view(), name="erasure"),
    path("api/v1/schema", Schema.as_view(), name="schema"),
    path("api/v1/docs", Docs.as_view(), name="docs"),
    path("fhir/r4", fhir_base),
    path("fhir/r4/", include("tracking.api.fhir.urls")),
]

handler400 = "backend.errors.bad_request"
handler403 = "backend.errors.permission_denied"
handler404 = "backend.errors.page_not_found"
handler500 = "backend.errors.server_error"
