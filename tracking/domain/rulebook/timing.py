"""Rules on when in a dosing interval a sample was drawn, and on the shape of an ester's curve (CLINICAL 9.3, 6.3, 4.2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from tracking.domain.rulebook.base import Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseRule(Rule):
    """The parts of a dosing interval in percent of it; ``frequent_days``: of a shorter interval no phase is told."""

    early_percent: int
    late_percent: int
    trough_hours: int
    frequent_days: int


@dataclass(frozen=True, slots=True)
class Kinetics:
    """One published set of figures for the release of an ester: days, and rates a day fitted to them."""

    name: str
    half_life_days: Decimal
    tmax_days: Decimal
    k_slow: Decimal
    k_fast: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class EsterRule(Rule):
    """One depot of an ester. The first of ``published`` makes the curve, all of them its band; ``drugs`` are drawn by it."""

    name: str
    vehicle: str
    route: str
    drugs: tuple[str, ...]
    published: tuple[Kinetics, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CurveRule(Rule):
    """How a curve is laid over a log.

    Doses older than ``reach_half_lives`` are left out. A silence of more than ``gap_percent`` of the dosing interval makes the
    log incomplete. ``peak_from`` and ``peak_to``: the window about the peak, as multiples of the time to it. ``decimals`` of
    what is shown.
    """

    reach_half_lives: int
    gap_percent: int
    peak_from: Decimal
    peak_to: Decimal
    decimals: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawTimeRule(Rule):
    """When a draw is best taken on some products: from ``low`` to ``high``, in ``hours`` or in ``percent`` of the interval."""

    drugs: tuple[str, ...]
    when: str
    unit: str
    low: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class LogRule(Rule):
    """How a log is held against what he is to take.

    It is averaged over at least ``least_doses`` intervals; a silence of more than ``silent_percent`` of one means that it was
    not kept. A weekly dose further than ``differs_percent`` from the stated one disagrees with it.
    """

    least_doses: int
    silent_percent: int
    differs_percent: int


@dataclass(frozen=True, slots=True)
class TimingRules:
    phase: PhaseRule
    curve: CurveRule
    log: LogRule
    esters: Mapping[str, EsterRule]
    draw_times: Mapping[str, DrawTimeRule]

    def ester_of(self, drug: str) -> EsterRule | None:
        """The ester whose curve a product follows; None where it has no curve."""
        return next((ester for ester in self.esters.values() if drug in ester.drugs), None)

    def draw_time_of(self, drug: str) -> DrawTimeRule | None:
        return next((rule for rule in self.draw_times.values() if drug in rule.drugs), None)
