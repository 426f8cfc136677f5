"""What was entered wrongly is put right by a row that supersedes, and what changed is told; nothing is deleted."""

import re

import pytest

from tests.conftest import NOW
from tracking.admin.corrections import CORRECTIONS
from tracking.domain.history import Origin
from tracking.models import DexaScan, LabResult, Regimen
from tracking.services import regimens

pytestmark = pytest.mark.django_db


@pytest.fixture
def lab(full_record, see):
    return see(LabResult, patient=full_record, digits="14.0")[0]


@pytest.fixture
def scan(full_record, see):
    return see(DexaScan, patient=full_record)[0]


def filled(page, **changed):
    """What a browser would send of this form, with some of it changed."""
    form, sent = page.context["form"], {}
    for part in (form, *page.context["sites"]):
        for field in part:
            value = field.value()
            if value not in (None, "", False):
                sent[field.html_name] = "on" if value is True else value
    return sent | changed


def test_a_result_is_corrected_by_a_row_that_supersedes_and_the_difference_is_told(desk, send, address, see, lab, full_record):
    page = desk.get(address(full_record, "correct_lab", record_uid=lab.uid))
    assert "In force: estradiol 14.0 pg/mL" in page.text
    answer = send("correct_lab", filled(page, value="41.0", laboratory="Lab South"), record_uid=lab.uid)
    assert "Corrected. Value: was 14.0 pg/mL, is 41.0 pg/mL; Laboratory: was empty, is Lab South." in answer.text
    assert "Verdict now:" in answer.text
    wrong, right = see(LabResult, patient=full_record, client_id=lab.client_id)
    assert (wrong.superseded_at, wrong.digits, right.digits, right.supersedes_id) == (NOW, "14.0", "41.0", wrong.pk)
    assert (right.at, right.precision, right.method, right.method_evidence) == (
        wrong.at, wrong.precision, wrong.method, wrong.method_evidence,
    )  # fmt: skip


def test_who_mends_another_field_has_not_read_the_assay_and_who_says_so_has(
    desk, send, address, see, in_care, record_lab, adam
):
    record_lab(adam, "18.0", method_evidence="self_declared", days=3)
    (lab,) = see(LabResult, patient=adam)
    page = desk.get(address(adam, "correct_lab", record_uid=lab.uid))
    kept = filled(page)
    assert "Nothing was different, so nothing was stored." in send("correct_lab", kept, record_uid=lab.uid).text
    send("correct_lab", kept | {"laboratory": "Lab North"}, record_uid=lab.uid)
    answer = send("correct_lab", kept | {"laboratory": "Lab North", "method": "lcmsms"}, record_uid=lab.uid)
    assert "Assay shown by: was declared by the man, not shown, is read on the report by staff." in answer.text
    evidence = [row.method_evidence for row in see(LabResult, patient=adam)]
    assert evidence == ["self_declared", "self_declared", "staff_verified"]


def test_what_a_correction_gets_wrong_is_said_on_its_field(desk, send, address, see, lab, full_record):
    page = desk.get(address(full_record, "correct_lab", record_uid=lab.uid))
    wrong = filled(page, value="4,1", unit="mg", collected_on="2027-01-01")
    assert set(send("correct_lab", wrong, record_uid=lab.uid).context["form"].errors) == {"value", "unit", "collected_on"}
    assert len(see(LabResult, patient=full_record, client_id=lab.client_id)) == 1


def test_a_scan_is_corrected_with_all_its_regions(desk, send, address, see, scan, full_record):
    page = desk.get(address(full_record, "correct_scan", record_uid=scan.uid))
    hip = {"site1-region": "total_hip", "site1-side": "left", "site1-bmd": "0.931", "site1-unit": "g/cm2"}
    answer = send("correct_scan", filled(page, **{"site0-bmd": "1.021"}, **hip), record_uid=scan.uid)
    assert "Lumbar spine L1-L4: was 1.012 g/cm2, T -1.1, Z -0.8, is 1.021 g/cm2" in answer.text
    right = see(DexaScan, patient=full_record, client_id=scan.client_id)[-1]
    assert right.supersedes_id == scan.pk


def test_a_regimen_is_corrected_for_the_whole_time_that_it_covers(desk, send, address, see, on_anastrozole, adam):
    page = desk.get(address(adam, "correct_regimen", regimen_uid=on_anastrozole.uid))
    answer = send("correct_regimen", filled(page, dose_mg="0.25"), regimen_uid=on_anastrozole.uid)
    assert "Corrected. Dose: was 0.5 mg, is 0.25 mg." in answer.text
    wrong, right = see(Regimen, patient=adam)
    assert (wrong.superseded_at, right.dose_digits, right.starts_on, right.ends_on) == (NOW, "0.25", wrong.starts_on, None)


def test_a_correction_keeps_the_end_and_why_it_was_ended(desk, send, address, see, on_anastrozole, adam, bell):
    about = {"patient": adam, "key": on_anastrozole.client_id, "by": bell, "now": NOW, "origin": Origin.PRESCRIBED}
    regimens.end(**about, ends_on=NOW.date(), reason="estradiol low")
    page = desk.get(address(adam, "correct_regimen", regimen_uid=on_anastrozole.uid))
    send("correct_regimen", filled(page, dose_mg="0.25"), regimen_uid=on_anastrozole.uid)
    right = see(Regimen, patient=adam)[-1]
    assert (right.dose_digits, right.ends_on, right.end_reason) == ("0.25", NOW.date(), "estradiol low")


def test_a_result_a_scan_and_a_regimen_are_taken_back_for_a_reason_and_stay_stored(send, see, lab, scan, on_anastrozole, adam):
    for name, row, named in (
        ("take_back_lab", lab, {"record_uid": lab.uid}),
        ("take_back_scan", scan, {"record_uid": scan.uid}),
        ("take_back_regimen", on_anastrozole, {"regimen_uid": on_anastrozole.uid}),
    ):
        assert "reason" in send(name, {"reason": ""}, **named).context["form"].errors
        assert "Taken back:" in send(name, {"reason": "another <b> man's"}, **named).text
        (stored,) = see(type(row), pk=row.pk)
        assert (stored.withdrawn_at, stored.withdrawn_reason) == (NOW, "another <b> man's")
        again = send(name, {"reason": "again"}, **named)
        assert (again.status_code, "taken back." in again.text) == (409, True)


def test_the_page_of_the_man_leads_to_each_correction(desk, full_record, lab, scan, on_anastrozole, address):
    text = desk.get(address(full_record)).text
    for kind in CORRECTIONS:
        named = {"regimen_uid": on_anastrozole.uid} if "regimen" in kind.name else {"record_uid": lab.uid}
        named = {"record_uid": scan.uid} if "scan" in kind.name else named
        assert f'href="{address(full_record, kind.name, **named)}"' in text, kind.name
    assert not re.search(r">Delete<", text)
