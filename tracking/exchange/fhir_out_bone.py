"""Bone density out as FHIR R4: an Observation for each figure, and the DiagnosticReport that holds them together.

A LOINC stands only where it is sure: of the lumbar spine, and of the T-score of the hip. All else is a code of our own.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from tracking.exchange.fhir_json import LOINC, LSC, MEASURES, REFERENCE, SCANNER_CHANGED, UCUM, VERTEBRAE, as_decimal, as_number
from tracking.exchange.incoming import ScanItem, ScanSite

__all__ = ["FIGURES", "REPORT_CODE", "bone_codes", "bone_observation", "figures_of", "scan_report"]

# What of a site is a figure, and what it is called.
FIGURES: Mapping[str, str] = MappingProxyType({"bmd": "bone mineral density", "t_score": "T-score", "z_score": "Z-score"})
REPORT_CODE = "38269-7"
_LOINCS: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        ("lumbar_spine", "bmd"): "24966-4",
        ("lumbar_spine", "t_score"): "38267-1",
        ("lumbar_spine", "z_score"): "85394-5",
        ("total_hip", "t_score"): "38264-8",
    }
)
_SCORES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {"t_score": ("{T-score}", "T-score"), "z_score": ("{Z-score}", "Z-score")}
)


def bone_codes(region: str, side: str, figure: str) -> list[tuple[str, str]]:
    """The codes of one figure of one region, each with its system; the surest first."""
    loinc = _LOINCS.get((region, figure))
    own = (MEASURES, f"{region}.{side}.{figure}")
    return [(LOINC, loinc), own] if loinc else [own]


def bone_observation(scan: ScanItem, site: ScanSite, figure: str) -> dict[str, Any]:
    """One figure of one site: ``bmd``, ``t_score`` or ``z_score``."""
    named = " ".join(filter(None, [site.region.replace("_", " "), site.side, site.vertebrae]))
    coding = [{"system": system, "code": code} for system, code in bone_codes(site.region, site.side, figure)]
    made: dict[str, Any] = {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": coding, "text": f"DXA {named} {FIGURES[figure]}"},
        "effectiveDateTime": scan.scanned_on,
        **_value(site, figure),
        "bodySite": {"text": named},
        "method": {"text": "DXA"},
    }
    if scan.facility:
        made["performer"] = [{"type": "Organization", "display": scan.facility}]
    if scan.device:
        made["device"] = {"display": scan.device}
    extensions: list[dict[str, Any]] = []
    if site.vertebrae:
        extensions.append({"url": VERTEBRAE, "valueString": site.vertebrae})
    if figure == "bmd" and site.lsc:
        extensions.append(as_decimal(LSC, site.lsc))
    return made | ({"extension": extensions} if extensions else {})


def scan_report(scan: ScanItem, results: list[str]) -> dict[str, Any]:
    """The report of a scan. ``results``: references to its Observations."""
    made: dict[str, Any] = {
        "resourceType": "DiagnosticReport",
        "status": "final",
        "code": {"coding": [{"system": LOINC, "code": REPORT_CODE}], "text": "DXA bone density"},
        "effectiveDateTime": scan.scanned_on,
        "result": [{"reference": one} for one in results],
    }
    if scan.facility:
        made["performer"] = [{"type": "Organization", "display": scan.facility}]
    extensions: list[dict[str, Any]] = []
    if scan.reference:
        extensions.append({"url": REFERENCE, "valueString": scan.reference})
    if scan.scanner_changed:
        extensions.append({"url": SCANNER_CHANGED, "valueBoolean": True})
    return made | ({"extension": extensions} if extensions else {})


def figures_of(site: ScanSite) -> list[str]:
    """Which figures a site has."""
    return [figure for figure in FIGURES if getattr(site, figure)]


def _value(site: ScanSite, figure: str) -> dict[str, Any]:
    number: str = getattr(site, figure)
    code, unit = _SCORES.get(figure, (site.unit, site.unit))
    return {"valueQuantity": {**as_number(number), "unit": unit, "system": UCUM, "code": code}}
