"""Table by table: what a phone may write, what it may only read, and that the two agree."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from notifications.models import InboxMessage, Reminder
from tests.backend.api.phone import DOSE, LAB, NOTHING_REJECTED, PLAN, Phone, many_doses
from tests.conftest import NOW
from tracking.domain.actor import Actor
from tracking.domain.history import Origin
from tracking.models import DexaScan, DueItem, Evaluation, LabResult, Patient
from tracking.services import audit, bone, labs, regimens, releases, titration
from tracking.services.access import acting_as
from tracking.sync import registry

SYSTEM = Actor.system("test")
SITE = {"region": "total_hip", "side": "left", "bmd": "0.900", "unit": "g/cm2", "t_score": "-1.5"}
SCAN = {"scanned_on": "2026-09-01", "sites": json.dumps([SITE]), "facility": "Invented Radiology"}
PAUSE = {"regimen_id": "mine", "starts_on": "2026-06-01", "reason": "surgery"}
FRACTURE = {"site": "wrist", "occurred_at": "2026-01", "zone": "Europe/Berlin", "fragility": True}
COUNT = {
    "drug": "anastrozole",
    "form": "tablet",
    "units": "30",
    "content": "1 mg",
    "counted_at": "2026-10-01T08:00:00+02:00",
    "zone": "Europe/Berlin",
}
OWN_TABLES = {
    "lab_results": LAB,
    "regimens": PLAN,
    "dose_events": DOSE,
    "dexa_scans": SCAN,
    "fractures": FRACTURE,
    "risk_factors": {"code": "smoking", "since": "2020-01-01"},
    "inventory_counts": COUNT,
    "symptoms": {"code": "fatigue", "score": 5, "felt_at": "2026-10-01T08:00:00+02:00", "zone": "Europe/Berlin"},
    "lifestyle": {"code": "sun", "value": "90", "unit": "min/week", "since": "2026-05-01"},
    "co_medication": {"drug": "biotin", "since": "2026-05-01"},
}
CHANGED = {
    "lab_results": {"value": "<5"},
    "regimens": {"dose": "1.0 mg"},
    "dose_events": {"site": "left thigh"},
    "dexa_scans": {"sites": json.dumps([SITE | {"bmd": "0.950"}])},
    "fractures": {"fragility": False},
    "risk_factors": {"note": "stopped once"},
    "inventory_counts": {"units": "28"},
    "symptoms": {"score": 3},
    "lifestyle": {"value": "120"},
    "co_medication": {"until": "2026-10-01"},
}
# What another phone says of the same column.
UNLIKE = {
    "lab_results": {"value": "7"},
    "regimens": {"dose": "0.25 mg"},
    "dose_events": {"site": "right thigh"},
    "dexa_scans": {"sites": json.dumps([SITE | {"bmd": "0.800"}])},
    "fractures": {"fragility": None},
    "risk_factors": {"note": "never stopped"},
    "inventory_counts": {"units": "27"},
    "symptoms": {"score": 4},
    "lifestyle": {"value": "60"},
    "co_medication": {"until": "2026-09-01"},
}


def code(answer: Any, table: str) -> str:
    (row,) = answer["rejected"][table]
    return row["code"]


def test_every_name_that_a_model_states_is_declared():
    assert registry.undeclared() == set()


def test_the_page_for_app_developers_names_every_table():
    page = (Path(__file__).parents[3] / "docs" / "sync.md").read_text()
    assert [table.name for table in registry.tables() if f"`{table.name}`" not in page] == []


def test_parents_stand_before_their_children():
    seen = []
    for table in registry.tables():
        assert table.parent is None or table.parent in seen
        seen.append(table.name)


@pytest.mark.parametrize("table", OWN_TABLES)
def test_his_own_row_is_created_edited_and_deleted(phone, new_phone, table):
    assert phone.create(table, {"id": "mine", **OWN_TABLES[table]}) == NOTHING_REJECTED
    phone.pull()
    assert phone.of(table)["mine"]["own_entry"] is True
    edited = phone.of(table)["mine"] | CHANGED[table]
    assert phone.update(table, edited) == NOTHING_REJECTED
    phone.pull()
    ((column, value),) = CHANGED[table].items()
    shown = phone.of(table)["mine"][column]
    assert json.loads(shown) == json.loads(value) if column == "sites" else shown == value
    assert phone.delete(table, "mine") == NOTHING_REJECTED
    phone.pull()
    if table == "regimens":
        assert phone.of(table)["mine"]["ends_on"] == NOW.date().isoformat()
    else:
        assert phone.of(table) == {}
    assert new_phone().rows == phone.rows


@pytest.mark.parametrize("table", OWN_TABLES)
def test_two_edits_of_the_same_row_are_a_conflict(phone, new_phone, table):
    phone.create(table, {"id": "mine", **OWN_TABLES[table]})
    phone.pull()
    other = new_phone()
    phone.update(table, phone.of(table)["mine"] | CHANGED[table])
    mine = other.of(table)["mine"]
    refused = other.update(table, mine | UNLIKE[table], expect=409)
    assert [row["id"] for row in refused["changes"][table]["updated"]] == ["mine"]
    assert other.update(table, mine | CHANGED[table]) == NOTHING_REJECTED  # both said the same


@pytest.fixture
def whole_record(phone: Phone, adam: Patient, in_care: Any, dr_bell: Any) -> Phone:
    """Something in every table, by himself and by others."""
    phone.push({table: {"created": [{"id": "mine", **row}]} for table, row in OWN_TABLES.items()})
    phone.create("regimen_pauses", {"id": "mine", **PAUSE})
    phone.create("proposals", {"id": "mine", "words": "Could we talk about the dose?"})
    phone.pull()
    phone.update("lab_results", phone.of("lab_results")["mine"] | {"value": "9.0"})
    bell = {"patient": adam, "by": Actor.user(dr_bell.pk), "now": NOW}
    sent = {name: value for name, value in LAB.items() if name != "zone"}
    labs.record(staff=True, client_id="bells", method="lcmsms", **bell, **sent)
    plan = {"drug": "testosterone_enanthate", "dose_mg": "100", "schedule": {"kind": "every", "days": "7"}}
    regimens.start(origin=Origin.PRESCRIBED, client_id="bells", starts_on=date(2026, 3, 1), **plan, **bell)
    with acting_as(SYSTEM):
        audit.note_visit(patient=adam, user=dr_bell, through="api", what="labs", now=NOW)
        item = DueItem.objects.filter(patient=adam).order_by("id")[0]
        reminder = Reminder.objects.create(
            patient_id=adam.pk, due_item_id=item.pk, kind=item.kind, stage="on", channel="inbox", round=1,
            round_began_at=NOW, due_on=item.due_on, send_at=NOW, expires_at=NOW + timedelta(days=9), state="claimed",
            claimed_at=NOW,
        )  # fmt: skip
        InboxMessage.objects.create(patient_id=adam.pk, reminder=reminder, title="t", body="b", created_at=NOW)
    phone.pull()
    message = next(iter(phone.of("inbox").values()))
    phone.create("answers", {"id": "mine", "reminder_id": message["reminder_id"], "answer": "not_now"})
    phone.pull()
    return phone


def test_what_was_pulled_and_is_pushed_back_unchanged_changes_nothing(whole_record, adam):
    phone = whole_record
    assert {table for table in phone.rows if phone.of(table)} == {table.name for table in registry.tables()}
    before = phone.cursor
    everything = {table: {"updated": list(rows.values())} for table, rows in phone.rows.items()}
    assert phone.push(everything) == NOTHING_REJECTED
    assert phone.push(everything, cursor=1) == NOTHING_REJECTED
    phone.pull()
    assert phone.cursor == before


def test_two_phones_hold_the_same_however_they_came_by_it(whole_record, new_phone):
    assert new_phone().rows == whole_record.rows


def test_what_others_entered_he_neither_edits_nor_deletes(whole_record):
    phone = whole_record
    assert (
        code(phone.update("lab_results", phone.of("lab_results")["bells"] | {"value": "50"}), "lab_results") == "not-his-entry"
    )
    assert code(phone.delete("lab_results", "bells"), "lab_results") == "not-his-entry"
    assert code(phone.update("regimens", phone.of("regimens")["bells"] | {"dose": "50 mg"}), "regimens") == "other-origin"
    assert code(phone.delete("regimens", "bells"), "regimens") == "other-origin"
    before = {name: phone.of(name)["bells"] for name in ("lab_results", "regimens")}
    phone.pull()
    assert {name: phone.of(name)["bells"] for name in before} == before


@pytest.mark.parametrize(
    "table", ["lab_result_versions", "evaluations", "findings", "due_items", "access_log", "profile", "consents", "inbox"]
)
def test_what_the_server_writes_a_phone_neither_makes_nor_deletes(whole_record, table):
    phone = whole_record
    assert code(phone.create(table, {"id": "01a21959-1319-7811-96af-d9348e2333b2"}), table) == "server-owned"
    (key, *_) = phone.of(table)
    assert code(phone.delete(table, key), table) == "server-owned"
    if table in ("lab_result_versions", "evaluations", "findings", "due_items", "access_log"):
        assert code(phone.delete(table, key, cursor=1), table) == "server-owned"  # nothing to merge, so no conflict


def test_a_change_of_dose_is_a_new_row_that_ends_the_version_before(phone, new_phone):
    phone.create("regimens", {"id": "old", **PLAN})
    phone.pull()
    ended = phone.of("regimens")["old"] | {"ends_on": "2026-10-01"}
    new = {"id": "new", **PLAN, "dose": "0.25 mg", "starts_on": "2026-10-01", "previous_id": "old", "reason": "too low"}
    dose = {"id": "dose", **DOSE, "taken_at": "2026-10-05T08:00:00+02:00", "regimen_id": "new"}
    changes = {
        "dose_events": {"created": [dose]},
        "regimens": {"created": [new], "updated": [ended], "deleted": []},
    }
    assert phone.push(changes) == NOTHING_REJECTED
    assert phone.push(changes) == NOTHING_REJECTED
    shown = new_phone()
    assert shown.of("regimens")["old"]["ends_on"] == "2026-10-01"
    assert shown.of("regimens")["new"]["previous_id"] == "old"
    assert shown.of("dose_events")["dose"]["regimen_id"] == "new"


def test_a_dose_of_a_rejected_regimen_is_rejected_with_it_and_nothing_else_is(phone):
    bad = {"id": "plan", **PLAN, "schedule": '{"kind": "often"}'}
    dose = {"id": "dose", **DOSE, "regimen_id": "plan"}
    answer = phone.push({"regimens": {"created": [bad]}, "dose_events": {"created": [dose, {"id": "other", **DOSE}]}})
    assert answer["experimentalRejectedIds"] == {"regimens": ["plan"], "dose_events": ["dose"]}


@pytest.fixture
def paused(phone: Phone) -> Phone:
    """Adam's regimen, paused until he resumes."""
    phone.push({"regimens": {"created": [{"id": "mine", **PLAN}]}, "regimen_pauses": {"created": [{"id": "pause", **PAUSE}]}})
    phone.pull()
    return phone


