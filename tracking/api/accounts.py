"""Who he says he is. Signing up and in is no matter of the record: backend.accounts has it."""

from __future__ import annotations

from typing import Any

from django.core.validators import MaxLengthValidator
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tracking.api.base import RecordView
from tracking.api.fields import Day, Input, Output, Text
from tracking.api.records import day
from tracking.api.schema import Operation
from tracking.domain.actor import Actor
from tracking.domain.categories import Category
from tracking.models import Patient, User
from tracking.services import accounts

__all__ = ["Profile"]


MOST_UNITS = 100
_UNITS = "by analyte, the unit that he reads it in beside the reported one"


class UnitChoices(serializers.DictField):
    """Units by analyte."""

    child = Text(max_length=40)

    def __init__(self, *, max_length: int, **options: Any) -> None:
        super().__init__(validators=[MaxLengthValidator(max_length)], **options)


class OpenRecordInput(Input):
    name = Text(max_length=200)
    birth_date = Day()
    zone = Text(max_length=64, help_text="IANA zone; reminders come in it")


class ProfileInput(Input):
    """What is not sent stays as it was."""

    name = Text(max_length=200, required=False)
    birth_date = Day(required=False)
    zone = Text(max_length=64, required=False)
    display_units = UnitChoices(required=False, max_length=MOST_UNITS, help_text=f"{_UNITS}; all of them anew")


class ProfileRow(Output):
    uid = serializers.UUIDField()
    revision = serializers.IntegerField()
    email = serializers.CharField()
    name = serializers.CharField()
    birth_date = serializers.DateField(allow_null=True)
    birth_year = serializers.IntegerField(allow_null=True, help_text="where only the year is known")
    zone = serializers.CharField()
    display_units = serializers.DictField(child=serializers.CharField(), help_text=_UNITS)


class Profile(RecordView):
    """Who he says he is."""

    category = Category.OWN
    what = "profile"
    keeps_answers = False
    operations = {
        "GET": Operation(
            "Read the profile",
            ProfileRow,
            etag=True,
            description="Who he is, his zone, and the units in which he reads results.",
        ),
        "POST": Operation(
            "Open the record of this account; the same again stores nothing",
            ProfileRow,
            OpenRecordInput,
            (200, 201),
            etag=True,
            description="Before that every address of a record answers 404. He must be of age.",
        ),
        "PATCH": Operation(
            "Change what is sent",
            ProfileRow,
            ProfileInput,
            etag=True,
            description="What is left out stays. `display_units` is stated anew as a whole.",
        ),
    }

    @property
    def actor(self) -> Actor:
        """The account; but whoever opens a record is not yet the man whose it is, so the system acts for him."""
        return accounts.OPENING if self.request.method == "POST" else super().actor

    def get(self, _request: Request) -> Response:
        return self.row(profile_row(self.patient(), self.user))

    def post(self, _request: Request) -> Response:
        opened = accounts.open_record(user=self.user, now=self.now, **self.sent(OpenRecordInput))
        return self.row(profile_row(opened.man, self.user), status=201 if opened.is_new else 200)

    def patch(self, _request: Request) -> Response:
        man = self.patient()
        return self.row(
            profile_row(accounts.edit_profile(patient=man, by=self.actor, now=self.now, **self.sent(ProfileInput)), self.user)
        )


def profile_row(man: Patient, user: User) -> dict[str, Any]:
    """What :class:`ProfileRow` promises."""
    return {
        "uid": str(man.uid),
        "revision": man.profile_revision,
        "email": user.email,
        "name": man.name,
        "birth_date": day(man.birth_date),
        "birth_year": man.birth_year,
        "zone": man.zone,
        "display_units": man.display_units,
    }
