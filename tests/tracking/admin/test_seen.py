"""No write goes onto rows that its sender has not seen: what changed meanwhile is told, beside what he saw."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.conftest import NOW, PASSWORD
from tests.tracking.admin.conftest import seen_on
from tracking.admin import corrections, seen, titration, writes
from tracking.admin.writing import Write
from tracking.domain.actor import Actor
from tracking.domain.history import Origin
from tracking.models import DexaScan, FloorSetting, IntervalSetting, LabResult, Prescriber, Proposal, Regimen, User
from tracking.services import bone, labs, overrides, pauses, regimens
from tracking.services import titration as loop

pytestmark = pytest.mark.django_db
WRITES = (*writes.WRITES, *corrections.CORRECTIONS, *titration.WRITES)
ADDS_ONLY = {"record_lab", "start_regimen", "record_scan", "propose_start"}
UNTIL = NOW.date() + timedelta(days=90)


@pytest.fixture
def bells_row(full_record, on_anastrozole, adam, bell, see):
    """The rows that Dr. Bell's forms are about."""
    said = {"patient": adam, "by": bell, "now": NOW, "reason": "two fractures", "expires_on": UNTIL}
    floor = overrides.set_floor(**said, floor="18")
    interval = overrides.set_interval(**said, kind="dexa", every_months=12)
    half = {"regimen": str(on_anastrozole.uid), "from_date": NOW.date(), "plan": {"dose_mg": "0.25"}, "reason": "low"}
    proposal = loop.propose(patient=adam, by=bell, now=NOW, ask="change", **half).row
    return {
        "lab": see(LabResult, patient=adam)[-2].uid, "scan": see(DexaScan, patient=adam)[0].uid,
        "regimen_uid": on_anastrozole.uid, "floor": floor.uid, "interval": interval.uid, "proposal_uid": proposal.uid,
    }  # fmt: skip


@pytest.fixture
def dr_else(clinic):
    user = User.objects.create_user("else@example.org", PASSWORD, name="Dr. Else <b>", is_staff=True)
    Prescriber.objects.create(user=user, clinic=clinic)
    return user


def page_of(write, adam, rows):
    named = {name: rows[name] for name in ("regimen_uid", "proposal_uid") if f":{name}>" in write.address}
    if "setting_uid" in write.address:
        named["setting_uid"] = rows["floor" if "floor" in write.address else "interval"]
    if "record_uid" in write.address:
        named["record_uid"] = rows["scan" if "scan" in write.address else "lab"]
    return reverse(f"admin:tracking_patient_{write.name}", kwargs={"uid": adam.uid, **named})


def test_every_write_says_which_rows_it_is_about_or_adds_only():
    assert {write.name for write in WRITES if write.rows is Write.rows} == ADDS_ONLY
    assert len({write.name for write in WRITES}) == len(WRITES)


def test_every_write_is_refused_on_rows_that_a_colleague_changed_and_says_what_he_changed(
    desk, bells_row, adam, dr_else, see, on_anastrozole, next_transaction
):
    """One story for all forms: all are opened, Dr. Else changes everything, and all are sent."""
    forms = {write: desk.get(page_of(write, adam, bells_row)) for write in WRITES if write.name not in ADDS_ONLY}
    assert all(seen_on(page) for page in forms.values())
    said = {"patient": adam, "by": Actor.user(dr_else.pk), "now": NOW, "reason": "as he asked", "expires_on": UNTIL}
    next_transaction(adam)
    pauses.pause(
        patient=adam, key=on_anastrozole.client_id, by=said["by"], now=NOW, origin=Origin.PRESCRIBED,
        from_date=NOW.date(), reason="surgery",
    )  # fmt: skip
    lab, scan = bells_row["lab"], bells_row["scan"]
    about = {"patient": adam, "by": said["by"], "now": NOW, "staff": True}
    labs.correct(**about, key=str(lab), analyte="estradiol", value="15.0", unit="pg/mL", collected_at="2026-10-23")
    site = {"region": "lumbar_spine", "vertebrae": "L1-L4", "bmd": "1.111", "unit": "g/cm2"}
    bone.correct_scan(**about, key=str(scan), scanned_on=date(2025, 10, 1), device="Horizon A 300112", sites=[site])
    overrides.set_floor(**said, floor="20")
    overrides.set_interval(**said, kind="dexa", every_months=6)
    loop.decline(patient=adam, uid=bells_row["proposal_uid"], by=said["by"], now=NOW, reason="too early")
    before = [see(model, patient=adam) for model in (Regimen, FloorSetting, IntervalSetting, Proposal)]
    told = {}
    for write, page in forms.items():
        answer = desk.post(page_of(write, adam, bells_row), seen_on(page))
        assert answer.status_code == 409, write.name
        assert "Dr. Else &lt;b&gt; changed this on" in answer.text, write.name
        assert "What is different now" in answer.text, write.name
        told[write.name] = {line.label: (line.was, line.now) for line in answer.context["changed"].differences}
    assert [see(model, patient=adam) for model in (Regimen, FloorSetting, IntervalSetting, Proposal)] == before
    paused = {"Without it from 2 Nov 2026": ("", "until resumed")}
    assert told["correct_lab"] == told["take_back_lab"]
    assert told["correct_lab"]["Value"] == ("14.0 pg/mL", "15.0 pg/mL")
    assert told["correct_scan"] == told["take_back_scan"]
    assert told["correct_scan"]["Reference database"] == ("NHANES III", "")
    of_regimen = ("correct_regimen", "take_back_regimen", "change_regimen", "end_regimen", "pause_regimen", "resume_regimen")
    assert all(told[name] == paused for name in (*of_regimen, "propose_change", "propose_stop", "propose_product"))
    was, now = told["set_floor"]["Floor, Invented Clinic"]
    assert (was[:8], now[:8]) == ("18 pg/mL", "20 pg/mL")
    assert told["set_interval"].keys() == {"Dexa, Invented Clinic"}
    assert told["decide"] == told["decline"] == told["withdraw"] == {"State": ("proposed", "declined")}
    assert set(told["end_floor"]) == set(told["end_interval"]) == {"Ended"}


