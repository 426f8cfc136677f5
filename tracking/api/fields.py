"""Fields that take what was sent or refuse it, never something in between: ``5`` is not text, ``"yes"`` is not true.

A refusal says what is accepted. What a service reads itself (values, moments, schedules) passes through :class:`AsSent`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, ClassVar, cast

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.fields import empty
from rest_framework.serializers import ErrorDetail, ValidationError
from rest_framework.settings import api_settings

from tracking.domain.schedule import ACCEPTED, WEEKDAYS
from tracking.models.base import CLIENT_ID, MAX_CLIENT_ID

__all__ = [
    "AsSent", "ClientId", "Clock", "Day", "Email", "Flag", "Input", "Instant", "Output", "Plan", "Text", "Uid", "Whole",
]  # fmt: skip

_MOST_UNKNOWN = 10
_YEARS = range(1900, 2200)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_CLIENT_ID = re.compile(CLIENT_ID, re.ASCII)
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII)
_COMMON = {"required": _("Send this field."), "null": _("Null is not accepted here. Leave the field out instead.")}


class Output(serializers.Serializer[Any]):
    """The shape of an answer, for the document. Rows are rendered by plain functions: lists are read often."""


class Input(serializers.Serializer[Any]):
    """A body. A field that it does not know is refused by name, so that a typing error is never silently a default.

    ``when_missing``: for a required field, what the service is told where it is not sent; its refusal says more than ours.
    """

    when_missing: ClassVar[Mapping[str, Any]] = {}
    default_error_messages = {
        "invalid": _("Send a JSON object."),
        "unknown-field": _("There is no such field. Accepted: {accepted}."),
    }

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, Mapping):
            raise ValidationError(
                {api_settings.NON_FIELD_ERRORS_KEY: [ErrorDetail(str(self.error_messages["invalid"]), "invalid")]}
            )
        names = self.fields.keys()
        unknown = [name for name in data if name not in names][:_MOST_UNKNOWN]
        errors: dict[str, Any] = {}
        if unknown:
            text = str(self.error_messages["unknown-field"]).format(accepted=", ".join(names) or _("none"))
            errors = {name: [ErrorDetail(text, "unknown-field")] for name in unknown}
        try:
            content = super().to_internal_value({**self.when_missing, **data})
        except ValidationError as refused:
            raise ValidationError({**cast("dict[str, Any]", refused.detail), **errors}) from None
        if errors:
            raise ValidationError(errors)
        return content


class Text(serializers.CharField):
    """Text of at most so many characters, without blanks around it."""

    default_error_messages = {
        **_COMMON,
        "type": _("Send text."),
        "blank": _("Send some text, or leave the field out."),
        "max_length": _("Too long. Accepted: at most {max_length} characters."),
    }

    def run_validation(self, data: Any = empty) -> Any:
        if data is not empty and data is not None and not isinstance(data, str):
            self.fail("type")
        return super().run_validation(data)


class ClientId(Text):
    """An id minted by the sender, unique in the man's account: the same content under it again is stored once."""

    default_error_messages = {"invalid": _("Accepted: 1 to 36 letters, digits, '_', '.' or '-', for example a UUID.")}

    def __init__(self) -> None:
        super().__init__(
            max_length=MAX_CLIENT_ID, required=False, help_text="minted by the sender; the same again is stored once"
        )

    def to_internal_value(self, data: Any) -> str:
        text: str = super().to_internal_value(data)
        if not _CLIENT_ID.fullmatch(text):
            self.fail("invalid")
        return text


class Email(Text, serializers.EmailField):
    default_error_messages = {"invalid": _("This is not an e-mail address. Accepted: name@example.org.")}


class Flag(serializers.BooleanField):
    default_error_messages = {**_COMMON, "invalid": _("Accepted: true or false.")}

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, bool):
            self.fail("invalid")
        return data


