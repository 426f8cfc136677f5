"""Is it alive, and is it ready to take requests?"""

from __future__ import annotations

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


@never_cache
@require_safe
def live(request: HttpRequest) -> JsonResponse:  # noqa: ARG001  Django's signature
    """The process answers."""
    return JsonResponse({"status": "alive"})


@never_cache
@require_safe
def ready(request: HttpRequest) -> JsonResponse:  # noqa: ARG001  Django's signature
    """The database answers and has our tables. The broker is not asked: without it, reminders wait and nothing is refused."""
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
    return JsonResponse({"status": "ready"})
