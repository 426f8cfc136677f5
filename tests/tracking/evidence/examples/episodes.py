"""What a prescriber is told, and when again."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from tests.tracking.domain.build import (
    LOOK,
    NOW,
    TODAY,
    ZONE,
    level,
)
from tests.tracking.evidence.examples.given import RULEBOOK, Given
from tracking.domain.episodes import escalation, follow, snooze
from tracking.domain.for_man import call_after, comparison_of
from tracking.domain.moments import start_of_day
from tracking.domain.problems import Problem
from tracking.domain.rulebook import Priority
from tracking.domain.titration.states import expires_at


def run_response(given: Given) -> str:
    return str(RULEBOOK.episodes.response.working_days[given["priority"]])


def run_snooze(given: Given) -> str:
    recheck = TODAY + timedelta(days=int(given["recheck_in_days"])) if "recheck_in_days" in given else None
    look = replace(LOOK, recheck_on=recheck, now=start_of_day(TODAY, ZONE))
    opened = follow("e2_low", None, level(Priority(given["priority"])), look)
    assert opened is not None
    until = start_of_day(TODAY + timedelta(days=int(given["days"])), ZONE)
    try:
        snooze(opened.episode, until=until, reason="r", by="user:1", look=look)
    except Problem as refused:
        return refused.issues[0].code
    return "accepted"


def run_recurrence(given: Given) -> str:
    opened = follow("e2_low", None, level(Priority.P1), LOOK)
    assert opened is not None
    ended = follow("e2_low", opened.episode, None, LOOK)
    assert ended is not None
    later = replace(LOOK, now=NOW + timedelta(days=int(given["days_after"])))
    again = follow("e2_low", ended.episode, level(Priority.P1), later)
    assert again is not None
    return again.events[0].what


def run_telling(given: Given) -> str:
    if "notified_on" in given:
        return call_after(date.fromisoformat(given["notified_on"]), RULEBOOK).isoformat()
    later = TODAY + timedelta(days=int(given["days_after"]))
    return comparison_of(waits=True, clinic_connected=True, waits_from=TODAY, today=later, rulebook=RULEBOOK)


def run_escalation(given: Given) -> str:
    """So many working days after it was opened on a Monday, at noon."""
    opened = follow("e2_low", None, level(Priority(given["priority"])), LOOK)
    assert opened is not None
    assert opened.episode.respond_by is not None
    weeks, days = divmod(int(given["working_days"]), 5)
    now = replace(LOOK, now=NOW + timedelta(weeks=weeks, days=days))
    return escalation(opened.episode.respond_by, Priority(given["priority"]), now) or "none"


def run_proposal_expiry(given: Given) -> str:
    """At the end of a day so many days after the day on which it was proposed."""
    until = expires_at(TODAY, ZONE, RULEBOOK)
    end = start_of_day(TODAY + timedelta(days=int(given["days_after"]) + 1), ZONE) - timedelta(microseconds=1)
    return "open" if end < until else "expired"
