"""Whom he lets in, and who looked."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tracking.api.base import RecordView
from tracking.api.fields import Input, Output, Uid
from tracking.api.paging import CHANGED_PAGE, PERIOD, in_period
from tracking.api.records import instant
from tracking.api.schema import Operation, page_of
from tracking.models import AccessEvent, CareRelationship
from tracking.services import consent
from tracking.services.access import not_found

__all__ = ["AccessLog", "Consent", "Consents"]


class ConsentInput(Input):
    clinic = Uid(help_text="uid of the clinic, as the clinic gives it to him")


class ClinicRow(Output):
    uid = serializers.UUIDField()
    name = serializers.CharField()


class ConsentRow(Output):
    id = serializers.CharField()
    uid = serializers.UUIDField()
    revision = serializers.IntegerField()
    clinic = ClinicRow()
    lead = serializers.CharField(allow_null=True, help_text="the prescriber who leads, by name")
    scope = serializers.ListField(child=serializers.CharField(), help_text="categories he shares; empty means all")
    granted_at = serializers.DateTimeField()
    revoked_at = serializers.DateTimeField(allow_null=True, help_text="null: the door is open")


class AccessRow(Output):
    id = serializers.CharField()
    uid = serializers.UUIDField()
    revision = serializers.IntegerField()
    at = serializers.DateTimeField()
    who = serializers.CharField()
    through = serializers.CharField()
    what = serializers.CharField(help_text="the first thing opened in this visit of 30 minutes")


class Consents(RecordView):
    """His consents, standing and ended, and a new one."""

    operations = {
        "GET": Operation("List consents, newest first", page_of(ConsentRow), query=CHANGED_PAGE),
        "POST": Operation(
            "Let a clinic in; 200 where it is in already", ConsentRow, ConsentInput, status=(201, 200), etag=True
        ),
    }

    def get(self, _request: Request) -> Response:
        rows = CareRelationship.objects.filter(patient=self.patient()).select_related("clinic", "lead__user")
        return self.page(rows, _consent, by="granted_at")

    def post(self, _request: Request) -> Response:
        man = self.patient()
        clinic = self.sent(ConsentInput)["clinic"]
        row = consent.grant(patient=man, clinic_uid=clinic, by=self.actor, now=self.now)
        # The database gives a revision; a row that was just made does not know its own yet.
        is_new = not row.revision
        row.refresh_from_db()
        return self.row(_consent(row), status=201 if is_new else 200)


class Consent(RecordView):
    """One consent."""

    operations = {
        "GET": Operation("Read one consent", ConsentRow, etag=True),
        "DELETE": Operation("Show a clinic out, at once", status=(204,)),
    }

    def get(self, _request: Request, **kwargs: Any) -> Response:
        rows = CareRelationship.objects.filter(patient=self.patient(), uid=kwargs["uid"]).select_related("clinic", "lead__user")
        row = rows.first()
        if row is None:
            raise not_found()
        return self.row(_consent(row))

    def delete(self, _request: Request, **kwargs: Any) -> Response:
        consent.revoke(patient=self.patient(), uid=kwargs["uid"], by=self.actor, now=self.now)
        return Response(status=204)


class AccessLog(RecordView):
    """Who looked at his record, in visits."""

    operations = {
        "GET": Operation("List who read the record, newest first", page_of(AccessRow), query=(*PERIOD, *CHANGED_PAGE))
    }

    def get(self, _request: Request) -> Response:
        man = self.patient()
        rows = AccessEvent.objects.filter(patient=man).select_related("user")
        return self.page(in_period(rows, self.query, "at", man.zone), _visit, by="at")


def _consent(row: CareRelationship) -> dict[str, Any]:
    return {
        "id": str(row.uid),
        "uid": str(row.uid),
        "revision": row.revision,
        "clinic": {"uid": str(row.clinic.uid), "name": row.clinic.name},
        "lead": None if row.lead is None else str(row.lead.user),
        "scope": row.scope,
        "granted_at": instant(row.granted_at),
        "revoked_at": instant(row.revoked_at),
    }


def _visit(row: AccessEvent) -> dict[str, Any]:
    return {
        "id": str(row.uid),
        "uid": str(row.uid),
        "revision": row.revision,
        "at": instant(row.at),
        "who": str(row.user),
        "through": row.through,
        "what": row.what,
    }
