"""The writes of a prescriber: each is a form of its own over one service, at an address of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from tracking import clock
from tracking.admin import phrases, problems
from tracking.admin.base import broken_glass
from tracking.admin.forms import (
    ChangeRegimenForm,
    EndRegimenForm,
    LabForm,
    PauseRegimenForm,
    RegimenForm,
    ResumeRegimenForm,
    ScanForm,
    SiteForm,
    WriteForm,
    blank_sites,
)
from tracking.admin.override_forms import EndForm, FloorForm, IntervalForm
from tracking.admin.site import actor_of
from tracking.domain.actor import Actor
from tracking.domain.consequences import Consequences
from tracking.domain.history import Origin
from tracking.domain.problems import Problem
from tracking.domain.schedule import parse_schedule
from tracking.evidence import load_rulebook
from tracking.models import FloorSetting, IntervalSetting, Patient, Regimen
from tracking.services import bone, consequences, labs, overrides, pauses, regimens

if TYPE_CHECKING:
    from tracking.admin.base import RecordAdmin

__all__ = ["urls"]


class Write:
    """One thing that a prescriber may write about a man."""

    address: ClassVar[str]
    name: ClassVar[str]
    title: ClassVar[str]
    button: ClassVar[str]
    form_class: ClassVar[type[WriteForm]]

    def __init__(self, *, man: Patient, by: Actor, now: datetime, regimen_uid: UUID | None = None) -> None:
        self.man, self.by, self.now = man, by, now
        self.rulebook = load_rulebook()
        self.regimen = None if regimen_uid is None else _prescribed(man, regimen_uid)

    def form(self, posted: Any) -> WriteForm:
        return self.form_class(posted, man=self.man, rulebook=self.rulebook, initial=self.initial())

    def initial(self) -> dict[str, Any]:
        return {}

    def sites(self, posted: Any) -> list[SiteForm]:
        return []

    def store(self, form: Any, sites: Sequence[SiteForm]) -> str:
        """Call the service; the sentence that tells what was stored."""
        raise NotImplementedError

    @property
    def standing(self) -> str:
        """The version that this write is about, in words."""
        row = self.regimen
        return "" if row is None else f"{self._name(row)} {_dose(row)} {parse_schedule(row.schedule)}"

    def _name(self, row: Regimen) -> str:
        return self.rulebook.drugs[row.drug].name

    def _told(self, write: Callable[[], Regimen], sentence: Callable[[Regimen], str]) -> str:
        """What was stored about treatment, and what that does to what is known already: most of it where it is backdated."""
        row, found = consequences.told(write, patient=self.man, by=self.by, now=self.now)
        return " ".join([sentence(row), *_consequences(found)])

    @property
    def who(self) -> dict[str, Any]:
        return {"patient": self.man, "by": self.by, "now": self.now}


class RecordLab(Write):
    address, name = "record-lab/", "record_lab"
    title, button = "Record a lab result", "Record result"
    form_class = LabForm

    def store(self, form: LabForm, sites: Sequence[SiteForm]) -> str:
        stored = labs.record(**self.who, staff=True, **form.sent())
        return f"Recorded: {stored.row}. Verdict now: {phrases.spaced(stored.current.word)}."


def _until(row: Regimen) -> str:
    """The end that a change keeps is told, for nobody typed it."""
    return "" if row.ends_on is None else f", ending on {phrases.day(row.ends_on)} as stated before"


class StartRegimen(Write):
    address, name = "start-regimen/", "start_regimen"
    title, button = "Start a regimen", "Start regimen"
    form_class = RegimenForm

    def store(self, form: RegimenForm, sites: Sequence[SiteForm]) -> str:
        return self._told(
            lambda: regimens.start(**self.who, origin=Origin.PRESCRIBED, **form.sent()),
            lambda row: f"Prescribed: {self._name(row)} {_dose(row)} from {phrases.day(row.starts_on)}.",
        )


class ChangeRegimen(Write):
    address, name = "regimen/<uuid:regimen_uid>/change/", "change_regimen"
    title, button = "Change a regimen", "Store the change"
    form_class = ChangeRegimenForm

    def initial(self) -> dict[str, Any]:
        assert self.regimen is not None
        return ChangeRegimenForm.initial_from(self.regimen)

    def store(self, form: ChangeRegimenForm, sites: Sequence[SiteForm]) -> str:
        assert self.regimen is not None
        key = str(self.regimen.uid)
        return self._told(
            lambda: regimens.change(**self.who, key=key, origin=Origin.PRESCRIBED, **form.sent()),
            lambda row: f"Changed: {self._name(row)} {_dose(row)} from {phrases.day(row.starts_on)}{_until(row)}.",
        )


class EndRegimen(Write):
    address, name = "regimen/<uuid:regimen_uid>/end/", "end_regimen"
    title, button = "End a regimen", "End regimen"
    form_class = EndRegimenForm

    def store(self, form: EndRegimenForm, sites: Sequence[SiteForm]) -> str:
        assert self.regimen is not None
        given = {name: form.cleaned_data[name] for name in ("ends_on", "reason")}
        key = str(self.regimen.uid)
        return self._told(
            lambda: regimens.end(**self.who, key=key, origin=Origin.PRESCRIBED, **given),
            lambda row: f"Ended: {self._name(row)}, without it from {phrases.day(row.ends_on)}.",
        )


class PauseRegimen(Write):
    address, name = "regimen/<uuid:regimen_uid>/pause/", "pause_regimen"
    title, button = "Pause a regimen", "Pause regimen"
    form_class = PauseRegimenForm

    def store(self, form: PauseRegimenForm, sites: Sequence[SiteForm]) -> str:
        assert self.regimen is not None
        key, given = str(self.regimen.uid), form.cleaned_data
        return self._told(
            lambda: pauses.pause(**self.who, key=key, origin=Origin.PRESCRIBED, **given),
            lambda row: f"Paused: {self._name(row)}, without it from {phrases.day(given['from_date'])}.",
        )


class ResumeRegimen(Write):
    address, name = "regimen/<uuid:regimen_uid>/resume/", "resume_regimen"
    title, button = "Resume a regimen", "Resume regimen"
    form_class = ResumeRegimenForm

    def store(self, form: ResumeRegimenForm, sites: Sequence[SiteForm]) -> str:
        assert self.regimen is not None
        on = form.cleaned_data["on"]
        key = str(self.regimen.uid)
        return self._told(
            lambda: pauses.resume(**self.who, key=key, origin=Origin.PRESCRIBED, on=on),
            lambda row: f"Resumed: {self._name(row)} from {phrases.day(on)}.",
        )


class RecordScan(Write):
    address, name = "record-scan/", "record_scan"
    title, button = "Record a DXA scan", "Record scan"
    form_class = ScanForm

    def sites(self, posted: Any) -> list[SiteForm]:
        return blank_sites(self.rulebook, posted)

    def store(self, form: ScanForm, sites: Sequence[SiteForm]) -> str:
        measured = [site.cleaned_data for site in sites]
        scan, _ = bone.record_scan(**self.who, staff=True, sites=measured, **form.cleaned_data)
        return f"Recorded: DXA of {phrases.day(scan.scanned_on)}, regions: {len(measured)}."


class SetFloor(Write):
    address, name = "set-floor/", "set_floor"
    title, button = "Set a floor", "Set floor"

    def form(self, posted: Any) -> FloorForm:
        return FloorForm(posted, man=self.man, rulebook=self.rulebook, clinics=overrides.clinics_for(self.man, self.by))

    def store(self, form: FloorForm, sites: Sequence[SiteForm]) -> str:
        row = overrides.set_floor(**self.who, **form.sent())
        return f"Set: a floor of {row} until {phrases.day(row.expires_on)}."


class SetInterval(Write):
    address, name = "set-interval/", "set_interval"
    title, button = "Set a monitoring interval", "Set interval"

    def form(self, posted: Any) -> IntervalForm:
        return IntervalForm(posted, man=self.man, rulebook=self.rulebook, clinics=overrides.clinics_for(self.man, self.by))

    def store(self, form: IntervalForm, sites: Sequence[SiteForm]) -> str:
        row = overrides.set_interval(**self.who, **form.sent())
        return f"Set: {phrases.spaced(str(row))} until {phrases.day(row.expires_on)}."


class EndSetting(Write):
    """The end of what was set, before it expires."""

    form_class = EndForm
    model: ClassVar[type[FloorSetting | IntervalSetting]]

    def __init__(self, *, setting_uid: UUID, **given: Any) -> None:
        super().__init__(**given)
        row = self.model.objects.filter(patient=self.man, uid=setting_uid, ended_at=None).first()
        if row is None:
            raise Http404
        self.setting = row

    @property
    def standing(self) -> str:
        return f"{phrases.spaced(str(self.setting))} until {phrases.day(self.setting.expires_on)}"


class EndFloor(EndSetting):
    address, name = "floor/<uuid:setting_uid>/end/", "end_floor"
    title, button = "End a floor", "End floor"
    model = FloorSetting

    def store(self, form: WriteForm, sites: Sequence[SiteForm]) -> str:
        return f"Ended: the floor of {overrides.end_floor(**self.who, uid=self.setting.uid)}."


class EndInterval(EndSetting):
    address, name = "interval/<uuid:setting_uid>/end/", "end_interval"
    title, button = "End a monitoring interval", "End interval"
    model = IntervalSetting

    def store(self, form: WriteForm, sites: Sequence[SiteForm]) -> str:
        return f"Ended: {phrases.spaced(str(overrides.end_interval(**self.who, uid=self.setting.uid)))}."


WRITES: tuple[type[Write], ...] = (
    RecordLab, StartRegimen, ChangeRegimen, EndRegimen, PauseRegimen, ResumeRegimen, RecordScan, SetFloor, SetInterval,
    EndFloor, EndInterval,
)  # fmt: skip


def urls(page: RecordAdmin) -> list[URLPattern]:
    return [
        path(
            f"<uuid:uid>/{write.address}",
            page.admin_site.admin_view(_view(page, write)),
            name=f"tracking_patient_{write.name}",
        )
        for write in WRITES
    ]


def _view(page: RecordAdmin, kind: type[Write]) -> Any:
    def handle(request: HttpRequest, uid: UUID, **named: UUID) -> HttpResponse:
        if request.method not in ("GET", "HEAD", "POST"):
            return HttpResponseNotAllowed(("GET", "HEAD", "POST"))
        man = page.open(request, uid)
        if broken_glass(request, man):
            raise PermissionDenied  # it is broken to read
        write = kind(man=man, by=actor_of(request), now=clock.now(), **named)
        posted = request.POST if request.method == "POST" else None
        form, sites = write.form(posted), write.sites(posted)
        if posted is not None and _stored(write, form, sites, request):
            return HttpResponseRedirect(reverse("admin:tracking_patient_change", args=[man.uid]))
        context = page.around(request, man) | {"write": write, "form": form, "sites": sites, "title": write.title}
        return TemplateResponse(request, "admin/tracking/patient/write.html", context)

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


def _consequences(found: Consequences) -> list[str]:
    """In sentences; none where nothing that was known reads differently."""
    said = []
    was, now = found.verdict_was, found.verdict_now
    if (was.word, was.state) != (now.word, now.state):
        said.append(f"Verdict: was {phrases.spaced(was.word)} ({phrases.spaced(was.state)}), now {now.headline}")
    for result in found.results:
        marks = ", ".join(phrases.spaced(mark) for mark in result.now)
        said.append(f"Estradiol {result.text} of {phrases.day(result.drawn_on) or 'a day not known'} reads now: {marks}.")
    for move in found.due:
        when = f"due {phrases.day(move.now)}" if move.now else "no longer due"
        said.append(f"{phrases.spaced(move.kind).capitalize()}: {when}{f', was {phrases.day(move.was)}' if move.was else ''}.")
    return said


def _dose(row: Regimen) -> str:
    return f"{row.dose_digits} {row.dose_unit}"


def _prescribed(man: Patient, uid: UUID) -> Regimen:
    """A standing prescription of this man. What he entered himself is his to change."""
    row: Regimen | None = Regimen.objects.live().filter(patient=man, uid=uid, origin=Origin.PRESCRIBED).first()
    if row is None:
        raise Http404
    return row
