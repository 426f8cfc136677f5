"""What stands in a column is told in words: no code, no key, no account by its number."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from tracking.admin.stored_words import StoredWords, is_told, label_of
from tracking.evidence import load_rulebook
from tracking.models import Episode, Finding, LabResult, Lifestyle, Patient, RiskFactor, Symptom
from tracking.services import owned

WORDS = StoredWords(Patient(user_id=7, zone="Europe/Berlin"), load_rulebook(), {12: "Dr. Bell"})


@pytest.mark.parametrize(
    ("column", "stored", "said"),
    [
        ("analyte", "testosterone_total", "Testosterone, total"),
        ("analyte", "nonesuch", "nonesuch"),
        ("drug", "testosterone_cypionate", "Testosterone cypionate"),
        ("code", "e2_below_floor_on_ai", "Estradiol below the floor on an AI"),
        ("code", "of_an_older_book", "Of an older book"),
        ("method", "lcmsms", "LC-MS/MS"),
        ("method_evidence", "staff_verified", "read on the report by staff"),
        ("method_evidence", "none", "nothing"),
        ("kind", "dexa", "DXA scan"),
        ("kind", "taken", "taken"),
        ("tier", "below_floor", "below floor"),
        ("lane", "low_e2", "Low E2"),
        ("priority", 0, "P0"),
        ("margin", "0.818750", "82 % of the floor"),
        ("region", "total_hip", "Total hip"),
        ("schedule", {"kind": "every", "days": "3.5"}, "every 3.5 days"),
        ("schedule", {"of": "an earlier shape"}, "of an earlier shape"),
        ("plan", {"dose_mg": "0.25", "drug": "anastrozole"}, "dose mg 0.25; drug Anastrozole"),
        ("scope", ["labs", "doses"], "labs, doses"),
        ("detail", {"prescriber": "A sentence."}, "A sentence."),
        ("requested_by", "user:7", "he himself"),
        ("proposed_by", "user:12", "Dr. Bell"),
        ("granted_by", "system:sharing", "system (sharing)"),
        ("censored", False, "no"),
        ("birth_date", date(1980, 5, 4), "4 May 1980"),
        ("set_at", datetime(2026, 11, 2, 9, tzinfo=UTC), "2 Nov 2026 10:00"),
        ("note", "a_word of his own", "a_word of his own"),
        ("score", 7, "7"),
    ],
)
def test_a_stored_value_is_told_in_words(column, stored, said):
    assert WORDS.of(column, stored) == said


@pytest.mark.parametrize(
    ("table", "code", "said"),
    [
        (Symptom, "joint_pain", "Joint pain"),
        (Lifestyle, "smoking", "Cigarettes"),
        (RiskFactor, "smoking", "Smoking"),
        (Lifestyle, "of_an_older_book", "of an older book"),
        (Finding, "labs_disagree", "Two results disagree"),
    ],
)
def test_each_table_has_codes_of_its_own(table, code, said):
    assert replace(WORDS, table=table).of("code", code) == said


def test_no_version_of_any_table_shows_a_key():
    for table in (table for table in owned.tables() if table.is_history):
        told = {field.name for field in table.model.pgh_tracked_model._meta.concrete_fields if is_told(field)}
        assert not told & {"id", "uid", "patient_id", "client_id"}, table.name


def test_a_column_is_called_what_a_reader_calls_it():
    assert label_of(LabResult._meta.get_field("digits")) == "value"
    assert label_of(Episode._meta.get_field("respond_by")) == "respond by"
