"""What is ready goes into the record, by what it is, and others can see how far it has come."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from django.db import connections

from tests.accounts import make_man
from tests.conftest import NOW
from tests.tracking.services.importing import csv, states, stored
from tracking.domain.actor import Actor
from tracking.exchange.incoming import Form
from tracking.models import DexaScan, DexaSite, DoseEvent, ImportBatch, Regimen
from tracking.services import import_storing, imports


def test_a_scan_is_stored_with_the_region_that_was_asked_for(receive, common, as_system):
    folder = Path(__file__).parents[1] / "exchange" / "fixtures" / "fhir_dxa"
    entries = ",".join(
        '{"resource":' + path.read_text(encoding="utf-8") + "}"
        for path in sorted(folder.glob("d*.json")) + sorted(folder.glob("D*.json"))
    )
    batch = receive(('{"resourceType":"Bundle","type":"collection","entry":[' + entries + "]}").encode())
    assert states(batch) == [("asks", "region-missing")]
    imports.answer(uid=batch.uid, answers=[{"region": "femoral_neck"}], **common)
    imports.commit(uid=batch.uid, **common)
    assert states(batch) == [("stored", "")]
    with as_system():
        sites = {site.region: (site.bmd_digits, site.t_score, site.z_score, site.side) for site in DexaSite.objects.all()}
        assert str(DexaScan.objects.get().scanned_on) == "2021-11-10"
    assert sites == {"total_hip": ("0.734", "-1.62", "-0.19", "left"), "femoral_neck": ("0.631", "-1.48", "0.05", "left")}


def test_regimens_and_doses_go_through_their_services(receive, common, as_system):
    drug = {"text": "anastrozole"}
    timing = {"repeat": {"frequency": 2, "period": 1, "periodUnit": "wk"}}
    dosage = {"timing": timing, "doseAndRate": [{"doseQuantity": {"value": 0.5, "unit": "mg"}}]}
    order = {"resourceType": "MedicationRequest", "id": "a", "status": "active", "intent": "order", "authoredOn": "2026-01-05"}
    order |= {"medicationCodeableConcept": drug, "dosageInstruction": [dosage]}
    overlapping = order | {"id": "b", "authoredOn": "2026-02-05"}
    taken = {
        "resourceType": "MedicationAdministration",
        "id": "c",
        "status": "completed",
        "effectiveDateTime": "2026-03-04T08:00:00Z",
    }
    taken |= {"medicationCodeableConcept": drug, "dosage": {"dose": {"value": 0.5, "unit": "mg"}}}
    bundle = {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"resource": one} for one in (order, overlapping, taken)],
    }
    batch = receive(json.dumps(bundle).encode())
    imports.commit(uid=batch.uid, **common)
    assert states(batch) == [("stored", ""), ("refused", "regimen-overlap"), ("stored", "")]
    with as_system():
        regimen, dose = Regimen.objects.get(), DoseEvent.objects.get()
    assert (regimen.drug, regimen.dose_digits, regimen.origin, str(regimen.starts_on)) == (
        "anastrozole",
        "0.5",
        "self",
        "2026-01-05",
    )
    assert (regimen.reason, regimen.review_on) == (
        "",
        None,
    )  # what it does not say is not made up
    assert (dose.kind, dose.amount_digits, dose.source_id) == ("taken", "0.5", "MedicationAdministration/c")
    assert [state for state, _ in states(receive(json.dumps(bundle | {"id": "again"}).encode()))] == [
        "duplicate",
        "ready",
        "duplicate",
    ]


def test_the_percent_is_told_while_it_goes_on(receive, common, monkeypatch):
    monkeypatch.setattr(import_storing, "AT_A_TIME", 2)
    batch = receive(csv(*(f"Estradiol,{20 + number},pg/mL,2026-03-{number + 1:02}" for number in range(5))))
    told: list[int] = []
    assert imports.commit(uid=batch.uid, progress=told.append, **common).percent == 100
    assert told == [39, 79]
    assert len(stored()) == 5


def test_others_read_the_percent_while_the_transaction_is_open(committed, monkeypatch):
    """A real second connection: what is stored is not to be seen yet, how far it is already is."""
    man = make_man(now=NOW)
    by = Actor.user(man.user_id)
    monkeypatch.setattr(import_storing, "AT_A_TIME", 2)
    content = csv(*(f"Estradiol,{20 + number},pg/mL,2026-03-{number + 1:02}" for number in range(4)))
    batch, _ = imports.receive(patient=man, by=by, now=NOW, content=content, form=Form())
    seen: list[int] = []

    def tell_and_look(percent: int) -> None:
        import_storing.tell_percent(batch.pk, percent)
        with ThreadPoolExecutor(1) as other:
            seen.append(other.submit(percent_elsewhere, batch.pk).result(timeout=20))

    imports.commit(patient=man, uid=batch.uid, by=by, now=NOW, progress=tell_and_look)
    assert seen == [49]
    assert percent_elsewhere(batch.pk) == 100


def percent_elsewhere(batch_id: int) -> int:
    try:
        return ImportBatch.objects.values_list("percent", flat=True).get(pk=batch_id)
    finally:
        connections.close_all()
