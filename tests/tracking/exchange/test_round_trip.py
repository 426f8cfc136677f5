"""What goes out comes back in as it was: import(export(x)) == x, for every format that is written."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone

import pytest
from fhir.resources.R4B import get_fhir_model_class
from hypothesis import given, settings
from hypothesis import strategies as st

from tracking.domain.reported import Method, MethodEvidence
from tracking.evidence import load_rulebook
from tracking.exchange.csv_out import write_csv
from tracking.exchange.fhir_out import observation, write_bundle
from tracking.exchange.formats import read_file
from tracking.exchange.incoming import DoseItem, Form, LabItem, RegimenItem, ScanItem, ScanSite
from tracking.exchange.json_file import write_json
from tracking.exchange.own_tables import write_own_table

RULES = load_rulebook()
TODAY = date(2026, 11, 2)
UID = "01a219fd-8459-72c1-b1ac-32f1e72f971f"
DIGITS = st.from_regex(r"[0-9]{1,12}(\.[0-9]{1,9})?", fullmatch=True)
ENDS = st.just("") | DIGITS
# Any text that a person can see; a reader takes off blanks around it.
WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp", "Zs"], include_characters=" "), max_size=40).map(
    lambda text: " ".join(text.split())
)
FIRST, LAST = datetime(1950, 1, 1), datetime(2100, 1, 1)  # noqa: DTZ001  the offset is drawn apart
OFFSETS = st.integers(-11 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
INSTANTS = st.datetimes(FIRST, LAST, timezones=OFFSETS).map(datetime.isoformat)
DAYS = st.dates(FIRST.date(), LAST.date()).map(lambda day: day.isoformat())
MOMENTS = st.one_of(
    st.tuples(INSTANTS, st.just("")),
    st.tuples(INSTANTS, st.just("unknown")),
    st.tuples(DAYS, st.just("")),
    st.tuples(DAYS.map(lambda day: day[:7]), st.just("")),
    st.tuples(DAYS.map(lambda day: day[:4]), st.just("")),
)
ASSAYS = st.just((Method.UNKNOWN, MethodEvidence.NONE)) | st.tuples(
    st.sampled_from([Method.LCMSMS, Method.GCMS, Method.IMMUNOASSAY]),
    st.sampled_from([MethodEvidence.LAB_MESSAGE, MethodEvidence.SELF_DECLARED]),
)


@st.composite
def results(draw: st.DrawFn) -> LabItem:
    analyte = draw(st.sampled_from(sorted(RULES.analytes)))
    (collected_at, precision), (method, evidence) = draw(MOMENTS), draw(ASSAYS)
    return LabItem(
        test=analyte,
        analyte=analyte,
        value=draw(st.sampled_from(["", "<", "<=", ">", ">="])) + draw(DIGITS),
        unit=draw(st.sampled_from(sorted(RULES.analytes[analyte].units))),
        collected_at=collected_at,
        zone=draw(st.sampled_from(["UTC", "Europe/Berlin", "Pacific/Kiritimati"])),
        precision=precision,
        method=method.value,
        method_evidence=evidence.value,
        laboratory=draw(WORDS),
        range_low=draw(ENDS),
        range_high=draw(ENDS),
        lloq=draw(ENDS),
        fasting=draw(st.none() | st.booleans()),
    )


def back(content: bytes, expected: list[LabItem]) -> list[LabItem]:
    """What is read of it, under the test's name that went out: how a source calls a test is its own affair."""
    lines = read_file(content, form=Form(), rulebook=RULES).lines
    assert [line.why for line in lines if line.item is None] == []
    return [replace(line.item, test=one.test) for line, one in zip(lines, expected, strict=True)]


@settings(deadline=None, max_examples=150)
@given(st.lists(results(), min_size=1, max_size=4))
def test_json_comes_back_as_it_went_out(out):
    assert back(write_json(out), out) == out


@settings(deadline=None, max_examples=150)
@given(st.lists(results(), min_size=1, max_size=4))
def test_a_bundle_comes_back_as_it_went_out(out):
    assert back(write_bundle(out, rulebook=RULES, today=TODAY, about=UID), out) == out


@settings(deadline=None, max_examples=150)
@given(st.lists(results(), min_size=1, max_size=4))
def test_a_table_comes_back_as_it_went_out_but_proves_no_method(out):
    declared = [
        one if one.method == Method.UNKNOWN else replace(one, method_evidence=MethodEvidence.SELF_DECLARED.value) for one in out
    ]
    assert back(write_csv(out, rulebook=RULES), out) == declared


