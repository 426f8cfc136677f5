"""What a proposed change would do: it is made for real, looked at, and taken back.

So a preview passes through the very checks and the very plan that a confirmation does, and there is no second way to either.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from tracking.domain.actor import Actor
from tracking.domain.due import DueItem
from tracking.domain.evaluate import gather
from tracking.domain.history import Origin, RegimenRecord
from tracking.domain.moments import start_of_day
from tracking.domain.problems import Problem, problem
from tracking.domain.titration.rechecks import open_rechecks
from tracking.domain.titration.states import Ask, Kind
from tracking.domain.titration.step import Step, kind_of, shown_weekly, stated
from tracking.domain.titration.warnings import Warned, warnings_of
from tracking.evidence import load_rulebook
from tracking.models import Patient, Regimen
from tracking.services import regimens
from tracking.services.history import history_of

__all__ = ["Outlook", "Wanted", "carry_out", "rehearse"]

# What a regimen that begins states in any case; the service of regimens says what is wrong with a missing one.
_MUST_STATE: Mapping[str, Any] = {"drug": "", "dose_mg": None, "schedule": None}
# A body names the day once and the regimen's own fields one level down.
_POINTERS = {"/starts_on": "/from_date", "/ends_on": "/from_date", "/reason": "/reason", "": ""}


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

    ``weekly`` is in the unit of the drug's doses, as it is to be typed; None where it is taken as needed.
    """

    step: Step
    regimen: Regimen | None
    warnings: tuple[Warned, ...]
    rechecks: tuple[DueItem, ...]

    @property
    def kind(self) -> Kind:
        return self.step.kind

    @property
    def weekly(self) -> Decimal | None:
        return shown_weekly(self.step.after)

    @property
    def before_text(self) -> str:
        return "" if self.step.before is None else stated(self.step.before)

    @property
    def after_text(self) -> str:
        return load_rulebook().words.titration["stopped"] if self.step.after is None else stated(self.step.after)

    @property
    def before_weekly(self) -> Decimal | None:
        return shown_weekly(self.step.before)

    @property
    def raised_while(self) -> str:
        """The codes that ask for a typed reason: low, blind, or both."""
        return " ".join(warned.code.removeprefix("raised_") for warned in self.warnings if warned.needs_reason)


def carry_out(man: Patient, wanted: Wanted, *, by: Actor, now: datetime) -> Outlook:
    """Change his regimen as wanted, and say what comes of it. Call it holding his lock; raises Problem."""
    rulebook = load_rulebook()
    facts = gather(history_of(man), rulebook, now)
    with _pointing_into_the_plan():
        row = _STEPS[wanted.ask](man, wanted, by, now)
    history = history_of(man)
    records = {record.key: record for record in (*history.regimens, *facts.history.regimens)}
    before, after = _of(wanted.before, records), _of(row, records)
    step = Step(kind_of(wanted.ask, before, after), wanted.on, before, after)
    planned = gather(history, rulebook, max(now, start_of_day(wanted.on, man.zone)))
    unusual = row.confirmed_reason if row is not None else ""
    return Outlook(step, row, warnings_of(step, facts, planned, unusual=unusual), open_rechecks(step.on, planned))


def rehearse(man: Patient, wanted: Wanted, *, by: Actor, now: datetime) -> Outlook:
    """The same with nothing left of it: everything is written within a savepoint, and taken back."""
    with transaction.atomic():
        found = carry_out(man, wanted, by=by, now=now)
        transaction.set_rollback(True)
    return found


def _start(man: Patient, wanted: Wanted, by: Actor, now: datetime) -> Regimen:
    sent = {**_MUST_STATE, **wanted.plan, "starts_on": wanted.on, "reason": wanted.reason}
    return regimens.start(patient=man, by=by, now=now, origin=Origin.PRESCRIBED, **sent)


def _change(man: Patient, wanted: Wanted, by: Actor, now: datetime) -> Regimen:
    sent = {**wanted.plan, "from_date": wanted.on, "reason": wanted.reason}
    return regimens.change(patient=man, key=_key(wanted), by=by, now=now, origin=Origin.PRESCRIBED, **sent)


def _stop(man: Patient, wanted: Wanted, by: Actor, now: datetime) -> None:
    regimens.end(
        patient=man, key=_key(wanted), by=by, now=now, origin=Origin.PRESCRIBED, ends_on=wanted.on, reason=wanted.reason
    )


def _product(man: Patient, wanted: Wanted, by: Actor, now: datetime) -> Regimen:
    """One drug in place of another of its class; else it would be two changes, and two decisions."""
    rulebook, former = load_rulebook(), wanted.before
    drug = str(wanted.plan.get("drug", ""))
    if former is not None and drug == former.drug:
        raise problem("/drug", "same-product", "This is the same drug. Change its regimen instead.")
    if former is not None and drug in rulebook.drugs and rulebook.drug_class(drug) != rulebook.drug_class(former.drug):
        text = "{drug} is no other product of the class of {former}. Stop one and start the other: these are two decisions."
        raise problem("/drug", "other-class", text, drug=drug, former=former.drug)
    _stop(man, wanted, by, now)
    return _start(man, wanted, by, now)


_STEPS = {Ask.START: _start, Ask.CHANGE: _change, Ask.STOP: _stop, Ask.PRODUCT: _product}


def _key(wanted: Wanted) -> str:
    assert wanted.before is not None  # only a start has nothing before it
    return str(wanted.before.uid)


def _of(row: Regimen | None, records: Mapping[str, RegimenRecord]) -> RegimenRecord | None:
    return None if row is None else records[str(row.uid)]


@contextmanager
def _pointing_into_the_plan() -> Iterator[None]:
    try:
        yield
    except Problem as refused:
        issues = (replace(i, pointer=_POINTERS.get(i.pointer, f"/plan{i.pointer}")) for i in refused.issues)
        raise Problem(*issues, kind=refused.kind) from None
