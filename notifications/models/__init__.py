"""Storage: fields, constraints. Only ``notifications.services`` writes."""

from notifications.models.base import INBOX
from notifications.models.devices import Device
from notifications.models.escalations import Escalation
from notifications.models.messages import Delivery, InboxMessage
from notifications.models.preferences import Preference
from notifications.models.reminders import Answer, Reminder

__all__ = ["INBOX", "Answer", "Delivery", "Device", "Escalation", "InboxMessage", "Preference", "Reminder"]
