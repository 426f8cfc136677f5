"""Whose floor an estradiol is held against, and who may say so. Dr. Bell, Dr. Else and their men are invented."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.conftest import NOW, PASSWORD
from tracking import tasks
from tracking.domain.actor import Actor
from tracking.domain.problems import Problem
from tracking.models import Clinic, Evaluation, FloorSetting, IntervalSetting, Patient, Prescriber, Standing, User
from tracking.services import consent, evaluations, labs, overrides
from tracking.services.access import acting_as
from tracking.services.history import histories_of, history_of

SYSTEM = Actor.system("test")
SENT = {
    "analyte": "estradiol",
    "value": "17.0",
    "unit": "pg/mL",
    "collected_at": "2026-10-20T08:10:00+02:00",
    "method": "lcmsms",
}
ANSWERED_FOR = {"reason": "two fractures", "expires_on": date(2027, 1, 31)}


@pytest.fixture
def bell(dr_bell):
    return Actor.user(dr_bell.pk)


@pytest.fixture
def measured(adam, in_care, bell, now):
    """Adam, at 17.0 by an assay that Dr. Bell has seen on the report: the rulebook's floor for it is 16."""
    labs.record(patient=adam, by=bell, now=now, staff=True, **SENT)
    return adam


@pytest.fixture
def set_floor(measured, bell, now):
    def set_(floor="20", **more):
        return overrides.set_floor(**{"patient": measured, "by": bell, "now": now, "floor": floor, **ANSWERED_FOR, **more})

    return set_


@pytest.fixture
def set_clinic_floor(clinic, bell):
    def set_(floor="18", **more):
        sent = {"clinic_uid": clinic.uid, "by": bell, "now": NOW, "floor": floor, "reason": "invented"}
        return overrides.set_clinic_floor(**{**sent, **more})

    return set_


@pytest.fixture
def elsewhere(measured, now):
    """Dr. Else, whose clinic Adam has let in too."""
    user = User.objects.create_user("else@example.org", PASSWORD, name="Dr. Else", is_staff=True)
    clinic = Clinic.objects.create(name="Another Clinic")
    Prescriber.objects.create(user=user, clinic=clinic)
    consent.grant(patient=measured, clinic_uid=clinic.uid, by=Actor.user(measured.user_id), now=now)
    return user, clinic


def used(man):
    """Which floor his standing evaluation used, whose it was, and the tier."""
    with acting_as(SYSTEM):
        result = evaluations.of(man).basis["result"]
    return result["floor"]["pg_ml"], result["floor"]["whose"], result["tier"]


def at(man, now):
    """The same as the periodic task sees him at another instant."""
    evaluations.reevaluate(man.pk, by=SYSTEM, now=now)
    return used(man)


def refused(call):
    with pytest.raises(Problem) as found:
        call()
    return [(issue.pointer, issue.code) for issue in found.value.issues]


def test_the_nearest_floor_counts_and_each_evaluation_says_whose_it_was(set_floor, set_clinic_floor, measured, settings):
    assert used(measured)[1].startswith("rulebook")
    settings.ESTRADIOL_FLOOR = "14"
    assert at(measured, NOW) == ("14", "this deployment", "borderline")
    set_clinic_floor("12.5")
    assert at(measured, NOW) == ("12.5", "Invented Clinic", "in_range")
    set_floor("18")
    assert used(measured) == ("18", "Dr. Bell (Invented Clinic)", "below_floor")
    with acting_as(SYSTEM):
        floor = evaluations.of(measured).basis["result"]["floor"]
    assert (floor["kind"], floor["reason"], floor["expires_on"]) == ("patient", "two fractures", "2027-01-31")


@pytest.mark.parametrize(("floor", "taken"), [("9.9", False), ("10", True), ("30", True), ("30.1", False)])
def test_a_floor_lies_within_the_hard_bounds_both_ends_included(set_floor, set_clinic_floor, floor, taken):
    for set_ in (set_floor, set_clinic_floor):
        if taken:
            assert set_(floor).digits == floor
        else:
            with pytest.raises(Problem, match="Accepted: 10 to 30 pg/mL"):
                set_(floor)


