"""The home screen: one call, few statements, and next to nothing where the day brought nothing new."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from notifications.models import InboxMessage, Reminder
from tests.conftest import NOW
from tracking.domain.actor import Actor
from tracking.domain.history import Origin
from tracking.evidence import load_rulebook
from tracking.exchange.incoming import Form
from tracking.models import DueItem, LabResult
from tracking.services import evaluations, imports, labs, regimens
from tracking.services.access import acting_as, lock_patient

# Beyond signing in, and beginning and ending the transaction as him.
MOST_STATEMENTS = 6
MOST_FOR_A_SERIES = 2


def record(adam, value="24.0", *, days_ago=5, **more):
    stated = {"analyte": "estradiol", "value": value, "unit": "pg/mL"} | more
    collected = (NOW - timedelta(days=days_ago)).isoformat()
    return labs.record(
        patient=adam, by=Actor.user(adam.user_id), now=NOW, collected_at=collected, zone="Europe/Berlin", **stated
    )


def takes_testosterone(adam):
    regimens.start(
        patient=adam,
        by=Actor.user(adam.user_id),
        now=NOW,
        origin=Origin.SELF,
        drug="testosterone_cypionate",
        dose_mg="100",
        schedule={"kind": "weekdays", "days": ["mon"], "at": ["08:00"]},
        starts_on=NOW.date() - timedelta(days=400),
    )


def home(by_adam, **headers):
    return by_adam.send("GET", "/home", headers=headers)


def statements(by_adam, path="/home", **headers):
    """Those between the actor's setting and the end of the transaction."""
    with CaptureQueriesContext(connection) as seen:
        answer = by_adam.send("GET", path, headers=headers)
    sql = [one["sql"] for one in seen.captured_queries]
    begun = next(number for number, text in enumerate(sql) if "trabecula.actor" in text)
    return answer, [text for text in sql[begun + 1 :] if text != "COMMIT"]


@pytest.fixture
def adams_day(adam, in_care):
    """A treated man with two results of two laboratories, a message that he has not read, and a file that asks."""
    takes_testosterone(adam)
    record(adam, "9.5", days_ago=40, range_low="8", range_high="35")
    record(adam, "<24", days_ago=5)
    file = b"test,value,collected\nEstradiol,24,2026-03-04\n"
    imports.receive(patient=adam, by=Actor.user(adam.user_id), now=NOW, content=file, form=Form())
    with acting_as(Actor.system("test")):
        say(adam)
    return adam


def say(adam):
    item = DueItem.objects.filter(patient=adam).order_by("id")[0]
    window = {"send_at": NOW, "expires_at": NOW + timedelta(days=9), "claimed_at": NOW, "state": "claimed"}
    about = {"kind": item.kind, "stage": "on", "channel": "inbox", "round": 1, "round_began_at": NOW, "due_on": item.due_on}
    reminder = Reminder.objects.create(patient_id=adam.pk, due_item_id=item.pk, **about, **window)
    return InboxMessage.objects.create(patient_id=adam.pk, reminder=reminder, title="A lab is due", body="b", created_at=NOW)


