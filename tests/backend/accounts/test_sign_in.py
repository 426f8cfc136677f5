"""Signing in with a password, and what a refusal tells."""

from __future__ import annotations

import time

import pytest
from allauth.mfa.totp.internal.auth import TOTP

from backend.devstack import one_time_code
from tests.accounts import PASSWORD
from tests.backend.accounts.conftest import code_to
from tests.tracking.api.contract import issues
from tracking.models import User
from tracking.services import clinics


def test_he_signs_in_with_his_password(his_phone, new_phone):
    other = new_phone()
    assert other.sign_in("ADAM@example.org").status_code == 200
    assert other.is_in()
    assert his_phone.is_in()


def test_a_refusal_does_not_tell_whether_there_is_such_an_account(his_phone, new_phone):
    wrong = new_phone().sign_in(password="not his password")
    nobody = new_phone().sign_in("nobody@example.org", "not his password")
    assert wrong.status_code == nobody.status_code == 422
    assert list(issues(wrong)) == ["/password"]
    assert wrong.json() == nobody.json()
    User.objects.update(is_active=False)
    assert new_phone().sign_in().json() == nobody.json()
    assert not his_phone.is_in()


def test_the_password_is_hashed_also_where_there_is_no_account(phone, monkeypatch):
    from django.contrib.auth.hashers import MD5PasswordHasher

    hashed = []
    plain = MD5PasswordHasher.encode

    def counting(self, password, salt):
        hashed.append(password)
        return plain(self, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counting)
    phone.sign_in("nobody@example.org", "any password")
    assert hashed == ["any password"]


def test_an_old_token_does_not_keep_an_app_from_signing_in(his_phone, new_phone):
    other = new_phone()
    answer = other.send(
        "POST", "/auth/login", {"email": "adam@example.org", "password": PASSWORD}, HTTP_AUTHORIZATION="Bearer " + "0" * 40
    )
    assert answer.status_code == 200


def test_a_session_token_that_holds_no_longer_is_said_so(phone):
    phone.session = "0" * 32
    answer = phone.sign_in()
    assert (answer.status_code, answer.json()["type"]) == (410, "/problems/gone")


def test_staff_without_a_second_factor_sign_in_to_no_app_and_are_told_where_to_set_it_up(phone, dr_bell):
    refused = phone.sign_in("bell@example.org")
    assert (refused.status_code, refused.json()["type"]) == (403, "/problems/forbidden")
    assert "Sign in to the desk once" in refused.json()["detail"]
    assert (phone.access, phone.session) == ("", "")
    assert phone.sign_in("bell@example.org", "not hers").status_code == 422, "who does not know the password is told nothing"


def test_staff_verify_their_address_once_and_show_a_second_factor_each_time(phone, new_phone, dr_bell):
    TOTP.activate(dr_bell, one_time_code.SEED)
    assert phone.sign_in("bell@example.org").status_code == 202
    assert phone.ask("POST", "/auth/email/verify", {"key": code_to("bell@example.org")}).status_code == 202
    assert phone.ask("GET", "/patients").status_code == 401
    code = one_time_code.code_at(time.time())
    assert phone.ask("POST", "/auth/2fa/authenticate", {"code": code}).status_code == 200
    assert phone.ask("GET", "/patients").status_code == 200
    again = new_phone().sign_in("bell@example.org")
    assert [flow["id"] for flow in again.json()["data"]["flows"] if flow.get("is_pending")] == ["mfa_authenticate"]


def test_a_man_who_becomes_staff_signs_in_anew_with_a_second_factor(his_phone):
    assert his_phone.ask("GET", "/patients").status_code == 200
    clinics.add_prescriber(clinic=clinics.set_up(name="Invented"), email="adam@example.org", name="Adam", password="")
    refused = his_phone.ask("GET", "/patients")
    assert (refused.status_code, refused.json()["type"]) == (401, "/problems/not-signed-in")
    assert "second factor" in refused.json()["detail"]


@pytest.mark.parametrize("path", ["/accounts", "/token"])
def test_the_former_way_in_is_gone(phone, path):
    assert phone.send("POST", path, {"email": "adam@example.org", "password": PASSWORD}).status_code == 404


def test_the_admin_signs_in_by_its_own_page(client, dr_bell):
    page = client.get("/admin/")
    assert (page.status_code, page.headers["Location"]) == (302, "/admin/login/?next=/admin/")
    assert client.get(page.headers["Location"]).status_code == 200
    answer = client.post("/admin/login/?next=/admin/", {"username": "bell@example.org", "password": PASSWORD})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/admin/login/code/")