@pytest.mark.parametrize(
    ("sent", "pointer", "code"),
    [
        ({"floor": "<20"}, "/floor", "floor-censored"),
        ({"floor": 20}, "/floor", "value-not-text"),
        ({"floor": "20,5"}, "/floor", "value-comma"),
        ({"reason": "  "}, "/reason", "reason-missing"),
        ({"expires_on": date(2026, 11, 1)}, "/expires_on", "expiry-out-of-limits"),
        ({"expires_on": date(2027, 11, 3)}, "/expires_on", "expiry-out-of-limits"),
        ({"clinic_uid": uuid4()}, "/clinic", "clinic-not-stated"),
    ],
)
def test_a_floor_that_cannot_be_taken_names_the_field_and_stores_nothing(set_floor, sent, pointer, code):
    assert refused(lambda: set_floor(**sent)) == [(pointer, code)]
    with acting_as(SYSTEM):
        assert not FloorSetting.objects.exists()


@pytest.mark.parametrize("last", [date(2026, 11, 2), date(2027, 11, 2)])
def test_a_floor_may_end_today_or_a_year_ahead(set_floor, last):
    assert set_floor(expires_on=last).expires_on == last


def test_it_holds_through_its_last_day_in_the_mans_zone(set_floor, measured):
    """He lives in Berlin, where 31 January ends at 23:00 UTC."""
    set_floor("20")
    with acting_as(SYSTEM):
        assert Standing.objects.get(patient=measured).next_change_at <= datetime(2027, 1, 31, 23, tzinfo=UTC)
    assert at(measured, datetime(2027, 1, 31, 22, 59, tzinfo=UTC))[0] == "20"
    assert at(measured, datetime(2027, 1, 31, 23, 0, tzinfo=UTC))[0] == "16"
    with acting_as(SYSTEM):
        row = FloorSetting.objects.get()
    assert (row.ended_at, row.counts_on(date(2027, 1, 31)), row.counts_on(date(2027, 2, 1))) == (None, True, False)


def test_a_new_one_ends_the_old_one_and_both_are_kept(set_floor, bell, now):
    set_floor("20")
    later = now + timedelta(days=1)
    set_floor("22", now=later)
    with acting_as(SYSTEM):
        first, second = FloorSetting.objects.order_by("pk")
        versions = FloorSetting.pgh_event_models["insert"].objects.order_by("pgh_id").values_list("pgh_label", "digits")
        assert list(versions) == [("insert", "20"), ("update", "20"), ("insert", "22")]
    assert (first.digits, first.ended_at, first.ended_by) == ("20", later, str(bell))
    assert (second.digits, second.ended_at, second.revision) == ("22", None, first.revision)


def test_the_same_again_is_a_repeat(set_floor):
    assert set_floor("20").pk == set_floor("20").pk
    assert set_floor("20.0").digits == "20.0"


def test_ended_it_no_longer_counts_and_ending_it_twice_changes_nothing(set_floor, measured, bell, now):
    row = set_floor("20")
    for minutes in (1, 2):
        ended = overrides.end_floor(patient=measured, uid=row.uid, by=bell, now=now + timedelta(minutes=minutes))
        assert ended.ended_at == now + timedelta(minutes=1)
    assert used(measured)[0] == "16"


def test_of_two_clinics_the_higher_floor_counts_whoever_came_first(set_floor, measured, elsewhere, now):
    user, _ = elsewhere
    set_floor("18")
    overrides.set_floor(patient=measured, by=Actor.user(user.pk), now=now, floor="22", **ANSWERED_FOR)
    assert used(measured) == ("22", "Dr. Else (Another Clinic)", "below_floor")
    set_floor("24")
    assert used(measured)[:2] == ("24", "Dr. Bell (Invented Clinic)")


def test_when_one_of_two_equal_floors_expires_the_evaluation_says_whose_is_left(set_floor, measured, elsewhere, now):
    user, _ = elsewhere
    soon = {"reason": "until the scan", "expires_on": date(2026, 11, 20)}
    set_floor("20")
    overrides.set_floor(patient=measured, by=Actor.user(user.pk), now=now, floor="20", **soon)
    assert used(measured)[1] == "Dr. Else (Another Clinic)"
    assert at(measured, datetime(2026, 11, 21, 9, tzinfo=UTC))[1] == "Dr. Bell (Invented Clinic)"


def test_another_clinic_does_not_end_it(set_floor, measured, elsewhere, now):
    user, _ = elsewhere
    row = set_floor("18")
    assert refused(lambda: overrides.end_floor(patient=measured, uid=row.uid, by=Actor.user(user.pk), now=now)) == [
        ("", "other-clinic")
    ]


