"""Each stage is sent once, inside its window, never in quiet hours; an outage is followed by one message."""

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifications.domain.hours import Hours, next_allowed
from notifications.domain.stages import (
    DueDays,
    Fate,
    Round,
    Sending,
    Stage,
    StageRule,
    fate,
    is_reminded,
    round_for,
    sendings,
    stages,
)
from tests.notifications.domain.test_hours import days, hours, instants, unhurried, zones

BERLIN = ZoneInfo("Europe/Berlin")
DAYS = DueDays(date(2026, 4, 20), date(2026, 5, 3), date(2026, 5, 17))
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)

due_days = st.builds(
    lambda day, to_due, to_overdue: DueDays(day, day + timedelta(to_due), day + timedelta(to_due + to_overdue)),
    days,
    st.integers(0, 60),
    st.integers(0, 30),
)
rules = st.builds(StageRule, st.integers(0, 45), st.integers(1, 60))
# What services accept: at least two hours of the day are open. A sweep every hour then meets each of them.
usual_hours = hours.filter(lambda his: his.open_for >= timedelta(hours=2))


def run_of_sweeps(
    messages: tuple[Sending, ...], ticks: list[datetime], his: Hours, zone: ZoneInfo
) -> list[tuple[Stage, datetime]]:
    """What goes out when sweeps come at these instants, by the same two functions that the services call."""
    waiting = {message.stage: message.send_at for message in messages}
    expires = {message.stage: message.expires_at for message in messages}
    said = []
    for tick in ticks:
        for stage, at in list(waiting.items()):
            if at <= tick:
                verdict, then = fate(tick, expires_at=expires[stage], is_wanted=True, hours=his, zone=zone)
                if verdict == Fate.WAIT:
                    waiting[stage] = then
                else:
                    del waiting[stage]
                    said += [(stage, tick)] if verdict == Fate.SEND else []
    return said


def test_the_three_stages_of_an_ordinary_item() -> None:
    assert stages(DAYS, Hours(), BERLIN) == (
        Sending(Stage.BEFORE, datetime(2026, 4, 20, 7, tzinfo=UTC), datetime(2026, 5, 3, 7, tzinfo=UTC)),
        Sending(Stage.ON, datetime(2026, 5, 3, 7, tzinfo=UTC), datetime(2026, 5, 17, 7, tzinfo=UTC)),
        Sending(Stage.OVERDUE, datetime(2026, 5, 17, 7, tzinfo=UTC), datetime(2026, 5, 31, 7, tzinfo=UTC)),
    )


@pytest.mark.parametrize(
    ("after_days", "said"),
    [
        (0, [Stage.BEFORE, Stage.ON, Stage.OVERDUE]),
        (1, [Stage.BEFORE, Stage.ON, Stage.AFTER, Stage.OVERDUE]),
        (13, [Stage.BEFORE, Stage.ON, Stage.AFTER, Stage.OVERDUE]),
        (14, [Stage.BEFORE, Stage.ON, Stage.OVERDUE]),
    ],
)
def test_a_kind_may_say_something_after_its_due_date_and_before_it_is_overdue(after_days: int, said: list[Stage]) -> None:
    windows = stages(DAYS, Hours(), BERLIN, StageRule(after_days, lives_days=3))
    assert [window.stage for window in windows] == said
    assert windows[-1].expires_at == datetime(2026, 5, 20, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("paused_until", "verdict", "at"),
    [
        (None, Fate.SEND, datetime(2026, 5, 3, 7, tzinfo=UTC)),
        (datetime(2026, 5, 3, 7, tzinfo=UTC), Fate.SEND, datetime(2026, 5, 3, 7, tzinfo=UTC)),
        (datetime(2026, 5, 5, 10, tzinfo=UTC), Fate.WAIT, datetime(2026, 5, 5, 10, tzinfo=UTC)),
        (datetime(2026, 5, 5, 22, tzinfo=UTC), Fate.WAIT, datetime(2026, 5, 6, 6, tzinfo=UTC)),
        (datetime(2026, 5, 17, 7, tzinfo=UTC), Fate.EXPIRE, datetime(2026, 5, 3, 7, tzinfo=UTC)),
    ],
)
def test_a_pause_holds_back_and_ends_outside_quiet_hours(paused_until: datetime | None, verdict: Fate, at: datetime) -> None:
    now, expires_at = datetime(2026, 5, 3, 7, tzinfo=UTC), datetime(2026, 5, 17, 7, tzinfo=UTC)
    found = fate(now, expires_at=expires_at, is_wanted=True, hours=Hours(), zone=BERLIN, paused_until=paused_until)
    assert found == (verdict, at)


