"""Statements that every request asks, composed once in a process and not at each request."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection, models
from django.db.backends.postgresql.base import ServerBindingCursor
from django.db.models.base import ModelState
from django.db.models.query import ModelIterable, ValuesListIterable, get_related_populators, prefetch_related_objects
from django.db.transaction import TransactionManagementError

__all__ = ["Kept"]

R = TypeVar("R")

_TYPES = {int: "bigint", str: "text", date: "date", datetime: "timestamptz"}


class Kept(Generic[R]):
    """What a queryset reads, where nothing but a few values changes from call to call: whose rows they are, of which day.

    ``rows`` is asked once in a process, with marks in place of values, and must depend on nothing but these: not on the clock,
    not on settings. It asks for objects, related ones too, or for ``values_list``. ``kinds``: of each value in turn int, str,
    date or datetime, in a list where it is several of them (``__in``); one number where none is named.
    """

    def __init__(self, rows: Callable[..., models.QuerySet[Any, R]], *kinds: type | list[type]) -> None:
        self._rows = rows
        self._kinds = kinds or (int,)

    def of(self, *values: Any) -> list[R]:
        """What the queryset itself would have read now."""
        kept = self._composed
        if kept.locks and connection.get_autocommit():
            raise TransactionManagementError("rows cannot be locked outside of a transaction: the lock would end at once")
        with _bound() as cursor:
            cursor.execute(kept.sql, [values[place] for place in kept.places])
            found: list[Any] = cursor.fetchall()
        if kept.converted:
            found = [kept.convert(row) for row in found]
        if kept.made is None:
            return found
        made = [kept.made.of(row) for row in found]
        if made and kept.made.prefetched:
            prefetch_related_objects(made, *kept.made.prefetched)
        return made

    @cached_property
    def _composed(self) -> _Composed:
        marks = [_mark(kind[0] if isinstance(kind, list) else kind, place) for place, kind in enumerate(self._kinds)]
        rows = self._rows(*([mark] if isinstance(kind, list) else mark for mark, kind in zip(marks, self._kinds, strict=True)))
        compiler: Any = rows.query.get_compiler(DEFAULT_DB_ALIAS)
        sql, params = compiler.as_sql()
        if missing := [mark for mark in marks if mark not in params]:
            raise ValueError(f"the statement does not ask for the values that change: {missing}")
        columns = [column for column, _, _ in compiler.select]
        asked = [self._kinds[marks.index(param)] if param in marks else _Constant(param) for param in params]
        return _Composed(
            sql=_written_out(sql, asked),
            places=tuple(marks.index(param) for param in params if param in marks),
            converted=tuple((place, *how) for place, how in compiler.get_converters(columns).items()),
            made=_made(rows, compiler),
            locks=rows.query.select_for_update,
        )


@dataclass(frozen=True, slots=True)
class _Constant:
    value: Any


@dataclass(frozen=True, slots=True)
class _Made:
    """How a row becomes an object. ``names`` of the model's columns, and ``beside`` them of what was annotated, each with its
    place in a row.
    """

    model: type[models.Model]
    names: tuple[tuple[str, int], ...]
    beside: tuple[tuple[str, int], ...]
    related: tuple[Any, ...]
    prefetched: tuple[Any, ...]

    def of(self, row: Sequence[Any]) -> Any:
        """As ``Model.from_db`` makes it, without what that costs: a setter has nothing to do on an object nobody has seen."""
        made = self.model.__new__(self.model)
        made._state = state = ModelState()  # noqa: SLF001  as Django's own
        state.adding, state.db = False, DEFAULT_DB_ALIAS
        kept = made.__dict__
        for name, place in self.names:
            kept[name] = row[place]
        for populator in self.related:
            populator.populate(row, made)
        for name, place in self.beside:
            setattr(made, name, row[place])
        return made


@dataclass(frozen=True, slots=True)
class _Composed:
    """``places``: of the values that come, in the order of the statement. ``made``: None where rows stay rows. ``locks``: as
    ``select_for_update``, which Django refuses outside of a transaction when it composes, and so would refuse once.
    """

    sql: str
    places: tuple[int, ...]
    converted: tuple[tuple[int, Sequence[Callable[..., Any]], Any], ...]
    made: _Made | None
    locks: bool

    def convert(self, raw: Sequence[Any]) -> tuple[Any, ...]:
        """One row, each column as its field reads it."""
        row = list(raw)
        for place, converters, expression in self.converted:
            for convert in converters:
                row[place] = convert(row[place], expression, connection)
        return tuple(row)


def _made(rows: models.QuerySet[Any, Any], compiler: Any) -> _Made | None:
    kind, prefetched = rows._iterable_class, rows._prefetch_related_lookups  # type: ignore[attr-defined]  # noqa: SLF001  nothing else tells
    if kind is ValuesListIterable:
        return None
    if kind is not ModelIterable:
        raise ValueError("only objects and values_list are kept")
    about = compiler.klass_info
    if not _is_plainly_made(about["model"]):
        raise ValueError("objects that are made in a way of their own cannot be kept")
    return _Made(
        model=about["model"],
        names=tuple((compiler.select[place][0].target.attname, place) for place in about["select_fields"]),
        beside=tuple(compiler.annotation_col_map.items()),
        related=tuple(get_related_populators(about, compiler.select, DEFAULT_DB_ALIAS)),  # type: ignore[call-arg]  # stubs of a later Django
        prefetched=prefetched,
    )


def _written_out(statement: str, params: Sequence[type | list[type] | _Constant]) -> str:
    """The statement with all that never changes in it, so that the server may keep its plan for what does.

    A list comes as one value, however long it is: ``= ANY(...)`` for ``IN (...)``.
    """
    # A sign that stands beside the places is doubled already, and stays so.
    written, *pieces = re.split(r"(?<!%)%s", statement)
    with connection.cursor() as cursor:
        for param, piece in zip(params, pieces, strict=True):
            if isinstance(param, _Constant):
                written += cursor.mogrify("%s", [param.value]).replace("%", "%%")
            elif isinstance(param, list):
                if not (written.endswith(" IN (") and piece.startswith(")")):
                    raise ValueError("a list is only kept where one of it is asked for")
                written = f"{written.removesuffix(' IN (')} = ANY(%s::{_TYPES[param[0]]}[]"
            else:
                written += f"%s::{_TYPES[param]}"
            written += piece
    return written


def _bound() -> Any:
    """A cursor that sends values apart from the statement, of which the server then keeps the plan.

    To whoever looks on the statement is shown with its values in it, and so it is sent then.
    """
    if connection.queries_logged:
        return connection.cursor()
    # As ``connection.cursor()`` does: one that the server has ended meanwhile is made anew.
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    apart: Any = ServerBindingCursor
    return connection.make_cursor(apart(connection.connection))


def _mark(kind: type, place: int) -> Any:
    """What stands in a composed statement where a value comes; no row of ours ever has it."""
    if kind is int:
        return 2**62 + 20261127 + place
    if kind is datetime:
        return datetime(9876, 5, 4, 3, 2, 1, place, tzinfo=UTC)
    if kind is date:
        return date(9876, 5, 4 + place)
    return f"\x02kept {place}\x03"


def _is_plainly_made(model: type[models.Model]) -> bool:
    """Whether an object of it is its columns and nothing that somebody else adds when it is made."""
    heard = models.signals.pre_init.has_listeners(model) or models.signals.post_init.has_listeners(model)
    return not heard and model.__init__ is models.Model.__init__ and "from_db" not in vars(model)
