"""Valid files of every format, damaged at random: each is read with a line for everything in it, or refused with a reason.

A bounded run stands in the suite. A long one: `FUZZ_EXAMPLES=20000 python -m pytest tests/tracking/exchange -m fuzz`.
"""

from __future__ import annotations

import io
import json
import os
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracking.domain.problems import Problem
from tracking.evidence import load_rulebook
from tracking.exchange.fhir_transaction import read_transaction
from tracking.exchange.formats import FORMATS, read_file
from tracking.exchange.hl7_ack import Answer, acknowledge
from tracking.exchange.hl7_segments import messages
from tracking.exchange.incoming import DoseItem, Form, LabItem, RegimenItem, ScanItem, ScanSite
from tracking.exchange.json_file import write_json
from tracking.exchange.own_tables import write_own_table

pytestmark = pytest.mark.fuzz

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "40"))
RULES = load_rulebook()
NOW = datetime(2026, 11, 2, tzinfo=UTC)
LAB = LabItem(test="estradiol", analyte="estradiol", value="<5.10", unit="pg/mL", collected_at="2026-03-04")
DOSE = DoseItem(product="anastrozole", drug="anastrozole", kind="taken", amount="0.5", taken_at="2026-03-04")
PLAN = RegimenItem(
    product="anastrozole", drug="anastrozole", dose="0.5", schedule={"kind": "every", "days": "3.5"}, starts_on="2026-03-04"
)
SITE = ScanSite(measured="total_hip", region="total_hip", bmd="0.9", unit="g/cm2", t_score="-1.1")
SCAN = ScanItem(scanned_on="2026-03-04", sites=(SITE,))
OBSERVATION = {
    "resourceType": "Observation", "status": "final", "id": "o1", "code": {"text": "Estradiol"},
    "effectiveDateTime": "2026-03-04T08:10:00-05:00", "valueQuantity": {"value": 5.1, "unit": "pg/mL"},
}  # fmt: skip
BUNDLE = {
    "resourceType": "Bundle",
    "type": "transaction",
    "entry": [{"resource": OBSERVATION, "request": {"method": "POST", "url": "Observation"}}],
}
HL7 = (
    "MSH|^~\\&|LIS|Lab|||20260305120000-0500||ORU^R01^ORU_R01|42|P|2.5.1\rPID|1||77^^^MRN||Invented^Adam||19800504\r"
    "OBR|1|P1|F9|2243-4^Estradiol^LN|||20260304081000-0500\rOBX|1|SN|2243-4^Estradiol^LN||<^5|pg/mL^^UCUM|10.0-42.0||||F"
)


def zipped() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as made:
        made.writestr("apple_health_export/clinical-records/LabResult-1.json", json.dumps(OBSERVATION))
    return packed.getvalue()


VALID: dict[str, bytes] = {
    "csv": b"test,value,unit,collected\nEstradiol,24.10,pg/mL,2026-03-04\nSHBG,<5,nmol/L,4 Mar 2026\n",
    "csv of doses": write_own_table("dose", [DOSE]),
    "csv of plans": write_own_table("regimen", [PLAN]),
    "csv of scans": write_own_table("scan", [SCAN]),
    "json": write_json([LAB, DOSE, PLAN, SCAN]),
    "fhir": json.dumps(BUNDLE).encode(),
    "hl7v2": HL7.encode(),
    "health": zipped(),
}
PIECES = st.binary(max_size=4) | st.sampled_from(
    [b"", b"\x00", b"\xef\xbb\xbf", b"\xff\xfe", b"1e999", b"=1+1", b"'", b'"', b"\r", b"\n", b"|", b"^", b"~", b"\\", b",",
     b"{}", b"[]", b"null", b"-1", b"9" * 50, b"2026-13-45", b"\xc3\x28", "\u2028".encode(), b"[" * 60]
)  # fmt: skip
# Where, how much is taken out, and what is put in its place.
DAMAGE = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 6), PIECES), min_size=1, max_size=4)


def damaged(content: bytes, damage: list[tuple[float, int, bytes]]) -> bytes:
    for place, taken, put in damage:
        at = int(place * len(content))
        content = content[:at] + put + content[at + taken :]
    return content


def refuses_or(read: Callable[[], object]) -> object:
    """What was read; a refusal gives its reason in plain words."""
    try:
        return read()
    except Problem as refused:
        reasons = [issue.detail for issue in refused.issues]
    assert all(reasons)
    return None


def test_there_is_a_target_for_every_format():
    assert {name.partition(" ")[0] for name in VALID} == set(FORMATS)


@pytest.mark.parametrize("name", VALID)
def test_what_is_damaged_was_valid(name):
    parsed = read_file(VALID[name], form=Form(), rulebook=RULES)
    assert all(line.item is not None for line in parsed.lines)


@pytest.mark.parametrize("name", VALID)
@settings(deadline=None, max_examples=EXAMPLES)
@given(DAMAGE, st.booleans())
def test_no_damaged_file_crashes_its_reader(name, damage, declared):
    content = damaged(VALID[name], damage)
    form = Form(decimal=",", dates="dmy") if declared else Form()
    parsed = refuses_or(lambda: read_file(content, form=form, rulebook=RULES, named=name.partition(" ")[0] if declared else ""))
    assert parsed is None or parsed.lines


@settings(deadline=None, max_examples=EXAMPLES)
@given(DAMAGE)
def test_no_damaged_transaction_crashes_its_reader(damage):
    asked = refuses_or(lambda: read_transaction(damaged(VALID["fhir"], damage)))
    assert asked is None or len(asked) >= 1


@settings(deadline=None, max_examples=EXAMPLES)
@given(DAMAGE)
def test_every_damaged_message_can_be_answered(damage):
    content = damaged(VALID["hl7v2"], damage)
    found = refuses_or(lambda: list(messages(content))) or [None]
    for message in found:
        answer = acknowledge(message, Answer.ERROR, "x", now=NOW, control_id="1")
        assert answer.startswith(b"MSH")
