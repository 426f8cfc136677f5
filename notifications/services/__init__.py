"""The only writers. Verbs on nouns; the actor comes as ``by``, the time as ``now``."""

from notifications.services.answers import Answered, answer
from notifications.services.claiming import Claimed, claim
from notifications.services.delivering import Delivered, deliver
from notifications.services.inbox import inbox_of, mark_read, reminders_of
from notifications.services.planning import Planned, plan, replan
from notifications.services.preferences import preference_of, set_preference

__all__ = [
    "Answered",
    "Claimed",
    "Delivered",
    "Planned",
    "answer",
    "claim",
    "deliver",
    "inbox_of",
    "mark_read",
    "plan",
    "preference_of",
    "reminders_of",
    "replan",
    "set_preference",
]
