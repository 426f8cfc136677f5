"""A record out as JSON of our own, and in again: every field as text, so that no digit depends on who reads it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, fields
from types import MappingProxyType
from typing import Any

from tracking.domain.history import DoseKind
from tracking.domain.problems import Problem, problem
from tracking.domain.reported import Method, MethodEvidence
from tracking.domain.rulebook import RuleBook
from tracking.domain.schedule import parse_schedule
from tracking.exchange.fhir_json import Digits, load
from tracking.exchange.incoming import (
    DoseItem,
    Form,
    Item,
    LabItem,
    Line,
    Parsed,
    RegimenItem,
    ScanItem,
    ScanSite,
    issue,
    kind_of,
)
from tracking.exchange.limits import MOST_ROWS, refuse_beyond

__all__ = ["FORMAT", "MARK", "read_json", "write_json"]

FORMAT = "json"
MARK = "trabecula-results-1"
# By the name of the list: what one of it is called, its kind, and what has to be there.
_LISTS: Mapping[str, tuple[str, type[Any], tuple[str, ...]]] = MappingProxyType(
    {
        "results": ("result", LabItem, ("analyte", "value", "unit", "collected_at")),
        "scans": ("scan", ScanItem, ("scanned_on", "sites")),
        "doses": ("dose", DoseItem, ("drug", "kind", "taken_at")),
        "regimens": ("regimen", RegimenItem, ("drug", "dose", "schedule", "starts_on")),
    }
)
_OF_KIND = {"lab": "results", "scan": "scans", "dose": "doses", "regimen": "regimens"}
# What a source calls it; ours are called by their codes, and need no second name.
_CALLED = {LabItem: ("test", "analyte"), DoseItem: ("product", "drug"), RegimenItem: ("product", "drug")}
_LONGEST = 200
_MOST_PARTS = 100


def write_json(items: Iterable[Item]) -> bytes:
    """One object with a mark, and a list for each kind of which there is one."""
    whole: dict[str, Any] = {"format": MARK}
    for item in items:
        whole.setdefault(_OF_KIND[kind_of(item)], []).append(asdict(item))
    return json.dumps(whole, ensure_ascii=False, default=dict).encode()


def read_json(content: bytes, *, form: Form, rulebook: RuleBook) -> Parsed:  # noqa: ARG001  as every reader
    """A line for every item. Raises :class:`Problem` (``/file``) where the file as a whole cannot be read."""
    whole = load(content)
    lists = [(name, whole[name]) for name in _LISTS if isinstance(whole.get(name), list) and whole[name]]
    if whole.get("format") != MARK or not lists:
        raise problem("/file", "json-no-results", "The file holds no results. Accepted: an export of this system, or FHIR R4.")
    refuse_beyond(MOST_ROWS, sum(len(sent) for _, sent in lists), "items")
    lines = tuple(_line(name, number, one) for name, sent in lists for number, one in enumerate(sent, 1))
    return Parsed(format=FORMAT, lines=lines, source=form.source)


def _line(name: str, number: int, sent: Any) -> Line:
    called, made, needed = _LISTS[name]
    place = f"{called} {number}"
    try:
        return Line(place=place, item=_item(called, made, needed, sent))
    except Problem as unreadable:
        return Line(place=place, why=unreadable.issues)


def _item(called: str, made: type[Any], needed: tuple[str, ...], sent: Any) -> Item:
    if not isinstance(sent, Mapping):
        raise Problem(issue("", f"{called}-no-object", "A {called} is an object.", called=called))
    known = {one.name for one in fields(made)}
    wrong = [name for name, value in sent.items() if name not in known or not _fits(name, value)]
    wrong += [name for name in needed if not sent.get(name)]
    if wrong:
        text = "These fields are missing, unknown, or no text of at most {most} characters: {names}."
        raise Problem(issue("", "fields-wrong", text, names=", ".join(sorted(set(wrong)))[:70], most=_LONGEST))
    content = dict(sent)
    if name := _CALLED.get(made):
        content.setdefault(name[0], content[name[1]])
    if made is RegimenItem:
        content["schedule"] = parse_schedule(_with_counts(content["schedule"])).as_dict()
    if made is ScanItem:
        content["sites"] = tuple(ScanSite(**site) for site in content["sites"])
        content["parts"] = tuple(content.get("parts", ()))
    item: Item = made(**content)
    return item


def _with_counts(schedule: Mapping[str, Any]) -> dict[str, Any]:
    """A schedule counts times and months, which JSON here reads as digits."""
    return {name: int(value) if isinstance(value, Digits) and value.isdecimal() else value for name, value in schedule.items()}


def _fits(name: str, value: Any) -> bool:
    special = _SPECIAL.get(name)
    return special(value) if special else _is_text(value)


def _is_text(value: Any) -> bool:
    return type(value) is str and len(value) <= _LONGEST


def _are_sites(value: Any) -> bool:
    return isinstance(value, list) and 0 < len(value) <= _MOST_PARTS and all(_is_site(site) for site in value)


def _is_site(value: Any) -> bool:
    known = {one.name for one in fields(ScanSite)}
    return isinstance(value, Mapping) and {"measured", "region"} <= value.keys() <= known and all(map(_is_text, value.values()))


_SPECIAL: Mapping[str, Callable[[Any], bool]] = {
    "fasting": lambda value: value is None or isinstance(value, bool),
    "prescribed": lambda value: isinstance(value, bool),
    "scanner_changed": lambda value: isinstance(value, bool),
    "schedule": lambda value: isinstance(value, Mapping),
    "sites": _are_sites,
    "parts": lambda value: isinstance(value, list) and len(value) <= _MOST_PARTS and all(map(_is_text, value)),
    "method": lambda value: _is_text(value) and value in set(Method),
    "method_evidence": lambda value: _is_text(value) and value in set(MethodEvidence),
    "kind": lambda value: _is_text(value) and value in set(DoseKind),
}
