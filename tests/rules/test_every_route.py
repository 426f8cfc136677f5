"""Every route under /api/v1, found by walking the resolver, refuses who has no business there. A new one is covered too."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework.test import APIClient

from notifications.models import Device, InboxMessage, Reminder
from tests.accounts import PASSWORD, bearer
from tests.conftest import NOW
from tracking.domain.actor import Actor
from tracking.exchange.incoming import Form
from tracking.models import (
    AccessEvent,
    Clinic,
    DexaScan,
    DexaSite,
    DoseEvent,
    DrugUse,
    DueItem,
    Fracture,
    InventoryCount,
    Lifestyle,
    Patient,
    Prescriber,
    RiskFactor,
    Symptom,
    User,
)
from tracking.services import consent, imports, labs, overrides, owned, regimens, titration
from tracking.services.access import acting_as

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


@dataclass(frozen=True)
class Route:
    """One address and one of its methods."""

    pattern: str
    method: str

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
            found += [Route(pattern.removeprefix(PREFIX), method) for method in handled]
    return found


ROUTES = all_routes()
GUARDED = [route for route in ROUTES if (route.pattern, route.method) not in PUBLIC]


@dataclass(frozen=True)
class Everybody:
    adam: Patient
    carl: Patient
    bell: User
    else_: User
    uids: list[str]
    keys: list[str]
    one_of_each: list[str]
    care: Any

    def is_told(self, content: bytes) -> list[str]:
        """What of Adam's record stands in an answer."""
        text = content.decode()
        return [mark for mark in [*self.uids, "Adam Invented", "adam@example.org"] if mark in text]


@pytest.fixture
def everybody(adam: Patient, carl: Patient, dr_bell: User, in_care: Any, settings: Any) -> Everybody:
    """Adam with a row in every table, in the care of Dr. Bell; Carl, a stranger, in the care of Dr. Else at another clinic."""
    dr_else = User.objects.create_user("else@example.org", PASSWORD, name="Dr. Else")
    other = Clinic.objects.create(name="Another Clinic")
    Prescriber.objects.create(user=dr_else, clinic=other)
    consent.grant(patient=carl, clinic_uid=other.uid, by=Actor.user(carl.user_id), now=NOW)
    bell = Actor.user(dr_bell.pk)
    for analyte, value, unit in (("estradiol", "9.0", "pg/mL"), ("shbg", "30", "nmol/L")):
        sent = {"analyte": analyte, "value": value, "unit": unit, "collected_at": "2026-10-01", "client_id": f"lab-{analyte}"}
        labs.record(patient=adam, by=bell, now=NOW, staff=True, **sent)
    until = {"reason": "two fractures", "expires_on": NOW.date() + timedelta(days=90)}
    overrides.set_floor(patient=adam, by=bell, now=NOW, floor="18", **until)
    overrides.set_interval(patient=adam, by=bell, now=NOW, kind="dexa", every_months=12, **until)
    overrides.set_clinic_floor(clinic_uid=in_care.clinic.uid, by=bell, now=NOW, floor="17", reason="an older clinic's habit")
    fill_the_rest(adam)
    titration.request(patient=adam, by=Actor.user(adam.user_id), now=NOW, words="Less, please.", client_id="request-1")
    plan = {"drug": "testosterone_cypionate", "dose_mg": "100", "schedule": {"kind": "every", "days": "7"}}
    stated = {"ask": "start", "from_date": NOW.date(), "reason": "tired"}
    titration.propose(patient=adam, by=bell, now=NOW, plan=plan, client_id="proposal-1", **stated)
    file = b"test,value,unit,collected\nEstradiol,24,pg/mL,2026-03-04\n"
    imported, _ = imports.receive(patient=adam, by=Actor.user(adam.user_id), now=NOW, content=file, form=Form())
    rows = list(rows_of(adam))
    uids = {str(row.uid) for row in rows if getattr(row, "uid", None)} | {str(imported.uid)}
    keys = names_of(rows)
    one_of_each = names_of(list({type(row): row for row in rows}.values())) | {str(imported.uid)}
    return Everybody(adam, carl, dr_bell, dr_else, sorted(uids), sorted(uids | keys), sorted(one_of_each), in_care)


