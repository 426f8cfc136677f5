"""What one message speaks of: the reminder that leads it, and those that ride along."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from notifications.models import Delivery, Reminder
from notifications.services.subjects import Subject


def spoken_of(rows: Iterable[Delivery]) -> dict[int, list[Reminder]]:
    """By leader, the leader first, in one query. The deliveries come with their reminders; escalations speak of none."""
    leaders = {row.reminder.pk: row.reminder for row in rows if row.reminder is not None}
    found: defaultdict[int, list[Reminder]] = defaultdict(list)
    found.update({pk: [leader] for pk, leader in leaders.items()})
    for rider in Reminder.objects.filter(along_with__in=leaders).order_by("id"):
        found[rider.along_with_id or 0].append(rider)
    return found


def still_wanted(reminders: Sequence[Reminder], subjects: Mapping[int, Subject]) -> list[Reminder]:
    """Those that he has not answered, and whose subject is open."""
    return [
        reminder
        for reminder in reminders
        if reminder.state == Reminder.State.CLAIMED and reminder.pk in subjects and subjects[reminder.pk].is_open
    ]
