from datetime import timedelta

import pytest

from tests.conftest import NOW
from tests.desks import at_desk
from tracking.domain.actor import Actor
from tracking.domain.history import Origin
from tracking.models import DexaScan, DexaSite, LabResult, Regimen, RegimenPause
from tracking.services import labs, regimens

pytestmark = pytest.mark.django_db
LAB = {
    "client_id": "desk-1",
    "analyte": "estradiol",
    "value": "14.1",
    "unit": "pg/mL",
    "collected_on": "2026-10-20",
    "collected_time": "08:10",
    "known_to": "day",
    "zone": "Europe/Berlin",
    "method": "lcmsms",
}
REGIMEN = {
    "client_id": "desk-2",
    "drug": "anastrozole",
    "dose_mg": "0.5",
    "schedule_kind": "every",
    "every_days": "3.5",
    "starts_on": "2026-10-20",
    "reason": "tenderness",
    "review_on": "2027-01-15",
}
SCAN = {
    "client_id": "desk-3",
    "scanned_on": "2026-10-01",
    "device": "Horizon A",
    "site0-region": "lumbar_spine",
    "site0-vertebrae": "L1-L4",
    "site0-bmd": "1.012",
    "site0-unit": "g/cm2",
    "site0-t_score": "-0.7",
    "site2-region": "total_hip",
    "site2-side": "left",
    "site2-bmd": "0.931",
    "site2-unit": "g/cm2",
}


def errors(answer):
    return answer.context["form"].errors


def test_a_lab_result_is_stored_as_reported_by_the_prescriber_who_typed_it(send, see, adam, dr_bell):
    answer = send("record_lab", LAB)
    assert "Recorded: estradiol 14.1 pg/mL (LC-MS/MS), 20 Oct 2026 08:10 Europe/Berlin. Verdict now: below." in answer.text
    (row,) = see(LabResult, patient=adam)
    assert str(row.reported) == "14.1 pg/mL (LC-MS/MS), 20 Oct 2026 08:10 Europe/Berlin"
    assert (row.recorded_by, row.recorded_at, row.method_evidence) == (f"user:{dr_bell.pk}", NOW, "staff_verified")
    assert [version.pgh_context["actor"] for version in see(LabResult.pgh_event_model)] == [f"user:{dr_bell.pk}"]


@pytest.mark.parametrize(("ticked", "stored"), [({}, (False, None)), ({"unit_confirmed": "on", "biotin": "no"}, (True, False))])
def test_what_was_not_asked_is_stored_as_nothing(send, see, adam, ticked, stored):
    send("record_lab", LAB | ticked)
    (row,) = see(LabResult, patient=adam)
    assert (row.unit_confirmed, row.biotin, row.fasting) == (*stored, None)


@pytest.mark.parametrize(
    ("known_to", "printed"),
    [("day", "20 Oct 2026"), ("month", "Oct 2026"), ("year", "2026"), ("unknown", "date unknown (by 20 Oct 2026)")],
)
def test_a_draw_may_be_known_less_exactly(send, see, adam, known_to, printed):
    send("record_lab", LAB | {"known_to": known_to, "collected_time": ""})
    (row,) = see(LabResult, patient=adam)
    assert str(row.reported.collected) == printed


def test_what_the_service_refuses_is_said_on_the_field(send, see, adam):
    answer = send("record_lab", LAB | {"value": "5,1", "unit": "mg", "collected_on": "2027-01-01", "range_low": "<5"})
    assert set(errors(answer)) == {"value", "unit", "collected_on", "range_low"}
    assert "has a comma" in errors(answer)["value"][0]
    assert "is in the future" in errors(answer)["collected_on"][0]
    assert 'value="5,1"' in answer.text
    assert see(LabResult, patient=adam) == []


def test_an_unusual_figure_asks_for_a_reason_and_is_then_taken(send, see, adam):
    assert "value" in errors(send("record_lab", LAB | {"value": "190"}))
    send("record_lab", LAB | {"value": "190", "confirmed_reason": "seen on the report"})
    assert [row.confirmed_reason for row in see(LabResult, patient=adam)] == ["seen on the report"]


def test_a_time_that_the_clocks_skipped_or_showed_twice_is_refused(send, see, adam):
    for night, at in (("2026-03-29", "02:30"), ("2026-10-25", "02:30")):
        answer = send("record_lab", LAB | {"collected_on": night, "collected_time": at})
        assert "no single moment" in errors(answer)["collected_time"][0]
    assert see(LabResult, patient=adam) == []


def test_an_unknown_zone_is_said_on_its_field(send):
    assert "zone" in errors(send("record_lab", LAB | {"zone": "Mars/Olympus"}))


