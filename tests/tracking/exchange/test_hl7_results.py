"""HL7 v2.5.1 results in: one line for every OBX, and an answer to the sender."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracking.domain.problems import Problem
from tracking.evidence import load_rulebook
from tracking.exchange.hl7_ack import Answer, acknowledge
from tracking.exchange.hl7_results import is_result_message, read_hl7
from tracking.exchange.hl7_segments import messages
from tracking.exchange.incoming import Form, Line, Parsed

MSH = "MSH|^~\\&|LIS|Example Lab|||20260305120000-0500||ORU^R01^ORU_R01|42|P|2.5.1"
PID = "PID|1||77^^^MRN||Invented^Adam||19800504"
OBR = "OBR|1|P1|F9|2243-4^Estradiol^LN|||20260304081000-0500"


def obx(**changed: str) -> str:
    fields = {2: "NM", 3: "2243-4^Estradiol^LN", 5: "24.10", 6: "pg/mL^^UCUM", 7: "10.0-42.0", 11: "F"}
    fields |= {int(name.lstrip("f")): text for name, text in changed.items()}
    return "OBX|1|" + "|".join(fields.get(number, "") for number in range(2, 24))


def message(*segments: str) -> bytes:
    return "\r".join(segments or (MSH, PID, OBR, obx())).encode()


@pytest.fixture
def read(rulebook):
    def read_content(content: bytes) -> Parsed:
        return read_hl7(content, form=Form(zone="America/New_York"), rulebook=rulebook)

    return read_content


@pytest.fixture
def line(read):
    def read_one(**changed: str) -> Line:
        (only,) = read(message(MSH, PID, OBR, obx(**changed))).lines
        return only

    return read_one


def test_a_result_is_read_with_all_that_belongs_to_it(read):
    parsed = read(message())
    (one,) = parsed.lines
    assert (one.item.analyte, one.item.value, one.item.unit) == ("estradiol", "24.10", "pg/mL")
    assert (one.item.collected_at, one.item.laboratory) == ("2026-03-04T08:10:00-05:00", "Example Lab")
    assert (one.item.range_low, one.item.range_high) == ("10.0", "42.0")
    assert (one.source_id, one.place, parsed.source) == ("F9/2243-4", "OBR 1, OBX 1", "LIS Example Lab")
    assert (one.subject.id, one.subject.name, one.subject.birth_date) == ("77", "Adam Invented", "1980-05-04")


@pytest.mark.parametrize(
    ("kind", "written", "stored"),
    [
        ("SN", "<^5", "<5"),
        ("SN", "<=^5.0", "<=5.0"),
        ("SN", ">^1500", ">1500"),
        ("SN", "^24", "24"),
        ("SN", "=^24", "24"),
        ("NM", "5.10", "5.10"),
        ("ST", "<5", "<5"),
        ("ST", "< 5", "<5"),
        ("ST", "≤5", "<=5"),
        ("ST", ">1500", ">1500"),
        ("ST", "<5.0", "<5.0"),
        ("ST", "<0.05", "<0.05"),
        ("TX", "24.1 H", "24.1"),
    ],
)
def test_the_comparator_is_part_of_the_value(line, kind, written, stored):
    assert line(f2=kind, f5=written).item.value == stored


@pytest.mark.parametrize(
    ("kind", "written", "code", "empty"),
    [
        ("ST", "5,1", "value-comma", False),
        ("ST", "ND", "no-result", True),
        ("ST", "QNS", "no-result", True),
        ("ST", "", "no-result", True),
        ("ST", '""', "no-result", True),
        ("CWE", "ND^Not detected", "no-result", True),
        ("ED", "^application^pdf^Base64^JVBE", "no-result", True),
        ("SN", "^10^-^20", "value-unreadable", False),
        ("SN", "!^5", "value-unreadable", False),
        ("NM", "1e999", "value-unreadable", False),
        ("NM", "24~25", "value-twice", False),
        ("XX", "24", "value-kind", False),
    ],
)
def test_what_is_no_value_says_why(line, kind, written, code, empty):
    found = line(f2=kind, f5=written)
    assert (found.item, found.why[0].code, found.empty) == (None, code, empty)


@pytest.mark.parametrize(
    ("status", "code", "empty"),
    [
        ("P", "not-final", True),
        ("X", "no-result", True),
        ("W", "entered-in-error", True),
        ("D", "entered-in-error", True),
        ("", "not-final", True),
    ],
)
def test_only_final_and_corrected_results_are_taken(line, status, code, empty):
    found = line(f11=status)
    assert (found.item, found.why[0].code, found.empty) == (None, code, empty)


def test_a_corrected_result_says_that_it_replaces_one(line):
    assert not line(f11="F").corrects
    assert line(f11="C").corrects


def test_the_orders_status_counts_where_the_result_has_none(read):
    order = OBR + "|" * 18 + "F"
    assert read(message(MSH, PID, order, obx(f11=""))).lines[0].item is not None


@pytest.mark.parametrize(
    ("stated", "method", "evidence"),
    [("LCMS^LC-MS/MS^L", "lcmsms", "lab_message"), ("ECLIA", "immunoassay", "lab_message"), ("", "unknown", "none")],
)
def test_the_method_in_the_message_is_evidence(line, stated, method, evidence):
    found = line(f17=stated).item
    assert (found.method, found.method_evidence) == (method, evidence)


@pytest.mark.parametrize("code", ["2243-4", "35384-7"])
def test_a_code_alone_shows_no_mass_spectrometry(line, code):
    assert line(f3=f"{code}^^LN").item.method == "unknown"


def test_the_time_of_the_result_stands_before_those_of_order_and_specimen(read, line):
    assert line(f14="20260304091500+0100").item.collected_at == "2026-03-04T09:15:00+01:00"
    assert line(f14="202603040915").item.collected_at == "2026-03-04T09:15:00-05:00"
    spm = "SPM|1||||||||||||||||20260304"
    bare = "OBR|1|P1|F9|2243-4^Estradiol^LN"
    assert read(message(MSH, PID, bare, obx(), spm)).lines[0].item.collected_at == "2026-03-04"
    sent = read(message(MSH, PID, bare, obx())).lines[0].item
    assert (sent.collected_at, sent.precision) == ("2026-03-05T12:00:00-05:00", "unknown")


def test_several_orders_and_several_messages_each_have_their_place(read):
    second = OBR.replace("F9", "F10")
    parsed = read(message(MSH, PID, OBR, obx(), second, obx(), "NTE|1||fine", MSH.replace("|42|", "|43|"), PID, OBR, obx()))
    assert [(one.place, one.source_id) for one in parsed.lines] == [
        ("message 42, OBR 1, OBX 1", "F9/2243-4"),
        ("message 42, OBR 2, OBX 1", "F10/2243-4"),
        ("message 43, OBR 1, OBX 1", "F9/2243-4"),
    ]


def test_escapes_are_resolved_and_a_lone_sign_stands_for_itself(line):
    assert line(f3="L1^Estradiol \\T\\ more \\X41\\^L").item.test == "Estradiol & more A"
    assert line(f3="L1^Estradiol \\ more^L").item.test == "Estradiol \\ more"
    assert line(f3="L1^Testosterone Free & Total^L").item.analyte == "", "no part of a name is taken for the whole"


def test_other_line_ends_frames_and_batches_are_read(read):
    text = message().decode()
    for content in (
        text.replace("\r", "\n"),
        text.replace("\r", "\r\n"),
        f"\x0b{text}\r\x1c\r",
        f"FHS|^~\\&\rBHS|^~\\&\r{text}\rBTS|1\rFTS|1",
    ):
        assert read(content.encode()).lines[0].item is not None


def test_another_type_of_message_is_a_line_that_says_so(read):
    (found,) = read(message(MSH.replace("ORU^R01^ORU_R01", "ADT^A01"), PID)).lines
    assert (found.item, found.why[0].code) == (None, "message-type")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file-empty"),
        (b"PID|1", "hl7-no-header"),
        (b"MSH", "hl7-header"),
        (b"MSHabcdef", "hl7-header"),
        (b"MSH|||||", "hl7-header"),
        (MSH.encode() + b"\rOBX|" + b"|" * 1_000_000, "file-too-large"),
    ],
)
def test_a_hostile_or_hopeless_file_is_refused_as_a_whole_with_a_plain_reason(read, content, code):
    with pytest.raises(Problem) as refused:
        read(content)
    assert [issue.code for issue in refused.value.issues] == [code]


def test_the_answer_names_the_message_and_the_sender():
    (received,) = messages(message())
    assert is_result_message(received)
    said = acknowledge(
        received, Answer.ERROR, "unit | missing", now=datetime(2026, 11, 2, 9, tzinfo=UTC), control_id="A1"
    ).decode()
    assert said.split("\r") == [
        "MSH|^~\\&|Trabecula||LIS|Example Lab|20261102090000+0000||ACK^R01^ACK|A1|P|2.5.1||||||UNICODE UTF-8",
        "MSA|AE|42|unit \\F\\ missing",
        "",
    ]
    (read_back,) = messages(said.encode())
    assert read_back.segments[0].said(3) == "unit | missing"


SIGNS = st.text(alphabet='|^~\\&\r\n<=.5 FCPX"20260304ELN-', max_size=40)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.sampled_from([MSH, PID, OBR, obx(), "SPM|1", "OBX", "OBR", "NTE|1"]) | SIGNS, max_size=8),
    st.lists(SIGNS, max_size=6),
)
def test_no_message_crashes_the_reader(segments, fields):
    content = "\r".join([MSH, *segments, "OBX|1|" + "|".join(fields)]).encode()
    try:
        parsed = read_hl7(content, form=Form(), rulebook=load_rulebook())
    except Problem:
        return
    assert parsed.lines