def test_where_days_coincide_the_later_stage_takes_the_day() -> None:
    day = date(2026, 5, 3)
    assert [s.stage for s in stages(DueDays(day, day, day + timedelta(1)), Hours(), BERLIN)] == [Stage.ON, Stage.OVERDUE]
    assert [s.stage for s in stages(DueDays(day, day, day), Hours(), BERLIN)] == [Stage.OVERDUE]


@unhurried
@given(item=due_days, his=hours, zone=zones, rule=rules)
def test_windows_touch_and_never_overlap_and_begin_outside_quiet_hours(
    item: DueDays, his: Hours, zone: ZoneInfo, rule: StageRule
) -> None:
    windows = stages(item, his, zone, rule)
    assert windows
    assert windows[-1].stage == Stage.OVERDUE
    for this, following in pairwise(windows):
        assert this.send_at < this.expires_at == following.send_at
    for window in windows:
        assert next_allowed(window.send_at, his, zone) == window.send_at


@settings(deadline=None, max_examples=40)
@given(item=due_days, his=usual_hours, zone=zones, offset=st.integers(0, 3599))
def test_each_stage_is_sent_once_inside_its_window_and_never_in_quiet_hours(
    item: DueDays, his: Hours, zone: ZoneInfo, offset: int
) -> None:
    messages = sendings(Round(1, LONG_AGO), item, his, zone)
    begin = messages[0].send_at.replace(minute=0, second=0) + timedelta(seconds=offset)
    hourly = [begin + timedelta(hours=hour) for hour in range(24 * 110)]
    said = run_of_sweeps(messages, hourly, his, zone)
    assert Counter(stage for stage, _ in said) == Counter(
        m.stage
        for m in messages
        if any(m.send_at <= t < m.expires_at and not his.is_quiet(t.astimezone(zone).time()) for t in hourly)
    )
    by_stage = {m.stage: m for m in messages}
    for stage, at in said:
        assert by_stage[stage].send_at <= at < by_stage[stage].expires_at
        assert not his.is_quiet(at.astimezone(zone).time())


@unhurried
@given(item=due_days, his=hours, zone=zones, ticks=st.lists(st.integers(0, 60 * 24 * 120), min_size=1, max_size=40))
def test_however_late_doubled_and_irregular_the_sweeps_nothing_goes_out_twice(
    item: DueDays, his: Hours, zone: ZoneInfo, ticks: list[int]
) -> None:
    messages = sendings(Round(1, LONG_AGO), item, his, zone)
    begin = messages[0].send_at
    said = run_of_sweeps(messages, sorted(begin + timedelta(minutes=m) for m in ticks + ticks[:5]), his, zone)
    assert all(count == 1 for count in Counter(stage for stage, _ in said).values())
    assert all(not his.is_quiet(at.astimezone(zone).time()) for _, at in said)


@unhurried
@given(item=due_days, his=hours, zone=zones, out_for=st.integers(0, 60 * 24 * 120))
def test_after_an_outage_at_most_one_message_goes_out_at_once(item: DueDays, his: Hours, zone: ZoneInfo, out_for: int) -> None:
    messages = sendings(Round(1, LONG_AGO), item, his, zone)
    back = messages[0].send_at + timedelta(minutes=out_for)
    assert len(run_of_sweeps(messages, [back, back, back], his, zone)) <= 1


