"""Statements that are composed once. Of what is read most, Django's composing costs more than the database's answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection, models
from django.db.backends.postgresql.base import ServerBindingCursor
from django.db.models.base import ModelState
from django.db.models.query import get_related_populators, prefetch_related_objects

__all__ = ["Kept"]

M = TypeVar("M", bound=models.Model)

_TYPES = {int: "bigint", str: "text", datetime: "timestamptz"}


class Kept(Generic[M]):
    """Objects of a queryset in which a few values change from call to call: whose rows they are, and no more.

    ``rows`` is asked once in a process, with marks in place of values, and must depend on nothing but these: not on the clock,
    not on settings. ``kinds``: of each value in turn, int, str or datetime; one number where none is named.
    """

    def __init__(self, rows: Callable[..., models.QuerySet[M]], *kinds: type) -> None:
        self._rows = rows
        self._kinds = kinds or (int,)
        self._marks = [_mark(kind, place) for place, kind in enumerate(self._kinds)]

    def of(self, *values: Any) -> list[M]:
        """The objects, as the queryset itself would have read them now."""
        kept = self._composed
        with _bound() as cursor:
            cursor.execute(kept.sql, [values[place] for place in kept.places])
            found = [kept.read(row) for row in cursor.fetchall()]
        if found and kept.prefetched:
            prefetch_related_objects(found, *kept.prefetched)
        return found

    @cached_property
    def _composed(self) -> _Composed:
        rows = self._rows(*self._marks)
        compiler: Any = rows.query.get_compiler(DEFAULT_DB_ALIAS)
        sql, params = compiler.as_sql()
        about = compiler.klass_info
        if not _is_plainly_made(about["model"]):
            raise ValueError("objects that are made in a way of their own cannot be kept")
        if missing := [mark for mark in self._marks if mark not in params]:
            raise ValueError(f"the statement does not ask for the values that change: {missing}")
        columns = [column for column, _, _ in compiler.select]
        places = about["select_fields"]
        return _Composed(
            sql=self._written_out(sql, params),
            places=tuple(self._marks.index(param) for param in params if param in self._marks),
            model=about["model"],
            names=tuple((columns[place].target.attname, place) for place in places),
            beside=tuple(compiler.annotation_col_map.items()),
            related=tuple(get_related_populators(about, compiler.select, DEFAULT_DB_ALIAS)),  # type: ignore[call-arg]  # stubs of a later Django
            prefetched=rows._prefetch_related_lookups,  # type: ignore[attr-defined]  # noqa: SLF001  nothing else tells
            converted=tuple((place, *how) for place, how in compiler.get_converters(columns).items()),
        )

    def _written_out(self, statement: str, params: Sequence[Any]) -> str:
        """The statement with all that never changes in it, so that the server may keep its plan for what does."""
        with connection.cursor() as cursor:
            written = tuple(
                f"%s::{_TYPES[self._kinds[self._marks.index(param)]]}"
                if param in self._marks
                else cursor.mogrify("%s", [param]).replace("%", "%%")
                for param in params
            )
        # A sign that stands beside the places is doubled already, and stays so.
        return statement.replace("%%", "%%%%") % written


@dataclass(frozen=True, slots=True)
class _Composed:
    """``places``: of the values that come, in the order of the statement. ``names`` of the model's columns, and ``beside``
    them of what was annotated, each with its place in a row.
    """

    sql: str
    places: tuple[int, ...]
    model: type[models.Model]
    names: tuple[tuple[str, int], ...]
    beside: tuple[tuple[str, int], ...]
    related: tuple[Any, ...]
    prefetched: tuple[Any, ...]
    converted: tuple[tuple[int, Sequence[Callable[..., Any]], Any], ...]

    def read(self, raw: Sequence[Any]) -> Any:
        """One row as an object, each column as its field reads it.

        As ``Model.from_db`` makes it, without what that costs: a setter has nothing to do on an object nobody has seen yet.
        """
        row = list(raw)
        for place, converters, expression in self.converted:
            for convert in converters:
                row[place] = convert(row[place], expression, connection)
        read = self.model.__new__(self.model)
        read._state = state = ModelState()  # noqa: SLF001  as Django's own
        state.adding, state.db = False, DEFAULT_DB_ALIAS
        kept = read.__dict__
        for name, place in self.names:
            kept[name] = row[place]
        for populator in self.related:
            populator.populate(row, read)
        for name, place in self.beside:
            setattr(read, name, row[place])
        return read


def _bound() -> Any:
    """A cursor that sends values apart from the statement, of which the server then keeps the plan.

    To whoever looks on the statement is shown with its values in it, and so it is sent then.
    """
    if connection.queries_logged:
        return connection.cursor()
    connection.ensure_connection()
    apart: Any = ServerBindingCursor
    return connection.make_cursor(apart(connection.connection))


def _mark(kind: type, place: int) -> Any:
    """What stands in a composed statement where a value comes; no row of ours ever has it."""
    if kind is int:
        return 2**62 + 20261127 + place
    if kind is datetime:
        return datetime(9876, 5, 4, 3, 2, 1, place, tzinfo=UTC)
    return f"\x02kept {place}\x03"


def _is_plainly_made(model: type[models.Model]) -> bool:
    """Whether an object of it is its columns and nothing that somebody else adds when it is made."""
    heard = models.signals.pre_init.has_listeners(model) or models.signals.post_init.has_listeners(model)
    return not heard and model.__init__ is models.Model.__init__ and "from_db" not in vars(model)
