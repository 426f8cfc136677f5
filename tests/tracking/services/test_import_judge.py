"""What a row is to become: there already, another version, a question, or new."""

from __future__ import annotations

from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.tracking.services.importing import csv, hl7, obx, states, stored
from tracking.models import LabResult
from tracking.services import imports, labs


def test_the_same_file_again_is_the_import_that_is_there(receive, common, adam, by_him):
    content = csv("Estradiol,24,pg/mL,2026-03-04")
    batch = receive(content)
    imports.commit(uid=batch.uid, **common)
    assert receive(content) == batch
    assert receive(content, dates="dmy") != batch, "declared otherwise, it may read otherwise"
    assert len(stored()) == 1


def test_what_is_there_already_is_a_duplicate_by_content(receive, common, adam, by_him):
    labs.record(**common, analyte="estradiol", value="24.0", unit="pg/mL", collected_at="2026-03-04")
    batch = receive(csv("Estradiol,24.0,pg/mL,2026-03-04", "Estradiol,25,pg/mL,2026-03-05", "Estradiol,25,pg/mL,2026-03-05"))
    assert states(batch) == [("duplicate", "duplicate"), ("ready", ""), ("duplicate", "duplicate")]


def test_what_may_be_the_same_draw_is_asked_about(receive, common):
    labs.record(**common, analyte="estradiol", value="24.0", unit="pg/mL", collected_at="2026-03-04")
    batch = receive(csv("Estradiol,24.0,pg/mL,2026-03-04 08:10"))
    assert states(batch) == [("asks", "perhaps-there")]
    imports.answer(uid=batch.uid, answers=[{"keep": True}], **common)
    imports.commit(uid=batch.uid, **common)
    assert len(stored()) == 2


def test_the_name_in_the_source_makes_it_stored_once_and_a_correction_supersedes(receive, common, as_system):
    imports.commit(uid=receive(hl7(obx("24.10"))).uid, **common)
    assert states(receive(hl7(obx("24.10"), "NTE|1"))) == [("duplicate", "duplicate")]
    assert states(receive(hl7(obx("25.10")))) == [("asks", "differs-from-stored")]
    corrected = receive(hl7(obx("25.10", status="C")))
    imports.commit(uid=corrected.uid, **common)
    assert [line.split(" (")[0] for line in stored()] == ["estradiol 25.10 pg/mL"]
    with as_system():
        assert LabResult.objects.count() == 2
        assert LabResult.objects.live().get().supersedes.digits == "24.10"


def test_a_correction_in_the_same_file_supersedes_too(receive, common):
    batch = receive(hl7(obx("24.10"), obx("25.10", status="C")))
    imports.commit(uid=batch.uid, **common)
    assert [state for state, _ in states(batch)] == ["stored", "stored"]
    assert [line.split(" (")[0] for line in stored()] == ["estradiol 25.10 pg/mL"]


def test_a_laboratorys_correction_of_what_a_person_put_right_is_a_question(receive, common, as_system):
    imports.commit(uid=receive(hl7(obx("24.10"))).uid, **common)
    with as_system():
        key = LabResult.objects.get().client_id
    labs.correct(key=key, analyte="estradiol", value="24.20", unit="pg/mL", collected_at="2026-03-04T08:10:00-05:00", **common)
    assert states(receive(hl7(obx("24.30", status="C")))) == [("asks", "differs-from-stored")]


def test_taking_back_asks_the_database_no_more_the_more_rows_there_are(receive, common):
    asked = []
    for count, year in ((1, 2024), (20, 2025)):
        batch = receive(csv(*(f"SHBG,{30 + number},nmol/L,{year}-03-{number + 1:02}" for number in range(count))))
        imports.commit(uid=batch.uid, **common)
        with CaptureQueriesContext(connection) as queries:
            imports.undo(uid=batch.uid, reason="", **common)
        assert states(batch) == [("undone", "")] * count
        asked.append(len(queries))
    assert asked[0] == asked[1]


def test_an_import_is_taken_back_whole_and_nothing_is_deleted(receive, common, as_system):
    batch = receive(csv("Estradiol,24,pg/mL,2026-03-04", "Estradiol,25,pg/mL,2026-03-05"))
    imports.commit(uid=batch.uid, **common)
    with as_system():
        kept = LabResult.objects.get(digits="25")
    labs.correct(key=str(kept.uid), analyte="estradiol", value="26", unit="pg/mL", collected_at="2026-03-05", **common)
    imports.undo(uid=batch.uid, reason="the wrong man's file", **common)
    assert states(batch) == [("undone", ""), ("stored", "changed-since")]
    assert [line.split(" (")[0] for line in stored()] == ["estradiol 26 pg/mL"]
    with as_system():
        assert LabResult.objects.get(digits="24").withdrawn_reason == "the wrong man's file"
    again = receive(csv("Estradiol,24,pg/mL,2026-03-04", "Estradiol,25,pg/mL,2026-03-05"))
    assert again != batch