def test_a_form_sent_twice_makes_one_record(send, see, adam):
    for _ in range(2):
        send("record_lab", LAB)
    assert len(see(LabResult, patient=adam)) == 1


def test_a_prescription_is_started(send, see, adam):
    assert "Prescribed: Anastrozole 0.5 mg from 20 Oct 2026." in send("start_regimen", REGIMEN).text
    (row,) = see(Regimen, patient=adam)
    assert (row.origin, row.reason, row.schedule) == ("prescribed", "tenderness", {"kind": "every", "days": "3.5"})


@pytest.mark.parametrize(
    ("sent", "schedule"),
    [
        ({"schedule_kind": "weekdays", "weekdays": ["mon", "thu"]}, {"kind": "weekdays", "days": ["mon", "thu"]}),
        ({"schedule_kind": "daily", "times": "1"}, {"kind": "daily", "times": 1}),
        ({"schedule_kind": "as_needed"}, {"kind": "as_needed"}),
        ({"schedule_kind": "monthly", "months": "1"}, {"kind": "monthly", "months": 1}),
        (
            {"schedule_kind": "daily", "times": "2", "at": "08:00, 20:00", "amounts": "0.25, 0.125"},
            {"kind": "daily", "times": 2, "at": ["08:00", "20:00"], "amounts": ["0.25", "0.125"]},
        ),
    ],
)
def test_a_prescription_can_say_how_often_and_how_much_in_these_ways(send, see, adam, sent, schedule):
    send("start_regimen", REGIMEN | {"dose_mg": "0.25"} | sent | {"confirmed_reason": "as discussed"})
    assert [row.schedule for row in see(Regimen, patient=adam)] == [schedule]


@pytest.mark.parametrize(
    ("kind", "field"), [("every", "every_days"), ("weekdays", "weekdays"), ("daily", "times"), ("monthly", "months")]
)
def test_how_often_needs_its_figure(send, kind, field):
    answer = send("start_regimen", REGIMEN | {"schedule_kind": kind, "every_days": ""})
    assert set(errors(answer)) == {field}


def test_a_second_regimen_of_the_same_drug_is_refused_on_its_date(send, on_anastrozole):
    assert "Another regimen" in errors(send("start_regimen", REGIMEN))["starts_on"][0]


def test_the_form_of_a_change_has_what_stands(desk, adam, on_anastrozole, address):
    page = desk.get(address(adam, "change_regimen", regimen_uid=on_anastrozole.uid)).text
    assert 'value="0.5"' in page
    assert 'value="3.5"' in page
    assert "In force: Anastrozole 0.5 mg every 3.5 days" in page


def test_a_change_ends_one_version_and_begins_the_next(send, see, adam, on_anastrozole):
    sent = REGIMEN | {"dose_mg": "0.25", "reason": "estradiol 14"}
    assert "Changed: Anastrozole 0.25 mg" in send("change_regimen", sent, regimen_uid=on_anastrozole.uid).text
    first, second = see(Regimen, patient=adam)
    assert (str(first.ends_on), first.dose_digits) == ("2026-10-20", "0.5")
    assert (second.dose_digits, second.previous_id, second.ends_on) == ("0.25", first.pk, None)


def test_an_end_before_the_start_is_said_on_its_field(send, see, adam, on_anastrozole):
    sent = {"client_id": "desk-4", "ends_on": "2020-01-01"}
    assert "ends_on" in errors(send("end_regimen", sent, regimen_uid=on_anastrozole.uid))
    answer = send("end_regimen", sent | {"ends_on": "2026-10-30", "reason": "estradiol low"}, regimen_uid=on_anastrozole.uid)
    assert "Ended: Anastrozole, without it from 30 Oct 2026." in answer.text
    (row,) = see(Regimen, patient=adam)
    assert (str(row.ends_on), row.end_reason) == ("2026-10-30", "estradiol low")


def test_what_he_entered_himself_is_his_to_change(send, adam, desk, address):
    own = regimens.start(
        patient=adam,
        by=Actor.user(adam.user_id),
        now=NOW,
        origin=Origin.SELF,
        drug="anastrozole",
        dose_mg="0.5",
        schedule={"kind": "daily", "times": 1},
        starts_on=(NOW - timedelta(days=9)).date(),
        reason="started elsewhere",
        confirmed_reason="as on the box",
    )
    assert send("change_regimen", REGIMEN, regimen_uid=own.uid).status_code == 404
    assert "his own statement" in desk.get(address(adam)).text


