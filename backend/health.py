"""Is it alive, and is it ready to take requests?"""

from __future__ import annotations

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from backend import broker

BROKER_IS_AWAY = "away: nothing is refused, and reminders and what is worked out later wait"


@never_cache
@require_safe
def live(request: HttpRequest) -> JsonResponse:  # noqa: ARG001  Django's signature
    """The process answers."""
    return JsonResponse({"status": "alive"})


@never_cache
@require_safe
def ready(request: HttpRequest) -> JsonResponse:  # noqa: ARG001  Django's signature
    """The database answers and has our tables: else 503.

    How the broker is stands beside it and decides nothing: without it every write is taken.
    """
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM django_migrations WHERE app = 'tracking' LIMIT 1")
            migrated = cursor.fetchone() is not None
    except DatabaseError:
        return JsonResponse({"status": "the database is away"}, status=503)
    if not migrated:
        return JsonResponse(
            {"status": "the database has not been migrated: run manage.py migrate --database owner"}, status=503
        )
    return JsonResponse({"status": "ready", "broker": "ready" if broker.waiting() is not None else BROKER_IS_AWAY})
