"""The survey's men as Observations, their digits untouched."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from tracking.domain.reported import Method
from tracking.exchange.survey import DRAWN_BY, SurveyLab, SurveyMan, read_survey

FILE = Path(__file__).parents[3] / "data" / "nhanes_2013_2014_men.csv"
_NAMES = {"testosterone_total": "Testosterone, total", "vitamin_d_25oh": "25-OH vitamin D"}
_METHODS = {Method.LCMSMS: "LC-MS/MS", Method.IMMUNOASSAY: "Immunoassay"}


def everybody() -> list[SurveyMan]:
    return list(read_survey(FILE.read_text(encoding="utf-8").splitlines()))


def as_bundle(men: Iterable[SurveyMan]) -> bytes:
    """One Bundle of every result; the numbers are written as the survey has them."""
    entries = ",".join(f'{{"resource":{_observation(man, lab)}}}' for man in men for lab in man.labs)
    return f'{{"resourceType":"Bundle","type":"collection","entry":[{entries}]}}'.encode()


def as_table(men: Iterable[SurveyMan]) -> bytes:
    """The lines of the published file for these men."""
    header, *rows = FILE.read_text(encoding="utf-8").splitlines()
    keys = {man.key for man in men}
    return "\n".join([header, *(row for row in rows if row.partition(",")[0] in keys)]).encode()


def _observation(man: SurveyMan, lab: SurveyLab) -> str:
    digits = lab.value.removeprefix("<")
    comparator = '"comparator":"<",' if lab.value.startswith("<") else ""
    quantity = f'{{{comparator}"value":{digits},"system":"http://unitsofmeasure.org","code":"{lab.unit}","unit":"{lab.unit}"}}'
    method = f'"method":{{"text":"{_METHODS[lab.method]}"}},' if lab.method in _METHODS else ""
    name = _NAMES.get(lab.analyte, lab.analyte)
    return (
        f'{{"resourceType":"Observation","status":"final","code":{{"text":"{name}"}},"subject":{{"reference":"Patient/{man.key}"}},'
        f'{method}"issued":"{DRAWN_BY}","valueQuantity":{quantity}}}'
    )
