"""One actor per transaction, and no way around it."""

from __future__ import annotations

import pytest
from django.db import connection

from tracking.domain.actor import Actor
from tracking.domain.problems import Problem
from tracking.models import AccessEvent, LabResult, Patient
from tracking.services import audit, consent, labs
from tracking.services.access import Isolation, acting_as, lock_patients, own_patient, visible_patient

SENT = {"analyte": "estradiol", "value": "24", "unit": "pg/mL", "collected_at": "2026-10-20T08:10:00+02:00"}


def test_the_same_actor_nests_and_another_does_not(db):
    with acting_as(Actor.system("a")):
        with acting_as(Actor.system("a")):
            pass
        with pytest.raises(RuntimeError, match="system:b cannot begin inside"), acting_as(Actor.system("b")):
            pass


def test_the_isolation_is_asked_for_first_or_not_at_all(committed):
    with acting_as(Actor.system("a"), isolation=Isolation.REPEATABLE_READ), connection.cursor() as cursor:
        cursor.execute("SHOW transaction_isolation")
        assert cursor.fetchone() == ("repeatable read",)
    with (
        acting_as(Actor.system("a")),
        pytest.raises(RuntimeError),
        acting_as(Actor.system("a"), isolation=Isolation.SERIALIZABLE),
    ):
        pass


def test_the_actor_ends_with_his_transaction(committed):
    with acting_as(Actor.system("a")):
        pass
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('trabecula.actor', true)")
        assert cursor.fetchone()[0] in (None, "")


def test_every_write_leaves_its_actor_in_the_history(adam, now):
    himself = Actor.user(adam.user_id)
    labs.record(patient=adam, by=himself, now=now, client_id="phone-1", **SENT)
    labs.correct(patient=adam, key="phone-1", by=himself, now=now, **(SENT | {"value": "25"}))
    with acting_as(himself):
        history = LabResult.pgh_event_models["insert"]
        versions = list(history.objects.order_by("pgh_id").values_list("pgh_label", "digits", "pgh_context"))
        man = list(Patient.pgh_event_models["insert"].objects.values_list("pgh_context", flat=True))
    actor = {"actor": str(himself)}
    assert versions == [("insert", "24", actor), ("update", "24", actor), ("insert", "25", actor)]
    assert man == [{"actor": "system:sign-up"}]


def test_a_stranger_and_what_does_not_exist_are_not_told_apart(adam, carl):
    with acting_as(Actor.user(carl.user_id)):
        with pytest.raises(Problem) as foreign:
            visible_patient(carl.user, adam.uid)
        with pytest.raises(Problem) as unknown:
            visible_patient(carl.user, carl.user.uid)
    assert str(foreign.value) == str(unknown.value)


def test_consent_opens_the_record_and_its_end_closes_it_at_once(in_care, adam, dr_bell, now):
    bell = Actor.user(dr_bell.pk)
    with acting_as(bell):
        assert visible_patient(dr_bell, adam.uid) == adam
    consent.revoke(patient=adam, uid=in_care.uid, by=Actor.user(adam.user_id), now=now)
    with acting_as(bell):
        with pytest.raises(Problem):
            visible_patient(dr_bell, adam.uid)
        assert not Patient.objects.exists()  # row-level security closes the door as well


def test_an_account_that_is_no_mans_has_no_record(dr_bell):
    with acting_as(Actor.user(dr_bell.pk)), pytest.raises(Problem):
        own_patient(dr_bell)


def test_ten_pages_within_half_an_hour_are_one_visit(in_care, adam, dr_bell, now):
    with acting_as(Actor.user(dr_bell.pk)):
        for minutes in (0, 1, 29, 31):
            audit.note_visit(patient=adam, user=dr_bell, through="admin", what="labs", now=now + audit.VISIT * (minutes / 30))
        assert AccessEvent.objects.count() == 2


def test_his_own_reading_is_no_visit(adam, now):
    with acting_as(Actor.user(adam.user_id)):
        audit.note_visit(patient=adam, user=adam.user, through="api", what="labs", now=now)
        assert not AccessEvent.objects.exists()


def test_several_men_are_locked_in_one_order_and_only_those_whom_the_actor_sees(adam, carl):
    with acting_as(Actor.system("test")):
        assert lock_patients([carl.pk, adam.pk]) == sorted([adam.pk, carl.pk])
    with acting_as(Actor.user(carl.user_id)):
        assert lock_patients([carl.pk, adam.pk]) == [carl.pk]
