"""By which ways a man is told, besides the inbox, which is always written.

Ways have an order: push before e-mail. Unless he asks for more, one message takes the first way that reaches him; the next
stands in where there is no target, or where the first was definitely refused.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

# The key of what he wants for every kind that he did not name.
EVERY_KIND = ""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What he wants: ways by kind (empty: the inbox alone), and ways that he switched off altogether."""

    by_kind: Mapping[str, Sequence[str]] = field(default_factory=dict)
    off: Collection[str] = frozenset()

    def for_kind(self, kind: str) -> Sequence[str] | None:
        """What he said about this kind, or about every kind; None where he said nothing."""
        return self.by_kind.get(kind, self.by_kind.get(EVERY_KIND))


def chosen(kind: str, wishes: Wishes, reachable: Sequence[str], *, time_critical: bool) -> tuple[str, ...]:
    """The ways a message of this kind takes, of those that reach him, in their order.

    What is time-critical takes all of them, whatever he switched off: it cannot be muted.
    """
    if time_critical:
        return tuple(reachable)
    open_ = [way for way in reachable if way not in wishes.off]
    wanted = wishes.for_kind(kind)
    if wanted is None:
        return tuple(open_[:1])
    if not wanted:
        return ()
    return tuple(way for way in open_ if way in wanted) or tuple(open_[:1])


def stand_in(kind: str, wishes: Wishes, reachable: Sequence[str], *, tried: Collection[str], time_critical: bool) -> str | None:
    """The way that takes over when those tried have definitely failed, or None."""
    wanted = wishes.for_kind(kind)
    if not time_critical and wanted is not None and not wanted:
        return None
    left = (way for way in reachable if way not in tried and (time_critical or way not in wishes.off))
    return next(left, None)
