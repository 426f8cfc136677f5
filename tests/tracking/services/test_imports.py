"""Files come in through one door: looked at row by row, answered, stored once, taken back whole."""

from __future__ import annotations

import json

import pytest

from tests.conftest import NOW
from tests.tracking.exchange.survey_as_fhir import as_bundle, as_table, everybody
from tests.tracking.services.importing import csv, hl7, obx, states, stored
from tracking.domain.actor import Actor
from tracking.domain.problems import Problem
from tracking.exchange.incoming import Form
from tracking.exchange.survey import DRAWN_BY
from tracking.models import Evaluation, LabResult, Patient
from tracking.services import imports
from tracking.services.access import acting_as


def test_nothing_is_stored_before_it_is_asked_for_and_then_with_one_evaluation(receive, common, as_system):
    batch = receive(csv("Estradiol,24.10,pg/mL,2026-03-04", "Testosterone,<0.75,ng/dL,2026-03-04"))
    assert states(batch) == [("ready", ""), ("ready", "")]
    assert stored() == []
    with as_system():
        before = Evaluation.objects.count()
    imports.commit(uid=batch.uid, **common)
    assert stored() == [
        "estradiol 24.10 pg/mL (assay not stated), 4 Mar 2026",
        "testosterone_total <0.75 ng/dL (assay not stated), 4 Mar 2026",
    ]
    assert states(batch) == [("stored", ""), ("stored", "")]
    with as_system():
        assert Evaluation.objects.count() == before + 1
        row = LabResult.objects.get(analyte="estradiol")
        assert (row.import_batch, row.source_system) == (batch, "csv")


@pytest.mark.parametrize(
    ("row", "state", "code"),
    [
        ("Estradiol,24.10,pg/mL,2026-03-04", "ready", ""),
        ("Estradiol,24.10,,2026-03-04", "asks", "unit-missing"),
        ("Estradiol,24.10,pg/dL,2026-03-04", "asks", "unit-unknown"),
        ("Estrone,24.10,pg/mL,2026-03-04", "asks", "analyte-unknown"),
        ("Estradiol,170,pg/mL,2026-03-04", "asks", "value-unusual"),
        ("Estradiol,2001,pg/mL,2026-03-04", "refused", "value-out-of-limits"),
        ("Estradiol,24.10,pg/mL,2027-03-04", "refused", "in-the-future"),
        ("Estradiol,24.10,pg/mL,1979-03-04", "refused", "before-birth"),
        ("Estradiol,QNS,pg/mL,2026-03-04", "empty", "no-result"),
        ('Estradiol,"5,1",pg/mL,2026-03-04', "refused", "value-comma"),
    ],
)
def test_the_preview_says_of_every_row_what_is_to_become_of_it(receive, row, state, code):
    assert states(receive(csv(row))) == [(state, code)]


DOORS = ["csv", "fhir", "hl7"]


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("<5", "<5"),
        ("< 5", "<5"),
        ("≤5", "<=5"),
        (">1500", ">1500"),
        ("<5.0", "<5.0"),
        ("5,1", None),
        ("ND", None),
        ("<0.05", "<0.05"),
    ],
)
def test_the_value_comes_through_every_door_as_it_was_reported(receive, common, door, written, value):
    code = {"coding": [{"system": "http://loinc.org", "code": "2243-4"}]}
    observation = {"resourceType": "Observation", "status": "final", "code": code, "effectiveDateTime": "2026-03-04"}
    content = {
        "csv": csv(f'Estradiol,"{written}",pg/mL,2026-03-04'),
        "fhir": json.dumps(
            observation | {"valueString": f"{written} pg/mL" if written not in ("ND", "5,1") else written}
        ).encode(),
        "hl7": hl7(obx(written)),
    }[door]
    batch = receive(content)
    imports.commit(uid=batch.uid, **common)
    with acting_as(Actor.system("test")):
        found = [lab.reported.value.text for lab in LabResult.objects.all()]
    assert found == ([value] if value else [])
    if value is None:
        assert states(batch)[0] == (("empty", "no-result") if written == "ND" else ("refused", "value-comma"))


def test_rows_that_ask_wait_and_never_hold_up_the_others(receive, common):
    batch = receive(
        csv(
            "Estradiol,24,,2026-03-04",
            "Estradiol,25,pg/mL,2026-03-05",
            "Estrone,3,pg/mL,2026-03-05",
            "Estradiol,x,pg/mL,2026-03-06",
        )
    )
    imports.commit(uid=batch.uid, **common)
    assert [state for state, _ in states(batch)] == ["asks", "stored", "asks", "refused"]
    imports.answer(uid=batch.uid, answers=[{"unit": "pg/mL"}, {"rows": [3], "skip": True}], **common)
    assert [state for state, _ in states(batch)] == ["ready", "stored", "skipped", "refused"]
    imports.commit(uid=batch.uid, **common)
    imports.commit(uid=batch.uid, **common)
    assert [state for state, _ in states(batch)] == ["stored", "stored", "skipped", "refused"]
    assert len(stored()) == 2


