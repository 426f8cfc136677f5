"""What is due, and when."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from dateutil.relativedelta import relativedelta

from tests.tracking.domain.build import (
    NOW,
    TODAY,
    ZONE,
    anastrozole,
    cypionate,
    day,
    dose,
    lab,
    man,
    pair,
)
from tests.tracking.evidence.examples.given import RULEBOOK, Given, history_for
from tracking.domain.due import DueItem
from tracking.domain.evaluate import evaluate
from tracking.domain.history import (
    History,
    IntervalOverride,
    Person,
)


def run_recheck(given: Given) -> str:
    recheck = next(r for r in RULEBOOK.drugs[given["drug"]].rechecks if r.name == given["name"])
    return (
        f"opens +{recheck.opens_days}, due +{recheck.due_days}, overdue +{recheck.overdue_days}, "
        f"draw from +{recheck.earliest_draw_days}"
    )


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
    found = evaluate(history_for({"denosumab_days_late": given["days_late"]}), RULEBOOK, NOW).findings
    return next((f"{f.code} {f.priority}" for f in found if f.family == "denosumab"), "none")
