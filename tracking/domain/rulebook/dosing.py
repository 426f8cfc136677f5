"""Rules on taking doses: usual times, sites, adherence, and when to refill. None of them bears on how much is taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tracking.domain.rulebook.base import Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class UsualTimesRule(Rule):
    """Where a schedule states no time of day: one dose at ``first``, several evenly from ``first`` to ``last`` (``08:00``)."""

    first: str
    last: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AdherenceRule(Rule):
    """An event belongs to the nearest expected dose within ``reach_percent`` of the interval to the dose beside it.

    At most ``most_days``.
    """

    reach_percent: int
    most_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplyRule(Rule):
    """A refill is due ``lead_days`` before the first dose that is not there; nothing is said beyond ``horizon_days``."""

    lead_days: int
    horizon_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteRule(Rule):
    """Where on the body a product goes; ``sites`` in the order in which unused ones are suggested."""

    name: str
    drugs: tuple[str, ...]
    sites: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FormRule(Rule):
    """What one counted unit is, and in how many ``parts`` it can be taken (4: quarters; 1: whole; 0: any share of it)."""

    name: str
    parts: int


@dataclass(frozen=True, slots=True)
class DosingRules:
    usual_times: UsualTimesRule
    adherence: AdherenceRule
    supply: SupplyRule
    routes: Mapping[str, RouteRule]
    forms: Mapping[str, FormRule]

    def sites_of(self, drug: str) -> tuple[str, ...]:
        """The sites of every route by which a product is given; empty where it has none."""
        named = (site for route in self.routes.values() if drug in route.drugs for site in route.sites)
        return tuple(dict.fromkeys(named))
