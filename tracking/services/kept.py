"""Statements that are composed once. Of what is read most, Django's composing costs more than the database's answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection, models

__all__ = ["Kept"]

M = TypeVar("M", bound=models.Model)

# Stands in the composed statement where the number comes; no row of ours ever has it for a key.
_MARK = 2**62 + 20261127


class Kept(Generic[M]):
    """Objects of a queryset in which one number changes from call to call: whose rows they are.

    ``rows`` is asked once in a process and must depend on nothing but that number: not on the clock, not on settings. Other
    tables may be read in annotations; ``select_related`` and ``prefetch_related`` are not kept, and refused.
    """

    def __init__(self, rows: Callable[[int], models.QuerySet[M]]) -> None:
        self._rows = rows

    def of(self, number: int) -> list[M]:
        """The objects, as the queryset itself would have read them now."""
        kept = self._composed
        with connection.cursor() as cursor:
            cursor.execute(kept.sql, [number if param == _MARK else param for param in kept.params])
            return [kept.read(row) for row in cursor.fetchall()]

    @cached_property
    def _composed(self) -> _Composed:
        rows = self._rows(_MARK)
        compiler: Any = rows.query.get_compiler(DEFAULT_DB_ALIAS)
        sql, params = compiler.as_sql()
        about = compiler.klass_info
        prefetched = rows._prefetch_related_lookups  # type: ignore[attr-defined]  # noqa: SLF001  nothing else tells
        if about.get("related_klass_infos") or prefetched:
            raise ValueError("a statement with related rows cannot be kept")
        if _MARK not in params:
            raise ValueError("the statement does not ask for the number that changes")
        columns = [column for column, _, _ in compiler.select]
        places = about["select_fields"]
        return _Composed(
            sql=sql,
            params=tuple(params),
            model=about["model"],
            columns=tuple(columns[place].target.attname for place in places),
            first=places[0],
            beside=tuple(compiler.annotation_col_map.items()),
            converted=tuple((place, *how) for place, how in compiler.get_converters(columns).items()),
        )


@dataclass(frozen=True, slots=True)
class _Composed:
    """``columns`` of the model stand in a row from ``first`` on, and ``beside`` them what was annotated, by name and place."""

    sql: str
    params: tuple[Any, ...]
    model: type[models.Model]
    columns: tuple[str, ...]
    first: int
    beside: tuple[tuple[str, int], ...]
    converted: tuple[tuple[int, Sequence[Callable[..., Any]], Any], ...]

    def read(self, raw: Sequence[Any]) -> Any:
        """One row as an object, each column as its field reads it."""
        row = list(raw)
        for place, converters, expression in self.converted:
            for convert in converters:
                row[place] = convert(row[place], expression, connection)
        read = self.model.from_db(DEFAULT_DB_ALIAS, self.columns, row[self.first : self.first + len(self.columns)])
        for name, place in self.beside:
            setattr(read, name, row[place])
        return read
