"""Everything to take away, and nothing left behind: the export and the erasure of an account."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from backend import tasks
from backend.accounts import closing
from tracking.api.base import PAGE, Category, Operation, Output, RecordView, page_of
from tracking.api.records import instant
from tracking.models import AccountExport, ErasureRequest
from tracking.services import account_export, erasure
from tracking.services.access import not_found

__all__ = ["Archive", "Erasure", "Export", "Exports"]


class ExportRow(Output):
    uid = serializers.UUIDField()
    asked_at = serializers.DateTimeField()
    state = serializers.ChoiceField(AccountExport.State.values)
    percent = serializers.IntegerField(help_text="how far it has come")
    expires_at = serializers.DateTimeField(allow_null=True, help_text="until when the archive can be fetched")
    size = serializers.IntegerField(help_text="bytes of the archive")
    sha256 = serializers.CharField(help_text="of the archive, in hex; empty until it is ready")


class ErasureRow(Output):
    asked_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField(help_text="when it is done; signing in before cancels it")


class Exports(RecordView):
    """Archives of all that is kept about him."""

    category = Category.OWN
    operations = {
        "GET": Operation(
            "List exports of the account, newest first",
            page_of(ExportRow),
            query=PAGE,
            description="Each can be fetched until `expires_at`, three days after it was ready.",
        ),
        "POST": Operation(
            "Have an export built; 200 where one is being built already",
            ExportRow,
            status=(202, 200),
            description="A worker builds it; read `percent` and `state` at `/exports/{uid}`. The archive is a zip of JSON for "
            "every table, and of the lab results in CSV and FHIR R4 too. It can be fetched for three days, and is then gone.",
        ),
    }

    def get(self, _request: Request) -> Response:
        return self.page(AccountExport.objects.filter(patient=self.patient()).defer("archive"), export_row, by="asked_at")

    def post(self, _request: Request) -> Response:
        row, is_new = account_export.ask(patient=self.patient(), by=self.actor, now=self.now)
        if is_new:
            tasks.build_export_after_commit(row.uid, self.user.pk)
        return Response(export_row(row), status=202 if is_new else 200)


class Export(RecordView):
    """How one of them stands."""

    category = Category.OWN
    operations = {
        "GET": Operation(
            "Read how an export stands",
            ExportRow,
            description="`percent` goes to 100; `state` says whether the archive can be fetched.",
        )
    }

    def get(self, _request: Request, **kwargs: Any) -> Response:
        return Response(export_row(account_export.find(self.patient(), kwargs["uid"])))


class Archive(RecordView):
    """The bytes of one of them."""

    category = Category.OWN
    operations = {
        "GET": Operation(
            "Fetch the archive of an export",
            {(200, "application/zip"): OpenApiTypes.BINARY},
            description="404 until it is ready, and again once its time is over.",
        )
    }

    def perform_content_negotiation(self, request: Request, force: bool = False) -> tuple[JSONRenderer, str]:  # noqa: FBT001, FBT002  DRF's
        """A zip whatever is asked for; refusals are JSON as everywhere."""
        return JSONRenderer(), JSONRenderer.media_type

    def get(self, _request: Request, **kwargs: Any) -> Any:
        content = account_export.archive_of(self.patient(), kwargs["uid"], by=self.actor, now=self.now)
        headers = {"Content-Disposition": 'attachment; filename="trabecula.zip"'}
        return HttpResponse(content, content_type="application/zip", headers=headers)


class Erasure(RecordView):
    """The end of his account."""

    category = Category.OWN
    keeps_answers = False  # the sign-in that would ask again has ended with it
    operations = {
        "GET": Operation(
            "Read when the account will be erased; 404 where that was not asked for",
            ErasureRow,
            description="`due_at` is the end of the grace period. Signing in before then cancels it.",
        ),
        "POST": Operation(
            "Have the account erased",
            ErasureRow,
            status=(202,),
            description="Needs a proof, no older than five minutes, that it is him (401 `/problems/reauthenticate`). Every "
            "device is signed out at once, this one too, and clinics, keys and codes are shut out for good. What is stored "
            "goes on the day of `due_at`, unless he signs in before: that cancels it.",
        ),
    }

    def get(self, _request: Request) -> Response:
        request = erasure.standing(self.patient())
        if request is None:
            raise not_found("erasure")
        return Response(erasure_row(request))

    def post(self, request: Request) -> Response:
        man = self.patient()
        refused = closing.proof_missing(request, self.user)
        if refused is not None:
            return refused
        asked = erasure.ask(patient=man, by=self.actor, now=self.now)
        closing.end_sign_ins(self.user)
        closing.tell(self.user, closing.ASKED)
        return Response(erasure_row(asked), status=202)


def export_row(row: AccountExport) -> dict[str, Any]:
    """What :class:`ExportRow` promises."""
    return {
        "uid": str(row.uid),
        "asked_at": instant(row.asked_at),
        "state": row.state,
        "percent": row.percent,
        "expires_at": instant(row.expires_at),
        "size": row.size,
        "sha256": row.sha256,
    }


def erasure_row(row: ErasureRequest) -> dict[str, Any]:
    """What :class:`ErasureRow` promises."""
    return {"asked_at": instant(row.asked_at), "due_at": instant(row.due_at)}
