"""The cast: Adam, the man; Dr. Bell, his prescriber; Carl, a stranger. All invented."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from rest_framework.test import APIClient

from tests import accounts
from tests.accounts import PASSWORD
from tests.databases import committed, django_db_setup
from tracking.domain.actor import Actor

__all__ = ["committed", "django_db_setup"]  # fixtures of their own module

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


@pytest.fixture(autouse=True, scope="session")
def styles_found_when_asked_for() -> None:
    """Each test's client makes all middleware anew, which would look through every folder of styles and scripts."""
    from django.conf import settings

    settings.WHITENOISE_AUTOREFRESH = True


@pytest.fixture(autouse=True)
def fresh_counters(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody has tried anything yet: the counters of tries lie in the broker, which all tests share."""
    if "django.core.cache" in sys.modules:
        from django.core.cache import caches

        monkeypatch.setattr(caches["default"], "key_prefix", uuid4().hex)
    if "backend.accounts.pace" in sys.modules:
        sys.modules["backend.accounts.pace"].counted.forget()


@pytest.fixture
def as_system() -> Callable[[], Any]:
    from tracking.services.access import acting_as

    return lambda: acting_as(Actor.system("test"))


@pytest.fixture
def make_man(db: None, now: datetime) -> Callable[..., Any]:
    def make(name: str = "Adam Invented", **about: Any) -> Any:
        return accounts.make_man(now=now, name=name, **about)

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
    """An API client of a device on which this account is signed in."""

    def sign_in(user: Any) -> APIClient:
        client = APIClient()
        client.credentials(**accounts.bearer(user))
        return client

    return sign_in
