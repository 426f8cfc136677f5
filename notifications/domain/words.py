"""What a man reads.

``OUTSIDE`` stands on lock screens and in mailboxes that others see: it names no drug, hormone, result or clinic. The inbox is
read after signing in and says what is due; it never says what to take. English texts serve as message ids for translation.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from notifications.domain.stages import Stage


@dataclass(frozen=True, slots=True)
class Words:
    title: str
    body: str


OUTSIDE = Words("Trabecula: a reminder for you", "Something is due. Open the app to see it.")
WHY_BY_EMAIL = "You receive this because reminders by e-mail are switched on. You can switch them off in the app."

INBOX_TITLES = MappingProxyType(
    {
        Stage.BEFORE: "Coming up",
        Stage.ON: "Due now",
        Stage.OVERDUE: "Overdue",
    }
)

# By kind and stage; "" is any kind that has no words of its own.
INBOX_BODIES = MappingProxyType(
    {
        "": {
            Stage.BEFORE: "Something in your plan can be done from now on and is due by {day}.",
            Stage.ON: "Something in your plan is due by {day}.",
            Stage.OVERDUE: "Something in your plan was due by {day}.",
        },
        "lab_e2_t": {
            Stage.BEFORE: "Your next blood test can be drawn from now on and is due by {day}.",
            Stage.ON: "Your next blood test is due by {day}.",
            Stage.OVERDUE: "Your blood test was due by {day}. Until it is done, nobody can say where you stand.",
        },
        "dexa": {
            Stage.BEFORE: "Your next bone density scan can be booked. It is due by {day}.",
            Stage.ON: "Your bone density scan is due by {day}.",
            Stage.OVERDUE: "Your bone density scan was due by {day}.",
        },
        "denosumab": {
            Stage.BEFORE: "A visit at your clinic can be arranged now. It is due by {day}.",
            Stage.ON: "Your visit at your clinic is due by {day}. This date matters: please do not let it pass.",
            Stage.OVERDUE: "Your visit at your clinic was due by {day}. Please call your clinic.",
        },
        "zoledronate": {
            Stage.BEFORE: "A visit at your clinic can be arranged now. It is due by {day}.",
            Stage.ON: "Your visit at your clinic is due by {day}.",
            Stage.OVERDUE: "Your visit at your clinic was due by {day}. Please call your clinic.",
        },
    }
)


def inbox_words(kind: str, stage: Stage, due_on: date) -> Words:
    """Title and text for his inbox. An unknown kind gets words that fit anything."""
    body = INBOX_BODIES.get(kind, INBOX_BODIES[""])[stage]
    return Words(INBOX_TITLES[stage], body.format(day=f"{due_on.day} {due_on:%B} {due_on.year}"))
