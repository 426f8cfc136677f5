"""Every boundary example of every rule is run through the code that the rule governs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from dateutil.relativedelta import relativedelta

from tests.tracking.domain.build import (
    NOW,
    TODAY,
    ZONE,
    anastrozole,
    cypionate,
    day,
    dose,
    fracture,
    lab,
    man,
    pair,
    scan,
    site,
    total_testosterone,
)
from tracking.domain.bone import bone_of
from tracking.domain.dexa_plan import is_baseline
from tracking.domain.due import DueItem
from tracking.domain.entry import EntryCheck, check_dose, check_entry, check_floor, check_site
from tracking.domain.estradiol import floor_for, read_result
from tracking.domain.evaluate import evaluate, gather
from tracking.domain.history import History, Person, RiskFactorRecord
from tracking.domain.problems import Problem
from tracking.domain.reported import Assay, Method, MethodEvidence, Moment, Precision, parse_value
from tracking.domain.rulebook import Rule
from tracking.domain.schedule import Schedule
from tracking.domain.timeline import read_timeline
from tracking.domain.units import convert, rounded
from tracking.evidence import load_rulebook

RULEBOOK = load_rulebook()
Given = Mapping[str, str]


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


def run_dose(given: Given) -> str:
    if "dose" in given:
        return _outcome(check_dose(given["drug"], Decimal(given["dose"]), RULEBOOK))
    # In eight equal parts, so that no single limit is met before the weekly one.
    schedule = Schedule("every", days=Decimal("0.875"))
    return _outcome(check_dose(given["drug"], Decimal(given["weekly"]) / 8, RULEBOOK, schedule=schedule))


def run_site_entry(given: Given) -> str:
    return _outcome(check_site(site(given["region"], given["bmd"], t=given.get("t"), z=given.get("z")), RULEBOOK))


def run_recheck(given: Given) -> str:
    recheck = next(r for r in RULEBOOK.drugs[given["drug"]].rechecks if r.name == given["name"])
    return (
        f"opens +{recheck.opens_days}, due +{recheck.due_days}, overdue +{recheck.overdue_days}, "
        f"draw from +{recheck.earliest_draw_days}"
    )


def run_state(given: Given) -> str:
    # An exact count of days straddles the month arithmetic: 6 months and 30 days before 2 November is 3 April.
    drawn = day(int(given["age_days"]))
    regimens = [anastrozole(date(2020, 1, 1))] if given["ai"] == "years" else []
    return evaluate(man(labs=[lab("26", drawn)], regimens=regimens), RULEBOOK, NOW).verdict.state


def _history_for(given: Given) -> History:
    labs: list[Any] = []
    drawn = day(10)
    if "e2" in given:
        labs.append(lab(given["e2"], drawn, method=given.get("method", "lcmsms")))
    if "t" in given:
        on = drawn - timedelta(days=int(given.get("t_days_before", "0")))
        labs.append(total_testosterone(given["t"], on, unit=given.get("t_unit", "ng/dL"), high=given.get("t_upper", "")))
    if "hematocrit" in given:
        labs.append(lab(given["hematocrit"], drawn, analyte="hematocrit", unit=given.get("hematocrit_unit", "%")))
    regimens = []
    if "ai" in given:
        regimens.append(anastrozole(day(int(given.get("ai_days", "800")))))
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
    fractures = [fracture(day(int(given["fracture_days_ago"])))] if "fracture_days_ago" in given else []
    person = Person("America/New_York", TODAY - relativedelta(years=int(given.get("age", "56")), days=40))
    return man(person=person, labs=labs, regimens=regimens, scans=scans, fractures=fractures)


def run_finding(given: Given) -> str:
    found = {f.code: f.priority for f in evaluate(_history_for(given), RULEBOOK, NOW).findings}
    return found.get(given["finding"], "absent")


def run_fracture(given: Given) -> str:
    return run_finding({"ai": "anastrozole", "fracture_days_ago": given["days_ago"], "finding": "fracture_on_ai"})


def run_blind(given: Given) -> str:
    return run_finding({"ai": "anastrozole", "ai_days": given["since_start_days"], "finding": "no_current_e2_on_ai"})


def run_no_baseline(given: Given) -> str:
    return run_finding({"ai": "anastrozole", "ai_days": given["since_start_days"], "finding": "dexa_baseline_overdue"})


def run_baseline(given: Given) -> str:
    valid = is_baseline(date.fromisoformat(given["scan"]), date.fromisoformat(given["ai_start"]), RULEBOOK)
    return "valid" if valid else "not valid"


def _due(history: History, reason: str) -> DueItem | None:
    return next((i for i in evaluate(history, RULEBOOK, NOW).open_items if i.reason == reason), None)


def run_next_lab(given: Given) -> str:
    starts = {"months": day(200), "years": day(800), "none": None}[given["ai"]]
    regimens = [cypionate(date(2020, 1, 1)), *([anastrozole(starts)] if starts else [])]
    item = _due(man(labs=pair("26", day(10)), regimens=regimens), "routine")
    assert item is not None
    assert item.due_on == day(10) + relativedelta(months=int(item.params["months"]))
    return f"{item.params['months']} months"


def run_overdue(given: Given) -> str:
    item = _due(man(regimens=[anastrozole(day(20))]), "recheck")
    assert item is not None
    return "yes" if item.is_overdue(item.due_on + timedelta(days=int(given["days_after_due"]))) else "no"


def run_repeat(given: Given) -> str:
    item = _due(man(labs=pair(given["e2"], day(10)), regimens=[anastrozole(day(100))]), "repeat")
    return "none" if item is None else f"+{(item.due_on - day(10)).days}"


def run_exposure(given: Given) -> str:
    stop = day(100)
    regimens = [anastrozole(day(400), stop), anastrozole(stop + timedelta(days=int(given["gap_days"])))]
    since = evaluate(man(regimens=regimens), RULEBOOK, NOW).context.ai_since
    return "continued" if since == day(400) else "new"


def run_next_scan(given: Given) -> str:
    start = date(2024, 1, 10)
    scans = [scan(start, key="baseline")]
    if "year-1" in given["scans"]:
        scans.append(scan(date(2025, 1, 20), key="year-1"))
    factors = [RiskFactorRecord(str(n), f"factor {n}", None, None) for n in range(int(given.get("risk_factors", "0")))]
    history = man(regimens=[anastrozole(start)], scans=scans, risk_factors=factors)
    item = next(i for i in evaluate(history, RULEBOOK, NOW).open_items if i.kind == "dexa")
    since = start if item.reason == "dexa_first_follow_up" else scans[-1].scanned_on
    passed = relativedelta(item.due_on, since)
    return f"{passed.years * 12 + passed.months} months after {'start' if since == start else 'scan'}"


def run_after_stop(given: Given) -> str:
    stop = day(100)
    labs = [lab("12" if given["ever_below"] == "yes" else "26", day(200))]
    item = _due(man(labs=labs, regimens=[anastrozole(day(800), stop)]), "dexa_after_stop")
    if item is None:
        return "none"
    ends = (relativedelta(end, stop) for end in (item.due_on, item.overdue_on))
    return " to ".join(str(end.years * 12 + end.months) for end in ends) + " months"


def run_resend(given: Given) -> str:
    return str(RULEBOOK.monitoring.resend.days[given["kind"]])


def run_bone_class(given: Given) -> str:
    person = Person("America/New_York", TODAY - relativedelta(years=int(given["age"]), days=40))
    one = scan(day(1), site(t=given.get("t"), z=given.get("z")), reference=given.get("reference", "NHANES III"))
    return bone_of(read_timeline(man(person=person, scans=[one]), RULEBOOK, NOW), RULEBOOK).scans[0].bone_class


def run_bone_change(given: Given) -> str:
    region = given.get("region", "lumbar_spine")
    scans = [scan(day(d), site(region, given[name], lsc=given.get("lsc"))) for name, d in (("before", 400), ("after", 10))]
    (change,) = bone_of(read_timeline(man(scans=scans), RULEBOOK, NOW), RULEBOOK).changes
    return change.verdict


def run_spine_alone(given: Given) -> str:
    person = Person("America/New_York", TODAY - relativedelta(years=int(given["age"]), days=40))
    history = man(person=person, scans=[scan(day(1), site("lumbar_spine", t="-1.2"))])
    (read,) = bone_of(read_timeline(history, RULEBOOK, NOW), RULEBOOK).scans
    return "present" if "spine_alone" in read.notes else "absent"


def run_days_below(given: Given) -> str:
    labs = [lab(given["e2"], day(int(given[name]))) for name in ("first_days_ago", "last_days_ago")]
    year = gather(man(labs=labs), RULEBOOK, NOW).series.days_below[-1]
    return f"{year.known} known"


def _lab_of(said: str, on: date, **more: Any) -> Any:
    """``lcmsms 12.0`` as a result by a shown method."""
    method, text = said.split()
    return lab(text, on, method=method, **more)


def run_verdict_after(given: Given) -> str:
    labs = [_lab_of(given["first"], day(40), key=given["first"]), _lab_of(given["second"], day(5), key=given["second"])]
    verdict = gather(man(labs=labs), RULEBOOK, NOW).verdict
    return f"{verdict.word}, on {verdict.reading}"


def run_trend(given: Given) -> str:
    labs = [lab("24.0", day(number * int(given["every_days"])), key=str(number)) for number in range(int(given["points"]))]
    (segment,) = gather(man(labs=labs), RULEBOOK, NOW).series.segments
    return "given" if segment.trend else "none"


def run_days_note(given: Given) -> str:
    labs = [lab("12.0", day(int(given[name]))) for name in ("first_days_ago", "last_days_ago")]
    (finding,) = evaluate(man(labs=labs), RULEBOOK, NOW).findings
    return "present" if "days_below" in finding.note_codes else "absent"


def _two(given: Given) -> History:
    return man(labs=[lab(given["one"], day(5 + int(given["days"])), key="one"), lab(given["other"], day(5), key="other")])


def run_disagree(given: Given) -> str:
    return "disagree" if gather(_two(given), RULEBOOK, NOW).series.disagreements else "agree"


def run_labs_disagree(given: Given) -> str:
    found = {f.code: f.priority for f in evaluate(_two(given), RULEBOOK, NOW).findings}
    return found.get("labs_disagree", "absent")


def run_confirmation(given: Given) -> str:
    labs = [lab("12.0", day(5 + int(given["days_apart"]))), lab("12.0", day(5), key="last")]
    return gather(man(labs=labs), RULEBOOK, NOW).verdict.confirmation


def run_change(given: Given) -> str:
    labs = [lab(given["before"], day(100)), lab(given["after"], day(5), key="last")]
    change = gather(man(labs=labs), RULEBOOK, NOW).verdict.change
    assert change is not None
    return f"{change.percent} {'changed' if change.changed else 'not changed'}"


def run_recovery(given: Given) -> str:
    drawn, doses = day(10), []
    if "missed_days_before" in given:
        doses = [dose("anastrozole", drawn - timedelta(days=int(given["missed_days_before"])), None, kind="skipped")]
    labs = [_lab_of(given["low"], day(60)), _lab_of(given["then"], drawn, key="then")]
    low = gather(man(labs=labs, regimens=[anastrozole(day(800))], doses=doses), RULEBOOK, NOW).series.low
    return " ".join(low.reasons) if low else "ended"


def run_unconfirmed(given: Given) -> str:
    # The low is too old to decide, so the newer result does.
    labs = [_lab_of(given["low"], day(400)), _lab_of(given["then"], day(5))]
    regimens = [anastrozole(day(800))] if given["ai"] == "yes" else []
    found = {f.code: f.priority for f in evaluate(man(labs=labs, regimens=regimens), RULEBOOK, NOW).findings}
    return found.get("e2_recovery_unconfirmed", "absent")


def run_long_below(given: Given) -> str:
    labs = [lab("12.0", day(5 + int(given["days"]))), lab("12.0", day(5))]
    regimens = [anastrozole(day(800))] if given["ai"] == "yes" else []
    found = {f.code: f.priority for f in evaluate(man(labs=labs, regimens=regimens), RULEBOOK, NOW).findings}
    return found.get("e2_days_below", "absent")


def run_phase(given: Given) -> str:
    interval = Decimal(given["interval_days"])
    shot = dose("testosterone_cypionate", day(30), "80", at="08:00")
    taken = shot.taken.at + timedelta(hours=int(given["hours"]))
    drawn = replace(lab("24.0", day(30)), key="e2")
    drawn = replace(drawn, reported=replace(drawn.reported, collected=Moment(taken, Precision.MINUTE, ZONE)))
    regimens = [cypionate(day(300), schedule=Schedule("every", days=interval))]
    return gather(man(labs=[drawn], regimens=regimens, doses=[shot]), RULEBOOK, NOW).timings["e2"].testosterone.phase


def run_response(given: Given) -> str:
    return str(RULEBOOK.episodes.response.working_days[given["priority"]])


def run_least_age(given: Given) -> str:
    return str(RULEBOOK.scope.least_age)


def run_risk_factor(given: Given) -> str:
    return "accepted" if given["code"] in RULEBOOK.bone.risk_factors.factors else "refused"


RUNNERS: dict[str, Callable[[Given], str]] = {
    name.removeprefix("run_"): run for name, run in globals().items() if name.startswith("run_")
}
EXAMPLES = [(rule, number) for rule in RULEBOOK.rules.values() for number in range(len(rule.examples))]


@pytest.mark.parametrize(("rule", "number"), EXAMPLES, ids=[f"{rule.id}-{number}" for rule, number in EXAMPLES])
def test_the_example_comes_out_as_the_rule_says(rule: Rule, number: int) -> None:
    example = rule.examples[number]
    assert RUNNERS[example.check](example.given) == example.expect


def test_every_rule_has_an_example_and_every_kind_of_example_is_used() -> None:
    assert all(rule.examples for rule in RULEBOOK.rules.values())
    assert {example.check for rule in RULEBOOK.rules.values() for example in rule.examples} == set(RUNNERS)
