"""Every boundary example of every rule is run through the code that the rule governs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from dateutil.relativedelta import relativedelta

from tests.tracking.domain.build import (
    LOOK,
    NOW,
    TODAY,
    WEEKLY,
    ZONE,
    anastrozole,
    cypionate,
    day,
    dose,
    fracture,
    lab,
    level,
    man,
    moment,
    pair,
    regimen,
    scan,
    site,
    total_testosterone,
)
from tracking.domain.adherence import Event, match
from tracking.domain.amounts import units_used
from tracking.domain.bone import BoneStanding
from tracking.domain.checkin import check_item
from tracking.domain.curve import shape_of, steady_state
from tracking.domain.dexa_plan import is_baseline
from tracking.domain.due import DueItem
from tracking.domain.entry import EntryCheck, check_dose, check_entry, check_floor, check_interval, check_site
from tracking.domain.episodes import escalation, follow, snooze
from tracking.domain.estradiol import floor_for, read_result
from tracking.domain.evaluate import evaluate, gather
from tracking.domain.evaluation import Evaluation
from tracking.domain.expected import Plan, expected, usual_times
from tracking.domain.findings import Finding
from tracking.domain.for_man import call_after, comparison_of
from tracking.domain.history import (
    DoseKind,
    DoseRecord,
    DrugUseRecord,
    History,
    IntervalOverride,
    LabRecord,
    Origin,
    Person,
    RegimenRecord,
    RiskFactorRecord,
    SymptomRecord,
)
from tracking.domain.inventory import Stock, supply_of
from tracking.domain.lifestyle import check_amount, measure, read_amount
from tracking.domain.moments import start_of_day
from tracking.domain.problems import Problem
from tracking.domain.reported import Assay, Method, MethodEvidence, Moment, Precision, parse_value
from tracking.domain.rulebook import AROMATASE_INHIBITOR, Priority, Rule
from tracking.domain.schedule import Schedule
from tracking.domain.sites import last_uses, suggested
from tracking.domain.timeline import read_timeline
from tracking.domain.timing import DrugTiming
from tracking.domain.titration.states import expires_at
from tracking.domain.units import convert, rounded
from tracking.evidence import load_rulebook
from tracking.evidence.checks import NEVER_TO_THE_MAN

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


def run_finding(given: Given) -> str:
    found = {f.code: f.priority for f in evaluate(_history_for(given), RULEBOOK, NOW).findings}
    return found.get(given["finding"], "absent")


def run_context_line(given: Given) -> str:
    lines = evaluate(_history_for(given), RULEBOOK, NOW).context_lines
    return "present" if given["line"] in {line.code for line in lines} else "absent"


def run_derive(given: Given) -> str:
    derived = {value.code: value for value in evaluate(_history_for(given), RULEBOOK, NOW).derived}
    return str(derived[given["code"]].value) if given["code"] in derived else "absent"


def run_old(given: Given) -> str:
    high = [lab("55", day(int(given["days_ago"])), analyte="hematocrit", unit="%")]
    (finding,) = evaluate(man(labs=high), RULEBOOK, NOW).findings
    return "present" if "result_old" in finding.note_codes else "absent"


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
    return BoneStanding(read_timeline(man(person=person, scans=[one]), RULEBOOK, NOW), RULEBOOK).scans[0].bone_class


def run_bone_change(given: Given) -> str:
    region = given.get("region", "lumbar_spine")
    scans = [scan(day(d), site(region, given[name], lsc=given.get("lsc"))) for name, d in (("before", 400), ("after", 10))]
    (change,) = BoneStanding(read_timeline(man(scans=scans), RULEBOOK, NOW), RULEBOOK).changes
    return change.verdict


def run_spine_alone(given: Given) -> str:
    person = Person("America/New_York", TODAY - relativedelta(years=int(given["age"]), days=40))
    history = man(person=person, scans=[scan(day(1), site("lumbar_spine", t="-1.2"))])
    (read,) = BoneStanding(read_timeline(history, RULEBOOK, NOW), RULEBOOK).scans
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


def _testosterone_at_draw(given: Given) -> DrugTiming:
    """So many hours after the last of a year of doses, all logged but the one before the last where a log is skipped."""
    interval, drug = Decimal(given["interval_days"]), given["drug"]
    schedule, last = Schedule("every", days=interval), day(200)
    drawn = replace(lab("24.0", last), key="e2")
    at = drawn.reported.collected.at + timedelta(hours=int(given["hours"]))
    drawn = replace(drawn, reported=replace(drawn.reported, collected=Moment(at, Precision.MINUTE, ZONE)))
    count = 2 if interval < 1 else 1 + int(365 / interval)
    taken = [drawn.reported.collected.at - timedelta(hours=int(given["hours"]), days=float(n * interval)) for n in range(count)]
    if given.get("skip_a_log"):
        del taken[1]
    doses = [DoseRecord(str(at), drug, DoseKind.TAKEN, Decimal(80), Moment(at, Precision.MINUTE, ZONE)) for at in taken]
    history = man(labs=[drawn], regimens=[regimen(drug, day(1500), dose="80", schedule=schedule)], doses=doses)
    timing = evaluate(history, RULEBOOK, NOW).timing
    assert timing is not None
    return timing.testosterone


def run_near_peak(given: Given) -> str:
    level = _testosterone_at_draw(given).level
    assert level is not None
    return {None: "unknown", True: "yes", False: "no"}[level.near_peak]


def run_level(given: Given) -> str:
    level = _testosterone_at_draw(given).level
    assert level is not None
    return level.why or f"{level.relative} ({level.low} to {level.high})"


def run_draw_time(given: Given) -> str:
    advice = _testosterone_at_draw(given).advice
    assert advice is not None
    return {None: "unknown", True: "met", False: "not met"}[advice.met]


def run_curve(given: Given) -> str:
    published = RULEBOOK.timing.esters[given["ester"]].published
    one = next((k for k in published if k.name == given.get("published")), published[0])
    steady = steady_state(shape_of(one), float(given["interval_days"]))
    return f"mid {steady.mid:.2f}, trough {steady.trough:.2f}, peak {steady.peak:.2f}"


def _finds(history: History, code: str) -> str:
    return {f.code: f.priority for f in evaluate(history, RULEBOOK, NOW).findings}.get(code, "absent")


def _class_of(drug: str) -> str:
    return "ai" if RULEBOOK.drug_class(drug) == AROMATASE_INHIBITOR else "testosterone"


def run_log(given: Given) -> str:
    drug, weekly = given["drug"], Schedule("every", days=Decimal(7))
    doses = [dose(drug, day(ago), given["logged"]) for ago in range(5, 100, 7)]
    regimens = [regimen(drug, day(900), dose=given["stated"], schedule=weekly)]
    history = man(labs=[lab("24.0", day(5))], regimens=regimens, doses=doses)
    return _finds(history, f"log_disagrees_{_class_of(drug)}")


def run_regimens(given: Given) -> str:
    drug = given["drug"]
    both = ((Origin.SELF, given.get("own")), (Origin.PRESCRIBED, given.get("prescribed")))
    regimens = [regimen(drug, day(300), dose=mg, origin=origin) for origin, mg in both if mg is not None]
    return _finds(man(regimens=regimens), f"regimens_disagree_{_class_of(drug)}")


def run_response(given: Given) -> str:
    return str(RULEBOOK.episodes.response.working_days[given["priority"]])


def run_snooze(given: Given) -> str:
    recheck = TODAY + timedelta(days=int(given["recheck_in_days"])) if "recheck_in_days" in given else None
    look = replace(LOOK, recheck_on=recheck, now=start_of_day(TODAY, ZONE))
    opened = follow("e2_low", None, level(Priority(given["priority"])), look)
    assert opened is not None
    until = start_of_day(TODAY + timedelta(days=int(given["days"])), ZONE)
    try:
        snooze(opened.episode, until=until, reason="r", by="user:1", look=look)
    except Problem as refused:
        return refused.issues[0].code
    return "accepted"


def run_recurrence(given: Given) -> str:
    opened = follow("e2_low", None, level(Priority.P1), LOOK)
    assert opened is not None
    ended = follow("e2_low", opened.episode, None, LOOK)
    assert ended is not None
    later = replace(LOOK, now=NOW + timedelta(days=int(given["days_after"])))
    again = follow("e2_low", ended.episode, level(Priority.P1), later)
    assert again is not None
    return again.events[0].what


def run_telling(given: Given) -> str:
    if "notified_on" in given:
        return call_after(date.fromisoformat(given["notified_on"]), RULEBOOK).isoformat()
    later = TODAY + timedelta(days=int(given["days_after"]))
    return comparison_of(waits=True, clinic_connected=True, waits_from=TODAY, today=later, rulebook=RULEBOOK)


def run_escalation(given: Given) -> str:
    """So many working days after it was opened on a Monday, at noon."""
    opened = follow("e2_low", None, level(Priority(given["priority"])), LOOK)
    assert opened is not None
    assert opened.episode.respond_by is not None
    weeks, days = divmod(int(given["working_days"]), 5)
    now = replace(LOOK, now=NOW + timedelta(weeks=weeks, days=days))
    return escalation(opened.episode.respond_by, Priority(given["priority"]), now) or "none"


def run_proposal_expiry(given: Given) -> str:
    """At the end of a day so many days after the day on which it was proposed."""
    until = expires_at(TODAY, ZONE, RULEBOOK)
    end = start_of_day(TODAY + timedelta(days=int(given["days_after"]) + 1), ZONE) - timedelta(microseconds=1)
    return "open" if end < until else "expired"


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


def run_biotin(given: Given) -> str:
    """An immunoassay that is not low, in a man on an AI."""
    answer = {"yes": True, "no": False}.get(given.get("answer", ""))
    drawn = lab("30", day(5), at="20:00", method="immunoassay", biotin=answer, key="e2")
    regimens = [anastrozole(day(800))]
    if "daily" in given:
        regimens.append(regimen("biotin", day(400), dose=given["daily"], schedule=Schedule("daily", times=1)))
    taken = drawn.reported.collected.at - timedelta(hours=int(given.get("hours_before", "0")))
    doses = [DoseRecord("b", "biotin", DoseKind.TAKEN, Decimal(given["dose"]), _minute(taken))] if "dose" in given else []
    uses = [DrugUseRecord("u", "biotin", day(400), None)] if "used" in given else []
    notes = gather(man(labs=[drawn], regimens=regimens, doses=doses, uses=uses), RULEBOOK, NOW).readings["e2"].notes
    return next((code for code in notes if "biotin" in code), "none")


def run_overstates(given: Given) -> str:
    """In range, on an AI once a week."""
    drawn = lab("30", day(5), at="20:00", key="e2")
    hours = {kind: given[name] for kind, name in (("taken", "hours"), ("skipped", "skipped_hours_before")) if name in given}
    doses = [
        DoseRecord(kind, "anastrozole", DoseKind(kind), Decimal("0.5") if kind == "taken" else None, _minute(at))
        for kind, ago in hours.items()
        for at in (drawn.reported.collected.at - timedelta(hours=int(ago)),)
    ]
    history = man(labs=[drawn], regimens=[anastrozole(day(800), schedule=WEEKLY)], doses=doses)
    return ", ".join(gather(history, RULEBOOK, NOW).readings["e2"].overstated_by) or "none"


def _minute(at: datetime) -> Moment:
    return Moment(at, Precision.MINUTE, ZONE)


def run_risk(given: Given) -> str:
    factors = [RiskFactorRecord(str(n), f"factor {n}", None, None) for n in range(int(given.get("factors", "0")))]
    factors += [RiskFactorRecord(code, code, None, None) for code in given.get("recorded", "").split(", ") if code]
    scans = [scan(day(20), site(t=given["t"]))] if "t" in given else []
    labs = [lab(given["vitamin_d"], day(5), analyte="vitamin_d_25oh", unit="ng/mL")] if "vitamin_d" in given else []
    fractures = [fracture(day(2000))] if "fracture" in given else []
    history = man(risk_factors=factors, scans=scans, labs=labs, fractures=fractures)
    return evaluate(history, RULEBOOK, NOW).risk.level


def run_vertebral(given: Given) -> str:
    labs = [lab("180.0", day(900), analyte="body_height", unit="cm")] if "height" in given else []
    labs += [lab(given["height"], day(5), analyte="body_height", unit="cm")] if "height" in given else []
    felt = moment(day(int(given.get("days_ago", "3"))), precision=Precision.DAY)
    pains = [SymptomRecord("pain", "back_pain", int(given["back_pain"]), felt)] if "back_pain" in given else []
    found = {f.code for f in evaluate(man(labs=labs, symptoms=pains), RULEBOOK, NOW).findings}
    return "present" if "vertebral_assessment" in found else "absent"


def run_interval(given: Given) -> str:
    return _outcome(check_interval(given["kind"], int(given["months"]), TODAY, TODAY, RULEBOOK))


def _panel(kind: str, on: date, value: str = "50", unit: str = "") -> list[Any]:
    rule = RULEBOOK.monitoring.plan[kind]
    analytes = rule.analytes[:1] if rule.any_of else rule.analytes
    return [lab(value, on, analyte=analyte, unit=unit or RULEBOOK.analytes[analyte].unit) for analyte in analytes]


def _on(kind: str, start: date) -> list[Any]:
    return [anastrozole(start)] if RULEBOOK.monitoring.plan[kind].drug_class == "aromatase_inhibitor" else [cypionate(start)]


def run_next_panel(given: Given) -> str:
    """The item after a result of ten days ago, or after a baseline on the day of the start."""
    kind, start = given["kind"], day(10) if "first" in given else day(800)
    labs = _panel(kind, day(10), given.get("value", "50"), given.get("unit", ""))
    own = [IntervalOverride("own", kind, int(given["every"]), "Dr. Bell", "watched", TODAY)] if "every" in given else []
    person = Person(ZONE, TODAY - relativedelta(years=int(given.get("age", "56")), days=40))
    history = man(person=person, labs=labs, regimens=_on(kind, start), intervals=own)
    item = next((i for i in evaluate(history, RULEBOOK, NOW).open_items if i.kind == kind), None)
    return "none" if item is None else f"{item.params['months']} months"


def run_panel_baseline(given: Given) -> str:
    start = date(2026, 10, 1)
    item = next(i for i in evaluate(man(regimens=_on(given["kind"], start)), RULEBOOK, NOW).due if i.kind == given["kind"])
    before = relativedelta(start, item.earliest_on)
    return f"{before.years * 12 + before.months} months before, overdue +{(item.overdue_on - start).days}"


def run_pth_again(given: Given) -> str:
    calcium = lab(given["calcium"], day(10), analyte="calcium", unit="mg/dL", low="8.0", high=given.get("upper", ""))
    calcium = calcium if "upper" in given else replace(calcium, range_low=None)
    item = _due(man(labs=[calcium], regimens=[anastrozole(day(800))]), "pth_calcium")
    return "none" if item is None else f"+{(item.due_on - day(10)).days}"


def run_ai_review(given: Given) -> str:
    start = day(int(given["started_days_ago"]))
    review = TODAY + timedelta(days=int(given["review_in_days"]))
    item = _due(man(regimens=[replace(anastrozole(start), review_on=review)]), "ai_review")
    assert item is not None
    return f"due +{(item.due_on - TODAY).days}, overdue +{(item.overdue_on - TODAY).days}"


def _injected(kind: str, last: date, **rows: Any) -> dict[str, DueItem]:
    rule = getattr(RULEBOOK.monitoring, kind)
    history = man(doses=[dose(rule.drug, last, "5")], **rows)
    return {i.kind: i for i in evaluate(history, RULEBOOK, NOW).due}


def run_injection(given: Given) -> str:
    last = day(60)
    item = _injected(given["kind"], last)[given["kind"]]
    opens, due = (relativedelta(end, last) for end in (item.opens_on, item.due_on))
    months = [end.years * 12 + end.months for end in (opens, due)]
    return f"arrange {months[0]} months, due {months[1]} months, overdue +{(item.overdue_on - item.due_on).days}"


def run_injection_labs(given: Given) -> str:
    rule = getattr(RULEBOOK.monitoring, given["kind"])
    last = TODAY - relativedelta(months=rule.arrange_months, days=9)
    labs = [lab("50", day(2), analyte=analyte, unit=RULEBOOK.analytes[analyte].unit) for analyte in given["drawn"].split(", ")]
    return _injected(given["kind"], last, labs=labs)[f"pre_{given['kind']}"].state


def run_denosumab(given: Given) -> str:
    found = evaluate(_history_for({"denosumab_days_late": given["days_late"]}), RULEBOOK, NOW).findings
    return next((f"{f.code} {f.priority}" for f in found if f.family == "denosumab"), "none")


def _plan(every_days: str, starts_on: date = TODAY) -> Plan:
    schedule = Schedule("every", days=Decimal(every_days), at=("08:00",))
    return Plan("plan", "anastrozole", Decimal(1), "mg", schedule, Origin.SELF, starts_on, None, ZONE)


def run_usual_times(given: Given) -> str:
    return ", ".join(f"{at:%H:%M}" for at in usual_times(int(given["times"]), RULEBOOK.dosing.usual_times))


def run_adherence_reach(given: Given) -> str:
    days = int(given["every_days"])
    plan = _plan(given["every_days"], TODAY - timedelta(days=days))
    slots = list(expected(plan, plan.starts_on, TODAY + timedelta(days=2 * days), (), RULEBOOK.dosing.usual_times))
    at = slots[1].at + timedelta(hours=int(given["hours_late"]))
    found = match(slots, [Event("e", DoseKind.TAKEN, Decimal(1), at, at, at.date())], RULEBOOK.dosing.adherence)
    return {(): "unmatched", (1,): "matched", (2,): "next dose"}[tuple(found)]


def run_refill(given: Given) -> str:
    rules = RULEBOOK.dosing
    stock = [Stock("tablet", Decimal(1), Fraction(given["doses_left"]), NOW)]
    slots = expected(_plan(given["every_days"]), TODAY, TODAY + timedelta(days=500), (), rules.usual_times)
    supply = supply_of(stock, slots, TODAY, rules=rules)
    if supply.refill_on is None:
        return "beyond"
    return f"days {supply.days}, refill +{(supply.refill_on - TODAY).days}"


def run_site(given: Given) -> str:
    """Used in this order, a day apart."""
    used = [(site, NOW + timedelta(days=number)) for number, site in enumerate(given["used"].split())]
    return suggested(last_uses(used, RULEBOOK.dosing.sites_of(given["drug"])))


def run_units_used(given: Given) -> str:
    parts = RULEBOOK.dosing.forms[given["form"]].parts
    return str(units_used(Decimal(given["amount"]), Decimal(given["content"]), parts))


RUNNERS: dict[str, Callable[[Given], str]] = {
    name.removeprefix("run_"): run for name, run in globals().items() if name.startswith("run_")
}
EXAMPLES = [(rule, number) for rule in RULEBOOK.rules.values() for number in range(len(rule.examples))]


@pytest.mark.parametrize(("rule", "number"), EXAMPLES, ids=[f"{rule.id}-{number}" for rule, number in EXAMPLES])
def test_the_example_comes_out_as_the_rule_says(rule: Rule, number: int) -> None:
    example = rule.examples[number]
    assert RUNNERS[example.check](example.given) == example.expect


@pytest.fixture(scope="module")
def found() -> list[Finding]:
    """Every finding of every evaluation that the examples make."""
    every: list[Finding] = []

    conclude = evaluate

    def noting(*given: Any) -> Evaluation:
        evaluation = conclude(*given)
        every.extend(evaluation.findings)
        return evaluation

    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(globals(), "evaluate", noting)
        for rule, number in EXAMPLES:
            RUNNERS[rule.examples[number].check](rule.examples[number].given)
    return every


def test_every_finding_of_the_rulebook_is_shown_by_an_example(found: list[Finding]) -> None:
    assert {finding.code for finding in found} == set(RULEBOOK.findings)


def test_every_sentence_of_a_finding_is_filled_and_the_man_reads_no_word_that_is_not_for_him(found: list[Finding]) -> None:
    for finding in found:
        for sentence in (finding.prescriber, finding.man, finding.clears, *finding.notes):
            assert sentence.strip(), finding.code
            assert not set("{}") & set(sentence), (finding.code, sentence)
        assert not any(word in finding.man.lower() for word in NEVER_TO_THE_MAN), finding.man


def test_every_rule_has_an_example_and_every_kind_of_example_is_used() -> None:
    assert all(rule.examples for rule in RULEBOOK.rules.values())
    assert {example.check for rule in RULEBOOK.rules.values() for example in rule.examples} == set(RUNNERS)
