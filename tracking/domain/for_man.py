"""What the man himself reads (CLINICAL 9.8)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from tracking.domain.estradiol import Reading
from tracking.domain.evaluation import Evaluation
from tracking.domain.rulebook import RuleBook, Tier
from tracking.domain.verdict import CURRENT, SUPERSEDED
from tracking.domain.words import fill, on_day

_OF_TIER = {
    Tier.CRITICAL: "very_low",
    Tier.BELOW_FLOOR: "below",
    Tier.INDETERMINATE: "cannot_say",
}


def words_for_man(
    evaluation: Evaluation,
    rulebook: RuleBook,
    *,
    clinic_connected: bool,
    notified_on: date | None = None,
    call_after: date | None = None,
    comparison: bool = True,
) -> tuple[str, ...]:
    """His value, unit and the lab's range always; the comparison by release; whom to turn to; and what never waits.

    ``comparison`` False: no prescriber has released it yet, so it says that it waits. ``notified_on`` and ``call_after`` (three
    working days on) only where a care relationship is active and the notice was delivered. No tier is named, nothing is called
    safe or dangerous, and no sentence tells him what to take.
    """
    words, reading = rulebook.words.man, evaluation.reading
    if reading is None:
        lines = [words["no_data"]]
    else:
        lines = [*_result(evaluation, reading, words), *_beside(evaluation, words)]
        lines += _comparison(evaluation, reading, words) if comparison else [words["waiting"]]
    if not clinic_connected:
        lines.append(words["not_connected"])
    elif notified_on is not None and call_after is not None:
        said = {"notified": on_day(notified_on, evaluation.today), "call_after": on_day(call_after, evaluation.today)}
        lines.append(fill(words["notified"], said))
    return (*lines, words["always"])


def _result(evaluation: Evaluation, reading: Reading, words: Mapping[str, str]) -> list[str]:
    lab = reading.lab
    value = {"on": on_day(evaluation.verdict.drawn_on, evaluation.today), "value": str(reading.value)}
    ends = [end.digits for end in (lab.range_low, lab.range_high) if end is not None]
    if not ends or lab.range_high is None:
        return [fill(words["value"], value), words["no_lab_range"]]
    printed = f"{' to '.join(ends)} {lab.range_high.unit}" if lab.range_low else f"up to {lab.range_high}"
    return [fill(words["value"], value), fill(words["lab_range"], {"range": printed})]


def _beside(evaluation: Evaluation, words: Mapping[str, str]) -> list[str]:
    """What he also sent, and why it does not decide."""
    verdict = evaluation.verdict
    named = (("higher_unconfirmed", verdict.higher), ("disputed", verdict.disagrees_with))
    others = {code: evaluation.readings[key] for code, key in named if key}
    today = evaluation.today
    return [fill(words[code], {"on": on_day(of.drawn_on, today), "value": str(of.value)}) for code, of in others.items()]


def _comparison(evaluation: Evaluation, reading: Reading, words: Mapping[str, str]) -> list[str]:
    """A low result is said whatever its state; anything else only while it speaks for today."""
    verdict, limits = evaluation.verdict, reading.thresholds
    said = {
        "floor": f"{limits.floor} {limits.unit}",
        "very_low": f"{limits.critical} {limits.unit}",
        "needed": _needed(evaluation),
        "changed": on_day(verdict.changed_by.on, evaluation.today) if verdict.changed_by else "",
    }
    code = _OF_TIER.get(reading.tier, "not_below")
    if code == "not_below" and evaluation.series.low is not None:
        code = "not_confirmed"
    lines = [fill(words[code], said)] if verdict.state == CURRENT or code in ("very_low", "below", "not_confirmed") else []
    if verdict.state != CURRENT:
        lines.append(fill(words["superseded_by_change" if verdict.state == SUPERSEDED else "stale"], said))
    if reading.at_boundary:
        lines.append(words["at_boundary"])
    if "lab_normal_but_low" in reading.notes:
        lines.append(words["lab_normal_but_low"])
    if reading.tier is Tier.ABOVE_RANGE:
        lines.append(words["high"])
    return lines


def _needed(evaluation: Evaluation) -> str:
    """The one thing that is missing, in words."""
    return evaluation.missing[0].words if evaluation.missing else ""
