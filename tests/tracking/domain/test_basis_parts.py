"""The parts of a basis that change seldom are kept apart from the rest, and come back exactly."""

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
from tracking.domain.basis_parts import GROUNDS, PLACED, Part, apart, name_of, together
from tracking.domain.evaluate import evaluate
from tracking.domain.history import History
from tracking.evidence import load_rulebook

RULEBOOK = load_rulebook()
ADAM, CARL = UUID(int=1), UUID(int=2)
TREATED = man(
    labs=[*pair("26.0", day(400), key="old"), *pair("12.0", day(5), key="new")],
    regimens=[anastrozole(day(700)), cypionate(day(800))],
)


def parts_of(history: History, *, days: int = 0) -> tuple[Part, Part]:
    _, placed, grounds = apart(evaluate(history, RULEBOOK, NOW + timedelta(days=days)).as_dict())
    return placed, grounds


def names_of(history: History, *, of: UUID = ADAM, days: int = 0) -> tuple[UUID, ...]:
    return tuple(name_of(part, of) for part in parts_of(history, days=days))


@given(st.one_of(men(), long_lives()))
@settings(max_examples=40)
def test_what_is_joined_is_what_was_said_also_when_its_parts_come_back_from_json(history: History) -> None:
    said = evaluate(history, RULEBOOK, NOW).as_dict()
    parts = apart(said)
    assert together(*parts) == said
    assert together(*(json.loads(json.dumps(part)) for part in parts)) == json.loads(json.dumps(said))
    assert not {*PLACED, *GROUNDS} & parts[0].keys()
    assert "segments" not in parts[0]["series"]


def test_a_dose_after_the_last_draw_and_a_day_leave_both_parts_as_they_were() -> None:
    kept = [dose("anastrozole", day(4)), dose("testosterone_cypionate", day(4), "80")]
    before = replace(TREATED, doses=kept)
    after = replace(TREATED, doses=[*kept, dose("anastrozole", day(1)), dose("testosterone_cypionate", day(0), "80")])
    assert len({names_of(history, days=days) for history in (before, after) for days in (0, 1)}) == 1


def test_a_corrected_old_result_makes_other_places_and_what_is_due_other_grounds() -> None:
    corrected = replace(TREATED, labs=[*pair("25.0", day(400), key="old"), *pair("12.0", day(5), key="new")])
    untreated = replace(TREATED, regimens=())
    before, placed, grounds = names_of(TREATED), names_of(corrected), names_of(untreated)
    assert before[0] != placed[0]
    assert before[1] != grounds[1]


def test_the_same_of_another_man_has_another_name() -> None:
    assert not {*names_of(TREATED)} & {*names_of(TREATED, of=CARL)}


def test_a_name_is_that_of_the_content_whatever_the_order_of_its_parts() -> None:
    for part in parts_of(TREATED):
        turned = dict(reversed(part.items()))
        assert list(turned) != list(part)
        assert name_of(turned, ADAM) == name_of(part, ADAM)