def names_of(rows: list[Any]) -> set[str]:
    """By what an address may name these rows."""
    return {str(row.uid) for row in rows if getattr(row, "uid", None)} | {r.client_id for r in rows if hasattr(r, "client_id")}


def fill_the_rest(adam: Patient) -> None:
    from tracking.domain.history import Origin

    regimens.start(
        patient=adam,
        by=Actor.user(adam.user_id),
        now=NOW,
        origin=Origin.SELF,
        drug="anastrozole",
        dose_mg="0.5",
        schedule={"kind": "every", "days": "3.5"},
        starts_on=NOW.date() - timedelta(days=20),
        reason="breast tenderness",
        client_id="regimen-1",
    )
    stated = {"patient": adam, "recorded_at": NOW, "recorded_by": str(Actor.user(adam.user_id))}
    timed = stated | {"at": NOW - timedelta(days=9), "precision": "minute", "zone": "Europe/Berlin"}
    with acting_as(Actor.system("test")):
        DoseEvent.objects.create(drug="anastrozole", kind="taken", amount_digits="0.5", client_id="dose-1", **timed)
        scan = DexaScan.objects.create(scanned_on="2026-05-01", client_id="scan-1", **stated)
        DexaSite.objects.create(patient=adam, scan=scan, region="total_hip", bmd_digits="1.0")
        stocked = timed | {"kind": "count", "form": "tablet", "units_digits": "30", "content_digits": "1", "content_unit": "mg"}
        InventoryCount.objects.create(drug="anastrozole", client_id="count-1", **stocked)
        Fracture.objects.create(site="wrist", client_id="fracture-1", **timed)
        RiskFactor.objects.create(code="x", client_id="risk-1", **stated)
        felt_on = (NOW - timedelta(days=9)).date()
        Symptom.objects.create(code="fatigue", score=5, felt_on=felt_on, place=1, client_id="symptom-1", **timed)
        Lifestyle.objects.create(code="sun", digits="90", unit="min/week", since="2026-05-01", client_id="measure-1", **stated)
        DrugUse.objects.create(drug="biotin", since="2026-05-01", client_id="use-1", **stated)
        item = DueItem.objects.filter(patient=adam).order_by("id")[0]
        reminder = Reminder.objects.create(
            patient_id=adam.pk,
            due_item_id=item.pk,
            kind=item.kind,
            stage="on",
            channel="inbox",
            round=1,
            round_began_at=NOW,
            due_on=item.due_on,
            send_at=NOW,
            expires_at=NOW + timedelta(days=9),
            state="claimed",
            claimed_at=NOW,
        )
        InboxMessage.objects.create(patient_id=adam.pk, reminder=reminder, title="t", body="b", created_at=NOW)
        Device.objects.create(patient_id=adam.pk, kind="token", value="t", platform="ios", registered_at=NOW)


def rows_of(man: Patient) -> Iterator[Any]:
    """Of each table the first row and the last two: some hold dozens."""
    with acting_as(Actor.system("test")):
        for table in owned.tables():
            if not table.is_history:
                rows = list(table.model._default_manager.filter(**{table.ownership.owner: man.pk}).order_by("pk"))
                yield from {row.pk: row for row in (*rows[:1], *rows[-2:])}.values()


def client_of(user: User | None) -> APIClient:
    client = APIClient(raise_request_exception=True)
    if user is not None:
        client.credentials(**bearer(user))
    return client


def ask(client: APIClient, route: Route, **values: str) -> Any:
    """One request without a body, undone at once."""
    with transaction.atomic():
        response = getattr(client, route.method)(route.path(**values))
        transaction.set_rollback(True)
    return response


def likely_first(everybody: Everybody, route: Route, let_in: dict[str, str]) -> list[str | None]:
    """The keys to try until one lets in: what let in at another route of this kind, one row of each table, the others."""
    if not route.key:
        return [None]
    tried = [*([let_in[route.kind]] if route.kind in let_in else []), *everybody.one_of_each, *everybody.keys]
    return [key for key in dict.fromkeys(tried) if route.takes(key)]


