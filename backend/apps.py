from __future__ import annotations

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class BackendConfig(AppConfig):
    """The wiring. At start it hands the patient-owned tables of both apps to the registry, and what phones see to sync."""

    name = "backend"

    def ready(self) -> None:
        from backend import celery, instants, logs
        from backend.accounts import limits, trail
        from backend.api.sync_tables import OF_NOTIFICATIONS
        from notifications import models as notification_models
        from tracking import models as tracking_models
        from tracking.services import owned
        from tracking.sync import registry
        from tracking.sync.tables import TABLES

        # Loaded in every process: a task that a request hands over would else look for a broker of its own.
        celery.app.set_default()
        logs.configure()
        instants.listen()
        trail.listen()
        limits.listen()
        owned.fill(tracking_models, notification_models)
        registry.declare(*TABLES, *OF_NOTIFICATIONS)


class TrabeculaAdminConfig(AdminConfig):
    default_site = "backend.accounts.door.DeskSite"
