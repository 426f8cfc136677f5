"""His record as the writers of ``tracking.exchange`` take it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from types import MappingProxyType

from tracking.domain.actor import Actor
from tracking.domain.problems import problem
from tracking.evidence import load_rulebook
from tracking.exchange.csv_out import write_csv
from tracking.exchange.fhir_out import write_bundle
from tracking.exchange.incoming import Item, LabItem
from tracking.exchange.json_file import write_json
from tracking.exchange.own_tables import write_own_table
from tracking.models import DexaScan, DoseEvent, LabResult, Patient, Regimen
from tracking.services import outgoing
from tracking.services.access import acting_as
from tracking.services.lived import local_today

__all__ = ["FORMATS", "KINDS", "record"]

FORMATS = ("csv", "fhir", "json")


def _labs(man: Patient) -> Iterator[Item]:
    for row in LabResult.objects.live().filter(patient=man).order_by("at", "pk"):
        yield outgoing.lab_item(row)


def _scans(man: Patient) -> Iterator[Item]:
    for scan in DexaScan.objects.live().filter(patient=man).order_by("scanned_on", "pk").prefetch_related("sites"):
        yield outgoing.scan_item(scan, sorted(scan.sites.all(), key=lambda site: site.pk))


def _doses(man: Patient) -> Iterator[Item]:
    for row in DoseEvent.objects.live().filter(patient=man).order_by("at", "pk"):
        yield outgoing.dose_item(row)


def _regimens(man: Patient) -> Iterator[Item]:
    for row in Regimen.objects.live().filter(patient=man).order_by("starts_on", "pk"):
        if row.ends_on != row.starts_on:  # else it held on no day
            yield outgoing.regimen_item(row)


# What can be asked for apart, and what a table of it holds.
KINDS: Mapping[str, tuple[str, Callable[[Patient], Iterator[Item]]]] = MappingProxyType(
    {"labs": ("lab", _labs), "scans": ("scan", _scans), "doses": ("dose", _doses), "regimens": ("regimen", _regimens)}
)


def record(*, patient: Patient, by: Actor, now: datetime, into: str, of: str = "") -> bytes:
    """What stands about him, in order of time, as reported. ``into``: one of ``FORMATS``. ``of``: one of ``KINDS``; empty: all
    of them, except that a table holds one, the labs. Raises :class:`Problem`.
    """
    for name, received, accepted in (("as", into, FORMATS), ("of", of or "labs", tuple(KINDS))):
        if received not in accepted:
            text = "'{received}' is not accepted. Accepted: {accepted}."
            raise problem(f"?{name}", "choice-unknown", text, received=received[:20], accepted=", ".join(accepted))
    wanted = [of] if of else ["labs"] if into == "csv" else list(KINDS)
    with acting_as(by):
        items = [item for name in wanted for item in KINDS[name][1](patient)]
    return _written(items, into, KINDS[wanted[0]][0], patient, local_today(patient, now))


def _written(items: list[Item], into: str, kind: str, man: Patient, today: date) -> bytes:
    if into == "fhir":
        return write_bundle(items, rulebook=load_rulebook(), today=today, about=str(man.uid))
    if into == "json":
        return write_json(items)
    labs = [item for item in items if isinstance(item, LabItem)]
    return write_csv(labs, rulebook=load_rulebook()) if kind == "lab" else write_own_table(kind, items)
