"""Offline sync: what a man's own phones pull and push. It joins the tables of both apps; docs/sync.md tells app developers."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.errors import detail, shown
from tracking.api.base import Category, Operation, Output, RecordView
from tracking.api.parsing import StrictJSONParser
from tracking.api.schema import Query, a_whole
from tracking.services.access import Isolation
from tracking.sync import registry
from tracking.sync.protocol import MOST_ROWS, Rejection, read_changes, read_cursor, read_pull
from tracking.sync.pull import pull
from tracking.sync.push import push
from tracking.sync.table import Table

__all__ = ["Sync"]

_ON_PULL = (
    "Rows are always in `updated`, ids to drop in `deleted`; an id appears once, and parents come with or before their "
    "children. 409 `resync-required`: the number means nothing here (a restore from backup); pull from 0."
)
_ON_PUSH = (
    f"The body is the `changes` object, at most {MOST_ROWS} rows. One transaction: rows that fail validation come back in "
    "`rejected` and do not block the rest. 409 `sync-conflict`, with the server's rows in `changes`: one of these rows was "
    "changed elsewhere after `last_pulled_at`; nothing was stored; pull, merge and push again. Repeating a push is safe: "
    "the same content under the same id changes nothing."
)
_CURSOR = Query("last_pulled_at", "the `timestamp` of the pull before; 0, null or left out: none yet", a_whole(0))


class PushParser(StrictJSONParser):
    """A phone that was offline for long has much to say at once."""

    @property
    def most(self) -> int:
        most: int = settings.SYNC_MAX_BODY
        return most


def _named(table: Table, *, pushed: bool, row: bool) -> str:
    words = "".join(word.capitalize() for word in table.name.split("_"))
    return f"{'Pushed' if pushed else 'Pulled'}{words}{'Row' if row else ''}"


_ID = {"type": "string", "maxLength": 36, "description": "minted by the phone; of what the server wrote, its `uid`"}


def _row(table: Table, *, pushed: bool) -> dict[str, Any]:
    columns = {column.name: column.schema for column in table.columns}
    server = {column.name: column.schema for column in table.shown}
    names = ["id", *columns, *server]
    return {
        "title": _named(table, pushed=pushed, row=True),
        "type": "object",
        "description": table.__doc__,
        "required": ["id"] if pushed else names,
        "properties": {"id": _ID, **columns, **server},
        "additionalProperties": pushed,
    }


def _changes(*, pushed: bool) -> dict[str, Any]:
    """The shape of ``changes``, table by table, as they are declared."""
    ids = {"type": "array", "items": {"type": "string"}}
    tables = {}
    for table in registry.tables():
        rows = {"type": "array", "items": _row(table, pushed=pushed)}
        tables[table.name] = {
            "title": _named(table, pushed=pushed, row=False),
            "type": "object",
            "description": f"What changed in `{table.name}`.",
            "properties": {"created": rows, "updated": rows, "deleted": ids},
        }
    title = "PushedChanges" if pushed else "PulledChanges"
    return {"title": title, "type": "object", "properties": tables, "additionalProperties": False}


@extend_schema_field(_changes(pushed=False))
class ChangesField(serializers.Field[Any, Any, Any, Any]):
    """Changes by table."""


class Pulled(Output):
    changes = ChangesField()
    timestamp = serializers.IntegerField(help_text="his revision: send it as `last_pulled_at` next time")
    resync_token = serializers.CharField(help_text="changes where the record was restored from a backup")


class RejectedRow(Output):
    id = serializers.CharField()
    code = serializers.CharField(help_text="stable, for programs")
    pointer = serializers.CharField(help_text="JSON pointer to the column; empty: the row as a whole")
    detail = serializers.CharField(help_text="fit to show a person; says what is accepted")


class Pushed(Output):
    rejected = serializers.DictField(child=RejectedRow(many=True), help_text="by table: rows that were not stored")
    experimentalRejectedIds = serializers.DictField(  # noqa: N815  the stock client's word
        child=serializers.ListField(child=serializers.CharField()), help_text="the same by id, as WatermelonDB reads it"
    )


class Sync(RecordView):
    """What changed on the server, and what changed on the phone. A man's own account only."""

    category = Category.OWN
    what = "sync"
    parser_classes = [PushParser]
    operations = {
        "GET": Operation(
            "Pull what changed since",
            Pulled,
            query=(
                _CURSOR,
                Query("schema_version", "of the phone's tables; it gets only what that version knows", a_whole(0)),
                Query("migration", "JSON, as WatermelonDB sends it: tables that the phone has only just got are pulled whole"),
                Query("resync_token", "the one of the pull before, where the phone keeps it"),
            ),
            description=_ON_PULL,
            sparse=False,
        ),
        "POST": Operation(
            "Push what changed on the phone",
            Pushed,
            {"application/json": _changes(pushed=True)},
            query=(_CURSOR,),
            description=_ON_PUSH,
        ),
    }

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """A pull reads one snapshot; a push must see what was committed while it waited for the man."""
        super().initial(request, *args, **kwargs)
        self.isolation = Isolation.REPEATABLE_READ if request.method == "GET" else None

    def get(self, _request: Request) -> Response:
        asked = read_pull(self.query)
        return Response(pull(man=self.patient(), asked=asked))

    def post(self, request: Request) -> Response:
        man = self.patient()
        cursor = read_cursor(self.query)
        changes = read_changes(request.data, [table.name for table in registry.tables()])
        rejected = push(patient=man, by=self.actor, now=self.now, cursor=cursor, changes=changes)
        return Response(
            {
                "rejected": {name: [_rejected(row) for row in rows] for name, rows in rejected.items()},
                "experimentalRejectedIds": {name: [row.id for row in rows] for name, rows in rejected.items()},
            }
        )


def _rejected(row: Rejection) -> dict[str, str]:
    return {**shown(row.issues[0]), "id": row.id, "detail": detail(row.issues)}
