"""The database server as backups reach it: its address, and PostgreSQL's own programs of its major version."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

import psycopg
from psycopg import sql

__all__ = ["BackupError", "Server"]

_SECONDS = 10
# Row-level security lets this actor see everything; an owner is bound by it like everybody.
_ACTOR = "-c trabecula.actor=system:backup"
# What the printed form of a value depends on.
_PRINTED = "SET TimeZone = 'UTC'; SET DateStyle = 'ISO'; SET IntervalStyle = 'iso_8601'; SET extra_float_digits = 1;"


class BackupError(Exception):
    """It cannot be done. The message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Server:
    """One database by its address, and the folder of PostgreSQL's programs (None: those on PATH)."""

    url: str
    programs: Path | None = None

    def named(self, database: str) -> Server:
        """Another database of the same server."""
        return Server(urlunsplit(urlsplit(self.url)._replace(path=f"/{database}")), self.programs)

    @property
    def database(self) -> str:
        return unquote(urlsplit(self.url).path.removeprefix("/"))

    def connect(self, *, autocommit: bool = False) -> psycopg.Connection:
        """A connection that may read every row, and prints values the same everywhere. BackupError where there is none."""
        try:
            connection = psycopg.connect(self.url, autocommit=True, connect_timeout=_SECONDS, options=_ACTOR)
        except psycopg.OperationalError as problem:
            reason = str(problem).strip().partition("\n")[0]
            raise BackupError(f"The database {self.database} cannot be reached: {reason}") from problem
        connection.execute(_PRINTED)
        connection.autocommit = autocommit
        return connection

    def program(self, name: str) -> str:
        """The path of pg_dump or pg_restore. BackupError where there is none, or it is of another major version."""
        found = str(self.programs / name) if self.programs else shutil.which(name)
        if found is None or not os.access(found, os.X_OK):
            where = f"in {self.programs}" if self.programs else "on PATH"
            raise BackupError(
                f"There is no {name} {where}. Install the client of PostgreSQL {self.major()}, or name --programs."
            )
        said = subprocess.run([found, "--version"], capture_output=True, text=True, check=True).stdout  # noqa: S603  as found
        version = re.search(r"(\d+)(?:\.\d+|devel|beta\d|rc\d)", said)
        if version is None or int(version[1]) != self.major():
            raise BackupError(f"{found} is of version {said.split()[-1]}, and the server is of {self.major()}: use the same.")
        return found

    def major(self) -> int:
        """The server's major version."""
        with self.connect() as connection:
            return connection.info.server_version // 10_000

    def arguments(self) -> list[str]:
        """What tells a program where the database is; the password is not among it."""
        parts = urlsplit(self.url)
        host = parts.netloc.rpartition("@")[2]
        user = (parts.username or "") + "@" if parts.username else ""
        return [f"--dbname={urlunsplit(parts._replace(netloc=user + host))}"]

    def environment(self) -> Mapping[str, str]:
        """What a program needs beside, the password included."""
        password = urlsplit(self.url).password
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "LC_ALL": "C",
            "PGOPTIONS": _ACTOR,
            "PGCONNECT_TIMEOUT": str(_SECONDS),
            **({"PGPASSWORD": unquote(password)} if password else {}),
        }

    def create(self, database: str) -> Server:
        """A new, empty database on this server. BackupError where it is there already, or this role may make none."""
        made = sql.SQL(
            "CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C'"
        )
        try:
            with self.connect(autocommit=True) as connection:
                connection.execute(made.format(sql.Identifier(database)))
        except psycopg.errors.DuplicateDatabase:
            raise BackupError(f"There is a database {database} already. Name another, or drop it.") from None
        except psycopg.errors.InsufficientPrivilege:
            raise BackupError(
                "This role may not create databases, and a backup is tried in one of its own. Let it (ALTER ROLE ... CREATEDB),"
                " or name another server for it in BACKUP_TRIAL_DATABASE_URL."
            ) from None
        return self.named(database)

    def drop(self, database: str) -> None:
        """Remove a database, if it is there."""
        with self.connect(autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database)))


def failed(name: str, code: int, said: Sequence[str]) -> BackupError:
    """What a program said when it failed, without the lines that quote rows."""
    words = [line for line in said if not re.match(r"(CONTEXT|DETAIL|QUERY|STATEMENT|Command was)", line.strip())]
    return BackupError(f"{name} failed with code {code}: {' '.join(words)[:600].strip() or 'it said nothing'}")
