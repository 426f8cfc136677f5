"""The span of time that a date of a row stands for, worked out by the database, so that a search needs no row in hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Case, DateTimeField, ExpressionWrapper, F, Func, QuerySet, Value, When
from django.db.models.functions import Cast, Coalesce

from tracking.api.fhir.dates import ENDS, STARTS
from tracking.domain.reported import Precision

__all__ = ["at_instant", "at_moment", "on_day", "on_days"]

_NEVER = datetime(9999, 12, 31, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_MONTHS = {Precision.MONTH: 1, Precision.YEAR: 12}


def at_instant(rows: QuerySet[Any], column: str) -> QuerySet[Any]:
    """Rows whose date is an instant."""
    return _spans(rows, F(column), F(column) + Value(_MICROSECOND))


def at_moment(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Rows of ``TimedRecord``: an instant, a day, a month or a year where he was. "No later than" is no date."""
    wall = _timezone(F("zone"), F("at"))
    spans = {Precision.DAY: _later(wall, days=1)} | {name: _later(wall, months=number) for name, number in _MONTHS.items()}
    ends = Case(
        When(precision=Precision.MINUTE, then=F("at") + Value(_MICROSECOND)),
        *(When(precision=name, then=_timezone(F("zone"), end)) for name, end in spans.items()),
        output_field=DateTimeField(),
    )
    starts = Case(When(precision=Precision.UNKNOWN, then=None), default=F("at"), output_field=DateTimeField())
    return _spans(rows, starts, ends)


def on_day(rows: QuerySet[Any], column: str, zone: str) -> QuerySet[Any]:
    """Rows whose date is a day in this zone."""
    wall = _wall(column)
    return _spans(rows, _timezone(Value(zone), wall), _timezone(Value(zone), _later(wall, days=1)))


def on_days(rows: QuerySet[Any], first: str, until: str) -> QuerySet[Any]:
    """Rows that hold from a day until before another in their own zone; without that one, for ever."""
    ends = Coalesce(_timezone(F("zone"), _wall(until)), Value(_NEVER), output_field=DateTimeField())
    return _spans(rows, _timezone(F("zone"), _wall(first)), ends)


def _spans(rows: QuerySet[Any], starts: Any, ends: Any) -> QuerySet[Any]:
    whole = {STARTS: starts, ENDS: ends}
    dated: QuerySet[Any] = rows.annotate(
        **{name: ExpressionWrapper(made, output_field=DateTimeField()) for name, made in whole.items()}
    )
    return dated


def _wall(day: str) -> Cast:
    """Midnight of a day, on a clock that is in no zone yet."""
    return Cast(F(day), _Timestamp())


def _later(wall: Any, **span: int) -> Func:
    ((unit, number),) = span.items()
    return Func(wall, template=f"(%(expressions)s + make_interval({unit} => {number}))", output_field=_Timestamp())


def _timezone(zone: Any, when: Any) -> Func:
    """PostgreSQL's own: an instant as the clock of a zone shows it, or the instant at which it shows this."""
    return Func(zone, when, function="timezone", output_field=DateTimeField())


class _Timestamp(DateTimeField):  # type: ignore[type-arg]  # no column, only the name of a type
    """What a clock on a wall shows."""

    def db_type(self, connection: Any) -> str:
        return "timestamp"
