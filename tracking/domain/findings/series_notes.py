"""What the series adds to a verdict and to a low finding, in words (CLINICAL 9.2). Nothing is decided here."""

from __future__ import annotations

from collections.abc import Iterator

from tracking.domain.estradiol import LOW, Reading
from tracking.domain.findings.finding import Facts
from tracking.domain.reading_notes import stands_text
from tracking.domain.rulebook import RuleBook
from tracking.domain.series import DaysBelow, LowState
from tracking.domain.verdict import BELOW
from tracking.domain.words import fill, listed, on_day


def open_low(facts: Facts) -> Reading | None:
    """The low that the result of the verdict, which is none, has not ended."""
    low, reading = facts.series.low, facts.reading
    if low is None or reading is None or reading.tier in LOW or low.stands == reading.key:
        return None
    return facts.readings[low.stands]


def ranked_days(facts: Facts) -> DaysBelow | None:
    """The window by which work is ranked."""
    window = facts.rulebook.series.days_below.ranked_window
    return next((days for days in facts.series.days_below if days.window == window), None)


def days_text(days: DaysBelow, rulebook: RuleBook) -> str:
    """``At least 41 days, at most 133; 90 days unknown.``"""
    said = {"known": str(days.known), "at_most": str(days.at_most), "unknown": str(days.unknown), "window": str(days.window)}
    return fill(rulebook.words.series["days_below"], said)


def reasons_text(low: LowState, rulebook: RuleBook) -> str:
    """Why the latest result did not end a low."""
    return listed(rulebook.words.series[code] for code in low.reasons)


def value_text(reading: Reading, facts: Facts) -> dict[str, str]:
    """One result as sentences name it."""
    return {
        "value": str(reading.value),
        "on": on_day(reading.drawn_on, facts.timeline.today),
        "assay": str(reading.lab.reported.assay),
        "source": reading.lab.laboratory or facts.rulebook.words.series["laboratory_unknown"],
    }


def low_notes(facts: Facts, reading: Reading) -> dict[str, str]:
    """The notes that ride on a finding about this low result, by code. None of them makes it less urgent."""
    words, verdict, low = facts.rulebook.words.note, facts.verdict, facts.series.low
    notes = {}
    if reading.key == verdict.reading:
        if verdict.confirmation:
            notes[verdict.confirmation] = words[verdict.confirmation]
        if verdict.change is not None and verdict.change.changed:
            earlier = value_text(facts.readings[verdict.change.earlier], facts)
            notes["changed"] = fill(words["changed"], {**earlier, "percent": f"{verdict.change.percent:+f}"})
        if verdict.higher:
            notes["higher_unconfirmed"] = fill(words["higher_unconfirmed"], value_text(facts.readings[verdict.higher], facts))
        if verdict.disagrees_with:
            notes["disputed"] = fill(words["disputed"], value_text(facts.readings[verdict.disagrees_with], facts))
    standing = facts.readings[low.stands] if low is not None else reading
    if standing.drawn_on and reading.drawn_on and standing.drawn_on < reading.drawn_on:
        notes["earlier_stands"] = fill(words["earlier_stands"], value_text(standing, facts))
    days = ranked_days(facts)
    if days is not None and days.known >= facts.rulebook.series.days_below.note_days:
        notes["days_below"] = days_text(days, facts.rulebook)
    return notes


def headline_notes(facts: Facts) -> Iterator[str]:
    """The sentences that follow the verdict's own: how sure it is, what contradicts it, and a low that nothing has ended."""
    words, verdict = facts.rulebook.words.series, facts.verdict
    if verdict.word == BELOW and verdict.confirmation:
        yield words[verdict.confirmation]
    if verdict.disagrees_with:
        yield fill(words["headline_disputed"], value_text(facts.readings[verdict.disagrees_with], facts))
    if verdict.higher:
        yield fill(words["headline_higher"], value_text(facts.readings[verdict.higher], facts))
    standing = open_low(facts)
    if standing is not None:
        said = value_text(standing, facts) | {"stands": stands_text(standing, facts.rulebook)}
        yield fill(words["headline_low"], said)
