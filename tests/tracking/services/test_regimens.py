"""Regimens as versions: what an AI must say, units, planned changes, and what stays when one ends."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.conftest import NOW
from tracking.domain.actor import Actor
from tracking.domain.history import Origin
from tracking.domain.problems import Problem
from tracking.models import DoseEvent, DueItem, Regimen
from tracking.services import doses, evaluations, regimens
from tracking.services.access import acting_as
from tracking.services.history import history_of

TWICE_WEEKLY = {"kind": "every", "days": "3.5"}
AI = {
    "drug": "anastrozole",
    "dose_mg": "0.5",
    "schedule": TWICE_WEEKLY,
    "starts_on": date(2026, 6, 1),
    "reason": "breast tenderness",
    "review_on": date(2026, 12, 1),
}
HCG = {"drug": "hcg", "dose": "500 IU", "schedule": {"kind": "weekdays", "days": ["mon", "thu"]}, "starts_on": date(2026, 6, 1)}


@pytest.fixture
def bell(dr_bell, in_care):
    return Actor.user(dr_bell.pk)


@pytest.fixture
def write(adam, bell):
    """Adam or Dr. Bell writes."""

    def call(verb, *, himself=False, **sent):
        by, origin = (Actor.user(adam.user_id), Origin.SELF) if himself else (bell, Origin.PRESCRIBED)
        return verb(patient=adam, by=by, now=NOW, origin=origin, **sent)

    return call


def refusals(call):
    with pytest.raises(Problem) as refused:
        call()
    return {issue.pointer: issue.code for issue in refused.value.issues}


def test_a_prescribed_ai_says_why_and_when_it_is_reviewed(write):
    bare = {name: value for name, value in AI.items() if name not in ("reason", "review_on")}
    missing = refusals(lambda: write(regimens.start, **bare))
    assert missing == {"/reason": "ai-reason-missing", "/review_on": "ai-review-missing"}
    late = AI | {"review_on": date(2027, 5, 3)}
    assert refusals(lambda: write(regimens.start, **late)) == {"/review_on": "ai-review-out-of-limits"}
    write(regimens.start, **AI)


def test_his_own_ai_needs_the_reason_and_not_the_review(write):
    own = AI | {"review_on": None}
    assert refusals(lambda: write(regimens.start, himself=True, **(own | {"reason": ""}))) == {"/reason": "ai-reason-missing"}
    assert write(regimens.start, himself=True, **own).review_on is None


def test_a_change_of_an_ai_keeps_its_reason_and_a_review_still_ahead(write):
    row = write(regimens.start, **AI)
    changed = write(regimens.change, key=row.client_id, from_date=date(2026, 10, 1), dose_mg="0.25")
    assert (changed.reason, changed.review_on) == ("breast tenderness", date(2026, 12, 1))


def test_a_change_after_the_review_asks_for_the_next_one(write):
    row = write(regimens.start, **(AI | {"review_on": date(2026, 10, 15)}))
    sent = {"key": row.client_id, "from_date": date(2026, 11, 1), "dose_mg": "0.25"}
    assert refusals(lambda: write(regimens.change, **sent)) == {"/review_on": "ai-review-missing"}
    assert write(regimens.change, **sent, review_on=date(2027, 1, 15)).review_on == date(2027, 1, 15)


def test_a_change_keeps_the_end_that_was_stated(write):
    """Less of a course is no longer course: nobody took the end back. Sent again after a lost answer it is the same."""
    row = write(regimens.start, **AI, ends_on=date(2026, 11, 20))
    half = {"key": row.client_id, "from_date": date(2026, 10, 1), "dose_mg": "0.25", "client_id": "half"}
    changed = write(regimens.change, **half)
    assert (changed.starts_on, changed.ends_on) == (date(2026, 10, 1), date(2026, 11, 20))
    assert write(regimens.change, **half).pk == changed.pk


def test_a_change_within_a_course_that_is_over_does_not_bring_it_back(write):
    row = write(regimens.start, **AI, ends_on=date(2026, 9, 1))
    changed = write(regimens.change, key=row.client_id, from_date=date(2026, 8, 1), dose_mg="0.25")
    assert changed.ends_on == date(2026, 9, 1)


def test_a_change_before_one_that_is_planned_is_refused_until_that_one_is_decided_on(write):
    row = write(regimens.start, **AI)
    write(regimens.change, key=row.client_id, from_date=date(2026, 11, 20), dose_mg="0.25")
    sooner = {"key": row.client_id, "from_date": date(2026, 11, 10), "dose_mg": "0.125"}
    assert refusals(lambda: write(regimens.change, **sooner)) == {"/starts_on": "regimen-overlap"}


def test_hcg_is_dosed_in_units_and_never_in_milligrams(write):
    row = write(regimens.start, **HCG)
    assert (row.dose_digits, row.dose_unit) == ("500", "IU")
    wrong = {name: value for name, value in HCG.items() if name != "dose"} | {"dose_mg": "500", "starts_on": date(2025, 1, 1)}
    assert refusals(lambda: write(regimens.start, **wrong)) == {"/dose_mg": "dose-unit"}


def test_a_dose_is_stated_once(write):
    assert refusals(lambda: write(regimens.start, **AI, dose="0.5 mg")) == {"/dose_mg": "dose-stated-twice"}


def test_micrograms_are_kept_as_written_and_held_to_the_same_limits(write, adam, bell):
    daily = {"kind": "daily", "times": 1}
    row = write(regimens.start, drug="teriparatide", dose="20 mcg", schedule=daily, starts_on=date(2026, 6, 1))
    assert (row.dose_digits, row.dose_unit) == ("20", "ug")
    with acting_as(bell):
        (record,) = history_of(adam).regimens
    assert str(record.dose_mg) == "0.02"
    too_much = {"drug": "teriparatide", "dose": "2000 ug", "schedule": daily, "starts_on": date(2025, 1, 1)}
    assert refusals(lambda: write(regimens.start, **too_much)) == {"/dose": "dose-out-of-limits"}


def test_doses_that_differ_are_summed_over_the_week(write):
    split = {"kind": "weekdays", "days": ["mon", "thu"], "amounts": ["120", "90"]}
    sent = {"drug": "testosterone_cypionate", "dose_mg": "120", "schedule": split, "starts_on": date(2026, 6, 1)}
    with pytest.raises(Problem, match="210 mg a week of Testosterone cypionate is more than 200"):
        write(regimens.start, **sent)
    confirmed = sent | {"confirmed_reason": "large man, levels low"}
    assert refusals(lambda: write(regimens.start, **(confirmed | {"dose_mg": "100"}))) == {"/dose_mg": "dose-not-largest"}
    write(regimens.start, **confirmed)


def test_a_man_cannot_enter_what_is_for_staff_by_splitting_it(write):
    split = {"kind": "daily", "times": 2, "amounts": ["0.7", "0.6"]}
    sent = AI | {"dose_mg": "0.7", "schedule": split, "confirmed_reason": "as on the box"}
    assert refusals(lambda: write(regimens.start, himself=True, **sent)) == {"/dose_mg": "dose-staff-only"}
    write(regimens.start, **sent)


def test_a_strength_stays_with_a_change_while_the_dose_is_a_part_of_it(write):
    row = write(regimens.start, **AI, strength="1 mg")
    assert row.strength_digits == "1"
    half = write(regimens.change, key=row.client_id, from_date=date(2026, 9, 1), dose_mg="0.25")
    assert half.strength_digits == "1"
    compounded = write(regimens.change, key=half.client_id, from_date=date(2026, 10, 1), dose_mg="0.3")
    assert compounded.strength_digits == ""
    assert refusals(
        lambda: write(regimens.change, key=compounded.client_id, from_date=date(2026, 10, 9), dose_mg="0.3", strength="1 mg")
    ) == {"/strength": "strength-does-not-fit"}


def test_each_of_doses_that_differ_is_a_part_of_the_tablet(write):
    """Else nobody could break the tablets as the plan says. A strength that the new doses do not fit is not taken over."""
    split = {"kind": "weekdays", "days": ["mon", "thu"], "amounts": ["0.5", "0.3"]}
    uneven = AI | {"schedule": split, "strength": "1 mg"}
    assert refusals(lambda: write(regimens.start, **uneven)) == {"/strength": "strength-does-not-fit"}
    row = write(regimens.start, **(AI | {"strength": "1 mg"}))
    changed = write(regimens.change, key=row.client_id, from_date=date(2026, 10, 1), schedule=split)
    assert (changed.dose_digits, changed.strength_digits) == ("0.5", "")


def test_a_planned_change_is_evaluated_when_it_comes(write, adam, bell):
    row = write(regimens.start, **AI)
    ahead = NOW.date() + timedelta(days=10)
    planned = write(regimens.change, key=row.client_id, from_date=ahead, dose_mg="0.25")

    def rechecks():
        return set(DueItem.objects.filter(patient=adam, anchor=f"start:{planned.uid}").values_list("kind", flat=True))

    with acting_as(bell):
        assert evaluations.of(adam).next_change_at.date() <= ahead
    evaluations.reevaluate(adam.pk, by=Actor.system("test"), now=NOW + timedelta(days=11))
    with acting_as(bell):
        assert "lab_e2_t" in rechecks()
        assert evaluations.of(adam).basis["context"]["now"]["ai"][0]["text"] == "anastrozole 0.25 mg every 3.5 days"


def test_a_change_of_zone_alone_is_no_change_of_treatment(write, adam, bell):
    row = write(regimens.start, **AI)
    write(regimens.change, key=row.client_id, from_date=date(2026, 10, 1), zone="America/New_York")
    with acting_as(bell):
        assert [item.anchor for item in DueItem.objects.filter(patient=adam, kind="lab_e2_t")] == [f"start:{row.uid}"]


def test_ending_a_regimen_keeps_its_events(write, adam, bell):
    row = write(regimens.start, **AI)
    himself = Actor.user(adam.user_id)
    taken = {"drug": "anastrozole", "amount_mg": "0.5", "taken_at": "2026-10-05T08:00:00+02:00", "regimen": row.client_id}
    doses.log(patient=adam, by=himself, now=NOW, **taken)
    write(regimens.end, key=row.client_id, ends_on=date(2026, 10, 20), reason="E2 12 pg/mL")
    with acting_as(bell):
        assert [event.regimen_id for event in DoseEvent.objects.live().filter(patient=adam)] == [row.pk]


def test_a_regimen_is_one_statement_however_often_it_is_sent(write, adam, bell):
    for _ in range(2):
        write(regimens.start, **AI, client_id="r1")
    with acting_as(bell):
        assert Regimen.objects.filter(patient=adam).count() == 1


def test_tomorrow_is_ahead_by_the_clock_on_his_wall(write, adam):
    """In Honolulu it is still the evening of the 1st: the 2nd can be planned, though in Greenwich it has begun."""
    with acting_as(Actor.user(adam.user_id)):
        type(adam).objects.filter(pk=adam.pk).update(zone="Pacific/Honolulu")
    planned = write(regimens.start, **(HCG | {"starts_on": NOW.date()}))
    assert planned.starts_on == NOW.date()
