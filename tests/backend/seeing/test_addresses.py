"""Where errors and spans may be sent."""

from __future__ import annotations

import pytest

from backend.seeing.addresses import envelopes_of, fault_of_dsn, fault_of_endpoint, fault_of_headers, fault_of_share, headers_of


@pytest.mark.parametrize(
    ("host", "is_taken"),
    [
        ("https://{key}sentry.example.org", True),
        ("https://{key}sentry.example.org:9000", True),
        ("https://{key}[2001:db8::1]", True),
        ("http://{key}relay:3000", True),  # a container of the same network
        ("http://{key}localhost:3000", True),
        ("http://{key}127.0.0.1:3000", True),
        ("http://{key}[::1]:3000", True),
        ("http://{key}sentry.example.org", False),
        ("http://{key}192.168.1.2", False),
        ("http://{key}3232235778", False),  # the same, written as one number
        ("http://{key}0xc0a80102", False),
        ("ftp://{key}relay", False),
        ("https://{key}", False),
        ("https://{key}host:99999", False),
        ("https://{key}host\n", False),
        ("{key}relay", False),
    ],
)
def test_what_leaves_the_house_is_sealed(host: str, is_taken: bool) -> None:
    assert (not fault_of_dsn(host.format(key="c0ffee@") + "/42")) == is_taken
    assert (not fault_of_endpoint(host.format(key=""))) == is_taken
    assert (not fault_of_endpoint(host.format(key="") + "/base/")) == is_taken


@pytest.mark.parametrize(
    "dsn",
    [
        "https://host/42",
        "https://key:secret@host/42",
        "https://key@host/",
        "https://key@host/x",
        "https://key@host/4?x=1",
        "https://k-y@host/4",
    ],
)
def test_a_dsn_has_a_key_and_a_number_and_no_more(dsn: str) -> None:
    assert fault_of_dsn(dsn).startswith("Accepted: ")
    assert fault_of_dsn("https://key@host/below/42") == ""


@pytest.mark.parametrize(
    "endpoint", ["https://host/v1/traces", "https://host/v1/traces/", "https://key@host", "https://host?x=1"]
)
def test_an_endpoint_is_the_base_of_a_collector(endpoint: str) -> None:
    assert fault_of_endpoint(endpoint).startswith("Accepted: ")


@pytest.mark.parametrize(
    ("text", "headers"),
    [
        ("", {}),
        ("Authorization=Bearer%20x=y, x-tenant=a", {"authorization": "Bearer x=y", "x-tenant": "a"}),
        ("a=b,", {"a": "b"}),
    ],
)
def test_headers_are_pairs(text: str, headers: dict[str, str]) -> None:
    assert headers_of(text) == headers
    assert fault_of_headers(text) == ""


@pytest.mark.parametrize("text", ["secret", "=secret", "a b=secret", "a=secret%0d%0aX: y", "a=", "a=s\u00e9cret"])
def test_what_is_no_header_is_refused_and_not_repeated(text: str) -> None:
    assert fault_of_headers(text).startswith("Accepted: name=value")
    assert "secret" not in fault_of_headers(text)


@pytest.mark.parametrize(
    ("share", "is_taken"), [(0.0, True), (1.0, True), (0.25, True), (-0.01, False), (1.01, False), (float("nan"), False)]
)
def test_a_share_lies_between_none_and_all(share: float, is_taken: bool) -> None:
    assert (not fault_of_share(share)) == is_taken


@pytest.mark.parametrize(
    ("dsn", "url"),
    [
        ("https://key@host/42", "https://host/api/42/envelope/"),
        ("https://key@host:9000/below/42", "https://host:9000/below/api/42/envelope/"),
        ("http://key@[::1]:3000/42", "http://[::1]:3000/api/42/envelope/"),
    ],
)
def test_a_dsn_says_where_its_envelopes_go(dsn: str, url: str) -> None:
    assert envelopes_of(dsn) == (url, "key")
