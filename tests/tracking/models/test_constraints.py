"""The database refuses bad states by itself, whoever writes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import Error, connections, transaction

from tracking.domain.actor import Actor
from tracking.models import (
    AccessEvent,
    CareRelationship,
    Clinic,
    ClinicFloor,
    DexaScan,
    DoseEvent,
    DrugUse,
    DueItem,
    Episode,
    EpisodeEvent,
    Evaluation,
    Finding,
    FloorSetting,
    Fracture,
    IntervalSetting,
    InventoryCount,
    LabResult,
    Lifestyle,
    Patient,
    Prescriber,
    Regimen,
    RegimenPause,
    RiskFactor,
    RulebookVersion,
    Symptom,
    Tombstone,
    User,
    ZoneMove,
)
from tracking.services.access import acting_as

AT = datetime(2026, 3, 3, 7, 10, tzinfo=UTC)
SYSTEM = Actor.system("test")
STATED = {"recorded_at": AT, "recorded_by": "system:test"}
TIMED = STATED | {"at": AT, "precision": "minute", "zone": "Europe/Berlin"}
DOSE = TIMED | {"drug": "anastrozole", "kind": "taken", "amount_digits": "0.5"}
LAB = TIMED | {"analyte": "estradiol", "digits": "5.10", "unit": "pg/mL"}
PLAN = STATED | {
    "drug": "anastrozole",
    "dose_digits": "0.5",
    "schedule": {"kind": "daily", "times": 1},
    "origin": "prescribed",
    "starts_on": date(2026, 1, 1),
    "zone": "Europe/Berlin",
}
FELT = TIMED | {"code": "fatigue", "score": 5, "felt_on": date(2026, 3, 3), "place": 1}
MEASURE = STATED | {"code": "sun", "digits": "90", "unit": "min/week", "since": date(2026, 1, 1)}
USE = STATED | {"drug": "biotin", "since": date(2026, 1, 1)}
COUNT = TIMED | {
    "drug": "anastrozole",
    "kind": "count",
    "form": "tablet",
    "units_digits": "30",
    "content_digits": "1",
    "content_unit": "mg",
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
FOUND = {
    "family": "e2_low",
    "code": "e2_critical_on_ai",
    "priority": 1,
    "worst_priority": 0,
    "severity": "high",
    "lane": "low_e2",
    "opened_at": AT,
}
ANSWER = {"acknowledged_at": AT, "acknowledged_by": "user:1", "outcome": "contacted"}
SLEEP = {
    "snoozed_at": AT,
    "snoozed_until": AT + timedelta(days=1),
    "snoozed_by": "user:1",
    "snooze_reason": "on holiday",
    "first_snoozed_at": AT,
}
ENDED = {"resolved_at": AT, "resolution": "recovered"}
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
    ("model", "stated", "changed"),
    [
        (LabResult, LAB, {"digits": "6"}),
        (LabResult, LAB, {"method": "lcmsms", "method_evidence": "staff_verified"}),
        (DoseEvent, DOSE, {"amount_digits": "1"}),
        (InventoryCount, COUNT, {"units_digits": "20"}),
        (DexaScan, STATED | {"scanned_on": date(2026, 3, 2)}, {"reference": "NHANES III"}),
        (Fracture, TIMED | {"site": "wrist"}, {"fragility": True}),
        (RiskFactor, STATED | {"code": "smoking"}, {"until": date(2026, 3, 3)}),
        (Symptom, FELT, {"score": 6}),
        (Symptom, FELT, {"place": 2}),
        (Lifestyle, MEASURE, {"digits": "9"}),
        (DrugUse, USE, {"until": date(2026, 3, 3)}),
    ],
)
def test_what_was_stated_never_changes_under_its_name(man, model, stated, changed):
    row = model.objects.create(patient=man, **stated)
    refused(lambda: model.objects.filter(pk=row.pk).update(**changed), "Cannot update rows")
    assert model.objects.filter(pk=row.pk).update(withdrawn_at=AT, withdrawn_reason="typed twice") == 1


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
        (Symptom, FELT | {"score": 11}, "symptom_score_in_range"),
        (Symptom, FELT | {"score": -1}, "symptom_score_in_range"),
        (Symptom, FELT | {"code": ""}, "symptom_code_stated"),
        (Symptom, FELT | {"place": 0}, "symptom_at_most_five_a_day"),
        (Symptom, FELT | {"place": 6}, "symptom_at_most_five_a_day"),
        (Symptom, FELT | {"precision": "month"}, "symptom_day_known"),
        (Symptom, FELT | {"felt_on": date(2026, 3, 1)}, "symptom_day_is_that_of_its_instant"),
        (Symptom, FELT | {"felt_on": date(2026, 3, 5)}, "symptom_day_is_that_of_its_instant"),
        (Lifestyle, MEASURE | {"digits": "<90"}, "lifestyle_digits_are_a_number"),
        (Lifestyle, MEASURE | {"unit": ""}, "lifestyle_code_and_unit_stated"),
        (Lifestyle, MEASURE | {"code": ""}, "lifestyle_code_and_unit_stated"),
        (DrugUse, USE | {"drug": ""}, "druguse_drug_stated"),
        (DrugUse, USE | {"until": date(2026, 1, 1)}, "druguse_ends_after_start"),
        (Regimen, PLAN | {"dose_unit": "g"}, "regimen_dose_unit_known"),
        (Regimen, PLAN | {"strength_digits": "one"}, "regimen_strength_is_a_number"),
        (DoseEvent, DOSE | {"amount_unit": ""}, "doseevent_amount_unit_known"),
        (InventoryCount, COUNT | {"kind": "guess"}, "inventorycount_kind_known"),
        (InventoryCount, COUNT | {"drug": ""}, "inventorycount_drug_and_form_stated"),
        (InventoryCount, COUNT | {"form": ""}, "inventorycount_drug_and_form_stated"),
        (InventoryCount, COUNT | {"units_digits": "-1"}, "inventorycount_units_are_a_number"),
        (InventoryCount, COUNT | {"content_digits": ""}, "inventorycount_content_is_a_number"),
        (InventoryCount, COUNT | {"content_unit": "box"}, "inventorycount_content_is_a_number"),
        (ZoneMove, {"at": AT, "zone": ""}, "zonemove_zone_stated"),
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
        (Symptom, FELT, "symptom_place_once_a_day|symptom_code_once_a_day"),
        (Lifestyle, MEASURE, "lifestyle_measure_once_from_a_day"),
        (DrugUse, USE, "druguse_no_overlap_per_drug"),
        (DrugUse, USE | {"since": None}, "druguse_no_overlap_per_drug"),
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


def test_a_day_has_five_places_and_each_item_one(man):
    for place in range(1, 6):
        Symptom.objects.create(patient=man, **(FELT | {"code": f"c{place}", "place": place}))
    refused(lambda: Symptom.objects.create(patient=man, **(FELT | {"code": "c6"})), "symptom_place_once_a_day")
    refused(lambda: Symptom.objects.create(patient=man, **(FELT | {"code": "c1", "place": 6})), "five_a_day|code_once_a_day")
    Symptom.objects.filter(patient=man, place=3).update(withdrawn_at=AT)
    refused(lambda: Symptom.objects.create(patient=man, **(FELT | {"code": "c1", "place": 3})), "symptom_code_once_a_day")
    Symptom.objects.create(patient=man, **(FELT | {"code": "c6", "place": 3}))


@pytest.mark.parametrize("felt_on", [date(2026, 3, 2), date(2026, 3, 4)])
def test_a_day_beside_that_of_greenwich_is_some_places_day(man, felt_on):
    Symptom.objects.create(patient=man, **(FELT | {"felt_on": felt_on}))


def test_uses_of_one_drug_may_touch_and_those_of_another_may_overlap(man):
    DrugUse.objects.create(patient=man, **(USE | {"until": date(2026, 3, 1)}))
    refused(lambda: DrugUse.objects.create(patient=man, **(USE | {"since": date(2026, 2, 28)})), "druguse_no_overlap")
    DrugUse.objects.create(patient=man, **(USE | {"since": date(2026, 3, 1)}))
    DrugUse.objects.create(patient=man, **(USE | {"drug": "dhea"}))


def test_pauses_of_one_regimen_do_not_overlap_and_do_not_end_before_they_begin(man):
    regimen = Regimen.objects.create(patient=man, **PLAN)
    other = Regimen.objects.create(patient=man, **(PLAN | {"drug": "letrozole"}))

    def paused(starts, ends, of=regimen):
        return RegimenPause.objects.create(patient=man, regimen=of, starts_on=starts, ends_on=ends, **STATED)

    first = paused(date(2026, 3, 1), date(2026, 3, 10))
    refused(lambda: paused(date(2026, 3, 9), None), "regimenpause_no_overlap")
    refused(lambda: paused(date(2026, 5, 2), date(2026, 5, 1)), "regimenpause_ends_after_start")
    paused(date(2026, 3, 10), None)
    paused(date(2026, 3, 5), None, of=other)
    refused(lambda: RegimenPause.objects.filter(pk=first.pk).update(ends_on=None), "regimenpause_no_overlap")


@pytest.fixture
def set_(man):
    """How a prescriber's settings are stored, floors and intervals of the man and floors of the clinic."""
    clinic = Clinic.objects.get()
    author = Prescriber.objects.create(user=User.objects.create_user("bell@example.org", "pw"), clinic=clinic)
    stated = {"clinic": clinic, "set_by": author, "set_at": AT, "reason": "two fractures", "expires_on": date(2026, 9, 1)}
    own = {
        FloorSetting: {"patient": man, "digits": "20"},
        IntervalSetting: {"patient": man, "kind": "dexa", "every_months": 12},
        ClinicFloor: {"digits": "18"},
    }
    return lambda model, **changed: model.objects.create(**(stated | own[model] | changed))


