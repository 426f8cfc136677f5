"""What a phone has yet to learn."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from tracking.models import Patient, Tombstone
from tracking.services import resync
from tracking.sync import registry
from tracking.sync.protocol import Asked, Pulled

__all__ = ["pull"]


def pull(*, man: Patient, asked: Asked) -> dict[str, Any]:
    """Everything of his record that was touched after the revision he asks from, and the revision it brings him to.

    Call it in one snapshot (repeatable read), in which ``man`` was read as well: then every row up to his revision is in it,
    because the revision rises in the order of commits. Raises Problem (resync-required) for a number that means nothing here.
    """
    token = resync.check_cursor(man, cursor=asked.since, token=asked.token)
    tables = [table for table in registry.tables() if asked.knows(table.since)]
    gone: dict[str, dict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
    least = min((asked.since_for(table.name) for table in tables), default=asked.since)
    stones = Tombstone.objects.filter(patient=man, revision__gt=least).order_by("revision", "id")
    for name, key, revision in stones.values_list("table", "client_id", "revision"):
        gone[name][revision].append(key)
    changes = {}
    for table in tables:
        since = asked.since_for(table.name)
        later = {name: [key for at, keys in stones.items() if at > since for key in keys] for name, stones in gone.items()}
        changes[table.name] = Pulled.of(table.pull(man, since), table.dropped(man, later)).as_dict()
    return {"changes": changes, "timestamp": man.revision, "resync_token": token}
