"""Valid files of every format, damaged at random: each is read with a line for everything in it, or refused with a reason.

A bounded run stands in the suite, a long one in `make fuzz`: FUZZ_EXAMPLES damaged files for each reader, or as many as
FUZZ_SECONDS allow it; it says how many they were.
"""

from __future__ import annotations

import io
import json
import os
import struct
import time
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, seed, settings
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
SECONDS = float(os.environ.get("FUZZ_SECONDS", "60"))
SEED = int(os.environ.get("FUZZ_SEED", "0"))
# Between two looks at the clock.
AT_ONCE = 500
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


def zipped(content: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as made:
        made.writestr("apple_health_export/clinical-records/LabResult-1.json", content)
    return packed.getvalue()


VALID: dict[str, bytes] = {
    "csv": b"test,value,unit,collected\nEstradiol,24.10,pg/mL,2026-03-04\nSHBG,<5,nmol/L,4 Mar 2026\n",
    "csv of doses": write_own_table("dose", [DOSE]),
    "csv of plans": write_own_table("regimen", [PLAN]),
    "csv of scans": write_own_table("scan", [SCAN]),
    "json": write_json([LAB, DOSE, PLAN, SCAN]),
    "fhir": json.dumps(BUNDLE).encode(),
    "hl7v2": HL7.encode(),
    "health": zipped(json.dumps(OBSERVATION).encode()),
}
PIECES = (
    b"", b"\x00", b"\xef\xbb\xbf", b"\xff\xfe", b"1e999", b"=1+1", b"'", b'"', b"\r", b"\n", b"|", b"^", b"~", b"\\", b",",
    b"{}", b"[]", b"null", b"-1", b"9" * 50, b"2026-13-45", b"\xc3\x28", "\u2028".encode(), b"[" * 60,
)  # fmt: skip
# For each of up to four places: where, how much is taken out, which piece is put in its place or how many bytes are, and these
# bytes. All in one string of bytes: lists of tuples cost Hypothesis fifty times what a reader takes.
ONE = struct.Struct("HBB4s")
BYTE = 256
DAMAGE = st.binary(min_size=ONE.size, max_size=4 * ONE.size)


def damaged(content: bytes, damage: bytes) -> bytes:
    for place, taken, which, bytes_ in ONE.iter_unpack(damage[: len(damage) // ONE.size * ONE.size]):
        at = place * len(content) // 0xFFFF
        put = PIECES[which % len(PIECES)] if which < BYTE // 2 else bytes_[: which % 5]
        content = content[:at] + put + content[at + taken % 7 :]
    return content


def damages(what: str, check: Callable[[bytes, bool], None]) -> None:
    """Hand damages to ``check``, so many or for so long as is said above, and print how many they were."""
    ran = 0
    began = time.monotonic()

    def counted(damage: bytes, declared: bool) -> None:
        nonlocal ran
        ran += 1
        check(damage, declared)

    while ran < EXAMPLES and time.monotonic() < began + SECONDS:
        some = settings(deadline=None, max_examples=min(AT_ONCE, EXAMPLES - ran), database=None)
        seed(SEED + ran)(some(given(DAMAGE, st.booleans())(counted)))()
    print(f"{what}: {ran:,} damaged files in {time.monotonic() - began:.0f} s")  # noqa: T201  of what was asked for


def refuses_or(read: Callable[[], Any]) -> Any:
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
def test_no_damaged_file_crashes_its_reader(name):
    def check(damage: bytes, declared: bool) -> None:
        content = damaged(VALID[name], damage)
        form = Form(decimal=",", dates="dmy") if declared else Form()
        kind = name.partition(" ")[0] if declared else ""
        parsed = refuses_or(lambda: read_file(content, form=form, rulebook=RULES, named=kind))
        assert parsed is None or parsed.lines

    damages(name, check)


def test_no_damaged_archive_of_what_is_whole_crashes_its_reader():
    """Of an archive any damaged byte is found out by its sum, so what lies in it is damaged before it is packed."""

    def check(damage: bytes, _: bool) -> None:
        content = zipped(damaged(json.dumps(OBSERVATION).encode(), damage))
        parsed = refuses_or(lambda: read_file(content, form=Form(), rulebook=RULES))
        assert parsed is None or parsed.lines

    damages("file in an archive", check)


def test_no_damaged_transaction_crashes_its_reader():
    def check(damage: bytes, _: bool) -> None:
        asked = refuses_or(lambda: read_transaction(damaged(VALID["fhir"], damage)))
        assert asked is None or len(asked) >= 1

    damages("transaction", check)


def test_every_damaged_message_can_be_answered():
    def check(damage: bytes, _: bool) -> None:
        content = damaged(VALID["hl7v2"], damage)
        for message in refuses_or(lambda: list(messages(content))) or [None]:
            assert acknowledge(message, Answer.ERROR, "x", now=NOW, control_id="1").startswith(b"MSH")

    damages("answer", check)


def test_a_reader_that_crashes_is_found_out():
    def check(damage: bytes, _: bool) -> None:
        if damaged(b"value", damage) != b"value":
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        damages("one that crashes", check)