def test_a_scan_is_stored_with_the_regions_that_were_filled_in(send, see, adam):
    assert "Recorded: DXA of 1 Oct 2026, regions: 2." in send("record_scan", SCAN).text
    assert len(see(DexaScan, patient=adam)) == 1
    assert [(site.region, site.bmd_digits, site.lsc_digits) for site in see(DexaSite, patient=adam)] == [
        ("lumbar_spine", "1.012", ""),
        ("total_hip", "0.931", ""),
    ]


@pytest.mark.parametrize(
    ("field", "value"), [("site0-t_score", "low"), ("site2-bmd", "9.31"), ("site2-bmd", ""), ("site0-region", "")]
)
def test_what_is_wrong_with_a_region_is_said_in_its_line(send, see, adam, field, value):
    answer = send("record_scan", SCAN | {field: value})
    assert [site.add_prefix(name) for site in answer.context["sites"] for name in site.errors] == [field]
    assert see(DexaScan, patient=adam) == []


def test_a_scan_without_a_region_is_refused(send):
    sent = {name: value for name, value in SCAN.items() if not name.startswith("site")}
    assert "at least one" in send("record_scan", sent).text


def test_a_form_is_opened_by_reading_and_stored_by_posting_only(desk, in_care, adam, address, see):
    for name in ("record_lab", "start_regimen", "record_scan"):
        assert desk.get(address(adam, name)).status_code == 200
        assert desk.put(address(adam, name)).status_code == 405
    assert desk.post(address(adam)).status_code == 405


def test_a_write_is_refused_without_the_token_of_its_form(dr_bell, in_care, adam, address, see):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    at_desk(dr_bell, client)
    assert client.post(address(adam, "record_lab"), LAB).status_code == 403
    assert see(LabResult, patient=adam) == []


def test_a_pause_and_its_end_are_written_and_shown(send, see, desk, address, on_anastrozole):
    sent = {"client_id": "desk-7", "from_date": "2026-10-20", "until": "", "reason": "surgery"}
    assert "Paused: Anastrozole" in send("pause_regimen", sent, regimen_uid=on_anastrozole.uid).text
    assert "without it from 20 Oct 2026 until resumed" in desk.get(address(on_anastrozole.patient)).text
    resumed = send("resume_regimen", {"client_id": "desk-8", "on": "2026-11-01"}, regimen_uid=on_anastrozole.uid)
    assert "Resumed: Anastrozole" in resumed.text
    (pause,) = see(RegimenPause, regimen=on_anastrozole)
    assert (str(pause.starts_on), str(pause.ends_on), pause.reason) == ("2026-10-20", "2026-11-01", "surgery")


def test_a_prescription_of_an_ai_without_reason_and_review_says_so_on_its_fields(send, see, adam):
    answer = send("start_regimen", REGIMEN | {"reason": "", "review_on": ""})
    assert "Say why the aromatase inhibitor was started" in answer.text
    assert "Say when it is reviewed" in answer.text
    assert see(Regimen, patient=adam) == []


def test_hcg_is_prescribed_in_international_units(send, see, adam):
    hcg = REGIMEN | {"drug": "hcg", "dose_mg": "500"}
    assert "Accepted: IU" in send("start_regimen", hcg).text
    send("start_regimen", hcg | {"dose_unit": "IU"})
    (row,) = see(Regimen, patient=adam)
    assert (row.dose_digits, row.dose_unit) == ("500", "IU")


def test_a_change_keeps_times_and_amounts_unless_they_are_changed(desk, address, send, adam, see):
    split = {"schedule_kind": "daily", "times": "2", "at": "08:00, 20:00", "amounts": "0.25, 0.125", "dose_mg": "0.25"}
    send("start_regimen", REGIMEN | split | {"strength": "0.125", "confirmed_reason": "as discussed"})
    (row,) = see(Regimen, patient=adam)
    page = desk.get(address(adam, "change_regimen", regimen_uid=row.uid)).text
    for kept in ('value="08:00, 20:00"', 'value="0.25, 0.125"', 'value="0.125"'):
        assert kept in page


def test_a_backdated_change_tells_what_it_does_to_the_results_since(send, on_anastrozole, adam, bell):
    at = {"collected_at": "2026-10-30T08:00:00+01:00", "method": "lcmsms", "staff": True}
    labs.record(patient=adam, by=bell, now=NOW, analyte="estradiol", value="24.0", unit="pg/mL", **at)
    sent = REGIMEN | {"dose_mg": "0.25", "starts_on": "2026-10-31", "client_id": "desk-back"}
    answer = send("change_regimen", sent, regimen_uid=on_anastrozole.uid).text
    assert "Estradiol 24.0 pg/mL of 30 Oct 2026 reads now:" in answer
    assert "superseded by change" in answer
