from __future__ import annotations

import json

import pytest
from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.test import RequestFactory
from django.views.csrf import csrf_failure
from rest_framework import exceptions
from rest_framework.exceptions import ErrorDetail

from backend import errors
from tracking.domain.problems import Issue, Problem, problem


def shown(exc):
    response = errors.handle(exc, {})
    assert response is not None
    assert response.content_type == "application/problem+json"
    assert response.data["status"] == response.status_code
    assert response.data["type"].startswith("/problems/")
    return response


@pytest.mark.parametrize(
    ("kind", "status"),
    [("invalid", 422), ("conflict", 409), ("not-found", 404), ("forbidden", 403), ("precondition", 412)],
)
def test_each_kind_of_problem_has_its_status(kind, status):
    response = shown(problem("/unit", "unit-unknown", "'{received}' is not a unit.", kind=kind, received="x"))
    assert response.status_code == status
    assert response.data["errors"] == [{"pointer": "/unit", "code": "unit-unknown", "detail": "'x' is not a unit."}]
    assert response.data["detail"] == "'x' is not a unit."


def test_every_issue_is_named():
    response = shown(Problem(Issue("/a", "x", "A."), Issue("/b", "y", "B.")))
    assert [issue["pointer"] for issue in response.data["errors"]] == ["/a", "/b"]
    assert response.data["detail"] == "A. B."


def test_errors_of_nested_fields_become_pointers():
    detail = {"sites": [{}, {"b/m~d": [ErrorDetail("Send text.", "type")]}], "non_field_errors": [ErrorDetail("No.", "no")]}
    response = shown(exceptions.ValidationError(detail))
    assert {issue["pointer"]: issue["code"] for issue in response.data["errors"]} == {"/sites/1/b~1m~0d": "type", "": "no"}


def test_the_database_away_says_that_nothing_was_stored_and_when_to_come_back():
    response = shown(OperationalError("connection refused"))
    assert (response.status_code, response["Retry-After"]) == (503, "30")
    assert "refused" not in json.dumps(response.data)


def test_what_a_library_forbids_is_a_problem_too():
    response = shown(PermissionDenied("secret"))
    assert (response.status_code, response.data["type"]) == (403, "/problems/forbidden")
    assert "secret" not in json.dumps(response.data)


def test_what_is_not_foreseen_is_left_to_become_a_500():
    assert errors.handle(KeyError("x"), {}) is None


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (lambda request: errors.bad_request(request, ValueError("secret")), 400),
        (lambda request: errors.permission_denied(request, PermissionDenied("secret")), 403),
        (lambda request: errors.page_not_found(request, ValueError("secret")), 404),
        (errors.server_error, 500),
    ],
)
def test_outside_of_views_the_api_answers_with_problems_and_the_rest_with_pages(rf, answer, status):
    response = answer(rf.get("/api/v1/x"))
    assert (response.status_code, response.headers["Content-Type"]) == (status, "application/problem+json")
    assert "secret" not in response.content.decode()
    assert response.headers["Cache-Control"] == "no-store"
    page = answer(rf.get("/elsewhere"))
    assert (page.status_code, page.headers["Content-Type"]) == (status, "text/html; charset=utf-8")


@pytest.fixture
def rf():
    return RequestFactory()


def test_a_browser_is_refused_in_words_on_a_page_of_ours_that_tells_no_detail(rf):
    request = rf.get("/admin/")
    secret = ValueError("secret")
    for status, page in (
        (400, errors.bad_request(request, secret)),
        (403, errors.permission_denied(request, secret)),
        (403, csrf_failure(request, reason="secret")),
        (404, errors.page_not_found(request, secret)),
        (500, errors.server_error(request)),
    ):
        assert page.status_code == status
        assert "| Trabecula</title>" in page.text
        assert page.text.count("<h1>") == 1
        assert "secret" not in page.text
