"""The main job over HTTP: labs and doses in, a verdict, what is due, and a reminder that a real worker delivers; then a result
that closes it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.stories.conftest import PASSWORD, Running

pytestmark = pytest.mark.processes

ZONE = "Europe/Berlin"


def today(days_later: int = 0):
    return datetime.now(ZoneInfo(ZONE)).date() + timedelta(days=days_later)


def at(days: float) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).isoformat()


def awake() -> dict[str, object]:
    """Preferences under which it is never night in this story."""
    local = datetime.now(ZoneInfo(ZONE))
    return {
        "preferred_hour": local.hour,
        "quiet_from": f"{local + timedelta(hours=10):%H}:00",
        "quiet_until": f"{local + timedelta(hours=14):%H}:00",
    }


def lab(analyte: str, value: str, unit: str, days: float) -> dict[str, object]:
    return {
        "analyte": analyte,
        "value": value,
        "unit": unit,
        "collected_at": at(days),
        "zone": ZONE,
        "method": "lcmsms",
        "verified_from_report": True,
    }


def test_from_the_first_lab_to_the_reminder_and_the_result_that_silences_it(running: Running):
    running.start()
    # A clinic, its prescriber, and the man who lets it in.
    made = running.stack.run_manage(
        "create_clinic", "Invented Clinic", "--email", "bell@example.org", "--prescriber", "Dr. Bell",
        extra_env={"PRESCRIBER_PASSWORD": PASSWORD},
    )  # fmt: skip
    clinic = json.loads(made.strip().splitlines()[-1])["clinic"]
    bell = running.call("POST", "/token", {"email": "bell@example.org", "password": PASSWORD})["token"]
    account = {
        "email": "adam@example.org",
        "password": PASSWORD,
        "name": "Adam Invented",
        "birth_date": "1980-05-04",
        "zone": ZONE,
    }
    adam = running.call("POST", "/accounts", account)["token"]
    uid = running.call("GET", "/profile", token=adam)["uid"]
    running.call("GET", f"/patients/{uid}/labs", token=bell, expect=404)
    running.call("POST", "/consents", {"clinic": clinic}, token=adam)
    running.call("PUT", "/preferences", awake(), token=adam)

    # Testosterone for a year, anastrozole since twenty days, a baseline scan, and a low estradiol before the recheck is open.
    for drug, dose, every, ago in (("testosterone_cypionate", "100", "7", 365), ("anastrozole", "0.5", "3.5", 20)):
        plan = {"drug": drug, "dose_mg": dose, "schedule": {"kind": "every", "days": every}, "starts_on": str(today(-ago))}
        running.call("POST", f"/patients/{uid}/regimens", plan | {"reason": "a story"}, token=bell)
    site = {"region": "total_hip", "side": "left", "bmd": "0.981", "z_score": "-0.2", "lsc": "0.027"}
    running.call("POST", f"/patients/{uid}/dexa-scans", {"scanned_on": str(today(-30)), "sites": [site]}, token=bell)
    running.call("POST", "/doses", {"drug": "anastrozole", "amount_mg": "0.5", "taken_at": at(-3), "zone": ZONE}, token=adam)
    answer = running.call("POST", f"/patients/{uid}/labs", lab("estradiol", "13.1", "pg/mL", -2), token=bell)
    assert answer["lab"]["value"] == "13.1"
    assert answer["result"]["tier"] == "below_floor"
    assert answer["current"]["word"] == "below"
    running.call("POST", f"/patients/{uid}/labs", lab("testosterone_total", "612", "ng/dL", -2), token=bell)

    # The recheck after the start of the AI is planned: due at six weeks, open from four.
    due = running.call("GET", "/due-items", token=adam)["results"]
    (recheck,) = [item for item in due if item["kind"] == "lab_e2_t" and item["due_on"] == str(today(22))]
    assert recheck["opens_on"] == str(today(8))
    assert running.call("GET", "/inbox", token=adam)["results"] == []

    # Nine days later the window is open: the worker delivers, once, to the inbox and by e-mail, and names nothing.
    running.start(days_later=9)
    (message,) = running.wait_for(lambda: running.call("GET", "/inbox", token=adam)["results"])
    (mail,) = running.wait_for(running.mails)
    assert mail["To"] == "adam@example.org"
    for word in ("estradiol", "testosterone", "anastrozole", "DEXA", "13.1"):
        assert word.lower() not in str(mail).lower()
    assert message["title"]

    # He has blood drawn. The result answers the recheck at once ...
    for body in (lab("estradiol", "22.4", "pg/mL", 8.9), lab("testosterone_total", "603", "ng/dL", 8.9)):
        answer = running.call("POST", f"/patients/{uid}/labs", body, token=bell)
    assert answer["current"]["word"] == "not_below"
    closed = running.call("GET", "/due-items?state=answered", token=adam)["results"]
    assert recheck["uid"] in [item["uid"] for item in closed]

    # ... and when its due date comes, nothing more is sent about it.
    running.start(days_later=23)
    running.wait_for(lambda: running.call("GET", "/health-of-nothing", token=adam, expect=404))
    later = running.wait_for(lambda: swept(running, adam))
    assert [item["due_item"] for item in later if item["due_item"] == recheck["uid"] and item["state"] == "planned"] == []
    assert len(running.call("GET", "/inbox", token=adam)["results"]) == 1
    assert len(running.mails()) == 1


def swept(running: Running, token: str):
    """His reminders, once the planner has taken notice of the result: none of the closed item is planned any more."""
    reminders = running.call("GET", "/reminders", token=token)["results"]
    return (
        reminders
        if all(item["state"] != "planned" or item["kind"] != "lab_e2_t" or item["round"] >= 0 for item in reminders)
        else None
    )
