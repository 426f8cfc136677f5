"""Tables of results: what a header means, and what becomes of every row."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracking.domain.problems import Problem
from tracking.evidence import load_rulebook
from tracking.exchange import csv_file
from tracking.exchange.csv_file import read_csv
from tracking.exchange.incoming import Form, Parsed
from tracking.exchange.limits import LONGEST_LINE, MOST_BYTES, MOST_COLUMNS
from tracking.exchange.survey import read_survey

SURVEY = Path(__file__).parents[3] / "data" / "nhanes_2013_2014_men.csv"
HEADER = "test,value,unit,collected\n"


@pytest.fixture
def read(rulebook):
    def read_text(text: str | bytes, **form: str) -> Parsed:
        content = text if isinstance(text, bytes) else text.encode()
        return read_csv(content, form=Form(**form), rulebook=rulebook)

    return read_text


def only(parsed: Parsed):
    (line,) = parsed.lines
    assert line.item is not None, line.why
    return line.item


def why(parsed: Parsed) -> str:
    (line,) = parsed.lines
    return line.why[0].code


@pytest.mark.parametrize(
    "header",
    [
        "Test Name,Result,Units,Reference Range,Date Collected",
        "Test,Current Result and Flag,Units,Reference Interval,Date Collected",
        "analyte,value,unit,range,collected_at",
        "Component,Your Result,UOM,Standard Range,Collection Date/Time",
    ],
)
def test_the_headers_of_laboratories_and_portals_mean_the_same(read, header):
    item = only(read(f"{header}\nEstradiol,24.10,pg/mL,10.0-42.0,2026-03-04\n"))
    assert (item.analyte, item.value, item.unit, item.collected_at) == ("estradiol", "24.10", "pg/mL", "2026-03-04")
    assert (item.range_low, item.range_high) == ("10.0", "42.0")


def test_a_laboratorys_test_name_names_the_method_but_a_table_does_not_prove_it(read):
    item = only(read(HEADER + '"ESTRADIOL, ULTRASENSITIVE, LC/MS",<5.10,pg/mL,2026-03-04\n'))
    assert (item.analyte, item.method, item.method_evidence) == ("estradiol", "lcmsms", "self_declared")


def test_a_row_per_draw_makes_a_line_for_each_cell_that_holds_something(read):
    parsed = read("drawn,Estradiol (pmol/L),testosterone_ng_dl,SHBG,Mood\n2026-03-04,73.4,<0.75,,good\n2026-04-04,,,40,\n")
    assert [(line.place, line.item.analyte, line.item.value, line.item.unit) for line in parsed.lines] == [
        ("line 2, Estradiol (pmol/L)", "estradiol", "73.4", "pmol/L"),
        ("line 2, testosterone_ng_dl", "testosterone_total", "<0.75", "ng/dL"),
        ("line 3, SHBG", "shbg", "40", ""),
    ]
    assert parsed.unread == ("Mood",)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_delimiter_and_encoding_are_told_from_the_file(read, delimiter, encoding):
    text = delimiter.join(["test", "value", "unit", "collected", "laboratory"]) + "\r\n"
    text += delimiter.join(["P1NP", "45.0", "µg/L", "2026-03-04", "Labor Müller"]) + "\r\n"
    item = only(read(text.encode(encoding)))
    assert (item.analyte, item.value, item.unit, item.laboratory) == ("p1np", "45.0", "µg/L", "Labor Müller")


@pytest.mark.parametrize(
    ("header", "analyte", "unit"),
    [
        ("Testosterone (free)", "testosterone_free", ""),
        ("Estradiol (ng/dL)", "estradiol", "ng/dL"),
        ("Estradiol [pmol/L]", "estradiol", "pmol/L"),
        ("Hematocrit (%)", "hematocrit", "%"),
    ],
)
def test_what_stands_in_brackets_is_a_unit_only_if_it_is_one(read, header, analyte, unit):
    item = only(read(f"drawn,{header}\n2026-03-04,24\n"))
    assert (item.analyte, item.unit) == (analyte, unit)


def test_a_column_of_another_test_is_no_column_of_ours(read):
    assert read("drawn,Estradiol,Estradiol (free),Calcium (urine)\n2026-03-04,24,1,2\n").unread == (
        "Estradiol (free)",
        "Calcium (urine)",
    )


def test_lines_above_the_header_are_passed_over(read):
    parsed = read("MyPortal export\nPatient,Adam Invented\n\nTest,Result,Units,Collected\nEstradiol,24,pg/mL,2026-03-04\n")
    assert parsed.lines[0].place == "line 5"


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("<5", "<5"),
        ("< 5", "<5"),
        ("≤5", "<=5"),
        (">1500", ">1500"),
        ("<5.0", "<5.0"),
        ("<0.05", "<0.05"),
        ('"5,1"', None),
        ("ND", None),
    ],
)
def test_the_comparator_is_part_of_the_value(read, written, stored):
    (line,) = read(f"{HEADER}Estradiol,{written},pg/mL,2026-03-04\n").lines
    assert (line.item.value if line.item else None) == stored
    if stored is None:
        assert line.why[0].code == ("no-result" if written == "ND" else "value-comma")
        assert line.empty is (written == "ND")


def test_a_decimal_comma_is_read_where_it_was_declared(read):
    item = only(
        read(
            "test;value;unit;range;collected\nEstradiol;<5,10;pg/mL;10,0-42,0;04.03.2026 08:10\n",
            decimal=",",
            dates="dmy",
            zone="Europe/Berlin",
        )
    )
    assert (item.value, item.range_high, item.collected_at) == ("<5.10", "42.0", "2026-03-04T08:10:00+01:00")


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("Estradiol,5,1,pg/mL,2026-03-04", "row-too-long"),
        ("Estradiol,24,pg/mL,03/04/2026", "date-order-undeclared"),
        ("Estradiol,24,pg/mL,", "collected-missing"),
        ("Estradiol,24 pmol/L,pg/mL,2026-03-04", "unit-twice"),
        ("Estradiol,=1+1,pg/mL,2026-03-04", "value-unreadable"),
        ("Estradiol,1e999,pg/mL,2026-03-04", "value-unreadable"),
        ("Estradiol,QNS,pg/mL,2026-03-04", "no-result"),
        ("Estradiol,,pg/mL,2026-03-04", "no-result"),
    ],
)
def test_a_row_that_cannot_be_taken_over_says_why(read, row, code):
    assert why(read(f"{HEADER}{row}\n")) == code


def test_a_refused_row_never_blocks_a_good_one(read):
    parsed = read(f"{HEADER}Estradiol,5;1,pg/mL,2026-03-04\nEstradiol,24,pg/mL,2026-03-05\n")
    assert [line.item is not None for line in parsed.lines] == [False, True]


def test_a_name_that_is_not_surely_an_analyte_is_none(read):
    for name in ("Estradiol, Free", "Calcium, Urine", "Estriol", "Albumin/Creatinine Ratio", "Testosterone, % Free"):
        assert only(read(f'{HEADER}"{name}",24,pg/mL,2026-03-04\n')).analyte == ""


def test_a_code_and_a_name_that_disagree_are_asked_about(read):
    text = "loinc,test,value,unit,collected\n2243-4,{},24,pg/mL,2026-03-04\n"
    assert only(read(text.format("Estradiol"))).analyte == "estradiol"
    assert only(read(text.format("Oestradiol (special)"))).analyte == "estradiol"
    assert only(read(text.format("Testosterone"))).analyte == ""


def test_a_preliminary_result_is_not_taken(read):
    assert why(read("test,value,unit,collected,status\nEstradiol,24,pg/mL,2026-03-04,Preliminary\n")) == "not-final"


def test_a_row_says_whom_it_is_about_and_what_it_is_called_there(read):
    (line,) = read(
        "MRN,DOB,Patient Name,Test,Result,Units,Collected,Accession\n77,5/4/1980,Adam,Estradiol,24,pg/mL,2026-03-04,A9\n",
        dates="mdy",
    ).lines
    assert (line.subject.id, line.subject.name, line.subject.birth_date) == ("77", "Adam", "1980-05-04")
    assert line.source_id == "A9/Estradiol"


def test_an_open_quote_ends_the_file_with_a_line_that_says_so(read):
    parsed = read(f'{HEADER}Estradiol,24,pg/mL,2026-03-04\nEstradiol,"25,pg/mL,2026-03-05\n')
    assert [line.why[0].code if line.why else "" for line in parsed.lines] == ["", "csv-broken"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file-empty"),
        (b"\xef\xbb\xbf  \r\n", "file-empty"),
        (b"test,value\x00,unit\n", "file-not-text"),
        ("test,value".encode("utf-16-le"), "file-not-text"),
        ("P1NP,Müller".encode() + "Müller".encode("cp1252"), "encoding-unreadable"),
        (b"\xff\xfetest\n", "encoding-unreadable"),
        (b"a,b,c\n1,2,3\n", "columns-missing"),
        (b"test,value,unit,collected\n", "file-without-rows"),
        (b"test,value,value,collected\nEstradiol,1,2,2026\n", "column-twice"),
        (b"Estradiol (pg/mL),estradiol_pg_ml\n1,2\n", "column-twice"),
        (b"," * (MOST_COLUMNS + 1) + b"\n", "file-too-large"),
        (b"a," * 1_000_000 + b"\n", "file-too-large"),
        (b"x" * (LONGEST_LINE + 1), "file-too-large"),
        (b"\n" * (MOST_BYTES + 1), "file-too-large"),
    ],
)
def test_a_hostile_or_hopeless_file_is_refused_as_a_whole_with_a_plain_reason(read, content, code):
    with pytest.raises(Problem) as refused:
        read(content)
    assert [issue.code for issue in refused.value.issues] == [code]


def test_as_many_rows_are_read_as_are_promised_whatever_stands_above_them(read, monkeypatch):
    monkeypatch.setattr(csv_file, "MOST_ROWS", 3)
    table = HEADER + "Estradiol,24,pg/mL,2026-03-04\n" * 3
    assert len(read(table).lines) == 3
    with pytest.raises(Problem, match=r"4 rows\. At most 3"):
        read(table + "Estradiol,24,pg/mL,2026-03-04\n")


def test_a_row_of_many_results_does_not_make_more_of_them_than_are_read(read, monkeypatch):
    """A table of a hundred thousand rows and forty analytes would hold four million, and fill the memory of who reads it."""
    monkeypatch.setattr(csv_file, "MOST_ROWS", 4)
    table = b"collected,Estradiol (pg/mL),SHBG (nmol/L)\n" + b"2026-03-04,24,30\n" * 2
    assert len(read(table).lines) == 4
    with pytest.raises(Problem, match=r"5 results\. At most 4 are read"):
        read(table + b"2026-03-05,24,\n")


def test_the_survey_reads_the_same_through_the_general_reader(read):
    parsed = read(SURVEY.read_bytes(), drawn_by="2014-12-31T23:59:00+00:00")
    found = {
        (line.subject.id, line.item.analyte): (line.item.value, line.item.unit, line.item.precision) for line in parsed.lines
    }
    expected = {
        (man.key, lab.analyte): (lab.value, lab.unit, "unknown")
        for man in read_survey(SURVEY.read_text(encoding="utf-8").splitlines())
        for lab in man.labs
    }
    assert found == expected


CELLS = st.text(alphabet='",;\t|\n\r<≤=5.1,eE \x00\ufeffµ-', max_size=12)
NAMED = st.sampled_from(
    ["test", "value", "unit", "collected", "Estradiol", "24", "pg/mL", "2026-03-04", "03/04/2026", "ND", "zone", "DOB"]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(NAMED | CELLS, max_size=6), max_size=8), st.sampled_from(",;\t"), st.binary(max_size=6))
def test_no_table_crashes_the_reader(rows, delimiter, tail):
    content = "\n".join(delimiter.join(row) for row in rows).encode() + tail
    try:
        parsed = read_csv(content, form=Form(dates="mdy"), rulebook=load_rulebook())
    except Problem:
        return
    assert parsed.lines