def test_a_pause_is_resumed_by_its_end(paused, new_phone):
    assert paused.of("regimen_pauses")["pause"]["ends_on"] is None
    resumed = paused.of("regimen_pauses")["pause"] | {"ends_on": "2026-07-01"}
    assert paused.update("regimen_pauses", resumed) == NOTHING_REJECTED
    paused.pull()
    assert paused.of("regimen_pauses")["pause"]["ends_on"] == "2026-07-01"
    for column, value in (("ends_on", "2026-08-01"), ("ends_on", None), ("ends_on", "2026-05-15"), ("starts_on", "2026-06-02")):
        refused = paused.update("regimen_pauses", paused.of("regimen_pauses")["pause"] | {column: value})
        assert code(refused, "regimen_pauses") == "pause-fixed"
    assert new_phone().rows == paused.rows


def test_a_pause_that_is_deleted_never_was(paused, new_phone):
    assert paused.delete("regimen_pauses", "pause") == NOTHING_REJECTED
    paused.pull()
    assert paused.of("regimen_pauses") == {}
    assert paused.create("regimen_pauses", {"id": "anew", **PAUSE, "ends_on": "2026-07-01"}) == NOTHING_REJECTED
    paused.pull()
    assert new_phone().rows == paused.rows


def test_what_is_wrong_with_a_pause_is_said_of_the_columns_of_the_phone(paused):
    def refused(**sent: Any) -> tuple[str, str]:
        answer = paused.create("regimen_pauses", {"id": "bad", **PAUSE, **sent})
        (row,) = answer["rejected"]["regimen_pauses"]
        return row["code"], row["pointer"]

    assert refused() == ("pause-overlap", "/starts_on")
    assert refused(starts_on="2026-04-01") == ("pause-outside", "/starts_on")
    assert refused(ends_on="2026-05-01") == ("ends-before-start", "/ends_on")
    assert refused(regimen_id="none") == ("not-found", "")