def test_an_answer_to_no_row_in_particular_changes_only_rows_that_ask_for_it(receive, common):
    batch = receive(csv("Estradiol,88.1,pmol/L,2026-03-04", "Testosterone,600,,2026-03-04"))
    imports.answer(uid=batch.uid, answers=[{"unit": "ng/dL"}], **common)
    imports.commit(uid=batch.uid, **common)
    assert [line.split(" (")[0] for line in stored()] == ["estradiol 88.1 pmol/L", "testosterone_total 600 ng/dL"]


def test_an_answer_names_what_it_is_wrong_about(receive, common):
    batch = receive(csv("Estrone,24,pg/mL,2026-03-04"))
    with pytest.raises(Problem, match="no open row 7"):
        imports.answer(uid=batch.uid, answers=[{"rows": [7], "skip": True}], **common)
    with pytest.raises(Problem, match="Only staff"):
        imports.answer(uid=batch.uid, answers=[{"rows": [1], "verified_from_report": True}], **common)
    imports.answer(uid=batch.uid, answers=[{"analyte": "estrone"}], **common)
    assert states(batch) == [("asks", "analyte-unknown")]
    imports.answer(uid=batch.uid, answers=[{"analyte": "estradiol"}], **common)
    assert states(batch) == [("ready", "")]


def test_an_unusual_value_is_stored_with_the_reason_that_was_given(receive, common, as_system):
    batch = receive(csv("Estradiol,170,pg/mL,2026-03-04"))
    imports.answer(
        uid=batch.uid, answers=[{"confirmed_reason": "the report says so", "unit_confirmed": True, "rows": [1]}], **common
    )
    imports.commit(uid=batch.uid, **common)
    with as_system():
        assert LabResult.objects.get().confirmed_reason == "the report says so"


def test_the_unit_of_a_mapped_estradiol_is_asked_about(receive, common, adam, by_him):
    """A 45 that was pmol/L: the range of the laboratory gives it away."""
    content = b"test,value,unit,reference range,collected\nEstradiol,110,pg/mL,80-220,2026-03-04\n"
    batch = receive(content)
    assert states(batch) == [("asks", "unit-in-question")]
    imports.answer(uid=batch.uid, answers=[{"rows": [1], "unit": "pmol/L"}], **common)
    assert states(batch) == [("ready", "")]
    imports.commit(uid=batch.uid, **common)
    assert stored() == ["estradiol 110 pmol/L (assay not stated), 4 Mar 2026"]


def test_a_message_that_carries_its_unit_is_not_asked_about(receive):
    assert states(receive(hl7("OBX|1|NM|2243-4^Estradiol^LN||110|pg/mL|80-220||||F"))) == [("ready", "")]


@pytest.mark.usefixtures("in_care")
@pytest.mark.parametrize(("staff", "evidence"), [(True, "lab_message"), (False, "self_declared")])
def test_a_message_shows_the_assay_only_where_it_did_not_pass_through_his_hands(receive, adam, dr_bell, staff, evidence):
    by = Actor.user((dr_bell if staff else adam.user).pk)
    batch = receive(hl7(obx(method="LC-MS/MS")), by=by, staff=staff)
    imports.commit(patient=adam, uid=batch.uid, by=by, now=NOW, staff=staff)
    with acting_as(by):
        lab = LabResult.objects.get()
    assert (lab.method, lab.method_evidence) == ("lcmsms", evidence)


@pytest.mark.usefixtures("in_care")
def test_a_file_that_the_man_sent_proves_no_assay_whoever_stores_it(receive, adam, dr_bell):
    by = Actor.user(dr_bell.pk)
    batch = receive(hl7(obx(method="LC-MS/MS")))
    imports.commit(patient=adam, uid=batch.uid, by=by, now=NOW, staff=True)
    with acting_as(by):
        assert LabResult.objects.get().method_evidence == "self_declared"


@pytest.mark.usefixtures("in_care")
def test_a_man_cannot_replace_what_a_laboratory_sent_by_a_message_of_his_own(receive, adam, dr_bell):
    by = Actor.user(dr_bell.pk)
    imports.commit(patient=adam, uid=receive(hl7(obx("12.0")), by=by, staff=True).uid, by=by, now=NOW, staff=True)
    assert states(receive(hl7(obx("24.0", status="C")))) == [("refused", "not-his-entry")]
    assert [line.split(" (")[0] for line in stored()] == ["estradiol 12.0 pg/mL"]


