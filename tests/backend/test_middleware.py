"""What every request is asked first: its language, and how old its app is."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from backend import titles
from backend.versions import version_of

API = "/api/v1/labs"


@pytest.mark.parametrize(
    ("sent", "title"),
    [
        ("", "Sign in first."),
        ("de", "Melden Sie sich zuerst an."),
        ("de-CH, en;q=0.5", "Melden Sie sich zuerst an."),
        ("fr, de;q=0.3, en;q=0.9", "Sign in first."),
        ("fr", "Sign in first."),
        ("*", "Sign in first."),
        (";;q=x", "Sign in first."),
    ],
)
def test_a_title_comes_in_the_language_that_is_asked_for(client, sent, title):
    answer = client.get(API, headers={"Accept-Language": sent})
    assert (answer.status_code, answer.json()["title"]) == (401, title)
    assert "Accept-Language" in answer.headers["Vary"]
    assert answer.json()["type"] == "/problems/not-signed-in"


def test_every_language_has_every_title():
    told = tomllib.loads(Path(titles.__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    assert set(told) == {"en", "de"}
    assert told["de"].keys() == told["en"].keys()
    assert all(text.endswith(".") for of_language in told.values() for text in of_language.values())


@pytest.mark.parametrize(
    ("least", "sent", "status"),
    [
        ("", "0.1", 401),
        ("2.10", None, 401),
        ("2.10", "2.9.9", 426),
        ("2.10", "2.10", 401),
        ("2.10", "2.10.0.0", 401),
        ("2.10", "10", 401),
        ("2.10", "0", 426),
        ("2.10", "two", 400),
        ("", "two", 400),
        ("2.10", "1.2.3.4.5", 400),
    ],
)
def test_an_app_that_says_it_is_too_old_is_told_to_update(client, settings, least, sent, status):
    settings.LEAST_CLIENT_VERSION = least
    answer = client.get(API, headers={} if sent is None else {"X-Client-Version": sent})
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    if status == 426:
        assert answer.json()["type"] == "/problems/upgrade-required"
        assert answer.json()["detail"].startswith("Update the app to version 2.10 or later.")
    assert client.get("/health/live", headers={"X-Client-Version": "0"}).status_code == 200


def test_versions_compare_as_numbers():
    assert version_of("2.9") < version_of("2.10") == version_of("2.10.0") < version_of("3")
    assert version_of("") is version_of("1.") is version_of("-1") is version_of("1234567") is None
