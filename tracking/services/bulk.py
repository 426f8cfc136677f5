"""Many rows of one table in one statement, as one JSON document: a fraction of what it costs to hand them over one by one.

Triggers, history, checks and row-level security see each row as they see any other.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from django.db import connection, models

__all__ = ["columns_of", "insert_objects", "insert_rows", "update_rows"]

_AT_ONCE = 2_000


def insert_rows(model: type[models.Model], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows of the same columns, by the names of these. What is left out is as the database has it by default."""
    for part in _parts(rows):
        columns = tuple(part[0])
        names = ", ".join(columns)
        insert = f"INSERT INTO {model._meta.db_table} ({names}) SELECT {names} FROM {_recordset(model, columns)}"  # noqa: S608  our own names
        _execute(insert, part)


def insert_objects(model: type[models.Model], objects: Sequence[models.Model]) -> None:
    """The same of objects that are not saved yet. Their keys are not read back, and nothing of them is left to the database."""
    columns = _stated_columns(model)
    insert_rows(model, [{name: vars(each)[name] for name in columns} for each in objects])


def update_rows(model: type[models.Model], rows: Sequence[Mapping[str, Any]]) -> None:
    """Write the columns of rows that are there, found by their ``uid``."""
    for part in _parts(rows):
        columns = tuple(part[0])
        written = ", ".join(f"{name} = new.{name}" for name in columns if name != "uid")
        table = model._meta.db_table
        update = f"UPDATE {table} AS row SET {written} FROM {_recordset(model, columns)} WHERE row.uid = new.uid"  # noqa: S608  our own names
        _execute(update, part)


def _parts(rows: Sequence[Mapping[str, Any]]) -> Iterator[Sequence[Mapping[str, Any]]]:
    for start in range(0, len(rows), _AT_ONCE):
        yield rows[start : start + _AT_ONCE]


def _execute(statement: str, rows: Sequence[Mapping[str, Any]]) -> None:
    with connection.cursor() as cursor:
        # Instants and uids are written as PostgreSQL reads them.
        cursor.execute(statement, [json.dumps(rows, default=str, ensure_ascii=False)])


@cache
def _stated_columns(model: type[models.Model]) -> tuple[str, ...]:
    """What whoever makes a row says; the database makes its key, and what it derives."""
    return tuple(field.attname for field in model._meta.concrete_fields if not field.primary_key and not field.generated)


def columns_of(model: type[models.Model], names: Sequence[str]) -> str:
    """Columns with what each holds, as a statement defines them that reads them out of a document."""
    types = {field.attname: _type(field) for field in model._meta.concrete_fields}
    return ", ".join(f"{name} {types[name]}" for name in names)


@cache
def _recordset(model: type[models.Model], columns: tuple[str, ...]) -> str:
    return f"json_to_recordset(%s::json) AS new ({columns_of(model, columns)})"


def _type(field: models.Field[Any, Any]) -> str | None:
    """What a column holds: of a serial one its whole number."""
    return "bigint" if field.primary_key or field.is_relation else field.db_type(connection)
