"""How long to wait before a message that was definitely refused is tried again."""

from __future__ import annotations

from datetime import timedelta

FIRST_DELAY = timedelta(minutes=1)
LONGEST_DELAY = timedelta(hours=6)
SPREAD = 0.25
# With the delays above about four days, as mail servers do among themselves.
MOST_ATTEMPTS = 24


def retry_delay(attempts: int, *, jitter: float, retry_after: timedelta | None = None) -> timedelta | None:
    """The wait after so many attempts (1 or more): doubling from one minute up to six hours; None when it is enough.

    ``jitter`` in [0, 1) lengthens it by up to a quarter, so that what failed together does not return together.
    ``retry_after`` is what the other side asked for; it is never undercut.
    """
    if attempts < 1 or not 0 <= jitter < 1:
        raise ValueError("attempts are counted from 1 and jitter is in [0, 1)")
    if attempts >= MOST_ATTEMPTS:
        return None
    doubled: timedelta = min(FIRST_DELAY * 2 ** (attempts - 1), LONGEST_DELAY)
    return max(doubled * (1 + SPREAD * jitter), retry_after or timedelta())
