"""Lists: newest first, page by page, with filters that are never silently ignored."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from rest_framework.request import Request
from rest_framework.utils.urls import replace_query_param

from tracking.api.schema import Query, a_day, a_whole
from tracking.domain.moments import start_of_day
from tracking.domain.problems import Issue, Problem, problem, raise_all

__all__ = [
    "CHANGED_PAGE", "ON_DAY", "PAGE", "PERIOD", "chosen", "cut", "day_of", "flag", "given", "holding_on", "in_period",
    "limit_of", "page", "period", "reach", "whole_sent", "window",
]  # fmt: skip

_USUAL, _MOST = 50, 200
_LONGEST = 6
_LONGEST_REVISION = 18  # digits; a bigint holds them
PAGE = (
    Query("limit", f"rows per page; {_USUAL} where it is not sent", a_whole(1, _MOST)),
    Query("cursor", "where to go on; take it from `next`"),
)
SINCE = Query("since", "only rows that a later revision than this one touched, as `revision` shows it", a_whole(0))
CHANGED_PAGE = (SINCE, *PAGE)
PERIOD = (
    Query("from", "first local day, YYYY-MM-DD", a_day()),
    Query("to", "last local day, YYYY-MM-DD", a_day()),
)
ON_DAY = Query("on", "what holds on this local day, YYYY-MM-DD", a_day())
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_CURSOR = re.compile(r"(?P<mark>-?[0-9]{1,18})\.(?P<uid>[0-9a-f-]{36})", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_YEARS = range(1900, 2200)


def given(request: Request, accepted: Iterable[Query]) -> dict[str, str]:
    """The query parameters sent. Raises Problem, with ``?name`` as the pointer, for one that is unknown or stands twice."""
    names = [query.name for query in accepted]
    sent = request.query_params
    text = "There is no such parameter. Accepted: {accepted}."
    unknown = [
        Issue(f"?{name[:60]}", "parameter-unknown", text, {"accepted": ", ".join(names)}) for name in sent if name not in names
    ]
    doubled = [Issue(f"?{name}", "parameter-doubled", "Send it once.") for name in names if len(sent.getlist(name)) > 1]
    raise_all([*unknown, *doubled])
    return {name: sent[name] for name in sent}


def chosen(sent: dict[str, str], name: str, accepted: Collection[str]) -> str | None:
    """The value of a filter out of those accepted; None where it is not sent."""
    value = sent.get(name)
    if value is not None and value not in accepted:
        raise problem(
            f"?{name}",
            "filter-unknown",
            "'{received}' is not accepted. Accepted: {accepted}.",
            received=value[:40],
            accepted=", ".join(sorted(accepted)),
        )
    return value


def in_period(rows: QuerySet[Any], sent: dict[str, str], column: str, zone: str) -> QuerySet[Any]:
    """Rows whose ``column``, an instant or a day, lies from the start of the day ``from`` to the end of the day ``to``.

    Of an instant it is the days of ``zone`` that count.
    """
    first, last = period(sent)
    if _is_day(rows, column):
        bounds: dict[str, Any] = {f"{column}__gte": first, f"{column}__lte": last}
    else:
        bounds = {
            f"{column}__gte": first and start_of_day(first, zone),
            f"{column}__lt": last and start_of_day(last + timedelta(days=1), zone),
        }
    return rows.filter(**{name: bound for name, bound in bounds.items() if bound is not None})


def _is_day(rows: QuerySet[Any], column: str) -> bool:
    return bool(rows.model._meta.get_field(column).get_internal_type() == "DateField")


def period(sent: dict[str, str]) -> tuple[date | None, date | None]:
    """The first and the last local day asked for; None where not sent."""
    first, last = day_of(sent, "from"), day_of(sent, "to")
    if first is not None and last is not None and last < first:
        raise problem("?to", "period-reversed", "{last} is before {first}.", last=str(last), first=str(first))
    return first, last


def holding_on(rows: QuerySet[Any], sent: dict[str, str]) -> QuerySet[Any]:
    """Rows with ``since`` and ``until`` that hold on the day ``on``. An open end holds for ever; so did an unknown start."""
    on = day_of(sent, "on")
    if on is None:
        return rows
    return rows.filter(Q(since=None) | Q(since__lte=on), Q(until=None) | Q(until__gt=on))


def window(sent: dict[str, str], today: date, *, usual: int, most: int) -> tuple[date, date]:
    """Both ends of a window of local days: so many up to today where an end is not sent, and never more than ``most``."""
    first, last = period(sent)
    if first is None:
        last = last or today
        first = last - timedelta(days=usual - 1)
    last = last or max(first, today)
    if (last - first).days >= most:
        raise problem(
            "?to",
            "period-too-long",
            "{first} to {last} is too long. Accepted: at most {most} days.",
            first=str(first),
            last=str(last),
            most=most,
        )
    return first, last


def flag(sent: dict[str, str], name: str) -> bool:
    """``true`` or ``false``; false where it is not sent."""
    return chosen(sent, name, ("true", "false")) == "true"


def page(rows: QuerySet[Any], request: Request, sent: dict[str, str], *, by: str | None) -> tuple[list[Any], str | None]:
    """One page and the address of the next. ``by``: the instant or day that orders the rows; None: as they were made."""
    return cut(list(reach(rows, sent, by=by)), request, sent, by=by)


def reach(rows: QuerySet[Any], sent: dict[str, str], *, by: str | None) -> QuerySet[Any]:
    """The rows of one page and one more, which tells that there is a next.

    Equal marks at the edge of a page are told apart by uid, so that no row is lost or shown twice however many share one.
    """
    order = [f"-{by}", "-uid"] if by else ["-uid"]
    if "since" in sent:
        rows = rows.filter(revision__gt=whole_sent(sent, "since", 0, longest=_LONGEST_REVISION))
    if "cursor" in sent:
        rows = _after(rows, sent["cursor"], by)
    return rows.order_by(*order)[: limit_of(sent) + 1]


def cut(found: list[Any], request: Request, sent: dict[str, str], *, by: str | None) -> tuple[list[Any], str | None]:
    """What :func:`reach` found, without the one more, and the address of the next page."""
    size = limit_of(sent)
    if len(found) <= size:
        return found, None
    last = found[size - 1]
    cursor = f"{_mark(getattr(last, by)) if by else 0}.{last.uid}"
    return found[:size], replace_query_param(request.build_absolute_uri(), "cursor", cursor)


def _after(rows: QuerySet[Any], cursor: str, by: str | None) -> QuerySet[Any]:
    match = _CURSOR.fullmatch(cursor)
    try:
        if match is None:
            raise _no_cursor()
        uid = UUID(match["uid"])
        if by is None:
            return rows.filter(uid__lt=uid)
        mark = _unmark(int(match["mark"]), is_day=_is_day(rows, by))
    except (ValueError, OverflowError):
        raise _no_cursor() from None
    return rows.filter(**{f"{by}__lte": mark}).exclude(**{by: mark, "uid__gte": uid})


def _mark(value: date) -> int:
    return (value - _EPOCH) // _MICROSECOND if isinstance(value, datetime) else value.toordinal()


def _unmark(number: int, *, is_day: bool) -> date:
    return date.fromordinal(number) if is_day else _EPOCH + timedelta(microseconds=number)


def _no_cursor() -> Problem:
    return problem("?cursor", "cursor-unreadable", "This is not a place in this list. Take the address from `next`.")


def limit_of(sent: dict[str, str]) -> int:
    """How many rows a page has."""
    text = sent.get("limit", str(_USUAL))
    if not (text.isascii() and text.isdecimal() and len(text) <= len(str(_MOST)) and 1 <= int(text) <= _MOST):
        raise problem(
            "?limit",
            "limit-out-of-range",
            "'{received}' is not accepted. Accepted: 1 to {most}.",
            received=text[:20],
            most=_MOST,
        )
    return int(text)


def whole_sent(sent: dict[str, str], name: str, usual: int, *, longest: int = _LONGEST) -> int:
    """A short whole number of a query; ``usual`` where it is not sent. Which are accepted is for the reader to say."""
    text = sent.get(name)
    if text is None:
        return usual
    if not (text.isascii() and text.isdecimal() and len(text) <= longest):
        raise problem(f"?{name}", "number-unreadable", "'{received}' is not a whole number.", received=text[:20])
    return int(text)


def day_of(sent: dict[str, str], name: str) -> date | None:
    """A day sent as a query parameter; None where it is not sent. Raises Problem for anything that is no date."""
    text = sent.get(name)
    if text is None:
        return None
    try:
        day = date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None or day.year not in _YEARS:
        raise problem(
            f"?{name}",
            "date-unreadable",
            "'{received}' is not a date. Accepted: YYYY-MM-DD, for example 2026-03-03.",
            received=text[:40],
        )
    return day