def test_a_regimen_and_its_pause_changed_in_one_push_are_no_conflict_with_each_other(paused, new_phone):
    corrected = paused.of("regimens")["mine"] | {"dose": "1.0 mg"}
    resumed = paused.of("regimen_pauses")["pause"] | {"ends_on": "2026-07-01"}
    assert paused.push({"regimens": {"updated": [corrected]}, "regimen_pauses": {"updated": [resumed]}}) == NOTHING_REJECTED
    paused.pull()
    assert (paused.of("regimens")["mine"]["dose"], paused.of("regimen_pauses")["pause"]["ends_on"]) == ("1.0 mg", "2026-07-01")
    assert new_phone().rows == paused.rows


def test_a_dose_in_units_other_than_milligrams_comes_back_as_it_was_written(phone):
    hcg = {"drug": "hcg", "dose": "500 IU", "schedule": '{"kind": "every", "days": "3.5"}', "starts_on": "2026-05-01"}
    taken = {"drug": "hcg", "amount": "500 IU", "taken_at": DOSE["taken_at"], "zone": "Europe/Berlin", "regimen_id": "hcg"}
    changes = {"regimens": {"created": [{"id": "hcg", **hcg}]}, "dose_events": {"created": [{"id": "taken", **taken}]}}
    assert phone.push(changes) == NOTHING_REJECTED
    phone.pull()
    assert (phone.of("regimens")["hcg"]["dose"], phone.of("dose_events")["taken"]["amount"]) == ("500 IU", "500 IU")


