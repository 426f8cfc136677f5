"""Adam's record as another system sees it, and a client that reads FHIR as such systems do."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from rest_framework.test import APIClient

from tests.accounts import bearer
from tests.conftest import NOW
from tracking.domain.actor import Actor
from tracking.domain.history import Origin
from tracking.models import LabResult
from tracking.services import bone, doses, labs, regimens
from tracking.services.access import acting_as

LABS = [
    {"analyte": "estradiol", "value": "5.10", "unit": "pg/mL", "collected_at": "2026-03-04T08:10:00+01:00"},
    {"analyte": "estradiol", "value": "<18.40", "unit": "pmol/L", "collected_at": "2026-03-31"},
    {"analyte": "testosterone_total", "value": "650", "unit": "ng/dL", "collected_at": "2026-03"},
    {"analyte": "shbg", "value": "30", "unit": "nmol/L", "collected_at": "2025"},
    {"analyte": "hematocrit", "value": "47.0", "unit": "%", "collected_at": "2026-02-01T00:00:00Z", "precision": "unknown"},
]


class FhirClient(APIClient):
    """Asks as a FHIR client does, and holds every answer to what holds for all of them."""

    def get(self, path: str, data: Any = None, **extra: Any) -> Any:
        response = super().get(f"/fhir/r4{path}", data, **extra)
        return self.held(response)

    def bundle(self, entries: list[Any], *, path: str = "", content_type: str = "application/fhir+json", **about: Any) -> Any:
        body = {"resourceType": "Bundle", "type": "transaction", "entry": entries} | about
        return self.held(self.generic("POST", f"/fhir/r4{path}", json.dumps(body), content_type))

    def ids(self, path: str, **sent: Any) -> list[str]:
        """The ids of what is found, over all pages."""
        answer = self.get(path, sent)
        assert answer.status_code == 200, answer.content
        found: list[str] = []
        while True:
            page = answer.json()
            found += [entry["resource"]["id"] for entry in page.get("entry", [])]
            following = [link["url"] for link in page["link"] if link["relation"] == "next"]
            if not following:
                return found
            answer = self.held(super().get(following[0]))

    @staticmethod
    def held(response: Any) -> Any:
        if response.content:
            assert response.headers["Content-Type"] == "application/fhir+json"
            body = json.loads(response.content, parse_float=Decimal)
            if response.status_code >= 400:
                assert body["resourceType"] == "OperationOutcome", body
                assert all(issue["severity"] == "error" and issue["details"]["text"] for issue in body["issue"])
        assert "no-store" in response.headers["Cache-Control"]
        return response


@pytest.fixture
def reads(db: None) -> Any:
    def client_of(user: Any) -> FhirClient:
        client = FhirClient()
        client.credentials(**bearer(user))
        return client

    return client_of


@pytest.fixture
def his(reads: Any, adam: Any) -> FhirClient:
    return reads(adam.user)


@pytest.fixture
def record(adam: Any) -> dict[str, Any]:
    """Adam with something of everything: the rows, by what they are."""
    by = Actor.user(adam.user_id)
    common = {"patient": adam, "by": by, "now": NOW}
    made: dict[str, Any] = {}
    results = {f"lab{number}": sent for number, sent in enumerate(LABS)}
    assert labs.record_each(**common, staff=True, results=results) == {}
    with acting_as(by):
        made |= {row.client_id: row for row in LabResult.objects.filter(patient=adam)}
    site = {"region": "lumbar_spine", "vertebrae": "L1-L4", "bmd": "0.980", "unit": "g/cm2", "t_score": "-1.10", "lsc": "0.022"}
    neck = {"region": "femoral_neck", "side": "left", "bmd": "0.700", "unit": "g/cm2", "z_score": "-0.6"}
    about = {"facility": "Invented Imaging", "device": "Scanner 7", "reference": "NHANES III"}
    made["scan"], _ = bone.record_scan(**common, scanned_on=date(2026, 5, 1), sites=[site, neck], **about)
    taken = {"drug": "anastrozole", "amount": "0.50 mg", "taken_at": "2026-10-20T08:00:00+02:00"}
    skipped = {"drug": "anastrozole", "kind": "skipped", "taken_at": "2026-10-24"}
    made["taken"], made["skipped"] = doses.log_many(**common, events=[taken, skipped])
    plan = {"drug": "anastrozole", "dose": "0.50 mg", "strength": "1 mg", "schedule": {"kind": "every", "days": "3.5"}}
    made["plan"] = regimens.start(**common, origin=Origin.SELF, starts_on=date(2026, 9, 1), reason="breast tenderness", **plan)
    weekly = {"drug": "testosterone_cypionate", "dose_mg": "100", "schedule": {"kind": "weekdays", "days": ["mon"]}}
    ended = {"starts_on": date(2026, 1, 5), "ends_on": NOW.date() - timedelta(days=60)}
    made["ended"] = regimens.start(**common, origin=Origin.PRESCRIBED, **ended, **weekly)
    return made


@pytest.fixture
def anybody_reads(db: None) -> FhirClient:
    return FhirClient()
