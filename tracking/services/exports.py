"""His results as the writers of ``tracking.exchange`` take them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from tracking.domain.actor import Actor
from tracking.domain.problems import problem
from tracking.evidence import load_rulebook
from tracking.exchange.csv_out import write_csv
from tracking.exchange.fhir_out import write_bundle
from tracking.exchange.incoming import LabItem
from tracking.exchange.json_file import write_json
from tracking.models import LabResult, Patient
from tracking.services.access import acting_as
from tracking.services.outgoing import lab_item

__all__ = ["FORMATS", "results"]

Writer = Callable[[list[LabItem]], bytes]

FORMATS: Mapping[str, Writer] = MappingProxyType(
    {
        "csv": lambda items: write_csv(items, rulebook=load_rulebook()),
        "fhir": lambda items: write_bundle(items, rulebook=load_rulebook()),
        "json": write_json,
    }
)


def results(*, patient: Patient, by: Actor, into: str) -> bytes:
    """Every result that stands about him, in order of time, as reported. ``into``: csv, fhir or json; else :class:`Problem`."""
    if into not in FORMATS:
        text = "'{received}' is not a format. Accepted: {accepted}."
        raise problem("/format", "choice-unknown", text, received=into[:20], accepted=", ".join(FORMATS))
    with acting_as(by):
        rows = LabResult.objects.live().filter(patient=patient).order_by("at", "pk")
        return FORMATS[into]([lab_item(row) for row in rows])
