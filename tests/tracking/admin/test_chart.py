"""The drawings, kept as files: a change of the chart is a change of a file that one can look at.

After a wanted change: ``REDRAW=1 python -m pytest tests/tracking/admin/test_chart.py``, and look at the files.
"""

from __future__ import annotations

import os
import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tracking.admin.chart import chart
from tracking.admin.plot import DECISION, FINDING, SYMPTOM, Mark, plot_of, within
from tracking.admin.tabulated import tabulated
from tracking.domain.history import (
    DoseKind,
    DoseRecord,
    History,
    LabRecord,
    Origin,
    Person,
    RegimenRecord,
    ScanRecord,
    SiteRecord,
)
from tracking.domain.reported import Assay, Comparator, Method, MethodEvidence, Moment, Precision, Reported, Value
from tracking.domain.schedule import parse_schedule
from tracking.evidence import load_rulebook

AS_OF = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
DRAWINGS = Path(__file__).parent / "drawings"
ZONE = "Europe/Berlin"


def lab(value, days, method=Method.LCMSMS, *, analyte="estradiol", unit="pg/mL", precision=Precision.MINUTE):
    match = re.fullmatch(r"([<>]=?)?(.+)", value)
    evidence = MethodEvidence.NONE if method is Method.UNKNOWN else MethodEvidence.STAFF_VERIFIED
    reported = Reported(
        Value(Comparator(match[1] or ""), match[2], unit),
        Assay(method, evidence),
        Moment(AS_OF - timedelta(days=days), precision, ZONE),
    )
    return LabRecord(key=f"{analyte}-{days}-{value}", analyte=analyte, reported=reported, recorded_at=AS_OF)


def regimen(drug, mg, days, until=None, schedule=None):
    return RegimenRecord(
        key=f"{drug}-{days}",
        drug=drug,
        dose_mg=Decimal(mg),
        schedule=parse_schedule(schedule or {"kind": "every", "days": "3.5"}),
        origin=Origin.PRESCRIBED,
        starts_on=(AS_OF - timedelta(days=days)).date(),
        ends_on=None if until is None else (AS_OF - timedelta(days=until)).date(),
        zone=ZONE,
    )


def history(**rows):
    return History(person=Person(zone=ZONE, birth_date=date(1980, 5, 4)), **rows)


def scan(on):
    site = SiteRecord("lumbar_spine", "", "L1-L4", Value(Comparator.EQUAL, "1.012", "g/cm2"))
    return ScanRecord(f"scan-{on}", on, "Invented Imaging", "Horizon A", "NHANES III", (site,))


def dose(days, kind=DoseKind.TAKEN):
    amount = None if kind is DoseKind.SKIPPED else Decimal("0.5")
    return DoseRecord(f"dose-{days}", "anastrozole", kind, amount, Moment(AS_OF - timedelta(days=days), Precision.MINUTE, ZONE))


CASES = {
    "empty": history(),
    "one-point": history(labs=(lab("22.4", 40),)),
    "censored": history(labs=(lab("<24", 200, Method.IMMUNOASSAY), lab("<5", 120), lab(">150", 40, Method.UNKNOWN))),
    "undated": history(
        labs=(
            lab("31", 400, Method.UNKNOWN, precision=Precision.UNKNOWN),
            lab("28", 300, Method.IMMUNOASSAY, precision=Precision.MONTH),
            lab("24", 30, Method.IMMUNOASSAY),
        )
    ),
    "assay-switch": history(
        labs=(
            *(lab(value, days, Method.IMMUNOASSAY) for value, days in (("31", 300), ("28", 240), ("26", 180))),
            *(lab(value, days) for value, days in (("17.0", 120), ("15.1", 60), ("14.2", 20))),
            *(lab(value, days, analyte="testosterone_total", unit="ng/dL") for value, days in (("710", 300), ("780", 60))),
        ),
        regimens=(
            regimen("testosterone_cypionate", "60", 500),
            regimen("anastrozole", "0.25", 280, 150),
            regimen("anastrozole", "0.5", 150),
        ),
        doses=(*(dose(days) for days in (20, 16, 9, 6, 2)), dose(13, DoseKind.SKIPPED)),
        scans=(scan(date(2026, 1, 5)), scan(date(2026, 10, 5))),
    ),
    "outlier": history(labs=(lab("21.5", 300), lab("1480", 200), lab("18.2", 100), lab("16.4", 20))),
    "ten-years": history(
        labs=tuple(lab(f"{17 + number % 19}.{number % 10}", 15 + number * 121) for number in range(31)),
        regimens=(regimen("testosterone_cypionate", "70", 3700), regimen("anastrozole", "0.25", 2000, 400)),
        scans=tuple(scan(date(year, 5, 1)) for year in range(2017, 2027, 2)),
    ),
    "sixty-points": history(
        labs=tuple(lab(f"{18 + (number * 7) % 23}.{number % 10}", 20 + number * 30) for number in range(60))
    ),
}