@pytest.mark.parametrize(
    ("back", "said"),
    [
        (datetime(2026, 4, 25, 10, tzinfo=UTC), [Stage.BEFORE]),
        (datetime(2026, 5, 3, 6, 59, 59, tzinfo=UTC), [Stage.BEFORE]),
        (datetime(2026, 5, 3, 7, tzinfo=UTC), [Stage.ON]),
        (datetime(2026, 5, 20, 10, tzinfo=UTC), [Stage.OVERDUE]),
        (datetime(2026, 5, 31, 7, tzinfo=UTC), []),
    ],
)
def test_the_message_after_an_outage_is_that_of_the_stage_in_hand(back: datetime, said: list[Stage]) -> None:
    messages = sendings(Round(1, LONG_AGO), DAYS, Hours(), BERLIN)
    assert [stage for stage, _ in run_of_sweeps(messages, [back], Hours(), BERLIN)] == said


@unhurried
@given(item=due_days, his=hours, zone=zones, began=instants, snooze=st.none() | st.integers(1, 28 * 24 * 60))
def test_a_round_is_in_order_and_never_silent(
    item: DueDays, his: Hours, zone: ZoneInfo, began: datetime, snooze: int | None
) -> None:
    round_ = Round(2, began, None if snooze is None else began + timedelta(minutes=snooze))
    messages = sendings(round_, item, his, zone)
    assert messages
    assert all(m.send_at < m.expires_at and m.expires_at > began for m in messages)
    assert all(this.expires_at <= following.send_at for this, following in pairwise(messages))
    for message in messages:
        assert next_allowed(message.send_at, his, zone) == message.send_at


@unhurried
@given(item=due_days, his=hours, zone=zones, began=instants, snooze=st.integers(1, 28 * 24 * 60))
def test_a_snooze_never_holds_back_a_later_stage(
    item: DueDays, his: Hours, zone: ZoneInfo, began: datetime, snooze: int
) -> None:
    awake = sendings(Round(1, began), item, his, zone)
    asleep = sendings(Round(1, began, began + timedelta(minutes=snooze)), item, his, zone)
    until = began + timedelta(minutes=snooze)
    assert asleep[0].send_at >= min([until, *(message.send_at for message in awake[1:])])
    assert set(awake[1:]) <= set(asleep)


def test_a_snooze_repeats_the_stage_in_hand() -> None:
    began = datetime(2026, 4, 21, 12, tzinfo=UTC)
    first, *_ = sendings(Round(2, began, datetime(2026, 4, 25, 2, tzinfo=UTC)), DAYS, Hours(), BERLIN)
    assert first == Sending(Stage.BEFORE, datetime(2026, 4, 25, 6, tzinfo=UTC), datetime(2026, 5, 3, 7, tzinfo=UTC))


def test_a_snooze_beyond_the_next_stage_is_overtaken_by_it() -> None:
    began = datetime(2026, 4, 21, 12, tzinfo=UTC)
    messages = sendings(Round(2, began, datetime(2026, 5, 10, 12, tzinfo=UTC)), DAYS, Hours(), BERLIN)
    assert [m.stage for m in messages] == [Stage.ON, Stage.OVERDUE]
    assert messages[0].send_at == datetime(2026, 5, 3, 7, tzinfo=UTC)


def test_a_snooze_of_the_last_stage_gives_it_new_life() -> None:
    began = datetime(2026, 5, 30, 12, tzinfo=UTC)
    (only,) = sendings(Round(2, began, datetime(2026, 6, 5, 12, tzinfo=UTC)), DAYS, Hours(), BERLIN)
    assert only == Sending(Stage.OVERDUE, datetime(2026, 6, 5, 12, tzinfo=UTC), datetime(2026, 6, 19, 7, tzinfo=UTC))


