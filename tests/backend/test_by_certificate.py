"""Database and broker let our processes in by their certificates, and nobody has a password.

The embedded servers have no TLS, so these are the system's own, where it has any.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import kombu
import psycopg
import pytest
import redis
from django.core.cache.backends.redis import RedisCache
from django.db.utils import ConnectionHandler

from backend import broker
from backend.backup.server import Server
from backend.devstack.ports import free_port
from backend.settings import database
from tests.certificates import certificate

POSTGRES = max(Path("/usr/lib/postgresql").glob("*/bin"), default=Path("/nowhere"), key=lambda path: int(path.parent.name))
REDIS = shutil.which("valkey-server") or shutil.which("redis-server")
ROLES = ("trabecula_app", "trabecula_owner")
SECONDS = 20.0


@pytest.fixture
def folder() -> Iterator[Path]:
    """Where another account can read too: PostgreSQL does not run as root."""
    with tempfile.TemporaryDirectory(prefix="trabecula-certificates-", dir="/tmp") as made:
        path = Path(made)
        path.chmod(0o711)
        yield path


def run(*argv: str | Path, **more: Any) -> None:
    subprocess.run([str(part) for part in argv], check=True, capture_output=True, **more)


def wait_until(answers: Callable[[], Any]) -> None:
    deadline = time.monotonic() + SECONDS
    while not answers():
        assert time.monotonic() < deadline, "the server did not answer"
        time.sleep(0.02)


@pytest.fixture
def postgres(folder: Path) -> Iterator[tuple[int, Path]]:
    """Its port, and its certificate. It knows two roles, neither with a password, and lets in who shows a certificate."""
    account = {"user": "nobody", "group": "nogroup"} if os.geteuid() == 0 else {}
    home = folder / "postgres"
    home.mkdir()
    shown = certificate(home, "server")
    known = home / "known.pem"
    known.write_bytes(b"".join(certificate(folder, role).read_bytes().partition(b"-----BEGIN PRIVATE")[0] for role in ROLES))
    if account:
        for path in (home, shown, known):
            shutil.chown(path, **account)
    data = home / "data"
    run(POSTGRES / "initdb", "--pgdata", data, "--username", "postgres", "--auth", "reject", "--no-sync", cwd=home, **account)
    (data / "pg_hba.conf").write_text("hostssl all all 127.0.0.1/32 cert\n")
    made = "".join(f"CREATE ROLE {role} LOGIN;\n" for role in ROLES)
    run(POSTGRES / "postgres", "--single", "-D", data, "postgres", input=made.encode(), cwd=home, **account)
    port = free_port()
    settings = {
        "port": port, "listen_addresses": "127.0.0.1", "unix_socket_directories": "", "fsync": "off",
        "ssl": "on", "ssl_cert_file": shown, "ssl_key_file": shown, "ssl_ca_file": known,
    }  # fmt: skip
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    argv = [str(POSTGRES / "postgres"), "-D", str(data), *options]
    with subprocess.Popen(argv, cwd=home, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **account) as server:
        try:
            asks = [str(POSTGRES / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)]
            wait_until(lambda: subprocess.run(asks, check=False).returncode == 0)
            trusted = folder / "trusted.pem"
            trusted.write_bytes(shown.read_bytes().partition(b"-----BEGIN PRIVATE")[0])
            yield port, trusted
        finally:
            server.terminate()


@pytest.mark.skipif(not (POSTGRES / "initdb").exists(), reason="not run: this machine has no PostgreSQL that speaks TLS")
def test_the_database_knows_each_role_by_its_certificate(postgres: tuple[int, Path], folder: Path) -> None:
    port, trusted = postgres

    def address(role: str, shows: str) -> str:
        key = folder / f"{shows}.pem"
        return (
            f"postgresql://{role}@127.0.0.1:{port}/postgres"
            f"?sslmode=verify-full&sslrootcert={trusted}&sslcert={key}&sslkey={key}"
        )

    def who(role: str, shows: str) -> str:
        django = ConnectionHandler({"default": database(address(role, shows))})["default"]
        with closing(django.get_new_connection(django.get_connection_params())) as connection:
            return str(connection.execute("SELECT current_user").fetchone()[0])

    assert who("trabecula_app", "trabecula_app") == "trabecula_app"
    with Server(address("trabecula_owner", "trabecula_owner")).connect() as backing_up:
        assert backing_up.execute("SELECT current_user").fetchone() == ("trabecula_owner",)
    # Each opens its own door alone, and a stranger's none.
    with pytest.raises(psycopg.OperationalError, match="certificate authentication failed for user"):
        who("trabecula_owner", "trabecula_app")
    certificate(folder, "stranger")
    with pytest.raises(psycopg.OperationalError, match="unknown ca"):
        who("trabecula_app", "stranger")
    with pytest.raises(psycopg.OperationalError, match="requires a valid client certificate"):
        psycopg.connect(f"postgresql://trabecula_app@127.0.0.1:{port}/postgres?sslmode=require&sslcert=/none")


@pytest.mark.skipif(REDIS is None, reason="not run: this machine has no Valkey or Redis that speaks TLS")
def test_the_broker_lets_in_by_certificate_everybody_who_speaks_to_it(folder: Path, settings: Any) -> None:
    assert REDIS is not None
    shown, ours, stranger = (certificate(folder, name) for name in ("server", "trabecula", "stranger"))
    port = free_port()
    options = {
        "port": 0, "tls-port": port, "bind": "127.0.0.1", "save": "", "dir": folder,
        "tls-cert-file": shown, "tls-key-file": shown, "tls-ca-cert-file": ours, "tls-auth-clients": "yes",
    }  # fmt: skip
    argv = [REDIS, *(part for name, value in options.items() for part in (f"--{name}", str(value)))]

    def address(shows: str) -> str:
        return f"rediss://127.0.0.1:{port}/0?ssl_cert_reqs=required&ssl_ca_certs={shown}{shows}"

    def shows(file: Path) -> str:
        return f"&ssl_certfile={file}&ssl_keyfile={file}"

    with subprocess.Popen(argv, stdout=subprocess.DEVNULL) as server:
        try:
            settings.BROKER_URL = address(shows(ours))
            wait_until(lambda: broker.waiting() is not None)
            cache = RedisCache(address(shows(ours)), {})
            cache.set("tries", 3)
            assert cache.get("tries") == 3
            with kombu.Connection(address(shows(ours))) as tasks:
                tasks.ensure_connection(max_retries=1)
            for refused in (address(shows(stranger)), address("")):
                settings.BROKER_URL = refused
                assert broker.waiting() is None
                with pytest.raises(redis.ConnectionError):
                    RedisCache(refused, {}).get("tries")
        finally:
            server.terminate()
