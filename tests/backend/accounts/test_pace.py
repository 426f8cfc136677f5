"""One account or key has so many requests a minute; nobody else waits for it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from rest_framework.test import APIClient

from backend.accounts.pace import Minute, counted
from tests.conftest import NOW
from tracking.domain.actor import Actor
from tracking.services import read_tokens


def test_a_minute_begins_with_the_first_request_and_ends_after_a_minute() -> None:
    minute = Minute()
    asked = [minute.count("Adam", most=2, now=now) for now in (100.0, 130.0, 140.0, 159.75, 160.0, 161.0, 162.0)]
    assert asked == [0.0, 0.0, 20.0, 0.25, 0.0, 0.0, 58.0]


def test_who_waits_holds_nobody_else_up_and_is_forgotten_with_the_minute() -> None:
    minute = Minute()
    assert [minute.count("Adam", most=1, now=0.0) for _ in range(3)] == [0.0, 60.0, 60.0]
    assert minute.count("Bell", most=1, now=1.0) == 0.0
    minute.count("Bell", most=1, now=60.0)
    assert minute._asked == {"Bell": 1}


def test_a_program_that_has_gone_astray_is_told_to_wait_and_when_to_come_back(adam, carl, signed_in, settings):
    settings.REQUESTS_A_MINUTE = 3
    phone = signed_in(adam.user)
    assert [phone.get("/api/v1/profile").status_code for _ in range(3)] == [200] * 3
    refused = phone.post("/api/v1/labs", {}, headers={"Accept-Language": "de"})
    assert (refused.status_code, refused.headers["Content-Type"]) == (429, "application/problem+json")
    assert refused.json()["type"] == "/problems/too-many-requests"
    wait = int(refused.headers["Retry-After"])
    assert 1 <= wait <= 60
    assert refused.json()["detail"] == (
        "Dieses Konto oder dieser Schlüssel fragt zu oft, und diese Anfrage wurde nicht angesehen."
        f" Senden Sie sie in {wait} Sekunden noch einmal."
    )
    # Another device of his is the same account; his account pages and FHIR count too.
    assert signed_in(adam.user).get("/api/v1/auth/sessions").status_code == 429
    told = phone.get(f"/fhir/r4/Patient/{adam.uid}")
    assert (told.status_code, told.json()["issue"][0]["code"], int(told.headers["Retry-After"])) == (429, "throttled", wait)
    # Nobody else waits, and neither does he who signs in anew; the minute ends.
    assert signed_in(carl.user).get("/api/v1/profile").status_code == 200
    assert APIClient().post("/api/v1/auth/login", {}).status_code != 429
    counted.forget()
    assert phone.get("/api/v1/profile").status_code == 200


def test_a_key_is_counted_by_itself(adam, signed_in, settings):
    settings.REQUESTS_A_MINUTE = 2
    phone = signed_in(adam.user)
    until = NOW + timedelta(days=9)
    _, key = read_tokens.give(
        patient=adam, label="an app", scope=["labs"], expires_at=until, by=Actor.user(adam.user_id), now=NOW
    )
    reader = APIClient()
    reader.credentials(HTTP_AUTHORIZATION=f"Bearer {key}")
    assert [reader.get("/api/v1/labs").status_code for _ in range(3)] == [200, 200, 429]
    assert phone.get("/api/v1/labs").status_code == 200


@pytest.mark.parametrize("most", [0, 600])
def test_without_a_limit_nobody_waits(adam, signed_in, settings, most):
    settings.REQUESTS_A_MINUTE = most
    phone = signed_in(adam.user)
    assert {phone.get("/api/v1/profile").status_code for _ in range(5)} == {200}
