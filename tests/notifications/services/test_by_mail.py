"""A link in an e-mail shows nothing and acts by POST alone; whoever holds the mail can do little with it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest
from django.test import Client

from notifications import services
from notifications.models import Answer, Preference, Reminder
from tests.conftest import NOW
from tests.notifications.conftest import Obedient
from tests.notifications.domain.test_words import REVEALING

BEFORE = datetime(2026, 11, 3, 8, tzinfo=UTC)
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def at(monkeypatch: Any) -> Any:
    def say(now: datetime) -> None:
        monkeypatch.setattr("tracking.clock.now", lambda: now)

    return say


@pytest.fixture
def mailed(adam: Any, make_due: Any, mail_server: Obedient, at: Any, settings: Any) -> Any:
    """Adam's things go out by e-mail; returns the mail."""
    settings.PUBLIC_URL = "https://trabecula.example"

    def send(*kinds: str, **fields: Any) -> Any:
        for kind in kinds or ("lab_e2_t",):
            make_due(adam, kind=kind, anchor=f"{kind}:1", **fields)
        services.plan(now=NOW)
        services.claim(now=BEFORE)
        services.deliver(now=BEFORE)
        at(BEFORE + timedelta(hours=1))
        return message_from_bytes(mail_server.accepted[-1].content, policy=policy.default)

    return send


def link(mail: Any, path: str) -> str:
    text = mail.get_body(("plain",)).get_content()
    found = re.search(rf"https://trabecula\.example(/{path}/\S+)", text)
    assert found is not None, text
    return found[1]


def test_the_page_asks_and_tells_nothing(mailed: Any, rows: Any) -> None:
    page = Client().get(link(mailed(), "r"))
    assert page.status_code == 200
    assert re.findall(r'name="answer" value="(\w+)"', page.text) == ["done", "snooze", "not_now"]
    assert not REVEALING.search(re.sub(r"<[^>]*>", " ", page.text))
    assert "Adam" not in page.text
    assert "no-store" in page.headers["Cache-Control"]
    assert page.headers["Referrer-Policy"] == "same-origin"
    assert rows(Answer) == []


@pytest.mark.parametrize("method", ["get", "head"])
def test_a_scanner_that_follows_every_link_changes_nothing(mailed: Any, rows: Any, method: str) -> None:
    mail = mailed()
    for path in ("r", "u"):
        for _ in range(3):
            getattr(Client(), method)(link(mail, path))
    assert (rows(Answer), rows(Preference)) == ([], [])
    assert set(rows(Reminder, "state", stage="before")) == {"claimed"}


@pytest.mark.parametrize(
    ("what", "states"), [("done", {"answered"}), ("not_now", {"answered", "planned"}), ("snooze", {"answered", "planned"})]
)
def test_his_answer_is_kept_however_often_he_presses(mailed: Any, rows: Any, what: str, states: set[str]) -> None:
    path = link(mailed(), "r")
    for _ in range(2):
        page = Client(enforce_csrf_checks=True).post(path, {"answer": what})
        assert (page.status_code, "Thank you" in page.text) == (200, True)
    assert rows(Answer, "what", "by") == [(what, "system:mail-link")]
    assert states <= set(rows(Reminder, "state")) | {"superseded"}


def test_a_snooze_by_mail_is_three_days(mailed: Any, rows: Any) -> None:
    Client().post(link(mailed(), "r"), {"answer": "snooze"})
    assert rows(Answer, "until") == [BEFORE + timedelta(days=3, hours=1)]


def test_of_several_things_only_what_holds_for_all_can_be_said(mailed: Any, rows: Any) -> None:
    path = link(mailed("lab_e2_t", "dexa"), "r")
    assert 'value="done"' not in Client().get(path).text
    assert Client().post(path, {"answer": "done"}).status_code == 404
    assert rows(Answer) == []
    Client().post(path, {"answer": "not_now"})
    assert rows(Answer, "what") == ["not_now", "not_now"]


@pytest.mark.parametrize("answer", ["", "later", "unsubscribe"])
def test_what_is_no_answer_changes_nothing(mailed: Any, rows: Any, answer: str) -> None:
    assert Client().post(link(mailed(), "r"), {"answer": answer}).status_code == 404
    assert rows(Answer) == []


@pytest.mark.parametrize("forged", ["x", "", "0" * 32, "0" * 32 + ":abc"])
def test_a_link_that_is_not_ours_leads_nowhere(mailed: Any, forged: str, rows: Any) -> None:
    mailed()
    for path in ("r", "u"):
        for call in (Client().get, Client().post):
            assert call(f"/{path}/{forged}", {"answer": "done"}).status_code == 404
    assert rows(Answer) == []


def test_a_link_for_one_thing_does_not_do_the_other(mailed: Any, rows: Any) -> None:
    mail = mailed()
    token = link(mail, "r").rpartition("/")[2]
    assert Client().post(f"/u/{token}").status_code == 404
    assert rows(Preference) == []


def test_a_link_is_too_old_after_sixty_days(mailed: Any, at: Any, rows: Any) -> None:
    path = link(mailed(), "r")
    at(BEFORE + timedelta(days=60) - timedelta(seconds=1))
    assert Client().get(path).status_code == 200
    at(BEFORE + timedelta(days=60))
    assert Client().get(path).status_code == 404
    assert Client().post(path, {"answer": "done"}).status_code == 404
    assert rows(Answer) == []


def test_the_mail_programs_own_button_stops_the_mails_at_one_click(mailed: Any, rows: Any) -> None:
    mail = mailed()
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    path = mail["List-Unsubscribe"].strip(" <>").removeprefix("https://trabecula.example")
    for _ in range(2):
        page = Client(enforce_csrf_checks=True).post(path, ONE_CLICK)
        assert page.status_code == 200
    assert "no more reminders by e-mail" in page.text
    assert rows(Preference, "by_email") == [False]
    assert set(rows(Reminder, "channel", state="planned")) == {"inbox"}


def test_denosumab_has_no_button_and_says_why_it_cannot_be_switched_off(mailed: Any, rows: Any) -> None:
    mail = mailed("denosumab", time_critical=True)
    assert mail["List-Unsubscribe"] is None
    assert "matters too much to be switched off" in mail.get_body(("plain",)).get_content()
    from notifications.models import Delivery
    from notifications.services.links import unsubscribe_link

    (uid,) = rows(Delivery, "uid")
    path = unsubscribe_link(uid).removeprefix("https://trabecula.example")
    page = Client().post(path, ONE_CLICK)
    assert page.status_code == 409
    assert "This reminder matters too much to be switched off. Please talk to your clinic." in page.text
    assert "<form" not in Client().get(path).text
    assert rows(Preference) == []


def test_the_page_speaks_his_language(mailed: Any, adam: Any, state: Any) -> None:
    state(adam, language="de")
    page = Client().get(link(mailed(), "r"))
    assert '<html lang="de">' in page.text
    assert "Jetzt nicht" in page.text


def test_who_holds_the_mail_of_an_account_that_is_gone_finds_nothing(mailed: Any, adam: Any) -> None:
    from tracking.models import User

    path = link(mailed(), "r")
    User.objects.filter(pk=adam.user_id).update(is_active=False)
    assert Client().get(path).status_code == 404
