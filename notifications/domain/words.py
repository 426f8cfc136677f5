"""What a man reads, made from a catalogue of one language.

What stands on lock screens and in mailboxes that others see names no drug, hormone, result or clinic. The inbox is read after
signing in and says what is due; it never says what to take.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from notifications.domain.stages import Stage

# Any kind that has no words of its own.
ANY_KIND = "default"


@dataclass(frozen=True, slots=True)
class Words:
    title: str
    body: str


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Every text of one language, by its key. ``{...}`` are filled when it is said."""

    language: str
    name: str
    day: str
    months: tuple[str, ...]
    outside: Mapping[str, str]
    email: Mapping[str, str]
    page: Mapping[str, str]
    calendar: Mapping[str, str]
    calendar_titles: Mapping[str, str]
    digest: Mapping[str, str]
    inbox_titles: Mapping[Stage, str]
    inbox_bodies: Mapping[str, Mapping[Stage, str]]
    staff: Mapping[str, Words]

    def on_day(self, day: date) -> str:
        return self.day.format(day=day.day, month=self.months[day.month - 1], year=day.year)


def inbox_words(catalogue: Catalogue, kind: str, stage: Stage, due_on: date) -> Words:
    """Title and text for his inbox. An unknown kind gets words that fit anything."""
    body = catalogue.inbox_bodies.get(kind, catalogue.inbox_bodies[ANY_KIND])[stage]
    return Words(catalogue.inbox_titles[stage], body.format(day=catalogue.on_day(due_on)))


def outside_words(catalogue: Catalogue, said: Sequence[Words], *, discreet: bool) -> Words:
    """What leaves the house about so many things (at least one). Discreet: that there is something, and no more.

    A man who switched discretion off reads what his inbox says; that names no drug, hormone or result either.
    """
    title = catalogue.outside["title"]
    if not discreet:
        return Words(title, " ".join(dict.fromkeys(words.body for words in said)))
    if len(said) == 1:
        return Words(title, catalogue.outside["one"])
    return Words(title, catalogue.outside["several"].format(count=len(said)))
