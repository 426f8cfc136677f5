from __future__ import annotations

import json
import re
from copy import deepcopy

import pytest
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema
from jsonschema import Draft202012Validator, FormatChecker

from backend.api import views
from backend.devstack.document import FILE, STALE
from backend.examples import examples
from backend.field_words import undescribed, words
from tests.recorded import tidy
from tests.tracking.api.contract import resolved

# What is no JSON: an example would be bytes.
NO_EXAMPLE = {"application/zip", "text/csv"}


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


def test_whatever_writes_into_a_record_may_meet_something_that_stands_already(document):
    """Found by fuzzing as a prescriber: a release without a body, of an evaluation that stands no longer."""
    of_accounts = ("/api/v1/auth/", "/api/v1/account/", "/api/v1/tokens/")
    writing = {
        f"{method} {path}": "409" in operation["responses"]
        for (path, method), operation in operations(document).items()
        if method != "get" and not path.startswith(of_accounts)
    }
    assert writing["post /api/v1/patients/{patient_uid}/evaluations/{uid}/release"]
    assert [name for name, is_told in writing.items() if not is_told] == []


def test_every_step_of_a_sign_in_may_be_answered_by_another_one(document):
    """Found by fuzzing: who is on the way to a new password is told so wherever he goes on."""
    steps = {name: one for name, one in operations(document).items() if any("sessionToken" in way for way in one["security"])}
    assert len(steps) >= 15
    assert [name for name, one in steps.items() if "202" not in one["responses"]] == []


def test_what_needs_no_token_promises_no_401(document):
    assert "401" not in document["paths"]["/api/v1/rulebook"]["get"]["responses"]
    assert "401" in document["paths"]["/api/v1/labs"]["get"]["responses"]


def test_who_has_nothing_but_the_document_is_told_how_to_begin_and_what_holds_everywhere(document):
    told = document["info"]["description"]
    assert not [
        word for word in ("/auth/signup", "Bearer", "RFC 9457", "If-Match", "Idempotency-Key", "/sync") if word not in told
    ]
    answers = document["paths"]["/api/v1/labs"]["post"]["responses"]
    assert {code: sorted(answers[code]["headers"]) for code in ("200", "201")} == {
        code: ["ETag", "Idempotent-Replayed"] for code in ("200", "201")
    }


def test_what_a_client_must_send_is_marked(document):
    lab = document["components"]["schemas"]["LabRequest"]
    assert set(lab["required"]) == {"analyte", "value", "unit", "collected_at"}
    assert lab["properties"]["laboratory"]["maxLength"] == 120


def bodies(operation):
    """What an operation takes and answers, by what it is, where it has a body."""
    for of, content in (("sent", operation.get("requestBody", {})), *operation["responses"].items()):
        for kind, media in resolved(content).get("content", {}).items():
            yield of, kind, media


def test_every_operation_says_what_it_is_for(document):
    assert [f"{method} {path}" for (path, method), one in operations(document).items() if len(one["description"]) < 20] == []


def test_every_field_and_every_parameter_says_what_it_is(document):
    assert [(shape, name) for shape, name, _ in undescribed(document)] == [], (
        "say it in help_text, or in backend/field_words.toml"
    )
    shared = document["components"]["parameters"].values()
    stated = [one for operation in operations(document).values() for one in operation["parameters"] if "$ref" not in one]
    assert {one["name"] for one in (*stated, *shared) if len(one.get("description", "")) < 10} == set()


def test_every_word_for_a_field_is_of_one_that_there_is(document):
    shapes = document["components"]["schemas"]
    said = {
        (shape, name): field.get("description")
        for shape, one in shapes.items()
        for name, field in one.get("properties", {}).items()
    }
    found = {name for (_, name), word in said.items() if word and word == words()["everywhere"].get(name)}
    assert words()["everywhere"].keys() == found
    own = {
        (shape, name): word for shape, of_shape in words().items() if shape != "everywhere" for name, word in of_shape.items()
    }
    assert {key: said.get(key) for key in own} == own


def test_no_shape_is_described_by_what_its_code_is_made_from(document):
    told = [schema.get("description", "") for schema in document["components"]["schemas"].values()]
    assert not [text for text in told if "for the document" in text or text.startswith(("A body.", "What every"))]