@pytest.mark.parametrize(
    ("model", "changed", "constraint"),
    [
        (FloorSetting, {"digits": "<20"}, "floorsetting_digits_are_a_number"),
        (ClinicFloor, {"digits": "18,5"}, "clinicfloor_digits_are_a_number"),
        (IntervalSetting, {"every_months": 0}, "intervalsetting_kind_and_months"),
        (IntervalSetting, {"kind": ""}, "intervalsetting_kind_and_months"),
        (FloorSetting, {"expires_on": None}, "null value"),
        (IntervalSetting, {"expires_on": None}, "null value"),
        *(
            (model, changed, constraint)
            for model in (FloorSetting, IntervalSetting, ClinicFloor)
            for changed, constraint in (
                ({"reason": ""}, "has_a_reason"),
                ({"ended_at": AT}, "ends_by_somebody"),
                ({"ended_by": "user:1"}, "ends_by_somebody"),
                ({"ended_at": datetime(2026, 3, 2, tzinfo=UTC), "ended_by": "user:1"}, "ends_by_somebody"),
            )
        ),
    ],
)
def test_a_setting_that_does_not_say_enough_is_refused(set_, model, changed, constraint):
    refused(lambda: set_(model, **changed), constraint)


@pytest.mark.parametrize("model", [FloorSetting, IntervalSetting, ClinicFloor])
def test_one_setting_of_a_kind_stands_at_a_time(set_, model):
    set_(model, ended_at=AT, ended_by="user:1")
    set_(model)
    refused(lambda: set_(model), "one_active")


