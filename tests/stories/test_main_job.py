"""The main job over HTTP: labs and doses in, a verdict, what is due, and a reminder that a real worker delivers; then a result
that closes it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from zoneinfo import ZoneInfo

import psycopg
import pytest

from backend.devstack import one_time_code
from notifications.catalogue import words_in
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


def unplanned(running: Running) -> int:
    """Due items of which no reminder has taken notice yet, and reminders that are due and were not said."""
    with psycopg.connect(running.stack.services.database_url) as app:
        app.execute("SELECT set_config('trabecula.actor', 'system:story', true)")
        found = app.execute(
            "SELECT (SELECT count(*) FROM tracking_dueitem WHERE announced_version < version)"
            " + (SELECT count(*) FROM notifications_reminder WHERE state = 'planned' AND send_at <= now())"
        ).fetchone()
    return found[0] if found else 0


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


class Man:
    """A man of the story, signed up, in care, and awake."""

    def __init__(self, running: Running, name: str, clinic: str) -> None:
        self.running = running
        self.email = f"{name.lower()}@example.org"
        self.token = running.sign_in(self.email, is_new=True)
        about = {"name": f"{name} Invented", "birth_date": "1980-05-04", "zone": ZONE}
        self.uid = running.call("POST", "/profile", about, token=self.token)["uid"]
        running.call("POST", "/consents", {"clinic": clinic}, token=self.token)
        running.call("PUT", "/preferences", awake(), token=self.token)

    def get(self, path: str):
        return self.running.call("GET", path, token=self.token)

    def inbox(self) -> list[dict[str, str]]:
        return self.get("/inbox")["results"]

    def mails(self) -> list[EmailMessage]:
        reminds = words_in("en").outside["title"]
        return [mail for mail in self.running.mails() if mail["To"] == self.email and mail["Subject"] == reminds]

    def takes(self, bell: str, drug: str, dose: str, every: str, ago: int) -> None:
        plan = {"drug": drug, "dose_mg": dose, "schedule": {"kind": "every", "days": every}, "starts_on": str(today(-ago))}
        why = {"reason": "a story", "review_on": str(today(90))}
        self.running.call("POST", f"/patients/{self.uid}/regimens", plan | why, token=bell)


def test_from_the_first_lab_to_the_reminder_and_the_result_that_silences_it(running: Running):
    # Nothing is planned before all is told: between two entries of hers something may be overdue that the next one explains.
    running.start(only=("web", "worker"))
    # A clinic, its prescriber, and two men who let it in. Carl lives the same story without the result at its end.
    made = running.stack.run_manage(
        *("create_clinic", "Invented Clinic", "--email", "bell@example.org", "--prescriber", "Dr. Bell"),
        extra_env={"PRESCRIBER_PASSWORD": PASSWORD},
    )
    clinic = json.loads(made.strip().splitlines()[-1])["clinic"]
    running.stack.run_manage(
        *("second_factor", "bell@example.org", "--seed-from-environment"),
        extra_env={"SECOND_FACTOR_SEED": one_time_code.SEED},
    )
    bell = running.sign_in("bell@example.org")
    adam, carl = (Man(running, name, clinic) for name in ("Adam", "Carl"))

    # Testosterone for a year, anastrozole since twelve days, a baseline scan, and a low estradiol drawn too early to answer.
    site = {"region": "total_hip", "side": "left", "bmd": "0.981", "unit": "g/cm2", "z_score": "-0.2", "lsc": "0.027"}
    scan = {"scanned_on": str(today(-30)), "device": "Invented 1", "sites": [site]}
    for man in (adam, carl):
        running.call("POST", f"/patients/{man.uid}/dexa-scans", scan, token=bell)
        man.takes(bell, "testosterone_cypionate", "100", "7", ago=365)
        man.takes(bell, "anastrozole", "0.5", "3.5", ago=12)
    dose = {"drug": "anastrozole", "amount_mg": "0.5", "taken_at": at(-3), "zone": ZONE}
    running.call("POST", "/doses", dose, token=adam.token)
    answer = running.call("POST", f"/patients/{adam.uid}/labs", lab("estradiol", "13.1", "pg/mL", -2), token=bell)
    assert answer["lab"]["value"] == "13.1"
    assert answer["result"]["tier"] == "below_floor"
    assert answer["current"]["word"] == "below"
    running.call("POST", f"/patients/{adam.uid}/labs", lab("testosterone_total", "612", "ng/dL", -2), token=bell)

    # The recheck after the start of the AI is planned: due at six weeks, open from four.
    due = adam.get("/due-items")["results"]
    (recheck,) = [item for item in due if item["kind"] == "lab_e2_t" and item["due_on"] == str(today(30))]
    assert recheck["opens_on"] == str(today(16))
    assert unplanned(running) > 0
    running.start()
    running.wait_for(lambda: unplanned(running) == 0)
    assert adam.inbox() == []

    # Seventeen days later the window is open: the worker delivers, once, to the inbox and by e-mail, and names nothing.
    running.start(days_later=17)
    (message,) = running.wait_for(adam.inbox)
    running.wait_for(lambda: adam.mails() and carl.mails() and carl.inbox())
    (mail,) = adam.mails()
    for word in ("estradiol", "testosterone", "anastrozole", "dexa", "13.1"):
        assert word not in str(mail).lower()
    assert message["title"]

    # Adam has blood drawn. The result answers the recheck at once ...
    for body in (lab("estradiol", "22.4", "pg/mL", 16.9), lab("testosterone_total", "603", "ng/dL", 16.9)):
        answer = running.call("POST", f"/patients/{adam.uid}/labs", body, token=bell)
    assert answer["current"]["word"] == "not_below"
    assert recheck["uid"] in [item["uid"] for item in adam.get("/due-items?state=answered")["results"]]

    # ... and when the due date comes, Carl is told again, and Adam is not.
    running.start(days_later=31)
    running.wait_for(lambda: len(carl.inbox()) == len(carl.mails()) == 2)
    assert len(adam.inbox()) == len(adam.mails()) == 1
