"""Days below, trends, disagreement and recovery."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from tests.tracking.domain.build import (
    NOW,
    anastrozole,
    day,
    dose,
    lab,
    man,
)
from tests.tracking.evidence.examples.given import RULEBOOK, Given
from tracking.domain.evaluate import evaluate, gather
from tracking.domain.history import (
    History,
)


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