def test_what_a_clinic_set_is_ended_and_never_changed_or_deleted(set_):
    row = set_(ClinicFloor)
    for changed in ({"digits": "12"}, {"reason": "another"}, {"expires_on": None}):
        refused(lambda changed=changed: ClinicFloor.objects.filter(pk=row.pk).update(**changed), "Cannot delete or update of")
    refused(row.delete, "Cannot delete or update of")
    ClinicFloor.objects.filter(pk=row.pk).update(ended_at=AT, ended_by="user:1")


def test_a_clinic_is_let_in_once_at_a_time(man):
    clinic = Clinic.objects.get()
    CareRelationship.objects.create(patient=man, clinic=clinic, **CARE)
    refused(lambda: CareRelationship.objects.create(patient=man, clinic=clinic, **CARE), "one_active_per_clinic")


def evaluation_of(man):
    RulebookVersion.objects.bulk_create([RulebookVersion(version="1", content={}, first_used_at=AT)], ignore_conflicts=True)
    return Evaluation.objects.create(patient=man, as_of=AT, rulebook_version="1", word="w", state="s", basis={})


def test_of_a_finding_only_its_release_changes_and_its_versions_leave_out_what_it_says(man):
    said = {
        "code": "e2_low",
        "priority": 1,
        "lane": "low_e2",
        "severity": "severe",
        "detail": {"man": "Your estradiol is low."},
    }
    row = Finding.objects.create(patient=man, evaluation=evaluation_of(man), **said)
    found = Finding.objects.filter(pk=row.pk)
    for changed in ({"detail": {}}, {"code": "e2_other"}, {"priority": 2}):
        refused(lambda changed=changed: found.update(**changed), "Cannot update rows")
    assert found.update(released_at=AT) == 1
    assert [(version.pgh_label, version.released_at) for version in row.history.order_by("pgh_id")] == [
        ("insert", None),
        ("update", AT),
    ]
    assert not hasattr(row.history.first(), "detail")


