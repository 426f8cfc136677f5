"""When estradiol and testosterone are due, and what answers."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from dateutil.relativedelta import relativedelta

from tests.tracking.domain.build import (
    NOW,
    TODAY,
    WEEKLY,
    ZONE,
    anastrozole,
    cypionate,
    day,
    lab,
    man,
    pair,
    regimen,
    total_testosterone,
)
from tracking.domain.due import DueItem
from tracking.domain.evaluate import evaluate
from tracking.domain.history import IntervalOverride
from tracking.domain.monitoring import plan
from tracking.domain.reported import Precision
from tracking.domain.schedule import Schedule
from tracking.evidence import load_rulebook

RULEBOOK = load_rulebook()
T_STARTED = cypionate(date(2020, 1, 1), key="t")


def items(*labs: Any, regimens: Any = (), **rows: Any) -> dict[str, DueItem]:
    planned = plan(man(labs=labs, regimens=regimens, **rows), RULEBOOK, NOW)
    return {item.anchor: item for item in planned if item.kind == "lab_e2_t"}


def only_open(found: dict[str, DueItem]) -> DueItem:
    (item,) = (item for item in found.values() if item.is_open)
    return item


def days_from(item: DueItem, start: date) -> tuple[int, int, int, int]:
    return tuple((on - start).days for on in (item.opens_on, item.due_on, item.overdue_on, item.earliest_on))


def test_without_a_regimen_nothing_is_due() -> None:
    assert items(*pair("26", day(10))) == {}


@pytest.mark.parametrize(
    ("row", "window"),
    [
        (anastrozole(day(3), key="x"), (28, 42, 56, 14)),
        (regimen("letrozole", day(3), key="x"), (28, 42, 56, 14)),
        (cypionate(day(3), key="x"), (42, 42, 56, 40)),
        (regimen("testosterone_enanthate", day(3), key="x"), (42, 42, 56, 22)),
        (regimen("testosterone_gel", day(3), key="x"), (14, 28, 42, 14)),
        (regimen("testosterone_undecanoate_oral", day(3), key="x"), (14, 28, 42, 7)),
    ],
)
def test_a_start_asks_for_a_draw_in_its_window(row: Any, window: tuple[int, ...]) -> None:
    item = items(regimens=[row])["start:x"]
    assert days_from(item, day(3)) == window
    assert (item.state, item.reason, item.zone, item.resend_after_days) == ("open", "recheck", ZONE, 7)


def test_a_stop_asks_for_one_more_draw_and_then_for_none() -> None:
    stopped = [anastrozole(day(400), day(100), key="a")]
    found = items(regimens=stopped)
    assert found["end:a"].is_open
    assert found["end:a"].words == "Estradiol and testosterone after the stop of Anastrozole on 25 Jul 2026."
    found = items(*pair("26", day(50)), regimens=stopped)
    assert found["end:a"].state == "answered"
    assert not any(item.is_open for item in found.values())


def test_an_undecanoate_injection_asks_for_an_early_look_at_estradiol_and_for_the_draw_that_decides() -> None:
    row = regimen("testosterone_undecanoate_im", day(30), dose="750", schedule=Schedule("every", days=70), key="u")
    found = items(regimens=[row])
    assert days_from(found["start:u:early"], day(30)) == (21, 28, 42, 21)
    assert days_from(found["start:u"], day(30)) == (154, 168, 182, 154)
    found = items(lab("26", day(5), key="e"), regimens=[row])
    assert (found["start:u:early"].state, found["start:u:early"].answered_by) == ("answered", "e")
    assert found["start:u"].is_open


def test_pellets_ask_at_four_weeks_and_at_the_end_of_their_interval() -> None:
    row = regimen("testosterone_pellets", day(10), dose="900", schedule=Schedule("every", days=100), key="p")
    found = items(regimens=[row])
    assert days_from(found["start:p"], day(10)) == (28, 28, 42, 28)
    assert days_from(found["start:p:interval_end"], day(10)) == (70, 100, 114, 70)
    unknown = regimen("testosterone_pellets", day(10), dose="900", schedule=Schedule("as_needed"), key="p")
    assert days_from(items(regimens=[unknown])["start:p:interval_end"], day(10)) == (90, 120, 134, 90)


def test_a_draw_before_its_time_does_not_answer() -> None:
    found = items(*pair("26", day(87)), regimens=[anastrozole(day(100), key="a")])
    assert found["start:a"].is_open
    found = items(*pair("26", day(86)), regimens=[anastrozole(day(100), key="a")])
    assert found["start:a"].state == "answered"


def test_a_back_dated_lab_never_closes_a_newer_recheck() -> None:
    """Entered today, drawn before the change: it speaks for the time before."""
    regimens = [anastrozole(day(400), day(30), key="a"), anastrozole(day(30), dose="0.25", key="b")]
    found = items(*pair("26", day(35)), regimens=regimens)
    assert found["start:b"].is_open
    assert found["start:a"].state == "answered"


def test_a_draw_of_unknown_date_or_known_to_the_month_answers_nothing() -> None:
    for precision in (Precision.UNKNOWN, Precision.MONTH):
        found = items(*pair("26", day(5), precision=precision), regimens=[anastrozole(day(100), key="a")])
        assert found["start:a"].state != "answered"


def test_one_hormone_alone_is_answered_not_usable_and_a_repeat_is_due() -> None:
    found = items(lab("26", day(50), key="e"), regimens=[anastrozole(day(100), key="a")])
    assert (found["start:a"].state, found["start:a"].answered_by) == ("answered_not_usable", "e")
    assert only_open(found).anchor == "repeat:e"
    assert (only_open(found).due_on - day(50)).days == 14


def test_the_other_hormone_arriving_later_makes_it_usable() -> None:
    labs = [lab("26", day(50), key="e"), total_testosterone("600", day(44))]
    found = items(*labs, regimens=[anastrozole(day(100), key="a")])
    assert found["start:a"].state == "answered"
    assert "repeat:e" not in found


def test_a_testosterone_from_before_the_change_does_not_count_towards_the_pair() -> None:
    labs = [lab("26", day(84), key="e"), total_testosterone("600", day(90))]
    found = items(*labs, regimens=[anastrozole(day(100), key="a")])
    assert found["start:a"].state == "answered_not_usable"


def test_an_unreadable_estradiol_is_answered_not_usable_until_a_readable_one() -> None:
    regimens = [anastrozole(day(100), key="a")]
    bad, good = pair("<24", day(50), method="immunoassay", key="bad"), pair("26", day(40), key="good")
    assert only_open(items(*bad, regimens=regimens)).anchor == "repeat:bad"
    found = items(*bad, *good, regimens=regimens)
    assert (found["repeat:bad"].state, found["repeat:bad"].answered_by) == ("answered", "good")
    assert only_open(found).anchor == "after:good"


def test_of_two_results_of_one_day_the_readable_one_answers() -> None:
    bad, good = pair("<24", day(50), method="immunoassay", key="a-bad"), pair("26", day(50), key="good")
    found = items(*bad, *good, regimens=[anastrozole(day(100), key="a")])
    assert found["start:a"].answered_by == "good"


@pytest.mark.parametrize(("ai_since", "months"), [(day(300), 3), (day(800), 6), (None, 6)])
def test_without_a_change_the_next_draw_counts_from_the_last(ai_since: date | None, months: int) -> None:
    regimens = [T_STARTED, *([anastrozole(ai_since)] if ai_since else [])]
    item = only_open(items(*pair("26", day(10), key="e"), regimens=regimens))
    assert (item.anchor, item.reason) == ("after:e", "routine")
    assert item.due_on == day(10) + relativedelta(months=months)
    assert item.overdue_on == item.due_on + timedelta(days=14)


def test_a_later_draw_answers_the_routine_one_even_early() -> None:
    found = items(*pair("26", day(100), key="one"), *pair("26", day(60), key="two"), regimens=[T_STARTED])
    assert found["after:one"].answered_by == "two"
    assert only_open(found).anchor == "after:two"


def test_an_early_unusable_draw_leaves_the_routine_one_as_it_was() -> None:
    found = items(*pair("26", day(100), key="one"), lab("26", day(60), key="two"), regimens=[T_STARTED])
    assert only_open(found).anchor == "after:one"


def test_a_new_change_supersedes_what_was_open() -> None:
    regimens = [T_STARTED, anastrozole(day(20), key="a")]
    found = items(*pair("26", day(60), key="e"), regimens=regimens)
    assert (found["after:e"].state, found["after:e"].superseded_by) == ("superseded", "start:a")
    assert only_open(found).anchor == "start:a"


def test_a_recheck_waits_for_the_slower_of_two_changes() -> None:
    """Testosterone needs 40 days to settle; an AI started 20 days after it would take a draw from day 34 on."""
    found = items(regimens=[cypionate(day(30), key="t"), anastrozole(day(10), key="a")])
    assert found["start:t"].state == "superseded"
    assert found["start:a"].earliest_on == day(30) + timedelta(days=40)


def test_planning_again_with_more_rows_keeps_every_identity() -> None:
    regimens = [T_STARTED, anastrozole(day(300), day(100), key="a"), anastrozole(day(100), dose="0.25", key="b")]
    labs = [row for n, ago in enumerate((280, 200, 80, 50, 20)) for row in pair("26", day(ago), key=f"e{n}")]
    before: set[str] = set()
    for number in range(0, len(labs) + 1, 2):
        now = set(items(*labs[:number], regimens=regimens))
        assert before <= now
        before = now


def test_the_window_is_in_order_for_every_item() -> None:
    regimens = [regimen("testosterone_pellets", day(300), schedule=WEEKLY), cypionate(day(30)), anastrozole(day(20))]
    for item in items(*pair("26", day(250)), *pair("26", day(100)), regimens=regimens).values():
        assert item.opens_on <= item.due_on <= item.overdue_on


def test_the_phases_of_an_open_item() -> None:
    item = items(regimens=[anastrozole(day(0), key="a")])["start:a"]
    phases = [item.phase(TODAY + timedelta(days=n)) for n in (27, 28, 41, 42, 55, 56)]
    assert phases == ["waiting", "open", "open", "due", "due", "overdue"]
    assert item.is_overdue(TODAY + timedelta(days=56))
    answered = items(*pair("26", day(50)), regimens=[anastrozole(day(100), key="a")])["start:a"]
    assert answered.phase(TODAY) == "answered"


def test_a_drug_without_a_recheck_asks_for_nothing() -> None:
    assert items(regimens=[regimen("gonadorelin", day(50))]) == {}


def test_a_prescribers_interval_decides_the_routine_draw_and_says_whose_it_is() -> None:
    own = IntervalOverride("o", "lab_e2_t", 4, "Dr. Bell", "watched closely", TODAY)
    on_ai = [anastrozole(date(2020, 1, 1)), cypionate(date(2020, 1, 1))]
    item = only_open(items(*pair("26", day(10)), regimens=on_ai, intervals=[own]))
    assert item.due_on == day(10) + relativedelta(months=4)
    assert item.words.endswith("Every 4 months, set by Dr. Bell until 2 Nov 2026.")


@pytest.mark.parametrize(("months", "expires"), [(2, -5), (7, -5), (4, 1)])
def test_an_interval_out_of_bounds_or_expired_is_ignored(months: int, expires: int) -> None:
    own = IntervalOverride("o", "lab_e2_t", months, "Dr. Bell", "", day(expires))
    on_ai = [anastrozole(date(2020, 1, 1)), cypionate(date(2020, 1, 1))]
    item = only_open(items(*pair("26", day(10)), regimens=on_ai, intervals=[own]))
    assert item.due_on == day(10) + relativedelta(months=6)


def test_an_interval_of_his_own_never_makes_an_old_result_current() -> None:
    own = IntervalOverride("o", "lab_e2_t", 6, "Dr. Bell", "", day(-300))
    rows = {"labs": pair("26", day(130)), "regimens": [anastrozole(day(200)), cypionate(date(2020, 1, 1))]}
    plain, stretched = (evaluate(man(**rows, intervals=of), RULEBOOK, NOW).verdict for of in ([], [own]))
    assert plain == stretched
    assert plain.state == "stale"
