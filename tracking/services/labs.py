"""Laboratory results: recorded, corrected, withdrawn; each time the man is evaluated in the same transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from tracking.domain.actor import Actor
from tracking.domain.entry import check_entry
from tracking.domain.problems import Collector, Problem, problem
from tracking.domain.reported import Method, MethodEvidence, Value, parse_value
from tracking.domain.units import read_unit
from tracking.evidence import load_rulebook
from tracking.models import Evaluation, LabResult, Patient
from tracking.services import evaluations, records
from tracking.services.access import acting_as, lock_patient
from tracking.services.lived import read_moment

__all__ = ["COLUMNS", "Recorded", "content_of", "correct", "record", "record_each", "withdraw"]

# What :func:`content_of` says of a result.
COLUMNS = (
    "at", "precision", "zone", "analyte", "comparator", "digits", "unit", "method", "method_evidence", "laboratory",
    "range_low", "range_high", "lloq", "confirmed_reason", "unit_confirmed", "biotin", "fasting",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a write answers with: the row, whether it is new, and the man's evaluation after it."""

    row: LabResult
    is_new: bool
    current: Evaluation


def record(
    *,
    patient: Patient,
    by: Actor,
    now: datetime,
    staff: bool = False,
    client_id: str | None = None,
    source: records.Source = records.TYPED,
    **sent: Any,
) -> Recorded:
    """Store one result exactly as reported.

    ``sent``: analyte, value (text), unit, collected_at, zone, precision, method, method_evidence, laboratory, range_low,
    range_high, lloq, confirmed_reason, unit_confirmed, biotin, fasting. Raises :class:`Problem` that names the field; then
    nothing is stored.
    """
    with acting_as(by):
        man = lock_patient(patient)
        content = content_of(man=man, now=now, staff=staff, **sent)
        row, is_new = records.add(LabResult, man=man, by=by, now=now, content=content, client_id=client_id, source=source)
        return Recorded(row, is_new, evaluations.refresh(man, now=now))


def record_each(
    *, patient: Patient, by: Actor, now: datetime, results: Mapping[str, dict[str, Any]], staff: bool = False
) -> dict[str, Problem]:
    """Store many new results by their phone ids, each by itself, with one evaluation; what was refused, by id."""
    with acting_as(by):
        man = lock_patient(patient)
        contents = {key: partial(content_of, man=man, now=now, staff=staff, **sent) for key, sent in results.items()}
        refused = records.add_each(LabResult, man=man, by=by, now=now, contents=contents)
        evaluations.refresh(man, now=now)
        return refused


def correct(*, patient: Patient, key: str, by: Actor, now: datetime, staff: bool = False, **sent: Any) -> Recorded:
    """Put a corrected result in the place of the one under ``key``. The wrong one stays readable among the versions."""
    with acting_as(by):
        man = lock_patient(patient)
        row = records.find_his(LabResult, man, key, by=by, staff=staff)
        content = content_of(man=man, now=now, staff=staff, **sent)
        corrected, is_new = records.supersede(row, man=man, by=by, now=now, content=content)
        return Recorded(corrected, is_new, evaluations.refresh(man, now=now))


def withdraw(*, patient: Patient, key: str, by: Actor, now: datetime, reason: str, staff: bool = False) -> Evaluation:
    """Take a result back, with the reason; it no longer counts from now on."""
    with acting_as(by):
        man = lock_patient(patient)
        row = records.find_his(LabResult, man, key, by=by, staff=staff)
        records.withdraw(row, man=man, now=now, reason=reason)
        return evaluations.refresh(man, now=now)


def content_of(
    *,
    man: Patient,
    now: datetime,
    staff: bool,
    analyte: str,
    value: object,
    unit: str,
    collected_at: object,
    zone: str | None = None,
    precision: str | None = None,
    method: str = Method.UNKNOWN,
    method_evidence: str | None = None,
    laboratory: str = "",
    range_low: str = "",
    range_high: str = "",
    lloq: str = "",
    confirmed_reason: str = "",
    unit_confirmed: bool = False,
    biotin: bool | None = None,
    fasting: bool | None = None,
) -> dict[str, Any]:
    """The columns of a result out of what was sent, every check made. All problems found are named at once."""
    rulebook = load_rulebook()
    found = Collector()
    ucum = found.run(read_unit, analyte, unit, rulebook)
    parsed = found.run(parse_value, value, ucum or unit)
    moment = found.run(
        read_moment, collected_at, man=man, now=now, zone=zone, precision=precision, pointer="/collected_at", rulebook=rulebook
    )
    assay = found.run(_method, method, method_evidence, staff=staff)
    ranges = {
        name: found.run(_range_end, text, ucum or unit, name) if text else ""
        for name, text in (("range_low", range_low), ("range_high", range_high), ("lloq", lloq))
    }
    if parsed is not None and ucum is not None:
        found.run(check_entry(analyte, parsed, rulebook).enforce, confirmed=bool(confirmed_reason.strip()), staff=staff)
    found.raise_found()
    assert parsed is not None and moment is not None and assay is not None  # noqa: PT018  else something was raised
    return {
        "analyte": analyte,
        "comparator": parsed.comparator.value,
        "digits": parsed.digits,
        "unit": parsed.unit,
        "method": assay[0].value,
        "method_evidence": assay[1].value,
        "at": moment.at,
        "precision": moment.precision.value,
        "zone": moment.zone,
        "laboratory": laboratory,
        "confirmed_reason": confirmed_reason.strip(),
        "unit_confirmed": unit_confirmed,
        "biotin": biotin,
        "fasting": fasting,
        **{name: digits or "" for name, digits in ranges.items()},
    }


def _method(method: str, evidence: str | None, *, staff: bool) -> tuple[Method, MethodEvidence]:
    try:
        known = Method(method)
    except ValueError:
        raise problem(
            "/method",
            "method-unknown",
            "'{received}' is not a method. Accepted: {accepted}.",
            received=str(method)[:20],
            accepted=", ".join(Method),
        ) from None
    if known is Method.UNKNOWN:
        return known, MethodEvidence.NONE
    if evidence is None:
        return known, MethodEvidence.STAFF_VERIFIED if staff else MethodEvidence.SELF_DECLARED
    return known, MethodEvidence(evidence)


def _range_end(text: str, unit: str, name: str) -> str:
    end: Value = parse_value(text, unit, pointer=f"/{name}")
    if end.comparator.censors:
        raise problem(
            f"/{name}", "range-censored", "A range or limit is a plain number, without '{sign}'.", sign=end.comparator
        )
    return end.digits
