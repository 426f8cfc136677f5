"""What a prescriber fills in to set a floor or an interval for a man. Whether it can be accepted, the service decides."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from tracking.admin import phrases
from tracking.admin.forms import DAY, WriteForm, clinic_uid, offer_clinics
from tracking.models import Clinic

__all__ = ["EndForm", "FloorForm", "IntervalForm", "SettingForm"]


class EndForm(WriteForm):
    """Nothing to fill in: the button ends it."""


class SettingForm(WriteForm):
    """Whose, why and until when. The clinic is asked for only where there is a choice."""

    expires_on = forms.DateField(widget=DAY, label="Until and including")
    reason = forms.CharField(required=False, max_length=200, label="Reason")

    def __init__(self, *args: Any, clinics: Sequence[Clinic], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_clinics(self, clinics)

    def sent(self) -> dict[str, Any]:
        """What the service takes."""
        given = {name: value for name, value in self.cleaned_data.items() if name not in ("client_id", "clinic")}
        return given | {"clinic_uid": clinic_uid(self)}


class FloorForm(SettingForm):
    """A floor of his own."""

    field_order = ("floor", "expires_on", "reason")
    floor = forms.CharField(max_length=24, label="Floor, pg/mL")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        limits = self.rulebook.estradiol.override
        self.fields["floor"].help_text = f"{limits.low} to {limits.high} {limits.unit}."


class IntervalForm(SettingForm):
    """How often one kind of monitoring is wanted."""

    field_order = ("kind", "every_months", "expires_on", "reason")
    kind = forms.ChoiceField(label="Monitoring")
    every_months = forms.IntegerField(label="Every so many months")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["kind"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [(kind, phrases.spaced(kind)) for kind in sorted(self.rulebook.monitoring.interval_bounds.kinds)]