ESTRADIOL = LabItem(test="estradiol", analyte="estradiol", value="<5.10", unit="pg/mL", collected_at="2026-03-04")


@pytest.mark.parametrize("name", ["=1+1", "+cmd", "-x", "@sum", "'=1", "''@x"])
def test_no_cell_that_goes_out_is_a_formula(name):
    out = [replace(ESTRADIOL, laboratory=name)]
    content = write_csv(out, rulebook=RULES)
    cells = [cell for row in csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert back(content, out)[0].laboratory == name


def test_digits_go_out_as_they_were_reported():
    assert b'"value":5.10,"comparator":"<"' in write_bundle([ESTRADIOL], rulebook=RULES, today=TODAY, about=UID)


@pytest.mark.parametrize(
    ("changed", "codes"),
    [
        ({}, ["2243-4"]),
        ({"unit": "pmol/L"}, []),
        ({"analyte": "ntx_serum", "unit": "nmol{BCE}/L"}, []),
        ({"analyte": "p1np", "unit": "ug/L", "method": "immunoassay"}, ["77370-5"]),
        ({"analyte": "p1np", "unit": "ug/L", "method": "lcmsms"}, []),
    ],
)
def test_a_code_goes_out_only_where_it_is_sure(changed, codes):
    made = observation(replace(ESTRADIOL, **changed), rulebook=RULES)
    assert [coding["code"] for coding in made["code"]["coding"] if coding["system"] == "http://loinc.org"] == codes


def test_a_declared_method_never_comes_back_as_the_laboratorys():
    declared = replace(ESTRADIOL, method="lcmsms", method_evidence="self_declared")
    for content in (
        write_json([declared]),
        write_bundle([declared], rulebook=RULES, today=TODAY, about=UID),
        write_csv([declared], rulebook=RULES),
    ):
        assert back(content, [declared])[0].method_evidence == "self_declared"


# Numbers in FHIR have no noughts in front; what was written so comes back all the same.
PLAIN = st.from_regex(r"[0-9]{1,6}(\.[0-9]{1,4})?", fullmatch=True)
SCORES = st.just("") | st.from_regex(r"-?[0-9]{1,2}\.[0-9]{1,2}", fullmatch=True)
ZONES = st.sampled_from(["UTC", "Europe/Berlin", "Pacific/Kiritimati"])
DRUGS = st.sampled_from(sorted(RULES.drugs))
UNITS = st.sampled_from(["mg", "ug", "IU"])
AMOUNTS = st.lists(st.from_regex(r"[1-9][0-9]{0,2}(\.[0-9]{1,2})?", fullmatch=True), min_size=2, max_size=2)
SCHEDULES = st.one_of(
    st.sampled_from(["0.25", "3.5", "7", "400"]).map(lambda days: {"kind": "every", "days": days}),
    st.just({"kind": "as_needed"}),
    st.integers(1, 8).map(lambda times: {"kind": "daily", "times": times}),
    st.integers(1, 24).map(lambda months: {"kind": "monthly", "months": months}),
    AMOUNTS.map(lambda amounts: {"kind": "weekdays", "days": ["mon", "thu"], "at": ["08:00"], "amounts": amounts}),
)


@st.composite
def doses(draw: st.DrawFn) -> DoseItem:
    drug, (taken_at, precision) = draw(DRUGS), draw(MOMENTS)
    kind = draw(st.sampled_from(["taken", "skipped", "late", "extra"]))
    about = (
        {}
        if kind == "skipped"
        else {"amount": draw(PLAIN), "unit": draw(UNITS), "site": draw(st.sampled_from(["", "left_thigh"]))}
    )
    return DoseItem(product=drug, drug=drug, kind=kind, taken_at=taken_at, precision=precision, zone=draw(ZONES), **about)


@st.composite
def regimens(draw: st.DrawFn) -> RegimenItem:
    drug, schedule = draw(DRUGS), draw(SCHEDULES)
    first, days = draw(st.dates(FIRST.date(), LAST.date())), draw(st.none() | st.integers(0, 400))
    return RegimenItem(
        product=drug,
        drug=drug,
        dose=max(schedule.get("amounts", [draw(PLAIN)]), key=float),
        unit=draw(UNITS),
        strength=draw(st.just("") | PLAIN),
        schedule=schedule,
        starts_on=first.isoformat(),
        last_day="" if days is None else (first + timedelta(days=days)).isoformat(),
        prescribed=draw(st.booleans()),
        reason=draw(WORDS),
        zone=draw(ZONES),
    )


@st.composite
def scans(draw: st.DrawFn) -> ScanItem:
    regions = draw(
        st.lists(st.sampled_from(["lumbar_spine", "total_hip", "femoral_neck"]), min_size=1, max_size=3, unique=True)
    )
    sites = tuple(
        ScanSite(
            measured=region,
            region=region,
            side=draw(st.sampled_from(["", "left", "right"])),
            vertebrae=draw(st.sampled_from(["", "L1-L4", "L2, L4"])),
            bmd=draw(PLAIN),
            unit=draw(st.sampled_from(["g/cm2", "mg/cm2"])),
            t_score=draw(SCORES),
            z_score=draw(SCORES),
            lsc=draw(st.sampled_from(["", "0.022", "00.022"])),
        )
        for region in regions
    )
    words = {name: draw(WORDS) for name in ("facility", "device", "reference")}
    return ScanItem(scanned_on=draw(DAYS), sites=sites, scanner_changed=draw(st.booleans()), **words)


def read_again(content: bytes) -> list[object]:
    """What is read of it, without what names the source's own places and products."""
    lines = read_file(content, form=Form(), rulebook=RULES).lines
    assert [line.why for line in lines if line.item is None] == []
    return [unnamed(line.item) for line in lines]


def unnamed(item: object) -> object:
    if isinstance(item, LabItem):
        return replace(item, test="")
    return replace(item, parts=()) if isinstance(item, ScanItem) else replace(item, product="")


@settings(deadline=None, max_examples=60)
@given(st.lists(doses(), min_size=1, max_size=3), st.lists(regimens(), max_size=3), st.lists(scans(), max_size=2))
def test_doses_plans_and_scans_come_back_as_they_went_out(taken, planned, scanned):
    out = [*taken, *planned, *scanned]
    ordered = [unnamed(item) for item in (*scanned, *taken, *planned)]
    assert read_again(write_json(out)) == ordered
    by_day = sorted(read_again(write_bundle(out, rulebook=RULES, today=TODAY, about=UID)), key=repr)
    assert by_day == sorted(ordered, key=repr)
    for kind, items in (("dose", taken), ("regimen", planned)):
        if items:
            assert read_again(write_own_table(kind, items)) == [unnamed(item) for item in items]
    for scan in scanned:
        assert read_again(write_own_table("scan", [scan])) == [unnamed(scan)]


def test_a_bundle_that_goes_out_is_fhir_also_where_numbers_had_noughts_in_front():
    """The npm validators hold it too in `make e2e`."""
    site = ScanSite(
        measured="total_hip", region="total_hip", bmd="00.700", unit="g/cm2", t_score="-01.2", z_score="0.1", lsc="00.022"
    )
    plan = {"kind": "weekdays", "days": ["mon", "thu"], "at": ["08:00"], "amounts": ["060", "40"]}
    out = [
        replace(ESTRADIOL, value="<05.10", lloq="02.50", range_low="010", fasting=True, laboratory="Lab"),
        replace(ESTRADIOL, precision="unknown", collected_at="2026-03-04T08:10:00-05:00", zone="UTC", lloq="2.5"),
        DoseItem(product="", drug="anastrozole", kind="late", amount="00.50", taken_at="2026-03-04", zone="UTC"),
        RegimenItem(product="", drug="anastrozole", dose="060", strength="01", schedule=plan, starts_on="2026-03-04"),
        ScanItem(scanned_on="2026-03-04", sites=(site,), facility="Lab", device="D", reference="R", scanner_changed=True),
    ]
    content = write_bundle(out, rulebook=RULES, today=TODAY, about=UID)
    assert content.count(b'"urn:trabecula:as-written"') == 5
    assert get_fhir_model_class("Bundle").model_validate_json(content).get_resource_type() == "Bundle"
    back_again = read_file(content, form=Form(), rulebook=RULES).lines
    assert sorted((unnamed(line.item) for line in back_again), key=repr) == sorted(map(unnamed, out), key=repr)


@pytest.mark.parametrize("kind", ["dose", "regimen", "scan"])
def test_a_table_of_ours_that_was_mended_badly_names_the_row(kind):
    header = write_own_table(kind, []).decode()
    lines = read_file(f"{header}x,y\r\n".encode(), form=Form(), rulebook=RULES).lines
    assert [(line.place, line.item, line.why[0].code) for line in lines] == [("line 2", None, "row-uneven")]
    full = f"{header}{','.join(['x'] * header.count(',') + ['x'])}\r\n"
    (line,) = read_file(full.encode(), form=Form(), rulebook=RULES).lines
    assert line.item is None
