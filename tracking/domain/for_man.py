"""What the man himself reads (CLINICAL 9.8)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from tracking.domain.estradiol import LOW, Reading
from tracking.domain.facts import Facts
from tracking.domain.missing import Missing
from tracking.domain.reassurance import is_disturbed
from tracking.domain.rulebook import RuleBook, Tier
from tracking.domain.verdict import CURRENT, SUPERSEDED
from tracking.domain.words import fill, on_day
from tracking.domain.working_days import working_days_after

_OF_TIER = {
    Tier.CRITICAL: "very_low",
    Tier.BELOW_FLOOR: "below",
    Tier.INDETERMINATE: "cannot_say",
}


class Comparison(StrEnum):
    """Whether he reads where his result stands: it is released to him, it waits for a look, or nobody has looked in time."""

    RELEASED = "released"
    WAITS = "waits"
    NOT_REVIEWED = "not_reviewed"


@dataclass(frozen=True, slots=True)
class ForMan:
    """What an evaluation has to say to the man: his result, and the comparison, which may wait for a release.

    ``compares``: there is a result, so that a comparison, or the word that it waits, belongs to it.
    It is stored with the evaluation. Who was told, and whether it is released, is known when he reads. ``today`` is the local
    day of the evaluation, which dates are printed against.
    """

    result: tuple[str, ...]
    comparison: tuple[str, ...]
    compares: bool
    today: date

    @classmethod
    def stored(cls, said: Mapping[str, Any]) -> ForMan:
        """From its JSON-able form."""
        return cls(tuple(said["result"]), tuple(said["comparison"]), said["compares"], date.fromisoformat(said["today"]))


def for_man(facts: Facts, missing: Iterable[Missing]) -> ForMan:
    """His value, unit and the lab's range; and where it stands, in words that name no tier."""
    words, reading, today = facts.rulebook.words.man, facts.reading, facts.timeline.today
    if reading is None:
        return ForMan((words["no_data"],), (), compares=False, today=today)
    needed = next((item.words for item in missing), "")
    result = _result(facts, reading, words)
    if reading.question is not None:
        result.append(words["unit_in_question"])  # only he may hold the report, so it waits for nobody
    comparison = tuple(_comparison(facts, reading, words, needed))
    return ForMan((*result, *_beside(facts, words)), comparison, compares=True, today=today)


def comparison_of(*, waits: bool, clinic_connected: bool, waits_from: date, today: date, rulebook: RuleBook) -> Comparison:
    """What he reads of a comparison on a local day. With no clinic connected nobody will look, so nothing waits."""
    if not waits:
        return Comparison.RELEASED
    late = (today - waits_from).days > rulebook.episodes.telling.waits_days
    return Comparison.WAITS if clinic_connected and not late else Comparison.NOT_REVIEWED


def call_after(notified_on: date, rulebook: RuleBook) -> date:
    """The day by which his clinic has called, or he does."""
    return working_days_after(notified_on, rulebook.episodes.telling.call_after_working_days)


def words_for_man(
    said: ForMan,
    rulebook: RuleBook,
    *,
    clinic_connected: bool,
    notified_on: date | None = None,
    comparison: Comparison = Comparison.RELEASED,
) -> tuple[str, ...]:
    """His value, unit and the lab's range always; the comparison by release; whom to turn to; and what never waits.

    ``notified_on``: only where a care relationship is active and the notice was delivered. No tier is named, nothing is called
    safe or dangerous, and no sentence tells him what to take.
    """
    words = rulebook.words.man
    instead = {Comparison.WAITS: "waiting", Comparison.NOT_REVIEWED: "not_reviewed"}
    lines = [*said.result]
    if said.compares:
        lines += said.comparison if comparison is Comparison.RELEASED else (words[instead[comparison]],)
    if not clinic_connected:
        lines.append(words["not_connected"])
    elif notified_on is not None:
        called = call_after(notified_on, rulebook)
        lines.append(
            fill(words["notified"], {"notified": on_day(notified_on, said.today), "call_after": on_day(called, said.today)})
        )
    return (*lines, words["always"])


def _result(facts: Facts, reading: Reading, words: Mapping[str, str]) -> list[str]:
    lab = reading.lab
    value = {"on": on_day(facts.verdict.drawn_on, facts.timeline.today), "value": str(reading.value)}
    ends = [end.digits for end in (lab.range_low, lab.range_high) if end is not None]
    if not ends or lab.range_high is None:
        return [fill(words["value"], value), words["no_lab_range"]]
    printed = f"{' to '.join(ends)} {lab.range_high.unit}" if lab.range_low else f"up to {lab.range_high}"
    return [fill(words["value"], value), fill(words["lab_range"], {"range": printed})]


def _beside(facts: Facts, words: Mapping[str, str]) -> list[str]:
    """What he also sent, and why it does not decide."""
    verdict = facts.verdict
    named = (("higher_unconfirmed", verdict.higher), ("disputed", verdict.disagrees_with))
    others = {code: facts.readings[key] for code, key in named if key}
    today = facts.timeline.today
    return [fill(words[code], {"on": on_day(of.drawn_on, today), "value": str(of.value)}) for code, of in others.items()]


def _comparison(facts: Facts, reading: Reading, words: Mapping[str, str], needed: str) -> list[str]:
    """A low result is said whatever its state; anything else only while it speaks for today."""
    verdict, limits = facts.verdict, reading.thresholds
    said = {
        "floor": f"{limits.floor} {limits.unit}",
        "very_low": f"{limits.critical} {limits.unit}",
        "needed": needed,
        "changed": on_day(verdict.changed_by.on, facts.timeline.today) if verdict.changed_by else "",
    }
    code = _OF_TIER.get(reading.tier, "not_below")
    asked_instead = code == "cannot_say" and reading.question is not None
    low = facts.series.low
    if code == "not_below" and low is not None and low.began != reading.key:
        code, said["needed"] = "not_confirmed", facts.rulebook.words.missing["estradiol_confirming"]
    told = (verdict.state == CURRENT and not asked_instead) or reading.tier in LOW or code == "not_confirmed"
    lines = [fill(words[code], said)] if told else []
    if verdict.state != CURRENT:
        undated = verdict.why_stale == "date_unknown"
        why = "superseded_by_change" if verdict.state == SUPERSEDED else "date_unknown" if undated else "stale"
        lines.append(fill(words[why], said))
    elif code == "not_below":
        lines += [words["not_reassuring"]] if is_disturbed(reading) else []
        lines += [words["may_overstate"]] if reading.overstated_by else []
    if reading.at_boundary:
        lines.append(words["at_boundary"])
    if "lab_normal_but_low" in reading.notes:
        lines.append(words["lab_normal_but_low"])
    if reading.tier is Tier.ABOVE_RANGE:
        lines.append(words["high"])
    return lines
