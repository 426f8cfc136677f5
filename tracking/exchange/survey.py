"""The published survey of US men (data/README.md) as one draw per man."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from tracking.domain.problems import problem
from tracking.domain.reported import Method

SOURCE = "NHANES 2013-2014"
# The cycle ended then; on which day a man was drawn is not published.
DRAWN_BY = "2014-12-31T23:59:00+00:00"


@dataclass(frozen=True, slots=True)
class SurveyLab:
    """One analyte, its value as published, and the method that the survey's documentation states."""

    analyte: str
    value: str
    unit: str
    method: Method


@dataclass(frozen=True, slots=True)
class SurveyMan:
    """One respondent. ``facts`` keeps the columns that are no lab results, in the file's own words.

    ``uses``: the drugs of the rulebook that he takes by the file. It says neither how much nor since when.
    """

    key: str
    labs: tuple[SurveyLab, ...]
    facts: Mapping[str, str]
    uses: tuple[str, ...] = ()


_LABS = {
    "estradiol_pg_ml": ("estradiol", "pg/mL", Method.LCMSMS),
    "testosterone_ng_dl": ("testosterone_total", "ng/dL", Method.LCMSMS),
    "shbg_nmol_l": ("shbg", "nmol/L", Method.IMMUNOASSAY),
    "vitamin_d_nmol_l": ("vitamin_d_25oh", "nmol/L", Method.UNKNOWN),
    "albumin_g_dl": ("albumin", "g/dL", Method.UNKNOWN),
    "calcium_mg_dl": ("calcium", "mg/dL", Method.UNKNOWN),
    "creatinine_mg_dl": ("creatinine", "mg/dL", Method.UNKNOWN),
}
# Columns that name one drug. Testosterone is of any product there, and stays a fact.
_DRUGS = {"takes_anastrozole": "anastrozole", "takes_finasteride": "finasteride", "takes_alendronate": "alendronate"}
_FACTS = (
    "age_years",
    "bmi_kg_m2",
    "takes_testosterone",
    "takes_anastrozole",
    "takes_finasteride",
    "takes_alendronate",
    "takes_gnrh_or_antiandrogen",
)


def read_survey(lines: Iterable[str]) -> Iterator[SurveyMan]:
    """The men of the file, in its order; empty cells are what was not measured.

    Raises :class:`Problem` naming the columns that are missing, before anything is read.
    """
    reader = csv.DictReader(lines)
    missing = [name for name in ("id", *_LABS, *_FACTS) if name not in (reader.fieldnames or ())]
    if missing:
        raise problem("", "columns-missing", "This is not the survey file: it lacks {columns}.", columns=", ".join(missing))
    for row in reader:
        yield SurveyMan(
            key=row["id"],
            labs=tuple(
                SurveyLab(analyte, row[column], unit, method)
                for column, (analyte, unit, method) in _LABS.items()
                if row[column]
            ),
            facts={name: row[name] for name in _FACTS if row[name]},
            uses=tuple(drug for column, drug in _DRUGS.items() if row[column] == "1"),
        )