def any_values(everybody: Everybody, route: Route, key: str | None = None) -> dict[str, str]:
    chosen = key or next(uid for uid in everybody.uids)
    owners = {"patient_uid": str(everybody.adam.uid), "clinic_uid": str(everybody.care.clinic.uid)}
    return owners | ({route.key: chosen} if route.key else {})


def test_the_routes_were_found() -> None:
    assert len(ROUTES) > 60
    assert {(route.pattern, route.method) for route in ROUTES} >= PUBLIC.keys(), "a public route is gone: take it off the list"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "token", [None, "Bearer " + "0" * 40, "Bearer", "Bearer a b", "Token x", "Bearer \u00e9", "Bearer a.b.c"]
)
def test_every_route_refuses_who_is_not_signed_in(everybody: Everybody, token: str | None) -> None:
    client = APIClient()
    if token:
        client.credentials(HTTP_AUTHORIZATION=token)
    answers = {str(route): ask(client, route, **any_values(everybody, route)).status_code for route in GUARDED}
    assert {route: code for route, code in answers.items() if code != 401} == {}


@pytest.mark.django_db
def test_every_route_refuses_an_account_that_was_switched_off(everybody: Everybody) -> None:
    client = client_of(everybody.adam.user)
    everybody.adam.user.is_active = False
    everybody.adam.user.save()
    answers = {str(route): ask(client, route, **any_values(everybody, route)).status_code for route in GUARDED}
    assert {route: code for route, code in answers.items() if code != 401} == {}


def strangers(everybody: Everybody) -> dict[str, User]:
    consent.revoke(patient=everybody.adam, uid=everybody.care.uid, by=Actor.user(everybody.adam.user_id), now=NOW)
    return {
        "a stranger": everybody.carl.user,
        "a prescriber of another clinic": everybody.else_,
        "his prescriber after he revoked": everybody.bell,
    }


@pytest.mark.django_db
def test_every_route_answers_a_stranger_with_404_and_never_with_data(everybody: Everybody) -> None:
    found = []
    for who, user in strangers(everybody).items():
        client = client_of(user)
        for route in (route for route in GUARDED if route.names):
            if route.is_for_a_clinic and user == everybody.bell:
                continue  # she is still a member of her clinic, and nothing of any man is there
            own = route.key and not route.is_for_staff
            for key in [key for key in everybody.one_of_each if route.takes(key)] if own else [None]:
                answer = ask(client, route, **any_values(everybody, route, key))
                if answer.status_code != 404 or everybody.is_told(answer.content):
                    found.append((who, str(route), key, answer.status_code))
    assert found == []


@pytest.mark.django_db
def test_adams_rows_are_not_found_under_another_man(everybody: Everybody) -> None:
    """Dr. Else may see Carl; that opens nothing of Adam's, whatever stands in the rest of the address."""
    client = client_of(everybody.else_)
    found = []
    for route in (route for route in GUARDED if route.is_for_staff and route.key):
        for key in (key for key in everybody.one_of_each if route.takes(key)):
            answer = ask(client, route, patient_uid=str(everybody.carl.uid), **{route.key: key})
            if answer.status_code != 404:
                found.append((str(route), key, answer.status_code))
    assert found == []


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


@pytest.mark.django_db
def test_those_who_have_business_there_are_let_in(everybody: Everybody) -> None:
    """So that the tests above do not pass because an address was built wrongly."""
    found, let_in = [], {}
    bell, adam = client_of(everybody.bell), client_of(everybody.adam.user)
    for route in (route for route in GUARDED if route.names):
        client = bell if route.is_for_staff or route.is_for_a_clinic else adam
        code = 404
        for key in likely_first(everybody, route, let_in):
            code = ask(client, route, **any_values(everybody, route, key)).status_code
            if code != 404:
                let_in |= {route.kind: key} if key else {}
                break
        if code == 404 or code >= 500:
            found.append((str(route), code))
    assert found == []


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
