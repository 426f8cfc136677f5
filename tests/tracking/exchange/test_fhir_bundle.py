"""FHIR R4 in: every entry of a Bundle comes back as a line, and every digit as it was written."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tracking.exchange.bundles import LOINC, UCUM, Raw, bundle, observation
from tests.tracking.exchange.survey_as_fhir import as_bundle, as_table, everybody
from tracking.domain.problems import Problem
from tracking.evidence import load_rulebook
from tracking.exchange.csv_file import read_csv
from tracking.exchange.fhir_bundle import read_fhir
from tracking.exchange.incoming import Form
from tracking.exchange.limits import MOST_VALUES
from tracking.exchange.survey import DRAWN_BY


@pytest.mark.parametrize("kind", ["collection", "searchset", "batch", "transaction", "document"])
def test_every_kind_of_bundle_is_read(read, kind):
    parsed = read(bundle(observation(), {"resourceType": "Practitioner", "id": "p"}, kind=kind))
    assert [(one.place, one.item is not None, one.empty) for one in parsed.lines] == [
        ("Observation/o1", True, False),
        ("Practitioner/p", False, True),
    ]


def test_a_single_resource_is_read_too(item):
    found = item(observation())
    assert (found.analyte, found.value, found.unit, found.collected_at) == (
        "estradiol",
        "24.10",
        "pg/mL",
        "2026-03-04T08:10:00-05:00",
    )


@pytest.mark.parametrize("digits", ["5.10", "24", "0.05", "1500.000", "24.0"])
def test_digits_stay_as_they_were_written(item, digits):
    assert item(observation(valueQuantity={"value": Raw(digits), "unit": "pg/mL"})).value == digits


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        ({"valueQuantity": {"value": 5, "comparator": "<", "unit": "pg/mL"}}, "<5"),
        ({"valueQuantity": {"value": 5, "comparator": "<=", "unit": "pg/mL"}}, "<=5"),
        ({"valueQuantity": {"value": 1500, "comparator": ">", "unit": "pg/mL"}}, ">1500"),
        ({"valueString": "<5"}, "<5"),
        ({"valueString": "< 5"}, "<5"),
        ({"valueString": "≤5"}, "<=5"),
        ({"valueString": ">1500"}, ">1500"),
        ({"valueString": "<5.0"}, "<5.0"),
        ({"valueString": "<0.05 pg/mL"}, "<0.05"),
        ({"valueInteger": 24}, "24"),
    ],
)
def test_the_comparator_is_part_of_the_value(item, value, stored):
    assert item(observation(valueQuantity=None) | value).value == stored


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ({"valueString": "5,1"}, "value-comma"),
        ({"valueString": "ND"}, "no-result"),
        ({"valueString": "QNS"}, "no-result"),
        ({"dataAbsentReason": {"text": "specimen lost"}}, "no-result"),
        ({"valueCodeableConcept": {"text": "Not detected"}}, "no-result"),
        ({"valueQuantity": {"unit": "pg/mL"}}, "no-result"),
        ({}, "no-result"),
        ({"valueQuantity": {"value": Raw("1e999"), "unit": "pg/mL"}}, "value-unreadable"),
        ({"valueQuantity": {"value": -5, "unit": "pg/mL"}}, "value-unreadable"),
        ({"valueQuantity": {"value": "24", "unit": "pg/mL"}}, "value-unreadable"),
        ({"valueQuantity": {"value": 24, "comparator": "ad"}}, "comparator-unknown"),
        ({"valueRange": {}}, "value-kind"),
    ],
)
def test_what_is_no_value_says_why(line, value, code):
    found = line(observation(valueQuantity=None) | value)
    assert (found.item, found.why[0].code) == (None, code)
    assert found.empty is (code == "no-result")


def test_the_reason_why_there_is_no_value_is_told(line):
    found = line(observation(valueQuantity=None, dataAbsentReason={"text": "specimen lost"}))
    assert found.why[0].detail == "No result of Estradiol: specimen lost."


@pytest.mark.parametrize(
    ("when", "collected_at", "precision"),
    [
        ({"effectiveDateTime": "2026"}, "2026", ""),
        ({"effectiveDateTime": "2026-03"}, "2026-03", ""),
        ({"effectiveDateTime": "2026-03-04"}, "2026-03-04", ""),
        ({"effectiveInstant": "2026-03-04T08:10:30.5Z"}, "2026-03-04T08:10:30.5Z", ""),
        ({"effectivePeriod": {"start": "2026-03-04T08:10:00Z"}}, "2026-03-04T08:10:00Z", ""),
        ({"effectivePeriod": {"start": "2026-03-04T08:00:00Z", "end": "2026-03-04T09:00:00Z"}}, "2026-03-04", ""),
        ({"effectivePeriod": {"start": "2026-03-04", "end": "2026-03-09"}}, "2026-03", ""),
        ({"effectiveTiming": {"event": ["2026-03-04"]}}, "2026-03-04", ""),
        ({"issued": "2026-03-05T12:00:00Z"}, "2026-03-05T12:00:00Z", "unknown"),
    ],
)
def test_the_moment_keeps_the_precision_that_it_has(item, when, collected_at, precision):
    found = item(observation(effectiveDateTime=None) | when)
    assert (found.collected_at, found.precision) == (collected_at, precision)


@pytest.mark.parametrize(
    ("when", "code"), [({}, "collected-missing"), ({"effectivePeriod": {"start": "2024", "end": "2026"}}, "period-too-long")]
)
def test_without_a_moment_there_is_nothing_to_store(line, when, code):
    assert line(observation(effectiveDateTime=None) | when).why[0].code == code


def test_components_are_results_of_their_own(read):
    part = lambda code, value: {
        "code": {"coding": [{"system": LOINC, "code": code}]},
        "valueQuantity": {"value": value, "code": "mm[Hg]", "system": UCUM},
    }
    pressure = observation(
        code={"text": "Blood pressure"}, valueQuantity=None, component=[part("8480-6", 128), part("8462-4", 81)]
    )
    found = [(line.place, line.item.analyte, line.item.value, line.source_id) for line in read(pressure).lines]
    assert found == [
        ("Observation/o1, component 1", "blood_pressure_systolic", "128", "Observation/o1#1"),
        ("Observation/o1, component 2", "blood_pressure_diastolic", "81", "Observation/o1#2"),
    ]


def test_a_method_in_the_message_is_evidence_and_a_code_alone_is_not(item):
    stated = item(observation(method={"text": "LC-MS/MS"}))
    assert (stated.method, stated.method_evidence) == ("lcmsms", "lab_message")
    for code in ("2243-4", "35384-7", "72873-3"):
        silent = item(observation(code={"coding": [{"system": LOINC, "code": code}]}))
        assert (silent.analyte, silent.method, silent.method_evidence) == ("estradiol", "unknown", "none")
    immuno = item(observation(code={"coding": [{"system": LOINC, "code": "83096-8"}]}))
    assert (immuno.method, immuno.method_evidence) == ("immunoassay", "lab_test_code")


def test_the_reference_range_is_taken_in_the_unit_of_the_value_only(item):
    ends = lambda unit: [{"low": {"value": Raw("10.0"), "unit": unit}, "high": {"value": Raw("42.0"), "unit": unit}}]
    mine = item(observation(referenceRange=ends("pg/mL")))
    assert (mine.range_low, mine.range_high) == ("10.0", "42.0")
    for other in (ends("pmol/L"), ends("pg/mL") * 2):
        assert item(observation(referenceRange=other)).range_high == ""
    assert item(observation(referenceRange=[{"text": "<29"}])).range_high == "29"


@pytest.mark.parametrize(
    ("status", "code"),
    [
        ("entered-in-error", "entered-in-error"),
        ("preliminary", "not-final"),
        ("registered", "not-final"),
        ("cancelled", "no-result"),
        ("x", "not-final"),
    ],
)
def test_only_final_results_are_taken(line, status, code):
    found = line(observation(status=status))
    assert (found.item, found.why[0].code, found.empty) == (None, code, True)


@pytest.mark.parametrize("status", ["amended", "corrected"])
def test_a_corrected_result_says_that_it_replaces_one(line, status):
    assert line(observation(status=status)).corrects


def test_a_line_says_whom_it_is_about_and_what_it_is_called_in_its_source(read):
    patient = {
        "resourceType": "Patient",
        "id": "p",
        "birthDate": "1980-05-04",
        "name": [{"use": "old", "family": "X"}, {"given": ["Adam"], "family": "Invented"}],
    }
    named = observation(subject={"reference": "Patient/p"}, identifier=[{"system": "urn:lab", "value": "77"}])
    _, found = sorted(read(bundle(patient, named)).lines, key=lambda one: one.item is not None)
    assert (found.subject.id, found.subject.name, found.subject.birth_date) == ("Patient/p", "Adam Invented", "1980-05-04")
    assert found.source_id == "urn:lab|77"


def test_the_address_of_an_entry_names_it_where_it_has_no_identifier(read):
    whole = bundle(observation())
    whole["entry"][0]["fullUrl"] = "https://lab.example.org/fhir/Observation/o1"
    assert read(whole).lines[0].source_id == "https://lab.example.org/fhir/Observation/o1"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file-empty"),
        (b"<xml/>", "json-unreadable"),
        (b"[]", "json-no-object"),
        (b"{}", "fhir-no-resource"),
        (b'{"resourceType": "Bundle", "type": "history", "entry": []}', "bundle-type"),
        (b'{"resourceType": "Bundle", "type": "collection"}', "file-without-rows"),
        (b'{"resourceType": "Bundle", "type": "collection", "entry": 7}', "bundle-entries"),
        (b'{"a": 1, "a": 2}', "json-unreadable"),
        (b'{"a": NaN}', "json-unreadable"),
        (b'{"a": ' + b"9" * 50 + b"}", "json-unreadable"),
        (b'{"a": "\\u0000"}', "text-unstorable"),
        (b'{"a": "\\ud800"}', "text-unstorable"),
        (b'{"a":' * 100 + b"1" + b"}" * 100, "json-too-deep"),
        (b"[" * 200_000, "json-too-deep"),
        (b'{"a": [' + b"[]," * (MOST_VALUES // 2) + b"1]}", "file-too-large"),
    ],
)
def test_a_hostile_or_hopeless_file_is_refused_as_a_whole_with_a_plain_reason(read, content, code):
    with pytest.raises(Problem) as refused:
        read(content)
    assert [issue.code for issue in refused.value.issues] == [code]


def test_the_whole_survey_reads_the_same_as_fhir_and_as_a_table_to_the_digit(rulebook):
    men = everybody()
    form = Form(drawn_by=DRAWN_BY)
    by_fhir, by_table = (
        read_fhir(as_bundle(men), form=form, rulebook=rulebook),
        read_csv(as_table(men), form=form, rulebook=rulebook),
    )
    found = [
        {
            (
                line.subject.id.removeprefix("Patient/"),
                line.item.analyte,
                line.item.value,
                line.item.unit,
                line.item.collected_at,
            )
            for line in parsed.lines
        }
        for parsed in (by_fhir, by_table)
    ]
    assert found[0] == found[1]
    assert len(found[0]) == sum(len(man.labs) for man in men) == 18_319


KEYS = st.sampled_from(
    ["resourceType", "id", "status", "code", "coding", "system", "value", "valueQuantity", "valueString", "component",
     "dosage", "timing", "repeat", "period", "frequency", "periodUnit", "dayOfWeek", "effectiveDateTime", "effectivePeriod",
     "effectiveTiming", "start", "end", "event", "subject", "reference", "name", "given", "result", "comparator", "entry",
     "text", "unit", "type", "resource", "doseAndRate", "doseQuantity", "dosageInstruction", "medicationCodeableConcept",
     "referenceRange", "low", "high", "identifier", "performer", "hasMember", "contained"]
)  # fmt: skip
TYPES = ["Observation", "DiagnosticReport", "MedicationRequest", "MedicationStatement", "MedicationAdministration", "Patient"]
STATUSES = ["final", "active", "completed"]
CODES = ["2243-4", "24966-4", "38267-1", "83311-1", "199224", LOINC]
WORDS = ["Bundle", "collection", "anastrozole", "2026-03-04", "<5", "mg", "wk", "mon", ""]
LEAVES = st.sampled_from([*TYPES, *STATUSES, *CODES, *WORDS, 0, 5, -1.5, 1e300, True, None])
ANY = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5), max_leaves=25)
FIELDS = [
    "code",
    "valueQuantity",
    "component",
    "result",
    "effectiveDateTime",
    "effectivePeriod",
    "medicationCodeableConcept",
    "dosage",
]
FIELDS += ["dosageInstruction", "subject", "referenceRange", "identifier", "id", "name"]
RESOURCES = st.fixed_dictionaries(
    {"resourceType": st.sampled_from(TYPES)}, optional={"status": st.sampled_from(STATUSES)} | dict.fromkeys(FIELDS, ANY)
)


@settings(max_examples=200, deadline=None)
@given(st.lists(RESOURCES | ANY, min_size=1, max_size=4))
def test_no_bundle_crashes_the_reader_and_every_entry_has_a_line(resources):
    content = json.dumps(
        {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": one} for one in resources]}
    ).encode()
    parsed = read_fhir(content, form=Form(), rulebook=load_rulebook())
    assert parsed.lines


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=80) | st.text(alphabet='{}[]",:0123456789eE.-tfn\\u ', max_size=80).map(str.encode))
def test_no_bytes_crash_the_reader(content):
    with pytest.raises(Problem):
        read_fhir(content, form=Form(), rulebook=load_rulebook())
