"""Scans: their class, their change, and when the next is due."""

from __future__ import annotations

from datetime import date

from dateutil.relativedelta import relativedelta

from tests.tracking.domain.build import (
    NOW,
    TODAY,
    anastrozole,
    day,
    man,
    scan,
    site,
)
from tests.tracking.evidence.examples.given import RULEBOOK, Given
from tracking.domain.bone import BoneStanding
from tracking.domain.dexa_plan import is_baseline
from tracking.domain.evaluate import evaluate
from tracking.domain.history import (
    Person,
    RiskFactorRecord,
)
from tracking.domain.timeline import read_timeline


def run_baseline(given: Given) -> str:
    valid = is_baseline(date.fromisoformat(given["scan"]), date.fromisoformat(given["ai_start"]), RULEBOOK)
    return "valid" if valid else "not valid"


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