def test_one_call_holds_what_he_opens_the_app_for(by_adam, adams_day):
    by_adam.send("PATCH", "/profile", {"display_units": {"estradiol": "pmol/L"}})
    screen = home(by_adam).json()
    assert (screen["day"], screen["zone"]) == ("2026-11-02", "Europe/Berlin")
    assert screen["verdict"]["word"] == "cannot_say"
    assert screen["verdict"]["words"][0] == "Your estradiol on 28 Oct: <24 pg/mL."
    assert screen["floor"] == {
        "floor": "20",
        "band_end": "25",
        "unit": "pg/mL",
        "display": {"floor": {"value": "73.4", "unit": "pmol/L"}, "band_end": {"value": "91.8", "unit": "pmol/L"}},
        "whose": screen["floor"]["whose"],
    }
    (segment,) = screen["series"]["segments"]
    assert screen["series"]["unit"] == "pmol/L"
    assert [(p["value"], p["unit"], p["display"]["value"], p["tier"]) for p in segment["points"]] == [
        ("9.5", "pg/mL", "34.9", "very_low"),
        ("<24", "pg/mL", "<88.1", "indeterminate"),
    ]
    assert "censored" in segment["points"][1]["badges"]
    assert "assay_unknown" in segment["points"][0]["badges"]
    (dose,) = screen["doses"]
    assert (dose["drug"], dose["amount"], dose["logged"]) == ("testosterone_cypionate", "100 mg", None)
    assert screen["due"] == sorted(screen["due"], key=lambda item: item["due_on"])
    assert {item["state"] for item in screen["due"]} <= {"upcoming", "open", "overdue"}
    assert (screen["inbox"]["unread"], screen["inbox"]["newest"][0]["title"]) == (1, "A lab is due")
    assert [question["kind"] for question in screen["questions"]] == ["import"]
    assert "Rows of a file that wait for your answer: 1." in screen["questions"][0]["words"]


def test_a_unit_in_question_is_asked_todays_logged_dose_is_told_and_no_line_crosses_a_change_of_assay(by_adam, adam, in_care):
    takes_testosterone(adam)
    record(adam, "21", days_ago=60, method="immunoassay")
    record(adam, "22", days_ago=40, method="lcmsms")
    record(adam, "95.0", days_ago=5, method="lcmsms", range_high="160", client_id="asked")
    dose = {"drug": "testosterone_cypionate", "kind": "taken", "amount": "100 mg", "taken_at": NOW.isoformat()}
    logged = by_adam.send("POST", "/doses", dose).json()["id"]
    screen = home(by_adam).json()
    (question,) = screen["questions"]
    assert (question["kind"], question["id"]) == ("unit_in_question", "asked")
    assert "pg/mL or pmol/L" in question["words"]
    (today,) = screen["doses"]
    assert (today["logged"]["id"], today["logged"]["kind"]) == (logged, "taken")
    segments = screen["series"]["segments"]
    assert [(one["assay"], one["cut"], [point["value"] for point in one["points"]]) for one in segments] == [
        ("immunoassay", "first", ["21"]),
        ("not_shown", "assay", ["22", "95.0"]),  # he says so, and no report shows it
    ]


def test_it_takes_as_many_statements_for_five_hundred_results_as_for_one(by_adam, adam, in_care):
    takes_testosterone(adam)
    record(adam)
    one, few = statements(by_adam)
    assert len(few) <= MOST_STATEMENTS, few
    assert len(statements(by_adam, "/labs?limit=200")[1]) == MOST_FOR_A_SERIES
    with acting_as(Actor.system("test")):
        first = LabResult.objects.get(patient=adam)
        rows = [copy_of(first, number) for number in range(1, 500)]
        LabResult.objects.bulk_create(rows)
        evaluations.refresh(lock_patient(adam), now=NOW)
    many, still_few = statements(by_adam)
    assert len(still_few) == len(few)
    series, still_two = statements(by_adam, "/labs?limit=200")
    assert (len(series.json()["results"]), len(still_two)) == (200, MOST_FOR_A_SERIES)
    points = [point for segment in many.json()["series"]["segments"] for point in segment["points"]]
    assert (len(points), many.json()["series"]["older"]) == (200, True)
    assert one.json()["series"]["older"] is False


def copy_of(row, number):
    copied = {field.name: getattr(row, field.name) for field in row._meta.concrete_fields if not field.generated}
    for made in ("id", "uid", "client_id", "revision"):
        del copied[made]
    return LabResult(**copied | {"at": row.at - timedelta(days=number)})


