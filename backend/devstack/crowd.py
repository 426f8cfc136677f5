"""Fills a database with invented men who each have something due today, for `make chaos` and for benchmarks.

    python -m backend.devstack.crowd COUNT

Every tenth thing is time-critical, every second man has a phone, and nobody has quiet hours, so all is due at any hour.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime, time, timedelta

import django
from django.apps import apps
from django.db import connection, transaction

BATCH = 2000
CRITICAL_EVERY = 10


def fill(count: int, now: datetime) -> None:
    """Make so many men, in batches."""
    models = {name: apps.get_model(name) for name in ("tracking.User", "tracking.Patient", "tracking.DueItem")}
    preference, device = (apps.get_model(f"notifications.{name}") for name in ("Preference", "Device"))
    yesterday = now.date() - timedelta(days=1)
    for begin in range(0, count, BATCH):
        numbers = range(begin, min(begin + BATCH, count))
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('trabecula.actor', 'system:crowd', true)")
            users = models["tracking.User"].objects.bulk_create(
                models["tracking.User"](email=f"man{number}@example.org", password="!", name=f"Man {number}")  # noqa: S106  none
                for number in numbers
            )
            men = models["tracking.Patient"].objects.bulk_create(
                models["tracking.Patient"](user=user, name=user.name, zone="UTC") for user in users
            )
            preference.objects.bulk_create(
                preference(patient_id=man.pk, preferred_hour=0, quiet_from=time(), quiet_until=time()) for man in men
            )
            device.objects.bulk_create(
                device(patient_id=man.pk, kind="token", value=f"phone-{man.pk}", platform="android", registered_at=now)
                for man in men[::2]
            )
            models["tracking.DueItem"].objects.bulk_create(
                models["tracking.DueItem"](
                    patient=man,
                    kind="denosumab" if number % CRITICAL_EVERY == 0 else "lab_e2_t",
                    anchor="invented:1",
                    rule="invented",
                    reason="invented",
                    opens_on=yesterday,
                    due_on=yesterday + timedelta(days=14),
                    overdue_on=yesterday + timedelta(days=28),
                    zone="UTC",
                    resend_after_days=7,
                    time_critical=number % CRITICAL_EVERY == 0,
                )
                for number, man in zip(numbers, men, strict=True)
            )


def main() -> None:
    """Run from the command line; the settings come from the environment."""
    django.setup()
    fill(int(sys.argv[1]), datetime.now(UTC))


if __name__ == "__main__":
    main()
