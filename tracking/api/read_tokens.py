"""Keys that a man gives to those who have no account here: they read, and do nothing else."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tracking.api.base import RecordView
from tracking.api.consents import scope_field
from tracking.api.fields import Input, Instant, Output, Text
from tracking.api.paging import PAGE
from tracking.api.records import instant
from tracking.api.schema import Operation, page_of
from tracking.domain.categories import Category
from tracking.models import ReadToken as ReadTokenModel
from tracking.services import read_tokens

__all__ = ["ReadToken", "ReadTokens"]


class ReadTokenInput(Input):
    label = Text(max_length=80, help_text="whom it is for; he reads it in his access log")  # type: ignore[assignment]  # DRF takes declared fields off the class
    scope = scope_field()
    expires_at = Instant(help_text="at most 366 days from now")


class ReadTokenRow(Output):
    uid = serializers.UUIDField()
    label = serializers.CharField()  # type: ignore[assignment]  # as above
    scope = serializers.ListField(child=serializers.CharField(), help_text="categories it reads")
    made_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    last_used_at = serializers.DateTimeField(allow_null=True)
    revoked_at = serializers.DateTimeField(allow_null=True)
    holds = serializers.BooleanField(help_text="neither revoked nor run out")


class NewReadTokenRow(ReadTokenRow):
    token = serializers.CharField(help_text="sent as `Authorization: Bearer …`; shown in this answer alone")


class ReadTokens(RecordView):
    """The keys he gave, and a new one."""

    category = Category.OWN
    keeps_answers = False  # the secret is shown once, and kept nowhere
    operations = {
        "GET": Operation(
            "List the keys he gave, newest first",
            page_of(ReadTokenRow),
            query=PAGE,
            description=(
                "What each may read, until when, and when it was last used; the key itself is shown once, when it is made."
            ),
        ),
        "POST": Operation(
            "Make a key that reads",
            NewReadTokenRow,
            ReadTokenInput,
            status=(201,),
            description="Whoever has it reads the categories named, with `GET` at the addresses of a man's own record, "
            "until it ends. Every request with it stands in his `/access-log`. It writes nothing, and sees neither his account "
            "nor his keys.",
        ),
    }

    def get(self, _request: Request) -> Response:
        return self.page(ReadTokenModel.objects.filter(patient=self.patient()), self._shown, by="made_at")

    def post(self, _request: Request) -> Response:
        sent = self.sent(ReadTokenInput)
        row, key = read_tokens.give(patient=self.patient(), by=self.actor, now=self.now, **sent)
        return Response(self._shown(row) | {"token": key}, status=201)

    def _shown(self, row: ReadTokenModel) -> dict[str, Any]:
        return {
            "uid": str(row.uid),
            "label": row.label,
            "scope": row.scope,
            "made_at": instant(row.made_at),
            "expires_at": instant(row.expires_at),
            "last_used_at": instant(row.last_used_at),
            "revoked_at": instant(row.revoked_at),
            "holds": row.revoked_at is None and row.expires_at > self.now,
        }


class ReadToken(RecordView):
    """One key."""

    category = Category.OWN
    needs_match = False
    operations = {
        "DELETE": Operation("End a key, at once", status=(204,), description="Its next request is answered with 401.")
    }

    def delete(self, _request: Request, **kwargs: Any) -> Response:
        read_tokens.revoke(patient=self.patient(), uid=kwargs["uid"], by=self.actor, now=self.now)
        return Response(status=204)
