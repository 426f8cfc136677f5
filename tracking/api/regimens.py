"""What he is to take, or says that he takes. A change of dose is a new version; nothing here computes one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tracking.api.consequences import DRY_RUN, ConsequencesShown, consequences_shown
from tracking.api.fields import AsSent, ClientId, Day, Input, Output, Plan, Text
from tracking.api.paging import chosen, flag
from tracking.api.records import (
    ON_ADD,
    ON_CORRECT,
    Correction,
    Framed,
    NounView,
    Reader,
    RecordInput,
    RowsView,
    RowView,
    correcting,
    day,
    listing,
)
from tracking.api.schema import Operation, Query, by_code, one_of
from tracking.domain.amounts import shown
from tracking.domain.categories import Category
from tracking.domain.expected import PlanState
from tracking.domain.history import Origin
from tracking.domain.problems import Problem
from tracking.domain.regimen_terms import part_text
from tracking.evidence import load_rulebook
from tracking.models import Patient
from tracking.models import Regimen as RegimenModel
from tracking.services import consequences, pauses, plans, regimens
from tracking.services.lived import local_today

__all__ = ["DOSE", "Regimen", "RegimenChange", "RegimenEnd", "RegimenPause", "RegimenResume", "Regimens", "Terms"]

_MG = "mg"
DOSE = "text: one dose with its unit, as written: `0.5 mg`, `500 IU`; or `dose_mg`"


class Terms(Input):
    """What a version may state besides drug and dose."""

    strength = AsSent(max_length=60, required=False, help_text="of one tablet or capsule, with its unit: `1 mg`")
    zone = Text(max_length=64, required=False, help_text="IANA zone; the man's own where it is not sent")
    reason = Text(
        max_length=200,
        required=False,
        allow_blank=True,
        help_text="why it was started or changed; required of an aromatase inhibitor",
    )
    review_on = Day(
        required=False, help_text="planned review; required of a prescribed aromatase inhibitor, at most six months ahead"
    )
    confirmed_reason = Text(max_length=200, required=False, allow_blank=True, help_text="why an unusual dose is right")


class RegimenCorrectionInput(Terms):
    """A version put right, all of it."""

    when_missing = {"drug": "", "schedule": None}

    drug = Text(max_length=40, allow_blank=True)
    dose = AsSent(max_length=60, required=False, help_text=DOSE)
    dose_mg = AsSent(max_length=60, required=False, help_text="text: one dose in mg of the product, as written")
    schedule = Plan(max_length=400)
    starts_on = Day()
    ends_on = Day(required=False, allow_null=True, help_text="the first day on which it no longer holds")


class RegimenInput(RegimenCorrectionInput, RecordInput):
    """A new regimen: what he is to take, or says that he takes."""


class RegimenChangeInput(Terms, RecordInput):
    """What is not sent stays as it was. The drug stays in any case."""

    from_date = Day(help_text="the day on which the new version begins and the old one no longer holds")
    dose = AsSent(max_length=60, required=False, help_text=DOSE)
    dose_mg = AsSent(max_length=60, required=False)
    schedule = Plan(max_length=400, required=False)


class RegimenEndInput(Input):
    ends_on = Day(help_text="the first day on which it no longer holds")
    reason = Text(max_length=200, required=False, allow_blank=True)


class RegimenPauseInput(Input):
    """A time in which the regimen is not in force."""

    client_id = ClientId()
    from_date = Day(help_text="the first day without it")
    until = Day(required=False, help_text="the first day on which it holds again; open where it is not sent")
    reason = Text(max_length=200, required=False, allow_blank=True)


class RegimenResumeInput(Input):
    on = Day(help_text="the first day on which it holds again; the first day of the pause takes the pause back")


class PauseRow(Output):
    from_date = serializers.DateField()
    until = serializers.DateField(allow_null=True, help_text="the first day on which it holds again; null: open")


class RegimenRow(Framed):
    """One version of one drug's plan."""

    drug = serializers.CharField()
    dose = serializers.CharField(help_text="one dose as written, with its unit; where they differ, the largest")
    dose_mg = serializers.CharField(allow_null=True, help_text="the same where it is written in mg, else null")
    strength = serializers.CharField(help_text="of one tablet or capsule; empty where it is not stated")
    part = serializers.CharField(help_text="how many of them one dose is: quarter, half, whole; empty without a strength")
    weekly = serializers.CharField(allow_null=True, help_text="all doses of a week, in the drug's unit; null: as needed")
    weekly_mg = serializers.CharField(allow_null=True, help_text="the same in mg; null where the drug has another unit")
    state = serializers.ChoiceField(list(PlanState), help_text="today, where he lives")
    pauses = PauseRow(many=True)
    schedule = Plan(max_length=400)
    origin = serializers.ChoiceField(list(Origin), help_text="whose statement it is")
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(allow_null=True)
    zone = serializers.CharField()
    reason = serializers.CharField()
    end_reason = serializers.CharField()
    review_on = serializers.DateField(allow_null=True)
    previous = serializers.CharField(allow_null=True, help_text="id of the version that it changed")
    confirmed_reason = serializers.CharField()


