"""Statements that are composed once. Of what is read most, Django's composing costs more than the database's answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection, models
from django.db.models import query

__all__ = ["Kept"]

R = TypeVar("R")

# What stands in a composed statement where a value comes, by the type of it; no row of ours ever has it.
_MARKS: Mapping[type, Callable[[int], Any]] = {
    int: lambda place: 2**62 + 20261127 + place,
    str: lambda place: f"\N{SYMBOL FOR SUBSTITUTE}{place}",
    date: lambda place: date(9999, 1, 1 + place),
    datetime: lambda place: datetime(9999, 1, 1 + place, tzinfo=UTC),
}


class Kept(Generic[R]):
    """What a queryset reads, where nothing but a few values changes from call to call: whose rows they are, of which day.

    ``rows`` is asked once in a process and must depend on nothing but those values: not on the clock, not on settings. It may
    ask for objects, with related ones (``select_related``), or for ``values_list``. ``changing``: of each value its type, in a
    list where it is several of them (``__in``); one number where none is said. ``prefetch_related`` is not kept, and refused.
    """

    def __init__(self, rows: Callable[..., models.QuerySet[Any, R]], *changing: type | list[type]) -> None:
        self._rows = rows
        self._changing = changing or (int,)

    def of(self, *values: Any) -> list[R]:
        """What the queryset itself would have read now."""
        kept = self._composed
        with connection.cursor() as cursor:
            cursor.execute(kept.sql, [values[param.number] if type(param) is _Place else param for param in kept.params])
            found: list[Any] = cursor.fetchall()
        return found if kept.is_plain else [kept.read(row) for row in found]

    @cached_property
    def _composed(self) -> _Composed:
        marks = [_mark(kind, number) for number, kind in enumerate(self._changing)]
        rows = self._rows(*marks)
        compiler: Any = rows.query.get_compiler(DEFAULT_DB_ALIAS)
        sql, params = compiler.as_sql()
        if rows._prefetch_related_lookups:  # type: ignore[attr-defined]  # noqa: SLF001  nothing else tells
            raise ValueError("a statement with prefetched rows cannot be kept")
        places = [_place(param, self._changing, marks) for param in params]
        if {place.number for place in places if isinstance(place, _Place)} != set(range(len(marks))):
            raise ValueError("the statement does not ask for every value that changes")
        columns = [column for column, _, _ in compiler.select]
        kind = rows._iterable_class  # noqa: SLF001  likewise
        if kind not in (query.ModelIterable, query.ValuesListIterable):
            raise ValueError("only objects and values_list are kept")
        return _Composed(
            sql=_with_lists(sql, places),
            params=tuple(places),
            of=_objects(compiler.klass_info, compiler) if kind is query.ModelIterable else None,
            converted=tuple((place, *how) for place, how in compiler.get_converters(columns).items()),
        )


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a value comes: the how manyth, and whether it is a list."""

    number: int
    is_list: bool


@dataclass(frozen=True, slots=True)
class _Objects:
    """``columns`` of the model stand in a row from ``first`` on, ``related`` ones know theirs, and ``beside`` them what was
    annotated, by name and place.
    """

    model: type[models.Model]
    columns: tuple[str, ...]
    first: int
    related: tuple[Any, ...]
    beside: tuple[tuple[str, int], ...]

    def read(self, row: Sequence[Any]) -> Any:
        """One row as an object."""
        read = self.model.from_db(DEFAULT_DB_ALIAS, self.columns, row[self.first : self.first + len(self.columns)])
        for populator in self.related:
            populator.populate(row, read)
        for name, place in self.beside:
            setattr(read, name, row[place])
        return read


@dataclass(frozen=True, slots=True)
class _Composed:
    sql: str
    params: tuple[Any, ...]
    of: _Objects | None
    converted: tuple[tuple[int, Sequence[Callable[..., Any]], Any], ...]

    @property
    def is_plain(self) -> bool:
        """Whether rows are told as they come."""
        return self.of is None and not self.converted

    def read(self, raw: Sequence[Any]) -> Any:
        """One row, each column as its field reads it."""
        row = list(raw)
        for place, converters, expression in self.converted:
            for convert in converters:
                row[place] = convert(row[place], expression, connection)
        return tuple(row) if self.of is None else self.of.read(row)


def _mark(kind: type | list[type], number: int) -> Any:
    return [_mark(kind[0], number)] if isinstance(kind, list) else _MARKS[kind](number)


def _place(param: Any, changing: Sequence[type | list[type]], marks: Sequence[Any]) -> Any:
    """The parameter, or what comes in its place."""
    for number, (kind, mark) in enumerate(zip(changing, marks, strict=True)):
        is_list = isinstance(kind, list)
        if param == (mark[0] if is_list else mark):
            return _Place(number, is_list)
    return param


def _with_lists(sql: str, places: Sequence[Any]) -> str:
    """The statement with ``= ANY(%s)`` for ``IN (%s)`` where a list comes, however long it is."""
    first, *pieces = sql.split("%s")
    for place, piece in zip(places, pieces, strict=True):
        if isinstance(place, _Place) and place.is_list:
            if not (first.endswith(" IN (") and piece.startswith(")")):
                raise ValueError("a list is only kept where one of it is asked for")
            first = f"{first.removesuffix(' IN (')} = ANY("
        first = f"{first}%s{piece}"
    return first


def _objects(about: Mapping[str, Any], compiler: Any) -> _Objects:
    places = about["select_fields"]
    populators: Any = query.get_related_populators  # mypy knows the one of a later Django
    return _Objects(
        model=about["model"],
        columns=tuple(compiler.select[place][0].target.attname for place in places),
        first=places[0],
        related=tuple(populators(about, compiler.select, DEFAULT_DB_ALIAS)),
        beside=tuple(compiler.annotation_col_map.items()),
    )
