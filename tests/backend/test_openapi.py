from __future__ import annotations

import re

import pytest
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema
from jsonschema import Draft202012Validator

from tests.tracking.api.contract import resolved


@pytest.fixture(scope="module")
def document():
    GENERATOR_STATS.reset()
    return SchemaGenerator().get_schema(request=None, public=True)


def operations(document):
    return {(path, method): operation for path, methods in document["paths"].items() for method, operation in methods.items()}


def test_the_document_is_valid_openapi_3_1_and_nothing_in_it_was_guessed(document):
    assert document["openapi"].startswith("3.1")
    validate_schema(document)
    assert not GENERATOR_STATS._warn_cache
    assert not GENERATOR_STATS._error_cache


def test_it_is_the_same_each_time_that_it_is_made(document):
    assert SchemaGenerator().get_schema(request=None, public=True) == document


def test_every_operation_has_a_name_of_its_own_a_summary_and_its_problems(document):
    found = operations(document)
    names = [operation["operationId"] for operation in found.values()]
    assert len(names) == len(set(names))
    for (path, method), operation in found.items():
        assert operation["summary"], f"{method} {path}"
        problems = {code for code in operation["responses"] if code.startswith(("4", "5"))}
        assert {"405", "406", "503", "422"} <= problems
        if {} not in operation.get("security", [{}]):
            assert "401" in problems
        for code in problems:
            assert list(resolved(operation["responses"][code])["content"]) == ["application/problem+json"]


def test_the_steps_of_a_sign_in_take_the_session_token_and_nothing_else_does(document):
    open_to_it = {
        path
        for (path, _), operation in operations(document).items()
        if any("sessionToken" in way for way in operation.get("security", ()))
    }
    assert {"/api/v1/auth/email/verify", "/api/v1/auth/2fa/authenticate", "/api/v1/auth/webauthn/signup"} <= open_to_it
    assert all(path.startswith("/api/v1/auth/") or path == "/api/v1/tokens/refresh" for path in open_to_it)


def test_what_needs_no_token_promises_no_401(document):
    assert "401" not in document["paths"]["/api/v1/rulebook"]["get"]["responses"]
    assert "401" in document["paths"]["/api/v1/labs"]["get"]["responses"]


def test_what_a_client_must_send_is_marked(document):
    lab = document["components"]["schemas"]["LabRequest"]
    assert set(lab["required"]) == {"analyte", "value", "unit", "collected_at"}
    assert lab["properties"]["laboratory"]["maxLength"] == 120


def test_every_example_is_what_its_operation_takes_or_answers(document):
    checked = 0
    for (path, method), operation in operations(document).items():
        contents = [("sent", operation.get("requestBody", {})), *operation["responses"].items()]
        for of, content in contents:
            media = content.get("content", {}).get("application/json", {})
            for example in media.get("examples", {}).values():
                schema = {**media["schema"], "components": document["components"]}
                errors = [error.message for error in Draft202012Validator(schema).iter_errors(example["value"])]
                assert errors == [], f"{method} {path} {of}"
                checked += 1
    assert checked > 10


def test_a_key_that_reads_is_a_way_in_where_something_of_a_man_is_read_and_nowhere_else(document):
    open_to_keys = {
        (path, method)
        for (path, method), operation in operations(document).items()
        if any("readToken" in way for way in operation.get("security", ()))
    }
    assert {method for _, method in open_to_keys} == {"get"}
    paths = {path.removeprefix("/api/v1/").partition("/")[0] for path, _ in open_to_keys}
    assert {"labs", "doses", "dexa-scans", "symptoms", "evaluations"} <= paths
    assert not paths & {
        "profile",
        "consents",
        "read-tokens",
        "share-codes",
        "exports",
        "erasure",
        "patients",
        "account",
        "auth",
    }


def test_the_document_is_served_as_json(client):
    response = client.get("/api/v1/schema")
    assert response.status_code == 200
    assert response.json()["openapi"].startswith("3.1")


def test_the_page_works_under_the_strict_policy(client):
    page = client.get("/api/v1/docs")
    assert page.status_code == 200
    html = page.content.decode()
    assert not re.search(r"<style|style=|<script(?![^>]*\bsrc=)|\son\w+=", html)
    policy = dict(part.strip().split(" ", 1) for part in page.headers["Content-Security-Policy"].split(";"))
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert policy["img-src"] == "'self' data:"
    for source in re.findall(r'(?:src|href)="([^"]+)"', html):
        assert source.startswith("/"), f"{source} is not ours"
    script = re.search(r'<script src="(/api/v1/docs\?[^"]+)"', html)
    assert script is not None
    answer = client.get(script[1].replace("&amp;", "&"))
    assert answer.headers["Content-Type"].startswith("application/javascript")
    assert "/api/v1/schema" in answer.content.decode()
