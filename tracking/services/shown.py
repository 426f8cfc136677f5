"""What the man himself may read of an evaluation, whoever hands it to him: REST, sync, an export.

While a finding of it waits for a prescriber's release, he gets neither word nor tier; and he never reads "critical"
(CLINICAL 9.8).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, OuterRef

from tracking.domain.for_man import ForMan, words_for_man
from tracking.domain.rulebook import Tier
from tracking.domain.words import fill, on_day
from tracking.evidence import load_rulebook
from tracking.models import CareRelationship, Evaluation, Finding, Patient, Proposal
from tracking.services.lived import local_today

__all__ = [
    "clinic_of_proposal", "has_a_clinic", "tier_for_man", "unreleased", "verdict_for_man", "waits_for_release", "words_of",
    "words_of_proposal",
]  # fmt: skip

_TIERS = {Tier.CRITICAL.value: "very_low"}


def tier_for_man(name: str) -> str:
    return _TIERS.get(name, name)


def unreleased() -> Exists:
    """For a query of evaluations: whether a finding of it is not yet released to the man."""
    return Exists(Finding.objects.filter(evaluation=OuterRef("pk"), released_at=None))


def waits_for_release(row: Evaluation) -> bool:
    return Finding.objects.filter(evaluation=row, released_at=None).exists()


def verdict_for_man(row: Evaluation, *, waits: bool) -> dict[str, Any]:
    """His word and tiers; all None while the evaluation ``waits``."""
    return {
        "word": None if waits else row.word,
        **{
            name: None if waits or not getattr(row, name) else tier_for_man(getattr(row, name))
            for name in ("tier", "best_tier", "worst_tier")
        },
    }


def has_a_clinic(man: Patient) -> bool:
    return CareRelationship.objects.covering().filter(patient=man).exists()


def words_of(stored: Mapping[str, Any] | None, *, as_of: date, waits: bool, clinic_connected: bool) -> list[str]:
    """His sentences, from ``for_man`` of a basis; the first evaluations kept none, and of those he reads what holds always."""
    said = ForMan.stored(stored) if stored else ForMan((), (), compares=False, today=as_of)
    return list(words_for_man(said, load_rulebook(), clinic_connected=clinic_connected, comparison=not waits))


def clinic_of_proposal(row: Proposal) -> str | None:
    """Whose prescriber decided it, or else proposed it; None while it is a request that nobody has answered."""
    member = row.decided_as or row.proposed_as
    return None if member is None else member.clinic.name


def words_of_proposal(row: Proposal, *, man: Patient, state: str, today: date, due_on: date | None = None) -> Iterator[str]:
    """What he reads of a line of the ledger. It names no dose. ``due_on``: the recheck that came of it."""
    words = load_rulebook().words.titration_man
    last_day = local_today(man, row.expires_at - timedelta(microseconds=1))
    yield fill(words[state], {"on": on_day(row.effective_on, today), "until": on_day(last_day, today)})
    if row.answer:
        yield fill(words["answer"], {"answer": row.answer})
    if due_on is not None:
        yield fill(words["recheck"], {"due": on_day(due_on, today)})
