"""Putting a backup back: into a database of its own, compared with what was in it when it was taken."""

from __future__ import annotations

import hashlib
import json
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from backend.backup import contents
from backend.backup.contents import Contents
from backend.backup.envelope import DamagedError, opened
from backend.backup.server import BackupError, Server, failed

__all__ = ["Restoring", "put_back"]

_LENGTH = 8


class Restoring:
    """pg_restore at work on a new database, fed piece by piece."""

    def __init__(self, server: Server, process: subprocess.Popen[bytes], said: IO[bytes]) -> None:
        self.server = server
        self._process, self._said = process, said
        self._input: IO[Any] = process.stdin  # type: ignore[assignment]  # a pipe was asked for

    @classmethod
    @contextmanager
    def trial(cls, server: Server, *, now: datetime) -> Iterator[Restoring]:
        """In a database that is dropped at the end, whatever comes."""
        name = f"trabecula_trial_{now:%Y%m%d%H%M%S}"
        with cls.into(server, name, as_it_was=False) as restoring:
            yield restoring
        server.drop(name)

    @classmethod
    @contextmanager
    def into(cls, server: Server, name: str, *, as_it_was: bool = True) -> Iterator[Restoring]:
        """In a new database of this name, with owners and rights where it is to be ``as_it_was``. Dropped where it fails."""
        program = server.program("pg_restore")
        made = server.create(name)
        try:
            with tempfile.TemporaryFile() as said, _at_work(program, made, said, as_it_was=as_it_was) as process:
                yield cls(made, process, said)
        except BaseException:
            server.drop(name)
            raise

    def write(self, piece: bytes) -> None:
        """Hand on a piece of what pg_dump wrote."""
        try:
            self._input.write(piece)
        except BrokenPipeError:
            self._finish()
            raise

    def compare(self, stated: Contents) -> None:
        """End, and raise BackupError where a row or a sequence is not as it was."""
        self._finish()
        with self.server.connect() as connection:
            wrong = contents.differences(stated, contents.read(connection))
        if wrong:
            raise BackupError("What was put back is not what was there: " + "; ".join(wrong))

    def _finish(self) -> None:
        with suppress(BrokenPipeError):
            self._input.close()
        if code := self._process.wait():
            self._said.seek(0)
            raise failed("pg_restore", code, self._said.read().decode(errors="replace").splitlines())


def put_back(file: Path, *, key: X25519PrivateKey, server: Server, name: str | None, now: datetime) -> Contents:
    """Check the file, put it back into a new database ``name`` and compare every row; without a name, for a trial.

    BackupError or DamagedError where anything is not right: then the new database is gone again.
    """
    _check_sum(file)
    with file.open("rb") as source:
        pieces = opened(source, key)
        stated, rest = _manifest(pieces)
        with Restoring.into(server, name) if name else Restoring.trial(server, now=now) as restoring:
            restoring.write(rest)
            for piece in pieces:
                restoring.write(piece)
            restoring.compare(stated)
    return stated


@contextmanager
def _at_work(program: str, made: Server, said: IO[bytes], *, as_it_was: bool) -> Iterator[subprocess.Popen[bytes]]:
    options = ["--exit-on-error", "--single-transaction", "--no-password"]
    if not as_it_was:
        options += ["--no-owner", "--no-privileges"]
    with subprocess.Popen(  # noqa: S603  our own arguments
        [program, *made.arguments(), *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=said,
        env=dict(made.environment()),
    ) as process:
        try:
            yield process
        except BaseException:
            process.kill()
            with suppress(BrokenPipeError):
                process.stdin.close()  # type: ignore[union-attr]  # a pipe was asked for
            raise


def _manifest(pieces: Iterator[bytes]) -> tuple[Contents, bytes]:
    """What the backup says is in it, and what has been read beyond."""
    read = next(pieces)
    length = int.from_bytes(read[:_LENGTH], "big")
    while len(read) < _LENGTH + length:
        read += next(pieces)
    stated = json.loads(read[_LENGTH : _LENGTH + length])
    return Contents.from_json(stated["contents"]), read[_LENGTH + length :]


def _check_sum(file: Path) -> None:
    sums = file.with_suffix(file.suffix + ".sha256")
    if not sums.exists():
        return
    with file.open("rb") as content:
        found = hashlib.file_digest(content, "sha256").hexdigest()
    if found != sums.read_text().split()[0]:
        raise DamagedError(f"{file} is not as it was written: its SHA-256 is not the one in {sums.name}.")
