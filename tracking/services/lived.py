"""When something happened to this man: within his life, not in the future, in a zone."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from tracking.domain.moments import parse_moment, refuse_before_birth, refuse_future, start_of_day
from tracking.domain.problems import problem
from tracking.domain.reported import Moment, Precision
from tracking.domain.rulebook import RuleBook
from tracking.models import Patient

__all__ = ["check_day", "check_order", "check_since", "local_today", "read_moment"]


def read_moment(
    sent: object,
    *,
    man: Patient,
    now: datetime,
    zone: str | None,
    precision: str | None,
    pointer: str,
    rulebook: RuleBook,
) -> Moment:
    """A moment of his life up to now; without a zone, in his own. Raises :class:`Problem` at ``pointer``."""
    moment = parse_moment(sent, zone or man.zone, precision=precision, pointer=pointer)
    _check(moment, man=man, now=now, pointer=pointer, rulebook=rulebook)
    return moment


def check_day(day: date, *, man: Patient, now: datetime, pointer: str, rulebook: RuleBook) -> date:
    """A local day of his life up to today."""
    _check(Moment(start_of_day(day, man.zone), Precision.DAY, man.zone), man=man, now=now, pointer=pointer, rulebook=rulebook)
    return day


def check_since(day: date, *, man: Patient, now: datetime, pointer: str) -> None:
    """A local day of his life up to today on which something of his own began or ended: that may have been in his childhood."""
    moment = Moment(start_of_day(day, man.zone), Precision.DAY, man.zone)
    refuse_future(moment, now=now, pointer=pointer)
    refuse_before_birth(moment, birth_date=man.birth_date, birth_year=man.birth_year, least_age=0, pointer=pointer)


def check_order(since: date | None, until: date | None) -> None:
    """Raise where something ends (``/until``) before it begins. What ends on the day it begins was there for no whole day."""
    if since is not None and until is not None and until < since:
        raise problem(
            "/until", "ends-before-start", "{until} is before {since}.", until=until.isoformat(), since=since.isoformat()
        )


def local_today(man: Patient, now: datetime) -> date:
    """Which day it is where he lives."""
    return now.astimezone(ZoneInfo(man.zone)).date()


def _check(moment: Moment, *, man: Patient, now: datetime, pointer: str, rulebook: RuleBook) -> None:
    refuse_future(moment, now=now, pointer=pointer)
    refuse_before_birth(
        moment, birth_date=man.birth_date, birth_year=man.birth_year, least_age=rulebook.scope.least_age, pointer=pointer
    )
