"""How the pages say things: days, ages, who, where a result stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta

from tracking.domain.rulebook import RuleBook
from tracking.models import Patient, User

__all__ = ["ago", "born", "day", "drug", "finding", "instant", "names", "share_of_floor", "spaced", "title", "who"]

_DAYS_A_WEEK = 7
_FEW_DAYS, _FEW_WEEKS, _FEW_MONTHS = 14, 63, 24
_DAYS_A_MONTH = 30.44


def day(of: date | None) -> str:
    return "" if of is None else f"{of.day} {of:%b} {of.year}"


def instant(at: datetime | None, zone: str) -> str:
    """Local to ``zone``; the page names the zone once."""
    if at is None:
        return ""
    local = at.astimezone(ZoneInfo(zone))
    return f"{day(local.date())} {local:%H:%M}"


def ago(of: date, today: date) -> str:
    """How old something is, in the unit that one would use: ``9 days``, ``6 weeks``, ``5 months``, ``3 years``."""
    days = (today - of).days
    if days < _FEW_DAYS:
        return "today" if days <= 0 else _counted(days, "day")
    if days < _FEW_WEEKS:
        return _counted(days // _DAYS_A_WEEK, "week")
    months = int(days / _DAYS_A_MONTH)
    return _counted(months, "month") if months < _FEW_MONTHS else _counted(relativedelta(today, of).years, "year")


def _counted(number: int, unit: str) -> str:
    return f"{number} {unit}{'' if number == 1 else 's'} ago"


def born(man: Patient, today: date) -> str:
    """His birth date or year and his age."""
    if man.birth_date is not None:
        return f"born {day(man.birth_date)}, {relativedelta(today, man.birth_date).years} years"
    return f"born {man.birth_year}" if man.birth_year else "birth date not recorded"


def spaced(code: str) -> str:
    """A stored code as words: ``not_below`` is read as ``not below``."""
    return code.replace("_", " ")


def drug(code: str, rulebook: RuleBook) -> str:
    """Its name; one that the rules no longer know keeps its code."""
    return rulebook.drugs[code].name if code in rulebook.drugs else code


def finding(code: str, rulebook: RuleBook) -> str:
    """Its name; one that the rules no longer know is told by its code."""
    return rulebook.findings[code].name if code in rulebook.findings else title(code)


def share_of_floor(margin: str) -> str:
    """Upper bound over the threshold in whole per cent, as one reads it at a glance; the order uses the exact figure."""
    return f"{round(float(margin) * 100)} % of the floor" if margin else ""


# As the field writes them.
_SHORT = {"e2": "E2", "t": "testosterone", "ai": "AI", "dexa": "DXA", "psa": "PSA", "pth": "PTH"}


def title(code: str) -> str:
    """A code of the rules as a short name: ``e2_low_with_low_t`` is read as ``E2 low with low testosterone``."""
    said = " ".join(_SHORT.get(word, word) for word in code.split("_"))
    return said[:1].upper() + said[1:]


def names(actors: Iterable[str]) -> Mapping[int, str]:
    """The names behind ``user:12``, with one query."""
    ids = {int(number) for actor in actors for kind, _, number in [actor.partition(":")] if kind == "user" and number.isdigit()}
    return {user.pk: str(user) for user in User.objects.filter(pk__in=ids)} if ids else {}


def who(actor: str, known: Mapping[int, str], man: Patient) -> str:
    """Who did it, as a person reads it."""
    kind, _, name = actor.partition(":")
    if kind != "user":
        return f"system ({name})"
    if name == str(man.user_id):
        return "he himself"
    return known.get(int(name), f"account {name}") if name.isdigit() else actor
