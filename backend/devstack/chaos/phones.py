"""Phones of invented men that write without pause, repeat what was not answered, and remember what the server acknowledged."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Any
from uuid import uuid4

import httpx

from backend.devstack.cohort import Person

# Seconds: how long one answer is waited for, how soon a request is repeated, and after what time a phone gives up.
ANSWER, PAUSE, PATIENCE = 10.0, 0.1, 180.0
# Rows of an import that a worker stores: more than the server stores while the sender waits.
IMPORTED = 600
TESTS = {"Estradiol": "pg/mL", "Testosterone, Total": "ng/dL"}


class GaveUpError(Exception):
    """Something was refused for good, or not answered for so long that the play is over."""


@dataclass
class Told:
    """What one man's phone was told is kept. ``labs``, ``doses``: digits by the id that it minted; ``imported``: rows.

    ``unavailable``: how often it was answered with 500 and above.
    """

    labs: dict[str, str] = field(default_factory=dict)
    doses: dict[str, str] = field(default_factory=dict)
    imported: int = 0
    requests: int = 0
    repeated: int = 0
    unavailable: int = 0
    slowest: float = 0.0

    @property
    def writes(self) -> int:
        return len(self.labs) + len(self.doses) + self.imported


@dataclass
class Phone:
    """One man's phone. ``stored``: what it pulled, table by table and row by row; ``wrong``: what it should not have seen."""

    person: Person
    number: int
    seed: int
    told: Told = field(default_factory=Told)
    stored: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    timestamp: int = 0
    wrong: list[str] = field(default_factory=list)
    _minted: int = 0

    def live(self, over: Event, pause: float = 0.0) -> None:
        """Write, edit, import and pull in a random order until it is ``over``; what was begun is brought to its end.

        ``pause``: seconds between two acts.
        """
        chance = random.Random(self.seed * 1000 + self.number)  # noqa: S311  a play, not a secret
        acts: list[Callable[[], None]] = [self.enter_lab, self.push, self.push, self.edit, self.pull]
        self.bring_file()
        try:
            while not over.wait(pause):
                chance.choice(acts)()
            self.bring_file()
            self.pull()
        except (GaveUpError, httpx.HTTPError) as problem:
            self.wrong.append(f"{self.person.name}'s phone gave up: {problem}")

    def enter_lab(self) -> None:
        """One result, typed in, under an Idempotency-Key of its own."""
        key, digits = self._mint("lab"), f"{20 + self._minted % 20}.{self._minted % 10}0"
        body = {"client_id": key, "analyte": "estradiol", "value": digits, "unit": "pg/mL", "method": "lcmsms"}
        self._ask("POST", "/labs", body | self._moment("collected_at"), {"Idempotency-Key": str(uuid4())})
        self.told.labs[key] = digits

    def push(self) -> None:
        """Doses of some days, as after a time without a network."""
        rows = [
            {"id": self._mint("dose"), "drug": "anastrozole", "kind": "taken", "amount": "0.25 mg", "precision": "minute"}
            | self._moment("taken_at")
            for _ in range(8)
        ]
        self._push({"created": rows, "updated": [], "deleted": []})
        self.told.doses |= {row["id"]: "0.25" for row in rows}

    def edit(self) -> None:
        """Another amount for the dose that was acknowledged last."""
        if not self.told.doses:
            return
        key = next(reversed(self.told.doses))
        digits = "0.50" if self.told.doses[key] == "0.25" else "0.25"
        self._push({"created": [], "updated": [{"id": key, "amount": f"{digits} mg"}], "deleted": []})
        self.told.doses[key] = digits

    def pull(self) -> None:
        """What changed since the last pull; the number must never fall."""
        pulled = self._ask("GET", f"/sync?last_pulled_at={self.timestamp}")
        if pulled["timestamp"] < self.timestamp:
            self.wrong.append(f"{self.person.name}: the revision fell from {self.timestamp} to {pulled['timestamp']}")
        self.timestamp = pulled["timestamp"]
        for table, changes in pulled["changes"].items():
            rows = self.stored.setdefault(table, {})
            rows |= {row["id"]: row for row in changes["updated"]}
            for gone in changes["deleted"]:
                rows.pop(gone, None)

    def bring_file(self) -> None:
        """A table of results that a worker stores; asked for again while nothing moves, as a person would."""
        start = datetime(2015 + self.told.imported // IMPORTED, 1, 1, 8, tzinfo=UTC)
        lines = ["test,value,unit,collected"]
        for number in range(IMPORTED // len(TESTS)):
            at = (start + timedelta(hours=7 * number)).strftime("%Y-%m-%d %H:%M")
            lines += [f'"{test}",{20 + number % 15}.{number % 10},{unit},{at}' for test, unit in TESTS.items()]
        made = self._ask("POST", "/imports", {"text": "\n".join(lines) + "\n", "source": "invented"})
        deadline = time.monotonic() + PATIENCE
        while made["rows"]["stored"] < IMPORTED:
            if made["rows"]["ready"] + made["rows"]["stored"] < IMPORTED or time.monotonic() > deadline:
                raise GaveUpError(f"an import stands at {made['rows']}")
            self._ask("POST", f"/imports/{made['uid']}/commit")
            asked = time.monotonic()
            while made["rows"]["stored"] < IMPORTED and time.monotonic() < asked + ANSWER:
                time.sleep(PAUSE)
                made = self._ask("GET", f"/imports/{made['uid']}")
        self.told.imported += IMPORTED

    def _push(self, doses: dict[str, list[dict[str, Any]]]) -> None:
        answer = self._ask("POST", f"/sync?last_pulled_at={self.timestamp}", {"dose_events": doses}, conflict=True)
        while answer.get("type", "").endswith("sync-conflict"):
            # What it pushed before and got no answer to was changed "elsewhere": pull, and push again.
            self.pull()
            answer = self._ask("POST", f"/sync?last_pulled_at={self.timestamp}", {"dose_events": doses}, conflict=True)
        if answer.get("rejected") != {}:
            raise GaveUpError(f"a push was answered with {answer}")

    def _mint(self, kind: str) -> str:
        self._minted += 1
        return f"{kind}-{self.number}-{self._minted}"

    def _moment(self, name: str) -> dict[str, str]:
        """A minute of its own in the past, so that no two are taken for one."""
        at = datetime(2026, 1, 1, tzinfo=UTC) - timedelta(minutes=61 * self._minted)
        return {name: at.isoformat(), "zone": "UTC"}

    def _ask(
        self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None, *, conflict: bool = False
    ) -> Any:
        """Repeat until it is answered for good: a lost answer and a 503 are no answers."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            began = time.monotonic()
            self.told.requests += 1
            try:
                answer = self.person.client.request(method, f"/api/v1{path}", json=body, headers=headers, timeout=ANSWER)
            except httpx.TransportError:
                answer = None
            if answer is not None and (answer.is_success or (conflict and answer.status_code == httpx.codes.CONFLICT)):
                self.told.slowest = max(self.told.slowest, time.monotonic() - began)
                return answer.json()
            if answer is not None and not (answer.is_server_error or answer.status_code == httpx.codes.CONFLICT):
                raise GaveUpError(f"{method} {path}: {answer.status_code} {answer.text[:300]}")
            if answer is not None and answer.is_server_error:
                self.told.unavailable += 1
            if answer is not None and answer.status_code == httpx.codes.INTERNAL_SERVER_ERROR:
                self.wrong.append(f"{method} {path} was answered with 500")
            self.told.repeated += 1
            time.sleep(PAUSE)
        raise GaveUpError(f"{method} {path} was not answered for {PATIENCE:.0f} seconds")
