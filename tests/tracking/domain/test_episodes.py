"""How findings become episodes, how they are answered and put off, and in which order they stand. All invented."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tracking.domain.build import LOOK, NOW, TODAY, ZONE, anastrozole, day, fracture, lab, level, man
from tracking.domain.episodes import (
    EpisodeRecord,
    Look,
    Outcome,
    State,
    Step,
    acknowledge,
    escalation,
    follow,
    is_overdue,
    is_worse,
    levels_of,
    recheck_on,
    respond_by,
    snooze,
    snooze_limit,
)
from tracking.domain.evaluate import evaluate
from tracking.domain.moments import start_of_day
from tracking.domain.problems import Problem
from tracking.domain.rulebook import Priority

P0, P1, P2, P3, P4 = Priority
BELL = "user:7"


def later(**passed: Any) -> Look:
    return replace(LOOK, now=NOW + timedelta(**passed))


def step(before: EpisodeRecord | None, found: Any, look: Look = LOOK) -> Step:
    made = follow("e2_low", before, found, look)
    assert made is not None
    return made


def opened(priority: Priority = P1, **changed: Any) -> EpisodeRecord:
    return step(None, level(priority, **changed)).episode


def answered(episode: EpisodeRecord, outcome: str = "contacted", note: str = "", look: Look = LOOK) -> EpisodeRecord:
    made = acknowledge(episode, outcome=outcome, note=note, by=BELL, now=look.now)
    assert made is not None
    return made.episode


def asleep(episode: EpisodeRecord, look: Look = LOOK, **time: Any) -> EpisodeRecord:
    made = snooze(episode, until=look.now + timedelta(**time), reason="on holiday", by=BELL, look=look)
    assert made is not None
    return made.episode


def whats(made: Step) -> list[str]:
    return [event.what.value for event in made.events]


def refused(call: Any, *args: Any, **named: Any) -> Any:
    with pytest.raises(Problem) as caught:
        call(*args, **named)
    return caught.value.issues[0]


# Opening, going on, ending


def test_an_episode_opens_when_its_family_appears_and_ends_when_it_is_gone() -> None:
    episode = opened()
    assert (episode.state(NOW), episode.opened_at) == (State.OPEN, NOW)
    ended = step(episode, None, later(days=1))
    assert (ended.episode.state(NOW), ended.episode.resolution, whats(ended)) == (State.RESOLVED, "recovered", ["resolved"])


def test_the_same_outcome_again_changes_nothing() -> None:
    episode = opened()
    assert follow("e2_low", episode, level(), later(days=3)) is None
    ended = step(episode, None).episode
    assert follow("e2_low", ended, None, later(days=3)) is None
    assert follow("e2_low", None, None, LOOK) is None


def test_new_data_that_is_no_worse_keeps_the_answer() -> None:
    episode = answered(opened(margin=Decimal("0.9")))
    made = step(episode, level(margin=Decimal("0.8")), later(days=3))
    assert (made.events, made.episode.state(NOW)) == ((), State.ACKNOWLEDGED)
    assert made.episode.level.margin == Decimal("0.8")


WORSE = {
    "priority": level(P0),
    "severity": level(P1, severity="critical"),
    "tier": level(P1, tier="critical"),
    "one finding more": level(P1, count=2),
}


@pytest.mark.parametrize("found", WORSE.values(), ids=WORSE)
def test_what_worsens_is_asked_again_and_wakes(found: Any) -> None:
    for before in (answered(opened()), asleep(opened(), days=3), asleep(answered(opened()), days=3)):
        made = step(before, found, later(days=1))
        assert (whats(made), made.episode.state(NOW + timedelta(days=1))) == (["worsened"], State.OPEN)
        assert (made.episode.outcome, made.episode.snoozed_until, made.episode.first_snoozed_at) == ("", None, None)


def test_what_eases_stays_answered_and_remembers_the_worst() -> None:
    episode = answered(opened(P0))
    made = step(episode, level(P1), later(days=1))
    assert (whats(made), made.episode.state(NOW)) == (["eased"], State.ACKNOWLEDGED)
    assert (made.episode.level.priority, made.episode.worst_priority) == (P1, P0)
    assert whats(step(made.episode, level(P0), later(days=2))) == ["worsened"]


def test_a_tier_that_is_not_known_makes_nothing_worse() -> None:
    assert not is_worse(level(tier=""), level(tier="borderline"))
    assert not is_worse(level(tier="critical"), level(tier=""))


def test_what_comes_back_in_time_is_the_same_episode_and_is_asked_again() -> None:
    ended = step(answered(opened(P0)), None, later(days=2)).episode
    again = step(ended, level(P2), later(days=40))
    assert whats(again) == ["reopened"]
    assert not again.is_new
    episode = again.episode
    assert (episode.opened_at, episode.reopened, episode.worst_priority, episode.outcome) == (NOW, 1, P0, "")
    assert episode.respond_by == respond_by(later(days=40).now, P2, LOOK)


def test_what_comes_back_much_later_is_another_one() -> None:
    ended = step(opened(), None).episode
    again = step(ended, level(P2), later(days=300))
    assert (whats(again), again.is_new, again.episode.worst_priority) == (["opened"], True, P2)


levels = st.none() | st.builds(level, st.sampled_from(list(Priority)), count=st.integers(1, 3))


@given(st.lists(levels, max_size=8))
@settings(max_examples=200, deadline=None)
def test_what_is_open_depends_on_what_was_found_last_and_on_nothing_before(found: list[Any]) -> None:
    episode: EpisodeRecord | None = None
    for days, each in enumerate(found):
        made = follow("e2_low", episode, each, later(days=days))
        episode = made.episode if made else episode
        assert (episode is not None and episode.resolved_at is None) == (each is not None)
        assert episode is None or episode.worst_priority <= episode.level.priority


@given(st.lists(levels.filter(bool), min_size=2, max_size=8))
@settings(max_examples=200, deadline=None)
def test_new_data_never_puts_off_an_answer_that_is_owed(found: list[Any]) -> None:
    owed = []
    episode: EpisodeRecord | None = None
    for days, each in enumerate(found):
        made = follow("e2_low", episode, each, later(days=days))
        episode = made.episode if made else episode
        assert episode is not None
        owed.append(episode.respond_by or datetime.max.replace(tzinfo=UTC))
    assert all(one >= other for one, other in pairwise(owed))


# A changed rulebook


def test_across_a_change_of_rules_nothing_ends_in_silence() -> None:
    switched = replace(later(days=1), switched=True)
    for before in (opened(), answered(opened()), asleep(opened(), days=10)):
        marked = step(before, None, switched)
        assert whats(marked) == ["rule_changed"]
        episode = marked.episode
        assert (episode.state(switched.now), episode.rule_changed) == (State.OPEN, LOOK.rulebook.version)
        assert follow("e2_low", episode, None, later(days=9)) is None
        seen = acknowledge(episode, outcome="contacted", note="", by=BELL, now=switched.now)
        assert seen is not None
        assert whats(seen) == ["acknowledged", "resolved"]
        assert (seen.episode.state(NOW), seen.episode.resolution) == (State.RESOLVED, "rule_changed")


def test_what_is_found_again_under_the_new_rules_goes_on() -> None:
    marked = step(answered(opened()), None, replace(later(days=1), switched=True)).episode
    again = step(marked, level(), later(days=2))
    assert (whats(again), again.episode.rule_changed, again.episode.state(NOW)) == (["found_again"], "", State.OPEN)


# Answers


@pytest.mark.parametrize("outcome", Outcome)
def test_each_of_the_four_outcomes_answers(outcome: Outcome) -> None:
    episode = answered(opened(), outcome, "a reason")
    assert (episode.state(NOW), episode.outcome, episode.acknowledged_by) == (State.ACKNOWLEDGED, outcome, BELL)


def test_nothing_else_answers_and_acceptance_needs_its_reason() -> None:
    said = {"by": BELL, "now": NOW}
    assert refused(acknowledge, opened(), outcome="seen", note="", **said).pointer == "/outcome"
    assert refused(acknowledge, opened(), outcome="accepted_with_reason", note="", **said).pointer == "/note"
    ended = step(opened(), None).episode
    assert refused(acknowledge, ended, outcome="contacted", note="", **said).code == "episode-resolved"


def test_the_same_answer_twice_is_one() -> None:
    assert acknowledge(answered(opened()), outcome="contacted", note="", by=BELL, now=NOW) is None
    first = asleep(opened(), days=3)
    assert first.snoozed_until is not None
    assert snooze(first, until=first.snoozed_until, reason="on holiday", by=BELL, look=LOOK) is None


# Putting off


@pytest.mark.parametrize(("priority", "days"), [(P0, 3), (P1, 14), (P2, 56), (P3, 56), (P4, 56)])
def test_it_is_put_off_so_long_and_no_longer(priority: Priority, days: int) -> None:
    assert asleep(opened(priority), days=days).state(NOW) is State.SNOOZED
    issue = refused(asleep, opened(priority), days=days, seconds=1)
    assert issue.code == "snooze-too-long"
    assert (NOW + timedelta(days=days)).astimezone(ZoneInfo(ZONE)).isoformat(timespec="seconds") in issue.detail


def test_putting_off_again_does_not_add_to_the_days() -> None:
    first = asleep(opened(P0), days=2)
    assert asleep(first, later(days=2), days=1).state(later(days=2).now) is State.SNOOZED
    assert refused(asleep, first, later(days=2), days=2).code == "snooze-too-long"
    assert refused(asleep, first, later(days=3), days=1).code == "snooze-over"


def test_a_snooze_ends_by_itself_at_its_instant() -> None:
    slept, acknowledged = asleep(opened(), days=3), asleep(answered(opened()), days=3)
    end = NOW + timedelta(days=3)
    assert slept.state(end - timedelta(seconds=1)) is State.SNOOZED
    assert (slept.state(end), acknowledged.state(end)) == (State.OPEN, State.ACKNOWLEDGED)


def test_it_is_never_put_off_past_the_recheck_nor_into_the_past() -> None:
    due = replace(LOOK, recheck_on=TODAY + timedelta(days=5))
    assert snooze_limit(opened(), due) == start_of_day(TODAY + timedelta(days=5), ZONE)
    assert "recheck" in refused(asleep, opened(), due, days=6).detail
    assert refused(asleep, opened(), replace(LOOK, recheck_on=TODAY), days=1).code == "snooze-over"
    assert refused(asleep, opened(), days=-1).code == "snooze-in-the-past"
    assert refused(snooze, opened(), until=NOW + timedelta(days=1), reason="", by=BELL, look=LOOK).pointer == "/reason"


def test_a_snooze_is_cut_when_the_recheck_moves_before_its_end() -> None:
    slept = asleep(opened(P2), days=50)
    moved = replace(later(days=1), recheck_on=TODAY + timedelta(days=20))
    cut = step(slept, level(P2), moved)
    assert (whats(cut), cut.episode.snoozed_until) == (["shortened"], start_of_day(TODAY + timedelta(days=20), ZONE))
    woken = step(slept, level(P2), replace(moved, recheck_on=TODAY))
    assert (whats(woken), woken.episode.state(moved.now)) == (["woke"], State.OPEN)


def test_the_recheck_is_the_first_open_draw_that_is_due() -> None:
    said = evaluate(man(labs=[lab("12", day(30))], regimens=[anastrozole(day(20))]), LOOK.rulebook, NOW)
    assert recheck_on(said.due) == min(item.due_on for item in said.open_items if item.kind == "lab_e2_t")
    assert recheck_on(()) is None


# Response targets: 2 November 2026 is a Monday


@pytest.mark.parametrize(
    ("asked", "priority", "late_from"),
    [
        ("2026-11-02T15:00", P0, "2026-11-04"),
        ("2026-11-06T15:00", P0, "2026-11-10"),  # Friday: the end of Monday
        ("2026-11-07T15:00", P0, "2026-11-10"),  # Saturday
        ("2026-11-08T15:00", P0, "2026-11-10"),  # Sunday
        ("2026-11-02T15:00", P1, "2026-11-06"),
        ("2026-11-05T15:00", P1, "2026-11-11"),  # Thursday
        ("2026-11-02T15:00", P2, "2026-11-17"),
        ("2026-11-02T15:00", P3, "2026-12-15"),
        ("2026-11-03T04:59", P0, "2026-11-04"),  # still Monday evening in New York
    ],
)
def test_working_days_are_monday_to_friday_in_his_zone(asked: str, priority: Priority, late_from: str) -> None:
    by = respond_by(datetime.fromisoformat(asked).replace(tzinfo=UTC), priority, LOOK)
    assert by == start_of_day(date.fromisoformat(late_from), ZONE)


def test_the_least_urgent_have_no_target() -> None:
    assert respond_by(NOW, P4, LOOK) is None
    assert not is_overdue(None, State.OPEN, NOW)


def test_late_is_who_was_not_answered_and_does_not_sleep() -> None:
    by = NOW
    assert is_overdue(by, State.OPEN, by)
    assert not is_overdue(by, State.OPEN, by - timedelta(seconds=1))
    assert not any(is_overdue(by, state, by) for state in State if state is not State.OPEN)


def test_a_silence_is_told_step_by_step() -> None:
    by = respond_by(NOW, P0, LOOK)
    assert by is not None
    told = [escalation(by, P0, replace(LOOK, now=by + timedelta(days=days, seconds=-1))) for days in range(4)]
    assert told == ["", "lead", "clinic", "clinic_administrator"]
    assert escalation(by, P4, replace(LOOK, now=by + timedelta(days=90))) == "lead"


# How bad a family stands


def test_the_worst_of_a_family_speaks_for_it() -> None:
    fractures = [fracture(day(10), key="one"), fracture(day(5), key="two")]
    labs = [lab("<10", day(3))]
    said = evaluate(man(labs=labs, fractures=fractures, regimens=[anastrozole(day(100))]), LOOK.rulebook, NOW)
    stands = levels_of(said.findings, said.readings)
    assert stands["fracture_on_ai"].count == 2
    low = stands["e2_low"]
    assert (low.code, low.priority, low.tier, low.lane, low.censored) == ("e2_critical_on_ai", P0, "critical", "low_e2", True)
    assert low.margin == next(finding.margin for finding in said.findings if finding.code == low.code)
    assert stands.keys() == {finding.family for finding in said.findings}
