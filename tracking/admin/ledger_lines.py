"""The titration ledger as lines of a man's page: to be read. Deciding comes with pages of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from tracking.admin import phrases
from tracking.domain.rulebook import RuleBook
from tracking.domain.titration.comparison import Comparison, Measured
from tracking.models import Proposal

__all__ = ["LedgerLine", "ledger_line"]


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """One line. ``sides``: what was measured before and after; ``notes``: what a reader must know of the two."""

    on: str
    state: str
    what: str
    request: str
    reasons: tuple[str, ...]
    decided: str
    warnings: tuple[str, ...]
    sides: tuple[str, ...]
    notes: tuple[str, ...]


def ledger_line(
    row: Proposal, said: Comparison | None, rulebook: RuleBook, name: Callable[[str], str], *, zone: str, now: datetime
) -> LedgerLine:
    """One line. No queries: whatever it needs is handed in. ``said``: before and after, once it is confirmed."""
    drug = rulebook.drugs[row.drug].name if row.drug in rulebook.drugs else row.drug
    reasons = ((row.proposed_by, row.proposal_reason), (row.decided_by, row.decision_reason))
    return LedgerLine(
        on=phrases.instant(row.requested_at or row.proposed_at, zone),
        state=row.state_at(now),
        what=f"{drug}: {row.before_text or 'none'} → {row.after_text}" if row.kind else "",
        request=row.words,
        reasons=tuple(f"{name(who)}: {why}" for who, why in reasons if why),
        decided=phrases.instant(row.decided_at, zone),
        warnings=tuple(warned["words"] for warned in row.warnings),
        sides=() if said is None else tuple(_side(side) for side in (said.before, said.after)),
        notes=() if said is None else said.words,
    )


def _side(side: Measured | None) -> str:
    if side is None:
        return "–"
    beside = f", testosterone {side.testosterone}" if side.testosterone else ""
    return f"{side.value} {side.unit} ({side.assay}), {phrases.day(side.on)}{beside}"
