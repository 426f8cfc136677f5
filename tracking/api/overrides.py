"""What prescribers set in place of the rulebook's numbers: floors and intervals of a man, and the floor of a clinic.

The man reads his own; staff set and end them under his uid.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tracking import tasks
from tracking.api.base import RecordView
from tracking.api.consents import ClinicRow
from tracking.api.fields import AsSent, Day, Input, Output, Text, Uid, Whole
from tracking.api.paging import CHANGED_PAGE, PAGE
from tracking.api.records import day, instant
from tracking.api.schema import Operation, page_of
from tracking.domain.categories import Category
from tracking.models import CareRelationship, ClinicFloor, FloorSetting, IntervalSetting, Patient
from tracking.services import overrides
from tracking.services.access import not_found
from tracking.services.lived import local_today

__all__ = [
    "ClinicFloorEnd",
    "ClinicFloors",
    "Floor",
    "FloorEnd",
    "Floors",
    "Interval",
    "IntervalEnd",
    "Intervals",
    "SetFloors",
    "SetIntervals",
]

_UNIT = "pg/mL"


class SettingInput(Input):
    """What every setting of a man states."""

    when_missing = {"reason": ""}

    reason = Text(max_length=200, allow_blank=True)
    expires_on = Day(help_text="the last day on which it counts, in his zone")
    clinic = Uid(required=False, help_text="for which of your clinics; needed where he lets in several")


class FloorInput(SettingInput):
    when_missing = {"reason": "", "floor": None}

    floor = AsSent(max_length=60, help_text="text: a plain number of pg/mL")


class IntervalInput(SettingInput):
    kind = Text(max_length=24, help_text="the kind of monitoring, as due items name it")
    every_months = Whole()


class ClinicFloorInput(Input):
    when_missing = {"reason": "", "floor": None}

    floor = AsSent(max_length=60, help_text="text: a plain number of pg/mL")
    reason = Text(max_length=200, allow_blank=True)
    expires_on = Day(required=False, help_text="the last day on which it counts; left out: until it is ended")


class SettingRow(Output):
    """What a setting says about itself, whoever it is for."""

    whose = serializers.CharField(help_text="who answers for it")
    clinic = ClinicRow()
    reason = serializers.CharField()
    set_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True, help_text="when it was ended or replaced")
    active = serializers.BooleanField(help_text="it counts today: neither ended nor expired, and the clinic is let in")


class SettingOfManRow(SettingRow):
    id = serializers.CharField()
    uid = serializers.UUIDField()
    revision = serializers.IntegerField()
    expires_on = serializers.DateField(help_text="the last day on which it counts, in his zone")


class FloorRow(SettingOfManRow):
    floor = serializers.CharField(help_text="as typed")
    unit = serializers.CharField()


class IntervalRow(SettingOfManRow):
    kind = serializers.CharField()
    every_months = serializers.IntegerField()


class ClinicFloorRow(SettingRow):
    uid = serializers.UUIDField()
    floor = serializers.CharField(help_text="as typed")
    unit = serializers.CharField()
    expires_on = serializers.DateField(allow_null=True, help_text="null: until it is ended")


class SettingNoun(RecordView):
    """What every view of one kind of setting of a man knows."""

    model: ClassVar[type[FloorSetting | IntervalSetting]]

    def rows(self, man: Patient) -> QuerySet[Any]:
        """All of them, those that ended included."""
        return self.model.objects.filter(patient=man).select_related("clinic", "set_by__user", "set_by__clinic")

    def shower(self, man: Patient) -> Callable[[Any], dict[str, Any]]:
        """How a row of this man is shown. Whom he lets in is asked once, however many rows."""
        let_in = set(CareRelationship.objects.covering().filter(patient=man).values_list("clinic_id", flat=True))
        today = local_today(man, self.now)

        def show(row: Any) -> dict[str, Any]:
            active = row.clinic_id in let_in and row.counts_on(today)
            return {"id": str(row.uid), "revision": row.revision, **_shown(row, active=active), **self.said(row)}

        return show

    def said(self, row: Any) -> dict[str, Any]:
        """What this kind of setting sets."""
        raise NotImplementedError

    def answer(self, man: Patient, uid: UUID, *, status: int = 200) -> Response:
        """The stored row as the database completed it, else 404."""
        row = self.rows(man).filter(uid=uid).first()
        if row is None:
            raise not_found()
        return self.row(self.shower(man)(row), status=status)


class SettingList(SettingNoun):
    """All of one kind, those that ended included."""

    def get(self, _request: Request, **_: Any) -> Response:
        man = self.patient()
        return self.page(self.rows(man), self.shower(man), by="set_at")


class OneSetting(SettingNoun):
    """One of them."""

    def get(self, _request: Request, **kwargs: Any) -> Response:
        return self.answer(self.patient(), kwargs["uid"])


class FloorNoun(SettingNoun):
    what = "floors"
    model = FloorSetting

    def said(self, row: FloorSetting) -> dict[str, Any]:
        return {"floor": row.digits, "unit": _UNIT}


class IntervalNoun(SettingNoun):
    what = "intervals"
    model = IntervalSetting

    def said(self, row: IntervalSetting) -> dict[str, Any]:
        return {"kind": row.kind, "every_months": row.every_months}


class Floors(FloorNoun, SettingList):
    """The floors that prescribers set for him."""

    operations = {
        "GET": Operation(
            "List floors set for this man, newest first",
            page_of(FloorRow),
            query=CHANGED_PAGE,
            description="Those that ended or have run out stand too; `active` says which counts today.",
        )
    }


class SetFloors(Floors):
    """The same for staff, and a new one."""

    operations = {
        **Floors.operations,
        "POST": Operation(
            "Set a floor for this man, in place of this clinic's before; 200 where it stands already",
            FloorRow,
            FloorInput,
            status=(201, 200),
            etag=True,
            description="In pg/mL, at most a year ahead, with a reason. It counts while he lets this clinic in.",
        ),
    }

    def post(self, _request: Request, **_: Any) -> Response:
        man = self.patient()
        row = overrides.set_floor(patient=man, by=self.actor, now=self.now, **_named(self.sent(FloorInput)))
        return self.answer(man, row.uid, status=_status(row))


class Floor(FloorNoun, OneSetting):
    operations = {
        "GET": Operation("Read one floor set for this man", FloorRow, etag=True, description="Who set it, why, and until when.")
    }


class FloorEnd(FloorNoun):
    """The end of a floor before it expires."""

    operations = {
        "POST": Operation(
            "End a floor set for this man", FloorRow, etag=True, description="The next nearest floor counts from then on."
        )
    }

    def post(self, _request: Request, **kwargs: Any) -> Response:
        man = self.patient()
        row = overrides.end_floor(patient=man, uid=kwargs["uid"], by=self.actor, now=self.now)
        return self.answer(man, row.uid)


class Intervals(IntervalNoun, SettingList):
    """How often prescribers want one kind of monitoring for him."""

    operations = {
        "GET": Operation(
            "List intervals set for this man, newest first",
            page_of(IntervalRow),
            query=CHANGED_PAGE,
            description="Those that ended or have run out stand too.",
        )
    }


class SetIntervals(Intervals):
    """The same for staff, and a new one."""

    operations = {
        **Intervals.operations,
        "POST": Operation(
            "Set an interval for this man, in place of this clinic's before; 200 where it stands already",
            IntervalRow,
            IntervalInput,
            status=(201, 200),
            etag=True,
            description="In place of the rulebook's interval for labs or scans, at most a year ahead, with a reason.",
        ),
    }

    def post(self, _request: Request, **_: Any) -> Response:
        man = self.patient()
        row = overrides.set_interval(patient=man, by=self.actor, now=self.now, **_named(self.sent(IntervalInput)))
        return self.answer(man, row.uid, status=_status(row))


class Interval(IntervalNoun, OneSetting):
    operations = {
        "GET": Operation(
            "Read one interval set for this man", IntervalRow, etag=True, description="Who set it, why, and until when."
        )
    }


class IntervalEnd(IntervalNoun):
    """The end of an interval before it expires."""

    operations = {
        "POST": Operation(
            "End an interval set for this man",
            IntervalRow,
            etag=True,
            description="The rulebook's interval counts from then on.",
        )
    }

    def post(self, _request: Request, **kwargs: Any) -> Response:
        man = self.patient()
        row = overrides.end_interval(patient=man, uid=kwargs["uid"], by=self.actor, now=self.now)
        return self.answer(man, row.uid)


class ClinicFloors(RecordView):
    """The floor of a clinic's men, by version. Members of the clinic only."""

    category = Category.OWN  # whose account it is: no key reads it
    keeps_answers = False

    operations = {
        "GET": Operation(
            "List the floors of a clinic, newest first",
            page_of(ClinicFloorRow),
            query=PAGE,
            description="Those that ended stand too, with who ended them. Members of the clinic read it.",
        ),
        "POST": Operation(
            "Set the floor of a clinic's men, who are then evaluated again; 200 where it stands already",
            ClinicFloorRow,
            ClinicFloorInput,
            status=(201, 200),
            description=(
                "In pg/mL, within the limits that the rulebook gives. The one before ends. Members of the clinic set it; "
                "nearer floors (a man's own) go before it."
            ),
        ),
    }

    def get(self, _request: Request, **kwargs: Any) -> Response:
        clinic = overrides.clinic_of(self.actor, kwargs["clinic_uid"])
        rows = ClinicFloor.objects.filter(clinic=clinic).select_related("clinic", "set_by__user", "set_by__clinic")
        return self.page(rows, lambda row: _of_clinic(row, self.now.date()), by="set_at")

    def post(self, _request: Request, **kwargs: Any) -> Response:
        clinic = overrides.clinic_of(self.actor, kwargs["clinic_uid"])
        stood = ClinicFloor.objects.filter(clinic=clinic, ended_at=None).first()
        sent = self.sent(ClinicFloorInput)
        row = overrides.set_clinic_floor(clinic_uid=clinic.uid, by=self.actor, now=self.now, **sent)
        tasks.reevaluate_clinic_after_commit(clinic.pk)
        return Response(_of_clinic(row, self.now.date()), status=200 if row == stood else 201)


