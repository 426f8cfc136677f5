"""One change of one drug as somebody stated it: what held before, what would hold after."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from tracking.domain.entry import weekly_mg
from tracking.domain.exposure import Course
from tracking.domain.history import RegimenRecord
from tracking.domain.pauses import Pause
from tracking.domain.problems import problem
from tracking.domain.reported import Comparator, parse_value
from tracking.domain.rulebook import AROMATASE_INHIBITOR, TESTOSTERONE, RuleBook
from tracking.domain.titration.states import Ask, Kind
from tracking.domain.units import rounded, trimmed

_SHOWN_DECIMALS = 3


@dataclass(frozen=True, slots=True)
class Step:
    """``before`` None: it starts; ``after`` None: it stops. ``on``: the first local day on which the change holds.

    ``pauses``: of the version before. The next version has none.
    """

    kind: Kind
    on: date
    before: RegimenRecord | None
    after: RegimenRecord | None
    pauses: tuple[Pause, ...] = ()

    @property
    def ended_pause(self) -> Pause | None:
        """The first pause that holds on the day of the change or begins after it, which the next version has not."""
        ahead = (p for p in self.pauses if p.ends_on is None or max(p.starts_on, self.on) < p.ends_on)
        return None if self.after is None else min(ahead, key=lambda pause: pause.starts_on, default=None)

    @property
    def drug(self) -> str:
        """What is changed; of two products the new one, as the evaluation names such a change."""
        stated = self.after or self.before
        if stated is None:
            raise ValueError("a step has a before or an after")
        return stated.drug

    def is_decisive(self, rulebook: RuleBook) -> bool:
        """Whether an estradiol answers it."""
        return rulebook.drug_class(self.drug) in (AROMATASE_INHIBITOR, TESTOSTERONE)

    def raises_ai(self, rulebook: RuleBook) -> bool:
        """More of an AI, another AI, or the first one. What cannot be told to be less or the same counts as more: the only
        consequence is that a reason is typed.
        """
        if self.after is None or rulebook.drug_class(self.after.drug) != AROMATASE_INHIBITOR:
            return False
        if self.before is None or self.before.drug != self.after.drug:
            return True
        if any(pause.holds(self.on) for pause in self.pauses):
            return True  # he takes none of it then
        weekly, former = exact_weekly(self.after), exact_weekly(self.before)
        if weekly is not None and former is not None:
            return weekly > former
        return self.after.schedule.kind != self.before.schedule.kind or self.after.dose_mg > self.before.dose_mg


def kind_of(ask: Ask, before: RegimenRecord | None, after: RegimenRecord | None, rulebook: RuleBook) -> Kind:
    """Raises Problem where a change changes neither dose nor interval."""
    if ask is not Ask.CHANGE:
        return Kind(ask.value)
    if before is None or after is None:
        raise ValueError("a change has a before and an after")
    if (after.dose_mg, after.schedule.amounts) != (before.dose_mg, before.schedule.amounts):
        return Kind.DOSE
    if after.schedule != before.schedule:
        return Kind.SCHEDULE
    text = "This is {what} already, so nothing would change. State another dose or schedule."
    raise problem("/plan", "nothing-changes", text, what=stated(before, rulebook))


def exact_weekly(record: RegimenRecord) -> Fraction | None:
    """In the unit of the drug's doses; None for as needed."""
    return weekly_mg(record.dose_mg, record.schedule)


def shown_weekly(record: RegimenRecord | None) -> Decimal | None:
    """As it is shown and typed: to three decimals, without trailing zeros; 0 once it is stopped; None for as needed."""
    if record is None:
        return Decimal(0)
    weekly = exact_weekly(record)
    return None if weekly is None else trimmed(rounded(weekly, _SHOWN_DECIMALS))


def weekly_text(record: RegimenRecord | None, drug: str, rulebook: RuleBook) -> str:
    """``0.5 mg``, ``1000 IU``: the same with the unit of the drug's doses; empty for as needed."""
    weekly = shown_weekly(record)
    return "" if weekly is None else f"{weekly:f} {rulebook.drugs[drug].unit}"


def stated(record: RegimenRecord, rulebook: RuleBook) -> str:
    """``0.5 mg every 3.5 days``, ``500 IU on Mon, Thu``: a regimen as the evaluation prints one, without the drug."""
    return _course(record, rulebook).text.removeprefix(f"{record.drug} ")


def named(record: RegimenRecord, rulebook: RuleBook) -> str:
    """The same under the name of its drug."""
    return f"{rulebook.drugs[record.drug].name} {stated(record, rulebook)}"


def check_typed_weekly(typed: object, step: Step, rulebook: RuleBook) -> str:
    """Hold the weekly amount that a prescriber typed to what the stated dose and schedule come to; the digits that he typed.

    It is in the unit of the drug's doses, which may stand behind it (``1000``, ``1000 IU``). Typed twice in two forms, a slip
    of a decimal point, of a unit or of an interval does not pass. Empty for as needed. Raises Problem (``/typed_weekly``).
    """
    pointer, weekly, unit = "/typed_weekly", shown_weekly(step.after), rulebook.drugs[step.drug].unit
    if weekly is None:
        if typed is not None:
            text = "Taken as needed has no weekly amount. Leave this field out."
            raise problem(pointer, "weekly-not-known", text)
        return ""
    if typed is None:
        text = "Type what the new plan comes to in a week, in {unit}; 0 for a stop."
        raise problem(pointer, "weekly-not-typed", text, unit=unit)
    digits = typed.strip().removesuffix(unit) if isinstance(typed, str) else typed
    value = parse_value(digits, unit, pointer=pointer)
    if value.comparator is not Comparator.EQUAL or value.number != weekly:
        text = "{received} {unit} a week was typed, and the plan comes to {weekly} {unit} a week. Check dose and schedule."
        raise problem(pointer, "weekly-differs", text, received=value.text, weekly=f"{weekly:f}", unit=unit)
    return value.digits


def _course(record: RegimenRecord, rulebook: RuleBook) -> Course:
    return Course(
        key=record.key,
        anchor="",
        drug=record.drug,
        drug_class="",
        basis=str(record.origin),
        starts_on=record.starts_on,
        ends_on=record.ends_on,
        dose_mg=record.dose_mg,
        schedule=record.schedule,
        unit=rulebook.drugs[record.drug].unit,
    )
