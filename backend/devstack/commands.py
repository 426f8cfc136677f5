"""What a launcher asks its keeper to run, and the order in which it all ends."""

import dataclasses
import json
import os
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# Lower ranks end first: whoever uses a service before the service itself.
RANKS = {"beat": 10, "worker": 20, "web": 30, "mail": 40, "broker": 50, "postgres": 60}
# What our own processes may see of the caller's environment. The rest could change what they do.
INHERITED = (
    "PATH",
    "PYTHONPATH",
    "LD_LIBRARY_PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "TMPDIR",
    "USER",
    "COVERAGE_PROCESS_START",
    "COVERAGE_FILE",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One process: how to start it, how to end it."""

    name: str
    argv: tuple[str, ...]
    environment: Mapping[str, str]
    folder: Path
    log: Path
    rank: int
    # Each signal is given so many seconds to work; after the last one comes SIGKILL.
    stop: tuple[tuple[signal.Signals, float], ...] = ((signal.SIGTERM, 5.0),)
    # What the kernel sends when the keeper itself was killed (Linux).
    orphan_signal: signal.Signals = signal.SIGTERM
    # (uid, gid) to run as, None for our own.
    account: tuple[int, int] | None = None

    def to_json(self) -> dict[str, Any]:
        """A form that passes through the pipe."""
        return dataclasses.asdict(self) | {
            "environment": dict(self.environment),
            "folder": str(self.folder),
            "log": str(self.log),
        }

    @classmethod
    def from_json(cls, fields: dict[str, Any]) -> "Command":
        """The reverse of `to_json`."""
        account = fields["account"]
        return cls(
            name=fields["name"],
            argv=tuple(fields["argv"]),
            environment=fields["environment"],
            folder=Path(fields["folder"]),
            log=Path(fields["log"]),
            rank=fields["rank"],
            stop=tuple((signal.Signals(number), float(seconds)) for number, seconds in fields["stop"]),
            orphan_signal=signal.Signals(fields["orphan_signal"]),
            account=None if account is None else (account[0], account[1]),
        )


def inherited_environment() -> dict[str, str]:
    """The part of the caller's environment that our own Python processes start from."""
    return {name: os.environ[name] for name in INHERITED if name in os.environ}


def to_line(message: Mapping[str, Any]) -> bytes:
    """One message of the pipe: JSON on a line."""
    return json.dumps(message).encode() + b"\n"
