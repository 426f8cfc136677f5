"""What a phone has yet to learn."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from tracking.models import Patient, Tombstone
from tracking.services import resync
from tracking.sync import registry, touched
from tracking.sync.protocol import Asked, Pulled

__all__ = ["pull"]


def pull(*, man: Patient, asked: Asked) -> dict[str, Any]:
    """Everything of his record that was touched after the revision he asks from, and the revision it brings him to.

    Call it in one snapshot (repeatable read), in which ``man`` was read as well: then every row up to his revision is in it,
    because the revision rises in the order of commits. Raises Problem (resync-required) for a number that means nothing here.
    """
    token = resync.check_cursor(man, cursor=asked.since, token=asked.token)
    since = {table: asked.since_for(table.name) for table in registry.tables() if asked.knows(table.since)}
    moved = touched.since(man, since)
    gone: dict[str, dict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
    if Tombstone in moved:
        stones = Tombstone.objects.filter(patient=man, revision__gt=min(since.values())).order_by("revision", "id")
        for name, key, revision in stones.values_list("table", "client_id", "revision"):
            gone[name][revision].append(key)
    changes = {}
    for table, last in since.items():
        later = {name: [key for at, keys in stones.items() if at > last for key in keys] for name, stones in gone.items()}
        updated = table.pull(man, last) if moved.intersection((table.model, *table.watched)) else ()
        changes[table.name] = Pulled.of(updated, table.dropped(man, later)).as_dict()
    return {"changes": changes, "timestamp": man.revision, "resync_token": token}
