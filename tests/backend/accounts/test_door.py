"""The door of the desk: a password and a one-time code, tries that are counted, and a session that ends by itself."""

from __future__ import annotations

import re
import time
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.contrib.auth import get_user
from django.test import Client
from django.urls import reverse

from tests.accounts import PASSWORD
from tests.conftest import NOW
from tests.desks import at_desk
from tracking.models import User

pytestmark = pytest.mark.django_db
LOGIN, CODE, SET_UP = "/admin/login/", "/admin/login/code/", "/admin/login/set-up/"
SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def code(seed, steps=0):
    """What the app shows so many steps of 30 seconds from now."""
    return format_hotp_value(hotp_value(seed, int(time.time()) // 30 + steps))


@pytest.fixture
def with_app(dr_bell, now):
    """Dr. Bell with an app that makes codes from SEED, and her recovery codes."""
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
    from allauth.mfa.totp.internal.auth import TOTP

    TOTP.activate(dr_bell, SEED)
    return RecoveryCodes.activate(dr_bell).get_unused_codes()


@pytest.fixture
def browser(now):
    return Client(enforce_csrf_checks=False)


def password(client, given=PASSWORD, email="Bell@Example.org", to="/admin/"):
    return client.post(LOGIN, {"username": email, "password": given, "next": to})


def is_in(client):
    return client.get(reverse("admin:work_queue")).status_code == 200


def test_a_password_alone_signs_nobody_in(browser, with_app):
    answer = password(browser)
    assert answer.headers["Location"] == CODE
    assert not get_user(browser).is_authenticated
    assert not is_in(browser)


def test_with_the_code_of_her_app_she_lands_where_she_wanted_to_go(browser, with_app, dr_bell):
    password(browser, to="/admin/tracking/patient/")
    answer = browser.post(CODE, {"code": f"{code(SEED)[:3]} {code(SEED)[3:]}"})
    assert answer.headers["Location"] == "/admin/tracking/patient/"
    assert get_user(browser).pk == dr_bell.pk
    assert is_in(browser)


def test_she_is_never_sent_to_another_site(browser, with_app):
    password(browser, to="https://example.net/")
    assert browser.post(CODE, {"code": code(SEED)}).headers["Location"] == "/admin/"


@pytest.mark.parametrize("wrong", ["", "000000", "x", "1" * 41, "<script>", "12345678901"])
def test_a_wrong_code_lets_nobody_in(browser, with_app, wrong):
    password(browser)
    assert browser.post(CODE, {"code": wrong}).status_code == 200
    assert not is_in(browser)


def test_no_code_opens_twice(browser, with_app):
    password(browser)
    used = code(SEED)
    assert browser.post(CODE, {"code": used}).status_code == 302
    another = Client()
    password(another)
    assert "does not hold" in another.post(CODE, {"code": used}).text
    assert not is_in(another)


def test_a_recovery_code_opens_once(with_app):
    for spent in (False, True):
        client = Client()
        password(client)
        client.post(CODE, {"code": with_app[0]})
        assert is_in(client) is not spent


def test_the_first_sign_in_sets_up_the_app_and_shows_the_recovery_codes_once(browser, dr_bell):
    password(browser)
    page = browser.get(CODE, follow=True)
    assert page.redirect_chain[-1][0] == SET_UP
    seed = re.search(r'<code class="seed">([^<]+)</code>', page.text)[1].replace(" ", "")
    assert "<svg" in page.text
    assert "data:" not in page.headers["Content-Security-Policy"]
    assert "not the code" in browser.post(SET_UP, {"code": "000000"}).text
    assert not Authenticator.objects.exists()
    shown = browser.post(SET_UP, {"code": code(seed)})
    codes = re.findall(r"<li><code>([0-9]+)</code></li>", shown.text)
    assert len(codes) == 10
    assert is_in(browser)
    assert codes[0] not in browser.get("/admin/recovery-codes/").text
    stored = Authenticator.objects.get(user=dr_bell, type="totp")
    assert seed not in str(stored.data)
    assert not set_up_again(browser)


def set_up_again(client):
    password(client)
    return client.get(SET_UP).status_code == 200


def test_two_browsers_that_were_offered_a_seed_set_up_one_app(dr_bell, now):
    browsers = [Client(), Client()]
    for client in browsers:
        password(client)
    seeds = [client.session["desk.pending"]["secret"] for client in browsers]
    for client, seed in zip(browsers, seeds, strict=True):
        client.post(SET_UP, {"code": code(seed)})
    assert [is_in(client) for client in browsers] == [True, False]
    assert Authenticator.objects.filter(type="totp").count() == 1


def test_new_recovery_codes_need_a_code_and_take_the_place_of_the_old(dr_bell, with_app, now):
    desk = at_desk(dr_bell)
    assert "10 recovery codes left" in desk.get("/admin/recovery-codes/").text
    assert "does not hold" in desk.post("/admin/recovery-codes/", {"code": "000000"}).text
    made = re.findall(r"<li><code>([0-9]+)</code></li>", desk.post("/admin/recovery-codes/", {"code": code(SEED)}).text)
    assert len(made) == 10
    assert not {*made} & {*with_app}
    client = Client()
    password(client)
    client.post(CODE, {"code": with_app[1]})
    assert not is_in(client)


def test_a_right_password_waits_for_its_code_for_ten_minutes(browser, with_app, monkeypatch):
    password(browser)
    monkeypatch.setattr("tracking.clock.now", lambda: NOW + timedelta(minutes=10, seconds=1))
    assert browser.post(CODE, {"code": code(SEED)}).headers["Location"] == LOGIN


@pytest.mark.parametrize("change", [{"is_active": False}, {"is_staff": False}])
def test_an_account_that_was_switched_off_meanwhile_stays_out(browser, with_app, dr_bell, change):
    password(browser)
    User.objects.filter(pk=dr_bell.pk).update(**change)
    assert browser.post(CODE, {"code": code(SEED)}).headers["Location"] == LOGIN
    assert not is_in(browser)


def test_without_a_password_there_is_no_code_to_type(browser):
    for page in (CODE, SET_UP):
        assert browser.get(page).headers["Location"] == LOGIN
        assert browser.post(page, {"code": "123456"}).headers["Location"] == LOGIN


def test_a_session_that_never_showed_a_code_is_not_at_the_desk(browser, dr_bell):
    browser.force_login(dr_bell)
    assert not is_in(browser)


def test_a_desk_that_is_left_alone_signs_in_anew_and_one_in_use_does_not(dr_bell, now, monkeypatch, settings):
    desk = at_desk(dr_bell)
    for minutes in (29, 58, 87):
        monkeypatch.setattr("tracking.clock.now", lambda minutes=minutes: NOW + timedelta(minutes=minutes))
        assert is_in(desk)
    monkeypatch.setattr("tracking.clock.now", lambda: NOW + timedelta(minutes=87 + 31))
    assert not is_in(desk)


def test_after_a_working_day_even_one_in_use_signs_in_anew(dr_bell, now, monkeypatch):
    desk = at_desk(dr_bell)
    for quarter in range(1, 33):
        monkeypatch.setattr("tracking.clock.now", lambda quarter=quarter: NOW + timedelta(minutes=15 * quarter))
        assert is_in(desk)
    monkeypatch.setattr("tracking.clock.now", lambda: NOW + timedelta(hours=8, seconds=1))
    assert not is_in(desk)


def test_a_man_is_refused_with_a_right_password(browser, adam):
    answer = password(browser, email=adam.user.email)
    assert answer.status_code == 200
    assert "desk.pending" not in browser.session


def test_wrong_passwords_are_counted_and_it_says_how_long_to_wait(browser, with_app):
    said = [password(browser, "wrong").text for _ in range(6)]
    assert "Too many tries. Try again in 5 minutes." in said[-1]
    assert "Too many tries" not in said[0]
    assert "Too many tries" in password(browser).text


def test_wrong_codes_are_counted(browser, with_app):
    password(browser)
    said = [browser.post(CODE, {"code": "000000"}).text for _ in range(6)]
    assert "Too many tries. Try again in" in said[-1]
    assert "Too many tries" in browser.post(CODE, {"code": code(SEED)}).text
