"""A man of the work queue as a line of its table. No queries: whatever a line needs is handed in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tracking.admin import phrases, rows
from tracking.admin.record import STATES
from tracking.domain.episodes import State
from tracking.evidence import load_rulebook
from tracking.models import Episode, Finding
from tracking.services import episodes
from tracking.services.lived import local_today
from tracking.services.work_queue import QueueRow

__all__ = ["Line", "Open", "line_of", "open_of"]

_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Open:
    """One open episode: what was found, how urgent, and how it stands. ``key`` names it as it was read."""

    key: str
    priority: str
    name: str
    words: str
    state: str
    respond_by: str
    is_late: bool
    assigned_to: str
    opened: str


@dataclass(frozen=True, slots=True)
class Line:
    man: Any
    born: str
    worst: Open
    others: tuple[Open, ...]
    word: str
    word_text: str
    state: str
    evaluation: Any
    value: str
    value_about: str
    floor: str
    margin: str
    days_below: str
    ai: tuple[str, ...]
    without: str


def line_of(row: QueueRow, said: Mapping[int, Finding], now: datetime) -> Line:
    today = local_today(row.man, now)
    worst, result = row.worst, row.worst.result
    word = worst.word or "no_current_data"
    return Line(
        man=row.man,
        born=phrases.born(row.man, today),
        worst=open_of(worst, said.get(worst.pk), row.man.zone, now),
        others=tuple(open_of(other, said.get(other.pk), row.man.zone, now) for other in row.others),
        word=word,
        word_text=phrases.spaced(word),
        state=STATES.get(worst.verdict_state or "", ""),
        evaluation=worst.evaluation_uid,
        value=_value(result),
        value_about=_about(result, worst.drawn_on, today),
        floor=f"{result['thresholds']['floor']} {result['thresholds']['unit']}" if result else "",
        margin=phrases.share_of_floor(worst.margin),
        days_below=_days_below(worst.windows),
        ai=tuple(_weekly(drug) for drug in worst.on_ai or ()),
        without=_without(row.days_without),
    )


def open_of(row: Episode, finding: Finding | None, zone: str, now: datetime) -> Open:
    return Open(
        key=f"{row.uid}.{row.revision}",
        priority=f"P{row.priority}",
        name=phrases.finding(row.code, load_rulebook()),
        words=finding.detail["prescriber"] if finding else phrases.spaced(row.code),
        state=_state(row, now),
        respond_by=_last_day(row.respond_by, zone),
        is_late=episodes.is_overdue(row, now),
        assigned_to=str(row.assigned_to.user) if row.assigned_to else "",
        opened=_days((now - row.opened_at).days),
    )


def _last_day(respond_by: datetime | None, zone: str) -> str:
    """The last local day on which an answer is in time; empty where none is owed."""
    return "" if respond_by is None else phrases.day((respond_by - _INSTANT).astimezone(ZoneInfo(zone)).date())


def _state(row: Episode, now: datetime) -> str:
    """Empty while nobody has answered."""
    state = episodes.state(row, now)
    return f"answered: {phrases.spaced(row.outcome)}" if state is State.ACKNOWLEDGED else ""


def _value(result: Mapping[str, Any] | None) -> str:
    if not result:
        return ""
    value = result["lab"]["reported"]["value"]
    return f"{value['comparator']}{value['digits']} {value['unit']}"


def _about(result: Mapping[str, Any] | None, drawn_on: str | None, today: date) -> str:
    if not result:
        return ""
    age = phrases.ago(date.fromisoformat(drawn_on[:10]), today) if drawn_on else "date not known"
    return f"{rows.assay_of(result['lab']['reported']['assay'])}, {age}"


def _days_below(windows: Any) -> str:
    longest = max(windows or (), key=lambda days: days["window"], default=None)
    if longest is None:
        return ""
    # That none is known to be low is no good news where nobody knows: what is unknown is said along with it.
    more = "".join(f", {longest[how]} {how}" for how in ("possible", "unknown") if longest[how])
    return f"{longest['known']} known{more} of {longest['window']} days"


def _weekly(drug: Mapping[str, Any]) -> str:
    weekly = drug["weekly_mg"]
    return f"{drug['name']} {weekly} mg/week" if weekly is not None else f"{drug['name']}, amount not known"


def _without(days: int | None) -> str:
    if days is None:
        return "never a current one"
    return f"none current for {_days(days)}" if days else ""


def _days(count: int) -> str:
    return f"{count} day{'' if count == 1 else 's'}"
