"""He asks for the end of his account, and signing in takes it back."""

from __future__ import annotations

from datetime import timedelta

from django.core import mail  # noqa: TID251  the mailbox of tests

from tests.conftest import NOW

ABOUT = {"name": "Adam Invented", "birth_date": "1980-05-04", "zone": "Europe/Berlin"}


def test_it_takes_a_proof_signs_him_out_everywhere_and_signing_in_cancels_it(phone, now):
    phone.sign_up()
    phone.ask("POST", "/profile", ABOUT)
    refused = phone.ask("POST", "/erasure")
    assert refused.status_code == 401
    assert refused.json()["type"] == "/problems/reauthenticate"
    assert [flow["id"] for flow in refused.json()["data"]["flows"]] == ["reauthenticate"]
    assert phone.ask("GET", "/erasure").status_code == 404, "nothing was asked for"

    second = type(phone)()
    second.sign_in()
    phone.prove()
    asked = phone.ask("POST", "/erasure")
    assert asked.status_code == 202
    assert asked.json() == {"asked_at": NOW.isoformat(), "due_at": (NOW + timedelta(days=14)).isoformat()}
    assert not phone.is_in()
    assert not second.is_in()
    assert mail.outbox[-1].subject == "Trabecula: your account will be erased"

    phone.access = phone.session = ""
    assert phone.sign_in(password="not his password").status_code == 422
    assert mail.outbox[-1].subject == "Trabecula: your account will be erased", "who fails to sign in cancels nothing"
    assert phone.sign_in().status_code == 200
    assert phone.is_in()
    assert phone.ask("GET", "/erasure").status_code == 404
    assert mail.outbox[-1].subject == "Trabecula: your account stays"
    assert "Adam" not in mail.outbox[-1].body
