"""The only writers. Verbs on nouns; the actor comes as ``by``, the time as ``now``."""

from notifications.services.answers import Answered, answer
from notifications.services.by_mail import Mailed, answer_by_mail, mailed, unsubscribe_by_mail
from notifications.services.calendars import GivenOut, calendar_of, give_out_calendar, read_calendar, withdraw_calendar
from notifications.services.claiming import Claimed, claim
from notifications.services.delivering import Delivered, deliver
from notifications.services.devices import devices_of, register, remove
from notifications.services.digests import Digested, write_digests
from notifications.services.escalating import Escalated, escalate
from notifications.services.expecting import Expecting, plan_doses, plan_refills
from notifications.services.failures import KEPT, Counted, count_failures, failed_deliveries, failed_digests
from notifications.services.inbox import inbox_of, mark_read, reminders_of, unread_of
from notifications.services.measuring import Measured, measure
from notifications.services.planning import Planned, plan, replan
from notifications.services.preferences import preference_of, set_preference, stop_emails

__all__ = [
    "KEPT",
    "Answered",
    "Claimed",
    "Counted",
    "Delivered",
    "Digested",
    "Escalated",
    "Expecting",
    "GivenOut",
    "Mailed",
    "Measured",
    "Planned",
    "answer",
    "answer_by_mail",
    "calendar_of",
    "claim",
    "count_failures",
    "deliver",
    "devices_of",
    "escalate",
    "failed_deliveries",
    "failed_digests",
    "give_out_calendar",
    "inbox_of",
    "mailed",
    "mark_read",
    "measure",
    "plan",
    "plan_doses",
    "plan_refills",
    "preference_of",
    "read_calendar",
    "register",
    "reminders_of",
    "remove",
    "replan",
    "set_preference",
    "stop_emails",
    "unread_of",
    "unsubscribe_by_mail",
    "withdraw_calendar",
    "write_digests",
]
