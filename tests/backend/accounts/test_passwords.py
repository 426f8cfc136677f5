"""Changing a password, and choosing a new one with a code."""

from __future__ import annotations

import time

import pytest
import time_machine

from tests.accounts import PASSWORD
from tests.backend.accounts.conftest import code_to
from tests.tracking.api.contract import issues

NEW = "another long password"
ADAM = {"email": "adam@example.org"}


@pytest.fixture
def tablet(his_phone, new_phone):
    other = new_phone()
    other.sign_in()
    return other


def test_a_changed_password_signs_every_other_device_out_and_this_one_gets_new_tokens(his_phone, tablet, new_phone, mailoutbox):
    old = his_phone.access, his_phone.refresh
    answer = his_phone.ask("POST", "/account/password/change", {"current_password": PASSWORD, "new_password": NEW})
    assert answer.status_code == 200
    assert {his_phone.access, his_phone.refresh}.isdisjoint(old)
    assert his_phone.is_in()
    assert his_phone.ask("POST", "/tokens/refresh", {"refresh_token": his_phone.refresh}).status_code == 200
    assert not tablet.is_in()
    for token in (old[1], tablet.refresh):
        assert his_phone.send("POST", "/tokens/refresh", {"refresh_token": token}).status_code == 401
    assert his_phone.is_in()
    assert new_phone().sign_in().status_code == 422
    assert new_phone().sign_in(password=NEW).status_code == 200
    assert mailoutbox[-1].subject == "Trabecula: new password"


@pytest.mark.parametrize(
    ("sent", "pointer"),
    [
        ({"current_password": "not his", "new_password": NEW}, "/current_password"),
        ({"new_password": NEW}, "/current_password"),
        ({"current_password": PASSWORD, "new_password": "short"}, "/new_password"),
        ({"current_password": PASSWORD}, "/new_password"),
    ],
)
def test_a_change_that_cannot_be_accepted_names_the_field(his_phone, sent, pointer):
    answer = his_phone.ask("POST", "/account/password/change", sent)
    assert (answer.status_code, list(issues(answer))) == (422, [pointer])
    assert his_phone.is_in()


def test_he_chooses_a_new_password_with_a_code_and_every_device_is_signed_out(his_phone, tablet, new_phone):
    phone = new_phone()
    begun = phone.ask("POST", "/auth/password/request", ADAM)
    assert begun.status_code == 202
    wrong = phone.ask("POST", "/auth/password/reset", {"key": "WRONG1", "password": NEW})
    assert (wrong.status_code, list(issues(wrong))) == (422, ["/key"])
    reset = phone.ask("POST", "/auth/password/reset", {"key": code_to("adam@example.org"), "password": NEW})
    assert reset.status_code == 204
    assert not phone.access
    assert not his_phone.is_in()
    assert not tablet.is_in()
    assert phone.sign_in(password=NEW).status_code == 200
    again = new_phone()
    assert again.ask("POST", "/auth/password/reset", {"key": code_to("adam@example.org"), "password": NEW}).status_code == 409


def test_a_weak_new_password_does_not_use_the_code_up(his_phone, new_phone):
    phone = new_phone()
    phone.ask("POST", "/auth/password/request", ADAM)
    code = code_to("adam@example.org")
    weak = phone.ask("POST", "/auth/password/reset", {"key": code, "password": "short"})
    assert list(issues(weak)) == ["/password"]
    assert phone.ask("POST", "/auth/password/reset", {"key": code, "password": NEW}).status_code == 204


def test_asking_for_a_code_does_not_tell_whether_there_is_such_an_account(his_phone, new_phone, mailoutbox):
    first, second = new_phone(), new_phone()
    his = first.ask("POST", "/auth/password/request", ADAM)
    nobodys = second.ask("POST", "/auth/password/request", {"email": "nobody@example.org"})
    strip = lambda answer: answer.json() | {"meta": {**answer.json()["meta"], "session_token": ""}}
    assert his.status_code == nobodys.status_code == 202
    assert strip(his) == strip(nobodys)
    assert mailoutbox[-1].subject == "Trabecula: no account here"
    answers = [phone.ask("POST", "/auth/password/reset", {"key": "WRONG1", "password": NEW}) for phone in (first, second)]
    assert answers[0].json() == answers[1].json()
    assert answers[0].status_code == 422


def test_who_is_signed_in_may_ask_for_a_code_too(his_phone):
    """Found by requests made from the document, which knew no 200 here."""
    asked = his_phone.ask("POST", "/auth/password/request", ADAM)
    assert (asked.status_code, asked.json()["meta"]["is_authenticated"]) == (200, True)
    assert his_phone.is_in()


def test_who_is_on_the_way_to_a_new_password_is_told_so_wherever_he_goes_on(new_phone):
    """Found by requests made from the document: whether he is signed in is yes or no, and never null."""
    phone = new_phone()
    phone.ask("POST", "/auth/password/request", ADAM)
    elsewhere = phone.ask("POST", "/auth/2fa/authenticate", {"code": "123456"})
    assert (elsewhere.status_code, elsewhere.json()["meta"]["is_authenticated"]) == (202, False)


def test_the_third_wrong_code_ends_it(his_phone, new_phone):
    phone = new_phone()
    phone.ask("POST", "/auth/password/request", ADAM)
    sent = {"key": "WRONG1", "password": NEW}
    assert [phone.ask("POST", "/auth/password/reset", sent).status_code for _ in range(4)] == [422, 422, 422, 409]
    right = {"key": code_to("adam@example.org"), "password": NEW}
    assert phone.ask("POST", "/auth/password/reset", right).status_code == 409


@pytest.mark.parametrize("weak", ["Trabecula1", "testosterone", "TRT-2026-1", "estradiol24", "anastrozole7"])
def test_a_password_of_this_place_is_refused(phone, weak):
    answer = phone.ask("POST", "/auth/signup", {"email": "adam@example.org", "password": weak})
    assert answer.status_code == 422
    assert list(issues(answer)) == ["/password"]


@pytest.mark.parametrize(
    "typed", ["  Blanks Before And After  ", "x" * 55 + " 64 and më", "trabecula and eight more", "Case Counts 1"]
)
def test_a_password_is_taken_as_it_is_typed(phone, new_phone, typed):
    assert phone.sign_up(password=typed).status_code == 200
    other = new_phone()
    assert other.sign_in(password=typed).status_code == 200
    assert other.prove(typed).status_code == 200
    for wrong in (f" {typed}", typed.swapcase(), typed[:-1]):
        assert new_phone().sign_in(password=wrong).status_code == 422


def test_a_code_holds_for_ten_minutes(his_phone, new_phone):
    for seconds, status in ((9 * 60 + 50, 422), (10 * 60 + 1, 409)):
        phone, asked = new_phone(), time.time()
        phone.ask("POST", "/auth/password/request", ADAM)
        with time_machine.travel(asked + seconds, tick=False):
            assert phone.ask("POST", "/auth/password/reset", {"key": "WRONG1", "password": NEW}).status_code == status