def test_the_strength_of_a_tablet_comes_back_as_it_was_written(phone):
    phone.create("regimens", {"id": "plan", **PLAN, "strength": "1 mg"})
    phone.pull()
    assert phone.of("regimens")["plan"]["strength"] == "1 mg"


def test_the_same_dose_from_a_second_phone_or_twice_in_one_push_is_refused_and_names_the_first(phone, new_phone):
    other = new_phone()
    phone.create("dose_events", {"id": "first", **DOSE})
    answer = other.create("dose_events", {"id": "second", **DOSE}, {"id": "extra", **DOSE, "kind": "extra"})
    assert code(answer, "dose_events") == "dose-duplicate"
    assert "first" in answer["rejected"]["dose_events"][0]["detail"]
    later = {**DOSE, "taken_at": "2026-10-02T08:00:00+02:00"}
    assert code(other.create("dose_events", {"id": "a", **later}, {"id": "b", **later}), "dose_events") == "dose-duplicate"
    assert sorted(new_phone().of("dose_events")) == ["a", "extra", "first"]


def test_an_item_scored_on_both_phones_is_the_one_that_was_pushed_last(phone, new_phone):
    other = new_phone()
    phone.create("symptoms", {"id": "one", **OWN_TABLES["symptoms"]})
    assert other.create("symptoms", {"id": "two", **OWN_TABLES["symptoms"], "score": 8}) == NOTHING_REJECTED
    phone.pull()
    assert {key: row["score"] for key, row in phone.of("symptoms").items()} == {"two": 8}
    assert new_phone().rows == phone.rows


