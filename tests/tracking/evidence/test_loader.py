"""A rulebook that is not whole is refused, and the message says where and what."""

from __future__ import annotations

import copy
import tomllib
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import tracking.evidence
from tracking.evidence import EvidenceError, load_rulebook
from tracking.evidence.loader import FILES, build, content_digest

HERE = Path(tracking.evidence.__file__).parent
Content = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def parsed() -> Content:
    texts = {name: (HERE / f"{name}.toml").read_text(encoding="utf-8") for name in FILES}
    return {name: tomllib.loads(text, parse_float=Decimal) for name, text in texts.items()}


@pytest.fixture
def content(parsed: Content) -> Content:
    return copy.deepcopy(parsed)


def test_the_rules_of_this_release_load() -> None:
    rulebook = load_rulebook()
    assert rulebook.version.startswith("2026.1+")
    assert rulebook.digest.startswith(rulebook.version.partition("+")[2])
    assert load_rulebook() is rulebook


def test_the_same_content_has_the_same_version_whatever_order_and_layout(content: Content) -> None:
    turned = {name: dict(reversed(list(content[name].items()))) for name in reversed(FILES)}
    turned["estradiol"]["assay"]["reason"] = turned["estradiol"]["assay"]["reason"].replace(" ", "\n   ")
    assert build(turned).version == load_rulebook().version


def test_one_changed_figure_changes_the_version(content: Content) -> None:
    content["estradiol"]["coarse"]["percent"] = 6
    assert build(content).version != load_rulebook().version


def test_a_number_counts_by_its_value_not_by_its_zeros(content: Content) -> None:
    before = content_digest(content)
    content["estradiol"]["coarse"]["percent"] = Decimal("5.0")
    assert content_digest(content) == before


def _without(file: str, rule: str, field: str) -> Callable[[Content], None]:
    return lambda content: content[file][rule].pop(field)


def _set(file: str, rule: str, field: str, value: Any) -> Callable[[Content], None]:
    return lambda content: content[file][rule].__setitem__(field, value)


def _band(number: int, **ends: Any) -> Callable[[Content], None]:
    return lambda content: content["estradiol"]["mass_spectrometry"]["bands"][number].update(ends)


def _kinetics(**figures: Any) -> Callable[[Content], None]:
    return lambda content: content["timing"]["esters"]["cypionate_im"]["published"][0].update(figures)


