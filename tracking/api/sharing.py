"""Codes that let a clinic in: made by a man and redeemed by a clinic, or made by a clinic and accepted by a man."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tracking.api.base import RecordView
from tracking.api.consents import scope_field
from tracking.api.fields import Input, Output, Text
from tracking.api.paging import PAGE
from tracking.api.records import instant
from tracking.api.schema import Operation, page_of
from tracking.domain.actor import Actor
from tracking.domain.categories import Category
from tracking.domain.share_code import CodeState, payload_of, written
from tracking.models import Invitation as InvitationModel
from tracking.models import ShareCode as ShareCodeModel
from tracking.services import clinics, sharing
from tracking.services.qr import qr_svg

__all__ = ["Invitation", "Invitations", "Redemption", "ShareCode", "ShareCodes"]


class ShareCodeInput(Input):
    scope = scope_field(required=False, default=list)


class ShareCodeRow(Output):
    uid = serializers.UUIDField()
    scope = serializers.ListField(child=serializers.CharField(), help_text="categories it opens; empty means all")
    made_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    state = serializers.ChoiceField(list(CodeState))
    clinic = serializers.CharField(allow_null=True, help_text="the name of the clinic that used it")


class InvitationRow(Output):
    uid = serializers.UUIDField()
    made_at = serializers.DateTimeField()
    made_by = serializers.CharField()
    expires_at = serializers.DateTimeField()
    state = serializers.ChoiceField(list(CodeState))


class Secret(Output):
    """What is shown once, and kept nowhere."""

    code = serializers.CharField(help_text="to read out or type: `7K2M-91QX-C3TB`")
    payload = serializers.CharField(help_text="what the QR code holds; takes the place of the code anywhere")
    qr_svg = serializers.CharField(help_text="the QR code, as an SVG document")


class NewShareCodeRow(ShareCodeRow, Secret):
    """A code, this once with itself."""


class NewInvitationRow(InvitationRow, Secret):
    """An invitation, this once with its code."""


class RedemptionInput(Input):
    code = Text(max_length=60, help_text="as he reads it out, or as it was scanned")


class RedemptionRow(Output):
    patient = serializers.UUIDField(help_text="uid of the man who let the clinic in")
    scope = serializers.ListField(child=serializers.CharField(), help_text="categories he shares; empty means all")
    granted_at = serializers.DateTimeField()


class ShareCodes(RecordView):
    """His codes, and a new one."""

    category = Category.OWN
    keeps_answers = False  # the secret is shown once, and kept nowhere
    operations = {
        "GET": Operation(
            "List the codes he made, newest first",
            page_of(ShareCodeRow),
            query=PAGE,
            description="The codes themselves are shown once, when they are made.",
        ),
        "POST": Operation(
            "Make a code that lets one clinic in",
            NewShareCodeRow,
            ShareCodeInput,
            status=(201,),
            description="It holds for 15 minutes, once, and is shown in this answer alone. A new one ends the one before it. "
            "Without a `scope` it opens all of the record.",
        ),
    }

    def get(self, _request: Request) -> Response:
        rows = ShareCodeModel.objects.filter(patient=self.patient()).select_related("care__clinic")
        return self.page(rows, self._shown, by="made_at")

    def post(self, _request: Request) -> Response:
        sent = self.sent(ShareCodeInput)
        row, code = sharing.make_code(patient=self.patient(), by=self.actor, now=self.now, **sent)
        return Response(self._shown(row) | secret(code), status=201)

    def _shown(self, row: ShareCodeModel) -> dict[str, Any]:
        return {
            "uid": str(row.uid),
            "scope": row.scope,
            "made_at": instant(row.made_at),
            "expires_at": instant(row.expires_at),
            "state": state_of(row, self.now),
            "clinic": None if row.care is None else row.care.clinic.name,
        }


class ShareCode(RecordView):
    """One code."""

    category = Category.OWN
    needs_match = False
    operations = {
        "DELETE": Operation(
            "Take a code back; what it opened stays open",
            status=(204,),
            description="Who holds it can no longer redeem it. To show a clinic out, end its consent.",
        )
    }

    def delete(self, _request: Request, **kwargs: Any) -> Response:
        sharing.withdraw_code(patient=self.patient(), uid=kwargs["uid"], by=self.actor, now=self.now)
        return Response(status=204)


class Redemption(RecordView):
    """A man's code in the hands of a clinic."""

    category = Category.OWN
    keeps_answers = False  # of no man before it is accepted; a code holds once anyway
    operations = {
        "POST": Operation(
            "Let this clinic in by a man's code",
            RedemptionRow,
            RedemptionInput,
            status=(201,),
            description="For members of the clinic; who redeems leads. A code that is wrong, was used or has run out is "
            "answered alike (422, `code-not-accepted`). Wrong ones are counted: after ten within the hour 429.",
        )
    }

    @property
    def actor(self) -> Actor:
        """The system: before the code counts, the policies show the clinic nothing of him."""
        return sharing.SHARING

    def post(self, _request: Request, **kwargs: Any) -> Response:
        by = Actor.user(self.user.pk)
        clinics.member(by, kwargs["clinic_uid"])
        care = sharing.redeem(clinic_uid=kwargs["clinic_uid"], by=by, now=self.now, **self.sent(RedemptionInput))
        shown = {"patient": str(care.patient.uid), "scope": care.scope, "granted_at": instant(care.granted_at)}
        return Response(shown, status=201)


