"""Putting right and taking back what was entered wrongly: by a row that supersedes, or a reason. Nothing is deleted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from django.http import Http404

from tracking.admin import effects, phrases, seen
from tracking.admin.correction_forms import CorrectLabForm, CorrectRegimenForm, CorrectScanForm, TakeBackForm, filled_sites
from tracking.admin.forms import SiteForm, WriteForm
from tracking.admin.regimen_lines import dose_of, regimen_lines
from tracking.admin.rows import EVIDENCE
from tracking.admin.writes import OfRegimen
from tracking.admin.writing import Write
from tracking.domain.history import Origin
from tracking.domain.reported import MethodEvidence
from tracking.models import DexaScan, LabResult
from tracking.services import bone, consequences, labs, regimens

__all__ = ["CORRECTIONS", "standing"]

R = TypeVar("R", LabResult, DexaScan)


class OfRecord(Write):
    """A write about one result or one scan of his, as it stands."""

    model: ClassVar[type[LabResult | DexaScan]]

    def __init__(self, *, record_uid: UUID, **given: Any) -> None:
        super().__init__(**given)
        rows = self.model.objects.filter(patient=self.man)
        row = rows.filter(uid=record_uid).first()
        if row is not None and row.superseded_at is not None:
            row = rows.filter(client_id=row.client_id, superseded_at=None).first()
        if row is None:
            raise Http404
        self.row: Any = row

    def rows(self) -> Sequence[Any]:
        return (self.row,)

    def lines(self) -> Iterable[tuple[str, str]]:
        return standing(self.row)

    def gone(self) -> str:
        return "This was taken back." if self.row.withdrawn_at else ""

    @property
    def standing(self) -> str:
        return f"In force: {self.row}"

    def _corrected(self, row: Any) -> str:
        return _differently(self.lines(), standing(row))


class CorrectLab(OfRecord):
    address, name = "lab/<uuid:record_uid>/correct/", "correct_lab"
    title, button = "Correct a lab result", "Store the correction"
    form_class, model = CorrectLabForm, LabResult

    def form(self, posted: Any) -> WriteForm:
        form = CorrectLabForm(posted, man=self.man, rulebook=self.rulebook, initial=CorrectLabForm.initial_from(self.row))
        form.keep(self.row)
        return form

    def store(self, form: CorrectLabForm, sites: Sequence[SiteForm]) -> str:
        stored = labs.correct(**self.who, key=str(self.row.uid), staff=True, **form.sent())
        return f"{self._corrected(stored.row)} Verdict now: {phrases.spaced(stored.current.word)}."


class TakeBackLab(OfRecord):
    address, name = "lab/<uuid:record_uid>/take-back/", "take_back_lab"
    title, button = "Take a lab result back", "Take it back"
    form_class, model = TakeBackForm, LabResult

    def store(self, form: WriteForm, sites: Sequence[SiteForm]) -> str:
        about: dict[str, Any] = {"key": str(self.row.uid), "staff": True, "reason": form.cleaned_data["reason"]}
        now = labs.withdraw(**self.who, **about)
        return f"Taken back: {self.row}. Verdict now: {phrases.spaced(now.word)}."


class CorrectScan(OfRecord):
    address, name = "scan/<uuid:record_uid>/correct/", "correct_scan"
    title, button = "Correct a DXA scan", "Store the correction"
    form_class, model = CorrectScanForm, DexaScan

    def initial(self) -> dict[str, Any]:
        return CorrectScanForm.initial_from(self.row)

    def sites(self, posted: Any) -> list[SiteForm]:
        return filled_sites(self.row, self.rulebook, posted)

    def store(self, form: WriteForm, sites: Sequence[SiteForm]) -> str:
        measured = [site.cleaned_data for site in sites]
        about: dict[str, Any] = {"key": str(self.row.uid), "staff": True, "sites": measured}
        row, _ = bone.correct_scan(**self.who, **about, **form.cleaned_data)
        return self._corrected(row)

    @property
    def standing(self) -> str:
        return f"In force: DXA of {phrases.day(self.row.scanned_on)}"


class TakeBackScan(OfRecord):
    address, name = "scan/<uuid:record_uid>/take-back/", "take_back_scan"
    title, button = "Take a DXA scan back", "Take it back"
    form_class, model = TakeBackForm, DexaScan

    def store(self, form: WriteForm, sites: Sequence[SiteForm]) -> str:
        about: dict[str, Any] = {"of": DexaScan, "key": str(self.row.uid), "staff": True, "reason": form.cleaned_data["reason"]}
        bone.withdraw(**self.who, **about)
        return f"Taken back: DXA of {phrases.day(self.row.scanned_on)}."

    @property
    def standing(self) -> str:
        return f"In force: DXA of {phrases.day(self.row.scanned_on)}"


class CorrectRegimen(OfRegimen):
    address, name = "regimen/<uuid:regimen_uid>/correct/", "correct_regimen"
    title, button = "Correct a regimen that was entered wrongly", "Store the correction"
    form_class = CorrectRegimenForm

    def initial(self) -> dict[str, Any]:
        return CorrectRegimenForm.initial_from(self.regimen)

    def store(self, form: CorrectRegimenForm, sites: Sequence[SiteForm]) -> str:
        before = tuple(self.lines())
        about: dict[str, Any] = {"key": str(self.regimen.uid), "origin": Origin.PRESCRIBED, "zone": self.regimen.zone}
        row, found = consequences.told(lambda: regimens.correct(**self.who, **about, **form.sent()), **self.who)
        return " ".join([_differently(before, regimen_lines(row, self.rulebook)), *effects.sentences(found)])


class TakeBackRegimen(OfRegimen):
    address, name = "regimen/<uuid:regimen_uid>/take-back/", "take_back_regimen"
    title, button = "Take back a regimen that never was", "Take it back"
    form_class = TakeBackForm

    def store(self, form: WriteForm, sites: Sequence[SiteForm]) -> str:
        about: dict[str, Any] = {
            "key": str(self.regimen.uid),
            "origin": Origin.PRESCRIBED,
            "reason": form.cleaned_data["reason"],
        }
        _, found = consequences.told(lambda: regimens.withdraw(**self.who, **about), **self.who)
        said = f"Taken back: {self.drug(self.regimen)} {dose_of(self.regimen)}."
        return " ".join([said, *effects.sentences(found)])


def standing(row: LabResult | DexaScan) -> Iterator[tuple[str, str]]:
    """Everything that a correction could change, as label and value."""
    if isinstance(row, LabResult):
        yield from _result(row)
    else:
        yield from _scan(row)
    yield "Taken back", row.withdrawn_reason


def _result(row: LabResult) -> Iterator[tuple[str, str]]:
    reported = row.reported
    yield "Analyte", row.analyte
    yield "Value", str(reported.value)
    yield "Drawn", f"{reported.collected} {row.zone}"
    yield "Assay", str(reported.assay)
    yield "Assay shown by", EVIDENCE[MethodEvidence(row.method_evidence)]
    yield "Laboratory", row.laboratory
    yield "Range for men", f"{row.range_low} to {row.range_high}" if row.range_low or row.range_high else ""
    yield "LLOQ", row.lloq
    yield "The report states this unit", "yes" if row.unit_confirmed else "no"
    for label, answer in (("Biotin", row.biotin), ("Drawn fasting", row.fasting)):
        yield label, {True: "yes", False: "no", None: "not asked"}[answer]
    yield "Why an unusual figure is right", row.confirmed_reason


def _scan(row: DexaScan) -> Iterator[tuple[str, str]]:
    yield "Scanned on", phrases.day(row.scanned_on)
    yield "Facility", row.facility
    yield "Device", row.device
    yield "Reference database", row.reference
    yield "Scanner moved or replaced", "yes" if row.scanner_changed else "no"
    for site in row.sites.order_by("pk"):
        where = " ".join(part for part in (phrases.spaced(site.region), site.side, site.vertebrae) if part)
        said = [f"{site.bmd_digits} {site.bmd_unit}"]
        scores = (("T", site.t_score), ("Z", site.z_score), ("LSC", site.lsc_digits))
        said += [f"{name} {score}" for name, score in scores if score]
        yield f"{where[:1].upper()}{where[1:]}", ", ".join(said)


def _differently(before: Iterable[tuple[str, str]], after: Iterable[tuple[str, str]]) -> str:
    """What a correction changed, line by line."""
    found = seen.differences(before, after)
    if not found:
        return "Nothing was different, so nothing was stored."
    said = "; ".join(f"{line.label}: was {line.was or 'empty'}, is {line.now or 'empty'}" for line in found)
    return f"Corrected. {said}."


CORRECTIONS: tuple[type[Write], ...] = (
    CorrectLab, TakeBackLab, CorrectScan, TakeBackScan, CorrectRegimen, TakeBackRegimen,
)  # fmt: skip
