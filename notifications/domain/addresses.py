"""Addresses whose last part is a secret: whoever knows it is let in, so it stands in no log.

Named in one place: the links are made with them, the routes are made of them, and every log leaves out what follows them.
"""

from __future__ import annotations

import re

ANSWER = "r"
UNSUBSCRIBE = "u"
CALENDAR = "calendar"
JOIN = "join"
WITH_A_SECRET = (ANSWER, UNSUBSCRIBE, CALENDAR, JOIN)

_SECRET = re.compile(rf"/({'|'.join(WITH_A_SECRET)})/[^\s\"'?#<>\\]+")


def without_secrets(text: str) -> str:
    """The text with every secret of such an address left out."""
    return _SECRET.sub(r"/\1/...", text)