class RegimenWritten(RegimenRow):
    """A version, and what this write does to what is known already."""

    dry_run = serializers.BooleanField(help_text="true: nothing was stored")
    consequences = ConsequencesShown()


def _writing(summary: str, takes: type[Input], about: str, *, status: tuple[int, ...] = (200,)) -> Operation:
    about += " `consequences` says what moves with it; `dry_run=true` stores nothing."
    return Operation(summary, RegimenWritten, takes, status=status, query=(DRY_RUN,), etag=True, description=about)


class RegimenNoun(NounView):
    """What every view of regimens knows: a man's own are his statement, those of staff are prescribed."""

    category = Category.DOSES
    what = "regimens"
    model = RegimenModel
    newest_by = "starts_on"

    @property
    def origin(self) -> Origin:
        return Origin.PRESCRIBED if self.is_staff_route else Origin.SELF

    @property
    def said(self) -> dict[str, Any]:
        """Who writes, when, and as whose statement."""
        return {"by": self.actor, "now": self.now, "origin": self.origin}

    def every(self, man: Patient) -> QuerySet[Any]:
        return plans.with_pauses(super().every(man)).select_related("previous")

    def render(self, row: Any, reader: Reader) -> dict[str, Any]:
        plan = plans.plan_of(row, load_rulebook())
        weekly = plan.schedule.weekly(plan.dose)
        amount = None if weekly is None else shown(weekly)
        return {
            **reader.frame(row),
            "drug": row.drug,
            "dose": f"{row.dose_digits} {row.dose_unit}",
            "dose_mg": row.dose_digits if row.dose_unit == _MG else None,
            "strength": f"{row.strength_digits} {row.dose_unit}" if row.strength_digits else "",
            "part": part_text(row.dose_digits, row.strength_digits),
            "weekly": None if amount is None else f"{amount} {plan.unit}",
            "weekly_mg": amount if plan.unit == _MG else None,
            "state": plan.state(local_today(reader.man, self.now)),
            "pauses": [{"from_date": day(pause.starts_on), "until": day(pause.ends_on)} for pause in plan.pauses],
            "schedule": row.schedule,
            "origin": row.origin,
            "starts_on": day(row.starts_on),
            "ends_on": day(row.ends_on),
            "zone": row.zone,
            "reason": row.reason,
            "end_reason": row.end_reason,
            "review_on": day(row.review_on),
            "previous": self.id_of_standing(row.previous, reader) if row.previous else None,
            "confirmed_reason": row.confirmed_reason,
        }

    def told(self, man: Patient, write: Callable[[], RegimenModel], *, creates: bool = False) -> Response:
        """What a write answers with: the row, and what it does to what is known already; stored unless it is a dry run."""
        reader, dry_run = self.reader(man), flag(self.query, "dry_run")

        def stored() -> tuple[dict[str, Any], bool]:
            row = write()
            # The database gives a revision; a row that was just made does not know its own yet.
            is_new = creates and not row.revision
            row.refresh_from_db(fields=["revision"])
            return self.render(row, reader), is_new

        who: dict[str, Any] = {"patient": man, "by": self.actor, "now": self.now}
        (row, is_new), found = consequences.told(stored, **who, dry_run=dry_run)
        body = row | {"dry_run": dry_run, "consequences": consequences_shown(found, reader)}
        headers = {} if dry_run else {"ETag": f'"{row["revision"]}"'}
        return Response(body, status=201 if is_new and not dry_run else 200, headers=headers)


