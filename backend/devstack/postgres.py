"""An embedded PostgreSQL 18: the programs of a wheel, a data folder of our own, a child of the keeper.

It listens on the loopback interface alone, on a port asked from the kernel, and every role needs its password (scram,
which also proves the server to us: a stranger on the same port cannot answer).
"""

import contextlib
import os
import shutil
import signal
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import psycopg

from backend.devstack.commands import RANKS, Command
from backend.devstack.files import write_whole
from backend.devstack.placement import Placement
from backend.devstack.ports import LOOPBACK
from backend.devstack.problems import SetupError
from backend.devstack.processes import command_line, is_alive

MAJOR = "18"
SUPERUSER = "postgres"
# What the log says when another try, on another port or a moment later, can help.
TRANSIENT = ("Address already in use", "could not bind", "pre-existing shared memory block")
LEFTOVER_STEPS = ((signal.SIGINT, 15.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0))
POLL_SECONDS = 0.05
CONNECT_SECONDS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Postgres:
    """One data folder and how to serve it. `durable=False` gives up crash safety for speed: for tests alone."""

    placement: Placement
    password: str
    log: Path
    durable: bool
    # What else stands in the environment of the server.
    beside: Mapping[str, str] = field(default_factory=dict)

    @property
    def data(self) -> Path:
        """The data folder."""
        return self.placement.folder / "data"

    def address(self, port: int, *, role: str, password: str, database: str) -> str:
        """The URL of a database for a role."""
        return f"postgresql://{quote(role, safe='')}:{quote(password, safe='')}@{LOOPBACK}:{port}/{quote(database, safe='')}"

    def superuser_address(self, port: int) -> str:
        """The URL for the superuser, whom nothing but the set-up of the roles uses."""
        return self.address(port, role=SUPERUSER, password=self.password, database="postgres")

    def is_initialised(self) -> bool:
        """Whether the data folder is there. SetupError where it belongs to another major version."""
        version = self.data / "PG_VERSION"
        if not version.exists():
            return False
        found = version.read_text().strip()
        if found != MAJOR:
            raise SetupError(f"{self.data} holds data of PostgreSQL {found}, and this is {MAJOR}. Remove it: make clean")
        return True

    def initialise_command(self) -> Command:
        """The command that makes the data folder, as a draft that `adopt_draft` puts in place."""
        for leftover in (self._draft, self._password_file):
            _remove(leftover)
        write_whole(self._password_file, self.password.encode(), mode=0o600)
        if self.placement.account is not None:
            os.chown(self._password_file, *self.placement.account)
        argv = (
            str(self.placement.programs / "initdb"),
            f"--pgdata={self._draft}",
            f"--username={SUPERUSER}",
            f"--pwfile={self._password_file}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            *([] if self.durable else ["--no-sync"]),
        )
        return self._command("initdb", argv, orphan_signal=signal.SIGTERM)

    def adopt_draft(self) -> None:
        """Put the finished data folder in place; one that broke off half-way never gets there."""
        self._password_file.unlink()
        self._draft.rename(self.data)

    def serve_command(self, port: int) -> Command:
        """The command that serves the data folder on this port."""
        settings = {
            "listen_addresses": LOOPBACK,
            "port": str(port),
            # A socket file would need a folder whose path is short, and reachable for both accounts.
            "unix_socket_directories": "",
            "max_connections": "200",
            "shared_buffers": "64MB",
            "io_method": "sync",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "log_line_prefix": "%m [%p] %u@%d ",
            # What it refused quotes rows and statements, and those are somebody's data.
            "log_error_verbosity": "terse",
            "log_min_error_statement": "panic",
        }
        if not self.durable:
            settings |= {
                "fsync": "off",
                "synchronous_commit": "off",
                "full_page_writes": "off",
                "wal_level": "minimal",
                "max_wal_senders": "0",
                "autovacuum_naptime": "1h",
            }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        argv = (str(self.placement.programs / "postgres"), "-D", str(self.data), *options)
        return self._command("postgres", argv, orphan_signal=signal.SIGINT, beside=self.beside)

    def answers(self, port: int) -> bool:
        """Whether our own server accepts connections on this port."""
        try:
            with psycopg.connect(self.superuser_address(port), connect_timeout=CONNECT_SECONDS) as connection:
                row = connection.execute("SHOW data_directory").fetchone()
        except psycopg.OperationalError:
            return False
        return row is not None and Path(str(row[0])) == self.data.resolve()

    def may_try_again(self) -> bool:
        """Whether the log of a start that failed names a cause that passes."""
        return self.log.exists() and any(words in self.log.read_text(errors="replace") for words in TRANSIENT)

    def end_leftover(self) -> None:
        """End a server of a crashed run on this data folder, and remove the note of one that is gone.

        SetupError where it does not end. A process that merely has the same id is left alone.
        """
        note = self.data / "postmaster.pid"
        try:
            pid = int(note.read_text().splitlines()[0])
        except (FileNotFoundError, ValueError, IndexError):
            return
        for number, seconds in LEFTOVER_STEPS:
            if not self._is_ours(pid):
                break
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
            deadline = time.monotonic() + seconds
            while self._is_ours(pid) and time.monotonic() < deadline:
                time.sleep(POLL_SECONDS)
        if self._is_ours(pid):
            raise SetupError(f"A PostgreSQL of an earlier run (process {pid}) does not end. Run: kill -9 {pid}")
        # PostgreSQL itself would stop at the note if some other process had the same id by now.
        note.unlink(missing_ok=True)

    @property
    def _draft(self) -> Path:
        return self.placement.folder / "data.draft"

    @property
    def _password_file(self) -> Path:
        return self.placement.folder / "initial-password"

    def _is_ours(self, pid: int) -> bool:
        argv = command_line(pid)
        return is_alive(pid) and bool(argv) and Path(argv[0]).name == "postgres" and str(self.data) in argv

    def _command(
        self, name: str, argv: tuple[str, ...], *, orphan_signal: signal.Signals, beside: Mapping[str, str] | None = None
    ) -> Command:
        return Command(
            name=name,
            argv=argv,
            # Nothing of the caller's environment: PGDATA, PGPORT and the like would speak into it.
            environment={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"} | dict(beside or {}),
            folder=self.placement.folder,
            log=self.log,
            rank=RANKS["postgres"],
            # Fast shutdown, then immediate shutdown.
            stop=((signal.SIGINT, 15.0), (signal.SIGQUIT, 5.0)),
            orphan_signal=orphan_signal,
            account=self.placement.account,
        )


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
