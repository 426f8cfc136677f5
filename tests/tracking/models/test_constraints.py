"""The database refuses bad states by itself, whoever writes."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.db import Error, connections, transaction

from tracking.domain.actor import Actor
from tracking.models import (
    AccessEvent,
    CareRelationship,
    Clinic,
    DoseEvent,
    DueItem,
    Evaluation,
    LabResult,
    Patient,
    Regimen,
    RulebookVersion,
    Tombstone,
    User,
)
from tracking.services.access import acting_as

AT = datetime(2026, 3, 3, 7, 10, tzinfo=UTC)
SYSTEM = Actor.system("test")
STATED = {"recorded_at": AT, "recorded_by": "system:test"}
TIMED = STATED | {"at": AT, "precision": "minute", "zone": "Europe/Berlin"}
LAB = TIMED | {"analyte": "estradiol", "digits": "5.10", "unit": "pg/mL"}
PLAN = STATED | {
    "drug": "anastrozole",
    "dose_digits": "0.5",
    "schedule": {"kind": "daily", "times": 1},
    "origin": "prescribed",
    "starts_on": date(2026, 1, 1),
    "zone": "Europe/Berlin",
}
WINDOW = {
    "kind": "dexa",
    "anchor": "a",
    "rule": "r",
    "reason": "r",
    "opens_on": date(2026, 1, 1),
    "due_on": date(2026, 2, 1),
    "overdue_on": date(2026, 3, 1),
    "zone": "Europe/Berlin",
    "resend_after_days": 7,
}
CARE = {"granted_at": AT, "granted_by": "user:1"}


@pytest.fixture
def man(db):
    user = User.objects.create_user("adam@example.org", "pw")
    Clinic.objects.create(name="Invented Clinic")
    with acting_as(SYSTEM):
        yield Patient.objects.create(user=user, name="Adam Invented", zone="Europe/Berlin")


def refused(make, match):
    with pytest.raises(Error, match=match), transaction.atomic():
        make()


@pytest.mark.parametrize(
    ("model", "row", "constraint"),
    [
        (LabResult, LAB | {"digits": "<5"}, "invalid input syntax"),
        (LabResult, LAB | {"digits": "5,1"}, "invalid input syntax"),
        (LabResult, LAB | {"digits": "-5"}, "labresult_digits_are_a_number"),
        (LabResult, LAB | {"comparator": "~"}, "labresult_comparator_known"),
        (LabResult, LAB | {"unit": ""}, "labresult_unit_and_analyte_stated"),
        (LabResult, LAB | {"method": "guess"}, "labresult_assay_known"),
        (LabResult, LAB | {"range_high": "high"}, "labresult_range_high_number"),
        (LabResult, LAB | {"precision": "hour"}, "labresult_precision_known"),
        (LabResult, LAB | {"zone": ""}, "labresult_zone_stated"),
        (LabResult, LAB | {"client_id": "not an id"}, "labresult_client_id_form"),
        (Regimen, PLAN | {"dose_digits": "half"}, "regimen_dose_is_a_number"),
        (Regimen, PLAN | {"origin": "rumour"}, "regimen_origin_known"),
        (Regimen, PLAN | {"ends_on": date(2025, 12, 31)}, "regimen_ends_after_start"),
        (DoseEvent, TIMED | {"drug": "anastrozole", "kind": "taken"}, "doseevent_amount_unless_skipped"),
        (
            DoseEvent,
            TIMED | {"drug": "anastrozole", "kind": "skipped", "amount_digits": "1"},
            "doseevent_amount_unless_skipped",
        ),
        (DueItem, WINDOW | {"due_on": date(2025, 1, 1)}, "dueitem_window_in_order"),
        (DueItem, WINDOW | {"state": "lost"}, "dueitem_state_known"),
    ],
)
def test_a_bad_row_is_refused_by_name(man, model, row, constraint):
    refused(lambda: model.objects.create(patient=man, **row), constraint)


@pytest.mark.parametrize(
    ("model", "row", "constraint"),
    [
        (LabResult, LAB | {"client_id": "phone-1"}, "labresult_client_id_once"),
        (LabResult, LAB | {"source_system": "lab", "source_id": "7"}, "labresult_source_once"),
        (Regimen, PLAN, "regimen_one_open|regimen_no_overlap"),
        (DueItem, WINDOW, "dueitem_once_per_event"),
    ],
)
def test_what_there_may_be_only_once_is_refused_the_second_time(man, model, row, constraint):
    model.objects.create(patient=man, **row)
    refused(lambda: model.objects.create(patient=man, **row), constraint)


def test_regimens_of_one_drug_and_origin_do_not_overlap_and_their_neighbours_may_touch(man):
    first = {"starts_on": date(2026, 1, 1), "ends_on": date(2026, 3, 1)}
    Regimen.objects.create(patient=man, **(PLAN | first))
    inside = PLAN | {"starts_on": date(2026, 2, 28), "ends_on": date(2026, 4, 1)}
    refused(lambda: Regimen.objects.create(patient=man, **inside), "regimen_no_overlap")
    Regimen.objects.create(patient=man, **(PLAN | {"starts_on": date(2026, 3, 1)}))
    Regimen.objects.create(patient=man, **(inside | {"origin": "self"}))
    Regimen.objects.create(patient=man, **(inside | {"drug": "letrozole"}))


def test_a_clinic_is_let_in_once_at_a_time(man):
    clinic = Clinic.objects.get()
    CareRelationship.objects.create(patient=man, clinic=clinic, **CARE)
    refused(lambda: CareRelationship.objects.create(patient=man, clinic=clinic, **CARE), "one_active_per_clinic")


def test_a_mans_revision_never_falls(man):
    with pytest.raises(Error, match="cannot fall"), transaction.atomic():
        Patient.objects.filter(pk=man.pk).update(revision=0)


@pytest.mark.parametrize(
    ("row", "constraint"),
    [
        ({"zone": "", "is_statistical": True}, "patient_zone_stated"),
        ({"zone": "UTC"}, "patient_man_has_an_account"),
        ({"zone": "UTC", "is_statistical": True, "birth_year": 1980, "birth_date": date(1980, 1, 1)}, "birth_date_or_year"),
    ],
)
def test_a_bad_patient_is_refused(man, row, constraint):
    refused(lambda: Patient.objects.create(**row), constraint)


def test_what_is_append_only_is_refused_to_the_owner_of_the_tables_too(committed):
    user = User.objects.create_user("adam@example.org", "pw")
    with acting_as(SYSTEM):
        man = Patient.objects.create(user=user, name="Adam Invented", zone="Europe/Berlin")
        LabResult.objects.create(patient=man, **LAB)
        RulebookVersion.objects.bulk_create([RulebookVersion(version="1", content={}, first_used_at=AT)], ignore_conflicts=True)
        Evaluation.objects.create(patient=man, as_of=AT, rulebook_version="1", word="w", state="s", basis={})
        AccessEvent.objects.create(patient=man, user=user, at=AT, through="api", what="labs")
        Tombstone.objects.create(patient=man, table="lab_results", client_id="x")
    for table, column in (
        ("labresulthistory", "pgh_label"),
        ("patienthistory", "pgh_label"),
        ("evaluation", "word"),
        ("rulebookversion", "label"),
        ("accessevent", "what"),
        ("tombstone", "client_id"),
    ):
        refused_to_owner(f"DELETE FROM tracking_{table}")
        refused_to_owner(f"UPDATE tracking_{table} SET {column} = {column}")


def refused_to_owner(statement):
    owner = connections["owner"]
    with transaction.atomic(using="owner"), owner.cursor() as cursor:
        cursor.execute("SELECT set_config('trabecula.actor', 'system:test', true)")
        with pytest.raises(Error, match="Cannot"):
            cursor.execute(statement)
        transaction.set_rollback(True, using="owner")
