"""The one-page summary on the desk: what it says, for print and as PDF."""

from __future__ import annotations

import io

import pypdf
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.tracking.admin.test_patients import HOSTILE
from tracking.domain.actor import Actor
from tracking.models import Patient
from tracking.services.access import acting_as

pytestmark = pytest.mark.django_db


@pytest.fixture
def pdf(desk, address):
    def of(man):
        answer = desk.get(address(man, "summary_pdf"))
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/pdf")
        return pypdf.PdfReader(io.BytesIO(answer.content))

    return of


def squeezed(text):
    return "".join(text.split())


def test_the_print_view_and_the_pdf_hold_what_a_clinic_elsewhere_needs(desk, full_record, address, pdf, record_lab):
    record_lab(full_record, "1.1", days=10, analyte="psa", unit="ng/mL")
    page = desk.get(address(full_record, "summary")).text
    document = pdf(full_record)
    assert len(document.pages) == 1
    text = squeezed(document.pages[0].extract_text())
    for said in (
        "Adam Invented", "born 4 May 1980", f"record {full_record.uid}", "account adam@example.org", "Europe/Berlin",
        "rulebook 2026.1", "printed by Dr. Bell",
        "below", "current", "Below the floor: estradiol 14.0 pg/mL on 23 Oct (LC-MS/MS); floor 16.0 pg/mL.",
        "14.0 pg/mL", "751 ng/dL", "24 pg/mL", "11.3 to 43.2 pg/mL", "read on the report by staff",
        "16.0 pg/mL, ", "of the last 90:", "of the last 365:",
        "mg/week", "on an AI for 6 months", "by log", "tenderness; review 1 Jan 2027", "Adherence",
        "LSC not recorded", "NHANES III", "0.968 g/cm2", "T -1.1",
        "1.1 ng/mL", "Hematocrit: none on record", "eGFR", "Unanswered", "P1 ", "off-label", "Sources: ",
    ):  # fmt: skip
        assert said in page, said
        assert squeezed(said) in text, said


def test_of_a_man_without_anything_it_says_so(desk, in_care, adam, address, pdf):
    assert "none on record" in desk.get(address(adam, "summary")).text
    assert "no current data" in pdf(adam).pages[0].extract_text()


@pytest.mark.parametrize("name", [" ".join(HOSTILE)[:200], "W" * 200])
def test_no_name_breaks_it(desk, in_care, adam, address, pdf, name):
    with acting_as(Actor.user(adam.user_id)):
        Patient.objects.filter(pk=adam.pk).update(name=name)
    assert "<script>alert" not in desk.get(address(adam, "summary")).text
    assert len(pdf(adam).pages) == 1


def test_its_queries_do_not_grow_with_the_record(desk, full_record, address, many_labs):
    desk.get(address(full_record, "summary"))  # the first look notes a visit
    counted = []
    for more in (0, 60):
        many_labs(full_record, more)
        with CaptureQueriesContext(connection) as queries:
            assert desk.get(address(full_record, "summary")).status_code == 200
        counted.append(len(queries))
    assert counted[0] == counted[1]
