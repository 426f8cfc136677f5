"""The rules in force, to be read: what each says, why, from where, who checked it, and what others would change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from django.conf import settings
from django.contrib import admin
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from tracking import clock
from tracking.admin import phrases
from tracking.admin.base import patients_of
from tracking.admin.site import is_prescriber, view_at
from tracking.domain.impact import Impact
from tracking.domain.rulebook import Priority, Rule, RuleBook
from tracking.evidence import EvidenceError, load_rulebook
from tracking.evidence.compare import differences
from tracking.evidence.readable import figures, overdue, title, verified_and_not
from tracking.models import Patient, User
from tracking.services import impact
from tracking.services.impact import CandidateError

__all__ = ["rulebook"]

# A page answers while somebody waits for it, so one reads on; all men at once are the command's (manage.py rulebook_impact).
MEN_A_PAGE = 50


@dataclass(frozen=True, slots=True)
class RuleLine:
    anchor: str
    title: str
    figures: Mapping[str, str]
    reason: str
    sources: Sequence[str]
    contrary: Sequence[str]
    is_verified: bool
    is_late: bool
    checked_by: str
    next_review: date


@dataclass(frozen=True, slots=True)
class ManLine:
    """What another rulebook would say of one man, in words."""

    man: Patient
    verdict: str
    priority: str
    appears: str
    vanishes: str


@view_at("rulebook/", "rulebook")
@require_safe
def rulebook(request: HttpRequest) -> HttpResponse:
    """For prescribers, and the operator, who has no men. ``?impact=2``: the second page of what another would change."""
    user = cast("User", request.user)
    if not (is_prescriber(request) or user.is_superuser):
        raise Http404
    book, now = load_rulebook(), clock.now()
    verified, unverified = verified_and_not(book)
    late = overdue(book, now.date())
    context = admin.site.each_context(request) | {
        "title": "Rulebook",
        "book": book,
        "verified": verified,
        "unverified": unverified,
        "late": [_line(rule, book, now.date()) for rule in late],
        "groups": _groups(book, now.date()),
        "has_candidate": settings.RULEBOOK_CANDIDATE is not None,
        "is_asked": "impact" in request.GET,
    }
    if settings.RULEBOOK_CANDIDATE is not None and "impact" in request.GET:
        context |= _preview(request, book, now)
    return TemplateResponse(request, "admin/tracking/rulebook.html", context)


def _groups(book: RuleBook, today: date) -> list[tuple[str, list[RuleLine]]]:
    """By the first part of their id, in the order of the book."""
    found: dict[str, list[RuleLine]] = {}
    for rule in book.rules.values():
        found.setdefault(rule.id.partition(".")[0], []).append(_line(rule, book, today))
    return [(phrases.title(name), lines) for name, lines in found.items()]


def _line(rule: Rule, book: RuleBook, today: date) -> RuleLine:
    return RuleLine(
        anchor=rule.id,
        title=title(rule),
        figures=figures(rule),
        reason=rule.reason,
        sources=book.citations(rule.id),
        contrary=rule.contrary,
        is_verified=rule.verified,
        is_late=rule.next_review < today,
        checked_by=rule.checked_by,
        next_review=rule.next_review,
    )


def _preview(request: HttpRequest, book: RuleBook, now: datetime) -> dict[str, Any]:
    """What the candidate says otherwise, and for whom of this account's men; a candidate that is not fit says why."""
    try:
        candidate = load_rulebook(settings.RULEBOOK_CANDIDATE)
        his = patients_of(request).filter(erased_at=None).order_by("name", "pk")
        page = Paginator(his, MEN_A_PAGE).get_page(request.GET["impact"])
        men = list(page)
        found = impact.of_men(men, book, candidate, now)
    except (EvidenceError, CandidateError) as unfit:
        return {"unfit": str(unfit)}
    return {
        "candidate": candidate,
        "differences": differences(book, candidate),
        "page": page,
        "changed": [
            _man(man, said.impact, book, candidate) for man, said in zip(men, found, strict=True) if said.impact.changes
        ],
    }


def _man(man: Patient, said: Impact, book: RuleBook, candidate: RuleBook) -> ManLine:
    was, becomes = said.priority
    return ManLine(
        man=man,
        verdict=" → ".join(said.verdict) if said.verdict_changes else "as before",
        priority=f"{_or_none(was)} → {_or_none(becomes)}" if said.priority_changes else "as before",
        appears=", ".join(phrases.finding(code, candidate) for code in said.appears),
        vanishes=", ".join(phrases.finding(code, book) for code in said.vanishes),
    )


def _or_none(priority: Priority | None) -> str:
    return priority.value if priority else "none"