def test_an_item_that_becomes_known_long_after_it_was_due_is_mentioned_once() -> None:
    (only,) = sendings(Round(1, datetime(2026, 9, 1, 22, tzinfo=UTC)), DAYS, Hours(), BERLIN)
    assert (only.stage, only.send_at) == (Stage.OVERDUE, datetime(2026, 9, 2, 6, tzinfo=UTC))


def test_what_is_done_is_not_mentioned_again() -> None:
    assert sendings(Round(1, LONG_AGO, is_done=True), DAYS, Hours(), BERLIN) == ()


@pytest.mark.parametrize(("moved", "number"), [(0, 3), (7, 3), (8, 4), (-7, 3), (-8, 4)])
def test_a_due_date_that_moves_by_more_than_the_rule_allows_begins_a_round(moved: int, number: int) -> None:
    now = datetime(2026, 4, 21, tzinfo=UTC)
    told = date(2026, 5, 3)
    past = Round(3, LONG_AGO, is_done=True)
    round_ = round_for(now, past=past, told_due_on=told, due_on=told + timedelta(moved), resend_after_days=7)
    assert round_ == (past if number == 3 else Round(4, now))


def test_a_round_of_which_he_has_heard_nothing_only_moves() -> None:
    past = Round(1, LONG_AGO)
    assert round_for(LONG_AGO, past=past, told_due_on=None, due_on=date(2030, 1, 1), resend_after_days=1) is past
    assert round_for(LONG_AGO, past=None, told_due_on=None, due_on=date(2030, 1, 1), resend_after_days=1) == Round(1, LONG_AGO)


NOON = datetime(2026, 5, 3, 10, tzinfo=UTC)
NIGHT = datetime(2026, 5, 3, 22, tzinfo=UTC)
MORNING = datetime(2026, 5, 4, 6, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "expires_at", "is_wanted", "zone", "expected"),
    [
        (NOON, NOON + timedelta(seconds=1), True, BERLIN, (Fate.SEND, NOON)),
        (NOON, NOON, True, BERLIN, (Fate.EXPIRE, NOON)),
        (NOON, NOON, False, BERLIN, (Fate.SILENCE, NOON)),
        (NIGHT, MORNING + timedelta(seconds=1), True, BERLIN, (Fate.WAIT, MORNING)),
        (NIGHT, MORNING, True, BERLIN, (Fate.EXPIRE, NIGHT)),
        (NOON, MORNING, True, None, (Fate.WAIT, NOON + timedelta(hours=1))),
        (NOON, NOON + timedelta(hours=1), True, None, (Fate.EXPIRE, NOON)),
    ],
)
def test_fate(
    now: datetime, expires_at: datetime, *, is_wanted: bool, zone: ZoneInfo | None, expected: tuple[Fate, datetime]
) -> None:
    his = Hours(9, time(21), time(8))
    assert fate(now, expires_at=expires_at, is_wanted=is_wanted, hours=his, zone=zone) == expected


@pytest.mark.parametrize("kind", ["lab_e2_t", "dexa", "denosumab", "zoledronate", "eclipse"])
def test_he_is_reminded_of_what_he_is_asked_for(kind: str) -> None:
    assert is_reminded(kind, "man")


@pytest.mark.parametrize(
    "kind", ["vitamin_d", "lipids", "calcium", "pth", "bone_markers", "hematocrit", "psa", "blood_pressure"]
)
def test_what_is_done_along_with_a_draw_makes_no_message_of_its_own(kind: str) -> None:
    assert not is_reminded(kind, "man")


@pytest.mark.parametrize("kind", ["ai_review", "pre_denosumab", "pre_zoledronate", "dexa"])
def test_what_the_clinic_is_asked_for_is_never_told_to_the_man(kind: str) -> None:
    assert not is_reminded(kind, "clinic")
