"""What he asks his clinic, and what it decides, on his phones."""

from __future__ import annotations

import json
from datetime import date

from tests.backend.api.phone import NOTHING_REJECTED, code
from tests.conftest import NOW
from tracking.domain.actor import Actor
from tracking.services import titration

SYSTEM = Actor.system("test")


def test_he_asks_his_clinic_in_words_and_nothing_else(phone, new_phone, in_care):
    phone.pull()
    assert phone.create("proposals", {"id": "ask", "words": "Could I have less, 0.25 mg?"}) == NOTHING_REJECTED
    phone.pull()
    row = phone.of("proposals")["ask"]
    assert (row["state"], row["words"], row["clinic"]) == ("requested", "Could I have less, 0.25 mg?", None)
    assert json.loads(row["sentences"])
    assert "0.25" not in row["sentences"]
    assert code(phone.update("proposals", row | {"words": "More."}), "proposals") == "kept-as-said"
    assert code(phone.create("proposals", {"id": "other", "words": "And?"}), "proposals") == "request-open"
    assert code(phone.create("proposals", {"id": "none", "words": " "}), "proposals") == "words-missing"
    assert code(phone.create("proposals", {"id": "own", "words": "x", "dose": "0.25 mg"}), "proposals") == "unknown-field"
    assert phone.delete("proposals", "ask") == NOTHING_REJECTED
    assert phone.delete("proposals", "ask") == NOTHING_REJECTED  # the answer was lost
    phone.pull()
    assert phone.of("proposals")["ask"]["state"] == "withdrawn"
    assert code(phone.delete("proposals", "ask"), "proposals") == "kept-as-said"
    assert new_phone().rows == phone.rows


def test_what_a_prescriber_decided_comes_with_his_regimen_and_names_no_dose(phone, new_phone, adam, in_care, dr_bell):
    bell = {"patient": adam, "by": Actor.user(dr_bell.pk), "now": NOW}
    plan = {"drug": "anastrozole", "dose_mg": "0.37", "schedule": {"kind": "every", "days": "7"}, "review_on": date(2027, 2, 1)}
    told = titration.propose(ask="start", from_date=date(2026, 11, 10), reason="tenderness", plan=plan, **bell)
    phone.pull()
    (row,) = phone.of("proposals").values()
    assert (row["state"], row["words"], row["clinic"]) == ("proposed", "", "Invented Clinic")
    assert "0.37" not in json.dumps(row)
    titration.decline(uid=told.row.uid, reason="he would rather wait", answer="We wait for the next draw.", **bell)
    phone.pull()
    (row,) = phone.of("proposals").values()
    assert row["state"] == "declined"
    assert "We wait for the next draw." in row["sentences"]
    assert code(phone.delete("proposals", row["id"]), "proposals") == "proposal-decided"
    assert new_phone().rows == phone.rows


def test_a_move_to_another_zone_brings_his_proposals_anew(phone, new_phone, adam, in_care):
    phone.create("proposals", {"id": "ask", "words": "Less, please."})
    phone.pull()
    phone.update("profile", {"id": str(adam.uid), "zone": "Pacific/Kiritimati"})
    phone.pull()
    assert new_phone().rows == phone.rows