BROKEN: dict[str, tuple[Callable[[Content], Any], str]] = {
    "a dose in a unit that nothing is dosed in": (
        _set("drugs", "hcg", "units", {"IU": 1, "pinch": 2}),
        "drug.hcg: units among",
    ),
    "a dose unit without its ratio": (_set("drugs", "hcg", "units", {"IU": 2}), "drug.hcg: units among"),
    "a route of no drug": (
        lambda content: content["dosing"]["routes"]["gel"].__setitem__("drugs", ["ointment"]),
        "dosing.route.gel: ointment is no drug",
    ),
    "a site named twice": (
        lambda content: content["dosing"]["routes"]["gel"].__setitem__("sites", ["abdomen", "abdomen"]),
        "dosing.route.gel: its sites are named once each",
    ),
    "a day that ends before it begins": (_set("dosing", "usual_times", "last", "07:00"), "the first time of day lies before"),
    "no reason": (_without("estradiol", "coarse", "reason"), r"estradiol.toml \[coarse\]: the rule does not state a reason"),
    "an empty reason": (_set("estradiol", "coarse", "reason", ""), "does not state a reason"),
    "no source": (_set("estradiol", "coarse", "sources", []), "does not state a source"),
    "no checker": (_without("drugs", "anastrozole", "checked_by"), r"\[anastrozole\]: the rule does not state who checked it"),
    "no review date": (
        _without("findings_estradiol", "e2_critical_on_ai", "next_review"),
        "does not state a date of next review",
    ),
    "no example": (_set("monitoring", "blind", "examples", []), "does not state a boundary example"),
    "not said whether verified": (_without("bone", "score", "verified"), "does not say whether it is verified"),
    "no scope": (lambda c: c["rulebook"].pop("scope"), r"\[scope\]: a rule is a table"),
    "no label": (lambda c: c["rulebook"].pop("label"), "no label"),
    "a missing file": (lambda c: c.pop("bone"), "missing file bone.toml"),
    "a missing rule": (lambda c: c["estradiol"].pop("coarse"), "estradiol.toml: missing rule coarse"),
    "an unknown rule": (lambda c: c["estradiol"].update(wish={}), "estradiol.toml: unknown rule wish"),
    "a missing field": (_without("estradiol", "staleness", "cap_months"), "missing cap_months"),
    "an unknown field": (_set("estradiol", "staleness", "cap_weeks", 3), "unknown field cap_weeks"),
    "an unknown source": (_set("estradiol", "coarse", "sources", ["hearsay"]), "estradiol.coarse: unknown source hearsay"),
    "a verified rule without a verified source": (
        _set("sources", "endocrine-society-2018", "verified", False),
        "verified, and none of its sources is",
    ),
    "an unknown unit": (
        _set("testosterone", "low", "unit", "pg/mL"),
        "testosterone.low: unknown unit pg/mL for testosterone_total",
    ),
    "an unknown canonical unit": (_set("analytes", "shbg", "unit", "ug/dL"), "analyte.shbg: unknown unit ug/dL"),
    "an unknown unit that may be in question": (
        lambda c: c["estradiol"]["unit_question"]["on_ai_from"].update({"pg/dL": 3500}),
        "estradiol.unit_question: unknown unit pg/dL for estradiol",
    ),
    "an unknown unit of a spelling": (
        _set("analytes", "shbg", "spellings", {"x": "ug/dL"}),
        "unknown unit ug/dL for the spelling x",
    ),
    "a spelling with capitals": (_set("analytes", "shbg", "spellings", {"nmol/L": "nmol/L"}), "to be in lower case"),
    "an unknown unit of a LOINC": (lambda c: c["analytes"]["shbg"]["loinc"][0].update(unit="g/L"), "unknown unit g/L of LOINC"),
    "an unsure LOINC": (lambda c: c["analytes"]["shbg"]["loinc"][0].update(sure="quite"), "sure to quite"),
    "a ratio of a flag": (_set("analytes", "shbg", "units", {"nmol/L": True}), "expected a ratio"),
    "a rule that is no table": (lambda c: c["estradiol"].update(coarse=5), "a rule is a table"),
    "a threshold for no analyte's unit": (
        _set("estradiol", "high_review", "unit", "mg/dL"),
        "unknown unit mg/dL for estradiol",
    ),
    "a canonical ratio that is not 1": (
        _set("analytes", "shbg", "units", {"nmol/L": 2}),
        "the ratio of the canonical unit is 1",
    ),
    "a ratio of zero": (_set("analytes", "shbg", "units", {"nmol/L": 0}), "a conversion ratio is positive"),
    "a ratio that is none": (_set("analytes", "shbg", "units", {"nmol/L": "1/0"}), "expected a ratio"),
    "an unreadable ratio": (_set("analytes", "shbg", "units", {"nmol/L": "1/2/3"}), "expected a ratio"),
    "an unknown analyte": (_set("safety", "hematocrit_high", "analyte", "haematocrit"), "unknown analyte haematocrit"),
    "no estradiol": (lambda c: c["analytes"].pop("estradiol"), "estradiol"),
    "overlapping bands": (_band(1, end=Decimal("16.5")), "bands below_floor and borderline overlap"),
    "gapped bands": (_band(1, end=Decimal("15.5")), "gap between bands below_floor and borderline"),
    "a gap below": (_band(0, start=1), "gap below the first band"),
    "a gap above": (_band(4, end=100), "gap above the last band"),
    "an endless band in the middle": (lambda c: c["estradiol"]["other"]["bands"][1].pop("end"), "overlap"),
    "an empty band": (lambda c: (_band(1, end=10)(c), _band(2, start=10)(c)), "band below_floor is empty"),
    "bands out of order": (lambda c: c["estradiol"]["other"]["bands"].reverse(), "in this order"),
    "an unknown operator": (_set("estradiol", "other", "critical_operator", ">"), "the critical operator is < or <="),
    "two critical figures": (
        lambda c: (c["estradiol"]["other"]["bands"][0].update(end=11), c["estradiol"]["other"]["bands"][1].update(start=11)),
        "critical is one figure",
    ),
    "an unknown tier": (_band(0, tier="awful"), "'awful' is none of critical"),
    "an unknown drug class": (_set("drugs", "anastrozole", "drug_class", "serm"), "unknown drug class serm"),
    "a window out of order": (
        lambda c: c["drugs"]["anastrozole"]["rechecks"][0].update(due_days=20),
        "the window of recheck main is out of order",
    ),
    "a drug without a recheck": (_set("drugs", "anastrozole", "rechecks", []), "the first recheck is main"),
    "a co-medication that bears on nothing": (_set("drugs", "biotin", "bears_on", []), "says what it bears on"),
    "a drug that bears on nothing known": (_set("drugs", "biotin", "bears_on", ["mood"]), "bears on mood, which is none of"),
    "a recheck of nothing known": (
        lambda c: c["drugs"]["anastrozole"]["rechecks"][0].update(needs=["mood"]),
        "unknown analyte mood",
    ),
    "limits inside out": (_set("analytes", "shbg", "confirm", {"low": 5, "high": 900}), "not inside the hard limits"),
    "a rate that is not of the half-life": (
        _kinetics(k_slow=Decimal("0.0868")),
        "label: k_slow is not ln 2 over the half-life",
    ),
    "rates that do not peak in time": (_kinetics(tmax_days=Decimal("3.1")), "the two rates do not peak at tmax_days"),
    "rates in the wrong order": (_kinetics(k_fast=Decimal("0.08")), "k_slow is above 0 and below k_fast"),
    "an ester without figures": (lambda c: c["timing"]["esters"]["cypionate_im"].update(published=[]), "no published figures"),
    "a curve of no testosterone": (
        lambda c: c["timing"]["esters"]["cypionate_im"].update(drugs=["anastrozole"]),
        "timing.ester.cypionate_im: anastrozole is no testosterone",
    ),
    "two curves of one product": (
        lambda c: c["timing"]["esters"]["enanthate_im"].update(drugs=["testosterone_cypionate"]),
        "another rule names testosterone_cypionate too",
    ),
    "a time of draw in days": (
        lambda c: c["timing"]["draw_times"]["gel"].update(unit="days"),
        "timing.draw_time.gel: a time of draw is in hours or percent",
    ),
    "a time of draw out of order": (
        lambda c: c["timing"]["draw_times"]["gel"].update(low=9),
        "the time of draw is out of order",
    ),
    "a number in words": (_set("estradiol", "staleness", "cap_months", "nine"), "expected a whole number"),
    "a flag in words": (_set("estradiol", "staleness", "verified", "yes"), "expected true or false"),
    "a figure in words": (_set("estradiol", "coarse", "percent", "five"), "expected a number"),
    "a text in numbers": (_set("estradiol", "coarse", "reason", 5), "expected text"),
    "a review date with a time of day": (
        _set("estradiol", "coarse", "next_review", datetime(2027, 5, 1, tzinfo=UTC)),
        r"estradiol.toml \[coarse\] next_review: expected a date",
    ),
    "an empty checker": (_set("safety", "hematocrit_high", "checked_by", ""), "does not state who checked it"),
    "no source in a finding": (
        _without("findings_bone", "osteoporosis_on_ai", "sources"),
        r"findings_bone.toml \[osteoporosis_on_ai\]: the rule does not state a source",
    ),
    "a source that nobody knows beside one that is known": (
        _set("bone", "classes", "sources", ["iscd-2019", "hearsay"]),
        "bone.classes: unknown source hearsay",
    ),
    "an unknown unit of an override": (
        _set("estradiol", "override", "unit", "ng/dL"),
        "estradiol.override: unknown unit ng/dL for estradiol",
    ),
    "an unknown unit of bands": (_set("estradiol", "other", "unit", "mg"), "estradiol.other: unknown unit mg for estradiol"),
    "phases that overlap": (_set("timing", "phase", "early_percent", 60), "timing.phase: the phases overlap"),
    "a phase without room": (_set("timing", "phase", "late_percent", 100), "timing.phase: the phases overlap"),
    "a date in words": (_set("estradiol", "coarse", "next_review", "soon"), "expected a date"),
    "a list that is none": (_set("estradiol", "coarse", "sources", "decision"), "expected a list"),
    "a table that is none": (_set("estradiol", "override", "examples", ["x"]), "expected a table"),
    "a mapping that is none": (_set("monitoring", "resend", "days", 7), "expected a table"),
    "a sentence that does not close": (_set("words", "note", "stale", "{oops"), "words.note.stale"),
    "a tier's name to the man": (_set("words", "man", "very_low", "Yours is critical."), "the man is never told 'critical'"),
    "a judgement to the man": (
        _set("findings_therapy", "testosterone_low", "man", "You are safe."),
        "the man is never told 'safe'",
    ),
}


@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_rulebook_is_refused_with_what_is_wrong(content: Content, broken: str) -> None:
    harm, message = BROKEN[broken]
    harm(content)
    with pytest.raises(EvidenceError, match=message):
        build(content)


def test_a_directory_without_the_files_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match=r"missing file rulebook.toml"):
        load_rulebook(tmp_path)


def test_a_file_that_is_not_toml_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "rulebook.toml").write_text("label = ")
    with pytest.raises(EvidenceError, match=r"rulebook.toml: "):
        load_rulebook(tmp_path)


def test_loinc_codes_have_a_valid_check_digit() -> None:
    for analyte in load_rulebook().analytes.values():
        for loinc in analyte.loinc:
            body, _, digit = loinc.code.partition("-")
            doubled = [int(d) * (2 if place % 2 == 0 else 1) for place, d in enumerate(reversed(body))]
            assert (10 - sum(n // 10 + n % 10 for n in doubled) % 10) % 10 == int(digit), loinc.code


def test_no_loinc_code_stands_for_two_analytes() -> None:
    codes = [loinc.code for analyte in load_rulebook().analytes.values() for loinc in analyte.loinc]
    assert len(codes) == len(set(codes))
