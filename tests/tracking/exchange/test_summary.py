"""The PDF of a summary: one tagged page, whatever was typed."""

from __future__ import annotations

import io
import time
from typing import Any

import pypdf
import pytest

from tracking.exchange.summary import pdf_of, printable

CHART = '<svg class="chart" viewBox="0 0 100 20"><text x="2" y="12" class="panel-title">Estradiol</text></svg>'


def summary(**more: Any) -> dict[str, Any]:
    part = {"title": "Floor", "lines": ["16.0 pg/mL", "≥ 3 µg, −0.04 g/cm²"]}
    return {
        "title": "Summary of Adam", "name": "Adam Invented", "about": ["born 4 May 1980", "record 1"], "word": "below",
        "is_low": True, "state": "current", "headline": "Below the floor.", "chart": CHART, "chart_alt": "Estradiol over time.",
        "pairs": {"title": "Last results", "head": ["Drawn", "Estradiol"], "rows": [["2 Nov 2026", "<24 pg/mL"]]},
        "columns": [[part] * 3, [part] * 2], "notice": ["Decision support."],
    } | more  # fmt: skip


def read(made: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(made))


def test_it_is_one_tagged_page_with_title_language_and_what_it_was_given():
    pdf = read(pdf_of(summary()))
    root = pdf.trailer["/Root"]
    assert len(pdf.pages) == 1
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en"
    assert pdf.metadata.title == "Summary of Adam"
    assert b"pdfuaid:part" in root["/Metadata"].get_object().get_data()
    text = pdf.pages[0].extract_text()
    for said in ("Adam Invented", "<24 pg/mL", "≥ 3 µg, −0.04 g/cm²", "Decision support.", "Estradiol"):
        assert said in text
    fonts = {str(font.get_object()["/BaseFont"]) for font in pdf.pages[0]["/Resources"]["/Font"].values()}
    assert all("NotoSans" in font for font in fonts)


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("陳大文", "U+9673U+5927U+6587"),
        ("🦴 💉", "U+1F9B4 U+1F489"),
        ("a\x07b", "aU+0007b"),
        ("Ünïcode Ωμέγα Имя", "Ünïcode Ωμέγα Имя"),
        ("محمد שלום", "محمد שלום"),
        ("≤16 ±0.5 µg → ok", "≤16 ±0.5 µg → ok"),
        ("", ""),
    ],
)
def test_what_has_no_glyph_is_a_visible_code(typed, printed):
    assert printable(typed).replace("\u200b", "") == printed


def test_no_text_breaks_it_or_is_read_as_markup():
    hostile = [
        "O'Brien \"Bob\" <script>alert(1)</script>", '#import "x" $x^2$ *bold* @ref <label> \\ = title', "محمد بن عبد الله",
        "陳大文", "🦴", "W" * 200, "\x00\x1f\u200f\ufeff\ud7ff\U0010ffff", "-" * 300, "1. a\n\n\n- b",
    ]  # fmt: skip
    lines = [{"title": text, "lines": [text]} for text in hostile]
    pdf = read(pdf_of(summary(name=" ".join(hostile), title="".join(hostile), columns=[lines, lines], about=hostile)))
    text = "".join(page.extract_text() for page in pdf.pages)
    assert "#import" in text
    assert "*bold*" in text
    assert "<script>alert(1)</script>" in text


def test_a_long_one_is_printed_smaller_and_goes_on_only_where_nothing_else_helps():
    def pages(parts):
        line = "Estradiol 14.0 pg/mL on 23 Oct (LC-MS/MS) is below the floor of 16.0 pg/mL while he is on anastrozole."
        part = {"title": "Findings", "lines": [line] * 6}
        began = time.monotonic()
        made = pdf_of(summary(columns=[[part] * parts, [part] * parts]))
        return len(read(made).pages), time.monotonic() - began

    (few, fast), (many, _) = pages(5), pages(30)
    assert (few, many) == (1, 4)
    assert fast < 20, "under two seconds on a quiet machine"
