"""Our own servers, those of other projects beside them, and connections that are kept, as a phone keeps them."""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from backend.devstack.homes import RUN_FOLDER, remove_unused
from backend.devstack.ports import LOOPBACK, ReservedPort
from backend.devstack.stack import Stack

__all__ = ["CHECKOUT", "MEASURED", "connected", "get", "house", "served"]

CHECKOUT = Path(__file__).parents[1]
# All that production runs. Requests of an account are counted; more of them are answered than a person could send.
MEASURED = {"SIGN_IN_LIMITS": "off", "REQUESTS_A_MINUTE": "1000000"}
_SECONDS_TO_START = 60


@contextmanager
def house() -> Iterator[Stack]:
    """Ours, of which nothing runs yet, in a home that is gone afterwards, as what a killed run left is now."""
    remove_unused(RUN_FOLDER.glob("bench-*"))
    home = RUN_FOLDER / f"bench-{os.getpid()}"
    try:
        with Stack(home) as stack:
            yield stack
    finally:
        remove_unused([home])


@contextmanager
def served(
    *arguments: str,
    environment: Mapping[str, str],
    address: Sequence[str] = ("--bind", "{host}:{port}"),
    folder: Path = CHECKOUT,
) -> Iterator[tuple[int, str]]:
    """Run ``python -m`` with these for as long as the block lasts: its process, and where it answers, once it does."""
    port = ReservedPort()
    where = [part.format(host=LOOPBACK, port=port.number) for part in address]
    command = [sys.executable, "-m", *arguments[:1], *where, *arguments[1:]]
    with subprocess.Popen(command, cwd=folder, env={**os.environ, **environment}, stderr=subprocess.DEVNULL) as server:  # noqa: S603  our own
        try:
            url = f"http://{LOOPBACK}:{port.number}"
            with connected(url):
                pass
            yield server.pid, url
        finally:
            server.terminate()
            server.wait(20)
            port.release()


@contextmanager
def connected(url: str) -> Iterator[http.client.HTTPConnection]:
    """A connection to a server, once it answers."""
    where = urlsplit(url)
    deadline = time.monotonic() + _SECONDS_TO_START
    while True:
        connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=30)
        try:
            connection.connect()
            break
        except ConnectionRefusedError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
    try:
        yield connection
    finally:
        connection.close()


def get(connection: http.client.HTTPConnection, path: str, headers: Mapping[str, str]) -> tuple[bytes, Mapping[str, str]]:
    """The body and the headers; raises RuntimeError unless it was answered with 200 or 304."""
    connection.request("GET", path, headers=dict(headers))
    answer = connection.getresponse()
    body = answer.read()
    if answer.status not in (200, 304):
        raise RuntimeError(f"{path} was answered with {answer.status}: {body[:300]!r}")
    return body, dict(answer.headers)
