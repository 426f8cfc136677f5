"""What every reader of this package hands back: one frozen line per row of the source, understood or not, and never none.

A reader decides nothing about the man: whether a unit fits, a value is possible or a row is there already is for the services.
What it could not take over is a line too, with the reason.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from functools import cache
from types import MappingProxyType
from typing import Any

from tracking.domain.problems import Issue
from tracking.domain.reported import Method, MethodEvidence

__all__ = [
    "DoseItem",
    "Form",
    "Item",
    "LabItem",
    "Line",
    "Parsed",
    "RegimenItem",
    "ScanItem",
    "ScanSite",
    "Subject",
    "as_stored",
    "issue",
    "named",
]


MOST_NAME = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What whoever sends a file declares about it, because the file cannot show it.

    ``decimal``: ``.`` or ``,``. ``dates``: ``iso`` (year first only), ``dmy`` or ``mdy``. ``zone``: the IANA zone of times that
    carry no offset. ``drawn_by``: an RFC 3339 instant by which everything had been drawn, for a file that dates nothing.
    ``source``: the system that the file comes from; empty where the file names it, or nobody knows.
    """

    decimal: str = "."
    dates: str = "iso"
    zone: str = "UTC"
    drawn_by: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom the source says a row is about, in its own words; ``birth_date`` as YYYY-MM-DD or empty."""

    id: str = ""
    name: str = ""
    birth_date: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabItem:
    """One result as the source reports it, digit for digit.

    ``test``: the source's own name and code of it; ``analyte`` is empty where they are not known here. ``value`` has the
    comparator in front (``<5.10``). ``unit`` is the source's spelling. ``collected_at`` is RFC 3339 with an offset, or a day,
    month or year; with ``precision`` ``unknown`` only the instant by which it had been drawn. Ranges are in the same unit.
    """

    test: str
    analyte: str
    value: str
    unit: str
    collected_at: str
    zone: str = ""
    precision: str = ""
    method: str = Method.UNKNOWN.value
    method_evidence: str = MethodEvidence.NONE.value
    laboratory: str = ""
    range_low: str = ""
    range_high: str = ""
    lloq: str = ""
    fasting: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanSite:
    """One measured region; scores as reported. ``region`` is empty where the source does not say which one it means."""

    measured: str
    region: str
    side: str = ""
    vertebrae: str = ""
    bmd: str = ""
    unit: str = ""
    t_score: str = ""
    z_score: str = ""
    lsc: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanItem:
    """One DXA scan with its regions. ``parts`` names the places in the source that it was put together from."""

    scanned_on: str
    sites: tuple[ScanSite, ...]
    parts: tuple[str, ...] = ()
    facility: str = ""
    device: str = ""
    reference: str = ""
    scanner_changed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DoseItem:
    """One dose taken or skipped. ``amount`` as reported, empty for a skipped one; ``unit`` is mg, ug or IU."""

    product: str
    drug: str
    kind: str
    taken_at: str
    amount: str = ""
    unit: str = "mg"
    zone: str = ""
    precision: str = ""
    site: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegimenItem:
    """What he is to take, as somebody ordered or stated it. ``prescribed``: an order of a clinic, not his own
    statement. ``last_day`` is empty where it goes on. ``strength``: of one tablet, in the unit of the dose.
    """

    product: str
    drug: str
    dose: str
    schedule: Mapping[str, Any]
    starts_on: str
    unit: str = "mg"
    strength: str = ""
    last_day: str = ""
    prescribed: bool = False
    reason: str = ""
    zone: str = ""


Item = LabItem | ScanItem | DoseItem | RegimenItem


# What rows of imports that were read earlier call the same.
_NAMED_BEFORE: Mapping[str, str] = MappingProxyType({"amount_mg": "amount", "dose_mg": "dose"})
_KINDS: Mapping[str, type[Any]] = MappingProxyType({"lab": LabItem, "scan": ScanItem, "dose": DoseItem, "regimen": RegimenItem})
_NAMES: Mapping[type[Any], str] = MappingProxyType({made: name for name, made in _KINDS.items()})


def kind_of(item: Item) -> str:
    """``lab``, ``scan``, ``dose`` or ``regimen``."""
    return _NAMES[type(item)]


def item_of(kind: str, stored: Mapping[str, Any]) -> Item:
    """An item out of what :func:`as_stored` made of it, which may have been JSON in between."""
    content = dict(stored)
    for before, name in _NAMED_BEFORE.items():
        if before in content:
            content[name] = content.pop(before)
    if kind == "scan":
        content["sites"] = tuple(ScanSite(**site) for site in content["sites"])
        content["parts"] = tuple(content["parts"])
    made: Item = _KINDS[kind](**content)
    return made


def as_stored(item: Item | Subject) -> dict[str, Any]:
    """What ``item_of`` makes the same item of again. Most of an import is flat, and is taken apart as it is."""
    if isinstance(item, ScanItem):
        return asdict(item)
    return {name: getattr(item, name) for name in _fields_of(type(item))}


@cache
def _fields_of(made: type[Any]) -> tuple[str, ...]:
    return tuple(one.name for one in fields(made))


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One row of the source. ``item`` is None where nothing can be stored from it; ``why`` then says so.

    ``place`` is where a person finds it: ``line 12``, ``Observation/7``, ``OBX 3``. ``source_id`` names it in the source for
    good, empty where the source gives no such name. ``corrects``: it replaces an earlier one of the same ``source_id``.
    ``empty``: there is nothing in it to store, so nobody has anything to mend.
    """

    place: str
    item: Item | None = None
    why: tuple[Issue, ...] = ()
    source_id: str = ""
    subject: Subject = field(default_factory=Subject)
    corrects: bool = False
    empty: bool = False

    def __post_init__(self) -> None:
        if (self.item is None) != bool(self.why):
            raise ValueError("a line holds something, or says why not")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """A whole file: its lines in the order of the source, and what is true of all of them.

    ``source``: the system that it says it comes from. ``unread``: columns that nothing was taken from, by their headers.
    """

    format: str
    lines: tuple[Line, ...]
    source: str = ""
    unread: tuple[str, ...] = ()


def named(source_id: str) -> str:
    """The name of a row in its source, as it is stored; a very long one by its digest, so that two never become one."""
    return source_id if len(source_id) <= MOST_NAME else hashlib.sha256(source_id.encode()).hexdigest()


def issue(pointer: str, code: str, text: str, **params: Any) -> Issue:
    """One reason, with what was received cut to a length fit to be shown."""
    shown = {name: str(value)[:80] for name, value in params.items()}
    return Issue(pointer, code, text, MappingProxyType(shown))
