"""Fill a frozen dataclass from a table by its field names and types, and say exactly where a table is wrong."""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from functools import cache
from types import MappingProxyType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from tracking.domain.rulebook import Rule

T = TypeVar("T")
RuleT = TypeVar("RuleT", bound=Rule)

# What every rule must state, and how a missing one is named to the person who wrote the rule.
_STATED = {
    "reason": "a reason",
    "sources": "a source",
    "checked_by": "who checked it (checked_by)",
    "next_review": "a date of next review (next_review)",
    "examples": "a boundary example",
}


class EvidenceError(ValueError):
    """The rules as written cannot be used. The message names the file, the table and what is wrong."""


def read_rule(cls: type[RuleT], rule_id: str, table: object, place: str) -> RuleT:
    """A rule from its table. It must state reason, sources, checker, review date and at least one example."""
    if not isinstance(table, Mapping):
        raise EvidenceError(f"{place}: a rule is a table")
    for name, what in _STATED.items():
        if not table.get(name):
            raise EvidenceError(f"{place}: the rule does not state {what}")
    if "verified" not in table:
        raise EvidenceError(f"{place}: the rule does not say whether it is verified")
    return read(cls, {"id": rule_id, **table}, place)


def read(cls: type[T], table: object, place: str) -> T:
    """A frozen dataclass from a table, each field by its type."""
    if not isinstance(table, Mapping):
        raise EvidenceError(f"{place}: expected a table, found {table!r}")
    types_of, required = _shape(cls)  # type: ignore[arg-type]  # every class is hashable
    unknown = sorted(set(table) - set(types_of))
    if unknown:
        raise EvidenceError(f"{place}: unknown field {', '.join(unknown)}")
    absent = sorted(required - set(table))
    if absent:
        raise EvidenceError(f"{place}: missing {', '.join(absent)}")
    return cls(**{name: value(types_of[name], given, f"{place} {name}") for name, given in table.items()})


@cache
def _shape(cls: type) -> tuple[dict[str, Any], frozenset[str]]:
    hints = get_type_hints(cls)
    stated = fields(cls)
    required = frozenset(f.name for f in stated if f.default is MISSING and f.default_factory is MISSING)
    return {f.name: hints[f.name] for f in stated}, required


def value(kind: Any, given: object, place: str) -> Any:
    """One value as its annotated type. Numbers are exact: TOML floats arrive here as decimals."""
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        (inner,) = (part for part in get_args(kind) if part is not type(None))
        return value(inner, given, place)
    if origin is tuple:
        if not isinstance(given, list):
            raise EvidenceError(f"{place}: expected a list, found {given!r}")
        return tuple(value(get_args(kind)[0], item, f"{place}[{number}]") for number, item in enumerate(given))
    if origin is not None and issubclass(origin, Mapping):
        if not isinstance(given, Mapping):
            raise EvidenceError(f"{place}: expected a table, found {given!r}")
        return MappingProxyType({key: value(get_args(kind)[1], item, f"{place} {key}") for key, item in given.items()})
    if isinstance(kind, type) and kind in _SCALARS:
        return _SCALARS[kind](given, place)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return _choice(kind, given, place)
    if isinstance(kind, type):
        return read(kind, given, place)
    raise EvidenceError(f"{place}: the type {kind!r} cannot be read")


def _choice(kind: type[StrEnum], given: object, place: str) -> StrEnum:
    try:
        return kind(str(given))
    except ValueError:
        raise EvidenceError(f"{place}: {given!r} is none of {', '.join(kind)}") from None


def _text(given: object, place: str) -> str:
    # Sentences may run over several lines of the file.
    if not isinstance(given, str):
        raise EvidenceError(f"{place}: expected text, found {given!r}")
    return " ".join(given.split())


def _flag(given: object, place: str) -> bool:
    if not isinstance(given, bool):
        raise EvidenceError(f"{place}: expected true or false, found {given!r}")
    return given


def _whole(given: object, place: str) -> int:
    if not isinstance(given, int) or isinstance(given, bool):
        raise EvidenceError(f"{place}: expected a whole number, found {given!r}")
    return given


def _decimal(given: object, place: str) -> Decimal:
    if isinstance(given, bool) or not isinstance(given, int | Decimal):
        raise EvidenceError(f"{place}: expected a number, found {given!r}")
    return Decimal(given)


def _ratio(given: object, place: str) -> Fraction:
    """A number, or two as ``"1000/272.382"`` where the decimal form would be a rounding."""
    try:
        if isinstance(given, str):
            above, below = (Fraction(Decimal(part)) for part in given.split("/"))
            ratio = above / below
        else:
            ratio = Fraction(_decimal(given, place))
    except (ArithmeticError, ValueError):
        raise EvidenceError(f"{place}: expected a ratio such as 0.1 or '1000/272.382', found {given!r}") from None
    if ratio <= 0:
        raise EvidenceError(f"{place}: a conversion ratio is positive")
    return ratio


def _day(given: object, place: str) -> date:
    if not isinstance(given, date) or isinstance(given, datetime):
        raise EvidenceError(f"{place}: expected a date, found {given!r}")
    return given


_SCALARS: dict[type, Callable[[object, str], Any]] = {
    str: _text,
    bool: _flag,
    int: _whole,
    Decimal: _decimal,
    Fraction: _ratio,
    date: _day,
}
