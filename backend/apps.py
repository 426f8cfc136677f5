from __future__ import annotations

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class BackendConfig(AppConfig):
    """The wiring. At start it hands every patient-owned table of both apps to the registry."""

    name = "backend"

    def ready(self) -> None:
        from backend import logs
        from notifications import models as notification_models
        from tracking import models as tracking_models
        from tracking.services import owned

        logs.configure()
        owned.fill(tracking_models, notification_models)


class TrabeculaAdminConfig(AdminConfig):
    default_site = "tracking.admin.site.TrabeculaAdminSite"
