"""What is expected of him and what he logged of it; where the next injection may go."""

from __future__ import annotations

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tracking.api.base import RecordView
from tracking.api.fields import Output
from tracking.api.paging import PERIOD, chosen, window
from tracking.api.records import Reader, day, instant
from tracking.api.schema import Operation, by_code
from tracking.domain.adherence import FORMULA, Adherence, LogState
from tracking.domain.amounts import shown
from tracking.domain.categories import Category
from tracking.domain.history import DoseKind
from tracking.evidence import load_rulebook
from tracking.models import Patient, Regimen
from tracking.services import intake
from tracking.services.lived import local_today

__all__ = ["DoseAdherence", "DoseSites", "ExpectedDose", "ExpectedDoses", "expected_row"]

_USUAL_DAYS, _MOST_EXPECTED, _MOST_DAYS = 28, 92, 400
_DRUG = by_code("drug", "drug")


class DoseAnswered(Output):
    id = serializers.CharField()
    kind = serializers.ChoiceField(list(DoseKind))


class ExpectedDose(Output):
    """One dose of the calendar. What is not logged is not known to be taken."""

    regimen = serializers.CharField(help_text="id of the regimen")
    drug = serializers.CharField()
    day = serializers.DateField(help_text="local day")
    number = serializers.IntegerField(help_text="from 0, of the day")
    at = serializers.DateTimeField(help_text="in the offset of `zone`")
    timed = serializers.BooleanField(help_text="false: only the day is stated, and `at` only sorts it")
    amount = serializers.CharField(help_text="with its unit")
    zone = serializers.CharField(help_text="on whose clock it is due")
    logged = DoseAnswered(allow_null=True)


class ExpectedPage(Output):
    results = ExpectedDose(many=True)


class Cumulative(Output):
    """What doses come to, in the drug's unit. null: nothing expected, or nothing logged."""

    unit = serializers.CharField()
    by_regimen = serializers.CharField(allow_null=True, help_text="the expected doses")
    by_log = serializers.CharField(allow_null=True, help_text="the doses logged as taken, late or extra")


class DrugAdherence(Output):
    """One drug over the window."""

    drug = serializers.CharField()
    state = serializers.ChoiceField(list(LogState), help_text="not_logged: there is no figure, neither 0 nor 100")
    percent = serializers.CharField(allow_null=True, help_text="one decimal; null unless logged")
    expected = serializers.IntegerField()
    taken = serializers.IntegerField()
    late = serializers.IntegerField()
    skipped = serializers.IntegerField()
    not_logged = serializers.IntegerField(help_text="expected, and nothing is known of it")
    unmatched = serializers.IntegerField(help_text="logged as taken or late, and belonging to no expected dose")
    extra = serializers.IntegerField()
    cumulative = Cumulative()


class AdherenceAnswer(Output):
    first_day = serializers.DateField()
    last_day = serializers.DateField()
    formula = serializers.CharField()
    results = DrugAdherence(many=True)


class SiteShown(Output):
    site = serializers.CharField()
    last_used = serializers.DateTimeField(allow_null=True)


class DrugSites(Output):
    drug = serializers.CharField()
    suggested = serializers.CharField(help_text="the site used longest ago; empty where the product has none. Never a dose")
    sites = SiteShown(many=True)


class SitesAnswer(Output):
    results = DrugSites(many=True)


class IntakeView(RecordView):
    """A view that reads the calendar of doses."""

    category = Category.DOSES
    what = "doses"

    def asked(self, man: Patient, most: int) -> tuple[date, date]:
        return window(self.query, local_today(man, self.now), usual=_USUAL_DAYS, most=most)

    def drug(self) -> str | None:
        return chosen(self.query, "drug", load_rulebook().drugs)