def test_he_asks_his_clinic_in_words_and_nothing_else(phone, new_phone, in_care):
    phone.pull()
    assert phone.create("proposals", {"id": "ask", "words": "Could I have less, 0.25 mg?"}) == NOTHING_REJECTED
    phone.pull()
    row = phone.of("proposals")["ask"]
    assert (row["state"], row["words"], row["clinic"]) == ("requested", "Could I have less, 0.25 mg?", None)
    assert json.loads(row["sentences"])
    assert "0.25" not in row["sentences"]
    assert code(phone.update("proposals", row | {"words": "More."}), "proposals") == "kept-as-said"
    assert code(phone.create("proposals", {"id": "other", "words": "And?"}), "proposals") == "request-open"
    assert code(phone.create("proposals", {"id": "none", "words": " "}), "proposals") == "words-missing"
    assert code(phone.create("proposals", {"id": "own", "words": "x", "dose": "0.25 mg"}), "proposals") == "unknown-field"
    assert phone.delete("proposals", "ask") == NOTHING_REJECTED
    assert phone.delete("proposals", "ask") == NOTHING_REJECTED  # the answer was lost
    phone.pull()
    assert phone.of("proposals")["ask"]["state"] == "withdrawn"
    assert code(phone.delete("proposals", "ask"), "proposals") == "kept-as-said"
    assert new_phone().rows == phone.rows


def test_what_a_prescriber_decided_comes_with_his_regimen_and_names_no_dose(phone, new_phone, adam, in_care, dr_bell):
    bell = {"patient": adam, "by": Actor.user(dr_bell.pk), "now": NOW}
    plan = {"drug": "anastrozole", "dose_mg": "0.37", "schedule": {"kind": "every", "days": "7"}, "review_on": date(2027, 2, 1)}
    told = titration.propose(ask="start", from_date=date(2026, 11, 10), reason="tenderness", plan=plan, **bell)
    phone.pull()
    (row,) = phone.of("proposals").values()
    assert (row["state"], row["words"], row["clinic"]) == ("proposed", "", "Invented Clinic")
    assert "0.37" not in json.dumps(row)
    titration.decline(uid=told.row.uid, reason="he would rather wait", answer="We wait for the next draw.", **bell)
    phone.pull()
    (row,) = phone.of("proposals").values()
    assert row["state"] == "declined"
    assert "We wait for the next draw." in row["sentences"]
    assert code(phone.delete("proposals", row["id"]), "proposals") == "proposal-decided"
    assert new_phone().rows == phone.rows


def test_a_move_to_another_zone_brings_his_proposals_anew(phone, new_phone, adam, in_care):
    phone.create("proposals", {"id": "ask", "words": "Less, please."})
    phone.pull()
    phone.update("profile", {"id": str(adam.uid), "zone": "Pacific/Kiritimati"})
    phone.pull()
    assert new_phone().rows == phone.rows


def test_a_pause_of_reminders_stays_when_something_else_of_them_changes(phone, adam):
    key, until = str(adam.uid), "2026-11-20T08:00:00+00:00"
    phone.update("preferences", phone.of("preferences")[key] | {"paused_until": until, "channels": '{"": ["push"]}'})
    phone.pull()
    phone.update("preferences", {"id": key, "preferred_hour": 11, "discreet": False})
    phone.pull()
    row = phone.of("preferences")[key]
    assert (row["paused_until"], row["preferred_hour"], row["discreet"]) == (until, 11, False)
    assert json.loads(row["channels"]) == {"": ["push"]}
    for wrong in ("[]", '{"": "push"}', '{"": [1]}'):
        assert code(phone.update("preferences", row | {"channels": wrong}), "preferences") == "invalid"


def test_a_regimen_that_never_began_ends_where_it_would_have(phone):
    phone.create("regimens", {"id": "plan", **PLAN, "starts_on": "2027-01-01"})
    phone.pull()
    phone.delete("regimens", "plan")
    phone.pull()
    assert phone.of("regimens")["plan"]["ends_on"] == "2027-01-01"


def test_a_scan_is_corrected_with_all_its_regions(phone, adam):
    phone.create("dexa_scans", {"id": "scan", **SCAN})
    phone.pull()
    both = json.dumps([SITE, SITE | {"region": "femoral_neck"}])
    phone.update("dexa_scans", phone.of("dexa_scans")["scan"] | {"sites": both})
    with acting_as(SYSTEM):
        old, new = DexaScan.objects.filter(patient=adam).order_by("pk")
        assert new.supersedes == old
        assert (old.sites.count(), new.sites.count()) == (1, 2)
        assert bone.correct_scan(
            patient=adam, key="scan", by=SYSTEM, now=NOW, staff=True, scanned_on=date(2026, 9, 1),
            facility="Invented Radiology", sites=json.loads(both),
        )[1] is False  # fmt: skip
    twice = phone.create("dexa_scans", {"id": "twice", **SCAN, "sites": json.dumps([SITE, SITE])})
    assert code(twice, "dexa_scans") == "site-twice"


