"""Addresses that this server sends to. They come from settings alone, and a wrong one could tell in clear what is a man's."""

from __future__ import annotations

from urllib.parse import urlsplit

__all__ = ["fault_of_address"]

_LOOPBACK = ("127.0.0.1", "::1", "localhost")


def fault_of_address(address: str, *, loopback: bool) -> str:
    """Why nothing is sent there, with what is accepted; empty where it is fine. It repeats nothing of the address.

    Accepted is https. ``loopback``: http as well, to this machine itself, for development and tests.
    """
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return _ACCEPTED
    plain = parts.scheme == "http" and loopback and host in _LOOPBACK
    if not host or not (parts.scheme == "https" or plain) or parts.username is not None or parts.query or parts.fragment:
        return _ACCEPTED
    return ""


_ACCEPTED = "Accepted: an address such as https://fcm.googleapis.com, without a login, a query or a fragment."
