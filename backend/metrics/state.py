"""How the whole house is, asked of the database and the broker at each look. Beat tells it: there is exactly one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

from django.db import DatabaseError, InterfaceError, connection
from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from backend import broker
from notifications import services as reminders
from tracking import clock
from tracking.services import measuring

__all__ = ["State", "registry"]


class State(Collector):
    """Reminders, evaluations, episodes and the queue; and whether database and broker answer. It raises nothing."""

    def collect(self) -> Iterator[Metric]:
        yield from _of_the_database()
        waiting = broker.waiting()
        yield _one("trabecula_broker_up", "Whether the broker answers.", waiting is not None)
        if waiting is not None:
            yield _one("trabecula_queue_messages", "Messages that no worker has taken yet.", waiting)


def registry() -> CollectorRegistry:
    """For ``metrics.serving``."""
    made = CollectorRegistry()
    made.register(State())
    return made


def _of_the_database() -> Iterator[Metric]:
    try:
        now = clock.now()
        record, reminding = measuring.measure(now=now), reminders.measure(now=now)
    except (DatabaseError, InterfaceError):
        yield _one("trabecula_database_up", "Whether the database answers.", 0)
        return
    finally:
        # Each look has a thread of its own, and would leave its connection behind.
        connection.close()
    yield _one("trabecula_database_up", "Whether the database answers.", 1)
    for name, value in asdict(reminding).items():
        yield _one(f"trabecula_reminders_{name}", f"See docs/reminders.md: {name.replace('_', ' ')}.", value)
    yield _one("trabecula_evaluations_overdue", "Men whose outcome changed by time and who were not looked at.", record.overdue)
    yield _one("trabecula_evaluations_lag_seconds", "How long the longest of them has waited.", record.lag)
    yield _one(
        "trabecula_evaluations_by_other_rules", "Men last looked at by rules other than those in force.", record.by_other_rules
    )
    waiting = "Findings that wait for a prescriber, by priority (0 is the most urgent)."
    yield _by_priority("trabecula_episodes_open", waiting, record.open)
    yield _by_priority("trabecula_episodes_overdue", "Those whose answer is late.", record.unanswered)


def _one(name: str, what: str, value: float) -> Metric:
    return GaugeMetricFamily(name, what, value=float(value))


def _by_priority(name: str, what: str, counts: dict[int, int]) -> Metric:
    family = GaugeMetricFamily(name, what, labels=["priority"])
    for priority, count in counts.items():
        family.add_metric([str(priority)], count)
    return family
