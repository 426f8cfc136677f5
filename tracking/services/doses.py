"""Doses as they were taken, skipped, late or extra."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any

from django.db.models import QuerySet

from tracking.domain.actor import Actor
from tracking.domain.amounts import canonical
from tracking.domain.entry import check_dose, check_drug
from tracking.domain.history import DoseKind
from tracking.domain.problems import Collector, Problem, problem
from tracking.domain.reported import Value
from tracking.domain.rulebook import DrugRule, RuleBook
from tracking.domain.sites import check_site
from tracking.evidence import load_rulebook
from tracking.models import DoseEvent, Patient, Regimen
from tracking.services import evaluations, records
from tracking.services.access import acting_as, lock_patient
from tracking.services.kept import Kept
from tracking.services.lived import read_moment
from tracking.services.regimen_content import read_dose

__all__ = ["correct", "log", "log_each", "log_many", "withdraw"]

# What tells one dose from another: so much of this drug at this moment, known as exactly, of this kind.
_SAME = ("drug", "at", "precision", "kind", "amount_digits", "amount_unit")


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
    """Log one dose; the second value says whether it is new. ``sent``: drug, kind, amount (text with its unit) or amount_mg
    (text), taken_at, zone, precision, site, regimen (its client id), confirmed_reason.

    The same dose that another phone has logged is refused, and names that one (``dose-duplicate``).
    """
    with acting_as(by):
        man = lock_patient(patient)
        row, is_new = _add(man, by, now, staff=staff, client_id=client_id, source=source, sent=sent)
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
        for number, event in enumerate(events):
            sent = dict(event)
            client_id = sent.pop("client_id", None)
            here = found.under(f"/{number}")
            added = here.run(_add, man, by, now, staff=staff, client_id=client_id, source=records.TYPED, sent=sent)
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
        read: dict[str, dict[str, Any] | Problem] = {}
        for key, sent in events.items():
            of = {"regimen": known.get(sent["regimen"], sent["regimen"])} if "regimen" in sent else {}
            try:
                read[key] = _content(man=man, now=now, staff=staff, **(sent | of))
            except Problem as why:
                read[key] = why
        logged = _logged(man, [content for content in read.values() if not isinstance(content, Problem)])

        def content(key: str) -> dict[str, Any]:
            said = read[key]
            if isinstance(said, Problem):
                raise said
            like = logged.setdefault(_same_dose(said), [])
            _refuse_duplicate(said, like)
            like.append(key)
            return said

        contents = {key: partial(content, key) for key in events}
        refused = records.add_each(DoseEvent, man=man, by=by, now=now, contents=contents)
        evaluations.refresh(man, now=now)
        return refused


def correct(*, patient: Patient, key: str, by: Actor, now: datetime, staff: bool = False, **sent: Any) -> DoseEvent:
    """Put a dose right, all of it."""
    with acting_as(by):
        man = lock_patient(patient)
        row = records.find_his(DoseEvent, man, key, by=by, staff=staff)
        content = _content(man=man, now=now, staff=staff, **sent)
        _refuse_duplicate(content, _like(man, content, but=row.client_id))
        corrected, _ = records.supersede(row, man=man, by=by, now=now, content=content)
        evaluations.refresh(man, now=now)
        return corrected


def withdraw(*, patient: Patient, key: str, by: Actor, now: datetime, reason: str, staff: bool = False) -> None:
    """Take back a dose that never was."""
    with acting_as(by):
        man = lock_patient(patient)
        row = records.find_his(DoseEvent, man, key, by=by, staff=staff)
        records.withdraw(row, man=man, now=now, reason=reason)
        evaluations.refresh(man, now=now)


def _add(
    man: Patient,
    by: Actor,
    now: datetime,
    *,
    staff: bool,
    client_id: str | None,
    source: records.Source,
    sent: dict[str, Any],
) -> tuple[DoseEvent, bool]:
    content = _content(man=man, now=now, staff=staff, **sent)
    # The same phone again is a repeat, and not a second phone.
    _refuse_duplicate(content, _like(man, content, but=client_id))
    return records.add(DoseEvent, man=man, by=by, now=now, content=content, client_id=client_id, source=source)


def _like(man: Patient, content: dict[str, Any], *, but: str | None) -> list[str]:
    """The ids of the same dose as it is logged already, without the id of the one that is written."""
    return [key for key in _logged(man, [content]).get(_same_dose(content), ()) if key != but]


def _logged(man: Patient, contents: Sequence[dict[str, Any]]) -> dict[tuple[Any, ...], list[str]]:
    """By what two logs of one dose agree in, the ids of the doses that are logged at these moments. One query."""
    found: dict[tuple[Any, ...], list[str]] = {}
    drugs, moments = ({content[name] for content in contents} for name in ("drug", "at"))
    for key, *said in _AT_MOMENTS.of(man.pk, [*drugs], [*moments]):
        found.setdefault(_same_dose(dict(zip(_SAME, said, strict=True))), []).append(key)
    return found


def _at_moments(man: int, drugs: Sequence[str], moments: Sequence[datetime]) -> QuerySet[Any, Any]:
    return DoseEvent.objects.live().filter(patient=man, drug__in=drugs, at__in=moments).values_list("client_id", *_SAME)


_AT_MOMENTS = Kept(_at_moments, int, [str], [datetime])


def _same_dose(said: Mapping[str, Any]) -> tuple[Any, ...]:
    """What two logs of one dose agree in: the amount as a number, however it is written."""
    *moment, digits, unit = (said[name] for name in _SAME)
    return (*moment, Decimal(digits or 0), unit)


def _refuse_duplicate(content: dict[str, Any], like: Sequence[str]) -> None:
    """Two phones log one dose once. Whoever took two of them says so: as an extra dose, or by a reason."""
    if like and not content["confirmed_reason"]:
        raise problem(
            "/taken_at",
            "dose-duplicate",
            "The same dose is logged already, as '{first}'. Leave this one out; if both were taken, log it as extra, "
            "or say so in confirmed_reason.",
            first=like[0],
        )


def _content(
    *,
    man: Patient,
    now: datetime,
    staff: bool,
    drug: str,
    taken_at: object,
    kind: str = DoseKind.TAKEN,
    amount: object = None,
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
    rule = found.run(check_drug, drug, rulebook)
    written = None
    if rule is not None:
        written = found.run(_amount, rule, known, amount, amount_mg)
        found.run(check_site, site, rule, rulebook)
        if written is not None:
            said = {"confirmed": bool(confirmed_reason.strip()), "staff": staff}
            found.run(_check_limits, rule, written, rulebook, pointer="/amount_mg" if amount is None else "/amount", **said)
    of = records.find(Regimen, man, regimen) if isinstance(regimen, str) else regimen
    if of is not None and of.drug != drug:
        found.run(_refuse_other_drug, of.drug)
    found.raise_found()
    assert known is not None and moment is not None and rule is not None  # noqa: PT018  else something was raised
    return {
        "drug": drug,
        "regimen": of,
        "kind": known.value,
        "amount_digits": written.digits if written else "",
        "amount_unit": written.unit if written else rule.unit,
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


def _amount(rule: DrugRule, kind: DoseKind | None, amount: object, amount_mg: object) -> Value | None:
    if kind is DoseKind.SKIPPED:
        if amount or amount_mg:
            pointer = "/amount" if amount else "/amount_mg"
            raise problem(pointer, "skipped-has-amount", "A skipped dose has no amount. Leave it out.")
        return None
    return read_dose(rule, amount, amount_mg, name="amount")


def _check_limits(rule: DrugRule, amount: Value, rulebook: RuleBook, *, pointer: str, confirmed: bool, staff: bool) -> None:
    check = check_dose(rule.code, canonical(amount.number, amount.unit, rule), rulebook, pointer=pointer)
    check.enforce(confirmed=confirmed, staff=staff)


def _refuse_other_drug(drug: str) -> None:
    raise problem(
        "/regimen", "regimen-of-another-drug", "That regimen is of {drug}. Name one of the same drug, or none.", drug=drug
    )