def test_a_form_that_does_not_say_what_it_was_opened_on_is_refused(desk, bells_row, adam, see):
    page = reverse("admin:tracking_patient_end_regimen", kwargs={"uid": adam.uid, "regimen_uid": bells_row["regimen_uid"]})
    sent = {"client_id": "e-1", "ends_on": NOW.date().isoformat()}
    for forged in ({}, {"seen": "x"}, {"seen": seen.sealed(seen.Shown("1", ())) + "x"}):
        answer = desk.post(page, sent | forged)
        assert (answer.status_code, "did not say which version" in answer.text) == (409, True)
    assert [row.ends_on for row in see(Regimen, patient=adam)] == [None]


def test_after_he_has_seen_what_changed_he_may_send_it_again(desk, adam, bell, see, on_anastrozole, next_transaction):
    page = reverse("admin:tracking_patient_end_regimen", kwargs={"uid": adam.uid, "regimen_uid": on_anastrozole.uid})
    opened = seen_on(desk.get(page))
    next_transaction(adam)
    corrected = {"drug": "anastrozole", "dose_mg": "0.25", "schedule": on_anastrozole.schedule, "reason": "a slip"}
    dates = {"starts_on": on_anastrozole.starts_on, "review_on": on_anastrozole.review_on}
    regimens.correct(
        patient=adam, key=on_anastrozole.client_id, by=bell, now=NOW, origin=Origin.PRESCRIBED, **corrected, **dates
    )
    sent = {"client_id": "e-1", "ends_on": NOW.date().isoformat(), "reason": "low"}
    refused = desk.post(page, opened | sent)
    assert [(line.label, line.was, line.now) for line in refused.context["changed"].differences] == [
        ("Dose", "0.5 mg", "0.25 mg"), ("Reason", "tenderness", "a slip"),
    ]  # fmt: skip
    assert "You changed this on" in refused.text
    assert desk.post(page, seen_on(refused) | sent).status_code == 302
    assert [(row.dose_digits, row.ends_on) for row in see(Regimen, patient=adam)] == [("0.5", None), ("0.25", NOW.date())]


def test_what_was_taken_back_meanwhile_can_no_longer_be_changed(desk, on_anastrozole, adam, bell):
    page = reverse("admin:tracking_patient_change_regimen", kwargs={"uid": adam.uid, "regimen_uid": on_anastrozole.uid})
    said = {"patient": adam, "key": on_anastrozole.client_id, "by": bell, "now": NOW, "origin": Origin.PRESCRIBED}
    regimens.withdraw(**said, reason="another man's")
    text = desk.get(page).text
    assert "This regimen was taken back." in text
    assert 'name="dose_mg"' not in text


def test_a_change_that_is_sent_twice_is_made_once_and_is_nobody_elses(desk, on_anastrozole, adam, see, next_transaction):
    page = reverse("admin:tracking_patient_change_regimen", kwargs={"uid": adam.uid, "regimen_uid": on_anastrozole.uid})
    opened = seen_on(desk.get(page))
    sent = {
        "client_id": "twice", "dose_mg": "0.25", "schedule_kind": "every", "every_days": "3.5",
        "starts_on": NOW.date().isoformat(), "reason": "low", "review_on": UNTIL.isoformat(),
    }  # fmt: skip
    for _ in range(2):
        next_transaction(adam)
        assert desk.post(page, opened | sent).status_code == 302
    assert len(see(Regimen, patient=adam)) == 2


def test_no_form_takes_more_queries_than_these(desk, bells_row, adam):
    """The page around it, the man, what it is about. A decision is carried out and taken back."""
    found = {}
    desk.get(page_of(WRITES[0], adam, bells_row))  # notes the visit
    for write in WRITES:
        with CaptureQueriesContext(connection) as queries:
            assert desk.get(page_of(write, adam, bells_row)).status_code == 200
        found[write.name] = len(queries)
    assert found.pop("decide") <= 145  # one less where this process has read the rulebook's texts before
    assert max(found.values()) <= 20, found
