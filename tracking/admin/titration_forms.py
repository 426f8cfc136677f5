"""What a prescriber fills in to propose a change, and to decide on one. Every dose is typed; no form holds one before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, ClassVar, cast
from uuid import UUID

from django import forms

from tracking.admin import phrases
from tracking.admin.forms import DAY, ChangeRegimenForm, DoseForm, RegimenForm, WriteForm, clinic_uid, offer_clinics
from tracking.evidence import load_rulebook
from tracking.models import Clinic, Episode, Proposal, Regimen

__all__ = [
    "ConfirmForm", "DayForm", "DeclineForm", "ProposeChangeForm", "ProposeProductForm", "ProposeStartForm", "ProposeStopForm",
    "WithdrawForm",
]  # fmt: skip

_PLAN = ("drug", "dose", "strength", "schedule", "review_on", "confirmed_reason")
_SHOWN_WORDS = 60


class Proposing:
    """What every proposal states beside the regimen: for which clinic, and which request of his it takes up."""

    pointers: ClassVar[dict[str, str]] = {
        **{f"plan/{pointer}": field for pointer, field in DoseForm.pointers.items()},
        **{f"plan/{name}": name for name in ("drug", "strength", "review_on", "confirmed_reason", "dose_mg")},
        "plan": "dose_mg",
        "from_date": "starts_on",
    }

    def offer(self, clinics: Sequence[Clinic], request: Proposal | None) -> None:
        form = cast("forms.Form", self)
        offer_clinics(form, clinics)
        if request is not None:
            short = request.words if len(request.words) <= _SHOWN_WORDS else f"{request.words[:_SHOWN_WORDS]}…"
            choices = ((str(request.uid), f"his request: {short}"), ("", "nothing: it is your own proposal"))
            form.fields["answers"] = forms.ChoiceField(
                required=False, choices=choices, label="It takes up", initial=request.uid
            )

    def proposed(self) -> dict[str, Any]:
        """What the service takes, whatever is proposed."""
        given = cast("forms.Form", self).cleaned_data
        answers = given.get("answers")
        return {
            "client_id": given["client_id"],
            "from_date": given["starts_on"],
            "reason": given["reason"],
            "clinic_uid": clinic_uid(cast("forms.Form", self)),
            "answers": UUID(answers) if answers else None,
        }

    def plan(self) -> dict[str, Any]:
        sent = cast("DoseForm", self).sent()
        return {name: sent[name] for name in _PLAN if sent.get(name) is not None}


class ProposeStartForm(Proposing, RegimenForm):
    """A drug that he does not take yet."""


class ProposeChangeForm(Proposing, ChangeRegimenForm):
    """Another dose or interval. How often is filled in as it stands; how much is not."""

    @staticmethod
    def initial_from(row: Regimen) -> dict[str, Any]:
        return ChangeRegimenForm.initial_from(row) | {"dose_mg": "", "amounts": ""}


class ProposeProductForm(Proposing, RegimenForm):
    """Another product of the same class in place of one."""

    def narrow(self, former: Regimen) -> None:
        drugs = self.rulebook.drugs
        same = [
            rule for rule in drugs.values() if rule.drug_class == drugs[former.drug].drug_class and rule.code != former.drug
        ]
        cast("forms.ChoiceField", self.fields["drug"]).choices = [(rule.code, rule.name) for rule in same]


class ProposeStopForm(Proposing, WriteForm):
    starts_on = forms.DateField(widget=DAY, label="First day without it")
    reason = forms.CharField(required=False, max_length=200, label="Reason")


class DayForm(forms.Form):
    """From which day it is looked at."""

    from_date = forms.DateField(required=False, widget=DAY, label="From")


class ConfirmForm(WriteForm):
    """The decision. The evaluation and the day are those that the page showed."""

    client_id = None  # type: ignore[assignment]  # it adds no record under an id of its own
    pointers: ClassVar[dict[str, str]] = {}

    evaluation = forms.UUIDField(widget=forms.HiddenInput)
    from_date = forms.DateField(widget=forms.HiddenInput)
    typed_weekly = forms.CharField(
        required=False,
        max_length=60,
        label="All doses of a week, together",
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "decimal"}),
    )
    reason = forms.CharField(required=False, max_length=200, label="Reason of the decision")
    raising_reason = forms.CharField(
        required=False,
        max_length=400,
        label="Why more is right all the same",
        help_text="Asked for because of what is said above.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    episode = forms.ChoiceField(required=False, label="Answers this finding, as a changed plan")

    def __init__(self, *args: Any, clinics: Sequence[Clinic], episodes: Iterable[Episode], unit: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_clinics(self, clinics)
        self.fields["typed_weekly"].help_text = (
            f"In {unit}, worked out from dose and interval by you, to three decimals at most; 0 for a stop. "
            "It is held against the plan, so that a slip in either does not pass."
        )
        named = [(str(row.uid), f"P{row.priority} {phrases.finding(row.code, load_rulebook())}") for row in episodes]
        cast("forms.ChoiceField", self.fields["episode"]).choices = [("", "none"), *named]

    def sent(self) -> dict[str, Any]:
        """What the service takes."""
        given = self.cleaned_data
        names = ("evaluation", "reason", "raising_reason", "from_date")
        return {
            **{name: given[name] for name in names},
            "typed_weekly": given["typed_weekly"] or None,
            "episode": UUID(given["episode"]) if given["episode"] else None,
            "clinic_uid": clinic_uid(self),
        }


class DeclineForm(WriteForm):
    client_id = None  # type: ignore[assignment]  # as above
    reason = forms.CharField(required=False, max_length=200, label="Reason", help_text="For the record.")
    answer = forms.CharField(
        required=False,
        max_length=400,
        label="Answer to him",
        help_text="He reads this.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, clinics: Sequence[Clinic], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_clinics(self, clinics)

    def sent(self) -> dict[str, Any]:
        return {**{name: self.cleaned_data[name] for name in ("reason", "answer")}, "clinic_uid": clinic_uid(self)}


class WithdrawForm(WriteForm):
    client_id = None  # type: ignore[assignment]  # as above
    reason = forms.CharField(required=False, max_length=200, label="Reason")


def day_asked(asked: Any) -> date | None:
    """The day in an address; None where there is none that can be read."""
    form = DayForm(asked)
    return form.cleaned_data["from_date"] if form.is_valid() else None
