"""Every route under /api/v1, found by walking the resolver, refuses who has no business there. A new one is covered too."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from time import time
from typing import Any

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.db import transaction
from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework.test import APIClient

from tests.accounts import access_token, bearer
from tests.conftest import NOW
from tests.everybody import Everybody, everybody
from tracking.domain.actor import Actor
from tracking.domain.categories import SHAREABLE, Category
from tracking.models import (
    AccessEvent,
    Patient,
    ReadToken,
    User,
)
from tracking.services import consent, owned, read_tokens
from tracking.services.access import acting_as

__all__ = ["everybody"]  # a fixture of its own module

PREFIX = "api/v1/"
METHODS = ("get", "post", "put", "patch", "delete")
# What needs no token, each with the reason. Everything else answers 401 without one.
PUBLIC = {
    ("auth/signup", "post"): "who signs up has no account yet",
    ("auth/webauthn/signup", "post"): "the same, with a passkey",
    ("auth/webauthn/signup", "get"): "the same, a step further: the session token says which",
    ("auth/webauthn/signup", "put"): "the same, a step further",
    ("auth/email/verify", "post"): "the code is what lets in",
    ("auth/email/verify/resend", "post"): "a sign-up that is under way",
    ("auth/login", "post"): "who signs in has no token yet",
    ("auth/2fa/authenticate", "post"): "the second step of it",
    ("auth/webauthn/authenticate", "get"): "the second step of it",
    ("auth/webauthn/authenticate", "post"): "the second step of it",
    ("auth/webauthn/login", "get"): "a challenge, which is a number that nobody has seen before",
    ("auth/webauthn/login", "post"): "who signs in has no token yet",
    ("auth/password/request", "post"): "who forgot his password has no token",
    ("auth/password/reset", "post"): "who forgot his password has no token",
    ("tokens/refresh", "post"): "the refresh token is what lets in",
    ("rulebook", "get"): "the rules are open to question by everybody; they hold nothing of any man",
    ("schema", "get"): "the shape of the API, for those who write clients",
    ("docs", "get"): "the same, for people",
}
# Answers that hold nothing of anybody, so that a cache may keep them.
KEPT_BY_CACHES = {"schema", "docs"}


@dataclass(frozen=True)
class Route:
    """One address and one of its methods."""

    pattern: str
    method: str
    view: Any = field(compare=False)

    @property
    def names(self) -> list[str]:
        return re.findall(r"<\w+:(\w+)>", self.pattern)

    @property
    def key(self) -> str | None:
        """The parameter that names a row, if there is one."""
        return next((name for name in self.names if name not in ("patient_uid", "clinic_uid")), None)

    @property
    def is_for_staff(self) -> bool:
        return "patient_uid" in self.names

    @property
    def is_for_a_clinic(self) -> bool:
        return "clinic_uid" in self.names

    @property
    def kind(self) -> str:
        """What the row is, in the address: routes of one kind mostly take the same keys."""
        before, _, _ = self.pattern.partition(f":{self.key}>")
        return before.rpartition("/")[0].rpartition("/")[2]

    def path(self, **values: str) -> str:
        return "/" + PREFIX + re.sub(r"<\w+:(\w+)>", lambda match: values[match[1]], self.pattern)

    def takes(self, key: str) -> bool:
        return f"<uuid:{self.key}>" not in self.pattern or (len(key) == 36 and key.count("-") == 4)

    def __str__(self) -> str:
        return f"{self.method.upper()} {self.pattern}"


def walk(patterns: list[Any], before: str = "") -> Iterator[tuple[str, Any]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from walk(pattern.url_patterns, before + str(pattern.pattern))
        elif isinstance(pattern, URLPattern):
            yield before + str(pattern.pattern), pattern.callback


def all_routes() -> list[Route]:
    found = []
    for pattern, view in walk(get_resolver().url_patterns):
        if pattern.startswith(PREFIX):
            handled = [method for method in METHODS if hasattr(view.cls, method) and method in view.cls.http_method_names]
            assert handled, f"{pattern} answers to nothing"
            found += [Route(pattern.removeprefix(PREFIX), method, view.cls) for method in handled]
    return found


# Of a route: how those are answered who have business there, and the key that they came with.
Opens = dict[Route, tuple[int, str | None]]
ROUTES = all_routes()
GUARDED = [route for route in ROUTES if (route.pattern, route.method) not in PUBLIC]


def route_at(pattern: str, method: str) -> Route:
    return next(route for route in ROUTES if (route.pattern, route.method) == (pattern, method))


def client_of(user: User | None) -> APIClient:
    client = APIClient(raise_request_exception=True)
    if user is not None:
        client.credentials(**bearer(user))
    return client


def ask(client: APIClient, route: Route, **values: str) -> Any:
    """One request without a body, undone at once. Whatever the answer, no cache may keep it."""
    with transaction.atomic():
        response = getattr(client, route.method)(route.path(**values))
        transaction.set_rollback(True)
    assert route.pattern in KEPT_BY_CACHES or "no-store" in response.headers.get("Cache-Control", ""), str(route)
    return response


def likely_first(everybody: Everybody, route: Route, let_in: dict[str, str]) -> list[str | None]:
    """The keys to try until one lets in: what let in at another route of this kind, then those of tables called like it."""
    if not route.key:
        return [None]
    tried = [*([let_in[route.kind]] if route.kind in let_in else []), *everybody.keys_like(route.kind)]
    return [key for key in dict.fromkeys(tried) if route.takes(key)]


def any_values(everybody: Everybody, route: Route, key: str | None = None) -> dict[str, str]:
    chosen = key or next(uid for uid in everybody.uids)
    owners = {"patient_uid": str(everybody.adam.uid), "clinic_uid": str(everybody.care.clinic.uid)}
    return owners | ({route.key: chosen} if route.key else {})


def test_the_routes_were_found() -> None:
    assert len(ROUTES) > 60
    assert {(route.pattern, route.method) for route in ROUTES} >= PUBLIC.keys(), "a public route is gone: take it off the list"


def refusals_of(everybody: Everybody, client: APIClient) -> dict[str, int]:
    """The guarded routes that answer this client with anything but 401."""
    answers = {str(route): ask(client, route, **any_values(everybody, route)).status_code for route in GUARDED}
    return {route: code for route, code in answers.items() if code != 401}


@pytest.mark.django_db
def test_every_route_refuses_who_is_not_signed_in(everybody: Everybody) -> None:
    for token in (None, "Bearer " + "0" * 40, "Bearer", "Bearer a b", "Token x", "Bearer \u00e9", "Bearer a.b.c"):
        client = APIClient()
        if token:
            client.credentials(HTTP_AUTHORIZATION=token)
        assert refusals_of(everybody, client) == {}, token


@pytest.mark.django_db
def test_every_route_refuses_a_token_that_has_run_out_and_one_whose_device_was_signed_out(everybody: Everybody) -> None:
    client, token = APIClient(), access_token(everybody.adam.user)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    labs = route_at("labs", "get")
    assert ask(client, labs).status_code == 200
    with time_machine.travel(time() + 15 * 60 + 1, tick=False):
        assert refusals_of(everybody, client) == {}
    assert ask(client, labs).status_code == 200
    Session.objects.all().delete()
    assert refusals_of(everybody, client) == {}


@pytest.mark.django_db
def test_every_route_refuses_an_account_that_was_switched_off(everybody: Everybody) -> None:
    client = client_of(everybody.adam.user)
    everybody.adam.user.is_active = False
    everybody.adam.user.save()
    assert refusals_of(everybody, client) == {}


@pytest.mark.django_db
def test_every_route_refuses_a_key_that_has_ended(everybody: Everybody, monkeypatch: pytest.MonkeyPatch) -> None:
    revoked, expired = a_key(everybody.adam), a_key(everybody.adam, holds=timedelta(minutes=1))
    with acting_as(Actor.system("test")):
        given = ReadToken.objects.order_by("-pk")[1]
    read_tokens.revoke(patient=everybody.adam, uid=given.uid, by=Actor.user(everybody.adam.user_id), now=NOW)
    monkeypatch.setattr("tracking.clock.now", lambda: NOW + timedelta(minutes=1))
    for key, routes in ((expired, GUARDED), (revoked, [route for route in GUARDED if not route.names])):
        client = key_holder(key)
        answers = {str(route): ask(client, route, **any_values(everybody, route)).status_code for route in routes}
        assert {route: code for route, code in answers.items() if code != 401} == {}


@pytest.mark.django_db
def test_a_key_reads_what_it_names_and_no_route_lets_it_write(everybody: Everybody) -> None:
    everything, labs_only = key_holder(a_key(everybody.adam)), key_holder(a_key(everybody.adam, scope=["labs"]))
    stranger = key_holder(a_key(everybody.carl))
    read, found = set(), []
    for route in GUARDED:
        values = any_values(everybody, route)
        code = ask(everything, route, **values).status_code
        if code == 200:
            read.add(route.pattern)
        allowed = (200, 403, 404) if route.method == "get" and not route.is_for_staff else (403,)
        if code not in allowed:
            found.append(("a key", str(route), code))
        if route.method != "get" or route.names or code != 200:
            continue
        if ask(labs_only, route).status_code != (200 if route.pattern == "labs" else 404):
            found.append(("a key for labs", str(route), None))
        if everybody.is_told(ask(stranger, route).content):
            found.append(("another man's key", str(route), None))
    assert found == []
    assert {"labs", "doses", "dexa-scans", "symptoms", "evaluations/current"} <= read
    closed = {
        "profile",
        "consents",
        "access-log",
        "read-tokens",
        "share-codes",
        "exports",
        "erasure",
        "inbox",
        "sync",
        "patients",
    }
    assert not read & closed


@pytest.mark.django_db
def test_a_clinic_reads_the_category_that_it_was_let_in_for_and_nothing_else(everybody: Everybody) -> None:
    himself, client = Actor.user(everybody.adam.user_id), client_of(everybody.bell)
    of_uid = categories_of(everybody.adam)
    looks = [route for route in GUARDED if route.is_for_staff and route.method == "get" and not route.key]
    shown = {"labs": "labs", "doses": "regimens", "scans": "dexa-scans", "symptoms": "symptoms"}
    for category, first in shown.items():
        consent.grant(patient=everybody.adam, clinic_uid=everybody.care.clinic.uid, scope=[category], by=himself, now=NOW)
        hidden = {uid for uid, of in of_uid.items() if of not in (category, Category.DOOR)}
        answers = {route.pattern: ask(client, route, **any_values(everybody, route)) for route in looks}
        assert {answer.status_code for answer in answers.values()} == {200, 404}
        assert [path for path, answer in answers.items() if any(uid in answer.content.decode() for uid in hidden)] == []
        read = {path.rpartition("/")[2] for path, answer in answers.items() if answer.status_code == 200}
        assert read & set(shown.values()) == {first}
        assert ask(client, route_at("patients", "get")).json()["results"][0]["word"] is None
        assert ask(client, route_at("queue", "get")).json()["results"] == []


def categories_of(man: Patient) -> dict[str, Category]:
    """Of every row of his that has a uid, what it is shared with."""
    with acting_as(Actor.system("test")):
        return {
            str(row.uid): table.ownership.category
            for table in owned.tables()
            if not table.is_history
            for row in table.model._default_manager.filter(**{table.ownership.owner: man.pk})
            if hasattr(row, "uid")
        }


def a_key(man: Patient, *, scope: Sequence[str] = SHAREABLE, holds: timedelta = timedelta(days=9)) -> str:
    given = {"label": "Dr. Far", "scope": scope, "expires_at": NOW + holds}
    return read_tokens.give(patient=man, by=Actor.user(man.user_id), now=NOW, **given)[1]


def key_holder(key: str) -> APIClient:
    client = APIClient(raise_request_exception=True)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {key}")
    return client


def strangers(everybody: Everybody) -> dict[str, User]:
    consent.revoke(patient=everybody.adam, uid=everybody.care.uid, by=Actor.user(everybody.adam.user_id), now=NOW)
    return {
        "a stranger": everybody.carl.user,
        "a prescriber of another clinic": everybody.else_,
        "his prescriber after he revoked": everybody.bell,
    }


@pytest.mark.django_db
def test_every_route_answers_a_stranger_with_404_and_never_with_data(everybody: Everybody) -> None:
    """One walk to find what opens each address, so that the others do not pass because an address was built wrongly."""
    opens = what_lets_in(everybody)
    codes = {str(route): code for route, (code, _) in opens.items()}
    assert {route: code for route, code in codes.items() if code == 404 or code >= 500} == {}
    assert found_under_another_man(everybody, opens) == []
    assert shown_to_strangers(everybody, opens) == []


def found_under_another_man(everybody: Everybody, opens: Opens) -> list[Any]:
    """Dr. Else may see Carl; that opens nothing of Adam's, whatever stands in the rest of the address."""
    client, found = client_of(everybody.else_), []
    for route in (route for route in GUARDED if route.is_for_staff and route.key):
        answer = ask(client, route, patient_uid=str(everybody.carl.uid), **{route.key: opens[route][1]})
        if answer.status_code != 404:
            found.append((str(route), opens[route], answer.status_code))
    return found


