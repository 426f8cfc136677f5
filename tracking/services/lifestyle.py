"""How he lives: one amount of one measure from a day on. What a later day states takes over; the same day anew supersedes."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from tracking.domain.actor import Actor
from tracking.domain.lifestyle import check_amount, measure, read_amount
from tracking.domain.problems import Collector, problem
from tracking.domain.reported import Value
from tracking.domain.rulebook import LifestyleRule
from tracking.evidence import load_rulebook
from tracking.models import Lifestyle, Patient
from tracking.services import records
from tracking.services.access import acting_as, lock_patient
from tracking.services.lived import check_since

__all__ = ["correct", "record", "withdraw"]

# No evaluation reads these, so none is refreshed.


def record(*, patient: Patient, by: Actor, now: datetime, client_id: str | None = None, **sent: Any) -> tuple[Lifestyle, bool]:
    """State a measure from a day on; the second value says whether it is new.

    ``sent``: code, value (text), unit, since, note, confirmed_reason.
    """
    with acting_as(by):
        man = lock_patient(patient)
        content = _content(man=man, now=now, **sent)
        standing = _from_day(man, content)
        if standing is not None:
            return records.state_anew(standing, man=man, by=by, now=now, content=content, client_id=client_id)
        return records.add(Lifestyle, man=man, by=by, now=now, content=content, client_id=client_id)


def correct(*, patient: Patient, key: str, by: Actor, now: datetime, staff: bool = False, **sent: Any) -> Lifestyle:
    """Put one right, all of it. It cannot become what another row states from the same day."""
    with acting_as(by):
        man = lock_patient(patient)
        row = records.find_his(Lifestyle, man, key, by=by, staff=staff)
        content = _content(man=man, now=now, **sent)
        other = _from_day(man, content)
        if other is not None and other.pk != row.pk:
            text = "{measure} from {since} on is there already. Correct that one, or withdraw it first."
            raise problem("/since", "measure-twice", text, measure=content["code"], since=content["since"].isoformat())
        corrected, _ = records.supersede(row, man=man, by=by, now=now, content=content)
        return corrected


def withdraw(*, patient: Patient, key: str, by: Actor, now: datetime, reason: str, staff: bool = False) -> None:
    """Take one back, with the reason."""
    with acting_as(by):
        man = lock_patient(patient)
        records.withdraw(records.find_his(Lifestyle, man, key, by=by, staff=staff), man=man, now=now, reason=reason)


def _content(
    *,
    man: Patient,
    now: datetime,
    code: str,
    value: object,
    unit: str,
    since: date,
    note: str = "",
    confirmed_reason: str = "",
) -> dict[str, Any]:
    rulebook, found = load_rulebook(), Collector()
    rule = found.run(measure, code, rulebook)
    amount = None if rule is None else found.run(_amount, value, unit, rule, confirmed=bool(confirmed_reason.strip()))
    found.run(check_since, since, man=man, now=now, pointer="/since")
    found.raise_found()
    assert amount is not None
    return {
        "code": code,
        "digits": amount.digits,
        "unit": amount.unit,
        "since": since,
        "note": note,
        "confirmed_reason": confirmed_reason.strip(),
    }


def _amount(sent: object, unit: str, rule: LifestyleRule, *, confirmed: bool) -> Value:
    amount = read_amount(sent, unit, rule)
    check_amount(amount, rule).enforce(confirmed=confirmed, staff=False)
    return amount


def _from_day(man: Patient, content: dict[str, Any]) -> Lifestyle | None:
    """What stands about this measure from this very day on."""
    rows = Lifestyle.objects.live().filter(patient=man, code=content["code"], since=content["since"])
    standing: Lifestyle | None = rows.first()
    return standing
