"""A calendar of what is due, as text by RFC 5545 and 7986, for a calendar program that reads it again and again.

An event is a whole day: a date without a time and without a zone, which is that day wherever he is. What is no longer due is
no longer in the calendar, and a program that reads it anew drops it (docs/adr/0064).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

PRODUCT = "-//Trabecula//Calendar feed//EN"
# How often a program should look again. What is due moves by days.
LOOK_AGAIN = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Entry:
    """One event. ``uid`` names it for good; ``sequence`` is 0 at first and rises with every change of what it says."""

    uid: str
    sequence: int
    day: date
    title: str


def as_text(name: str, entries: Iterable[Entry], *, language: str, now: datetime) -> bytes:
    """The calendar as it is read at ``now`` (UTC), with CRLF line ends and no line longer than 75 octets."""
    from icalendar import Calendar, Event, vDuration  # noqa: PLC0415  for one address: eighty modules

    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", vDuration(LOOK_AGAIN), parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vDuration(LOOK_AGAIN))
    for entry in entries:
        event = Event()
        event.add("uid", entry.uid)
        event.add("dtstamp", now)
        event.add("sequence", entry.sequence)
        event.add("dtstart", entry.day)
        event.add("dtend", entry.day + timedelta(days=1))
        event.add("summary", entry.title, parameters={"LANGUAGE": language})
        event.add("class", "PRIVATE")
        event.add("transp", "TRANSPARENT")
        calendar.add_component(event)
    text: bytes = calendar.to_ical()
    return text