class Invitations(RecordView):
    """What a clinic hands out, and what became of it."""

    category = Category.OWN
    keeps_answers = False  # the secret is shown once, and kept nowhere
    operations = {
        "GET": Operation(
            "List the clinic's invitations, newest first",
            page_of(InvitationRow),
            query=PAGE,
            description="Their codes are not shown again; `state` says whether one was used, withdrawn, or has run out.",
        ),
        "POST": Operation(
            "Make an invitation for one man",
            NewInvitationRow,
            status=(201,),
            description="It holds for 7 days, once, and is shown in this answer alone. He accepts it with "
            "`POST /consents/accept`.",
        ),
    }

    def get(self, _request: Request, **kwargs: Any) -> Response:
        member = clinics.member(self.actor, kwargs["clinic_uid"])
        rows = InvitationModel.objects.filter(clinic=member.clinic).select_related("made_by__user")
        return self.page(rows, self._shown, by="made_at")

    def post(self, _request: Request, **kwargs: Any) -> Response:
        row, code = sharing.invite(clinic_uid=kwargs["clinic_uid"], by=self.actor, now=self.now)
        return Response(self._shown(row) | secret(code), status=201)

    def _shown(self, row: InvitationModel) -> dict[str, Any]:
        return {
            "uid": str(row.uid),
            "made_at": instant(row.made_at),
            "made_by": str(row.made_by.user),
            "expires_at": instant(row.expires_at),
            "state": state_of(row, self.now),
        }


class Invitation(RecordView):
    """One invitation."""

    category = Category.OWN
    needs_match = False
    operations = {
        "DELETE": Operation(
            "Take an invitation back; what was accepted stays",
            status=(204,),
            description="Who holds the code can no longer answer it.",
        )
    }

    def delete(self, _request: Request, **kwargs: Any) -> Response:
        sharing.withdraw_invitation(clinic_uid=kwargs["clinic_uid"], uid=kwargs["uid"], by=self.actor, now=self.now)
        return Response(status=204)


def secret(code: str) -> dict[str, str]:
    """What :class:`Secret` promises."""
    payload = payload_of(code)
    return {"code": written(code), "payload": payload, "qr_svg": qr_svg(payload)}


def state_of(row: ShareCodeModel | InvitationModel, now: datetime) -> CodeState:
    """How a code stands at this instant."""
    if row.used_at is not None:
        return CodeState.USED
    if row.withdrawn_at is not None:
        return CodeState.WITHDRAWN
    return CodeState.OPEN if row.expires_at > now else CodeState.EXPIRED
