"""FHIR as others write it, for tests."""

from __future__ import annotations

import json
import re
from typing import Any

__all__ = ["ESTRADIOL", "LOINC", "UCUM", "Raw", "bundle", "observation", "written"]

LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"
ESTRADIOL = {"coding": [{"system": LOINC, "code": "2243-4", "display": "Estradiol"}]}


class Raw(str):
    """A JSON number that is written as it stands here: ``5.10`` keeps its nought."""

    __slots__ = ()


def written(content: Any) -> bytes:
    marked = json.dumps(_marked(content))
    return re.sub(r'"@([^"]*)@"', r"\1", marked).encode()


def _marked(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _marked(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_marked(inner) for inner in value]
    return f"@{value}@" if isinstance(value, Raw) else value


def observation(**changed: Any) -> dict[str, Any]:
    plain = {
        "resourceType": "Observation",
        "id": "o1",
        "status": "final",
        "code": ESTRADIOL,
        "effectiveDateTime": "2026-03-04T08:10:00-05:00",
        "valueQuantity": {"value": Raw("24.10"), "unit": "pg/mL", "system": UCUM, "code": "pg/mL"},
    }
    return {name: value for name, value in (plain | changed).items() if value is not None}


def bundle(*resources: dict[str, Any], kind: str = "collection") -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": kind, "entry": [{"resource": resource} for resource in resources]}