def picture(of):
    return str(chart(plot_of(of, load_rulebook(), AS_OF)))


def drawn(name):
    return picture(CASES[name])


@pytest.mark.parametrize("name", CASES)
def test_the_drawing_is_the_one_on_file(name):
    file = DRAWINGS / f"{name}.svg"
    text = re.sub(r"(?=<(?!/))", "\n", drawn(name)).strip() + "\n"
    if os.environ.get("REDRAW"):
        file.write_text(text)
    assert text == file.read_text()


@pytest.mark.parametrize("name", CASES)
def test_a_drawing_is_well_formed_named_and_free_of_inline_style(name):
    tree = ET.fromstring(drawn(name))
    assert [child.tag for child in tree][:2] == ["title", "desc"]
    assert tree.get("role") == "img"
    for element in tree.iter():
        assert element.tag not in ("style", "script", "image", "foreignObject")
        assert not {"style", "href"} & set(element.keys())
        assert not any(name.startswith("on") for name in element.attrib)


def count(name, cls):
    return len(re.findall(rf'class="{cls}(?=[ "])', drawn(name)))


def test_a_censored_value_is_an_arrow_over_all_that_it_can_stand_for():
    paths = re.findall(r'd="([^"]+)" class="censored"', drawn("censored"))
    assert len(paths) == 6
    bottom, top = 204.0, 24.0
    ends = [float(re.search(r"V([\d.]+)", path)[1]) for path in paths if "V" in path]
    assert ends == [bottom, bottom, top]


def test_no_line_crosses_an_assay_a_change_of_treatment_or_a_censored_value():
    assert count("censored", "run") == 0
    # 300 alone (the AI began at 280), 240 with 180, then the change at 150 and the other assay.
    runs = re.findall(r'<polyline points="([^"]+)"', drawn("assay-switch"))
    assert [len(run.split()) for run in runs] == [2, 3]
    assert [len(run.split()) for run in re.findall(r'<polyline points="([^"]+)"', drawn("sixty-points"))] == [60]


def test_no_line_joins_two_phases_of_the_dosing_interval():
    weekly = regimen("anastrozole", "0.5", 300, schedule={"kind": "every", "days": "7"})
    labs = (lab("22", 60), lab("24", 14))
    for doses, joined in (((), True), ((dose(62), dose(20)), False)):  # early and trough, where the doses are known
        points = plot_of(history(labs=labs, regimens=(weekly,), doses=doses), load_rulebook(), AS_OF).estradiol
        assert (points[0].run == points[1].run) is joined


def test_each_assay_has_its_own_marker_and_its_own_floor():
    text = drawn("assay-switch")
    assert "floor 20, other assays" in text
    assert "floor 16, mass spectrometry" in text
    assert count("assay-switch", "floor floor-ia") == 1
    assert count("assay-switch", "floor floor-ms") == 1
    assert count("assay-switch", "marker marker-ia") == 3 + 1  # one in the key
    assert count("assay-switch", "marker marker-ms") == 3 + 2 + 1


def test_what_has_no_date_is_put_apart_and_hatched():
    text = drawn("undated")
    assert text.count('fill="url(#hatch)"') == 2  # the column apart, and the month of the second
    assert count("one-point", "undated") == 0


def test_a_value_in_another_unit_lies_where_its_twin_lies():
    twins = (("20.0", "pg/mL"), ("73.43", "pmol/L"))
    here, there = (picture(history(labs=(lab(value, 30, unit=unit),))) for value, unit in twins)
    place = re.compile(r'<circle cx="[\d.]+" cy="([\d.]+)" r="4.6" class="marker marker-ms"></circle></g>')
    assert place.search(here)[1] == place.search(there)[1]
    assert "73.43 pmol/L" in there


def test_doses_are_ticks_and_skipped_ones_crosses():
    assert count("assay-switch", "dose-taken") == 5
    assert count("assay-switch", "dose-skipped") == 1


def test_what_lies_in_the_future_is_not_drawn():
    assert drawn("empty") == picture(history(labs=(lab("20", -5),)))


def test_a_name_in_a_drug_or_laboratory_cannot_write_markup():
    from tracking.admin.svg import drawn as element

    assert element("text", "<script>&\"'", cls='"><script>') == (
        '<text class="&quot;&gt;&lt;script&gt;">&lt;script&gt;&amp;&quot;&#x27;</text>'
    )


