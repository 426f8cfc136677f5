"""What a prescriber fills in to put right what was entered wrongly. What stands is filled in: only the mistake is typed."""

from __future__ import annotations

from typing import Any, ClassVar, cast
from zoneinfo import ZoneInfo

from django import forms

from tracking.admin.forms import DAY, METHODS, SITES, ChangeRegimenForm, LabForm, RegimenForm, ScanForm, SiteForm, WriteForm
from tracking.domain.reported import Precision
from tracking.domain.rulebook import RuleBook
from tracking.models import DexaScan, LabResult, Regimen

__all__ = ["CorrectLabForm", "CorrectRegimenForm", "CorrectScanForm", "TakeBackForm", "filled_sites"]

# The assay as it stands, with its evidence: who mends a date has not read the report again.
KEPT = "kept"
_ANSWERS = {True: "yes", False: "no", None: ""}


class TakeBackForm(WriteForm):
    client_id = None  # type: ignore[assignment]  # it makes nothing
    reason = forms.CharField(max_length=200, label="Why it is taken back", help_text="It stays stored, with this reason.")


class CorrectLabForm(LabForm):
    """The same result, as the laboratory reported it."""

    client_id = None  # type: ignore[assignment]  # it keeps the id of what it corrects
    pointers: ClassVar[dict[str, str]] = LabForm.pointers | {"method_evidence": "method"}

    def keep(self, row: LabResult) -> None:
        """Offer the assay as it stands, besides what a report may say."""
        self.row = row
        choice = cast("forms.ChoiceField", self.fields["method"])
        choice.choices = [(KEPT, f"as it stands: {row.reported.assay}"), *METHODS]

    def sent(self) -> dict[str, Any]:
        given = super().sent()
        if given["method"] == KEPT:
            return given | {"method": self.row.method, "method_evidence": self.row.method_evidence}
        return given

    @staticmethod
    def initial_from(row: LabResult) -> dict[str, Any]:
        local = row.at.astimezone(ZoneInfo(row.zone))
        is_exact = row.precision == Precision.MINUTE
        names = (
            "analyte",
            "unit",
            "zone",
            "laboratory",
            "range_low",
            "range_high",
            "lloq",
            "unit_confirmed",
            "confirmed_reason",
        )
        return {name: getattr(row, name) for name in names} | {
            "value": f"{row.comparator}{row.digits}",
            "collected_on": local.date(),
            "collected_time": local.time() if is_exact else None,
            "known_to": Precision.DAY if is_exact else row.precision,
            "method": KEPT,
            "biotin": _ANSWERS[row.biotin],
            "fasting": _ANSWERS[row.fasting],
        }


class CorrectRegimenForm(RegimenForm):
    """The same version, for the whole time that it covers."""

    client_id = None  # type: ignore[assignment]  # it keeps the id of what it corrects
    ends_on = forms.DateField(required=False, widget=DAY, label="Until before", help_text="Left empty: it goes on.")

    def sent(self) -> dict[str, Any]:
        return super().sent() | {"ends_on": self.cleaned_data["ends_on"]}

    @staticmethod
    def initial_from(row: Regimen) -> dict[str, Any]:
        names = ("drug", "starts_on", "ends_on", "reason", "confirmed_reason")
        return ChangeRegimenForm.initial_from(row) | {name: getattr(row, name) for name in names}


class CorrectScanForm(ScanForm):
    """The same visit, with all its regions."""

    client_id = None  # type: ignore[assignment]  # it keeps the id of what it corrects

    @staticmethod
    def initial_from(row: DexaScan) -> dict[str, Any]:
        names = ("scanned_on", "facility", "device", "reference", "scanner_changed", "confirmed_reason")
        return {name: getattr(row, name) for name in names}


def filled_sites(row: DexaScan, rulebook: RuleBook, posted: Any = None) -> list[SiteForm]:
    """A form for each region of a scan, and empty ones for what was left out."""
    sites = [
        {
            "region": site.region, "side": site.side, "vertebrae": site.vertebrae, "bmd": site.bmd_digits,
            "unit": site.bmd_unit, "t_score": site.t_score, "z_score": site.z_score, "lsc": site.lsc_digits,
        }
        for site in row.sites.order_by("pk")
    ]  # fmt: skip
    blank: list[dict[str, str]] = [{}] * max(1, SITES - len(sites))
    return [
        SiteForm(posted, prefix=f"site{number}", rulebook=rulebook, initial=initial)
        for number, initial in enumerate([*sites, *blank])
    ]