def test_staff_who_saw_the_report_vouch_for_the_method_of_a_table(receive, adam, dr_bell, in_care):
    by = Actor.user(dr_bell.pk)
    batch = receive(csv('"Estradiol, LC/MS",24,pg/mL,2026-03-04'), by=by, staff=True)
    imports.answer(
        patient=adam, uid=batch.uid, by=by, now=NOW, staff=True, answers=[{"rows": [1], "verified_from_report": True}]
    )
    imports.commit(patient=adam, uid=batch.uid, by=by, now=NOW, staff=True)
    with acting_as(by):
        assert LabResult.objects.get().method_evidence == "staff_verified"


def test_a_file_about_another_man_is_a_question_before_all_others(receive, common):
    """Two men's files swapped."""
    content = b"DOB,Patient Name,test,value,unit,collected\n1975-01-01,Brian,Estradiol,24,pg/mL,2026-03-04\n"
    batch = receive(content)
    assert states(batch) == [("asks", "another-person")]
    imports.answer(uid=batch.uid, answers=[{"about_him": True}], **common)
    assert states(batch) == [("ready", "")]


def test_a_file_about_several_people_asks_of_every_row_whether_it_is_about_him(receive, common):
    content = b"MRN,test,value,unit,collected\n1,Estradiol,24,pg/mL,2026-03-04\n2,Estradiol,25,pg/mL,2026-03-05\n"
    batch = receive(content)
    assert states(batch) == [("asks", "another-person"), ("asks", "another-person")]
    imports.answer(uid=batch.uid, answers=[{"rows": [2], "about_him": True}, {"rows": [1], "skip": True}], **common)
    imports.commit(uid=batch.uid, **common)
    assert [state for state, _ in states(batch)] == ["skipped", "stored"]


def test_of_a_man_whose_birth_year_alone_is_known_the_year_is_compared(make_man):
    brian = make_man("Brian Invented")
    with acting_as(Actor.system("test")):
        Patient.objects.filter(pk=brian.pk).update(birth_date=None, birth_year=1980)
    for born, state in (("1980-02-01", "ready"), ("1981-02-01", "asks")):
        content = f"DOB,test,value,unit,collected\n{born},Estradiol,24,pg/mL,2026-03-04\n".encode()
        batch, _ = imports.receive(patient=brian, by=Actor.user(brian.user_id), now=NOW, content=content, form=Form())
        assert states(batch)[0][0] == state


def test_a_man_cannot_change_what_his_clinic_imported(receive, common, adam, dr_bell, in_care):
    by = Actor.user(dr_bell.pk)
    batch = receive(hl7(obx()), by=by, staff=True)
    for change in (
        imports.commit,
        lambda **sent: imports.answer(answers=[], **sent),
        lambda **sent: imports.undo(reason="", **sent),
    ):
        with pytest.raises(Problem, match="imported by a clinic"):
            change(uid=batch.uid, **common)


def test_a_stranger_finds_no_import(receive, adam, carl):
    batch = receive(csv("Estradiol,24,pg/mL,2026-03-04"))
    for man in (adam, carl):
        with pytest.raises(Problem, match="no such record"):
            imports.commit(patient=man, uid=batch.uid, by=Actor.user(carl.user_id), now=NOW)


def test_men_of_the_survey_go_in_by_table_and_by_fhir_with_the_same_result_to_the_digit(make_man, as_system):
    """H1370, the man this product is for, among them."""
    men = [man for man in everybody() if man.key in ("H1369", "H1370", "H1371")]
    by = Actor.system("test")
    answers = [{"confirmed_reason": "published survey", "keep": True, "unit_confirmed": True}]
    found = []
    for number, man in enumerate(men):
        for door, content in (("table", as_table([man])), ("fhir", as_bundle([man]))):
            patient = make_man(f"{door}{number} Invented")
            batch, _ = imports.receive(
                patient=patient, by=by, now=NOW, content=content, form=Form(drawn_by=DRAWN_BY), staff=True
            )
            imports.answer(patient=patient, uid=batch.uid, by=by, now=NOW, staff=True, answers=answers)
            imports.commit(patient=patient, uid=batch.uid, by=by, now=NOW, staff=True)
            with as_system():
                rows = LabResult.objects.filter(patient=patient)
                found.append(sorted((lab.analyte, lab.reported.value.text, lab.unit, lab.at, lab.precision) for lab in rows))
        assert found[-1] == found[-2]
        assert [(analyte, text, unit) for analyte, text, unit, *_ in found[-1]] == sorted(
            (lab.analyte, lab.value, lab.unit) for lab in man.labs
        )
