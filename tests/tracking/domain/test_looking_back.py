"""That looking back no further than needed finds what looking at everything finds. All histories are invented."""

from __future__ import annotations

from datetime import timedelta
from itertools import groupby

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tracking.domain.build import NOW
from tests.tracking.domain.long_lives import long_lives
from tests.tracking.domain.test_whole import men
from tracking.domain.due import ANSWERED, LAB
from tracking.domain.estradiol import ANALYTE
from tracking.domain.facts import Facts, gather
from tracking.domain.history import History
from tracking.domain.rulebook import AROMATASE_INHIBITOR, TESTOSTERONE
from tracking.domain.series import recovery
from tracking.evidence import load_rulebook

RULEBOOK = load_rulebook()
LIVES = st.one_of(men(), long_lives(), long_lives())


def facts_of(history: History) -> Facts:
    """Afresh, so that nothing is kept of what was looked at before."""
    return gather(history, RULEBOOK, NOW)


@given(LIVES)
@settings(max_examples=120)
def test_what_is_open_is_the_open_part_of_the_whole_plan(history: History) -> None:
    plan = facts_of(history).plan
    assert plan.open == tuple(item for item in plan.items if item.is_open)
    assert [item.words for item in plan.open] == [item.words for item in plan.items if item.is_open]


@given(LIVES)
@settings(max_examples=80)
def test_a_draw_has_answered_since_a_change_where_the_whole_plan_says_so(history: History) -> None:
    facts = facts_of(history)
    answering = {item.answered_by for item in facts.plan.items if item.kind == LAB and item.state == ANSWERED}
    answered = [d.on for d in facts.timeline.draws.get(ANALYTE, ()) if d.lab.key in answering and d.on is not None]
    for change in facts.timeline.exposure.changes_until(facts.timeline.today):
        day = change.on + timedelta(days=facts.rulebook.drugs[change.drug].rechecks[0].earliest_draw_days)
        assert facts.plan.has_answer_since(day) == any(on >= day for on in answered)


@given(LIVES)
@settings(max_examples=120)
def test_the_low_that_stands_is_that_of_a_walk_over_all_results(history: History) -> None:
    found = facts_of(history).series.low
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(recovery, "_ends_any", lambda *_args, **_more: False)
        assert facts_of(history).series.low == found


@given(LIVES)
@settings(max_examples=80)
def test_the_results_before_one_are_those_of_its_segment(history: History) -> None:
    for segment in facts_of(history).series.segments:
        for place, key in enumerate(segment.keys):
            assert tuple(facts_of(history).series.before(key)) == segment.keys[:place][::-1]


@given(LIVES)
@settings(max_examples=80)
def test_within_a_segment_no_two_known_phases_of_a_drug_differ_and_at_a_cut_by_phase_some_do(history: History) -> None:
    facts = facts_of(history)

    def phases(keys: tuple[str, ...]) -> list[set[object]]:
        timings = [facts.timings[key] for key in keys]
        drugs = ([timing.ai for timing in timings], [timing.testosterone for timing in timings])
        return [{drug.phase for drug in of if drug.phase.is_known} for of in drugs]

    for _, of_assay in groupby(sorted(facts.series.segments, key=lambda one: one.assay), key=lambda one: one.assay):
        last: list[set[object]] = []
        for segment in of_assay:
            now = phases(segment.keys)
            assert all(len(known) <= 1 for known in now)
            if segment.cut == "phase":
                assert any(one and other and one != other for one, other in zip(last, now, strict=True))
            last = now


@given(LIVES)
@settings(max_examples=80)
def test_a_contradiction_found_alone_is_found_among_all(history: History) -> None:
    contradictions = facts_of(history).series.contradictions
    every = contradictions.every()
    assert set(contradictions.unsettled()) <= set(every)
    for draw in facts_of(history).timeline.draws.get(ANALYTE, ()):
        key = draw.lab.key
        assert (key in contradictions) == any(pair.better == key for pair in every)
        assert contradictions.older(key) == next((pair.older for pair in every if pair.newer == key), "")


@given(LIVES, st.integers(-40, 1600))
@settings(max_examples=120)
def test_what_was_in_force_is_found_by_day_as_it_is_among_all_courses(history: History, back: int) -> None:
    timeline = facts_of(history).timeline
    exposure, day = timeline.exposure, timeline.today - timedelta(days=back)
    for drug_class in (AROMATASE_INHIBITOR, TESTOSTERONE):
        own = [course for course in exposure.courses if course.drug_class == drug_class]
        assert list(exposure.on(drug_class, day)) == [course for course in own if course.holds(day)]
        assert list(exposure.at_draw(drug_class, day)) == [course for course in own if course.held_before(day)]
        spans = [s for s in exposure.spans[drug_class] if s.starts_on <= day and (s.ends_on is None or day < s.ends_on)]
        assert exposure.span(drug_class, day) == (spans[0] if spans else None)
    changes = [change for change in exposure.changes if day <= change.on <= timeline.today]
    assert exposure.first_change(day, timeline.today) == (changes[0] if changes else None)