def test_profile_and_preferences_are_edited_in_place(phone, adam):
    key = str(adam.uid)
    phone.update("profile", {"id": key, "name": "Adam the Second"})
    phone.update("preferences", phone.of("preferences")[key] | {"preferred_hour": 10})
    phone.pull()
    assert phone.of("profile")[key]["name"] == "Adam the Second"
    assert phone.of("preferences")[key]["preferred_hour"] == 10
    answer = phone.update("preferences", phone.of("preferences")[key] | {"preferred_hour": 23})
    assert code(answer, "preferences") == "hour-is-quiet"


def test_a_message_is_marked_as_read_and_a_consent_revoked_by_an_instant_that_the_server_dates(whole_record, new_phone):
    phone = whole_record
    (message,), (consent,) = phone.of("inbox").values(), phone.of("consents").values()
    wrong_clock = "2031-01-01T00:00:00+00:00"
    answer = phone.push(
        {
            "inbox": {"updated": [message | {"read_at": wrong_clock}]},
            "consents": {"updated": [consent | {"revoked_at": wrong_clock}]},
        }
    )
    assert answer == NOTHING_REJECTED
    phone.pull()
    assert phone.of("inbox")[message["id"]]["read_at"] == NOW.isoformat()
    assert phone.of("consents")[consent["id"]]["revoked_at"] == NOW.isoformat()
    assert code(phone.update("consents", {"id": consent["id"], "revoked_at": None}), "consents") == "stays-revoked"
    assert code(phone.update("inbox", {"id": message["id"], "read_at": None}), "inbox") == "stays-read"
    words = [json.loads(row["words"]) for row in phone.of("evaluations").values()]
    assert all("No clinic is connected" in " ".join(said) for said in words)  # also of those before he revoked
    assert new_phone().rows == phone.rows


def test_an_answer_is_kept_as_it_was_said(whole_record):
    phone = whole_record
    (answer,) = phone.of("answers").values()
    assert code(phone.update("answers", answer | {"answer": "done"}), "answers") == "kept-as-said"
    assert code(phone.delete("answers", answer["id"]), "answers") == "kept-as-said"
    assert code(phone.create("answers", answer | {"id": "again"}), "answers") == "answered-already"
    assert code(phone.create("answers", answer | {"id": "x", "reminder_id": "no"}), "answers") == "uid-form"
    assert code(phone.create("answers", answer | {"id": "x", "answer": "maybe"}), "answers") == "choice-unknown"


def test_what_waits_for_a_release_is_not_pulled_and_the_release_brings_it(phone, new_phone, adam, dr_bell, in_care, settings):
    settings.FINDINGS_RELEASE = "reviewed"
    phone.push(
        {"regimens": {"created": [{"id": "plan", **PLAN}]}, "lab_results": {"created": [{"id": "lab", **LAB, "value": "6"}]}}
    )
    phone.pull()
    assert phone.of("findings") == {}
    latest = max(phone.of("evaluations").values(), key=lambda row: row["revision"])
    assert (latest["word"], latest["tier"], latest["comparison"]) == (None, None, "waits")
    assert "waits for your clinic" in latest["words"]
    assert "Nobody has looked yet" in latest["words_later"]  # no write will tell the phone that time has passed
    assert latest["words_later_from"] == "2026-11-06"
    releases.release(patient=adam, evaluation=UUID(latest["id"]), by=Actor.user(dr_bell.pk), now=NOW)
    phone.pull()
    assert all(row["words"] for row in phone.of("findings").values())
    shown = phone.of("evaluations")[latest["id"]]
    assert (shown["comparison"], shown["words_later"], shown["words_later_from"]) == ("released", None, None)
    assert (shown["word"], shown["tier"]) == ("below", "very_low")  # he never reads "critical"
    assert "critical" not in json.dumps(phone.rows)
    assert new_phone().rows == phone.rows


def test_an_older_schema_version_gets_only_what_it_knows(phone, monkeypatch):
    fractures = next(table for table in registry.tables() if table.name == "fractures")
    monkeypatch.setattr(type(fractures), "since", 2)
    fresh = Phone(phone.client)
    assert "fractures" not in fresh.pull(schema_version=1)["changes"]
    assert "fractures" in Phone(phone.client).pull(schema_version=2)["changes"]
    assert "fractures" in Phone(phone.client).pull()["changes"]


