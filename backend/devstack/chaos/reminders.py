"""Reminders go out while workers, the broker and the database are killed at random, and clocks jump; then it is counted.

Held at the end: every reminder that was due is in one terminal state and stands in one inbox once; nothing reached the mail
server or the provider of push messages twice except what is time-critical; and no more is unknown than was in the hands of
those who were killed.
"""

from __future__ import annotations

import random
import re
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import psycopg

from backend.devstack.chaos.clocks import DAY, HOUR, Clocks, clocks, environments
from backend.devstack.problems import SetupError
from backend.devstack.push import Provider, provider
from backend.devstack.stack import Stack

WORKERS = ("worker-1", "worker-2")
PROCESSES = 2
# What one process can have on its way at once: notifications.services.delivering.BATCH.
IN_HAND = 16
SWEEP = {"SWEEP_SECONDS": "1", "LOG_LEVEL": "WARNING"}
# Seconds that the clock is put forward at the end: by then what a dead worker had in hand is settled as unknown.
LATER = 1200
# Seconds between two kills, at most.
PACE = 10.0
Victim = Literal["worker-1", "worker-2", "beat", "broker", "postgres"]
VICTIMS: tuple[Victim, ...] = ("worker-1", "worker-2", "broker", "postgres", "beat")
# Whose clocks jump, and how long one wrong time lasts, in seconds.
CLOCKED = ("worker-1", "beat", "postgres")
WRONG_FOR = 1.5
MESSAGE_ID = re.compile(rb"^Message-ID: <([0-9a-f-]{36})@", re.MULTILINE)


@dataclass
class Report:
    """What was counted. ``bound``: as many as were in the hands of the killed, at most."""

    reminders: int = 0
    kills: Counter[str] = field(default_factory=Counter)
    jumps: Counter[str] = field(default_factory=Counter)
    lost: int = 0
    doubled: int = 0
    unknown: int = 0
    bound: int = 0
    repeated_critical: int = 0
    by_mail: int = 0
    by_push: int = 0
    states: dict[str, int] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        kills, jumps = (
            ", ".join(f"{name} {count}" for name, count in sorted(counted.items())) or "nobody"
            for counted in (self.kills, self.jumps)
        )
        states = ", ".join(f"{state} {count}" for state, count in sorted(self.states.items()))
        return "\n".join(
            [
                f"{self.reminders} reminders; killed: {kills}; clocks that jumped: {jumps}",
                f"deliveries: {states}; time-critical ones that arrived twice: {self.repeated_critical}",
                f"arrived: {self.by_mail} by e-mail, {self.by_push} by push",
                *self.wrong,
                f"lost {self.lost} doubled {self.doubled} unknown {self.unknown}",
            ]
        )


def run(
    home: Path,
    *,
    reminders: int,
    kills: int,
    seconds: float,
    seed: int,
    pace: float = PACE,
    say: Callable[[str], None] = lambda _line: None,
) -> Report:
    """Fill, run, kill, move clocks, run to the end, count. SetupError where it does not come to an end within ``seconds``.

    A clock jumps after each kill. ``say`` hears of each.
    """
    chance = random.Random(seed)  # noqa: S311  a play, not a secret
    report = Report(reminders=reminders)
    with clocks(say) as moved, Stack(home, durable=True, beside=environments(moved)) as stack, provider() as push:
        stack.start_services()
        stack.run_manage("migrate", "--database", "owner", "--no-input")
        stack.run_module("backend.devstack.crowd", str(reminders))
        deadline = time.monotonic() + seconds
        for name in (*WORKERS, "beat"):
            _start(stack, name, push.settings)
        next_kill = time.monotonic() + chance.uniform(0.0, pace)
        deck: list[Victim] = []
        while report.kills.total() < kills or not _is_quiet(stack, reminders):
            if time.monotonic() > deadline:
                raise SetupError(
                    f"It was not over after {seconds:.0f} seconds. {_states(stack)}", log=stack.logs / "worker-1.log"
                )
            if report.kills.total() < kills and time.monotonic() > next_kill:
                # Dealt like cards: nobody is spared, and the order is anybody's guess.
                deck = deck or chance.sample(VICTIMS, len(VICTIMS))
                victim = deck.pop()
                say(f"{report.kills.total() + 1} of {kills}: kill {victim}; {_states(stack) or 'nothing said yet'}")
                _kill(stack, victim, report, push)
                _move_clock(moved, report, chance)
                next_kill = time.monotonic() + chance.uniform(0.0, pace)
            time.sleep(0.25)
        for name in (*WORKERS, "beat"):
            stack.stop_process(name)
        for name in (*WORKERS, "beat"):
            _start(stack, name, push.settings | {"CLOCK_OFFSET": str(LATER)})
        while not _is_over(stack):
            if time.monotonic() > deadline:
                raise SetupError(
                    f"It did not settle within {seconds:.0f} seconds. {_states(stack)}", log=stack.logs / "worker-1.log"
                )
            time.sleep(0.25)
        for name in (*WORKERS, "beat"):
            stack.stop_process(name)
        _count(stack, report, push)
    return report


