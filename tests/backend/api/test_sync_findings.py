"""What he and his scanner say, and what is concluded from it, on his phones."""

from __future__ import annotations

import json
from datetime import date
from uuid import UUID

from tests.backend.api.phone import LAB, NOTHING_REJECTED, PLAN, code
from tests.backend.api.rows import OWN_TABLES, SCAN, SITE
from tests.conftest import NOW
from tracking.domain.actor import Actor
from tracking.models import DexaScan
from tracking.services import bone, releases
from tracking.services.access import acting_as

SYSTEM = Actor.system("test")


def test_an_item_scored_on_both_phones_is_the_one_that_was_pushed_last(phone, new_phone):
    other = new_phone()
    phone.create("symptoms", {"id": "one", **OWN_TABLES["symptoms"]})
    assert other.create("symptoms", {"id": "two", **OWN_TABLES["symptoms"], "score": 8}) == NOTHING_REJECTED
    phone.pull()
    assert {key: row["score"] for key, row in phone.of("symptoms").items()} == {"two": 8}
    assert new_phone().rows == phone.rows


def test_a_scan_is_corrected_with_all_its_regions(phone, adam):
    phone.create("dexa_scans", {"id": "scan", **SCAN})
    phone.pull()
    both = json.dumps([SITE, SITE | {"region": "femoral_neck"}])
    phone.update("dexa_scans", phone.of("dexa_scans")["scan"] | {"sites": both})
    with acting_as(SYSTEM):
        old, new = DexaScan.objects.filter(patient=adam).order_by("pk")
        assert new.supersedes == old
        assert (old.sites.count(), new.sites.count()) == (1, 2)
        assert bone.correct_scan(
            patient=adam, key="scan", by=SYSTEM, now=NOW, staff=True, scanned_on=date(2026, 9, 1),
            facility="Invented Radiology", sites=json.loads(both),
        )[1] is False  # fmt: skip
    twice = phone.create("dexa_scans", {"id": "twice", **SCAN, "sites": json.dumps([SITE, SITE])})
    assert code(twice, "dexa_scans") == "site-twice"


def test_what_waits_for_a_release_is_not_pulled_and_the_release_brings_it(phone, new_phone, adam, dr_bell, in_care, settings):
    settings.FINDINGS_RELEASE = "reviewed"
    phone.push(
        {"regimens": {"created": [{"id": "plan", **PLAN}]}, "lab_results": {"created": [{"id": "lab", **LAB, "value": "6"}]}}
    )
    phone.pull()
    assert phone.of("findings") == {}
    latest = max(phone.of("evaluations").values(), key=lambda row: row["revision"])
    assert (latest["word"], latest["tier"], latest["comparison"]) == (None, None, "waits")
    assert "waits for your clinic" in latest["words"]
    assert "Nobody has looked yet" in latest["words_later"]  # no write will tell the phone that time has passed
    assert latest["words_later_from"] == "2026-11-06"
    releases.release(patient=adam, evaluation=UUID(latest["id"]), by=Actor.user(dr_bell.pk), now=NOW)
    phone.pull()
    assert all(row["words"] for row in phone.of("findings").values())
    shown = phone.of("evaluations")[latest["id"]]
    assert (shown["comparison"], shown["words_later"], shown["words_later_from"]) == ("released", None, None)
    assert (shown["word"], shown["tier"]) == ("below", "very_low")  # he never reads "critical"
    assert "critical" not in json.dumps(phone.rows)
    assert new_phone().rows == phone.rows
