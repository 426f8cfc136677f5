"""The keeper: one process that starts every other one, and that never outlives its launcher.

    python -m backend.devstack.keeper

It reads requests on standard input and answers on standard output, one JSON object per line (see `launcher.py`). The
end of standard input means that the launcher is gone, whatever ended it, and so does SIGTERM, SIGINT or SIGHUP: the
keeper then ends its children in the order of their ranks, within bounded time, and exits. It restarts nothing; a child
that ends by itself is reported.

It has a single thread, because the kernel ties the life of the children to the thread that forked them.
"""

import contextlib
import json
import os
import selectors
import signal
import subprocess
import sys
import time
from itertools import groupby
from typing import Any

from backend.devstack.commands import Command, to_line
from backend.devstack.processes import adopt_orphans, dies_with_parent

KILL_SECONDS = 5.0
REQUEST_BYTES = 65536


class Keeper:
    """The children by name, and the loop that serves the launcher."""

    def __init__(self, *, requests: int, replies: int) -> None:
        self._requests = requests
        self._replies = replies
        self._children: dict[str, tuple[Command, subprocess.Popen[bytes]]] = {}
        self._ending = False
        self._unread = b""

    def serve(self) -> None:
        """Serve until the launcher is gone or a signal says so, then end every child."""
        wake_read, wake_write = os.pipe()
        os.set_blocking(wake_read, False)
        os.set_blocking(wake_write, False)
        signal.set_wakeup_fd(wake_write, warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._end_soon)
        # Does nothing by itself: any handler makes the wake-up pipe readable when a child ends.
        signal.signal(signal.SIGCHLD, lambda *_: None)
        with selectors.DefaultSelector() as selector:
            selector.register(self._requests, selectors.EVENT_READ)
            selector.register(wake_read, selectors.EVENT_READ)
            while not self._ending:
                ready = {key.fd for key, _ in selector.select()}
                if wake_read in ready:
                    os.read(wake_read, REQUEST_BYTES)
                self._report_deaths()
                if self._requests in ready:
                    self._read_requests()
        self._end(list(self._children))

    def _end_soon(self, *_: object) -> None:
        self._ending = True

    def _read_requests(self) -> None:
        received = os.read(self._requests, REQUEST_BYTES)
        if not received:
            self._ending = True
            return
        *lines, self._unread = (self._unread + received).split(b"\n")
        for line in lines:
            self._answer(line)

    def _answer(self, line: bytes) -> None:
        request = Request.parse(line)
        try:
            answer = self._obey(request)
        except OSError as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        self._say({"reply": request.number, **answer})

    def _obey(self, request: "Request") -> dict[str, Any]:
        match request.verb:
            case "start":
                return {"pid": self._start(Command.from_json(request.fields))}
            case "stop":
                self._end([request.fields["name"]])
            case "kill":
                self._kill(request.fields["name"], signal.Signals(request.fields["signal"]))
        return {}

    def _start(self, command: Command) -> int:
        """Start one process and return its id. OSError where the program cannot be run."""
        if command.name in self._children:
            raise FileExistsError(f"{command.name} runs already")
        if command.log.exists():
            command.log.replace(command.log.with_suffix(".previous.log"))
        user, group = command.account or (None, None)
        with command.log.open("ab") as log:
            process = subprocess.Popen(
                command.argv,
                env=dict(command.environment),
                cwd=command.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                # Its own session, so that a Ctrl-C at the terminal reaches the launcher alone.
                start_new_session=True,
                user=user,
                group=group,
                extra_groups=None if command.account is None else [],
                # Safe here: the keeper has one thread. There is no other way to set what a change of user clears.
                preexec_fn=dies_with_parent(command.orphan_signal),  # noqa: PLW1509  the keeper has one thread
            )
        self._children[command.name] = (command, process)
        return process.pid

    def _kill(self, name: str, number: signal.Signals) -> None:
        """Send a signal; SIGKILL goes to the whole process group, as a loss of power would."""
        if name not in self._children:
            return
        process = self._children[name][1]
        if number == signal.SIGKILL:
            _kill_group(process.pid)
        else:
            process.send_signal(number)

    def _report_deaths(self) -> None:
        for name, (_, process) in list(self._children.items()):
            if process.poll() is not None:
                del self._children[name]
                _kill_group(process.pid)
                self._say({"died": name, "pid": process.pid, "code": process.returncode})
        self._reap_adopted()

    def _reap_adopted(self) -> None:
        """Collect grandchildren that the kernel handed to us; our own children are collected by `poll`."""
        if sys.platform != "linux":
            return
        ours = {process.pid for _, process in self._children.values()}
        while True:
            try:
                # WNOWAIT looks without collecting: it may be one of our own, whose exit code is still wanted.
                ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            except ChildProcessError:
                return
            if ended is None or ended.si_pid in ours:
                return
            os.waitpid(ended.si_pid, 0)

    def _end(self, names: list[str]) -> None:
        """End these children, lowest rank first, those of one rank together."""
        wanted = [self._children[name] for name in names if name in self._children]
        wanted.sort(key=lambda child: child[0].rank)
        for _, same_rank in groupby(wanted, key=lambda child: child[0].rank):
            children = list(same_rank)
            _end_together(children)
            for command, process in children:
                _note(f"{command.name} (process {process.pid}) ended with code {process.returncode}")
                del self._children[command.name]
        self._reap_adopted()

    def _say(self, message: dict[str, Any]) -> None:
        # A launcher that is gone cannot listen; the end of standard input tells us next.
        with contextlib.suppress(BrokenPipeError):
            os.write(self._replies, to_line(message))


class Request:
    """One line from the launcher: its number, its verb, its fields."""

    def __init__(self, number: int, verb: str, fields: dict[str, Any]) -> None:
        self.number = number
        self.verb = verb
        self.fields = fields

    @classmethod
    def parse(cls, line: bytes) -> "Request":
        """Read a line of the pipe."""
        message = json.loads(line)
        return cls(message["number"], message["verb"], message["fields"])


def _end_together(children: list[tuple[Command, subprocess.Popen[bytes]]]) -> None:
    """Send each child its signals, one after the other, with their bounds; SIGKILL its group at last."""
    rounds = max(len(command.stop) for command, _ in children)
    for turn in range(rounds):
        bound = time.monotonic()
        for command, process in children:
            if turn < len(command.stop) and process.poll() is None:
                number, seconds = command.stop[turn]
                process.send_signal(number)
                bound = max(bound, time.monotonic() + seconds)
        for _, process in children:
            _wait(process, bound - time.monotonic())
    for command, process in children:
        if process.poll() is None:
            _note(f"{command.name} (process {process.pid}) did not end when asked: SIGKILL")
        # Also for a child that ended: what it left in its group goes with it.
        _kill_group(process.pid)
        _wait(process, KILL_SECONDS)


def _wait(process: "subprocess.Popen[bytes]", seconds: float) -> None:
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(max(seconds, 0.0))


def _kill_group(pid: int) -> None:
    """SIGKILL what is left in the group of a child that led its own session."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def _note(line: str) -> None:
    sys.stderr.write(f"{time.strftime('%Y-%m-%dT%H:%M:%S%z')} {line}\n")
    sys.stderr.flush()


def main() -> None:
    """Run as the child of a launcher."""
    adopt_orphans()
    _note(f"keeper {os.getpid()} serves launcher {os.getppid()}")
    Keeper(requests=sys.stdin.fileno(), replies=sys.stdout.fileno()).serve()
    _note("keeper ends")


if __name__ == "__main__":
    main()