def shown_to_strangers(everybody: Everybody, opens: Opens) -> list[Any]:
    """What they find who have nothing to do with Adam, or no longer."""
    found = []
    for who, user in strangers(everybody).items():
        client = client_of(user)
        for route in (route for route in GUARDED if route.names):
            if route.is_for_a_clinic and user == everybody.bell:
                continue  # she is still a member of her clinic, and nothing of any man is there
            answer = ask(client, route, **any_values(everybody, route, opens[route][1]))
            if answer.status_code != 404 or everybody.is_told(answer.content):
                found.append((who, str(route), opens[route], answer.status_code))
    return found


@pytest.mark.django_db
def test_what_is_addressed_by_nobodys_name_shows_a_stranger_nothing_of_adam(everybody: Everybody) -> None:
    found = []
    for who, user in strangers(everybody).items():
        client = client_of(user)
        for route in (route for route in GUARDED if not route.names):
            answer = ask(client, route)
            if answer.status_code >= 500 or everybody.is_told(answer.content):
                found.append((who, str(route), answer.status_code))
    assert found == []


def what_lets_in(everybody: Everybody) -> Opens:
    """Of each route that names something: how those are answered who have business there, and the key that they came with."""
    found: Opens = {}
    let_in: dict[str, str] = {}
    bell, adam = client_of(everybody.bell), client_of(everybody.adam.user)
    for route in (route for route in GUARDED if route.names):
        client = bell if route.is_for_staff or route.is_for_a_clinic else adam
        for key in likely_first(everybody, route, let_in):
            code = ask(client, route, **any_values(everybody, route, key)).status_code
            found[route] = (code, key)
            if code != 404:
                let_in |= {route.kind: key} if key else {}
                break
    return found


def test_every_look_of_staff_into_a_mans_record_is_noted(everybody: Everybody) -> None:
    looks = [route for route in GUARDED if route.is_for_staff and route.method == "get"]
    assert looks
    let_in: dict[str, str] = {}
    for route in looks:
        count = None
        for key in likely_first(everybody, route, let_in):
            count = visits_after(everybody, route, key)
            if count is not None:
                let_in |= {route.kind: key} if key else {}
                break
        assert count == 1, str(route)


def visits_after(everybody: Everybody, route: Route, key: str | None) -> int | None:
    """How many visits a first look leaves, undone at once; None where the address names no row of that kind."""
    with transaction.atomic():
        response = client_of(everybody.bell).get(route.path(**any_values(everybody, route, key)))
        with acting_as(Actor.system("test")):
            visits = AccessEvent.objects.filter(patient=everybody.adam, user=everybody.bell).count()
        transaction.set_rollback(True)
    return visits if response.status_code == 200 else None
