"""Which analyte, assay and drug a source means, and where it is not sure."""

from __future__ import annotations

import pytest

from tracking.domain.reported import Method
from tracking.exchange import names


def test_every_analyte_of_the_rulebook_has_a_name_and_every_name_an_analyte(rulebook):
    assert set(names._NAMES) == set(rulebook.analytes)
    assert set(names._DRUGS) <= set(rulebook.drugs)
    assert {analyte: names.by_name(rule.name) for analyte, rule in rulebook.analytes.items()} == dict(
        zip(rulebook.analytes, rulebook.analytes, strict=True)
    )


@pytest.mark.parametrize("code", ["2243-4", "35384-7", "72873-3"])
def test_no_loinc_shows_mass_spectrometry(rulebook, code):
    assert names.method_of_code([code], rulebook) is Method.UNKNOWN


def test_a_loinc_by_immunoassay_shows_immunoassay(rulebook):
    assert names.method_of_code(["83096-8"], rulebook) is Method.IMMUNOASSAY


def test_a_code_of_which_the_rulebook_is_not_sure_stands_for_nothing(rulebook):
    assert names.analyte_of(["21215-9"], [""], rulebook) == ""
    assert names.analyte_of(["35384-7"], [""], rulebook) == "estradiol"


def test_codes_and_names_that_disagree_stand_for_nothing(rulebook):
    assert names.analyte_of(["2243-4", "2986-8"], ["Estradiol"], rulebook) == ""
    assert names.analyte_of(["2243-4"], ["Testosterone"], rulebook) == ""
    assert names.analyte_of(["2243-4"], ["Oestradiol, special"], rulebook) == "estradiol"


@pytest.mark.parametrize(
    ("text", "method"),
    [
        ("ESTRADIOL,ULTRASENSITIVE, LC/MS", Method.LCMSMS),
        ("Liquid chromatography tandem mass spectrometry", Method.LCMSMS),
        ("LC-MS/MS", Method.LCMSMS),
        ("GC-MS", Method.GCMS),
        ("Electrochemiluminescence (ECLIA)", Method.IMMUNOASSAY),
        ("LC-MS/MS, confirmed by immunoassay", Method.UNKNOWN),
        ("Calculation", Method.UNKNOWN),
    ],
)
def test_a_method_is_what_the_text_names_and_none_where_it_names_two(text, method):
    assert names.method_of(text) is method


@pytest.mark.parametrize(
    ("codes", "name", "drug"),
    [
        (["199224"], "", "anastrozole"),
        ([], "Arimidex 1 mg tablet", "anastrozole"),
        ([], "testosterone cypionate 200 MG/ML Injectable Solution", "testosterone_cypionate"),
        ([], "Xyosted (testosterone enanthate)", "testosterone_enanthate_sc"),
        ([], "testosterone", ""),
        ([], "anastrozole and letrozole", ""),
        ([], "metformin", ""),
    ],
)
def test_a_drug_is_known_by_code_or_whole_name(rulebook, codes, name, drug):
    assert names.drug_of(codes, [name], rulebook) == drug