def test_who_works_in_two_clinics_says_for_which(set_floor, elsewhere, dr_bell):
    _, clinic = elsewhere
    Prescriber.objects.create(user=dr_bell, clinic=clinic)
    assert refused(set_floor) == [("/clinic", "clinic-not-stated")]
    assert set_floor(clinic_uid=clinic.uid).clinic == clinic


@pytest.mark.parametrize("what", ["floor", "interval"])
def test_only_an_active_prescriber_whom_he_lets_in_may_set_anything(what, measured, carl, bell, in_care):
    def by(actor):
        shared = {"patient": measured, "by": actor, "now": NOW, **ANSWERED_FOR}
        if what == "floor":
            return overrides.set_floor(floor="20", **shared)
        return overrides.set_interval(kind="dexa", every_months=12, **shared)

    himself = Actor.user(measured.user_id)
    assert refused(lambda: by(himself)) == [("", "own-record")]
    assert refused(lambda: by(Actor.user(carl.user_id))) == [("", "not-found")]
    assert refused(lambda: by(SYSTEM)) == [("", "prescriber-only")]
    by(bell)
    Prescriber.objects.update(is_active=False)
    assert refused(lambda: by(bell)) == [("", "not-found")]
    Prescriber.objects.update(is_active=True)
    consent.revoke(patient=measured, uid=in_care.uid, by=himself, now=NOW)
    assert refused(lambda: by(bell)) == [("", "not-found")]


def test_a_prescriber_sets_nothing_for_himself_though_his_own_clinic_treats_him(measured, clinic, now):
    user = User.objects.get(pk=measured.user_id)
    Prescriber.objects.create(user=user, clinic=clinic)
    himself = Actor.user(user.pk)
    assert refused(lambda: overrides.set_floor(patient=measured, by=himself, now=now, floor="10", **ANSWERED_FOR)) == [
        ("", "own-record")
    ]


def test_revoked_a_clinics_word_counts_no_more_and_let_in_again_it_does(set_floor, set_clinic_floor, measured, in_care, bell):
    himself = Actor.user(measured.user_id)
    set_clinic_floor("18")
    set_floor("20")
    overrides.set_interval(patient=measured, by=bell, now=NOW, kind="dexa", every_months=12, **ANSWERED_FOR)
    consent.revoke(patient=measured, uid=in_care.uid, by=himself, now=NOW)
    assert used(measured)[0] == "16"
    with acting_as(himself):
        history = history_of(measured)
    assert (history.floors, history.intervals) == ((), ())
    consent.grant(patient=measured, clinic_uid=in_care.clinic.uid, by=himself, now=NOW)
    assert used(measured)[0] == "20"


def test_an_interval_reaches_the_evaluation_with_whose_it_is(measured, bell, now):
    shared = {"patient": measured, "by": bell, "now": now, **ANSWERED_FOR}
    overrides.set_interval(kind="dexa", every_months=24, **shared)
    row = overrides.set_interval(kind="dexa", every_months=12, **shared)
    overrides.set_interval(kind="lab_e2_t", every_months=3, **shared)
    with acting_as(SYSTEM):
        found = sorted(history_of(measured).intervals, key=lambda own: own.kind)
        assert IntervalSetting.objects.filter(ended_at=None).count() == 2
    assert [(own.kind, own.every_months) for own in found] == [("dexa", 12), ("lab_e2_t", 3)]
    assert (found[0].key, found[0].whose, found[0].reason) == (str(row.uid), "Dr. Bell (Invented Clinic)", "two fractures")
    overrides.end_interval(patient=measured, uid=row.uid, by=bell, now=now)
    with acting_as(SYSTEM):
        assert [own.kind for own in history_of(measured).intervals] == ["lab_e2_t"]


def test_an_interval_outside_its_bounds_is_refused_with_what_is_accepted(measured, bell, now):
    def set_(**changed):
        sent = {"kind": "dexa", "every_months": 12, **ANSWERED_FOR, **changed}
        return overrides.set_interval(patient=measured, by=bell, now=now, **sent)

    assert refused(lambda: set_(every_months=0)) == [("/every_months", "interval-out-of-limits")]
    assert refused(lambda: set_(kind="luck")) == [("/kind", "kind-unknown")]
    assert refused(lambda: set_(every_months=99, reason="", expires_on=date(2030, 1, 1))) == [
        ("/reason", "reason-missing"), ("/every_months", "interval-out-of-limits"), ("/expires_on", "expiry-out-of-limits"),
    ]  # fmt: skip