def test_a_table_that_the_phone_has_only_just_got_is_pulled_whole(phone, by_adam):
    phone.create("fractures", {"id": "mine", **FRACTURE})
    phone.create("lab_results", {"id": "lab", **LAB})
    phone.pull()
    said = phone.pull(schema_version=2, migration='{"from":1,"tables":["fractures"],"columns":[]}')
    assert [row["id"] for row in said["changes"]["fractures"]["updated"]] == ["mine"]
    assert said["changes"]["lab_results"]["updated"] == []


def test_a_pull_asks_as_often_for_one_row_as_for_a_hundred(phone, adam):
    def queries() -> int:
        fresh = Phone(phone.client)
        with CaptureQueriesContext(connection) as asked:
            fresh.pull()
        return len(asked)

    phone.push({table: {"created": [{"id": "mine", **row}]} for table, row in OWN_TABLES.items() if table != "risk_factors"})
    few = queries()
    many: dict[str, Any] = {"dose_events": many_doses(100, regimen_id="mine")}
    many["lab_results"] = [{"id": f"l{n}", **LAB, "analyte": "shbg", "unit": "nmol/L"} for n in range(100)]
    many["dexa_scans"] = [{"id": f"s{n}", **SCAN, "scanned_on": f"20{n + 10}-09-01"} for n in range(10)]
    assert phone.push({table: {"created": rows} for table, rows in many.items()}) == NOTHING_REJECTED
    assert queries() == few


def test_a_pull_of_little_among_much_goes_by_the_index_of_the_revision(phone, adam):
    phone.create("dose_events", *many_doses(3000))
    phone.pull()
    with connections["owner"].cursor() as owner:
        owner.execute("ANALYZE tracking_doseevent")
    connections["owner"].close()
    with acting_as(Actor.user(adam.user_id)):
        (plan,) = (table.changed(adam, phone.cursor).explain() for table in registry.tables() if table.name == "dose_events")
    assert "doseevent_revision" in plan


def test_a_pull_reads_one_snapshot_and_a_push_what_was_committed_last(phone, adam, monkeypatch):
    seen = []
    profile = next(table for table in registry.tables() if table.name == "profile")
    real = type(profile).changed

    def changed(self: Any, man: Patient, since: int) -> Any:
        with connection.cursor() as cursor:
            cursor.execute("SHOW transaction_isolation")
            seen.append(cursor.fetchone()[0])
        return real(self, man, since)

    monkeypatch.setattr(type(profile), "changed", changed)
    phone.cursor = 0
    phone.pull()
    assert seen == ["repeatable read"]


def test_one_evaluation_follows_a_push_whatever_is_in_it(phone, adam):
    with acting_as(SYSTEM):
        before = Evaluation.objects.filter(patient=adam).count()
    phone.push({table: {"created": [{"id": "mine", **row}]} for table, row in OWN_TABLES.items()})
    with acting_as(SYSTEM):
        assert Evaluation.objects.filter(patient=adam).count() == before + 1


def test_a_body_that_is_too_large_is_refused_with_what_is_accepted(phone, settings):
    settings.SYNC_MAX_BODY = 2**20
    answer = phone.create("lab_results", {"id": "a", **LAB, "laboratory": "x" * 2**20}, expect=413)
    assert "1.0 MB" in answer["detail"]


def test_what_cannot_be_read_as_a_whole_stores_nothing(phone, adam):
    answer = phone.push({"lab_results": {"created": [{"id": "a", **LAB}]}, "users": {}}, expect=422)
    assert answer["errors"][0]["pointer"] == "/users"
    with acting_as(SYSTEM):
        assert not LabResult.objects.filter(patient=adam).exists()


def test_a_stranger_and_an_account_without_a_record_find_nothing_of_it(phone, by_carl, by_bell):
    phone.create("lab_results", {"id": "a", **LAB})
    assert Phone(by_carl).pull()["changes"]["lab_results"]["updated"] == []
    assert by_bell.send("GET", "/sync").status_code == 404
    assert by_bell.send("POST", "/sync", {}).status_code == 404