class ClinicFloorEnd(RecordView):
    """The end of a clinic's floor."""

    category = Category.OWN  # whose account it is: no key reads it
    keeps_answers = False

    operations = {
        "POST": Operation(
            "End the floor of a clinic's men, who are then evaluated again",
            ClinicFloorRow,
            description="The next floor that counts is the deployment's or the rulebook's.",
        )
    }

    def post(self, _request: Request, **kwargs: Any) -> Response:
        row = overrides.end_clinic_floor(clinic_uid=kwargs["clinic_uid"], by=self.actor, now=self.now)
        tasks.reevaluate_clinic_after_commit(row.clinic_id)
        return Response(_of_clinic(row, self.now.date()))


def _named(sent: dict[str, Any]) -> dict[str, Any]:
    """The body in the words of the service."""
    given = dict(sent)
    return {"clinic_uid": given.pop("clinic", None), **given}


def _status(row: FloorSetting | IntervalSetting) -> int:
    # The database gives a revision; a row that was just made does not know its own yet.
    return 200 if row.revision else 201


def _of_clinic(row: ClinicFloor, today: date) -> dict[str, Any]:
    return {"floor": row.digits, "unit": _UNIT, **_shown(row, active=row.counts_on(today))}


def _shown(row: FloorSetting | IntervalSetting | ClinicFloor, *, active: bool) -> dict[str, Any]:
    return {
        "uid": str(row.uid),
        "whose": row.whose,
        "clinic": {"uid": str(row.clinic.uid), "name": row.clinic.name},
        "reason": row.reason,
        "set_at": instant(row.set_at),
        "expires_on": day(row.expires_on),
        "ended_at": instant(row.ended_at),
        "active": active,
    }