class Regimens(RegimenNoun, RowsView):
    """His regimens, and a new one."""

    operations = {
        **listing(
            "regimens",
            RegimenRow,
            RegimenInput,
            filters=(by_code("drug", "drug"), Query("origin", "whose statement", one_of(Origin))),
        ),
        "POST": _writing("Add to regimens; 200 where it was there already", RegimenInput, ON_ADD, status=(201, 200)),
    }

    def narrowed(self, rows: QuerySet[Any], query: dict[str, str]) -> QuerySet[Any]:
        wanted = {"drug": chosen(query, "drug", load_rulebook().drugs), "origin": chosen(query, "origin", list(Origin))}
        return rows.filter(**{name: value for name, value in wanted.items() if value is not None})

    def post(self, _request: Request, **_: Any) -> Response:
        man, sent = self.patient(), self.sent(RegimenInput)
        return self.told(man, lambda: regimens.start(patient=man, **self.said, **sent), creates=True)


class Regimen(RegimenNoun, Correction):
    """One version."""

    operations = {
        **correcting("regimens", RegimenRow, RegimenCorrectionInput),
        "PUT": _writing(
            "Correct one of regimens: all of it anew; what was wrong stays among the versions",
            RegimenCorrectionInput,
            ON_CORRECT,
        ),
    }

    def put(self, _request: Request, **_: Any) -> Response:
        man = self.patient()
        key, sent = self.standing(man).client_id, self.sent(RegimenCorrectionInput)
        return self.told(man, lambda: regimens.correct(patient=man, key=key, **self.said, **sent))

    def withdraw(self, man: Patient, key: str, reason: str) -> None:
        regimens.withdraw(patient=man, key=key, **self.said, reason=reason)


class RegimenStep(RegimenNoun, RowView):
    """Something that is done to one version."""

    http_method_names = ["post"]
    creates: ClassVar[bool] = False

    def post(self, _request: Request, **_: Any) -> Response:
        man = self.patient()
        key, sent = self.standing(man).client_id, self.sent(self.operations["POST"].takes)
        return self.told(man, lambda: self.take(man, key, sent), creates=self.creates)

    def take(self, man: Patient, key: str, sent: dict[str, Any]) -> RegimenModel:
        raise NotImplementedError


class RegimenChange(RegimenStep):
    """End one version and begin the next."""

    creates = True
    operations = {
        "POST": _writing(
            "Change a regimen from a day on; whoever asks decided it",
            RegimenChangeInput,
            "The version before ends the day before.",
            status=(201, 200),
        )
    }

    def take(self, man: Patient, key: str, sent: dict[str, Any]) -> RegimenModel:
        with _said_of_from_date():
            return regimens.change(patient=man, key=key, **self.said, **sent)


class RegimenEnd(RegimenStep):
    """The end of a regimen. Its dose events stay."""

    operations = {"POST": _writing("End a regimen", RegimenEndInput, "Doses are expected no longer from that day on.")}

    def take(self, man: Patient, key: str, sent: dict[str, Any]) -> RegimenModel:
        return regimens.end(patient=man, key=key, **self.said, **sent)


class RegimenPause(RegimenStep):
    """Days on which it is not in force."""

    operations = {
        "POST": _writing(
            "Pause a regimen; it is not in force meanwhile",
            RegimenPauseInput,
            "Without `until` it is paused until it is resumed.",
        )
    }

    def take(self, man: Patient, key: str, sent: dict[str, Any]) -> RegimenModel:
        return pauses.pause(patient=man, key=key, **self.said, **sent)


class RegimenResume(RegimenStep):
    """The end of a pause."""

    operations = {"POST": _writing("Resume a paused regimen", RegimenResumeInput, "Doses are expected again from that day on.")}

    def take(self, man: Patient, key: str, sent: dict[str, Any]) -> RegimenModel:
        return pauses.resume(patient=man, key=key, **self.said, **sent)


@contextmanager
def _said_of_from_date() -> Iterator[None]:
    """A change has one date, the end of one version and the start of the next: a refusal of either names what was sent."""
    try:
        yield
    except Problem as refused:
        issues = (
            replace(issue, pointer="/from_date") if issue.pointer in ("/starts_on", "/ends_on") else issue
            for issue in refused.issues
        )
        raise Problem(*issues, kind=refused.kind) from None
