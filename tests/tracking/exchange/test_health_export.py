"""The health export of a phone: its clinical records are read, and an archive is never trusted."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracking.domain.problems import Problem
from tracking.evidence import load_rulebook
from tracking.exchange import health_export
from tracking.exchange.formats import read_file
from tracking.exchange.health_export import read_health_export
from tracking.exchange.incoming import Form

FOLDER = "apple_health_export/clinical-records/"
ESTRADIOL = {
    "resourceType": "Observation",
    "id": "o1",
    "status": "final",
    "code": {"coding": [{"system": "http://loinc.org", "code": "2243-4"}]},
    "effectiveDateTime": "2026-03-04",
    "valueString": "<5.10 pg/mL",
}


def archive(files: dict[str, bytes | dict[str, Any]], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", compression) as made:
        for name, content in files.items():
            made.writestr(name, content if isinstance(content, bytes) else json.dumps(content))
    return packed.getvalue()


@pytest.fixture
def read(rulebook):
    return lambda content: read_file(content, form=Form(), rulebook=rulebook)


def test_every_clinical_record_has_a_line_and_the_rest_of_the_archive_is_passed_over(read):
    patient = {"resourceType": "Patient", "id": "p", "birthDate": "1980-05-04"}
    parsed = read(
        archive(
            {
                "apple_health_export/export.xml": b"<!DOCTYPE x [<!ENTITY a 'b'>]><HealthData/>",
                f"{FOLDER}LabResult-1.json": ESTRADIOL | {"subject": {"reference": "Patient/p"}},
                f"{FOLDER}Patient-1.json": patient,
                f"{FOLDER}broken.json": b"{",
                f"{FOLDER}photo.png": b"x",
            }
        )
    )
    found = {line.place: (line.item.value if line.item else line.why[0].code) for line in parsed.lines}
    assert found == {"Observation/o1": "<5.10", "Patient/p": "not-imported", "broken.json": "json-unreadable"}
    assert next(line for line in parsed.lines if line.item).subject.birth_date == "1980-05-04"
    assert (parsed.format, parsed.source) == ("health", "health export")


def test_a_name_that_climbs_out_of_the_archive_is_no_record(read):
    for name in (f"../{FOLDER}x.json", f"/{FOLDER}x.json", "clinical-records/../x.json", f"{FOLDER}a/b.json"):
        with pytest.raises(Problem, match="no clinical records"):
            read(archive({name: ESTRADIOL}))


def claiming(size: int) -> bytes:
    """An archive whose one record claims to be of this size."""
    true = archive({f"{FOLDER}x.json": ESTRADIOL}, zipfile.ZIP_STORED)
    listed = true.index(b"PK\x01\x02")
    return true[: listed + 24] + size.to_bytes(4, "little") + true[listed + 28 :]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (archive({f"{FOLDER}x.json": b" " * 1_999_999}), "file-too-large"),
        (archive({f"{FOLDER}x.json": b" " * 2_000_001}, zipfile.ZIP_STORED), "file-too-large"),
        (claiming(2_000_000_000), "file-too-large"),
        (archive({}), "file-not-text"),
        (archive({"a.txt": b"x"}), "zip-without-records"),
        (b"PK\x03\x04" + b"x" * 100, "zip-unreadable"),
        (archive({f"{FOLDER}x.json": ESTRADIOL})[:-30], "zip-unreadable"),
        (archive({f"{FOLDER}x.json": ESTRADIOL}, zipfile.ZIP_STORED).replace(b"5.10", b"6.10"), "zip-unreadable"),
    ],
)
def test_bombs_lies_and_ruins_are_refused_with_a_plain_reason(read, content, code):
    with pytest.raises(Problem) as refused:
        read(content)
    assert [issue.code for issue in refused.value.issues] == [code]


def test_records_that_would_fill_the_memory_together_are_refused_before_any_is_read(read, monkeypatch):
    """A megabyte of archive holds a hundred million empty lists, each of which takes sixty bytes when it is read."""
    monkeypatch.setattr(health_export, "MOST_VALUES", 40)
    record = b'{"a": [' + b"[]," * 8 + b"1]}"
    assert read(archive({f"{FOLDER}1.json": record, f"{FOLDER}2.json": record})).lines
    with pytest.raises(Problem, match=r"54 values in its clinical records\. At most 40"):
        read(archive({f"{FOLDER}{number}.json": record for number in range(3)}))


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 400), st.binary(min_size=1, max_size=6))
def test_no_damaged_archive_crashes_the_reader(at, damage):
    whole = archive({f"{FOLDER}x.json": ESTRADIOL})
    content = whole[:at] + damage + whole[at + len(damage) :]
    try:
        parsed = read_health_export(content, form=Form(), rulebook=load_rulebook())
    except Problem:
        return
    assert parsed.lines
