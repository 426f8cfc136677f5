"""A row of each table that a man fills himself, as his phone states it; and what is edited in it."""

from __future__ import annotations

import json

from tests.backend.api.phone import DOSE, LAB, PLAN

SITE = {"region": "total_hip", "side": "left", "bmd": "0.900", "unit": "g/cm2", "t_score": "-1.5"}
SCAN = {"scanned_on": "2026-09-01", "sites": json.dumps([SITE]), "facility": "Invented Radiology"}
PAUSE = {"regimen_id": "mine", "starts_on": "2026-06-01", "reason": "surgery"}
FRACTURE = {"site": "wrist", "occurred_at": "2026-01", "zone": "Europe/Berlin", "fragility": True}
COUNT = {
    "drug": "anastrozole",
    "form": "tablet",
    "units": "30",
    "content": "1 mg",
    "counted_at": "2026-10-01T08:00:00+02:00",
    "zone": "Europe/Berlin",
}
OWN_TABLES = {
    "lab_results": LAB,
    "regimens": PLAN,
    "dose_events": DOSE,
    "dexa_scans": SCAN,
    "fractures": FRACTURE,
    "risk_factors": {"code": "smoking", "since": "2020-01-01"},
    "inventory_counts": COUNT,
    "symptoms": {"code": "fatigue", "score": 5, "felt_at": "2026-10-01T08:00:00+02:00", "zone": "Europe/Berlin"},
    "lifestyle": {"code": "sun", "value": "90", "unit": "min/week", "since": "2026-05-01"},
    "co_medication": {"drug": "biotin", "since": "2026-05-01"},
}
CHANGED = {
    "lab_results": {"value": "<5"},
    "regimens": {"dose": "1.0 mg"},
    "dose_events": {"site": "left thigh"},
    "dexa_scans": {"sites": json.dumps([SITE | {"bmd": "0.950"}])},
    "fractures": {"fragility": False},
    "risk_factors": {"note": "stopped once"},
    "inventory_counts": {"units": "28"},
    "symptoms": {"score": 3},
    "lifestyle": {"value": "120"},
    "co_medication": {"until": "2026-10-01"},
}
# What another phone says of the same column.
UNLIKE = {
    "lab_results": {"value": "7"},
    "regimens": {"dose": "0.25 mg"},
    "dose_events": {"site": "right thigh"},
    "dexa_scans": {"sites": json.dumps([SITE | {"bmd": "0.800"}])},
    "fractures": {"fragility": None},
    "risk_factors": {"note": "never stopped"},
    "inventory_counts": {"units": "27"},
    "symptoms": {"score": 4},
    "lifestyle": {"value": "60"},
    "co_medication": {"until": "2026-09-01"},
}
