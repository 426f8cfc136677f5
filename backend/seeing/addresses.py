"""The settings that name such a service, read and refused before anything is sent. Pure.

What is told is ids, patterns and kinds, and a key comes with it: https, then, or http where it cannot leave the house, which is
to this machine or to a name without a point, as the containers of one network have them.
"""

from __future__ import annotations

import re
from urllib.parse import SplitResult, unquote, urlsplit

__all__ = ["envelopes_of", "fault_of_dsn", "fault_of_endpoint", "fault_of_headers", "fault_of_share", "headers_of"]

_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_NAME_INSIDE = re.compile(r"(?!0x)[a-z][a-z0-9-]*")
_KEY = re.compile(r"[0-9A-Za-z]+")
_PROJECT = re.compile(r"/[0-9]+\Z")
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_VALUE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?")


def fault_of_dsn(dsn: str) -> str:
    """Why this is no DSN that we send to, with what is accepted; empty where it is one. It repeats nothing of it."""
    parts = _split(dsn)
    if (
        parts
        and _stays_unread(parts)
        and parts.password is None
        and _KEY.fullmatch(parts.username or "")
        and _PROJECT.search(parts.path)
    ):
        return ""
    return (
        "Accepted: what Sentry shows as the DSN of a project, https://key@host/number; http only to this machine, or to a name"
        " without a point."
    )


def envelopes_of(dsn: str) -> tuple[str, str]:
    """Where envelopes of this project are sent, and its key. ``dsn``: one that has no fault."""
    parts = urlsplit(dsn)
    below, _, project = parts.path.rpartition("/")
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{below}/api/{project}/envelope/", str(parts.username)


def fault_of_endpoint(endpoint: str) -> str:
    """The same of the base address of a collector of OTLP over HTTP; ``/v1/traces`` is added to it."""
    parts = _split(endpoint)
    if parts and _stays_unread(parts) and parts.username is None and not parts.path.rstrip("/").endswith("/v1/traces"):
        return ""
    return (
        "Accepted: an address such as https://collector.example.org:4318, without a login, a query and /v1/traces; http only to"
        " this machine, or to a name without a point."
    )


def headers_of(text: str) -> dict[str, str]:
    """``name=value`` pairs, separated by commas, the values percent-encoded. ValueError where it is not that."""
    found = {}
    for pair in filter(str.strip, text.split(",")):
        name, between, value = pair.partition("=")
        name, value = name.strip(), unquote(value.strip())
        if not between or not _HEADER.fullmatch(name) or not _VALUE.fullmatch(value):
            raise ValueError
        found[name.lower()] = value
    return found


def fault_of_headers(text: str) -> str:
    """Why these are no headers, without repeating them: they hold a key."""
    try:
        headers_of(text)
    except ValueError:
        return "Accepted: name=value, several separated by commas, values percent-encoded: Authorization=Bearer%20..."
    return ""


def fault_of_share(share: float) -> str:
    """Why so large a part of the traces cannot be kept."""
    return "" if 0 <= share <= 1 else "Accepted: from 0 (none) to 1 (all)."


def _split(address: str) -> SplitResult | None:
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        return None
    return parts if parts.hostname and not parts.query and not parts.fragment and address.isprintable() else None


def _stays_unread(parts: SplitResult) -> bool:
    host = parts.hostname or ""
    return parts.scheme == "https" or (
        parts.scheme == "http" and (host in _LOOPBACK or _NAME_INSIDE.fullmatch(host) is not None)
    )
