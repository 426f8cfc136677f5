"""A whole Trabecula for a story: a migrated database of its own, and web, worker and beat as real processes."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from backend.devstack import one_time_code
from backend.devstack.cohort import code_in
from backend.devstack.mail import messages
from backend.devstack.services import Services
from backend.devstack.stack import Stack

PASSWORD = "correct horse battery"
DAY = 86_400
# Stories run side by side, each with its own numbered database of the broker; those below are others'.
FIRST_BROKER_DATABASE = 16
# Members of bodies that no log may hold, where they are long enough to be told from chance.
SECRET = (
    "email",
    "password",
    "name",
    "key",
    "access_token",
    "refresh_token",
    "session_token",
    "words",
    "note",
    "body",
    "value",
)
LEAST_SECRET = 5


class Running:
    """The stack of one story, and how its people use it."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack

    def start_web(self, *, processes: int) -> None:
        """Start web alone, in several processes, and with the limits of sign-in on."""
        self.stack.start_process("web", concurrency=processes)

    def told_in_logs(self) -> list[tuple[str, str]]:
        """What was said in this story and is nobody else's business, by the log in which it stands."""
        # What a command answers to the person who typed it is no log.
        logs = {
            path.name: path.read_text(errors="replace")
            for path in self.stack.logs.glob("*.log")
            if not path.name.startswith("manage-create_")
        }
        return [(name, secret) for name, text in logs.items() for secret in sorted(self._secrets) if secret in text]

    def _keep(self, told: Any, name: str = "") -> None:
        """Remember what must not be found in a log, out of what was sent or answered."""
        if isinstance(told, dict):
            for key, inner in told.items():
                self._keep(inner, key)
        elif isinstance(told, list):
            for inner in told:
                self._keep(inner, name)
        elif name in SECRET and isinstance(told, str) and len(told) >= LEAST_SECRET:
            self._secrets.add(told)

    def start(self, *, days_later: float = 0, only: Sequence[str] = ("web", "worker", "beat")) -> None:
        """Start web, worker and beat (or ``only`` some) at a clock so many days ahead; those that run are stopped first."""
        env = {"CLOCK_OFFSET": str(days_later * DAY), "SWEEP_SECONDS": "1", "SIGN_IN_LIMITS": "off"}
        for kind in ("beat", "worker", "web"):
            if kind in self._running:
                self.stack.stop_process(kind)
        for kind in only:
            self.stack.start_process(kind, extra_env=env)
            self._running.add(kind)

    _running: set[str] = set()
    _secrets: set[str] = set()

    def call(
        self, method: str, path: str, body: object = None, *, token: str = "", session: str = "", expect: int | None = None
    ) -> Any:
        headers = {"Authorization": f"Bearer {token}"} if token else {"X-Session-Token": session} if session else {}
        headers |= {"If-Match": "*"} if method in ("PUT", "PATCH", "DELETE") else {}
        answer = httpx.request(method, f"{self.stack.web_url}/api/v1{path}", json=body, headers=headers, timeout=30)
        self._keep([body, answer.json() if answer.content else None])
        if expect is None:
            assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        else:
            assert answer.status_code == expect, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    def mails(self) -> list[EmailMessage]:
        return messages(self.stack.mail_folder)

    def sign_in(self, email: str, *, is_new: bool = False) -> str:
        """The access token of this account, signed up first where it ``is_new``.

        The code comes by e-mail. Staff have the demo's app for codes besides.
        """
        sent = {"email": email, "password": PASSWORD}
        answer = self.call("POST", "/auth/signup" if is_new else "/auth/login", sent)
        session = answer["meta"].get("session_token", "")
        if "access_token" not in answer["meta"]:
            text = [mail for mail in self.mails() if mail["To"] == email][-1].get_body(("plain",))
            assert text is not None
            answer = self.call("POST", "/auth/email/verify", {"key": code_in(text.get_content())}, session=session)
        if "access_token" not in answer["meta"]:
            code = one_time_code.code_at(time.time())
            answer = self.call("POST", "/auth/2fa/authenticate", {"code": code}, session=session)
        return answer["meta"]["access_token"]

    def wait_for(self, what: Callable[[], Any], *, seconds: float = 45) -> Any:
        """Look until something is there; the processes work in their own time."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if found := what():
                return found
            time.sleep(0.2)
        logs = {log.name: log.read_text()[-3000:] for log in self.stack.logs.glob("*.log")}
        pytest.fail(f"it did not happen within {seconds} seconds: {logs}")


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    services = Services(
        database_url=os.environ["DATABASE_URL"],
        migration_database_url=os.environ["MIGRATION_DATABASE_URL"],
        broker_url=os.environ["BROKER_URL"],
    )
    name = f"story_{os.getpid()}"
    number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    with psycopg.connect(services.migration_database_url, autocommit=True) as owner:
        owner.execute(f"CREATE DATABASE {name}")
    try:
        own = services.for_database(name).for_broker_database(FIRST_BROKER_DATABASE + number)
        with Stack(tmp_path / "story", services=own) as stack:
            stack.start_services()
            stack.run_manage("migrate", "--database", "owner", "--no-input")
            story = Running(stack)
            story._running = set()
            story._secrets = set()
            yield story
            assert story.told_in_logs() == []
    finally:
        with psycopg.connect(services.migration_database_url, autocommit=True) as owner:
            owner.execute(f"DROP DATABASE {name} WITH (FORCE)")
