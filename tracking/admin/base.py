"""The one base of every page that shows a man's record: whose rows, for whom, by which address; and never a write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path, reverse

from tracking import clock
from tracking.admin.site import is_prescriber
from tracking.domain.categories import Category
from tracking.models import Patient, User
from tracking.services import audit

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
else:  # Django's class takes a type only in its stubs
    ModelAdmin = admin.ModelAdmin

SAFE = ("GET", "HEAD")


def patients_of(request: HttpRequest, category: Category = Category.CONCLUSIONS) -> models.QuerySet[Patient]:
    """The men who share this category with a clinic of this prescriber. His own record is in the app, not on his desk."""
    user = cast("User", request.user)
    return Patient.objects.visible_to(user, category).exclude(user=user)


class RecordChangeList(ChangeList):
    """A list whose rows are opened by ``uid``: the bigint key is never shown."""

    def url_for_result(self, result: Any) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[result.uid])


class RecordAdmin(ModelAdmin):
    """Pages of one patient-owned table, for active prescribers.

    A page of a row is a template and no form, so there is nothing in it that could be changed. Each write is a form of its own
    over one service, at an address of its own.
    """

    actions = None
    show_full_result_count = False
    list_per_page = 50
    page_template = ""
    # What the man reads in his access log.
    what = "record"

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        return super().get_queryset(request).filter(patient__in=patients_of(request))

    def man_of(self, row: Any) -> Patient:
        man: Patient = row.patient
        return man

    def page(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        """What the page of one row shows."""
        raise NotImplementedError

    def get_urls(self) -> list[URLPattern | URLResolver]:  # type: ignore[override]  # stubs name the pattern only
        """The list and one page per row: there are no addresses to add, change or delete."""
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        return [
            path("", self.admin_site.admin_view(self.changelist_view), name=f"{name}_changelist"),
            path("<uuid:uid>/", self.admin_site.admin_view(self.record_view), name=f"{name}_change"),
        ]

    def record_view(self, request: HttpRequest, uid: UUID) -> HttpResponse:
        if request.method not in SAFE:
            return HttpResponseNotAllowed(SAFE)
        row = self.open(request, uid, Category.DOOR)
        return TemplateResponse(request, self.page_template, self.around(request, row) | self.page(request, row))

    def open(self, request: HttpRequest, uid: UUID, category: Category = Category.CONCLUSIONS) -> Any:
        """The row under ``uid``, its man's access log told; what is not this prescriber's is not found.

        ``category``: what the man must share at least; unless it is said, all of his record.
        """
        row = self.get_queryset(request).filter(uid=uid).first() if is_prescriber(request) else None
        if row is None or not patients_of(request, category).filter(pk=self.man_of(row).pk).exists():
            raise Http404
        audit.note_visit(
            patient=self.man_of(row), user=cast("User", request.user), through="admin", what=self.what, now=clock.now()
        )
        return row

    def around(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        """What every page of a row needs besides its own content."""
        man = self.man_of(row)
        return self.admin_site.each_context(request) | {"opts": self.opts, "man": man, "title": str(man)}

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return RecordChangeList

    def has_module_permission(self, request: HttpRequest) -> bool:
        return is_prescriber(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_prescriber(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
