"""What a prescriber fills in. A form reads and shows; whether it can be accepted, the service decides."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any, ClassVar
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms

from tracking.domain.amounts import DOSE_UNITS
from tracking.domain.problems import problem
from tracking.domain.reported import Method, Precision
from tracking.domain.rulebook import RuleBook
from tracking.domain.schedule import WEEKDAYS
from tracking.models import Clinic, Patient, Regimen
from tracking.models.base import MAX_CLIENT_ID, new_client_id

__all__ = [
    "ChangeRegimenForm",
    "EndRegimenForm",
    "LabForm",
    "PauseRegimenForm",
    "RegimenForm",
    "ResumeRegimenForm",
    "ScanForm",
    "SiteForm",
    "blank_sites",
    "clinic_uid",
    "offer_clinics",
]

SITES = 4
DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
KNOWN_TO = (
    (Precision.DAY, "the day, or the minute where a time is given"),
    (Precision.MONTH, "the month"),
    (Precision.YEAR, "the year"),
    (Precision.UNKNOWN, "not known: by this day at the latest"),
)
METHODS = (
    (Method.UNKNOWN, "not stated on the report"),
    (Method.LCMSMS, "LC-MS/MS"),
    (Method.GCMS, "GC-MS"),
    (Method.IMMUNOASSAY, "immunoassay"),
)
SCHEDULES = (
    ("every", "every … days"),
    ("weekdays", "on days of the week"),
    ("daily", "… times a day"),
    ("monthly", "every … months"),
    ("as_needed", "as needed"),
)

NEEDED = {"every": "every_days", "weekdays": "weekdays", "daily": "times", "monthly": "months"}


class WriteForm(forms.Form):
    """Every form carries the id of what it will make, so that a form sent twice makes one record."""

    pointers: ClassVar[dict[str, str]] = {}
    required_css_class = "required"

    client_id = forms.CharField(widget=forms.HiddenInput, max_length=MAX_CLIENT_ID, initial=new_client_id)

    def __init__(self, *args: Any, man: Patient, rulebook: RuleBook, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        self.man = man
        self.rulebook = rulebook


def offer_clinics(form: forms.Form, clinics: Sequence[Clinic]) -> None:
    """Ask for which of his clinics a prescriber decides, where there is a choice."""
    if len(clinics) > 1:
        choices = [(str(clinic.uid), clinic.name) for clinic in clinics]
        form.fields["clinic"] = forms.ChoiceField(choices=choices, label="For which of your clinics")


def clinic_uid(form: forms.Form) -> UUID | None:
    """The one that was chosen; None where there was no choice."""
    chosen = form.cleaned_data.get("clinic")
    return UUID(chosen) if chosen else None


def confirmed_reason() -> forms.CharField:
    return forms.CharField(
        required=False,
        max_length=200,
        label="Why an unusual figure is right",
        help_text="Asked for only where a figure is unusual.",
    )


def asked(label: str) -> forms.TypedChoiceField:
    """Yes, no, or nobody asked, which is stored as nothing rather than as no."""
    return forms.TypedChoiceField(
        required=False,
        choices=(("", "not asked"), ("yes", "yes"), ("no", "no")),
        coerce=lambda answer: answer == "yes",
        empty_value=None,
        label=label,
    )


class LabForm(WriteForm):
    """One result, as the laboratory reported it."""

    pointers: ClassVar[dict[str, str]] = {"collected_at": "collected_on", "precision": "known_to"}

    analyte = forms.ChoiceField()
    value = forms.CharField(max_length=30, help_text="Exactly as reported, with its sign: 24, 5.10, <5. A point for decimals.")
    unit = forms.CharField(
        max_length=40, help_text="As reported: pg/mL or pmol/L for estradiol, ng/dL or nmol/L for testosterone."
    )
    collected_on = forms.DateField(widget=DAY, label="Drawn on")
    collected_time = forms.TimeField(
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        label="Time of day",
        help_text="Local time, if known.",
    )
    known_to = forms.ChoiceField(choices=KNOWN_TO, label="Known to")
    zone = forms.CharField(max_length=64, label="Time zone of the draw")
    method = forms.ChoiceField(
        choices=METHODS, label="Assay", help_text="What the report says. It counts as read on the report by you."
    )
    laboratory = forms.CharField(required=False, max_length=120)
    range_low = forms.CharField(required=False, max_length=24, label="Range for men, from")
    range_high = forms.CharField(required=False, max_length=24, label="Range for men, to")
    lloq = forms.CharField(
        required=False, max_length=24, label="LLOQ", help_text="Lower limit of quantitation, in the same unit."
    )
    unit_confirmed = forms.BooleanField(
        required=False, label="The report states this unit", help_text="Tick it where the unit was read on the report itself."
    )
    biotin = asked("Biotin of 5 mg a day or more in the 72 hours before")
    fasting = asked("Drawn fasting")
    confirmed_reason = confirmed_reason()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        analytes = sorted(self.rulebook.analytes.values(), key=lambda rule: (rule.code != "estradiol", rule.name))
        choice = self.fields["analyte"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [(rule.code, rule.name) for rule in analytes]
        self.fields["zone"].initial = self.man.zone

    def sent(self) -> dict[str, Any]:
        """What the service takes."""
        given = dict(self.cleaned_data)
        day, at, known_to = given.pop("collected_on"), given.pop("collected_time"), Precision(given.pop("known_to"))
        exact = known_to is Precision.DAY and at is not None
        moment = local_instant(day, at, given["zone"]) if exact else _DATES.get(known_to, "{:%Y-%m-%d}").format(day)
        return given | {"collected_at": moment, "precision": Precision.MINUTE if exact else known_to}


_DATES = {Precision.MONTH: "{:%Y-%m}", Precision.YEAR: "{:%Y}"}


def local_instant(day: date, at: time, zone: str) -> str:
    """An instant with its offset. A time that the clocks skipped or showed twice on that day is refused, not guessed."""
    try:
        first = datetime.combine(day, at, ZoneInfo(zone))
    except (KeyError, ValueError, OSError):
        return day.isoformat()  # the service names the zone
    if first.utcoffset() != first.replace(fold=1).utcoffset():
        raise problem(
            "/collected_time",
            "clock-changed",
            "The clocks were changed that night, and {received} is no single moment. Leave the time out.",
            received=f"{at:%H:%M}",
        )
    return first.isoformat()


class DoseForm(WriteForm):
    """How much and how often."""

    pointers: ClassVar[dict[str, str]] = {
        "schedule/days": "every_days", "schedule/times": "times", "schedule/months": "months", "schedule/at": "at",
        "schedule/amounts": "amounts", "schedule": "schedule_kind", "from_date": "starts_on", "dose": "dose_mg",
    }  # fmt: skip

    dose_mg = forms.CharField(max_length=24, label="One dose", help_text="Of the product, as written: 0.5, 100.")
    dose_unit = forms.ChoiceField(required=False, choices=[(unit, unit) for unit in DOSE_UNITS], label="Unit of the dose")
    strength = forms.CharField(
        required=False, max_length=24, label="Strength of a tablet", help_text="In the same unit; compounded ones as they are."
    )
    schedule_kind = forms.ChoiceField(choices=SCHEDULES, label="How often")
    every_days = forms.DecimalField(required=False, label="Every so many days", help_text="3.5 is twice a week.")
    weekdays = forms.MultipleChoiceField(
        required=False,
        choices=[(day, day.capitalize()) for day in WEEKDAYS],
        widget=forms.CheckboxSelectMultiple,
        label="Days of the week",
    )
    times = forms.IntegerField(required=False, label="Times a day")
    months = forms.IntegerField(required=False, label="Every so many months", help_text="On the day of the month of the start.")
    at = forms.CharField(
        required=False, max_length=80, label="At these times", help_text="08:00, 20:00. Left empty: on its day."
    )
    amounts = forms.CharField(
        required=False,
        max_length=120,
        label="Amounts that differ",
        help_text="60, 40: one for each dose of a day or of a week.",
    )
    starts_on = forms.DateField(widget=DAY, label="From")
    reason = forms.CharField(required=False, max_length=200, label="Reason")
    review_on = forms.DateField(
        required=False, widget=DAY, label="Planned review", help_text="Required of an aromatase inhibitor, within six months."
    )
    confirmed_reason = confirmed_reason()

    def clean(self) -> dict[str, Any]:
        """How often needs its figure: said here in the words of the form."""
        given = super().clean() or self.cleaned_data
        needed = NEEDED.get(given.get("schedule_kind", ""))
        if needed is not None and not given.get(needed) and needed not in self.errors:
            self.add_error(needed, "State it, or choose another way to say how often.")
        return given

    def schedule(self) -> dict[str, Any]:
        given = self.cleaned_data
        kind = given["schedule_kind"]
        figure = {
            "every": {"days": str(given["every_days"])},
            "weekdays": {"days": given["weekdays"]},
            "daily": {"times": given["times"]},
            "monthly": {"months": given["months"]},
        }.get(kind, {})
        more = {name: [part.strip() for part in given[name].split(",")] for name in ("at", "amounts") if given[name].strip()}
        return {"kind": kind} | figure | more

    def sent(self) -> dict[str, Any]:
        names = ("client_id", "reason", "review_on", "confirmed_reason")
        given = self.cleaned_data
        unit = given["dose_unit"] or DOSE_UNITS[0]
        amounts = {"dose": f"{given['dose_mg']} {unit}", "strength": f"{given['strength']} {unit}" if given["strength"] else ""}
        return {name: given[name] for name in names if name in given} | amounts | {"schedule": self.schedule()}


class RegimenForm(DoseForm):
    """A new prescription."""

    field_order = ("drug",)
    drug = forms.ChoiceField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups: dict[str, list[tuple[str, str]]] = {}
        for rule in self.rulebook.drugs.values():
            groups.setdefault(rule.drug_class.replace("_", " ").capitalize(), []).append((rule.code, rule.name))
        choice = self.fields["drug"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = list(groups.items())

    def sent(self) -> dict[str, Any]:
        return super().sent() | {"drug": self.cleaned_data["drug"], "starts_on": self.cleaned_data["starts_on"]}


class ChangeRegimenForm(DoseForm):
    """The next version of a prescription. What stood is filled in."""

    def sent(self) -> dict[str, Any]:
        return super().sent() | {"from_date": self.cleaned_data["starts_on"]}

    @staticmethod
    def initial_from(row: Regimen) -> dict[str, Any]:
        schedule = row.schedule
        kind = schedule["kind"]
        days = {"every": {"every_days": schedule.get("days")}, "weekdays": {"weekdays": schedule.get("days")}}
        often = days.get(kind, {name: schedule.get(name) for name in ("times", "months")})
        more = {name: ", ".join(schedule.get(name, ())) for name in ("at", "amounts")}
        dose = {"dose_mg": row.dose_digits, "dose_unit": row.dose_unit, "strength": row.strength_digits}
        return dose | {"schedule_kind": kind, "review_on": row.review_on} | often | more


class EndRegimenForm(WriteForm):
    ends_on = forms.DateField(widget=DAY, label="First day without it")
    reason = forms.CharField(required=False, max_length=200, label="Reason")


class PauseRegimenForm(WriteForm):
    from_date = forms.DateField(widget=DAY, label="First day without it")
    until = forms.DateField(required=False, widget=DAY, label="First day with it again", help_text="Left empty: until resumed.")
    reason = forms.CharField(required=False, max_length=200, label="Reason")


class ResumeRegimenForm(WriteForm):
    on = forms.DateField(
        widget=DAY, label="First day with it again", help_text="The first day of the pause itself takes the pause back."
    )


class ScanForm(WriteForm):
    """One visit to a scanner."""

    scanned_on = forms.DateField(widget=DAY, label="Scanned on")
    facility = forms.CharField(required=False, max_length=120)
    device = forms.CharField(
        required=False, max_length=120, help_text="Model and serial number: change is read only between scans of one device."
    )
    reference = forms.CharField(
        required=False,
        max_length=120,
        label="Reference database",
        help_text="Behind the T- and Z-scores, for example NHANES III.",
    )
    scanner_changed = forms.BooleanField(
        required=False,
        label="Scanner moved or replaced",
        help_text="Since the visit before: change is then not read across it.",
    )
    confirmed_reason = confirmed_reason()


class SiteForm(forms.Form):
    """One measured region; left empty where there is none."""

    region = forms.ChoiceField(required=False)
    side = forms.ChoiceField(required=False, choices=(("", "–"), ("left", "left"), ("right", "right")))
    vertebrae = forms.CharField(required=False, max_length=20)
    bmd = forms.CharField(required=False, max_length=24, label="BMD")
    unit = forms.ChoiceField(required=False, choices=(("g/cm2", "g/cm²"), ("mg/cm2", "mg/cm²")))
    t_score = forms.CharField(required=False, max_length=8, label="T-score")
    z_score = forms.CharField(required=False, max_length=8, label="Z-score")
    lsc = forms.CharField(required=False, max_length=24, label="LSC, g/cm²")

    def __init__(self, *args: Any, rulebook: RuleBook, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["region"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [("", "–"), *((rule.code, rule.name) for rule in rulebook.bone.regions.values())]

    @property
    def is_filled(self) -> bool:
        return any(value for name, value in self.cleaned_data.items() if name != "unit")


def blank_sites(rulebook: RuleBook, posted: Any = None) -> list[SiteForm]:
    return [SiteForm(posted, prefix=f"site{number}", rulebook=rulebook) for number in range(SITES)]
