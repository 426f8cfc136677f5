"""The planned review of an AI: due, passed, answered by a new prescription, and missing where nobody named a day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from tests.tracking.domain.build import NOW, anastrozole, day, man
from tracking.domain.due import DueItem
from tracking.domain.evaluate import evaluate
from tracking.domain.history import Origin
from tracking.evidence import load_rulebook

RULEBOOK = load_rulebook()


def reviewed(starts: date, review: date | None, ends: date | None = None, **more: Any) -> Any:
    return replace(anastrozole(starts, ends, **more), review_on=review)


def items(*regimens: Any) -> dict[str, DueItem]:
    return {i.anchor: i for i in evaluate(man(regimens=regimens), RULEBOOK, NOW).due if i.kind == "ai_review"}


def codes(*regimens: Any) -> tuple[set[str], set[str]]:
    said = evaluate(man(regimens=regimens), RULEBOOK, NOW)
    return {f.code for f in said.findings}, {m.code for m in said.missing}


def test_the_review_is_the_clinics_and_due_on_the_day_that_was_set() -> None:
    item = items(reviewed(day(100), day(-20), key="a"))["review:a"]
    assert (item.due_on, item.audience, item.is_open) == (day(-20), "clinic", True)


def test_a_day_beyond_six_months_is_drawn_in() -> None:
    assert items(reviewed(date(2026, 7, 1), date(2028, 1, 1), key="a"))["review:a"].due_on == date(2027, 1, 1)


def test_a_review_that_passed_is_found_the_day_after() -> None:
    assert "ai_review_overdue" not in codes(reviewed(day(100), day(0)))[0]
    assert "ai_review_overdue" in codes(reviewed(day(100), day(1)))[0]


def test_a_new_prescription_answers_and_a_mere_end_does_not() -> None:
    old = reviewed(day(100), day(40), day(30), key="a")
    assert items(old)["review:a"].state == "superseded"
    new = reviewed(day(30), day(-100), key="b", dose="0.25")
    assert (items(old, new)["review:a"].state, items(old, new)["review:a"].answered_by) == ("answered", "b")
    his_own = reviewed(day(30), None, key="b", origin=Origin.SELF)
    assert items(old, his_own)["review:a"].state == "superseded"


def test_an_ai_without_a_planned_review_names_it_as_missing() -> None:
    assert "ai_review" in codes(reviewed(day(100), None))[1]
    assert "ai_review" not in codes(reviewed(day(100), day(-20)))[1]