@pytest.mark.parametrize(
    ("path", "name", "form"),
    [
        ("labs", "limit", {"type": "integer", "minimum": 1, "maximum": 200}),
        ("labs", "since", {"type": "integer", "minimum": 0, "format": "int64"}),
        ("labs", "from", {"type": "string", "format": "date"}),
        ("labs", "status", {"type": "string", "enum": ["standing", "superseded", "withdrawn", "all"]}),
        ("inbox", "unread", {"type": "boolean"}),
        ("export", "as", {"type": "string", "pattern": "^(csv|fhir|json)$"}),
        ("export", "of", {"type": "string", "enum": ["labs", "scans", "doses", "regimens"]}),
        ("sync", "last_pulled_at", {"type": "integer", "minimum": 0, "format": "int64"}),
    ],
)
def test_a_parameter_says_what_it_looks_like(document, path, name, form):
    told = {one["name"]: one for one in document["paths"][f"/api/v1/{path}"]["get"]["parameters"] if "name" in one}
    assert told[name]["schema"] == form


def test_every_body_that_is_sent_or_answered_has_an_example(document):
    without = {
        f"{method} {path}: {of} {kind}"
        for (path, method), operation in operations(document).items()
        for of, kind, media in bodies(operation)
        if "examples" not in media and kind not in NO_EXAMPLE
    }
    assert sorted(without) == []


def test_every_example_is_what_its_shape_promises_and_nothing_more(document):
    closed = deepcopy(document)
    for schema in closed["components"]["schemas"].values():
        if "properties" in schema:
            schema.setdefault("additionalProperties", False)
    held = {}
    for operation in operations(closed).values():
        for of, _, media in bodies(operation):
            for example in media.get("examples", {}).values():
                held[example["$ref"]] = (of, media["schema"])
    names = {f"#/components/examples/{name}" for name in document["components"]["examples"]}
    assert held.keys() == names, "an example that is of nothing"
    found = {}
    for ref, (of, schema) in held.items():
        validator = Draft202012Validator({**schema, "components": closed["components"]}, format_checker=FormatChecker())
        value = resolved({"$ref": ref})["value"]
        assert value not in (None, "", {}) or of == "sent", ref
        if errors := [f"{list(error.absolute_path)}: {error.message}" for error in validator.iter_errors(value)]:
            found[ref] = errors
    assert found == {}, "record them anew: make examples"


def test_no_recorded_example_is_of_a_shape_that_is_gone(document):
    assert examples().keys() == document["components"]["examples"].keys()


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


def test_whatever_a_post_makes_is_linked_to_all_that_can_be_done_at_its_address(document):
    """The address of a row begins with the one that makes it; a client, and the fuzzer, need not know that."""
    found = operations(document)
    made = 0
    for (path, method), operation in found.items():
        answers = [answer for code, answer in operation["responses"].items() if code.startswith("2") and "content" in answer]
        at_row = {
            one["operationId"] for (other, _), one in found.items() if re.fullmatch(re.escape(path) + r"/\{\w+\}[^{]*", other)
        }
        if method != "post" or not at_row:
            continue
        for answer in answers:
            assert {link["operationId"] for link in answer["links"].values()} == at_row, path
            made += len(at_row)
    assert made > 100
    link = document["paths"]["/api/v1/patients/{patient_uid}/labs"]["post"]["responses"]["201"]["links"][
        "patients_labs_one_get"
    ]
    assert link["parameters"] == {"path.patient_uid": "$request.path.patient_uid", "path.key": "$response.body#/lab/id"}


def test_the_examples_hold_nothing_that_another_recording_would_change():
    assert {name: tidy(value) for name, value in examples().items()} == examples()


def test_the_document_is_served_as_json_and_made_once_for_all_who_ask(client, document, monkeypatch):
    """Anybody may ask, and making it takes more than a second."""
    monkeypatch.setattr(views.SchemaGenerator, "get_schema", lambda *_, **__: made.append(1) or document)
    made = []
    views._document.cache_clear()
    for language in ("en", "de", "en"):
        response = client.get("/api/v1/schema", headers={"Accept-Language": language})
        assert (response.status_code, response.headers["Content-Type"]) == (200, "application/vnd.oai.openapi+json")
        assert response.json() == json.loads(json.dumps(document))
    assert len(made) == 1
    views._document.cache_clear()


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


def test_the_document_in_the_repository_is_current(document):
    assert json.loads(FILE.read_text(encoding="utf-8")) == json.loads(json.dumps(document)), STALE
