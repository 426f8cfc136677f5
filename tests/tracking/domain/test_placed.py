"""Where results stand is kept apart from what is said of today, and comes back exactly."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tracking.domain.build import NOW, anastrozole, cypionate, day, dose, man, pair
from tests.tracking.domain.long_lives import long_lives
from tests.tracking.domain.test_whole import men
from tracking.domain.evaluate import evaluate
from tracking.domain.history import History
from tracking.domain.placed import Placed, apart, name_of, together
from tracking.evidence import load_rulebook

RULEBOOK = load_rulebook()
ADAM, CARL = UUID(int=1), UUID(int=2)
TREATED = man(
    labs=[*pair("26.0", day(400), key="old"), *pair("12.0", day(5), key="new")],
    regimens=[anastrozole(day(700)), cypionate(day(800))],
)


def placed_of(history: History, *, days: int = 0) -> Placed:
    _, placed = apart(evaluate(history, RULEBOOK, NOW + timedelta(days=days)).as_dict())
    assert placed is not None
    return placed


@given(st.one_of(men(), long_lives()))
@settings(max_examples=40)
def test_what_is_joined_is_what_was_said_also_when_both_come_back_from_json(history: History) -> None:
    said = evaluate(history, RULEBOOK, NOW).as_dict()
    basis, placed = apart(said)
    assert together(basis, placed) == said
    read = None if placed is None else Placed(*json.loads(json.dumps(placed)))
    assert together(json.loads(json.dumps(basis)), read) == json.loads(json.dumps(said))
    assert "results" not in basis
    assert "segments" not in basis["series"]


def test_a_dose_after_the_last_draw_and_a_day_leave_the_places_as_they_were() -> None:
    later = replace(TREATED, doses=[dose("anastrozole", day(1)), dose("testosterone_cypionate", day(0), "80")])
    names = {name_of(placed_of(history, days=days), ADAM) for history in (TREATED, later) for days in (0, 1, 40)}
    assert len(names) == 1


def test_other_places_have_another_name_and_so_have_the_same_of_another_man() -> None:
    corrected = replace(TREATED, labs=[*pair("25.0", day(400), key="old"), *pair("12.0", day(5), key="new")])
    of_adam = [name_of(placed_of(history), ADAM) for history in (TREATED, corrected)]
    assert len({*of_adam, name_of(placed_of(TREATED), CARL)}) == 3


def test_a_name_is_that_of_the_content_whatever_the_order_of_its_parts() -> None:
    placed = placed_of(TREATED)
    turned = Placed(dict(reversed(placed.results.items())), placed.segments)
    assert list(turned.results) != list(placed.results)
    assert name_of(turned, ADAM) == name_of(placed, ADAM)


def test_who_has_no_result_has_none_to_place() -> None:
    basis, placed = apart(evaluate(man(), RULEBOOK, NOW).as_dict())
    assert placed is None
    assert (together(basis, placed)["results"], together(basis, placed)["series"]["segments"]) == ({}, [])
