"""manage.py data_inventory: docs/data-inventory.md, from what the models state."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from backend.data_inventory import document


class Command(BaseCommand):
    help = "Print what is held about people, why, how long, who sees it and how it goes: docs/data-inventory.md."
    requires_system_checks: list[str] = []

    def handle(self, *_args: Any, **_options: Any) -> None:
        self.stdout.write(document(), ending="")
