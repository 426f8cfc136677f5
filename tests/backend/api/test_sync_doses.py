"""What he is to take and what he took, between his phones and the server."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.backend.api.phone import DOSE, NOTHING_REJECTED, PLAN, Phone, code, many_doses
from tests.backend.api.rows import PAUSE
from tracking.domain.actor import Actor

SYSTEM = Actor.system("test")
# Those that ask who it is, the savepoints of services, and three of the test's own transaction are among them.
MOST_FOR_A_PUSH = 40


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


def test_a_regimen_that_never_began_ends_where_it_would_have(phone):
    phone.create("regimens", {"id": "plan", **PLAN, "starts_on": "2027-01-01"})
    phone.pull()
    phone.delete("regimens", "plan")
    phone.pull()
    assert phone.of("regimens")["plan"]["ends_on"] == "2027-01-01"


def test_a_dose_and_a_symptom_take_so_many_statements_however_long_he_has_been_here(phone: Phone) -> None:
    def statements(name: str, taken_at: str) -> int:
        felt = {"id": f"felt-{name}", "code": "fatigue", "score": 4, "felt_at": taken_at, "zone": "Europe/Berlin"}
        changes = {
            "dose_events": {"created": [{"id": f"dose-{name}", **DOSE, "taken_at": taken_at}]},
            "symptoms": {"created": [felt]},
        }
        with CaptureQueriesContext(connection) as sent:
            assert phone.push(changes) == NOTHING_REJECTED
        return len(sent)

    statements("first", "2026-09-30T08:00:00+02:00")  # what a process remembers of its rules is asked for once
    few = statements("few", "2026-10-01T08:00:00+02:00")
    assert phone.create("dose_events", *many_doses(100)) == NOTHING_REJECTED
    assert statements("many", "2026-10-02T08:00:00+02:00") == few
    # Scored again on the same day, it takes the place of the former, which phones are told to drop.
    assert few < statements("again", "2026-10-02T09:00:00+02:00") <= MOST_FOR_A_PUSH
