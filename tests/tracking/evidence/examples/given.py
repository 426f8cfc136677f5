"""A history out of what an example states."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from dateutil.relativedelta import relativedelta

from tests.tracking.domain.build import (
    TODAY,
    anastrozole,
    cypionate,
    day,
    dose,
    fracture,
    lab,
    man,
    moment,
    regimen,
    scan,
    site,
    total_testosterone,
)
from tracking.domain.history import (
    History,
    LabRecord,
    Person,
    RegimenRecord,
    SymptomRecord,
)
from tracking.domain.reported import Precision
from tracking.evidence import load_rulebook

RULEBOOK = load_rulebook()
Given = Mapping[str, str]


def history_for(given: Given) -> History:
    labs: list[Any] = []
    drawn = day(10)
    if "e2" in given:
        more = {"unit": given.get("unit", "pg/mL"), "high": given.get("upper", ""), "typed": "typed" in given}
        labs.append(lab(given["e2"], drawn, method=given.get("method", "lcmsms"), **more))
    if "t" in given:
        on = drawn - timedelta(days=int(given.get("t_days_before", "0")))
        labs.append(total_testosterone(given["t"], on, unit=given.get("t_unit", "ng/dL"), high=given.get("t_upper", "")))
    if "hematocrit" in given:
        labs.append(lab(given["hematocrit"], drawn, analyte="hematocrit", unit=given.get("hematocrit_unit", "%")))
    regimens = _bone_drugs(given)
    if "ai" in given:
        review = TODAY + timedelta(days=int(given["review_in_days"])) if "review_in_days" in given else None
        regimens.append(replace(anastrozole(day(int(given.get("ai_days", "800")))), review_on=review))
    if "testosterone" in given:
        regimens.append(cypionate(day(900), day(5) if given["testosterone"] == "stopped" else None))
    scans = []
    scores = {"t": given.get("t_score"), "z": given.get("z_score")}
    if any(scores.values()):
        scans.append(scan(day(20), site(**scores)))
    if "before" in given:
        scans = [
            scan(day(400), site(bmd=given["before"], lsc=given.get("lsc"))),
            scan(day(20), site(bmd=given["after"], lsc=given.get("lsc"))),
        ]
    labs += [_lab(line) for line in _lines(given, "labs")]
    regimens += [_regimen(line) for line in _lines(given, "drugs")]
    symptoms = [_symptom(line) for line in _lines(given, "symptoms")]
    fractures = [fracture(day(int(given["fracture_days_ago"])))] if "fracture_days_ago" in given else []
    person = Person("America/New_York", TODAY - relativedelta(years=int(given.get("age", "56")), days=40))
    doses = []
    if "denosumab_days_late" in given:
        doses.append(dose("denosumab", day(int(given["denosumab_days_late"])) - relativedelta(months=6), "60"))
    return man(person=person, labs=labs, regimens=regimens, doses=doses, scans=scans, fractures=fractures, symptoms=symptoms)


def _lines(given: Given, name: str) -> list[list[str]]:
    return [line.split() for line in given.get(name, "").split(";") if line.strip()]


def _lab(line: list[str]) -> LabRecord:
    """``calcium 8.5 mg/dL 10``: ten days ago; then, if so, ``fasting`` and the time of day."""
    analyte, value, unit, ago, *rest = line
    at = next((word for word in rest if ":" in word), "08:00")
    record = lab(value, day(int(ago)), analyte=analyte, unit=unit, at=at)
    return replace(record, laboratory="Bell Lab", fasting=True) if "fasting" in rest else record


def _regimen(line: list[str]) -> RegimenRecord:
    """``anastrozole 800 20 0.25``: from 800 until 20 days ago (``-``: open), 0.25 mg twice weekly."""
    drug, starts, *rest = line
    ends = day(int(rest[0])) if rest and rest[0] != "-" else None
    amount = rest[1] if len(rest) > 1 else "0.5"
    return regimen(drug, day(int(starts)), ends, dose=amount)


def _symptom(line: list[str]) -> SymptomRecord:
    """``joint_pain 4 5``: a score of 4, five days ago."""
    code, score, ago = line
    return SymptomRecord(f"{code}-{ago}", code, int(score), moment(day(int(ago)), precision=Precision.DAY))


def _bone_drugs(given: Given) -> list[Any]:
    found = []
    if "denosumab" in given:
        found.append(regimen("denosumab", day(150), day(5) if given["denosumab"] == "stopped" else None, dose="60"))
    if "follow_on" in given:
        found.append(regimen(given["follow_on"], day(5), dose="70"))
    return found