def _start(stack: Stack, name: str, extra: dict[str, str], *, wait: bool = True) -> None:
    kind: Literal["beat", "worker"] = "beat" if name == "beat" else "worker"
    stack.start_process(kind, name=name, extra_env=SWEEP | extra, concurrency=PROCESSES, wait=wait)


def _kill(stack: Stack, victim: Victim, report: Report, push: Provider) -> None:
    report.kills[victim] += 1
    # A worker's own deliveries are lost; without the database those of every worker are.
    report.bound += {"postgres": len(WORKERS), "broker": len(WORKERS), "beat": 0}.get(victim, 1) * PROCESSES * IN_HAND
    stack.kill(victim)
    match victim:
        case "postgres" | "broker":
            stack.revive(victim)
        case _:
            _start(stack, victim, push.settings, wait=False)


def _move_clock(moved: Clocks | None, report: Report, chance: random.Random) -> None:
    """The wall clock of one process jumps while it works on, and is right again."""
    if moved is None:
        return
    name = CLOCKED[report.jumps.total() % len(CLOCKED)]
    report.jumps[name] += 1
    moved.move(name, chance.choice((HOUR, DAY, -HOUR, -DAY)))
    time.sleep(WRONG_FOR)
    moved.move(name, 0)


def _ask(stack: Stack, question: str) -> list[Any]:
    """Answers of the database, as the system; none while it is not there."""
    with psycopg.connect(stack.services.migration_database_url, connect_timeout=5) as connection:
        connection.execute("SELECT set_config('trabecula.actor', 'system:chaos', true)")
        return connection.execute(question.encode()).fetchall()


def _states(stack: Stack) -> str:
    found = _ask(stack, "SELECT state, count(*) FROM notifications_delivery GROUP BY 1 ORDER BY 1")
    return ", ".join(f"{state} {count}" for state, count in found)


def _is_quiet(stack: Stack, reminders: int) -> bool:
    """Everything was said, and nothing waits to be sent; what dead workers had in hand is still in `sending`."""
    ((said, waiting),) = _ask(
        stack,
        "SELECT (SELECT count(*) FROM notifications_inboxmessage),"
        " (SELECT count(*) FROM notifications_delivery WHERE state = 'queued')",
    )
    return bool(said >= reminders and waiting == 0)


def _is_over(stack: Stack) -> bool:
    ((open_,),) = _ask(stack, "SELECT count(*) FROM notifications_delivery WHERE state IN ('queued', 'sending')")
    return bool(open_ == 0)


def _count(stack: Stack, report: Report, push: Provider) -> None:
    """Hold the database against what the mail server and the provider of push messages have."""
    arrived = Counter(
        found[1].decode()
        for file in stack.mail_folder.glob("*.eml")
        if (found := MESSAGE_ID.search(file.read_bytes())) is not None
    )
    report.by_mail, report.by_push = arrived.total(), push.accepted.total()
    arrived += push.accepted
    rows = _ask(
        stack,
        "SELECT d.uid::text, d.state, i.time_critical, i.id FROM notifications_delivery d JOIN notifications_reminder r"
        " ON r.id = d.reminder_id JOIN tracking_dueitem i ON i.id = r.due_item_id",
    )
    report.states = dict(Counter(str(state) for _, state, *_ in rows))
    inbox_missing, inbox_doubled, open_reminders = _ask(
        stack,
        "SELECT (SELECT count(*) FROM tracking_dueitem i WHERE NOT EXISTS (SELECT FROM notifications_inboxmessage m"
        " JOIN notifications_reminder r ON r.id = m.reminder_id WHERE r.due_item_id = i.id)),"
        " (SELECT count(*) FROM notifications_inboxmessage) - (SELECT count(DISTINCT patient_id)"
        " FROM notifications_inboxmessage),"
        " (SELECT count(*) FROM notifications_reminder WHERE state = 'planned' AND send_at <= now())",
    )[0]
    missing = [uid for uid, state, *_ in rows if state == "sent" and not arrived[str(uid)]]
    critical = {str(uid) for uid, _, critical, _ in rows if critical}
    report.unknown = report.states.get("unknown", 0)
    report.repeated_critical = sum(arrived[uid] > 1 for uid in critical)
    doubled = [uid for uid, times in arrived.items() if times > 1 and uid not in critical]
    unsent = report.reminders - len({item for *_, item in rows})
    lost_critical = [uid for uid in critical if not arrived[uid]]
    report.lost = inbox_missing + open_reminders + len(missing) + unsent + len(lost_critical)
    report.doubled = inbox_doubled + len(doubled)
    for what, count in (
        ("inbox messages missing", inbox_missing),
        ("inbox messages doubled", inbox_doubled),
        ("reminders without a terminal state", open_reminders),
        ("reminders without a delivery", unsent),
        ("messages called sent that never arrived", len(missing)),
        ("time-critical messages that never arrived", len(lost_critical)),
        ("messages that arrived twice", len(doubled)),
        (f"unknown beyond the {report.bound} that the killed can have had in hand", max(0, report.unknown - report.bound)),
        ("deliveries in a state that is none of the expected", sum(_unexpected(report.states).values())),
    ):
        if count:
            report.wrong.append(f"WRONG: {count} {what}")


def _unexpected(states: dict[str, int]) -> dict[str, int]:
    return {state: count for state, count in states.items() if state not in ("sent", "unknown")}
