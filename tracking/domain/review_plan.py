"""The planned review of an AI: whether it is still needed (CLINICAL 9.6)."""

from __future__ import annotations

from tracking.domain.due import ANSWERED, CLINIC, SUPERSEDED, DueItem, asked
from tracking.domain.history import Origin, RegimenRecord
from tracking.domain.months import months_after
from tracking.domain.rulebook import AROMATASE_INHIBITOR, RuleBook
from tracking.domain.spans import so_many_days
from tracking.domain.stated import RegimenLog
from tracking.domain.timeline import Timeline

AI_REVIEW = "ai_review"


def review_items(timeline: Timeline, regimens: RegimenLog, rulebook: RuleBook, *, open_only: bool = False) -> list[DueItem]:
    """One for each regimen of an AI that names a date. A prescription that takes its place answers it.

    ``open_only``: what is closed is left out.
    """
    own = [r for r in regimens.of_class(AROMATASE_INHIBITOR, rulebook) if r.starts_on <= timeline.today]
    named = [regimen for regimen in own if regimen.review_on is not None]
    if open_only:
        named = [regimen for regimen in named if regimen.ends_on is None or regimen.ends_on > timeline.today]
    return [_item(regimen, own, timeline, rulebook) for regimen in named]


def _item(regimen: RegimenRecord, all_of_them: list[RegimenRecord], timeline: Timeline, rulebook: RuleBook) -> DueItem:
    rule = rulebook.monitoring.ai_review
    latest = months_after(regimen.starts_on, rule.most_months)
    due = min(regimen.review_on or latest, latest)
    said = {"name": rulebook.drugs[regimen.drug].name.lower(), "on": due, "months": rule.most_months}
    window = (due - so_many_days(rule.opens_before_days), due, due + so_many_days(rule.overdue_days), regimen.starts_on)
    of = asked(AI_REVIEW, rule.id, rulebook, audience=CLINIC)
    item = DueItem(of, f"review:{regimen.key}", "ai_review", said, *window, timeline.person.zone)
    ended = regimen.ends_on
    if ended is None or ended > timeline.today:
        return item
    after = [r for r in all_of_them if r.origin is Origin.PRESCRIBED and r.key != regimen.key and r.starts_on >= ended]
    if after:
        return item.closed(ANSWERED, answered_by=min(after, key=lambda r: (r.starts_on, r.key)).key)
    return item.closed(SUPERSEDED, superseded_by=f"end:{regimen.key}")