def test_an_unchanged_day_costs_one_statement_and_each_thing_that_changes_it_is_seen(by_adam, adams_day, monkeypatch):
    tags = [home(by_adam).headers["ETag"]]
    answer, few = statements(by_adam, **{"If-None-Match": tags[0]})
    assert (answer.status_code, answer.content, answer.headers["ETag"]) == (304, b"", tags[0])
    assert len(few) == 1, few
    assert home(by_adam, **{"If-None-Match": tags[0], "Accept-Language": "de"}).status_code == 200

    def changed():
        """A new tag, which none before had."""
        answer = home(by_adam, **{"If-None-Match": tags[-1]})
        assert answer.status_code == 200
        assert answer.headers["ETag"] not in tags
        tags.append(answer.headers["ETag"])

    message = by_adam.send("GET", "/inbox").json()["results"][0]["id"]
    by_adam.send("POST", f"/inbox/{message}/read")
    changed()  # his inbox
    batch = by_adam.send("GET", "/imports").json()["results"][0]["uid"]
    by_adam.send("POST", f"/imports/{batch}/answers", {"answers": [{"unit": "pg/mL"}]})
    changed()  # what a file asked him
    by_adam.send("PATCH", "/profile", {"display_units": {"estradiol": "pmol/L"}})
    changed()  # his units
    record(adams_day, "25.0", days_ago=1)
    changed()  # his record
    changed_rules = replace(load_rulebook(), version="2027.1+0")
    with monkeypatch.context() as patched:
        patched.setattr("backend.api.home.load_rulebook", lambda: changed_rules)
        changed()  # the rules, although nobody was evaluated by them yet
    monkeypatch.setattr("tracking.clock.now", lambda: NOW + timedelta(hours=14, minutes=30))
    changed()  # midnight, where he lives


def test_a_man_with_nothing_on_record_has_a_home_that_says_so(by_carl):
    screen = home(by_carl).json()
    assert screen["verdict"]["words"][0] == "There is no estradiol on record for you."
    assert (screen["rests_on"], screen["floor"]) == (None, None)
    assert screen["series"] == {"analyte": "estradiol", "unit": "pg/mL", "segments": [], "undated": [], "older": False}
    assert (screen["doses"], screen["inbox"], screen["questions"]) == ([], {"unread": 0, "newest": []}, [])


def test_while_a_comparison_waits_the_screen_compares_nothing(by_adam, adams_day, settings, monkeypatch):
    """The value is there at once; where it stands, and what it is held against, is not."""
    settings.FINDINGS_RELEASE = "reviewed"
    regimens.start(
        patient=adams_day,
        by=Actor.user(adams_day.user_id),
        now=NOW,
        origin=Origin.SELF,
        drug="anastrozole",
        dose_mg="0.5",
        schedule={"kind": "every", "days": "3.5"},
        starts_on=NOW.date() - timedelta(days=300),
        reason="breast tenderness",
    )
    record(adams_day, "9.0", days_ago=1, range_low="8", range_high="35")
    screen = home(by_adam).json()
    assert (screen["verdict"]["comparison"], screen["verdict"]["word"], screen["floor"]) == ("waits", None, None)
    assert screen["verdict"]["words"][:2] == ["Your estradiol on 1 Nov: 9.0 pg/mL.", "Your lab's range: 8 to 35 pg/mL."]
    segments = screen["series"]["segments"]
    points = [point for segment in segments for point in segment["points"]]
    assert [point["value"] for point in points] == ["9.5", "<24", "9.0"]
    assert {point["tier"] for point in points} == {None}
    assert {segment["floor"] for segment in segments} == {None}
    monkeypatch.setattr("tracking.clock.now", lambda: NOW + timedelta(days=4))
    later = home(by_adam).json()["verdict"]
    assert (later["comparison"], later["word"]) == ("not_reviewed", None)
    assert "Nobody has looked yet at what this result means for you. A prescriber can tell you." in later["words"]
    told = {badge for point in points for badge in point["badges"]}
    assert told <= {"censored", "assay_unknown", "assay_unverified", "not_at_steady_state", "unit_in_question"}


def test_who_has_no_record_has_no_home(by_bell, anybody):
    assert home(by_bell).status_code == 404
    assert home(anybody).status_code == 401
