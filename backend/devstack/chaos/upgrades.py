"""Men write while the next release comes in beside the one that runs, and takes over; then it is counted.

The steps are those of docs/operations.md: expand, both releases side by side, fill, the old one ends, fill the rest, tighten.
Held at the end, beside what :mod:`backend.devstack.chaos.writes` holds: nobody was answered with 500 or above; web and worker
of either release wrote into the expanded table; the new code was refused before its migrations.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Any

import psycopg

from backend.devstack.chaos import releases, writes
from backend.devstack.chaos.phones import Phone
from backend.devstack.launcher import CHECKOUT
from backend.devstack.problems import ProcessDiedError, SetupError
from backend.devstack.stack import Kind, Stack

ENVIRONMENT = {"SIGN_IN_LIMITS": "off", "SWEEP_SECONDS": "10", "LOG_LEVEL": "WARNING"}
KINDS: tuple[Kind, ...] = ("worker", "beat", "web")
EVERYBODY = frozenset((kind, release) for kind in ("web", "worker") for release in ("old", "new"))
# Who bring files side by side, so that each worker has one to store.
COURIERS = 2
# Seconds between two acts of a man: he is to be met at each step, and not to wear the machine out.
PAUSE = 0.1


@dataclass
class Report(writes.Report):
    """``written``: results entered while both releases ran, by process and release. ``refused``: what the gate said."""

    written: Counter[tuple[str, str]] = field(default_factory=Counter)
    refused: str = ""
    unavailable: int = 0

    def __str__(self) -> str:
        side_by_side = ", ".join(f"{kind} of the {release} {count}" for (kind, release), count in sorted(self.written.items()))
        men, _, *rest = super().__str__().splitlines()
        return "\n".join([f"side by side: {side_by_side}", men, f"answers of 500 and above: {self.unavailable}", *rest])


def run(home: Path, *, men: int, seed: int, seconds: float = 120.0, say: Callable[[str], None] = lambda _line: None) -> Report:
    """Upgrade while so many men write. SetupError where the releases did not all write within ``seconds`` side by side."""
    report = Report(men=men + COURIERS)
    with Stack(home) as stack, ThreadPoolExecutor(men + COURIERS) as threads:
        phones = _start(stack, men + COURIERS, seed)
        couriers = phones[:COURIERS]
        over = Event()
        living = [threads.submit(phone.live, over, PAUSE) for phone in phones[COURIERS:]]
        try:
            say("the next release is made, and refused before its migrations")
            new = releases.expand(stack, home / "next")
            report.refused = _refused(stack, new)
            _migrate(stack, new)
            since = _newest(stack)
            say("both releases run side by side")
            _start_all(stack, "next-", new)
            deadline = time.monotonic() + seconds
            while report.written.keys() != EVERYBODY:
                if time.monotonic() > deadline:
                    raise SetupError(f"After {seconds:.0f} seconds side by side only these wrote: {dict(report.written)}")
                list(threads.map(Phone.bring_file, couriers))
                report.written = _written(stack, since)
            stack.run_manage("fill_entered_with", checkout=new)
            say("the old release ends")
            for kind in KINDS:
                stack.stop_process(kind)
            stack.run_manage("fill_entered_with", checkout=new)
            say("nothing is left without it: it is tightened")
            releases.tighten(stack, new)
            _migrate(stack, new)
        finally:
            over.set()
        for life in living:
            life.result(writes.SETTLE)
        found = json.loads(stack.run_module("backend.devstack.chaos.held", checkout=new).splitlines()[-1])
        writes.compare(phones, found, report)
        for phone in phones:
            report.unavailable += phone.told.unavailable
            if not phone.wrong:
                writes.compare_pulls(phone, report)
            phone.person.client.close()
    if report.unavailable:
        report.wrong.append(f"WRONG: {report.unavailable} answers of 500 and above")
    if not report.refused:
        report.wrong.append("WRONG: the new code was let in before its migrations")
    return report


def _start(stack: Stack, men: int, seed: int) -> list[Phone]:
    """The release that runs, and men who signed up to it. Each request finds a process of its own, of either release."""
    stack.start_services()
    stack.run_manage("migrate", "--database", "owner", "--no-input")
    _start_all(stack, "", CHECKOUT)
    api = writes.api_of(stack)
    phones = [Phone(writes.sign_up(api, number), number, seed) for number in range(men)]
    for phone in phones:
        phone.person.client.headers["Connection"] = "close"
    return phones


def _start_all(stack: Stack, prefix: str, checkout: Path) -> None:
    for kind in KINDS:
        stack.start_process(kind, name=f"{prefix}{kind}", extra_env=ENVIRONMENT, wait=False, checkout=checkout)
    for kind in KINDS:
        stack.wait_until_ready(f"{prefix}{kind}")


def _migrate(stack: Stack, checkout: Path) -> None:
    """As the service `migrate` of docker-compose.yml does it: whoever waits for a lock holds everybody else up."""
    stack.run_manage(
        "migrate", "--database", "owner", "--no-input", extra_env={"PGOPTIONS": "-c lock_timeout=5s"}, checkout=checkout
    )


def _refused(stack: Stack, new: Path) -> str:
    """What the gate of docs/operations.md says of the new code before its migrations; empty where it lets it through."""
    try:
        stack.run_manage("migrate", "--check", checkout=new)
    except ProcessDiedError as refused:
        return str(refused)
    return ""


def _newest(stack: Stack) -> int:
    return int(_ask(stack, "SELECT max(id) FROM tracking_labresult")[0][0])


def _written(stack: Stack, since: int) -> Counter[tuple[str, str]]:
    """Results younger than that one: a file's are stored by a worker, all others by web."""
    rows = _ask(
        stack,
        "SELECT import_batch_id IS NOT NULL, entered_with IS NOT DISTINCT FROM %s, count(*) FROM tracking_labresult"
        " WHERE id > %s GROUP BY 1, 2",
        releases.NEXT,
        since,
    )
    return Counter({("worker" if in_file else "web", "new" if is_new else "old"): count for in_file, is_new, count in rows})


def _ask(stack: Stack, query: str, *parameters: object) -> list[tuple[Any, ...]]:
    with psycopg.connect(stack.services.database_url) as connection:
        connection.execute("SELECT set_config('trabecula.actor', 'system:chaos', true)")
        return connection.execute(query, parameters).fetchall()
