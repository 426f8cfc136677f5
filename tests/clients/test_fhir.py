"""Stock FHIR clients and independent validators against the live server, and an oracle for the units of the rulebook."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.clients.conftest import Running
from tests.clients.npm import node
from tracking.evidence import load_rulebook

MOLAR_MASSES = Path(__file__).parents[1] / "tracking" / "evidence" / "molar_masses.json"
HERE = Path(__file__).parent / "fhir"
ADAM = {"name": "Adam Invented", "birth_date": "1980-05-04", "zone": "Europe/Berlin"}
LABS = [
    {"analyte": "estradiol", "value": "5.10", "unit": "pg/mL", "collected_at": "2026-03-04T08:10:00+01:00"},
    {"analyte": "estradiol", "value": "<18.40", "unit": "pmol/L", "collected_at": "2026-03-31", "laboratory": "Invented Lab"},
    {"analyte": "testosterone_total", "value": "650", "unit": "ng/dL", "collected_at": "2026-03", "range_low": "264"},
    {"analyte": "shbg", "value": "30", "unit": "nmol/L", "collected_at": "2025", "fasting": True},
    {"analyte": "estradiol", "value": "21.0", "unit": "pg/mL", "collected_at": "2026-05-04", "method": "lcmsms"},
]
SCAN = {
    "scanned_on": "2026-05-01",
    "facility": "Invented Imaging",
    "sites": [
        {"region": "lumbar_spine", "vertebrae": "L1-L4", "bmd": "0.980", "unit": "g/cm2", "t_score": "-1.10", "lsc": "00.022"},
        {"region": "femoral_neck", "side": "left", "bmd": "0.700", "unit": "g/cm2", "z_score": "-0.6"},
    ],
}
PLANS = [
    {"drug": "anastrozole", "dose": "0.5 mg", "strength": "1 mg", "schedule": {"kind": "every", "days": "3.5"},
     "starts_on": "2026-09-01", "reason": "breast tenderness"},
    {"drug": "testosterone_cypionate", "dose": "60 mg", "starts_on": "2026-01-05",
     "schedule": {"kind": "weekdays", "days": ["mon", "thu"], "at": ["08:00"], "amounts": ["60", "40"]}},
]  # fmt: skip
DOSES = [
    {"drug": "anastrozole", "kind": "taken", "amount": "00.5 mg", "taken_at": "2026-10-20T08:00:00+02:00"},
    {"drug": "anastrozole", "kind": "skipped", "taken_at": "2026-10-24"},
]


def test_stock_clients_read_and_send_and_three_validators_agree(running: Running) -> None:
    node("npm", "ci", "--ignore-scripts", cwd=HERE)
    running.start(only=["web"])
    token = running.sign_in("adam@example.org", is_new=True)
    running.call("POST", "/profile", ADAM, token=token)
    for path, bodies in (("/labs", LABS), ("/dexa-scans", [SCAN]), ("/regimens", PLANS), ("/doses", DOSES)):
        for body in bodies:
            running.call("POST", path, body, token=token)
    uid = running.call("GET", "/profile", token=token)["uid"]
    server = {"TRABECULA_URL": running.stack.web_url, "TRABECULA_TOKEN": token, "TRABECULA_PATIENT": uid}
    node("node", "--test", "facade.test.mjs", cwd=HERE, **server)


def test_another_implementation_of_ucum_agrees_with_every_factor(tmp_path: Path) -> None:
    node("npm", "ci", "--ignore-scripts", cwd=HERE)
    rules = load_rulebook()
    analytes, drugs = _factors(rules.analytes), _factors(rules.drugs)
    file = tmp_path / "units.json"
    masses = json.loads(MOLAR_MASSES.read_text())
    file.write_text(json.dumps({"analytes": analytes, "drugs": drugs, "molarMasses": masses}))
    node("node", "--test", "units.test.mjs", cwd=HERE, TRABECULA_UNITS=str(file))


def _factors(rules: Mapping[str, Any]) -> dict[str, dict[str, list[str]]]:
    """By code and unit, exactly: numerator and denominator."""
    return {
        code: {unit: [str(ratio.numerator), str(ratio.denominator)] for unit, ratio in rule.units.items()}
        for code, rule in rules.items()
    }
