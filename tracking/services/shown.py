"""What the man himself may read of an evaluation, whoever hands it to him: the home screen, REST, sync, an export.

While a finding of it waits for a prescriber's release, he gets neither word nor tier; and he never reads "critical"
(CLINICAL 9.8).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, Subquery, TextField, UUIDField, Value
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, NullIf

from tracking.domain.for_man import Comparison, ForMan, comparison_of, words_for_man
from tracking.domain.rulebook import Lane, Tier
from tracking.domain.words import fill, on_day
from tracking.evidence import load_rulebook
from tracking.models import CareRelationship, Episode, Evaluation, Finding, LabResult, Patient, Proposal
from tracking.services.kept import Kept
from tracking.services.lived import local_today

__all__ = [
    "NEVER", "clinic_of_proposal", "comparison_for", "for_his_words", "his_words", "tier_for_man", "verdict_for_man",
    "waits_until", "with_his_words", "words_of_proposal",
]  # fmt: skip

# Later than any wait.
NEVER = datetime(9000, 1, 1, tzinfo=UTC)
_TIERS = {Tier.CRITICAL.value: "very_low"}


def tier_for_man(name: str) -> str:
    return _TIERS.get(name, name)


def for_his_words() -> dict[str, Any]:
    """For a query of evaluations: what he reads of them depends on this beside the basis.

    ``waits``: a finding of it is not yet released. ``told_at``: when a message about a low of his that it knew of, and that
    still stands, reached somebody of a clinic that he lets in to all of it to this day. ``came_at``: when the result that
    decides came.
    """
    his = {"patient": OuterRef("patient")}
    still_in = CareRelationship.objects.covering().filter(**his, granted_at__lte=OuterRef("told_at"))
    lows = Episode.objects.unresolved().filter(**his, lane=Lane.LOW_E2, told_at__isnull=False, opened_at__lte=OuterRef("as_of"))
    return {
        "for_man": F("basis__for_man"),
        "waits": Exists(Finding.objects.filter(evaluation=OuterRef("pk"), released_at=None)),
        "connected": Exists(CareRelationship.objects.covering().filter(**his)),
        "told_at": Subquery(lows.filter(Exists(still_in)).order_by("-told_at").values("told_at")[:1]),
        "decides": NullIf(KT("basis__verdict__reading"), Value(""), output_field=TextField()),  # empty: without a result
        "came_at": Subquery(LabResult.objects.filter(uid=Cast(OuterRef("decides"), UUIDField())).values("recorded_at")),
    }


def with_his_words(row: Evaluation) -> Any:
    """An evaluation that was read without :func:`for_his_words`, with it."""
    (read,) = _WITH_HIS_WORDS.of(row.pk)
    return read


_WITH_HIS_WORDS = Kept(lambda pk: Evaluation.objects.defer("basis").annotate(**for_his_words()).filter(pk=pk))


def comparison_for(row: Any, man: Patient, now: datetime) -> Comparison:
    """Whether he reads where his result stands. ``row`` was read with :func:`for_his_words`."""
    return comparison_of(
        waits=row.waits,
        clinic_connected=row.connected,
        waits_from=_waits_from(row, man),
        today=local_today(man, now),
        rulebook=load_rulebook(),
    )


def _waits_from(row: Any, man: Patient) -> date:
    """He waits for a word on a result from when it came, however often it is looked at again."""
    return local_today(man, row.came_at or row.as_of)


def waits_until(row: Any, man: Patient) -> date:
    """The first local day on which a comparison that waits is said not to have been reviewed."""
    return _waits_from(row, man) + timedelta(days=load_rulebook().episodes.telling.waits_days + 1)


def his_words(row: Any, man: Patient, comparison: Comparison) -> list[str]:
    """His sentences on an evaluation that was read with :func:`for_his_words`.

    The first evaluations kept none, and of those he reads what holds always.
    """
    said = ForMan.stored(row.for_man) if row.for_man else ForMan((), (), compares=False, today=row.as_of.date())
    return list(
        words_for_man(
            said,
            load_rulebook(),
            clinic_connected=row.connected,
            notified_on=None if row.told_at is None else local_today(man, row.told_at),
            comparison=comparison,
        )
    )


def verdict_for_man(row: Evaluation, comparison: Comparison) -> dict[str, Any]:
    """His word and tiers; all None unless the comparison is released."""
    released = comparison is Comparison.RELEASED
    return {
        "word": row.word if released else None,
        **{
            name: tier_for_man(getattr(row, name)) if released and getattr(row, name) else None
            for name in ("tier", "best_tier", "worst_tier")
        },
        "comparison": comparison.value,
    }


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
