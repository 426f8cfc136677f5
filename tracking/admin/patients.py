"""A prescriber's patients: the list by name, and the page of one man. Whom to look at first, the work queue says."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast
from uuid import UUID

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import F, Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path
from django.utils.html import format_html
from django.utils.safestring import SafeString

from tracking import clock
from tracking.admin import (
    corrections,
    dose_history,
    imports,
    phrases,
    record,
    rows,
    sharing,
    summary,
    titration,
    versions,
    writes,
    writing,
)
from tracking.admin.base import SAFE, RecordAdmin, RecordChangeList, broken_glass, patients_of
from tracking.admin.site import TrabeculaAdminSite
from tracking.domain.categories import SHAREABLE, Category
from tracking.exchange.summary import pdf_of
from tracking.models import DueItem, Patient, User
from tracking.services.access import shared_with
from tracking.services.lived import local_today

_EVALUATION = "standing__evaluation__"
_BASIS = f"{_EVALUATION}basis__"


class PatientChangeList(RecordChangeList):
    """One row per man. Of an evaluation's basis only the parts that are shown leave the database."""

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> QuerySet[Patient]:
        found: QuerySet[Patient] = super().get_queryset(request, exclude_parameters)
        open_items = DueItem.objects.filter(state=DueItem.State.OPEN, kind__in=rows.LEADING).order_by("due_on", "pk")
        return found.annotate(
            word=F(f"{_EVALUATION}word"),
            state=F(f"{_EVALUATION}state"),
            drawn_on=F(f"{_BASIS}verdict__drawn_on"),
            result=F(f"{_BASIS}result"),
            worst=F(f"{_EVALUATION}grounds__content__findings__0"),
        ).prefetch_related(Prefetch("dueitem_rows", queryset=open_items, to_attr="open_items"))

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list = list(self.result_list)
        now = clock.now()
        shared = shared_with(cast("User", request.user), self.result_list)
        for man in self.result_list:
            man.shared = shared.get(man.pk, [])
            man.today = local_today(man, now)


