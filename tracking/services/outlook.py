"""What a proposed change would do: it is made for real, looked at, and taken back, as in every dry run of a write.

So a preview passes through the very checks and the very plan that a confirmation does, and there is no second way to either.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from tracking.domain.actor import Actor
from tracking.domain.consequences import Consequences
from tracking.domain.due import DueItem
from tracking.domain.evaluate import gather
from tracking.domain.history import Origin
from tracking.domain.moments import start_of_day
from tracking.domain.problems import Problem, problem
from tracking.domain.titration.rechecks import open_rechecks
from tracking.domain.titration.states import Ask, Kind
from tracking.domain.titration.step import Step, kind_of, stated, weekly_text
from tracking.domain.titration.warnings import Warned, warnings_of
from tracking.evidence import load_rulebook
from tracking.models import Patient, Regimen
from tracking.services import regimens
from tracking.services.consequences import told
from tracking.services.history import history_of
from tracking.services.plans import pauses_of, record_of

__all__ = ["Outlook", "Wanted", "carry_out"]

# What a regimen that begins states in any case; the service of regimens says what is wrong with a missing one.
_MUST_STATE: Mapping[str, Any] = {"drug": "", "schedule": None}
# A body names the day once and the regimen's own fields one level down. Of what ends, the day of the change is the end.
_BEGINS = {"/starts_on": "/from_date", "/reason": "/reason", "": ""}
_ENDS = _BEGINS | {"/ends_on": "/from_date"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to change: of which regimen (None: it starts), from which local day, and what the new version is to state."""

    ask: Ask
    on: date
    before: Regimen | None
    plan: Mapping[str, Any]
    reason: str


@dataclass(frozen=True, slots=True)
class Outlook:
    """What comes of a change. ``regimen``: its new version, None for a stop; ``rechecks``: the draws that are due after it.

    ``consequences``: what it does to results, findings and dates that are known already. The weekly amounts are in the unit of
    the drug's doses; empty where it is taken as needed, or nothing stood before.
    """

    step: Step
    regimen: Regimen | None
    warnings: tuple[Warned, ...]
    rechecks: tuple[DueItem, ...]
    consequences: Consequences

    @property
    def kind(self) -> Kind:
        return self.step.kind

    @property
    def weekly(self) -> str:
        return weekly_text(self.step.after, self.step.drug, load_rulebook())

    @property
    def before_text(self) -> str:
        return "" if self.step.before is None else stated(self.step.before, load_rulebook())

    @property
    def after_text(self) -> str:
        rulebook = load_rulebook()
        return rulebook.words.titration["stopped"] if self.step.after is None else stated(self.step.after, rulebook)

    @property
    def before_weekly(self) -> str:
        before = self.step.before
        return "" if before is None else weekly_text(before, before.drug, load_rulebook())

    @property
    def raised_while(self) -> str:
        """The codes that ask for a typed reason: low, blind, or both."""
        return " ".join(warned.code.removeprefix("raised_") for warned in self.warnings if warned.needs_reason)


def carry_out(man: Patient, wanted: Wanted, *, by: Actor, now: datetime, dry_run: bool = False) -> Outlook:
    """Change his regimen as wanted, and say what comes of it; with ``dry_run`` nothing is left of it.

    Call it holding his lock; raises Problem.
    """
    (step, row, warned, rechecks), consequences = told(
        lambda: _carried_out(man, wanted, by, now), patient=man, by=by, now=now, dry_run=dry_run
    )
    return Outlook(step, row, warned, rechecks, consequences)


def _carried_out(
    man: Patient, wanted: Wanted, by: Actor, now: datetime
) -> tuple[Step, Regimen | None, tuple[Warned, ...], tuple[DueItem, ...]]:
    rulebook = load_rulebook()
    facts = gather(history_of(man), rulebook, now)
    before = None if wanted.before is None else record_of(wanted.before)
    pauses = () if wanted.before is None else pauses_of(wanted.before)
    row = _STEPS[wanted.ask](man, wanted, by, now)
    after = None if row is None else record_of(row)
    step = Step(kind_of(wanted.ask, before, after, rulebook), wanted.on, before, after, pauses)
    planned = gather(history_of(man), rulebook, max(now, start_of_day(wanted.on, man.zone)))
    unusual = row.confirmed_reason if row is not None else ""
    return step, row, warnings_of(step, facts, planned, unusual=unusual), open_rechecks(step.on, planned)


def _start(man: Patient, wanted: Wanted, by: Actor, now: datetime) -> Regimen:
    sent = {**_MUST_STATE, **wanted.plan, "starts_on": wanted.on, "reason": wanted.reason}
    with _pointing_into_the_plan(_BEGINS):
        return regimens.start(patient=man, by=by, now=now, origin=Origin.PRESCRIBED, **sent)


def _change(man: Patient, wanted: Wanted, by: Actor, now: datetime) -> Regimen:
    if "ends_on" in wanted.plan:
        text = "A change keeps the end that was stated, if one was. Leave it out; a stop is a decision of its own."
        raise problem("/plan/ends_on", "part-not-accepted", text)
    sent = {**wanted.plan, "from_date": wanted.on, "reason": wanted.reason}
    with _pointing_into_the_plan(_ENDS):
        return regimens.change(patient=man, key=_key(wanted), by=by, now=now, origin=Origin.PRESCRIBED, **sent)


def _stop(man: Patient, wanted: Wanted, by: Actor, now: datetime) -> None:
    ends: dict[str, Any] = {"ends_on": wanted.on, "reason": wanted.reason}
    with _pointing_into_the_plan(_ENDS):
        regimens.end(patient=man, key=_key(wanted), by=by, now=now, origin=Origin.PRESCRIBED, **ends)


def _product(man: Patient, wanted: Wanted, by: Actor, now: datetime) -> Regimen:
    """One drug in place of another of its class; else it would be two changes, and two decisions."""
    rulebook, former = load_rulebook(), wanted.before
    drug = str(wanted.plan.get("drug", ""))
    if former is not None and drug == former.drug:
        raise problem("/plan/drug", "same-product", "This is the same drug. Change its regimen instead.")
    if former is not None and drug in rulebook.drugs and rulebook.drug_class(drug) != rulebook.drug_class(former.drug):
        text = "{drug} is no other product of the class of {former}. Stop one and start the other: these are two decisions."
        raise problem("/plan/drug", "other-class", text, drug=drug, former=former.drug)
    _stop(man, wanted, by, now)
    return _start(man, wanted, by, now)


_STEPS = {Ask.START: _start, Ask.CHANGE: _change, Ask.STOP: _stop, Ask.PRODUCT: _product}


def _key(wanted: Wanted) -> str:
    assert wanted.before is not None  # only a start has nothing before it
    return str(wanted.before.uid)


@contextmanager
def _pointing_into_the_plan(elsewhere: Mapping[str, str]) -> Iterator[None]:
    try:
        yield
    except Problem as refused:
        issues = (replace(i, pointer=elsewhere.get(i.pointer, f"/plan{i.pointer}")) for i in refused.issues)
        raise Problem(*issues, kind=refused.kind) from None
