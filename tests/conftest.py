"""The cast: Adam, the man; Dr. Bell, his prescriber; Carl, a stranger. All invented."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from rest_framework.test import APIClient

from tests.databases import committed, django_db_setup
from tracking.domain.actor import Actor

__all__ = ["committed", "django_db_setup"]  # fixtures of their own module

PASSWORD = "correct horse battery"
NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> datetime:
    """The instant that entry points read: a Monday morning."""
    monkeypatch.setattr("tracking.clock.now", lambda: NOW)
    return NOW


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    """What a process remembers to have stored is rolled back with the test that stored it."""
    rulebooks = sys.modules.get("tracking.services.rulebooks")
    if rulebooks is not None:
        rulebooks._stored.clear()


@pytest.fixture
def as_system() -> Callable[[], Any]:
    from tracking.services.access import acting_as

    return lambda: acting_as(Actor.system("test"))


@pytest.fixture
def make_man(db: None, now: datetime) -> Callable[..., Any]:
    from tracking.services import accounts

    def make(name: str = "Adam Invented", **fields: Any) -> Any:
        return accounts.sign_up(
            **{
                "email": f"{name.split(maxsplit=1)[0].lower()}@example.org",
                "password": PASSWORD,
                "name": name,
                "birth_date": date(1980, 5, 4),
                "zone": "Europe/Berlin",
                "now": now,
            }
            | fields
        )

    return make


@pytest.fixture
def adam(make_man: Callable[..., Any]) -> Any:
    return make_man()


@pytest.fixture
def carl(make_man: Callable[..., Any]) -> Any:
    return make_man("Carl Stranger")


@pytest.fixture
def clinic(db: None) -> Any:
    from tracking.models import Clinic

    return Clinic.objects.create(name="Invented Clinic")


@pytest.fixture
def dr_bell(clinic: Any) -> Any:
    from tracking.models import Prescriber, User

    user = User.objects.create_user("bell@example.org", PASSWORD, name="Dr. Bell", is_staff=True)
    Prescriber.objects.create(user=user, clinic=clinic)
    return user


@pytest.fixture
def in_care(adam: Any, clinic: Any, dr_bell: Any, now: datetime) -> Any:
    """Adam has let Dr. Bell's clinic in."""
    from tracking.services import consent

    return consent.grant(patient=adam, clinic_uid=clinic.uid, by=Actor.user(adam.user_id), now=now)


@pytest.fixture
def signed_in(db: None) -> Callable[[Any], APIClient]:
    """An API client with this account's token."""
    from rest_framework.authtoken.models import Token

    def sign_in(user: Any) -> APIClient:
        client = APIClient()
        token, _ = Token.objects.get_or_create(user=user)
        client.credentials(HTTP_AUTHORIZATION=f"Token {token.key}")
        return client

    return sign_in
