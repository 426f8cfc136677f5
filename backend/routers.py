"""Which database connection does what."""

from __future__ import annotations

from typing import Any

from django.conf import settings


class OwnerMigrates:
    """Tables are made by the owner's role alone; the application's role could not, and must not try."""

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool | None:
        return db == "owner" if "owner" in settings.DATABASES else None
