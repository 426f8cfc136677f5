"""Whatever is sent, the answer is a problem that says what to send instead; never a 500, and nothing is stored."""

from __future__ import annotations

import json

import pytest

from tests.tracking.api.contract import ESTRADIOL, issues

JSON = "application/json"


def post(client, raw, content_type=JSON, path="/api/v1/labs"):
    return client.generic("POST", path, data=raw, content_type=content_type)


def with_value(raw):
    """The ordinary result, with this piece of JSON as its value."""
    return json.dumps(ESTRADIOL | {"value": "@"}).replace('"@"', raw)


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "JSON"),
        (b"{", "not JSON"),
        (b"{'value': 1}", "not JSON"),
        (b'{"value": "24.0",}', "not JSON"),
        (b"\xff\xfe", "UTF-8"),
        (b'\xef\xbb\xbf{"value": "24.0"}', "not JSON"),
        (with_value("NaN"), "NaN"),
        (with_value("-Infinity"), "Infinity"),
        (with_value("1e999"), "out of range"),
        (with_value("1" * 41), "out of range"),
        (with_value("1" * 5000), "out of range"),
        (with_value("[" * 30 + "]" * 30), "nested"),
        ("[" * 100_000 + "]" * 100_000, "nested"),
        ('{"value": "24.0", "value": "9.0"}', "twice"),
        ('{"schedule": {"kind": "daily", "kind": "every"}}', "twice"),
    ],
)
def test_what_is_not_json_with_one_reading_is_unreadable(by_adam, raw, said):
    answer = post(by_adam, raw)
    if answer.status_code == 422:  # an empty body is an object without fields
        assert raw == b""
        return
    assert answer.status_code == 400
    assert answer.json()["type"] == "/problems/unreadable"
    assert said in answer.json()["detail"]


@pytest.mark.parametrize("raw", ["[]", '"24.0"', "24.0", "null", "true", "[{}]"])
def test_a_body_that_is_no_object_is_refused(by_adam, raw):
    answer = post(by_adam, raw)
    assert answer.status_code == 422
    assert list(issues(answer)) == [""]


@pytest.mark.parametrize(
    ("raw", "pointer"),
    [
        (r'{"laboratory": "a\u0000b"}', "/laboratory"),
        (r'{"laboratory": "\ud800"}', "/laboratory"),
        (r'{"value": ["a", "\udfff"]}', "/value/1"),
        (r'{"a/b~c": "\u0000"}', "/a~1b~0c"),
        (r'{"\ud800": 1}', ""),
    ],
)
def test_text_that_cannot_be_stored_is_named(by_adam, raw, pointer):
    answer = post(by_adam, raw)
    assert answer.status_code == 422
    assert list(issues(answer)) == [pointer]


def test_a_pair_of_surrogates_is_one_character(by_adam):
    raw = json.dumps(ESTRADIOL | {"laboratory": "Labor \U0001f9ea"})
    assert post(by_adam, raw).json()["lab"]["laboratory"] == "Labor \U0001f9ea"


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/xml"]
)
def test_another_content_type_is_refused(by_adam, content_type):
    answer = post(by_adam, json.dumps(ESTRADIOL), content_type)
    assert answer.status_code == 415
    assert answer.json()["type"] == "/problems/media-type"


def test_three_megabytes_are_too_many(by_adam):
    answer = post(by_adam, json.dumps(ESTRADIOL | {"laboratory": "x" * 3_000_000}))
    assert answer.status_code == 413
    assert "2.5 MB" in answer.json()["detail"]


def test_only_json_comes_back(by_adam):
    answer = by_adam.get("/api/v1/labs", headers={"accept": "text/html"})
    assert answer.status_code == 406
    assert answer.json()["type"] == "/problems/not-acceptable"


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PATIENT", "ACTOR", "USER", "__INIT__"])
def test_a_method_that_the_address_does_not_know_is_refused(by_adam, method):
    assert by_adam.generic(method, "/api/v1/labs").status_code == 405


def test_many_unknown_fields_are_not_repeated_without_end(by_adam):
    answer = post(by_adam, json.dumps(ESTRADIOL | {f"field-{number}" * 30: 1 for number in range(1000)}))
    assert answer.status_code == 422
    assert len(answer.content) < 10_000


@pytest.mark.parametrize("key", ["%00", "a%2Fb", "a" * 37, "%F0%9F%A7%AA", "a b", "..%2F"])
def test_an_id_that_nobody_mints_is_no_address(by_adam, key):
    answer = by_adam.send("GET", f"/labs/{key}")
    assert answer.status_code == 404
    assert answer.json()["type"] == "/problems/not-found"


def test_an_address_that_does_not_exist_answers_with_a_problem(anybody):
    answer = anybody.get("/api/v1/nothing")
    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/problem+json"
