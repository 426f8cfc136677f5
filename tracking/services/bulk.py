"""Many rows of one table in one statement, as one JSON document: a fraction of what it costs to hand them over one by one.

Triggers, history, checks and row-level security see each row as they see any other.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from django.db import connection, models

__all__ = ["columns_of", "insert_and_number", "insert_objects", "insert_rows", "update_rows"]

_AT_ONCE = 2_000


def insert_rows(model: type[models.Model], rows: Sequence[Mapping[str, Any]], *, but_those_there: bool = False) -> None:
    """Insert rows of the same columns, by the names of these. What is left out is as the database has it by default.

    ``but_those_there``: one whose key is there already is passed over.
    """
    for part in _parts(rows):
        _execute(_insert(model, part) + (" ON CONFLICT DO NOTHING" if but_those_there else ""), part)


def insert_objects(model: type[models.Model], objects: Sequence[models.Model], *, but_those_there: bool = False) -> None:
    """The same of objects that are not saved yet. Their keys are not read back, and nothing of them is left to the database."""
    insert_rows(model, _as_rows(model, objects), but_those_there=but_those_there)


def insert_and_number(model: type[models.Model], objects: Sequence[models.Model]) -> None:
    """The same of objects that others will point to: each is given the key that the database made, found by its ``uid``."""
    for part in _parts(_as_rows(model, objects)):
        keys = dict(_execute(f"{_insert(model, part)} RETURNING uid, {model._meta.pk.column}", part, returning=True))
        for each in objects:
            each.pk = keys.get(each.uid, each.pk)  # type: ignore[attr-defined]  # every row that is owned has one
            each._state.adding = False  # noqa: SLF001  as Django's own


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


def _insert(model: type[models.Model], rows: Sequence[Mapping[str, Any]]) -> str:
    columns = tuple(rows[0])
    names = ", ".join(columns)
    return f"INSERT INTO {model._meta.db_table} ({names}) SELECT {names} FROM {_recordset(model, columns)}"  # noqa: S608  our own names


def _as_rows(model: type[models.Model], objects: Sequence[models.Model]) -> list[dict[str, Any]]:
    columns = _stated_columns(model)
    return [{name: vars(each)[name] for name in columns} for each in objects]


def _execute(statement: str, rows: Sequence[Mapping[str, Any]], *, returning: bool = False) -> Sequence[Any]:
    with connection.cursor() as cursor:
        # Instants and uids are written as PostgreSQL reads them.
        cursor.execute(statement, [json.dumps(rows, default=str, ensure_ascii=False)])
        return cursor.fetchall() if returning else ()


@cache
def _stated_columns(model: type[models.Model]) -> tuple[str, ...]:
    """What whoever makes a row says; the database makes its key, and what it derives."""
    fields = model._meta.concrete_fields
    return tuple(field.attname for field in fields if not isinstance(field, models.AutoField) and not field.generated)


def columns_of(model: type[models.Model], names: Sequence[str]) -> str:
    """Columns with what each holds, as a statement defines them that reads them out of a document."""
    types = {field.attname: field.db_type(connection) for field in model._meta.concrete_fields}
    return ", ".join(f"{name} {types[name]}" for name in names)


@cache
def _recordset(model: type[models.Model], columns: tuple[str, ...]) -> str:
    return f"json_to_recordset(%s::json) AS new ({columns_of(model, columns)})"
