"""A check-in: a few items of how he feels, each scored, on one day of his (CLINICAL 7.1, 9.6). It asks, and never decides."""

from __future__ import annotations

from datetime import date

from tracking.domain.problems import problem
from tracking.domain.reported import Moment, Precision
from tracking.domain.rulebook import RuleBook

# What a check-in can be at all; which score matters is for the rulebook.
LEAST_SCORE, MOST_SCORE = 0, 10
MOST_A_DAY = 5
_KNOWN_TO_THE_DAY = (Precision.MINUTE, Precision.DAY)


def check_item(code: str, score: int, rulebook: RuleBook) -> None:
    """Raise :class:`Problem` for an item that is not asked (``/code``) or a score outside 0 to 10 (``/score``)."""
    items = rulebook.checkin.form.items
    if code not in items:
        raise problem(
            "/code",
            "symptom-unknown",
            "'{received}' is not an item of the check-in. Accepted: {accepted}.",
            received=code[:40],
            accepted=", ".join(sorted(items)),
        )
    if not LEAST_SCORE <= score <= MOST_SCORE:
        raise problem(
            "/score",
            "score-out-of-range",
            "{received} is not accepted. Accepted: a whole number from {least} (none) to {most}.",
            received=score,
            least=LEAST_SCORE,
            most=MOST_SCORE,
        )


def day_of(felt: Moment) -> date:
    """The day on which something was felt: that of the calendar where he was.

    An hour lived twice belongs to one day as both times; one that did not exist cannot be felt in. A day of one zone and the
    same day of another are one day: a man who flies west has a long one, and no more items for it.

    Raises :class:`Problem` (``/felt_at``) where the day is not known.
    """
    if felt.precision not in _KNOWN_TO_THE_DAY:
        raise problem(
            "/felt_at",
            "day-not-known",
            "{received} is no day. Accepted: an instant with an offset, or a day such as 2026-03-03.",
            received=str(felt),
        )
    return felt.local.date()
