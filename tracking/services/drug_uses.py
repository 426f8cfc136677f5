"""That he uses a drug, where nobody knows how much. Where that is known it is a regimen, and the regimen counts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from tracking.domain.actor import Actor
from tracking.domain.problems import Collector, problem
from tracking.domain.rulebook import AROMATASE_INHIBITOR, TESTOSTERONE, RuleBook
from tracking.evidence import load_rulebook
from tracking.models import DrugUse, Patient
from tracking.services import evaluations, records
from tracking.services.access import acting_as, lock_patient
from tracking.services.lived import check_order, check_since

__all__ = ["correct", "record", "withdraw"]

_OVERLAP = "druguse_no_overlap_per_drug"


def record(*, patient: Patient, by: Actor, now: datetime, client_id: str | None = None, **sent: Any) -> tuple[DrugUse, bool]:
    """State that he uses a drug; the second value says whether it is new. ``sent``: drug, since, until, note."""
    with acting_as(by):
        man = lock_patient(patient)
        content = _content(man=man, now=now, **sent)
        with _overlap_named():
            row, is_new = records.add(DrugUse, man=man, by=by, now=now, content=content, client_id=client_id)
        evaluations.refresh(man, now=now)
        return row, is_new


def correct(*, patient: Patient, key: str, by: Actor, now: datetime, staff: bool = False, **sent: Any) -> DrugUse:
    """State it anew, all of it: also how a use ends, by the first day without it in ``until``."""
    with acting_as(by):
        man = lock_patient(patient)
        row = records.find_his(DrugUse, man, key, by=by, staff=staff)
        content = _content(man=man, now=now, **sent)
        with _overlap_named():
            corrected, _ = records.supersede(row, man=man, by=by, now=now, content=content)
        evaluations.refresh(man, now=now)
        return corrected


def withdraw(*, patient: Patient, key: str, by: Actor, now: datetime, reason: str, staff: bool = False) -> None:
    """Take back a use that never was, with the reason."""
    with acting_as(by):
        man = lock_patient(patient)
        records.withdraw(records.find_his(DrugUse, man, key, by=by, staff=staff), man=man, now=now, reason=reason)
        evaluations.refresh(man, now=now)


def _content(
    *, man: Patient, now: datetime, drug: str, since: date | None = None, until: date | None = None, note: str = ""
) -> dict[str, Any]:
    rulebook, found = load_rulebook(), Collector()
    found.run(_check_drug, drug, since, rulebook)
    for day, pointer in ((since, "/since"), (until, "/until")):
        if day is not None:
            found.run(check_since, day, man=man, now=now, pointer=pointer)
    found.run(_check_span, since, until)
    found.raise_found()
    return {"drug": drug, "since": since, "until": until, "note": note}


def _check_drug(drug: str, since: date | None, rulebook: RuleBook) -> None:
    """A known drug; of an AI and of testosterone since when, for all that is planned is counted from it."""
    if drug not in rulebook.drugs:
        raise problem(
            "/drug",
            "drug-unknown",
            "'{received}' is not a known drug. Accepted: {accepted}.",
            received=drug[:40],
            accepted=", ".join(sorted(rulebook.drugs)),
        )
    if since is None and rulebook.drug_class(drug) in (AROMATASE_INHIBITOR, TESTOSTERONE):
        text = "Since when does he use {name}? Send the first day that anybody is sure of: what is due is counted from it."
        raise problem("/since", "since-missing", text, name=rulebook.drugs[drug].name)


def _check_span(since: date | None, until: date | None) -> None:
    check_order(since, until)
    if since is not None and since == until:
        raise problem("/until", "ends-before-start", "A use lasts a day at least. Send the first day without it.")


@contextmanager
def _overlap_named() -> Iterator[None]:
    """What the database refuses as an overlap, as a Problem."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as refused:
        if _OVERLAP not in str(refused):
            raise
        text = "That he uses this drug is on record for a part of that time already. Correct that record instead."
        raise problem("/since", "use-overlap", text) from refused