@admin.register(Patient)
class PatientAdmin(RecordAdmin):
    """The list is a changelist as everywhere in the admin; the page is our own."""

    what = "patient page"
    page_template = "admin/tracking/patient/page.html"
    list_display = ("name_and_age", "verdict", "last_estradiol", "floor", "worst_finding", "next_due")
    search_fields = ("name", "user__email")
    ordering = ("name", "pk")
    sortable_by = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Patient]:
        return patients_of(request, Category.DOOR)

    def man_of(self, row: Patient) -> Patient:
        return row

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return PatientChangeList

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(request, {"title": "Patients", **(extra_context or {})})

    def get_urls(self) -> list[URLPattern | URLResolver]:  # type: ignore[override]  # the stubs know patterns only, not resolvers
        wrap = self.admin_site.admin_view
        return [
            *super().get_urls(),
            path("<uuid:uid>/history/", wrap(self.versions_view), name="tracking_patient_history"),
            path("<uuid:uid>/doses/", wrap(self.doses_view), name="tracking_patient_doses"),
            *sharing.urls(cast("TrabeculaAdminSite", self.admin_site)),
            path("<uuid:uid>/summary/", wrap(self.summary_view), name="tracking_patient_summary"),
            path("<uuid:uid>/summary.pdf", wrap(self.summary_pdf_view), name="tracking_patient_summary_pdf"),
            *writing.urls(self, (*writes.WRITES, *corrections.CORRECTIONS, *titration.WRITES)),
            *imports.urls(self),
        ]

    def page(self, request: HttpRequest, row: Patient) -> dict[str, Any]:
        behind_glass = broken_glass(request, row) is not None
        shared = list(SHAREABLE) if behind_glass else shared_with(cast("User", request.user), [row]).get(row.pk, [])
        return record.page(row, request, clock.now()) | {
            "shared": shared,
            "is_partial": Category.CONCLUSIONS not in shared,
            "may_propose": not behind_glass,
            "may_correct": not behind_glass and Category.CONCLUSIONS in shared,
        }

    def versions_view(self, request: HttpRequest, uid: UUID) -> HttpResponse:
        """Every version of every row about him: who, when, what it said."""
        man = self.open(request, uid)
        context = self.around(request, man) | versions.page(man, request)
        return TemplateResponse(request, "admin/tracking/patient/versions.html", context)

    def doses_view(self, request: HttpRequest, uid: UUID) -> HttpResponse:
        """How he was dosed, over a window of days."""
        if request.method not in SAFE:
            return HttpResponseNotAllowed(SAFE)
        man = self.open(request, uid)
        context = self.around(request, man) | dose_history.page(man, request, clock.now())
        return TemplateResponse(request, "admin/tracking/patient/doses.html", context)

    def summary_view(self, request: HttpRequest, uid: UUID) -> HttpResponse:
        """One page to print or to take along."""
        if request.method not in SAFE:
            return HttpResponseNotAllowed(SAFE)
        man = self.open(request, uid)
        context = self.around(request, man) | {"summary": summary.summary_of(man, cast("User", request.user), clock.now())}
        return TemplateResponse(request, "admin/tracking/patient/summary.html", context)

    def summary_pdf_view(self, request: HttpRequest, uid: UUID) -> HttpResponse:
        """The same as PDF."""
        if request.method not in SAFE:
            return HttpResponseNotAllowed(SAFE)
        man = self.open(request, uid)
        made = pdf_of(summary.summary_of(man, cast("User", request.user), clock.now()))
        named = {"Content-Disposition": f'inline; filename="summary-{man.uid}.pdf"'}
        return HttpResponse(made, content_type="application/pdf", headers=named)

    @admin.display(description="Patient")
    def name_and_age(self, man: Any) -> SafeString:
        return format_html('{}<span class="quiet">{}</span>', str(man), phrases.born(man, man.today))

    @admin.display(description="Verdict")
    def verdict(self, man: Any) -> SafeString:
        if Category.CONCLUSIONS not in man.shared:
            return format_html('not shared<span class="quiet">he shares {} only</span>', ", ".join(man.shared))
        return verdict_word(man.word, man.state)

    @admin.display(description="Last estradiol")
    def last_estradiol(self, man: Any) -> str | SafeString:
        if Category.CONCLUSIONS not in man.shared:
            return "not shared"
        if not man.result:
            return "none on record"
        drawn_on = datetime.fromisoformat(man.drawn_on).date() if man.drawn_on else None
        age = phrases.ago(drawn_on, man.today) if drawn_on else "date not known"
        reported = man.result["lab"]["reported"]
        value = reported["value"]
        return format_html(
            '<b>{}{} {}</b><span class="quiet">{}, {}</span>',
            value["comparator"], value["digits"], value["unit"], rows.assay_of(reported["assay"]), age,
        )  # fmt: skip

    @admin.display(description="Floor used")
    def floor(self, man: Any) -> str:
        if not man.result:
            return "–"
        limits = man.result["thresholds"]
        return f"{limits['floor']} {limits['unit']}"

    @admin.display(description="Worst finding")
    def worst_finding(self, man: Any) -> str | SafeString:
        if Category.CONCLUSIONS not in man.shared:
            return "not shared"
        if not man.worst:
            return "none"
        return format_html(
            '<span class="priority {}">{}</span> {}', man.worst["priority"], man.worst["priority"], man.worst["prescriber"]
        )

    @admin.display(description="Next due")
    def next_due(self, man: Any) -> str | SafeString:
        if Category.CONCLUSIONS not in man.shared:
            return "not shared"
        if not man.open_items:
            return "nothing"
        item: DueItem = man.open_items[0]
        late = item.overdue_on <= man.today
        return format_html(
            '{}<span class="quiet{}">{}{}</span>',
            rows.KINDS.get(item.kind, item.kind),
            " late" if late else "",
            phrases.day(item.due_on),
            ", overdue" if late else "",
        )


def verdict_word(word: str | None, state: str | None) -> SafeString:
    """One of the four words, with its state; what nobody can see is hatched, never blank."""
    said = word or "no_current_data"
    return format_html(
        '<span class="verdict verdict-{}">{}</span><span class="quiet">{}</span>',
        said,
        phrases.spaced(said),
        record.STATES.get(state or "", ""),
    )