class ExpectedDoses(IntakeView):
    """The doses of the calendar."""

    operations = {
        "GET": Operation(
            f"Expected doses of at most {_MOST_EXPECTED} days, oldest first, each with what was logged for it",
            ExpectedPage,
            query=(*PERIOD, _DRUG),
            description=(
                "Made from the regimens that were in force; `answered` is what was logged for each. Send the window by "
                "`from` and `to`."
            ),
        )
    }

    def get(self, _request: Request, **_: Any) -> Response:
        man = self.patient()
        reader = Reader(self.is_staff_route, man)
        first, last = self.asked(man, _MOST_EXPECTED)
        names = {str(row.uid): reader.id_of(row) for row in Regimen.objects.live().filter(patient=man)}
        found = intake.expected_of(man, first, last, drug=self.drug())
        return Response({"results": [expected_row(one, names, reader) for one in found]})


class DoseAdherence(IntakeView):
    """How the log compares with what was expected."""

    operations = {
        "GET": Operation(
            f"Adherence by drug over at most {_MOST_DAYS} days; the last {_USUAL_DAYS} where none are sent",
            AdherenceAnswer,
            query=(*PERIOD, _DRUG),
            description=(
                "Expected and logged doses of the period. What is not logged is not known to be missed: `not_logged` has "
                "no figure."
            ),
        )
    }

    def get(self, _request: Request, **_: Any) -> Response:
        man = self.patient()
        first, last = self.asked(man, _MOST_DAYS)
        found = intake.adherence_of(man, first, last, self.now, drug=self.drug())
        results = [adherence_shown(drug, said) for drug, said in found.items()]
        return Response({"first_day": day(first), "last_day": day(last), "formula": FORMULA, "results": results})


class DoseSites(IntakeView):
    """Where the next dose may go."""

    operations = {
        "GET": Operation(
            "Sites of a product, the one used longest ago first; of those of his regimens where none is named",
            SitesAnswer,
            query=(_DRUG,),
            description=(
                "Those where it may be given, so that the same place is not used twice in a row. It is a memory of the "
                "log, no advice."
            ),
        )
    }

    def get(self, _request: Request, **_: Any) -> Response:
        man = self.patient()
        drug = self.drug()
        drugs = [drug] if drug else sorted(set(Regimen.objects.live().filter(patient=man).values_list("drug", flat=True)))
        zone = ZoneInfo(man.zone)
        return Response({"results": [_sites(name, intake.sites_for(man, name), zone) for name in drugs]})


def _sites(drug: str, advice: intake.SiteAdvice, zone: ZoneInfo) -> dict[str, Any]:
    sites = [
        {"site": use.site, "last_used": instant(use.last_used.astimezone(zone) if use.last_used else None)}
        for use in advice.uses
    ]
    return {"drug": drug, "suggested": advice.suggested, "sites": sites}


def expected_row(one: intake.Expected, regimens: dict[str, str], reader: Reader) -> dict[str, Any]:
    """What :class:`ExpectedDose` promises."""
    slot, event = one.slot, one.event
    logged = None
    if event is not None:
        logged = {"id": event.key if reader.is_staff else event.name, "kind": event.kind}
    return {
        # One that was corrected while this was read is named by its uid.
        "regimen": regimens.get(slot.regimen, slot.regimen),
        "drug": slot.drug,
        "day": day(slot.day),
        "number": slot.number,
        "at": instant(slot.at.astimezone(ZoneInfo(slot.zone))),
        "timed": slot.timed,
        "amount": f"{slot.amount:f} {slot.unit}",
        "zone": slot.zone,
        "logged": logged,
    }


def adherence_shown(drug: str, said: Adherence) -> dict[str, Any]:
    unit = load_rulebook().drugs[drug].unit if drug in load_rulebook().drugs else "mg"
    by_regimen, by_log = (None if amount is None else shown(amount) for amount in (said.by_regimen, said.by_log))
    return {
        "drug": drug,
        "state": said.state,
        "percent": None if said.percent is None else str(said.percent),
        "expected": said.expected,
        "taken": said.taken,
        "late": said.late,
        "skipped": said.skipped,
        "not_logged": said.not_logged,
        "unmatched": said.unmatched,
        "extra": said.extra,
        "cumulative": {"unit": unit, "by_regimen": by_regimen, "by_log": by_log},
    }
