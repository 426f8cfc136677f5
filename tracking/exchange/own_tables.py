"""Scans, doses and plans out as tables of our own, and in again. Only a table with exactly these headers is read so.

A scan has a row for each region; rows that agree in everything about the scan are one.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from tracking.domain.history import DoseKind
from tracking.domain.problems import Problem, problem
from tracking.domain.schedule import parse_schedule
from tracking.exchange.csv_out import escaped, unescaped
from tracking.exchange.incoming import DoseItem, Item, Line, RegimenItem, ScanItem, ScanSite, issue
from tracking.exchange.limits import MOST_ROWS, refuse_beyond

__all__ = ["kind_of_table", "read_own_table", "write_own_table"]

# By kind the columns: header and field. ``site.`` is of a region.
_COLUMNS: Mapping[str, tuple[tuple[str, str], ...]] = MappingProxyType(
    {
        "dose": (
            ("Drug", "drug"), ("Kind", "kind"), ("Taken at", "taken_at"), ("Zone", "zone"), ("Precision", "precision"),
            ("Amount", "amount"), ("Unit", "unit"), ("Site", "site"),
        ),
        "regimen": (
            ("Drug", "drug"), ("Dose", "dose"), ("Unit", "unit"), ("Tablet strength", "strength"), ("Schedule", "schedule"),
            ("First day", "starts_on"), ("Last day", "last_day"), ("Prescribed", "prescribed"), ("Reason", "reason"),
            ("Zone", "zone"),
        ),
        "scan": (
            ("Scanned on", "scanned_on"), ("Region", "site.region"), ("Side", "site.side"), ("Vertebrae", "site.vertebrae"),
            ("BMD", "site.bmd"), ("Unit", "site.unit"), ("T-score", "site.t_score"), ("Z-score", "site.z_score"),
            ("LSC", "site.lsc"), ("Facility", "facility"), ("Device", "device"), ("Reference", "reference"),
            ("Scanner changed", "scanner_changed"),
        ),
    }
)  # fmt: skip
_HEADERS = {kind: [header for header, _ in columns] for kind, columns in _COLUMNS.items()}
_FLAGS = {"yes": True, "no": False}
_SAID = {True: "yes", False: "no"}
_LONGEST = 1_000


def write_own_table(kind: str, items: Iterable[Item]) -> bytes:
    """The items of one kind: ``dose``, ``regimen`` or ``scan``. UTF-8 with its mark; no cell is a formula."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(_HEADERS[kind])
    for item in items:
        for site in item.sites if isinstance(item, ScanItem) else (None,):
            writer.writerow([escaped(_cell(item, site, name)) for _, name in _COLUMNS[kind]])
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def kind_of_table(text: str) -> str | None:
    """Which of these tables a text is; None for any other."""
    first = text.lstrip("\ufeff").partition("\n")[0].strip()
    return next((kind for kind, header in _HEADERS.items() if first == ",".join(header)), None)


def read_own_table(text: str, kind: str) -> list[Line]:
    """A line for every row, or for every scan. Raises :class:`Problem` (``/file``) where all of it cannot be read."""
    lines: list[Line] = []
    try:
        for count, (number, row) in enumerate(_rows(text), 1):
            refuse_beyond(MOST_ROWS, count, "rows")
            lines.append(_line(f"line {number}", kind, row))
    except csv.Error as error:
        lines.append(Line(place=f"after line {len(lines) + 1}", why=(issue("", "row-unreadable", "{error}", error=error),)))
    if not lines:
        raise problem("/file", "file-without-rows", "The table has a header and no rows.")
    return list(_scans(lines)) if kind == "scan" else lines


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text.lstrip("\ufeff"), newline=""), strict=True)
    next(reader)
    for row in reader:
        if any(cell.strip() for cell in row):
            yield reader.line_num, row


def _cell(item: Any, site: ScanSite | None, name: str) -> str:
    value = getattr(site, name.removeprefix("site.")) if name.startswith("site.") else getattr(item, name)
    if isinstance(value, bool):
        return _SAID[value]
    return json.dumps(value) if isinstance(value, Mapping) else str(value)


def _line(place: str, kind: str, row: Sequence[str]) -> Line:
    if len(row) != len(_COLUMNS[kind]) or any(len(cell) > _LONGEST for cell in row):
        text = "Each row has {columns} cells, of at most {most} characters."
        return Line(place=place, why=(issue("", "row-uneven", text, columns=len(_COLUMNS[kind]), most=_LONGEST),))
    said = {name: unescaped(cell.strip()) for (_, name), cell in zip(_COLUMNS[kind], row, strict=True)}
    try:
        return Line(place=place, item=_READERS[kind](said))
    except Problem as unreadable:
        return Line(place=place, why=unreadable.issues)


def _dose(said: dict[str, str]) -> DoseItem:
    if said["kind"] not in set(DoseKind):
        text = "'{received}' is not a kind of dose event. Accepted: {accepted}."
        raise problem("/kind", "dose-kind-unknown", text, received=said["kind"][:20], accepted=", ".join(DoseKind))
    return DoseItem(product=said["drug"], **said)


def _regimen(said: dict[str, str]) -> RegimenItem:
    try:
        schedule = parse_schedule(json.loads(said["schedule"])).as_dict()
    except (ValueError, RecursionError):
        raise problem("/schedule", "schedule-unreadable", "This is no schedule of ours.") from None
    about: dict[str, Any] = said | {"schedule": schedule, "prescribed": _flag(said, "prescribed")}
    return RegimenItem(product=said["drug"], **about)


def _scan(said: dict[str, str]) -> ScanItem:
    of_site = {name.removeprefix("site."): cell for name, cell in said.items() if name.startswith("site.")}
    about: dict[str, Any] = {name: cell for name, cell in said.items() if not name.startswith("site.")}
    site = ScanSite(measured=of_site["region"], **of_site)
    return ScanItem(sites=(site,), **(about | {"scanner_changed": _flag(said, "scanner_changed")}))


def _flag(said: Mapping[str, str], name: str) -> bool:
    if said[name] not in _FLAGS:
        raise problem(f"/{name}", "flag-unreadable", "Accepted: yes or no.")
    return _FLAGS[said[name]]


_READERS: Mapping[str, Callable[[dict[str, str]], Item]] = {"dose": _dose, "regimen": _regimen, "scan": _scan}


def _scans(lines: Sequence[Line]) -> Iterator[Line]:
    """Rows of one scan as one line. A region that stands twice begins another scan."""
    open_line: Line | None = None
    for line in lines:
        added = _together(open_line, line)
        if added is None:
            if open_line is not None:
                yield open_line
            open_line = line
        else:
            open_line = added
    if open_line is not None:
        yield open_line


def _together(one: Line | None, other: Line) -> Line | None:
    """Both as one scan; None where they are not."""
    if one is None or not isinstance(one.item, ScanItem) or not isinstance(other.item, ScanItem):
        return None
    if replace(one.item, sites=()) != replace(other.item, sites=()):
        return None
    places = {(site.region, site.side, site.vertebrae) for site in one.item.sites}
    if any((site.region, site.side, site.vertebrae) in places for site in other.item.sites):
        return None
    return replace(one, item=replace(one.item, sites=(*one.item.sites, *other.item.sites)))
