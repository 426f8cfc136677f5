from __future__ import annotations

import pytest
from django.urls import get_resolver

from notifications.api.urls import link_patterns
from notifications.domain.addresses import WITH_A_SECRET, without_secrets


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ('"GET /calendar/Ab-_9.ics HTTP/1.1" 200', '"GET /calendar/... HTTP/1.1" 200'),
        ("POST /r/0a1b:Zz-_9", "POST /r/..."),
        ("https://x.example/u/0a1b:Zz?x=1 next", "https://x.example/u/...?x=1 next"),
        ('{"request": "GET /r/0a:Z", "code": 404}', '{"request": "GET /r/...", "code": 404}'),
        ("/r/a /u/b", "/r/... /u/..."),
        ("/api/v1/labs?cursor=r/a", "/api/v1/labs?cursor=r/a"),
        ("/r/", "/r/"),
    ],
)
def test_what_lets_in_is_left_out_and_nothing_else(said: str, written: str) -> None:
    assert without_secrets(said) == written


def test_every_address_with_a_token_is_one_whose_token_is_left_out() -> None:
    routes = [str(pattern.pattern) for pattern in (*get_resolver().url_patterns, *link_patterns)]
    assert {route.partition("/")[0] for route in routes if "token" in route} == set(WITH_A_SECRET)
