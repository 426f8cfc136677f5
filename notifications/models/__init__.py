"""Storage: fields, constraints. Only ``notifications.services`` writes."""

from notifications.models.base import INBOX
from notifications.models.calendars import CalendarFeed
from notifications.models.devices import Device
from notifications.models.digests import StaffDigest
from notifications.models.escalations import Escalation
from notifications.models.messages import Delivery, InboxMessage
from notifications.models.outgoing import Outgoing
from notifications.models.preferences import Preference
from notifications.models.reminders import Answer, Reminder

__all__ = [
    "INBOX",
    "Answer",
    "CalendarFeed",
    "Delivery",
    "Device",
    "Escalation",
    "InboxMessage",
    "Outgoing",
    "Preference",
    "Reminder",
    "StaffDigest",
]
