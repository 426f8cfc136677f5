"""A check-in: at most five items a day, each scored once; what is said later of the same day takes its place."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from tracking.domain.actor import Actor
from tracking.domain.checkin import MOST_A_DAY, check_item, day_of
from tracking.domain.problems import Collector, Problem, problem
from tracking.domain.reported import Moment
from tracking.domain.rulebook import RuleBook
from tracking.evidence import load_rulebook
from tracking.models import Patient, Symptom
from tracking.services import evaluations, records
from tracking.services.access import acting_as, lock_patient
from tracking.services.kept import Kept
from tracking.services.lived import read_moment

__all__ = ["correct", "record", "record_many", "withdraw"]


def record(*, patient: Patient, by: Actor, now: datetime, client_id: str | None = None, **sent: Any) -> tuple[Symptom, bool]:
    """Score one item; the second value says whether it is new. ``sent``: code, score, felt_at, zone, precision.

    The same item of the same day of his is superseded by this one.
    """
    with acting_as(by):
        man = lock_patient(patient)
        row, is_new = _put(man, by, now, _content(man=man, now=now, **sent), client_id)
        evaluations.refresh(man, now=now)
        return row, is_new


def record_many(*, patient: Patient, by: Actor, now: datetime, items: list[dict[str, Any]]) -> list[Symptom]:
    """Score several in one transaction with one evaluation: all of them, or none and a Problem that says which."""
    with acting_as(by):
        man = lock_patient(patient)
        found = Collector()
        rows: list[Symptom] = []
        for number, item in enumerate(items):
            sent, here = dict(item), found.under(f"/{number}")
            client_id = sent.pop("client_id", None)
            content = here.run(_content, man=man, now=now, **sent)
            put = None if content is None else here.run(_put, man, by, now, content, client_id)
            rows.extend(put[:1] if put else ())
        found.raise_found()
        evaluations.refresh(man, now=now)
        return rows


def correct(*, patient: Patient, key: str, by: Actor, now: datetime, staff: bool = False, **sent: Any) -> Symptom:
    """Put one right, all of it. It cannot become an item that its day has already."""
    with acting_as(by):
        man = lock_patient(patient)
        row = records.find_his(Symptom, man, key, by=by, staff=staff)
        content = _content(man=man, now=now, **sent)
        others = [other for other in _of_day(man, content["felt_on"]) if other.pk != row.pk]
        if any(other.code == content["code"] for other in others):
            text = "{item} of {day} is there already. Correct that one, or withdraw it first."
            raise problem("/code", "symptom-twice", text, item=content["code"], day=content["felt_on"].isoformat())
        place = row.place if content["felt_on"] == row.felt_on else _free_place(others, content["felt_on"])
        corrected, _ = records.supersede(row, man=man, by=by, now=now, content=content | {"place": place})
        evaluations.refresh(man, now=now)
        return corrected


def withdraw(*, patient: Patient, key: str, by: Actor, now: datetime, reason: str, staff: bool = False) -> None:
    """Take one back, with the reason. Its day has room for another again."""
    with acting_as(by):
        man = lock_patient(patient)
        records.withdraw(records.find_his(Symptom, man, key, by=by, staff=staff), man=man, now=now, reason=reason)
        evaluations.refresh(man, now=now)


def _content(
    *,
    man: Patient,
    now: datetime,
    code: str,
    score: int,
    felt_at: object,
    zone: str | None = None,
    precision: str | None = None,
) -> dict[str, Any]:
    rulebook, found = load_rulebook(), Collector()
    found.run(check_item, code, score, rulebook)
    felt = found.run(_felt, felt_at, man=man, now=now, zone=zone, precision=precision, rulebook=rulebook)
    found.raise_found()
    assert felt is not None
    return {
        "code": code,
        "score": score,
        "at": felt.at,
        "precision": felt.precision.value,
        "zone": felt.zone,
        "felt_on": day_of(felt),
    }


def _felt(sent: object, *, man: Patient, now: datetime, zone: str | None, precision: str | None, rulebook: RuleBook) -> Moment:
    felt = read_moment(sent, man=man, now=now, zone=zone, precision=precision, pointer="/felt_at", rulebook=rulebook)
    day_of(felt)
    return felt


def _put(man: Patient, by: Actor, now: datetime, content: dict[str, Any], client_id: str | None) -> tuple[Symptom, bool]:
    """Under the man's lock, so that two phones at once are counted one after the other."""
    of_day = _of_day(man, content["felt_on"])
    standing = next((row for row in of_day if row.code == content["code"]), None)
    if standing is not None:
        content = content | {"place": standing.place}
        return records.state_anew(standing, man=man, by=by, now=now, content=content, client_id=client_id)
    place = _free_place(of_day, content["felt_on"])
    return records.add(Symptom, man=man, by=by, now=now, content=content | {"place": place}, client_id=client_id)


_OF_DAY = Kept(lambda man, day: Symptom.objects.live().filter(patient=man, felt_on=day).order_by("place"), int, date)


def _of_day(man: Patient, day: date) -> list[Symptom]:
    found: list[Symptom] = _OF_DAY.of(man.pk, day)
    return found


def _free_place(of_day: list[Symptom], day: date) -> int:
    taken = {row.place for row in of_day}
    free = next((place for place in range(1, MOST_A_DAY + 1) if place not in taken), None)
    if free is None:
        raise _full(of_day, day)
    return free


def _full(of_day: list[Symptom], day: date) -> Problem:
    return problem(
        "/code",
        "check-in-full",
        "{day} has {most} items already, which is the most for one day: {codes}. Score one of these again, or withdraw one.",
        day=day.isoformat(),
        most=MOST_A_DAY,
        codes=", ".join(row.code for row in of_day),
    )
