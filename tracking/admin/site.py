"""The site: one transaction of the signed-in account per page, and no pages but our own."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import SimpleTemplateResponse
from django.urls import reverse

from tracking.domain.actor import Actor
from tracking.domain.problems import Problem
from tracking.models import Patient, Prescriber, User
from tracking.services.access import acting_as

OUR_APPS = frozenset({"tracking", "notifications"})
_PAGES: list[tuple[type[models.Model], type[admin.ModelAdmin[Any]]]] = []
Page = TypeVar("Page", bound="type[admin.ModelAdmin[Any]]")


def page_of(model: type[models.Model]) -> Callable[[Page], Page]:
    """Put a page on the site. Django's own decorator would ask for the site while the site is being made from this package."""

    def registered(page: Page) -> Page:
        _PAGES.append((model, page))
        return page

    return registered


class StaffRequest(HttpRequest):
    """What reaches a page of this site: whether the account prescribes was asked once."""

    is_prescriber: bool


def actor_of(request: HttpRequest) -> Actor:
    """Who acts on a page of this site: the account that is signed in."""
    return Actor.user(cast("User", request.user).pk)


def is_prescriber(request: HttpRequest) -> bool:
    """Whether this account is an active member of a clinic. False on the sign-in page, where nobody is known."""
    return getattr(request, "is_prescriber", False)


class TrabeculaAdminSite(admin.AdminSite):
    """Prescribers land on their patients; superusers set up clinics and accounts."""

    site_header = site_title = "Trabecula"
    index_title = "Set-up"
    site_url = None
    enable_nav_sidebar = False

    def __init__(self, name: str = "admin") -> None:
        super().__init__(name)
        for model, page in _PAGES:
            self.register(model, page)

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Libraries register pages of their own as they load; the REST framework's would show the keys to men's records."""
        given = model_or_iterable if isinstance(model_or_iterable, list | tuple) else [model_or_iterable]
        super().register([model for model in given if model._meta.app_label in OUR_APPS], admin_class, **options)

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:  # noqa: FBT001, FBT002  Django's
        """The view and the rendering of what it returns, in one transaction; a refusal or a failure leaves nothing behind.

        The account acts, unless the view says in ``acts_as`` who does.
        """
        if view == self.logout:
            return super().admin_view(view, cacheable)

        @wraps(view)
        def acting(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            try:
                with acting_as(getattr(view, "acts_as", None) or actor_of(request)):
                    members = Prescriber.objects.filter(user=request.user.pk, is_active=True)
                    cast("StaffRequest", request).is_prescriber = members.exists()
                    response: HttpResponse = view(request, *args, **kwargs)
                    if isinstance(response, SimpleTemplateResponse):
                        response.render()
                    return response
            except Problem as refused:
                raise _as_page(refused) from refused

        return super().admin_view(acting, cacheable)

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:  # type: ignore[override]  # a redirect is no template
        if self.get_model_admin(Patient).has_module_permission(request):
            return HttpResponseRedirect(reverse("admin:tracking_patient_changelist"))
        return super().index(request, extra_context)

    def autocomplete_view(self, request: HttpRequest) -> HttpResponse:
        """No form here looks anybody up while one types, so there is nothing to ask."""
        raise Http404


def _as_page(refused: Problem) -> Exception:
    return Http404() if refused.kind == "not-found" else PermissionDenied() if refused.kind == "forbidden" else refused
