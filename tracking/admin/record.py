"""Everything that a man's page shows, read with a fixed number of queries."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.db.models.fields.json import KT
from django.http import HttpRequest

from tracking.admin import bone_rows, checkin_rows, phrases, rows
from tracking.admin.basis import findings_of, sources_of
from tracking.admin.chart import chart
from tracking.admin.ledger_lines import actors_of, ledger_lines, ledger_page
from tracking.admin.plot import plot_of
from tracking.admin.setting_rows import setting_lines
from tracking.admin.side_by_side import pairs_of
from tracking.admin.tabulated import tabulated
from tracking.evidence import load_rulebook
from tracking.models import (
    AccessEvent,
    CareRelationship,
    DexaScan,
    DoseEvent,
    DrugUse,
    DueItem,
    Evaluation,
    LabResult,
    Lifestyle,
    Patient,
    RiskFactor,
    Symptom,
)
from tracking.services import evaluations, plans, rulebooks
from tracking.services.history import history_of
from tracking.services.inventory import holdings_of
from tracking.services.lived import local_today

__all__ = ["STATES", "page"]

STATES = {
    "current": "current",
    "superseded_by_change": "before a change of treatment",
    "stale": "too old to speak for today",
    "no_data": "none on record",
}
# What is due, at the top of the page: what leads, then the rest, each by its day.
MOST_NEXT = 4
LABS, DOSES, SYMPTOMS, EVALUATIONS, VISITS = 40, 20, 20, 10, 10


def page(man: Patient, request: HttpRequest, now: datetime) -> dict[str, Any]:
    """The context of the template. What was concluded comes from the standing evaluation, never from a new one."""
    rulebook = load_rulebook()
    standing = evaluations.of(man, whole=True)
    basis: dict[str, Any] = rulebooks.basis_of(standing) if standing else {}
    today = local_today(man, now)

    labs = _paged(request, "labs", LabResult.objects.live().filter(patient=man).order_by("-at", "analyte", "-pk"), LABS)
    doses = _paged(request, "doses", DoseEvent.objects.live().filter(patient=man).order_by("-at", "-pk"), DOSES)
    regimens = list(plans.standing().filter(patient=man).order_by("-starts_on", "drug", "-pk"))
    symptoms = _paged(request, "symptoms", Symptom.objects.live().filter(patient=man).order_by("-felt_on", "place"), SYMPTOMS)
    uses = list(DrugUse.objects.live().filter(patient=man).order_by("-since", "drug"))
    lifestyle = checkin_rows.in_force(Lifestyle.objects.live().filter(patient=man), today)
    conditions = list(RiskFactor.objects.live().filter(patient=man).order_by("code", "since"))
    scans = list(DexaScan.objects.live().filter(patient=man).prefetch_related("sites").order_by("-scanned_on", "-pk"))
    consents = list(CareRelationship.objects.filter(patient=man).select_related("clinic", "lead__user").order_by("-granted_at"))
    visits = _paged(request, "visits", AccessEvent.objects.filter(patient=man).select_related("user").order_by("-at"), VISITS)
    proposals = ledger_page(man, request)
    concluded = _paged(request, "evaluations", _evaluations(man), EVALUATIONS)

    due = [rows.due_line(item, today) for item in DueItem.objects.filter(patient=man).order_by("due_on", "pk")]

    actors = [row.recorded_by for row in (*labs, *doses, *regimens, *scans, *symptoms, *uses, *lifestyle, *conditions)]
    actors += [actor for care in consents for actor in (care.granted_by, care.revoked_by)]
    actors += actors_of(proposals)
    known = phrases.names(actors)

    def name(actor: str) -> str:
        return phrases.who(actor, known, man)

    history = history_of(man)
    conditioned = [bone_rows.condition_line(row, rulebook, name) for row in conditions]
    plot = plot_of(history, rulebook, now)
    regimen_lines = [rows.regimen_line(row, rulebook, name, today) for row in regimens]
    open_lines = [line for line in due if line.is_open]
    return {
        "born": phrases.born(man, today),
        "local_time": f"{now.astimezone(ZoneInfo(man.zone)):%H:%M}",
        "evaluation": standing,
        "basis": basis,
        "state": STATES.get(standing.state, "") if standing else "",
        "findings": findings_of(basis),
        "sources": sources_of(basis),
        "evaluated_at": phrases.instant(standing.as_of, man.zone) if standing else "",
        "pairs": (pairs := pairs_of(man, basis, rulebook)),
        "settles": rulebook.findings["labs_disagree"].clears if any(pair.counts for pair in pairs) else "",
        "chart": chart(plot),
        "tabulated": tabulated(plot),
        "labs": labs,
        "lab_lines": [rows.lab_line(row, basis.get("results", {}), rulebook, name, man.zone) for row in labs],
        "regimens": regimen_lines,
        "ledger": proposals,
        "ledger_lines": ledger_lines(proposals, history, zone=man.zone, rulebook=rulebook, name=name, now=now),
        "stock_lines": [rows.stock_line(held, rulebook, man.zone) for held in holdings_of([man], now)[man.pk]],
        "doses": doses,
        "dose_lines": [rows.dose_line(row, rulebook, name, man.zone) for row in doses],
        "scans": [bone_rows.scan_line(row, basis.get("bone", {}), rulebook, name, man.zone) for row in scans],
        "fractures": [
            bone_rows.fracture_line(fracture)
            for fracture in sorted(history.fractures, key=lambda f: f.occurred.at, reverse=True)
        ],
        "risk_factors": [line for line in conditioned if line.is_counted],
        "conditions": [line for line in conditioned if not line.is_counted],
        "lifestyle": [checkin_rows.measure_line(row, rulebook, name, man.zone) for row in lifestyle],
        "symptoms": symptoms,
        "symptom_lines": [checkin_rows.symptom_line(row, rulebook, name, man.zone) for row in symptoms],
        "uses": [checkin_rows.use_line(row, rulebook, name, man.zone, today=today) for row in uses],
        "evaluations": concluded,
        "evaluation_lines": [
            (row, phrases.spaced(row.word), phrases.instant(row.as_of, man.zone), STATES.get(row.state, row.state))
            for row in concluded
        ],
        "due": open_lines,
        "takes": [line for line in regimen_lines if line.is_open and not line.is_planned],
        "next_due": sorted(open_lines, key=lambda line: not line.leads)[:MOST_NEXT],
        "settled": [line for line in reversed(due) if not line.is_open],
        "consents": [
            (care, phrases.instant(care.granted_at, man.zone), phrases.instant(care.revoked_at, man.zone)) for care in consents
        ],
        "consent_since": _since(consents, man),
        "settings": setting_lines(man, history, [care.clinic_id for care in consents if care.revoked_at is None], today),
        "visits": visits,
        "visit_lines": [(visit, phrases.instant(visit.at, man.zone)) for visit in visits],
    }


def _evaluations(man: Patient) -> QuerySet[Evaluation]:
    """Headlines only: a basis is read on its own page."""
    return Evaluation.objects.filter(patient=man).annotate(headline=KT("basis__headline")).defer("basis").order_by("-pk")


def _paged(request: HttpRequest, name: str, found: Any, per_page: int) -> Page[Any]:
    """The page of this table that the address asks for; an odd number shows the first or the last."""
    page: Page[Any] = Paginator(found, per_page).get_page(request.GET.get(name))
    return page


def _since(consents: list[CareRelationship], man: Patient) -> list[tuple[str, str, str]]:
    """Which clinics he has let in, since when, and who leads there."""
    return [
        (care.clinic.name, phrases.instant(care.granted_at, man.zone), str(care.lead.user) if care.lead else "")
        for care in consents
        if care.revoked_at is None
    ]
