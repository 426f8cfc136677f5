"""Storage: fields, constraints. Only ``notifications.services`` writes."""

from notifications.models.base import Via
from notifications.models.messages import Delivery, InboxMessage
from notifications.models.preferences import Preference
from notifications.models.reminders import Answer, Reminder

__all__ = ["Answer", "Delivery", "InboxMessage", "Preference", "Reminder", "Via"]
