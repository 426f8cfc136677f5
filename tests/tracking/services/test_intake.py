"""Expected doses beside logged ones, in his zone and through his moves; sites in rotation."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from tests.conftest import NOW
from tests.tracking.services.test_regimens import AI
from tracking.domain.actor import Actor
from tracking.domain.adherence import LogState
from tracking.domain.history import Origin
from tracking.services import accounts, doses, intake, regimens
from tracking.services.access import acting_as

DAILY = AI | {"dose_mg": "0.25", "schedule": {"kind": "daily", "times": 1, "at": ["08:00"]}, "starts_on": date(2026, 10, 1)}


@pytest.fixture
def himself(adam):
    return Actor.user(adam.user_id)


@pytest.fixture
def daily(adam, himself):
    return regimens.start(patient=adam, by=himself, now=NOW, origin=Origin.SELF, **DAILY)


def taken(man, by, day, **more):
    sent = {"drug": "anastrozole", "amount_mg": "0.25", "taken_at": f"2026-10-{day:02}T08:10:00+02:00"} | more
    if sent.get("kind") == "skipped":
        del sent["amount_mg"]
    return doses.log(patient=man, by=by, now=NOW, **sent)[0]


def expected(man, by, first, last):
    with acting_as(by):
        return intake.expected_of(man, first, last)


def adherence(man, by, first, last):
    with acting_as(by):
        return intake.adherence_of(man, first, last, NOW)


def test_an_expected_dose_shows_what_was_logged_for_it_and_is_never_assumed_taken(adam, himself, daily):
    row = taken(adam, himself, 2)
    found = expected(adam, himself, date(2026, 10, 1), date(2026, 10, 3))
    assert [one.event.key if one.event else None for one in found] == [None, str(row.uid), None]


def test_adherence_over_a_window(adam, himself, daily):
    for day in (5, 6, 7):
        taken(adam, himself, day)
    taken(adam, himself, 8, kind="skipped")
    said = adherence(adam, himself, date(2026, 10, 5), date(2026, 10, 14))["anastrozole"]
    assert (said.expected, said.taken, said.skipped, said.not_logged, str(said.percent)) == (10, 3, 1, 6, "30.0")
    assert (said.by_regimen, said.by_log) == (2.5, 0.75)


def test_a_regimen_without_a_log_is_not_logged(adam, himself, daily):
    said = adherence(adam, himself, date(2026, 10, 5), date(2026, 10, 14))["anastrozole"]
    assert (said.state, said.percent) == (LogState.NOT_LOGGED, None)


def test_a_dose_of_which_the_day_is_not_known_stands_for_no_dose_of_the_calendar(adam, himself, daily):
    """Nor does it silence what would remind him of one."""
    for number, said in enumerate(({"taken_at": "2026-10"}, {"precision": "unknown"})):
        taken(adam, himself, 5, client_id=f"vague-{number}", **said)
    assert all(one.event is None for one in expected(adam, himself, date(2026, 10, 1), date(2026, 10, 31)))
    found = adherence(adam, himself, date(2026, 10, 1), date(2026, 10, 14))["anastrozole"]
    assert (found.state, found.percent, found.unmatched, found.not_logged) == (LogState.NOT_LOGGED, None, 2, 14)


def test_a_log_without_a_regimen_has_no_figure(adam, himself):
    taken(adam, himself, 5)
    said = adherence(adam, himself, date(2026, 10, 5), date(2026, 10, 14))["anastrozole"]
    assert (said.state, said.percent, said.unmatched) == (LogState.NOTHING_EXPECTED, None, 1)


def test_after_he_moved_doses_are_expected_on_his_new_clock_and_before_it_on_the_old(adam, himself, daily):
    accounts.edit_profile(patient=adam, by=himself, now=datetime(2026, 10, 14, 12, tzinfo=UTC), zone="America/New_York")
    with acting_as(himself):
        adam.refresh_from_db()
    found = [one.slot for one in expected(adam, himself, date(2026, 10, 12), date(2026, 10, 16))]
    assert [slot.zone for slot in found] == ["Europe/Berlin"] * 3 + ["America/New_York"] * 2
    assert {slot.at.astimezone(ZoneInfo(slot.zone)).hour for slot in found} == {8}


def test_a_change_after_he_moved_goes_on_on_his_new_clock(adam, himself, daily):
    accounts.edit_profile(patient=adam, by=himself, now=datetime(2026, 10, 14, 12, tzinfo=UTC), zone="America/New_York")
    who = {"patient": adam, "by": himself, "now": NOW, "origin": Origin.SELF}
    row = regimens.change(**who, key=daily.client_id, from_date=date(2026, 10, 20), dose_mg="0.25")
    assert row.zone == "America/New_York"
    found = [one.slot for one in expected(adam, himself, date(2026, 10, 18), date(2026, 10, 21))]
    assert [(slot.zone, slot.at.astimezone(ZoneInfo(slot.zone)).hour) for slot in found] == [("America/New_York", 8)] * 4


def test_what_was_planned_before_he_moved_is_expected_where_he_lives_then(adam, himself, daily):
    who = {"patient": adam, "by": himself, "origin": Origin.SELF}
    early = datetime(2026, 10, 10, 12, tzinfo=UTC)
    planned = {"from_date": date(2026, 10, 25), "dose_mg": "0.125"}
    row = regimens.change(**who, now=early, key=daily.client_id, **planned)
    accounts.edit_profile(patient=adam, by=himself, now=datetime(2026, 10, 14, 12, tzinfo=UTC), zone="America/New_York")
    found = [one.slot for one in expected(adam, himself, date(2026, 10, 24), date(2026, 10, 26))]
    assert [(slot.zone, slot.at.astimezone(ZoneInfo(slot.zone)).hour) for slot in found] == [("America/New_York", 8)] * 3
    changed = regimens.change(**who, now=NOW, key=row.client_id, from_date=date(2026, 10, 28), dose_mg="0.25")
    assert changed.zone == "America/New_York"


def test_a_profile_saved_without_a_move_moves_nothing(adam, himself, daily):
    accounts.edit_profile(patient=adam, by=himself, now=NOW, name="Adam the Second", zone="Europe/Berlin")
    found = [one.slot for one in expected(adam, himself, date(2026, 11, 3), date(2026, 11, 4))]
    assert [slot.zone for slot in found] == ["Europe/Berlin"] * 2


def test_the_next_site_is_the_one_used_longest_ago(adam, himself):
    for day, site in ((5, "thigh_left"), (8, "thigh_right"), (12, "thigh_left")):
        taken(adam, himself, day, drug="testosterone_enanthate_sc", amount_mg="75", site=site)
    taken(adam, himself, 19, drug="testosterone_enanthate_sc", kind="skipped", site="thigh_right")
    with acting_as(himself):
        advice = intake.sites_for(adam, "testosterone_enanthate_sc")
    assert advice.suggested == "thigh_right"
    assert [use.site for use in advice.uses if use.last_used] == ["thigh_right", "thigh_left"]


def test_a_window_of_no_day_of_a_regimen_is_empty(adam, himself, daily):
    assert expected(adam, himself, date(2026, 9, 1), date(2026, 9, 30)) == []
    assert adherence(adam, himself, date(2026, 9, 1), date(2026, 9, 30)) == {}
