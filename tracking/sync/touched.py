"""Which kinds of his rows were touched since a phone pulled: most phones ask most of the time where nothing was."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from django.db import connection, models
from psycopg.sql import SQL, Identifier

from tracking.models import Patient, Tombstone
from tracking.sync.table import Table

__all__ = ["since"]

_Model = type[models.Model]


def since(man: Patient, asked: Mapping[Table, int]) -> set[_Model]:
    """The models of which a row of his was touched after the revision that a table is pulled from. One statement at most.

    Every change raises his revision, so where it stands as it did nothing was touched, and nobody is asked. A table that is
    pulled whole, from 0, is taken for touched: it may show a row that was never stored.
    """
    watched: dict[_Model, int] = {}
    for table, last in asked.items():
        shown: tuple[_Model, ...] = (table.model, *table.watched, Tombstone)
        for model in shown:
            watched[model] = min(last, watched.get(model, last))
    stands: dict[_Model, int] = {Patient: man.profile_revision}
    moved = {model for model, last in watched.items() if last == 0 or stands.get(model, 0) > last}
    unknown = tuple(model for model, last in watched.items() if model not in (*moved, *stands) and last < man.revision)
    if not unknown:
        return moved
    with connection.cursor() as cursor:
        cursor.execute(_statement(unknown), [value for model in unknown for value in (man.pk, watched[model])])
        (found,) = cursor.fetchall()
    return moved | {model for model, is_touched in zip(unknown, found, strict=True) if is_touched}


@cache
def _statement(asked: tuple[_Model, ...]) -> str:
    """Whether each has a row of a man above a revision, by its index of both."""
    one = SQL("EXISTS (SELECT FROM {} WHERE patient_id = %s AND revision > %s)")
    return SQL("SELECT {}").format(SQL(", ").join(one.format(Identifier(_table(model))) for model in asked)).as_string(None)


def _table(model: Any) -> str:
    return str(model._meta.db_table)
