"""Database and broker may be reached by TLS, by their addresses alone; a server that cannot show who it is is not spoken to.

The embedded servers have no TLS, so a relay in front of each ends it, as a tunnel would.
"""

from __future__ import annotations

import os
import socket
import ssl
import threading
from contextlib import closing, suppress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import kombu
import psycopg
import pytest
import redis
from django.core.cache.backends.redis import RedisCache
from django.db.utils import ConnectionHandler

from backend import broker
from backend.settings import database
from tests.certificates import certificate

if TYPE_CHECKING:
    from pathlib import Path

# What a client of PostgreSQL says first where it wants TLS: its length, and a number that is no version.
ASKS_FOR_TLS = (8).to_bytes(4, "big") + (80877103).to_bytes(4, "big")


def pour(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while got := source.recv(65536):
            target.sendall(got)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)


@pytest.fixture
def relayed(tmp_path):
    """A function that puts a relay in front of the server of an address; the port, and the certificate that it shows."""
    shown = certificate(tmp_path, "shown")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(shown)
    listening: list[socket.socket] = []

    def relay(url: str) -> tuple[int, Path]:
        place = urlsplit(url)
        door = socket.create_server(("127.0.0.1", 0))
        listening.append(door)

        def one(client: socket.socket) -> None:
            with suppress(OSError), closing(client):
                if place.scheme.startswith("postgres"):
                    assert client.recv(8, socket.MSG_WAITALL) == ASKS_FOR_TLS
                    client.sendall(b"S")
                with (
                    context.wrap_socket(client, server_side=True) as inner,
                    socket.create_connection((place.hostname, place.port)) as server,
                ):
                    threading.Thread(target=pour, args=(server, inner), daemon=True).start()
                    pour(inner, server)

        def serve() -> None:
            with suppress(OSError):
                while True:
                    threading.Thread(target=one, args=(door.accept()[0],), daemon=True).start()

        threading.Thread(target=serve, daemon=True).start()
        return int(door.getsockname()[1]), shown

    yield relay
    for door in listening:
        door.shutdown(socket.SHUT_RDWR)
        door.close()


def test_the_database_is_asked_who_it_is(relayed, tmp_path):
    url = os.environ["DATABASE_URL"]
    port, shown = relayed(url)
    through = url.replace(f":{urlsplit(url).port}/", f":{port}/")

    def answer(trusted: Path) -> object:
        asked = database(f"{through}?sslmode=verify-full&sslrootcert={trusted}")
        django = ConnectionHandler({"default": asked})["default"]
        with closing(django.get_new_connection(django.get_connection_params())) as connection:
            return connection.pgconn.ssl_in_use

    assert answer(shown) is True
    with pytest.raises(psycopg.OperationalError, match="certificate verify failed"):
        answer(certificate(tmp_path, "another"))


def test_the_broker_is_asked_who_it_is_by_everybody_who_speaks_to_it(relayed, tmp_path, settings):
    place = urlsplit(os.environ["BROKER_URL"])
    port, shown = relayed(os.environ["BROKER_URL"])

    def address(trusted: Path) -> str:
        return f"rediss://{place.netloc.rpartition('@')[0]}@127.0.0.1:{port}/0?ssl_cert_reqs=required&ssl_ca_certs={trusted}"

    settings.BROKER_URL = address(shown)
    assert broker.waiting() is not None
    assert RedisCache(address(shown), {}).get("nothing") is None
    with kombu.Connection(address(shown)) as tasks:
        tasks.ensure_connection(max_retries=1)
    wrong = address(certificate(tmp_path, "another"))
    settings.BROKER_URL = wrong
    assert broker.waiting() is None
    with pytest.raises(redis.ConnectionError, match="certificate verify failed"):
        RedisCache(wrong, {}).get("nothing")
    with kombu.Connection(wrong) as tasks, pytest.raises(kombu.exceptions.OperationalError, match="certificate verify failed"):
        tasks.ensure_connection(max_retries=1)
