"""What is typed in: tiers, floors, units, and the limits of what is taken."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from tests.tracking.domain.build import (
    NOW,
    TODAY,
    anastrozole,
    day,
    lab,
    man,
    site,
)
from tests.tracking.evidence.examples.given import RULEBOOK, Given
from tracking.domain.checkin import check_item
from tracking.domain.entry import EntryCheck, check_dose, check_entry, check_floor, check_interval, check_site
from tracking.domain.estradiol import read_result
from tracking.domain.evaluate import gather
from tracking.domain.floors import floor_for
from tracking.domain.lifestyle import check_amount, measure, read_amount
from tracking.domain.problems import Problem
from tracking.domain.reported import Assay, Method, MethodEvidence, parse_value
from tracking.domain.schedule import Schedule
from tracking.domain.units import convert, rounded


def _outcome(check: EntryCheck) -> str:
    if check.refused:
        return "refused"
    if check.staff_only:
        return "staff_only"
    return "confirm" if check.confirm else "accepted"


def run_tier(given: Given) -> str:
    more = {"method": given["method"], "evidence": given["evidence"], "unit": given["unit"], "high": given.get("upper", "")}
    return read_result(lab(given["value"], TODAY, **more), RULEBOOK).tier


def run_floor(given: Given) -> str:
    assay = Assay(Method(given["method"]), MethodEvidence(given["evidence"]))
    return str(floor_for(assay, RULEBOOK).pg_ml)


def run_note(given: Given) -> str:
    more = {"method": given.get("method", "lcmsms"), "evidence": given.get("evidence", "lab_message")}
    labs = [lab(given["value"], TODAY, key="e2", **more)]
    if "crp" in given:
        labs.append(lab(given["crp"], TODAY, analyte="crp", unit="mg/L"))
    notes = gather(man(labs=labs), RULEBOOK, NOW).readings["e2"].notes
    return "present" if given["note"] in notes else "absent"


def run_entry(given: Given) -> str:
    try:
        return _outcome(check_entry(given["analyte"], parse_value(given["value"], given["unit"]), RULEBOOK))
    except Problem as refused:
        return refused.issues[0].code


def run_convert(given: Given) -> str:
    rule = RULEBOOK.analytes[given["analyte"]]
    return str(rounded(convert(Decimal(given["value"]), rule, given["from"], given["to"]), int(given["decimals"])))


def run_floor_entry(given: Given) -> str:
    return _outcome(check_floor(Decimal(given["value"]), None, TODAY, RULEBOOK))


def run_floor_until(given: Given) -> str:
    set_on, expires_on = (date.fromisoformat(given[name]) for name in ("set", "expires"))
    return _outcome(check_floor(Decimal(20), expires_on, set_on, RULEBOOK))


def run_dose(given: Given) -> str:
    if "dose" in given:
        return _outcome(check_dose(given["drug"], Decimal(given["dose"]), RULEBOOK))
    # In eight equal parts, so that no single limit is met before the weekly one.
    schedule = Schedule("every", days=Decimal("0.875"))
    return _outcome(check_dose(given["drug"], Decimal(given["weekly"]) / 8, RULEBOOK, schedule=schedule))


def run_site_entry(given: Given) -> str:
    return _outcome(check_site(site(given["region"], given["bmd"], t=given.get("t"), z=given.get("z")), RULEBOOK))


def run_least_age(given: Given) -> str:
    return str(RULEBOOK.scope.least_age)


def run_risk_factor(given: Given) -> str:
    return "accepted" if given["code"] in RULEBOOK.bone.risk_factors.names else "refused"


def run_unit(given: Given) -> str:
    labs = [lab(given["before"], day(40), key="before")] if "before" in given else []
    labs.append(lab(given["value"], day(5), unit=given.get("unit", "pg/mL"), high=given.get("upper", ""), typed=True, key="e2"))
    regimens = [anastrozole(day(800))] if "ai" in given else []
    question = gather(man(labs=labs, regimens=regimens), RULEBOOK, NOW).readings["e2"].question
    return "stands" if question is None else ", ".join(question.signs)


def run_check_in(given: Given) -> str:
    try:
        check_item(given["code"], int(given["score"]), RULEBOOK)
    except Problem as refused:
        return refused.issues[0].code
    return "accepted"


def run_lifestyle(given: Given) -> str:
    rule = measure(given["measure"], RULEBOOK)
    return _outcome(check_amount(read_amount(given["value"], rule.unit, rule), rule))


def run_interval(given: Given) -> str:
    return _outcome(check_interval(given["kind"], int(given["months"]), TODAY, TODAY, RULEBOOK))
