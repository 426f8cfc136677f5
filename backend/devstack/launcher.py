"""The launcher's end of the pipe to its keeper."""

import contextlib
import json
import os
import selectors
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from backend.devstack.commands import Command, to_line
from backend.devstack.problems import SetupError

CHECKOUT = Path(__file__).resolve().parents[2]
# Longer than all the bounds of all the ranks together.
CLOSE_SECONDS = 90.0
REPLY_BYTES = 65536


@dataclass(frozen=True, slots=True)
class Death:
    """A process that ended without being asked. `code` is its exit code, or minus the signal that ended it."""

    name: str
    pid: int
    code: int


class KeeperGoneError(SetupError):
    """The keeper itself has ended, and its children with it."""


class Launcher:
    """Starts a keeper and talks to it. Not to be shared between processes; threads take turns."""

    def __init__(self, *, log: Path, lock: int | None = None) -> None:
        """Start the keeper; it holds the descriptor `lock` for as long as it lives."""
        self._log = log
        self._turn = threading.RLock()
        self._deaths: deque[Death] = deque()
        self._unread = b""
        self._number = 0
        # The ids of the processes that were last started, by name.
        self.pids: dict[str, int] = {}
        with log.open("wb") as diary:
            self._keeper = subprocess.Popen(
                [sys.executable, "-m", "backend.devstack.keeper"],
                cwd=CHECKOUT,
                env=dict(os.environ),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=diary,
                start_new_session=True,
                pass_fds=() if lock is None else (lock,),
            )
        self.pid = self._keeper.pid

    def start(self, command: Command) -> int:
        """Start a process and return its id. SetupError where the program cannot be run."""
        reply = self._ask("start", command.to_json())
        if "error" in reply:
            raise SetupError(f"{command.name} could not be started: {reply['error']}.", log=self._log)
        self.pids[command.name] = int(reply["pid"])
        return self.pids[command.name]

    def stop(self, name: str) -> None:
        """End a process in its own way, within its bounds, and wait for that. Nothing happens where it is gone."""
        self._ask("stop", {"name": name})
        self._deaths = deque(death for death in self._deaths if death.name != name)

    def kill(self, name: str, number: signal.Signals) -> None:
        """Send a signal and return at once; the death it may cause is reported like any other."""
        self._ask("kill", {"name": name, "signal": int(number)})

    def death_of(self, name: str, seconds: float) -> Death | None:
        """The end of this process, waiting for up to `seconds`; None where it still runs, or was never started."""
        deadline = time.monotonic() + seconds
        with self._turn:
            while True:
                for death in self._deaths:
                    if death.name == name:
                        self._deaths.remove(death)
                        return death
                left = deadline - time.monotonic()
                if left < 0:
                    return None
                self._receive(left)

    def wait_for_any_death(self) -> Death:
        """Wait for ever until some process ends by itself."""
        with self._turn:
            while not self._deaths:
                self._receive(None)
            return self._deaths.popleft()

    def close(self) -> None:
        """End everything and wait for it. The keeper is killed only where it does not end in bounded time."""
        with self._turn:
            for pipe in (self._keeper.stdin, self._keeper.stdout):
                if pipe is not None:
                    # A request that the keeper no longer read is of no interest.
                    with contextlib.suppress(BrokenPipeError):
                        pipe.close()
            try:
                self._keeper.wait(CLOSE_SECONDS)
            except subprocess.TimeoutExpired:
                self._keeper.kill()
                self._keeper.wait()

    def _ask(self, verb: str, fields: dict[str, Any]) -> dict[str, Any]:
        assert self._keeper.stdin is not None
        with self._turn:
            self._number += 1
            try:
                self._keeper.stdin.write(to_line({"number": self._number, "verb": verb, "fields": fields}))
                self._keeper.stdin.flush()
            except (BrokenPipeError, ValueError) as error:
                raise self._gone() from error
            while True:
                reply = self._receive(None)
                if reply is not None and reply.get("reply") == self._number:
                    return reply

    def _receive(self, seconds: float | None) -> dict[str, Any] | None:
        """The next reply, None where time ran out or a death arrived, which is kept."""
        message = self._next_message(seconds)
        if message is None or "died" not in message:
            return message
        self._deaths.append(Death(message["died"], message["pid"], message["code"]))
        return None

    def _next_message(self, seconds: float | None) -> dict[str, Any] | None:
        assert self._keeper.stdout is not None
        descriptor = self._keeper.stdout.fileno()
        while b"\n" not in self._unread:
            with selectors.DefaultSelector() as selector:
                selector.register(descriptor, selectors.EVENT_READ)
                if not selector.select(seconds):
                    return None
            received = os.read(descriptor, REPLY_BYTES)
            if not received:
                raise self._gone()
            self._unread += received
        line, _, self._unread = self._unread.partition(b"\n")
        message: dict[str, Any] = json.loads(line)
        return message

    def _gone(self) -> KeeperGoneError:
        return KeeperGoneError(
            "The process that keeps the services has ended, and the services with it. Start again.", log=self._log
        )
