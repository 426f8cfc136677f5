"""Taking a backup: one instant of the database, sealed while it is read, and tried while it is sealed."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

from backend.backup import contents
from backend.backup.contents import Contents
from backend.backup.envelope import PIECE, Sealed
from backend.backup.putting import Restoring
from backend.backup.server import BackupError, Server, failed

__all__ = ["Taken", "take"]


@dataclass(frozen=True, slots=True)
class Taken:
    """The file, its checksum, what is in it, and whether it was put back for a trial."""

    file: Path
    sha256: str
    contents: Contents
    tried: bool


def take(server: Server, *, into: Path, key: X25519PublicKey, now: datetime, trial: Server | None) -> Taken:
    """Write ``into``/trabecula-<instant>.backup and its .sha256. With ``trial``, the same stream is put back into a database of
    its own there, compared row by row, and dropped. BackupError where anything is not right: then no file is left.
    """
    file = into / f"trabecula-{now:%Y%m%dT%H%M%SZ}.backup"
    if file.exists():
        raise BackupError(f"There is a {file} already.")
    into.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(".part")
    try:
        with ExitStack() as ending:
            connection = ending.enter_context(server.connect())
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            row = connection.execute("SELECT pg_export_snapshot()").fetchone()
            held = contents.read(connection)
            out = ending.enter_context(draft.open("xb"))
            draft.chmod(0o600)
            sealed = Sealed(out, key)
            manifest = json.dumps(
                {"taken_at": now.isoformat(), "database": server.database, "contents": held.to_json()}
            ).encode()
            sealed.write(len(manifest).to_bytes(8, "big") + manifest)
            tried = ending.enter_context(Restoring.trial(trial, now=now)) if trial else None
            _dump(server, snapshot=str(row[0] if row else ""), sealed=sealed, tried=tried)
            sealed.close()
            out.flush()
            os.fsync(out.fileno())
            if tried is not None:
                tried.compare(held)
        checksum = _sha256(draft)
        file.with_suffix(".backup.sha256").write_text(f"{checksum}  {file.name}\n")
        draft.rename(file)
    finally:
        draft.unlink(missing_ok=True)
    return Taken(file, checksum, held, tried is not None)


def _dump(server: Server, *, snapshot: str, sealed: Sealed, tried: Restoring | None) -> None:
    command = [
        server.program("pg_dump"),
        *server.arguments(),
        "--format=custom",
        "--enable-row-security",
        f"--snapshot={snapshot}",
        "--no-password",
    ]
    with (
        tempfile.TemporaryFile() as said,
        subprocess.Popen(  # noqa: S603  our own arguments
            command, stdout=subprocess.PIPE, stderr=said, env=dict(server.environment())
        ) as dump,
    ):
        source: IO[Any] = dump.stdout  # type: ignore[assignment]  # a pipe was asked for
        while piece := source.read(PIECE):
            sealed.write(piece)
            if tried is not None:
                tried.write(piece)
        code = dump.wait()
        said.seek(0)
        if code:
            raise failed("pg_dump", code, said.read().decode(errors="replace").splitlines())


def _sha256(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
