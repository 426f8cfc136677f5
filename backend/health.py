"""Is it alive, and is it ready to take requests?"""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib.util import find_spec

from django.apps import apps
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
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
    """The database answers and has gone through every migration of this release: else 503.

    It may have gone through more: the release before runs on while the next one's are applied. How the broker is stands beside
    it and decides nothing: without it every write is taken.
    """
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT to_regclass('public.django_migrations') IS NOT NULL")
            applied: set[tuple[str, str]] = set()
            if cursor.fetchone() == (True,):
                cursor.execute("SELECT app, name FROM django_migrations")
                applied = set(cursor.fetchall())
    except DatabaseError:
        return JsonResponse({"status": "the database is away"}, status=503)
    if missing := len(_migrations() - applied):
        return JsonResponse(
            {"status": f"{missing} migrations are not applied: run manage.py migrate --database owner"}, status=503
        )
    return JsonResponse({"status": "ready", "broker": "ready" if broker.waiting() is not None else BROKER_IS_AWAY})


@cache
def _migrations() -> frozenset[tuple[str, str]]:
    """Those of this release, by the names of their files: to run them is not what is asked."""
    found: set[tuple[str, str]] = set()
    for config in apps.get_app_configs():
        package, _ = MigrationLoader.migrations_module(config.label)
        spec = find_spec(package) if package else None
        places = spec.submodule_search_locations if spec else None
        found |= {(config.label, module.name) for module in pkgutil.iter_modules(places or [])}
    return frozenset(found)
