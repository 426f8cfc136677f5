"""Bone density in FHIR R4: a scan is put together from its figures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.tracking.exchange.bundles import Raw, bundle
from tracking.exchange.incoming import ScanItem

DXA = Path(__file__).parent / "fixtures" / "fhir_dxa"


def dxa() -> list[dict[str, Any]]:
    return [json.loads(path.read_text(encoding="utf-8"), parse_float=Raw) for path in sorted(DXA.glob("*.json"))]


def test_the_scan_of_the_us_core_example_is_put_together(read):
    parsed = read(bundle(*dxa()))
    (scan,) = [one for one in parsed.lines if isinstance(one.item, ScanItem)]
    assert scan.place == "DiagnosticReport/bone-density-report"
    assert (scan.subject.name, scan.subject.birth_date) == ("Amy V. Baxter", "1987-02-20")
    assert scan.item.scanned_on == "2021-11-10"
    sites = {site.measured: site for site in scan.item.sites}
    assert (sites["Hip"].region, sites["Hip"].side, sites["Hip"].bmd, sites["Hip"].unit) == (
        "total_hip",
        "left",
        "0.734",
        "g/cm2",
    )
    assert (sites["Hip"].t_score, sites["Hip"].z_score) == ("-1.62", "-0.19")
    assert sites["Femur"].region == "", "the neck, or what else: the report must say"
    assert (sites["Femur"].bmd, sites["Femur"].t_score, sites["Femur"].z_score) == ("0.631", "-1.48", "0.05")
    assert len(scan.item.parts) == 6
    assert [one.place for one in parsed.lines if one is not scan] == ["Patient/example"]


def test_observations_of_one_day_are_one_scan_without_a_report_too(read):
    parts = [resource for resource in dxa() if resource["resourceType"] == "Observation"]
    (scan,) = read(bundle(*parts)).lines
    assert len(scan.item.sites) == 2


def test_a_score_without_its_bone_density_is_a_line_of_its_own(read):
    parts = [resource for resource in dxa() if "armass" not in resource["id"] and resource["resourceType"] == "Observation"]
    assert {one.why[0].code for one in read(bundle(*parts)).lines} == {"score-without-bmd"}
