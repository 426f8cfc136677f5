"""How the evaluations and the work queue are doing, in numbers and over all men: for monitoring."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min, Q

from tracking.domain.rulebook import Priority
from tracking.models import Episode, Standing
from tracking.services import evaluations
from tracking.services.access import Actor, acting_as

__all__ = ["Measured", "measure"]

METER = Actor.system("meter")


@dataclass(frozen=True, slots=True)
class Measured:
    """``overdue``: men whose outcome changed by time alone and who were not looked at since; ``lag``: seconds that the longest
    of them has waited, 0 where nobody does; ``by_other_rules``: men last looked at by another rulebook. ``open`` and
    ``unanswered``: episodes that nobody acknowledged, and those of them whose answer is late, by priority (0 to 4).
    """

    overdue: int
    lag: float
    by_other_rules: int
    open: dict[int, int]
    unanswered: dict[int, int]


def measure(*, now: datetime) -> Measured:
    """The state at ``now``. What is asleep counts as open: a snooze is no answer."""
    with acting_as(METER):
        late = Standing.objects.filter(next_change_at__lte=now).aggregate(count=Count("id"), oldest=Min("next_change_at"))
        waiting = Episode.objects.unresolved().filter(acknowledged_at=None).order_by().values("priority")
        rows = list(waiting.annotate(count=Count("id"), late=Count("id", filter=Q(respond_by__lte=now))))
        by_other_rules = evaluations.count_by_another_rulebook()
    oldest = late["oldest"]
    nobody = dict.fromkeys((priority.rank for priority in Priority), 0)
    return Measured(
        overdue=late["count"],
        lag=0.0 if oldest is None else (now - oldest).total_seconds(),
        by_other_rules=by_other_rules,
        open=nobody | {row["priority"]: row["count"] for row in rows},
        unanswered=nobody | {row["priority"]: row["late"] for row in rows},
    )
