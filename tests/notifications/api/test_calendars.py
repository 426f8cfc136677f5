"""A private address for his calendar program: given out once, taken back at will, and as discreet as he is."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from django.test import Client

from notifications.models import CalendarFeed
from notifications.services import calendars
from tests.notifications import rfc5545
from tests.notifications.domain.test_words import DRUGS_HORMONES_RESULTS, REVEALING
from tests.tracking.api.conftest import by_adam, by_carl, signed_in

__all__ = ["by_adam", "by_carl", "signed_in"]  # fixtures


@pytest.fixture
def address(by_adam: Any, settings: Any) -> str:
    """What Adam's calendar program asks for."""
    settings.PUBLIC_URL = "https://trabecula.example"
    return by_adam.send("POST", "/calendar").json()["url"].removeprefix("https://trabecula.example")


def read(address: str) -> Any:
    answer = Client().get(address)
    assert answer.status_code == 200, answer.content
    return rfc5545.read(answer.content)


def test_labs_and_scans_stand_on_their_day_and_nothing_says_what_they_are(adam, address, make_due):
    lab = make_due(adam, reason="estradiol 9.0 pg/mL on anastrozole")
    make_due(adam, kind="dexa", anchor="scan:1", shifted=10)
    make_due(adam, kind="denosumab", anchor="dose:1")
    make_due(adam, kind="hematocrit", anchor="plan:1")
    make_due(adam, kind="dexa", anchor="scan:0", state="answered")
    answer = Client().get(address)
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer.headers["Cache-Control"] == "private, no-store"
    calendar = rfc5545.read(answer.content)
    assert [(event["DTSTART"].day, event["SUMMARY"].text) for event in calendar.inside] == [
        (date(2026, 11, 17), "Something is due"),
        (date(2026, 11, 27), "Something is due"),
    ]
    assert calendar.inside[0]["UID"].text == f"{lab.uid}@trabecula"
    told = re.sub(rb"UID:\S+", b"", answer.content).decode()
    for word in ("Adam", "adam@", "Berlin", *(token for token in address.split("/") if len(token) > 20)):
        assert word not in told
    assert not REVEALING.search(told)


def test_who_gave_up_discretion_reads_which_and_in_his_language(adam, address, make_due, state):
    make_due(adam)
    make_due(adam, kind="dexa", anchor="scan:1")
    state(adam, discreet=False, language="de")
    shown = [event["SUMMARY"] for event in read(address).inside]
    assert [(each.text, each.params["LANGUAGE"]) for each in shown] == [
        ("Blutabnahme fällig", "de"),
        ("Knochendichtemessung fällig", "de"),
    ]
    assert not any(DRUGS_HORMONES_RESULTS.search(each.text) for each in shown)


def test_a_date_that_moves_keeps_its_name_and_raises_its_sequence_and_what_is_done_is_gone(
    adam, address, make_due, shift_due, change_due
):
    item = make_due(adam)
    (before,) = read(address).inside
    (again,) = read(address).inside
    shift_due(item, 3)
    (moved,) = read(address).inside
    assert [event["SEQUENCE"].value for event in (before, again, moved)] == ["0", "0", "1"]
    assert before["UID"].text == moved["UID"].text
    assert moved["DTSTART"].day == date(2026, 11, 20)
    change_due(item, state="answered")
    assert read(address).inside == []
    change_due(item, state="open")
    (back,) = read(address).inside
    assert (back["UID"].text, back["SEQUENCE"].value) == (before["UID"].text, "3")


def test_only_a_hash_of_the_address_is_kept(by_adam, address, rows):
    token = address.removeprefix("/calendar/").removesuffix(".ics")
    assert len(token) >= 43, "256 bits"
    (kept,) = rows(CalendarFeed)
    assert kept.token_hash == calendars._hash(token)
    assert not any(token in str(value) for value in vars(kept).values())
    shown = by_adam.send("GET", "/calendar")
    assert shown.json() == {"given_out": True, "made_at": "2026-11-02T09:00:00+00:00"}


def test_a_new_address_ends_the_old_one_and_a_withdrawn_one_is_like_none(by_adam, address, rows):
    second = by_adam.send("POST", "/calendar").json()["url"].removeprefix("https://trabecula.example")
    assert second != address
    assert [Client().get(each).status_code for each in (address, second)] == [404, 200]
    assert [by_adam.send("DELETE", "/calendar").status_code for _ in range(2)] == [204, 204]
    assert by_adam.send("GET", "/calendar").json() == {"given_out": False, "made_at": None}
    gone, never = Client().get(second), Client().get("/calendar/" + "A" * 43 + ".ics")
    told = [{name: said for name, said in answer.headers.items() if name.lower() != "x-request-id"} for answer in (gone, never)]
    assert (gone.status_code, gone.content, told[0]) == (never.status_code, never.content, told[1])
    assert gone.status_code == 404
    assert "no-store" in gone.headers["Cache-Control"]
    assert rows(CalendarFeed, "token_hash") == ["", ""]


def test_an_account_that_was_switched_off_shows_nothing(adam, address, make_due):
    make_due(adam)
    adam.user.is_active = False
    adam.user.save()
    assert Client().get(address).status_code == 404


def test_it_is_read_and_nothing_else_and_only_by_its_whole_address(by_carl, address):
    assert Client().head(address).status_code == 200
    assert Client().post(address).status_code == 405
    for wrong in (address[:-5] + ".ics", address.removesuffix(".ics"), "/calendar/.ics", "/calendar/%00.ics"):
        assert Client().get(wrong).status_code == 404, wrong
    assert by_carl.send("GET", "/calendar").json()["given_out"] is False
