"""The writes of a prescriber about results, treatment, scans and settings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import Any, ClassVar
from uuid import UUID

from django.http import Http404

from tracking.admin import effects, phrases
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
from tracking.admin.override_forms import EndForm, FloorForm, IntervalForm, SettingForm
from tracking.admin.regimen_lines import dose_of, regimen_lines
from tracking.admin.writing import Write
from tracking.domain.history import Origin
from tracking.domain.schedule import parse_schedule
from tracking.models import Clinic, FloorSetting, IntervalSetting, Patient, Regimen, RegimenPause
from tracking.services import bone, consequences, labs, overrides, pauses, regimens

__all__ = ["WRITES", "OfRegimen"]


class OfRegimen(Write):
    """A write about one prescription of his, as it stands."""

    def __init__(self, *, regimen_uid: UUID, **given: Any) -> None:
        super().__init__(**given)
        self.regimen = _prescribed(self.man, regimen_uid)

    def rows(self) -> Sequence[Regimen]:
        return (self.regimen,)

    def parts(self) -> Sequence[Any]:
        return (self.regimen, *RegimenPause.objects.filter(regimen=self.regimen).order_by("pk"))

    def lines(self) -> Iterable[tuple[str, str]]:
        return regimen_lines(self.regimen, self.rulebook)

    def gone(self) -> str:
        return "This regimen was taken back." if self.regimen.withdrawn_at else ""

    @property
    def standing(self) -> str:
        row = self.regimen
        return f"In force: {self.drug(row)} {dose_of(row)} {parse_schedule(row.schedule)}"


def _told(write: Write, store: Callable[[], Regimen], sentence: Callable[[Regimen], str]) -> str:
    """What was stored about treatment, and what that does to what is known already: most of it where it is backdated."""
    row, found = consequences.told(store, **write.who)
    return " ".join([sentence(row), *effects.sentences(found)])


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
        return _told(
            self,
            lambda: regimens.start(**self.who, origin=Origin.PRESCRIBED, **form.sent()),
            lambda row: f"Prescribed: {self.drug(row)} {dose_of(row)} from {phrases.day(row.starts_on)}.",
        )


class ChangeRegimen(OfRegimen):
    address, name = "regimen/<uuid:regimen_uid>/change/", "change_regimen"
    title, button = "Change a regimen", "Store the change"
    form_class = ChangeRegimenForm
    adds = Regimen

    def initial(self) -> dict[str, Any]:
        return ChangeRegimenForm.initial_from(self.regimen)

    def store(self, form: ChangeRegimenForm, sites: Sequence[SiteForm]) -> str:
        key = str(self.regimen.uid)
        return _told(
            self,
            lambda: regimens.change(**self.who, key=key, origin=Origin.PRESCRIBED, **form.sent()),
            lambda row: f"Changed: {self.drug(row)} {dose_of(row)} from {phrases.day(row.starts_on)}{_until(row)}.",
        )


class EndRegimen(OfRegimen):
    address, name = "regimen/<uuid:regimen_uid>/end/", "end_regimen"
    title, button = "End a regimen", "End regimen"
    form_class = EndRegimenForm

    def store(self, form: EndRegimenForm, sites: Sequence[SiteForm]) -> str:
        given = {name: form.cleaned_data[name] for name in ("ends_on", "reason")}
        key = str(self.regimen.uid)
        return _told(
            self,
            lambda: regimens.end(**self.who, key=key, origin=Origin.PRESCRIBED, **given),
            lambda row: f"Ended: {self.drug(row)}, without it from {phrases.day(row.ends_on)}.",
        )


class PauseRegimen(OfRegimen):
    address, name = "regimen/<uuid:regimen_uid>/pause/", "pause_regimen"
    title, button = "Pause a regimen", "Pause regimen"
    form_class = PauseRegimenForm
    adds = RegimenPause

    def store(self, form: PauseRegimenForm, sites: Sequence[SiteForm]) -> str:
        key, given = str(self.regimen.uid), form.cleaned_data
        return _told(
            self,
            lambda: pauses.pause(**self.who, key=key, origin=Origin.PRESCRIBED, **given),
            lambda row: f"Paused: {self.drug(row)}, without it from {phrases.day(given['from_date'])}.",
        )


class ResumeRegimen(OfRegimen):
    address, name = "regimen/<uuid:regimen_uid>/resume/", "resume_regimen"
    title, button = "Resume a regimen", "Resume regimen"
    form_class = ResumeRegimenForm

    def store(self, form: ResumeRegimenForm, sites: Sequence[SiteForm]) -> str:
        on = form.cleaned_data["on"]
        key = str(self.regimen.uid)
        return _told(
            self,
            lambda: pauses.resume(**self.who, key=key, origin=Origin.PRESCRIBED, on=on),
            lambda row: f"Resumed: {self.drug(row)} from {phrases.day(on)}.",
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


class Set(Write):
    """Something in place of the rules, and of what his clinics set before."""

    model: ClassVar[type[FloorSetting | IntervalSetting]]
    form_class: ClassVar[type[SettingForm]]

    def form(self, posted: Any) -> SettingForm:
        return self.form_class(posted, man=self.man, rulebook=self.rulebook, clinics=self.clinics)

    @cached_property
    def clinics(self) -> list[Clinic]:
        return overrides.clinics_for(self.man, self.by)

    @cached_property
    def _standing(self) -> Sequence[FloorSetting | IntervalSetting]:
        rows = self.model.objects.filter(patient=self.man, clinic__in=self.clinics, ended_at=None)
        return list(rows.select_related("set_by__user", "clinic").order_by("pk"))

    def rows(self) -> Sequence[FloorSetting | IntervalSetting]:
        return self._standing

    def lines(self) -> Iterable[tuple[str, str]]:
        return ((_what(row), _said(row)) for row in self.rows())


class SetFloor(Set):
    address, name = "set-floor/", "set_floor"
    title, button = "Set a floor", "Set floor"
    model, form_class = FloorSetting, FloorForm

    def store(self, form: SettingForm, sites: Sequence[SiteForm]) -> str:
        row = overrides.set_floor(**self.who, **form.sent())
        return f"Set: a floor of {row} until {phrases.day(row.expires_on)}."


class SetInterval(Set):
    address, name = "set-interval/", "set_interval"
    title, button = "Set a monitoring interval", "Set interval"
    model, form_class = IntervalSetting, IntervalForm

    def store(self, form: SettingForm, sites: Sequence[SiteForm]) -> str:
        row = overrides.set_interval(**self.who, **form.sent())
        return f"Set: {phrases.spaced(str(row))} until {phrases.day(row.expires_on)}."


class EndSetting(Write):
    """The end of what was set, before it expires."""

    form_class = EndForm
    model: ClassVar[type[FloorSetting | IntervalSetting]]

    def __init__(self, *, setting_uid: UUID, **given: Any) -> None:
        super().__init__(**given)
        rows = self.model.objects.filter(patient=self.man, uid=setting_uid).select_related("set_by__user", "clinic")
        row = rows.first()
        if row is None:
            raise Http404
        self.setting = row

    def rows(self) -> Sequence[FloorSetting | IntervalSetting]:
        return (self.setting,)

    def lines(self) -> Iterable[tuple[str, str]]:
        ended = phrases.instant(self.setting.ended_at, self.man.zone)
        return ((_what(self.setting), _said(self.setting)), ("Ended", ended))

    def gone(self) -> str:
        return "This was ended already." if self.setting.ended_at else ""

    @property
    def standing(self) -> str:
        return f"In force: {phrases.spaced(str(self.setting))} until {phrases.day(self.setting.expires_on)}"


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


def _what(row: FloorSetting | IntervalSetting) -> str:
    kind = phrases.spaced(row.kind).capitalize() if isinstance(row, IntervalSetting) else "Floor"
    return f"{kind}, {row.clinic.name}"


def _said(row: FloorSetting | IntervalSetting) -> str:
    return f"{phrases.spaced(str(row))} until {phrases.day(row.expires_on)}, by {row.set_by.user}: {row.reason}"


def _prescribed(man: Patient, uid: UUID) -> Regimen:
    """A prescription of this man; of one that was corrected since, what stands in its place.

    What he entered himself is his to change.
    """
    row: Regimen | None = Regimen.objects.filter(patient=man, uid=uid, origin=Origin.PRESCRIBED).first()
    if row is not None and row.superseded_at is not None:
        row = Regimen.objects.filter(patient=man, client_id=row.client_id, superseded_at=None).first()
    if row is None:
        raise Http404
    return row
