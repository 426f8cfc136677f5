"""The CapabilityStatement, made of what the addresses themselves go by, so that it cannot promise anything else."""

from __future__ import annotations

from typing import Any

from tracking.api.fhir.kinds import KINDS, Kind
from tracking.api.fhir.search import searched_by
from tracking.api.fhir.wire import MEDIA_TYPE

__all__ = ["capability"]

# When what is promised here changed last.
_AS_OF = "2026-11-26"
_TYPES = {"code": "token", "category": "token", "patient": "reference"}
_EVERYTHING = "http://hl7.org/fhir/OperationDefinition/Patient-everything"


def capability(base: str) -> dict[str, Any]:
    """What a client can expect at the address ``base``."""
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": _AS_OF,
        "kind": "instance",
        "software": {"name": "Trabecula"},
        "implementation": {"description": "Labs, doses and bone density of one man, to be read by other systems", "url": base},
        "fhirVersion": "4.0.1",
        "format": [MEDIA_TYPE, "json"],
        "rest": [
            {
                "mode": "server",
                "security": {"description": "Authorization: Bearer, of the man whose record it is. No SMART launch."},
                "resource": [_patient(), *map(_resource, KINDS.values())],
                "interaction": [{"code": "transaction", "documentation": "An import: all of it is stored, or nothing."}],
            }
        ],
    }


def _patient() -> dict[str, Any]:
    return {
        "type": "Patient",
        "interaction": [{"code": "read"}],
        "operation": [{"name": "everything", "definition": _EVERYTHING}],
    }


def _resource(kind: Kind) -> dict[str, Any]:
    dates = {kind.dated_by: "date", "_lastUpdated": "date"}
    named = ("patient", *searched_by(kind), "_lastUpdated")
    return {
        "type": kind.name,
        "documentation": f"{kind.about[:1].upper()}{kind.about[1:]}.",
        "interaction": [{"code": "read"}, {"code": "search-type"}],
        "versioning": "versioned",
        "conditionalRead": "not-match",
        "searchParam": [{"name": name, "type": (dates | _TYPES)[name]} for name in named],
    }