def test_a_course_without_a_known_amount_is_hatched_and_an_old_one_left_out():
    as_needed = regimen("anastrozole", "0.5", 90, schedule={"kind": "as_needed"})
    old = regimen("testosterone_cypionate", "60", 3000, 2900)
    text = picture(history(regimens=(as_needed, old)))
    assert text.count('class="course course-prescribed" fill="url(#hatch)"') == 1
    assert "Anastrozole ?" in text
    assert "Testosterone cypionate" not in text


MARKS = (
    Mark(AS_OF - timedelta(days=40), "opened: estradiol is below the floor", FINDING),
    Mark(AS_OF - timedelta(days=35), "Joint pain 7 of 10", SYMPTOM),
    Mark(AS_OF - timedelta(days=30), "acknowledged: changed plan", DECISION),
)


def test_findings_symptoms_and_decisions_are_marks_each_with_its_words():
    text = str(chart(plot_of(CASES["one-point"], load_rulebook(), AS_OF, reversed(MARKS))))
    assert re.findall(r'class="(finding-mark|symptom-mark|decision)"', text) == ["finding-mark", "symptom-mark", "decision"]
    assert all(mark.text in text for mark in MARKS)
    assert "Findings, symptoms and decisions" not in drawn("one-point")


@pytest.mark.parametrize("name", CASES)
def test_the_table_tells_all_that_the_drawing_tells(name):
    """Whatever has words of its own in the drawing has a line in the table, with the same words; doses are counted."""
    plot = plot_of(CASES[name], load_rulebook(), AS_OF, MARKS)
    drawing = ET.fromstring(str(chart(plot)))
    told = {title.text for title in drawing.iter("title")} - {drawing[0].text}
    lines = tabulated(plot)
    said = [(line.what, line.text) for line in lines]
    for what, marks in (
        ("Estradiol", plot.estradiol), ("Testosterone", plot.testosterone), ("Treatment", plot.changes), ("Scan", plot.scans),
    ):  # fmt: skip
        assert [text for kind, text in said if kind == what] == [
            mark.text for mark in sorted(marks, key=_when, reverse=True)
        ], what
        assert what == "Treatment" or {mark.text for mark in marks} <= told
    assert {("Finding", MARKS[0].text), ("Symptom", MARKS[1].text), ("Decision", MARKS[2].text)} <= set(said)
    doses = [text for kind, text in said if kind == "Doses"]
    assert doses == (["Anastrozole: 5 logged, 1 skipped"] if name == "assay-switch" else [])


def _when(mark):
    return getattr(mark, "start", None) or getattr(mark, "end", None) or mark.at


@pytest.mark.parametrize("days", [(500, 0), (100, 25), (160, 150), (5, 1)])
def test_a_stretch_shows_what_lies_in_it_and_nothing_else(days):
    start, end = (AS_OF - timedelta(days=ago) for ago in days)
    whole = plot_of(CASES["assay-switch"], load_rulebook(), AS_OF, MARKS)
    part = within(whole, start, end)
    assert part.estradiol == tuple(p for p in whole.estradiol if start <= p.start <= end)
    assert part.happened == tuple(mark for mark in MARKS if start <= mark.at <= end)
    assert all(start <= bar.start <= bar.end <= end for bars in part.bars.values() for bar in bars)
    assert all(start <= floor.start <= floor.end <= end for floor in part.floors)
    held = [bar.text for bar in whole.bars["aromatase_inhibitor"] if bar.start < end and bar.end > start]
    assert [bar.text for bar in part.bars["aromatase_inhibitor"]] == held
    assert all(start <= dose.at <= end for dose in part.doses["aromatase_inhibitor"])


def test_a_stretch_keeps_a_result_of_which_nobody_knows_the_day():
    whole = plot_of(CASES["undated"], load_rulebook(), AS_OF)
    part = within(whole, AS_OF - timedelta(days=5), AS_OF)
    assert [point.start for point in part.estradiol] == [None]


def test_a_result_far_off_is_told_at_the_edge_and_leaves_the_floor_readable():
    tree = ET.fromstring(drawn("outlier"))
    assert [text.text for text in tree.iter("text") if text.get("class") == "off-scale"] == ["1480, off the scale"]
    (floor,) = [line for line in tree.iter("line") if line.get("class") == "floor floor-ms"]
    assert 100 < float(floor.get("y1")) < 140
    assert [len(run.get("points").split()) for run in tree.iter("polyline")] == [2]


def test_the_words_of_a_floor_end_within_the_drawing_where_its_stretch_is_short():
    plot = plot_of(history(labs=(lab("8.4", 6),)), load_rulebook(), AS_OF)
    tree = ET.fromstring(str(chart(plot, start=AS_OF - timedelta(days=700))))
    (text,) = [element for element in tree.iter("text") if "floor-text" in element.get("class", "")]
    assert text.get("class") == "floor-text value-mark"
    assert float(text.get("x")) <= 944
