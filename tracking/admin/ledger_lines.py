"""The titration ledger as lines of a page. Proposing and deciding have pages of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.core.paginator import Page, Paginator
from django.http import HttpRequest

from tracking.admin import phrases
from tracking.domain.history import History
from tracking.domain.rulebook import RuleBook
from tracking.domain.titration.comparison import Comparison, Measured
from tracking.models import Patient, Proposal
from tracking.services import ledger

__all__ = ["LedgerLine", "actors_of", "ledger_lines", "ledger_page", "proposed"]

LINES = 10


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """One line. ``sides``: what was measured before and after; ``notes``: what a reader must know of the two."""

    uid: str
    on: str
    state: str
    what: str
    request: str
    reasons: tuple[str, ...]
    decided: str
    warnings: tuple[str, ...]
    sides: tuple[str, ...]
    notes: tuple[str, ...]


def ledger_page(man: Patient, request: HttpRequest) -> Page[Proposal]:
    """The lines that the address asks for, newest first; an odd number shows the first or the last."""
    rows = Proposal.objects.told().filter(patient=man).order_by("-pk")
    page: Page[Proposal] = Paginator(rows, LINES).get_page(request.GET.get("titration"))
    return page


def actors_of(rows: Iterable[Proposal]) -> list[str]:
    return [actor for row in rows for actor in (row.requested_by, row.proposed_by, row.decided_by)]


def ledger_lines(
    page: Iterable[Proposal], of: Patient | History, *, zone: str, rulebook: RuleBook, name: Callable[[str], str], now: datetime
) -> list[LedgerLine]:
    """Each with before and after. ``of``: the man, or his history where it is at hand."""
    rows = list(page)
    sides = ledger.comparisons(of, rows, now)
    return [_line(row, sides.get(row.pk), rulebook, name, zone=zone, now=now) for row in rows]


def proposed(row: Proposal, rulebook: RuleBook) -> str:
    """What is changed into what; empty for a request, which states nothing but words."""
    return f"{phrases.drug(row.drug, rulebook)}: {row.before_text or 'none'} → {row.after_text}" if row.kind else ""


def _line(
    row: Proposal, said: Comparison | None, rulebook: RuleBook, name: Callable[[str], str], *, zone: str, now: datetime
) -> LedgerLine:
    """No queries: whatever it needs is handed in. ``said``: before and after, once it is confirmed."""
    reasons = ((row.proposed_by, row.proposal_reason), (row.decided_by, row.decision_reason))
    return LedgerLine(
        uid=str(row.uid),
        on=phrases.instant(row.requested_at or row.proposed_at, zone),
        state=row.state_at(now),
        what=proposed(row, rulebook),
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
