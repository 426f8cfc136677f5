"""From a request or a proposal to a decision: the states, the legal steps, and until when a proposal can be confirmed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from tracking.domain.moments import start_of_day
from tracking.domain.problems import problem
from tracking.domain.rulebook import RuleBook


class State(StrEnum):
    """How a proposal stands. The last four are final: what was decided is never decided again."""

    REQUESTED = "requested"
    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"

    @property
    def is_open(self) -> bool:
        return bool(NEXT[self])


_ENDS_UNCONFIRMED = (State.DECLINED, State.WITHDRAWN, State.EXPIRED)
# The database holds the same (a trigger of the table, and its test). Only a prescriber's proposal can be confirmed: a request
# in words states no dose.
NEXT: Mapping[State, frozenset[State]] = MappingProxyType(
    {
        State.REQUESTED: frozenset({State.PROPOSED, *_ENDS_UNCONFIRMED}),
        State.PROPOSED: frozenset({State.CONFIRMED, *_ENDS_UNCONFIRMED}),
        State.CONFIRMED: frozenset(),
        State.DECLINED: frozenset(),
        State.WITHDRAWN: frozenset(),
        State.EXPIRED: frozenset(),
    }
)
OPEN = tuple(state for state in State if state.is_open)


class Kind(StrEnum):
    """What a proposal changes. SCHEDULE is the interval alone; a change of dose may change the interval too."""

    START = "start"
    DOSE = "dose"
    SCHEDULE = "schedule"
    STOP = "stop"
    PRODUCT = "product"


class Ask(StrEnum):
    """What a prescriber asks for; whether a change is one of dose or of interval follows from what he states."""

    START = "start"
    CHANGE = "change"
    STOP = "stop"
    PRODUCT = "product"


def check_step(before: State, after: State) -> None:
    """Raise Problem (a conflict) where this step is not legal."""
    if after in NEXT[before]:
        return
    accepted = ", ".join(state for state in State if state in NEXT[before]) or "nothing, for a decision is final"
    text = "It is {state} and cannot become {wanted}. Accepted: {accepted}."
    raise problem("", "step-not-legal", text, kind="conflict", state=before.value, wanted=after.value, accepted=accepted)


def expires_at(made_on: date, zone: str, rulebook: RuleBook) -> datetime:
    """The first instant at which what was made on this local day can no longer be confirmed: the days of the rule are whole."""
    return start_of_day(made_on + timedelta(days=rulebook.titration.expiry.days + 1), zone)
