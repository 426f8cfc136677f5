"""Writes what became of many deliveries in one statement.

Django's ``bulk_update`` builds a CASE for every row and column, which costs more than all the rest of a sending.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection

from notifications.models import Delivery

_UPDATE = """
    UPDATE notifications_delivery SET
        state = seen.state, attempts = seen.attempts, sending_since = seen.sending_since, ended_at = seen.ended_at,
        next_attempt_at = seen.next_attempt_at, last_reason = seen.last_reason, provider_reference = seen.provider_reference
    FROM unnest(
        %s::bigint[], %s::text[], %s::smallint[], %s::timestamptz[], %s::timestamptz[], %s::timestamptz[],
        %s::text[], %s::text[]
    ) AS seen(id, state, attempts, sending_since, ended_at, next_attempt_at, last_reason, provider_reference)
    WHERE notifications_delivery.id = seen.id
"""


def write(rows: Sequence[Delivery]) -> None:
    """Store the state of these rows. Call it holding their locks."""
    if not rows:
        return
    columns: list[list[Any]] = [
        [row.pk for row in rows],
        [str(row.state) for row in rows],
        [row.attempts for row in rows],
        [row.sending_since for row in rows],
        [row.ended_at for row in rows],
        [row.next_attempt_at for row in rows],
        [row.last_reason for row in rows],
        [row.provider_reference for row in rows],
    ]
    with connection.cursor() as cursor:
        cursor.execute(_UPDATE, columns)
