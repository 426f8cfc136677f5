"""A prescriber takes a file in at her desk: sends it, looks, answers, stores, and takes it back."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tracking import tasks
from tracking.admin import import_forms
from tracking.models import ImportBatch, ImportRow, LabResult
from tracking.services import imports

TABLE = (
    b"test,value,unit,collected,method,colour\n"
    b"Estradiol,24.10,pg/mL,2026-03-04,LC-MS/MS,red\n"
    b"Estradiol,25,,2026-03-05,,\n"
    b"Estradiol,26,,2026-03-06,,\n"
    b"Estradiol,QNS,pg/mL,2026-03-07,,\n"
    b"Estradiol,9000,pg/mL,2026-03-08,,\n"
    b"E-two,27,pg/mL,2026-03-09,,\n"
    b"Estradiol,160,pg/mL,2026-03-10,,\n"
)
DECLARED = {"dates": "iso", "decimal": ".", "zone": "Europe/Berlin", "format": "", "source": "Invented Lab"}


@pytest.fixture
def send(desk, adam, in_care):
    def sent(content=TABLE, **changed):
        file = SimpleUploadedFile("labs.csv", content)
        return desk.post(
            reverse("admin:tracking_patient_imports", args=[adam.uid]), DECLARED | {"file": file} | changed, follow=True
        )

    return sent


@pytest.fixture
def press(desk, adam, as_system):
    """Press a button on the page of the one import."""

    def pressed(do, **sent):
        with as_system():
            uid = ImportBatch.objects.get().uid
        address = reverse("admin:tracking_patient_import", args=[adam.uid, uid])
        return desk.post(address, {"do": do} | sent, follow=True)

    return pressed


def states(as_system):
    with as_system():
        return [row.state for row in ImportRow.objects.order_by("number")]


def test_a_file_is_read_looked_at_answered_stored_and_taken_back(send, press, desk, adam, as_system):
    page = send()
    assert "Nothing is stored yet" in page.text
    assert "Nothing was taken from the columns <bdi>colour</bdi>" in page.text
    assert states(as_system) == ["ready", "asks", "asks", "empty", "refused", "asks", "asks"]
    for words in (
        "Estradiol: 24.10 pg/mL, 2026-03-04",
        "State the unit",
        "quantity of the specimen",
        "not known here",
        "line 2",
    ):
        assert words in page.text, words
    with as_system():
        assert not LabResult.objects.exists()
    # One answer for both rows that ask for the unit; then the name, the reason, and one row left out.
    assert "for every row that asks the same" in press("answer", row="2", value="pg/mL", all="on").text
    assert states(as_system)[1:3] == ["ready", "ready"]
    press("answer", row="6", value="estradiol")
    press("answer", row="7", value="drawn after a double dose")
    press("answer", row="3", skip="true")
    assert states(as_system) == ["ready", "ready", "skipped", "empty", "refused", "ready", "ready"]
    press("answer", row="3", skip="false")
    assert "verified from the report" in press("verify").text
    page = press("commit")
    assert "Stored: 5 rows." in page.text
    with as_system():
        stored = LabResult.objects.live().filter(patient=adam).order_by("at")
        first = stored[0]
        assert (first.digits, first.source_system, first.method_evidence) == (
            "24.10",
            "csv Invented Lab",
            "staff_verified",
        )
        assert stored.count() == 5
    listed = desk.get(reverse("admin:tracking_patient_imports", args=[adam.uid])).text
    assert "5 stored" in re.sub(r"\s+", " ", listed)
    assert "Taken back: 5 rows." in press("undo", reason="another man&#x27;s file").text
    with as_system():
        assert not LabResult.objects.live().exists()


def test_the_same_file_again_is_the_import_that_there_is(send, as_system):
    send()
    assert "You sent this file before" in send().text
    with as_system():
        assert ImportBatch.objects.count() == 1


@pytest.mark.parametrize(
    ("content", "changed", "words"),
    [
        (b"", {}, "The file is empty"),
        (b"a,b\n1,2\n", {}, "Not read yet"),
        (b"PK\x03\x04rubbish", {}, "Not read yet"),
        (TABLE, {"zone": "Atlantis"}, "not a time zone"),
        (TABLE, {"dates": "xxx"}, "Select a valid choice"),
        (TABLE, {"file": ""}, "This field is required"),
    ],
)
def test_a_file_that_cannot_be_read_says_why_on_the_form_and_leaves_nothing(send, as_system, content, changed, words):
    assert words in send(content, **changed).text
    with as_system():
        assert not ImportBatch.objects.exists()


def test_a_file_that_is_too_large_is_refused_before_it_is_read(send, monkeypatch):
    monkeypatch.setattr(import_forms, "MOST_BYTES", 10)
    assert "At most 10 are read" in send().text


def test_a_large_import_is_left_to_a_worker(send, press, monkeypatch, django_capture_on_commit_callbacks):
    asked = []
    monkeypatch.setattr(imports, "AT_ONCE", 0)
    monkeypatch.setattr(tasks.commit_import, "apply_async", lambda args, kwargs, **_: asked.append((args, kwargs)))
    send()
    with django_capture_on_commit_callbacks(execute=True):
        assert "It is being stored" in press("commit").text
    assert [kwargs for _, kwargs in asked] == [{"staff": True}]


def test_nonsense_from_a_form_changes_nothing(send, press, as_system):
    send()
    before = states(as_system)
    for sent in ({"row": "99"}, {"row": "x"}, {"row": "4", "value": "pg/mL"}, {"row": "2", "value": "furlong"}):
        assert press("answer", **sent).status_code in (200, 404)
    assert press("explode").status_code == 404
    assert states(as_system) == before
