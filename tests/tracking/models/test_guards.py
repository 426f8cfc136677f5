from datetime import UTC, datetime

import pytest
from django.db import Error, connection, transaction

from tracking.domain.actor import Actor
from tracking.models import LabResult, Patient, User
from tracking.services.access import acting_as, lock_patient

AT = datetime(2026, 3, 3, 7, 10, tzinfo=UTC)
ADAM = {"name": "Adam Invented", "zone": "Europe/Berlin"}


@pytest.fixture
def two_men(db):
    users = [User.objects.create_user(f"{name}@example.org", "pw") for name in ("adam", "carl")]
    with acting_as(Actor.system("test")):
        return [Patient.objects.create(user=user, name=user.email, zone="Europe/Berlin") for user in users]


def a_result(man, digits="5.10"):
    return LabResult.objects.create(
        patient=man,
        analyte="estradiol",
        digits=digits,
        unit="pg/mL",
        at=AT,
        precision="minute",
        zone="Europe/Berlin",
        recorded_at=AT,
        recorded_by="user:1",
    )


def test_a_query_outside_acting_as_raises(two_men):
    with pytest.raises(Error, match="no actor"), transaction.atomic():
        Patient.objects.count()


@pytest.mark.django_db
def test_the_tests_run_as_a_role_that_row_level_security_binds():
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == (False,)


def test_a_stranger_sees_nothing_even_without_a_filter(two_men):
    adam, carl = two_men
    with acting_as(Actor.user(adam.user_id)):
        a_result(adam)
    with acting_as(Actor.user(carl.user_id)):
        assert LabResult.objects.count() == 0
        assert list(Patient.objects.values_list("pk", flat=True)) == [carl.pk]


def test_a_stranger_cannot_write_into_another_record(two_men):
    adam, carl = two_men
    with pytest.raises(Error), acting_as(Actor.user(carl.user_id)):
        a_result(adam)


def test_the_revision_rises_once_per_transaction_and_every_row_carries_it(two_men):
    adam, _ = two_men
    with acting_as(Actor.user(adam.user_id)):
        before = lock_patient(adam).revision
        first, second = a_result(adam), a_result(adam)
        for row in (first, second):
            row.refresh_from_db()
        assert (first.revision, second.revision) == (before + 1, before + 1)
        assert lock_patient(adam).revision == before + 1
