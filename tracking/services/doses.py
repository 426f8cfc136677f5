"""Doses as they were taken, skipped, late or extra."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any

from tracking.domain.actor import Actor
from tracking.domain.entry import check_dose
from tracking.domain.history import DoseKind
from tracking.domain.problems import Collector, Problem, problem
from tracking.domain.reported import Value, parse_value
from tracking.evidence import load_rulebook
from tracking.models import DoseEvent, Patient, Regimen
from tracking.services import evaluations, records
from tracking.services.access import acting_as, lock_patient
from tracking.services.lived import read_moment

__all__ = ["correct", "log", "log_each", "log_many", "withdraw"]


def log(
    *,
    patient: Patient,
    by: Actor,
    now: datetime,
    staff: bool = False,
    client_id: str | None = None,
    source: records.Source = records.TYPED,
    **sent: Any,
) -> tuple[DoseEvent, bool]:
    """Log one dose; the second value says whether it is new. ``sent``: drug, kind, amount_mg (text), taken_at, zone, precision,
    site, regimen (its client id), confirmed_reason.
    """
    with acting_as(by):
        man = lock_patient(patient)
        content = _content(man=man, now=now, staff=staff, **sent)
        row, is_new = records.add(DoseEvent, man=man, by=by, now=now, content=content, client_id=client_id, source=source)
        evaluations.refresh(man, now=now)
        return row, is_new


def log_many(
    *, patient: Patient, by: Actor, now: datetime, events: list[dict[str, Any]], staff: bool = False
) -> list[DoseEvent]:
    """Log several in one transaction with one evaluation: all of them, or none and a Problem that says which."""
    with acting_as(by):
        man = lock_patient(patient)
        found = Collector()
        rows: list[DoseEvent] = []
        for number, sent in enumerate(events):
            client_id = sent.pop("client_id", None)
            here = found.under(f"/{number}")
            content = here.run(_content, man=man, now=now, staff=staff, **sent)
            if content is not None:
                added = here.run(records.add, DoseEvent, man=man, by=by, now=now, content=content, client_id=client_id)
                rows.extend(added[:1] if added else ())
        found.raise_found()
        evaluations.refresh(man, now=now)
        return rows


def log_each(
    *, patient: Patient, by: Actor, now: datetime, events: Mapping[str, dict[str, Any]], staff: bool = False
) -> dict[str, Problem]:
    """Log many new doses by their phone ids, each by itself, with one evaluation; what was refused, by id."""
    with acting_as(by):
        man = lock_patient(patient)
        named = {sent["regimen"] for sent in events.values() if "regimen" in sent}
        known = {row.client_id: row for row in Regimen.objects.live().filter(patient=man, client_id__in=named)}
        contents = {
            key: partial(
                _content,
                man=man,
                now=now,
                staff=staff,
                **(sent | {"regimen": known.get(sent["regimen"], sent["regimen"])} if "regimen" in sent else sent),
            )
            for key, sent in events.items()
        }
        refused = records.add_each(DoseEvent, man=man, by=by, now=now, contents=contents)
        evaluations.refresh(man, now=now)
        return refused


def correct(*, patient: Patient, key: str, by: Actor, now: datetime, staff: bool = False, **sent: Any) -> DoseEvent:
    with acting_as(by):
        man = lock_patient(patient)
        row = records.find_his(DoseEvent, man, key, by=by, staff=staff)
        content = _content(man=man, now=now, staff=staff, **sent)
        corrected, _ = records.supersede(row, man=man, by=by, now=now, content=content)
        evaluations.refresh(man, now=now)
        return corrected


def withdraw(*, patient: Patient, key: str, by: Actor, now: datetime, reason: str, staff: bool = False) -> None:
    with acting_as(by):
        man = lock_patient(patient)
        row = records.find_his(DoseEvent, man, key, by=by, staff=staff)
        records.withdraw(row, man=man, now=now, reason=reason)
        evaluations.refresh(man, now=now)


def _content(
    *,
    man: Patient,
    now: datetime,
    staff: bool,
    drug: str,
    taken_at: object,
    kind: str = DoseKind.TAKEN,
    amount_mg: object = "",
    zone: str | None = None,
    precision: str | None = None,
    site: str = "",
    regimen: str | Regimen | None = None,
    confirmed_reason: str = "",
) -> dict[str, Any]:
    rulebook = load_rulebook()
    found = Collector()
    known = found.run(_kind, kind)
    moment = found.run(
        read_moment, taken_at, man=man, now=now, zone=zone, precision=precision, pointer="/taken_at", rulebook=rulebook
    )
    amount = found.run(_amount, known, amount_mg)
    check = found.run(check_dose, drug, amount.number, rulebook, pointer="/amount_mg") if amount else None
    if check is not None:
        found.run(check.enforce, confirmed=bool(confirmed_reason.strip()), staff=staff)
    elif drug not in rulebook.drugs:
        found.run(check_dose, drug, Decimal(1), rulebook)
    of = records.find(Regimen, man, regimen) if isinstance(regimen, str) else regimen
    if of is not None and of.drug != drug:
        found.run(_refuse_other_drug, of.drug)
    found.raise_found()
    assert known is not None and moment is not None  # noqa: PT018  else something was raised
    return {
        "drug": drug,
        "regimen": of,
        "kind": known.value,
        "amount_digits": amount.digits if amount else "",
        "at": moment.at,
        "precision": moment.precision.value,
        "zone": moment.zone,
        "site": site,
        "confirmed_reason": confirmed_reason.strip(),
    }


def _kind(sent: str) -> DoseKind:
    try:
        return DoseKind(sent)
    except ValueError:
        raise problem(
            "/kind",
            "dose-kind-unknown",
            "'{received}' is not a kind of dose event. Accepted: {accepted}.",
            received=str(sent)[:20],
            accepted=", ".join(DoseKind),
        ) from None


def _amount(kind: DoseKind | None, sent: object) -> Value | None:
    if kind is DoseKind.SKIPPED:
        if sent:
            raise problem("/amount_mg", "skipped-has-amount", "A skipped dose has no amount. Leave it out.")
        return None
    amount = parse_value(sent, "mg", pointer="/amount_mg")
    if amount.comparator.censors:
        raise problem(
            "/amount_mg", "dose-censored", "A dose is a plain number of milligrams, without '{sign}'.", sign=amount.comparator
        )
    return amount


def _refuse_other_drug(drug: str) -> None:
    raise problem(
        "/regimen", "regimen-of-another-drug", "That regimen is of {drug}. Name one of the same drug, or none.", drug=drug
    )
