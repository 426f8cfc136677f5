"""How a prescriber writes: one form over one service, at an address of its own, and never on what he has not seen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from tracking import clock
from tracking.admin import phrases, problems, seen
from tracking.admin.base import broken_glass
from tracking.admin.forms import SiteForm, WriteForm
from tracking.admin.site import actor_of
from tracking.domain.actor import Actor
from tracking.domain.problems import Problem
from tracking.evidence import load_rulebook
from tracking.models import Patient
from tracking.services.access import lock_patient

if TYPE_CHECKING:
    from tracking.admin.base import RecordAdmin

__all__ = ["Write", "urls"]

CONFLICT = 409


class Write:
    """One thing that a prescriber may write about a man.

    ``request``: of it only what was asked for or sent. A write that changes or replaces rows says in ``rows`` which, and in
    ``shown`` what they say: what was sent on another version of them is refused.
    """

    address: ClassVar[str]
    name: ClassVar[str]
    title: ClassVar[str]
    button: ClassVar[str]
    form_class: ClassVar[type[WriteForm]]
    template: ClassVar[str] = "admin/tracking/patient/write.html"
    # The table whose row it adds under the id of the form. That the same form comes twice is then no other's change.
    adds: ClassVar[Any] = None

    def __init__(self, *, man: Patient, by: Actor, now: datetime, sent: Any) -> None:
        self.man, self.by, self.now, self.sent = man, by, now, sent
        self.rulebook = load_rulebook()

    def form(self, posted: Any) -> WriteForm:
        return self.form_class(posted, man=self.man, rulebook=self.rulebook, initial=self.initial())

    def initial(self) -> dict[str, Any]:
        return {}

    def sites(self, posted: Any) -> list[SiteForm]:
        return []

    def store(self, form: Any, sites: Sequence[SiteForm]) -> str:
        """Call the service; the sentence that tells what was stored."""
        raise NotImplementedError

    def rows(self) -> Sequence[Any]:
        """What it changes or replaces, as it is now; empty where it only adds."""
        return ()

    def parts(self) -> Sequence[Any]:
        """Those and what hangs on them: their history says who changed something last."""
        return self.rows()

    def lines(self) -> Iterable[tuple[str, str]]:
        """The same in words, as label and value."""
        return ()

    def gone(self) -> str:
        """Why there is nothing left that could be changed; empty while there is."""
        return ""

    def after(self) -> str:
        """The page that follows."""
        return reverse("admin:tracking_patient_change", args=[self.man.uid])

    def context(self, request: HttpRequest) -> dict[str, Any]:
        """What its page shows besides the form."""
        return {}

    @property
    def standing(self) -> str:
        """What this write is about, in a sentence."""
        return ""

    def drug(self, row: Any) -> str:
        """The name of what a row is about."""
        return phrases.drug(row.drug, self.rulebook)

    @property
    def shown(self) -> seen.Shown:
        return seen.Shown(" ".join(f"{row.uid}:{row.revision}" for row in self.rows()), tuple(self.lines()))

    @property
    def seal(self) -> str:
        return seen.sealed(self.shown)

    @property
    def who(self) -> dict[str, Any]:
        return {"patient": self.man, "by": self.by, "now": self.now}

    def changed(self) -> seen.Changed | None:
        """What became of its rows while the form was open."""
        if type(self).rows is Write.rows:
            return None  # it only adds
        if self.adds is not None and self.adds.objects.filter(patient=self.man, client_id=self.sent.get("client_id")).exists():
            return None
        return seen.changed(self.sent.get(seen.FIELD, ""), self.shown, self.parts(), man=self.man, by=self.by)


def urls(page: RecordAdmin, kinds: Iterable[type[Write]]) -> list[URLPattern]:
    return [
        path(
            f"<uuid:uid>/{write.address}",
            page.admin_site.admin_view(_view(page, write)),
            name=f"tracking_patient_{write.name}",
        )
        for write in kinds
    ]


def _view(page: RecordAdmin, kind: type[Write]) -> Any:
    def handle(request: HttpRequest, uid: UUID, **named: UUID) -> HttpResponse:
        if request.method not in ("GET", "HEAD", "POST"):
            return HttpResponseNotAllowed(("GET", "HEAD", "POST"))
        man = page.open(request, uid)
        if broken_glass(request, man):
            raise PermissionDenied  # it is broken to read
        posted = request.POST if request.method == "POST" else None
        if posted is not None:
            lock_patient(man)  # what is read from here on stays as it is until it is stored
        write = kind(man=man, by=actor_of(request), now=clock.now(), sent=request.GET if posted is None else posted, **named)
        form, sites = write.form(posted), write.sites(posted)
        refused = None if posted is None else write.changed()
        if posted is not None and refused is None and not write.gone() and _stored(write, form, sites, request):
            return HttpResponseRedirect(write.after())
        context = page.around(request, man) | {"write": write, "form": form, "sites": sites, "title": write.title}
        context |= {"changed": refused, "gone": write.gone()} | write.context(request)
        status = CONFLICT if refused is not None or (posted is not None and write.gone()) else None
        return TemplateResponse(request, write.template, context, status=status)

    return handle


def _stored(write: Write, form: WriteForm, sites: Sequence[SiteForm], request: HttpRequest) -> bool:
    """Whether the service took it; if not, the form says why."""
    checked: list[forms.Form] = [form, *sites]
    if not all([part.is_valid() for part in checked]):  # noqa: C419  every part is to show its errors
        return False
    filled = [site for site in sites if site.is_filled]
    try:
        messages.success(request, write.store(form, filled))
    except Problem as refused:
        if refused.kind == "not-found":
            raise
        problems.show(refused, form, {"sites": filled})
        return False
    return True