class Whole(serializers.IntegerField):
    default_error_messages = {**_COMMON, "invalid": _("Accepted: a whole number.")}

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        return data


class Uid(serializers.UUIDField):
    default_error_messages = {**_COMMON, "invalid": _("This is not a uid. Accepted: a UUID as this API shows it.")}

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Day(serializers.DateField):
    default_error_messages = {
        **_COMMON,
        "invalid": _("'{received}' is not a date. Accepted: YYYY-MM-DD, for example 2026-03-03."),
    }

    def to_internal_value(self, value: Any) -> date:
        text = value if isinstance(value, str) else ""
        try:
            day = date.fromisoformat(text) if _DAY.fullmatch(text) else None
        except ValueError:
            day = None
        if day is None or day.year not in _YEARS:
            self.fail("invalid", received=str(value)[:40])
        return day


# The format "time" of JSON schemas has seconds and an offset, which an hour on a man's wall has not.
@extend_schema_field({"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$", "examples": ["21:30"]})
class Clock(serializers.TimeField):
    default_error_messages = {**_COMMON, "invalid": _("'{received}' is not a time of day. Accepted: HH:MM, for example 21:30.")}

    def to_internal_value(self, value: Any) -> Any:
        if not isinstance(value, str) or not _CLOCK.fullmatch(value):
            self.fail("invalid", received=str(value)[:40])
        return super().to_internal_value(value)


class Instant(serializers.DateTimeField):
    """An instant with its offset from UTC; a naive one is never taken for anybody's local time."""

    default_error_messages = {
        **_COMMON,
        "invalid": _("'{received}' is not an instant with an offset. Accepted: for example 2026-03-03T08:10:00+01:00."),
    }

    def to_internal_value(self, value: Any) -> datetime:
        try:
            instant = datetime.fromisoformat(value) if isinstance(value, str) else None
        except ValueError:
            instant = None
        if instant is None or instant.tzinfo is None or instant.year not in _YEARS:
            self.fail("invalid", received=str(value)[:40])
        return instant


@extend_schema_field({"type": "string"})
class AsSent(serializers.Field[Any, Any, Any, Any]):
    """Passed on as it came, for a service that reads it and says what is wrong with it. Bounded in length."""

    default_error_messages = {**_COMMON, "max_length": _("Too long. Accepted: at most {max_length} characters.")}

    def __init__(self, *, max_length: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.max_length = max_length

    def validate_empty_values(self, data: Any) -> tuple[bool, Any]:
        """Null goes to the service too, which says what it would have liked."""
        return (True, None) if data is None else super().validate_empty_values(data)

    def to_internal_value(self, data: Any) -> Any:
        if len(data if isinstance(data, str) else json.dumps(data)) > self.max_length:
            self.fail("max_length", max_length=self.max_length)
        return data

    def to_representation(self, value: Any) -> Any:
        return value


@extend_schema_field(
    {
        "title": "Schedule",
        "type": "object",
        "required": ["kind"],
        "properties": {
            "kind": {"type": "string", "enum": ["every", "weekdays", "daily", "monthly", "as_needed"]},
            "days": {
                "description": "with `every` a number of days as text, with `weekdays` a list of days",
                "oneOf": [{"type": "string"}, {"type": "array", "items": {"type": "string", "enum": list(WEEKDAYS)}}],
            },
            "times": {"type": "integer", "description": "with `daily`: how often a day"},
            "months": {"type": "integer", "description": "with `monthly`: every so many months, on the day of the start"},
            "at": {"type": "array", "items": {"type": "string"}, "description": "times of day on his wall, in order: 08:00"},
            "amounts": {
                "type": "array",
                "items": {"type": "string"},
                "description": "where doses differ: one for each of a day, or with `weekdays` of a week",
            },
        },
        "additionalProperties": False,
        "description": f"Accepted: {ACCEPTED}.",
    }
)
class Plan(AsSent):
    """How often a regimen repeats, as the service reads it."""
