"""What every answer says to browsers and caches, and whom a browser's cookie lets act: by walking all addresses."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver

from tests.conftest import PASSWORD
from tests.desks import at_desk
from tests.everybody import Everybody, everybody
from tests.rules.test_every_admin import GUARDED as PAGES
from tests.rules.test_every_admin import address, kept
from tests.rules.test_every_route import GUARDED, KEPT_BY_CACHES, ROUTES, any_values, ask, client_of, walk
from tracking.domain.actor import Actor
from tracking.services.access import acting_as

__all__ = ["everybody", "kept"]  # fixtures of their own modules

pytestmark = pytest.mark.django_db

LEAVING = "/admin/logout/"


def outside_the_api() -> Iterator[str]:
    """Every other address, with something in its places."""
    for pattern, _ in walk(get_resolver().url_patterns):
        if not pattern.startswith(("api/v1/", "admin/")):
            plain = re.sub(r"\(\?P<\w+>[^)]*\)|<\w+:\w+>", "Patient", pattern.replace("(?:/_search)?", "").replace("\\", ""))
            yield "/" + plain.strip("^$").replace("$^", "").replace("^", "").replace(".*", "x")


def test_no_answer_with_anything_of_a_man_may_be_kept_by_a_cache(everybody: Everybody) -> None:
    """Every address as who has business there; ``ask``, by which other tests walk the routes, holds each answer to it too."""
    bell, adam = client_of(everybody.bell), client_of(everybody.adam.user)
    read = [route for route in ROUTES if route.method == "get" and route.pattern not in KEPT_BY_CACHES]
    answers = [
        (str(route), ask(bell if route.is_for_staff or route.is_for_a_clinic else adam, route, **any_values(everybody, route)))
        for route in read
    ]
    answers += [(path, adam.get(path)) for path in outside_the_api()]
    assert len([True for _, answer in answers if answer.status_code == 200]) > 40
    assert {path for path, answer in answers if "no-store" not in answer.headers.get("Cache-Control", "")} == set()


def test_every_page_of_the_desk_is_forgotten_by_the_browser_and_framed_by_nobody(kept: Any, dr_bell: Any, in_care: Any) -> None:
    browser, found, seen = at_desk(dr_bell), [], 0
    for route, entry in PAGES:
        path = address(route, kept)
        if path == LEAVING:
            continue
        answer = browser.get(path)
        said = answer.headers
        seen += answer.status_code == 200
        # What is refused shows nothing that a browser could keep.
        is_forgotten = "no-store" in said.get("Cache-Control", "") or answer.status_code in (302, 403, 404, 405)
        if not (
            is_forgotten
            and said.get("X-Content-Type-Options") == "nosniff"
            and said.get("Referrer-Policy") == "same-origin"
            and {"frame-ancestors 'none'", "object-src 'none'", "base-uri 'none'"} <= set(policy_of(said))
        ):
            found.append((entry.name, answer.status_code, dict(said)))
    assert found == []
    assert seen > 15


def policy_of(said: Any) -> list[str]:
    return [one.strip() for one in said.get("Content-Security-Policy", "").split(";")]


def test_no_form_of_the_desk_is_taken_from_another_site(kept: Any, dr_bell: Any, in_care: Any) -> None:
    """Her browser sends its cookie along; what is missing is what only our own page knows."""
    browser, found = at_desk(dr_bell, Client(enforce_csrf_checks=True)), []
    for route, entry in PAGES:
        path = address(route, kept)
        for sent in ({}, {"headers": {"Origin": "https://example.net"}}):
            answer = browser.post(path, {"csrfmiddlewaretoken": "x" * 64}, **sent)
            # 405: nothing is taken there from anybody.
            if answer.status_code not in (403, 405):
                found.append((entry.name, answer.status_code))
    assert found == []
    anonymous = Client(enforce_csrf_checks=True)
    for path in ("/admin/login/", "/admin/login/code/", "/admin/login/set-up/"):
        assert anonymous.post(path, {"username": "bell@example.org", "password": PASSWORD}).status_code == 403, path


def test_the_cookie_of_the_desk_opens_nothing_of_the_api(everybody: Everybody) -> None:
    """A page of another site could make her browser send it."""
    browser = at_desk(everybody.bell)
    answers = {str(route): ask(browser, route, **any_values(everybody, route)).status_code for route in GUARDED}
    assert {route: code for route, code in answers.items() if code != 401} == {}
    assert browser.get(f"/fhir/r4/Patient/{everybody.adam.uid}").status_code == 401


def test_no_origin_is_let_read_across(adam: Any) -> None:
    client = client_of(adam.user)
    for method in (client.get, client.options):
        answer = method("/api/v1/labs", headers={"Origin": "https://example.net", "Access-Control-Request-Method": "GET"})
        assert not [name for name in answer.headers if name.lower().startswith("access-control-")]


def test_a_request_is_not_echoed(client: Client) -> None:
    for path in ("/", "/api/v1/labs", "/admin/login/", "/health/live"):
        answer = client.generic("TRACE", path, HTTP_AUTHORIZATION="Bearer planted")
        assert answer.status_code in (401, 403, 404, 405)
        assert "planted" not in answer.content.decode()


def test_a_packed_body_is_not_unpacked(adam: Any) -> None:
    """A bomb of a kilobyte would fill the memory: nothing here unpacks what it was not asked to."""
    client = client_of(adam.user)
    packed = gzip.compress(json.dumps({"analyte": "x" * 10_000_000}).encode())
    assert len(packed) < 20_000
    answer = client.generic("POST", "/api/v1/labs", packed, content_type="application/json", HTTP_CONTENT_ENCODING="gzip")
    assert answer.status_code == 400
    assert answer.json()["type"] == "/problems/unreadable"


def test_no_script_can_read_a_cookie_of_the_desk(dr_bell: Any, client: Client) -> None:
    client.get("/admin/login/")
    client.post("/admin/login/", {"username": dr_bell.email, "password": PASSWORD})
    assert set(client.cookies) == {"csrftoken", "sessionid"}
    for cookie in client.cookies.values():
        assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["domain"]) == (True, "Lax", "/", "")


def test_leaving_the_desk_makes_the_browser_forget(dr_bell: Any) -> None:
    browser = at_desk(dr_bell)
    answer = browser.post(LEAVING)
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert browser.get("/admin/").status_code == 302


def test_an_app_that_speaks_without_tls_is_refused_and_not_led_on(adam: Any, settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = True
    client = client_of(adam.user)
    for path in ("/api/v1/profile", f"/fhir/r4/Patient/{adam.uid}"):
        refused = client.get(path)
        assert refused.status_code == 403
        assert "Use https." in refused.content.decode()
        assert "Adam" not in refused.content.decode()
        assert client.get(path, secure=True).status_code == 200
    page = client.get("/admin/login/")
    assert (page.status_code, page.headers["Location"]) == (301, "https://testserver/admin/login/")


def test_no_text_of_a_man_stands_in_a_header(adam: Any, dr_bell: Any, in_care: Any) -> None:
    """File names are fixed or of a uid, so there is nothing to smuggle a line or a quote through."""
    named = 'Adam";\r\nSet-Cookie: x=1'
    with acting_as(Actor.system("test")):
        type(adam).objects.filter(pk=adam.pk).update(name=named)
    client, seen = client_of(adam.user), 0
    for path in ("/api/v1/export?as=csv", "/api/v1/export?as=fhir", "/api/v1/profile"):
        answer = client.get(path)
        said = "".join(f"{name}: {value}" for name, value in answer.headers.items())
        assert "Adam" not in said
        assert "Set-Cookie" not in said
        seen += "filename=" in said
    page = at_desk(dr_bell).get(f"/admin/tracking/patient/{adam.uid}/summary.pdf")
    assert page.headers["Content-Disposition"] == f'inline; filename="summary-{adam.uid}.pdf"'
    assert seen