def test_a_clinics_floor_is_set_by_its_members_alone_and_has_versions(set_clinic_floor, measured, clinic, elsewhere, bell):
    user, _ = elsewhere
    for stranger in (Actor.user(user.pk), Actor.user(measured.user_id), SYSTEM):
        assert refused(lambda by=stranger: set_clinic_floor(by=by)) == [("", "not-found")]
    first, second = set_clinic_floor("18"), set_clinic_floor("19")
    assert set_clinic_floor("19") == second
    first.refresh_from_db()
    assert (first.ended_at, first.ended_by, second.ended_at) == (NOW, str(bell), None)
    ending = {"clinic_uid": clinic.uid, "by": bell, "now": NOW}
    assert overrides.end_clinic_floor(**ending) == second
    assert refused(lambda: overrides.end_clinic_floor(**ending)) == [("", "not-found")]


def test_a_clinics_change_re_evaluates_its_men_and_nobody_else(set_clinic_floor, measured, carl):
    labs.record(patient=carl, by=Actor.user(carl.user_id), now=NOW, **SENT)
    before = evaluations_of(carl)
    row = set_clinic_floor("18")
    assert used(measured)[0] == "16"  # until the task has run
    assert tasks.reevaluate_clinic(row.clinic_id) == 1
    assert used(measured) == ("18", "Invented Clinic", "below_floor")
    stored = evaluations_of(measured)
    assert tasks.reevaluate_clinic(row.clinic_id) == 1
    assert (evaluations_of(measured), evaluations_of(carl)) == (stored, before)


def evaluations_of(man):
    with acting_as(SYSTEM):
        return Evaluation.objects.filter(patient=man).count()


def test_a_lost_task_leaves_the_clinics_men_to_the_next_sweep(set_clinic_floor, measured, clinic, bell, monkeypatch):
    set_clinic_floor("18")
    monkeypatch.setattr("tracking.clock.now", lambda: NOW + timedelta(hours=1))
    assert tasks.reevaluate_due() == 1
    assert used(measured)[0] == "18"
    assert tasks.reevaluate_due() == 0
    overrides.end_clinic_floor(clinic_uid=clinic.uid, by=bell, now=NOW + timedelta(hours=2))
    monkeypatch.setattr("tracking.clock.now", lambda: NOW + timedelta(hours=3))
    assert tasks.reevaluate_due() == 1
    assert used(measured)[0] == "16"


def test_an_evaluation_that_ran_beside_the_change_and_did_not_see_it_is_made_again(set_clinic_floor, measured):
    """Its clock was read a minute later, and the change committed after it."""
    with acting_as(SYSTEM):
        Standing.objects.filter(patient=measured).update(evaluated_at=NOW + timedelta(minutes=1), next_change_at=None)
        assert evaluations.changing_by(NOW, limit=9) == []
    set_clinic_floor("18")
    with acting_as(SYSTEM):
        assert evaluations.changing_by(NOW, limit=9) == [measured.pk]


def test_a_new_floor_of_the_deployment_reaches_everybody_but_the_men_of_surveys(measured, carl, now, settings):
    with acting_as(SYSTEM):
        surveyed = Patient.objects.create(zone="UTC", is_statistical=True, statistical_key="1")
        evaluations.refresh(surveyed, now=now)
        kept = evaluations.of(surveyed).pk
    assert tasks.reevaluate_due() == 0
    settings.ESTRADIOL_FLOOR = "20"
    assert tasks.reevaluate_due() == 2
    assert used(measured)[:2] == ("20", "this deployment")
    with acting_as(SYSTEM):
        assert evaluations.refresh(surveyed, now=now).pk == kept
        assert history_of(surveyed).floors == ()
    assert tasks.reevaluate_due() == 0


def test_more_men_cost_no_more_queries(set_clinic_floor, make_man, clinic, bell):
    def queries(men):
        with acting_as(SYSTEM), CaptureQueriesContext(connection) as asked:
            histories_of(men)
        return len(asked)

    men = []
    for name in ("Adam", "Bob", "Carl"):
        man = make_man(f"{name} Invented")
        consent.grant(patient=man, clinic_uid=clinic.uid, by=Actor.user(man.user_id), now=NOW)
        overrides.set_floor(patient=man, by=bell, now=NOW, floor="20", **ANSWERED_FOR)
        men.append(man)
    set_clinic_floor("18")
    assert queries(men[:1]) == queries(men)
