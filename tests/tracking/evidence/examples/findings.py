"""What is found about a man."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

from tests.tracking.domain.build import (
    NOW,
    WEEKLY,
    ZONE,
    anastrozole,
    day,
    dose,
    fracture,
    lab,
    man,
    moment,
    regimen,
    scan,
    site,
)
from tests.tracking.evidence.examples.given import RULEBOOK, Given, history_for
from tracking.domain.evaluate import evaluate, gather
from tracking.domain.history import (
    DoseKind,
    DoseRecord,
    DrugUseRecord,
    History,
    Origin,
    RiskFactorRecord,
    SymptomRecord,
)
from tracking.domain.reported import Moment, Precision
from tracking.domain.rulebook import AROMATASE_INHIBITOR
from tracking.domain.schedule import Schedule


def run_state(given: Given) -> str:
    # An exact count of days straddles the month arithmetic: 6 months and 30 days before 2 November is 3 April.
    drawn = day(int(given["age_days"]))
    regimens = [anastrozole(date(2020, 1, 1))] if given["ai"] == "years" else []
    return evaluate(man(labs=[lab("26", drawn)], regimens=regimens), RULEBOOK, NOW).verdict.state


def run_finding(given: Given) -> str:
    found = {f.code: f.priority for f in evaluate(history_for(given), RULEBOOK, NOW).findings}
    return found.get(given["finding"], "absent")


def run_context_line(given: Given) -> str:
    lines = evaluate(history_for(given), RULEBOOK, NOW).context_lines
    return "present" if given["line"] in {line.code for line in lines} else "absent"


def run_derive(given: Given) -> str:
    derived = {value.code: value for value in evaluate(history_for(given), RULEBOOK, NOW).derived}
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
