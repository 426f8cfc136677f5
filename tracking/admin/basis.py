"""Reading a stored evaluation for people. The basis holds every sentence; nothing is concluded here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tracking.admin import phrases
from tracking.domain.estradiol import UNIT_IN_QUESTION

__all__ = ["findings_of", "results_of", "sources_of", "taken_of", "thresholds_of"]


def findings_of(basis: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Worst first, as they were found."""
    return sorted(basis.get("findings", ()), key=lambda finding: finding["priority"])


def sources_of(basis: Mapping[str, Any]) -> list[str]:
    """Every citation once, in the order in which the rules name them."""
    return list(dict.fromkeys(source for rule in basis.get("rules", ()) for source in rule["sources"]))


def thresholds_of(basis: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The limits that the result was held against, in its own unit; none while that unit is in question."""
    result = basis.get("result")
    if not result or UNIT_IN_QUESTION in result["notes"]:
        return []
    limits, unit = result["thresholds"], result["thresholds"]["unit"]
    said = (
        ("critical", f"{limits['critical_operator']} {limits['critical']}"),
        ("below the floor", f"< {limits['floor']}"),
        ("borderline", f"{limits['floor']} to below {limits['borderline_end']}"),
        ("in range", f"{limits['borderline_end']} to {limits['upper']} (upper limit from the {limits['upper_from']})"),
        ("above range", f"> {limits['upper']}"),
    )
    return [(name, f"{text} {unit}") for name, text in said]


def results_of(basis: Mapping[str, Any]) -> list[dict[str, str]]:
    """Every estradiol that it knew, with its tier and what it could be."""
    return [
        {
            "text": result["text"],
            "tier": result["tier"],
            "tier_words": phrases.spaced(result["tier"]),
            "span": _span(result),
            "floor": result["floor"],
        }
        for result in basis.get("results", {}).values()
    ]


def _span(result: Mapping[str, Any]) -> str:
    """While its unit is in question nobody is shown how high it would be."""
    if UNIT_IN_QUESTION in result["notes"]:
        return phrases.spaced(UNIT_IN_QUESTION)
    return phrases.spaced(" to ".join(dict.fromkeys((result["worst_tier"], result["best_tier"]))))


def taken_of(basis: Mapping[str, Any]) -> list[tuple[str, list[Mapping[str, Any]]]]:
    """What was in force at the draw and on the day of the evaluation."""
    context = basis.get("context") or {}
    times = (("At the draw", context.get("at_draw")), ("On the day of the evaluation", context.get("now")))
    return [(name, [*then["ai"], *then["testosterone"]]) for name, then in times if then]
