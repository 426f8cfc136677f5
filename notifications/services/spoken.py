"""What one message speaks of: the reminder that leads it, and those that ride along."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from notifications.models import Delivery, Reminder
from tracking.services import due


def spoken_of(rows: Iterable[Delivery]) -> dict[int, list[Reminder]]:
    """By leader, the leader first, in one query. The deliveries come with their reminders; escalations speak of none."""
    leaders = {row.reminder.pk: row.reminder for row in rows if row.reminder is not None}
    found: defaultdict[int, list[Reminder]] = defaultdict(list)
    found.update({pk: [leader] for pk, leader in leaders.items()})
    for rider in Reminder.objects.filter(along_with__in=leaders).order_by("id"):
        found[rider.along_with_id or 0].append(rider)
    return found


def still_wanted(reminders: Sequence[Reminder], items: Mapping[int, due.DueNotice]) -> list[Reminder]:
    """Those that he has not answered, and whose item is open."""
    return [
        reminder
        for reminder in reminders
        if reminder.state == Reminder.State.CLAIMED and reminder.due_item_id in items and items[reminder.due_item_id].is_open
    ]