@pytest.fixture
def episode_of(man):
    evaluation = evaluation_of(man)

    def make(**row):
        return Episode.objects.create(patient=man, opened_in=evaluation, evaluation=evaluation, **(FOUND | row))

    return make


@pytest.mark.parametrize(
    ("row", "constraint"),
    [
        ({"priority": 5, "worst_priority": 5}, "episode_priorities_in_order"),
        ({"worst_priority": 2}, "episode_priorities_in_order"),
        ({"lane": "other"}, "episode_level_stated"),
        ({"severity": "bad"}, "episode_level_stated"),
        ({"family": ""}, "episode_level_stated"),
        ({"count": 0}, "episode_level_stated"),
        ({"margin": "9E-1"}, "episode_margin_is_a_number"),
        ({"acknowledged_at": AT}, "episode_acknowledged_whole"),
        ({"note": "n"}, "episode_acknowledged_whole"),
        (ANSWER | {"outcome": "seen"}, "episode_acknowledged_whole"),
        (ANSWER | {"acknowledged_by": ""}, "episode_acknowledged_whole"),
        (ANSWER | {"outcome": "accepted_with_reason"}, "episode_accepted_with_a_reason"),
        ({"snoozed_until": AT}, "episode_snoozed_whole"),
        (SLEEP | {"snoozed_until": AT}, "episode_snoozed_whole"),
        (SLEEP | {"first_snoozed_at": None}, "episode_snoozed_whole"),
        (SLEEP | {"snooze_reason": ""}, "episode_snoozed_whole"),
        ({"resolved_at": AT}, "episode_resolved_whole"),
        ({"resolution": "recovered"}, "episode_resolved_whole"),
        (ENDED | {"resolved_at": AT - timedelta(1)}, "episode_resolved_whole"),
        (ENDED | SLEEP, "episode_resolved_whole"),
        (ENDED | {"resolution": "rule_changed"}, "episode_rule_change_was_seen"),
        (ENDED | {"resolution": "rule_changed", "rule_changed": "2"}, "episode_rule_change_was_seen"),
        (ENDED | ANSWER | {"resolution": "rule_changed"}, "episode_rule_change_was_seen"),
    ],
)
def test_a_bad_episode_is_refused_by_name(episode_of, row, constraint):
    refused(lambda: episode_of(**row), constraint)


def test_a_family_has_one_episode_that_has_not_ended(episode_of):
    episode_of(**ENDED)
    episode_of(**ENDED)
    episode_of(**ANSWER, **SLEEP)
    refused(episode_of, "episode_one_unresolved_per_family")
    episode_of(family="e2_blind")


@pytest.mark.parametrize("row", [{"what": "lost"}, {"by": ""}, {"priority": 5}])
def test_a_bad_event_of_an_episode_is_refused(man, episode_of, row):
    episode = episode_of()
    event = {"what": "opened", "at": AT, "by": "system:test", "priority": 1, "evaluation": episode.evaluation}
    EpisodeEvent.objects.create(patient=man, episode=episode, **event)
    refused(lambda: EpisodeEvent.objects.create(patient=man, episode=episode, **(event | row)), "episodeevent_")


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
        said = evaluation_of(man)
        episode = Episode.objects.create(patient=man, opened_in=said, evaluation=said, **FOUND)
        EpisodeEvent.objects.create(
            patient=man, episode=episode, what="opened", at=AT, by="system:test", priority=1, evaluation=said
        )
        AccessEvent.objects.create(patient=man, user=user, at=AT, through="api", what="labs")
        ZoneMove.objects.create(patient=man, at=AT, zone="America/New_York")
        regimen = Regimen.objects.create(patient=man, **PLAN)
        RegimenPause.objects.create(patient=man, regimen=regimen, starts_on=date(2026, 3, 1), **STATED)
        Tombstone.objects.create(patient=man, table="lab_results", client_id="x")
    for table, column in (
        ("labresulthistory", "pgh_label"),
        ("patienthistory", "pgh_label"),
        ("evaluation", "word"),
        ("episodeevent", "what"),
        ("episodehistory", "code"),
        ("rulebookversion", "label"),
        ("accessevent", "what"),
        ("zonemove", "zone"),
        ("regimenpausehistory", "pgh_label"),
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
