"""The draw and the dose before it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from tests.tracking.domain.build import (
    NOW,
    ZONE,
    cypionate,
    day,
    dose,
    lab,
    man,
    regimen,
)
from tests.tracking.evidence.examples.given import RULEBOOK, Given
from tracking.domain.curve import shape_of, steady_state
from tracking.domain.evaluate import evaluate, gather
from tracking.domain.history import (
    DoseKind,
    DoseRecord,
)
from tracking.domain.reported import Moment, Precision
from tracking.domain.schedule import Schedule
from tracking.domain.timing import DrugTiming


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
