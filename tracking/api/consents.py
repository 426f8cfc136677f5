"""Whom he lets in, and who looked."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tracking.api.base import RecordView
from tracking.api.fields import Input, Output, Text, Uid
from tracking.api.paging import CHANGED_PAGE, PERIOD, in_period
from tracking.api.records import instant
from tracking.api.schema import Operation, page_of
from tracking.domain.categories import SHAREABLE, Category
from tracking.models import AccessEvent, CareRelationship
from tracking.services import audit, consent, sharing
from tracking.services.access import not_found

__all__ = ["Acceptance", "AccessLog", "Consent", "Consents", "consent_row", "scope_field"]


def scope_field(**options: Any) -> serializers.ListField:
    """The categories that are shared."""
    accepted = ", ".join(SHAREABLE)
    return serializers.ListField(
        child=Text(max_length=20), max_length=len(SHAREABLE) * 2, help_text=f"categories, of {accepted}", **options
    )


class ConsentInput(Input):
    clinic = Uid(help_text="uid of the clinic, as the clinic gives it to him")
    scope = scope_field(required=False, default=list)


class AcceptanceInput(Input):
    code = Text(max_length=60, help_text="of the clinic's invitation, as typed or scanned")
    scope = scope_field(required=False, default=list)


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
    who = serializers.CharField(help_text="the name of an account, or the label of a token")
    through = serializers.CharField(help_text="api, admin or token")
    what = serializers.CharField(help_text="the first thing opened in this visit of 30 minutes; of a token, what it read")


class Consents(RecordView):
    """His consents, standing and ended, and a new one."""

    category = Category.OWN
    operations = {
        "GET": Operation(
            "List consents, newest first",
            page_of(ConsentRow),
            query=CHANGED_PAGE,
            description="Those that ended stand too. `scope` names the categories; an empty one is everything.",
        ),
        "POST": Operation(
            "Let a clinic in; 200 where it is in already",
            ConsentRow,
            ConsentInput,
            status=(201, 200),
            etag=True,
            description="Without a `scope` all of the record is shared. Another scope than the one that stands ends that "
            "consent and begins a new one. `conclusions` (evaluations, findings, what is due) quote the rest and need it all.",
        ),
    }

    def get(self, _request: Request) -> Response:
        rows = CareRelationship.objects.filter(patient=self.patient()).select_related("clinic", "lead__user")
        return self.page(rows, consent_row, by="granted_at")

    def post(self, _request: Request) -> Response:
        man = self.patient()
        sent = self.sent(ConsentInput)
        row = consent.grant(patient=man, clinic_uid=sent["clinic"], scope=sent["scope"], by=self.actor, now=self.now)
        # The database gives a revision; a row that was just made does not know its own yet.
        is_new = not row.revision
        row.refresh_from_db()
        return self.row(consent_row(row), status=201 if is_new else 200)


class Acceptance(RecordView):
    """The answer to a clinic's invitation."""

    category = Category.OWN
    operations = {
        "POST": Operation(
            "Let a clinic in by its invitation",
            ConsentRow,
            AcceptanceInput,
            status=(201,),
            etag=True,
            description="A code counts once. Whatever is wrong with one is answered alike, and wrong ones are counted: 429.",
        )
    }

    def post(self, _request: Request) -> Response:
        man = self.patient()
        row = sharing.accept(patient=man, by=self.actor, now=self.now, **self.sent(AcceptanceInput))
        row.refresh_from_db()
        return self.row(consent_row(row), status=201)


class Consent(RecordView):
    """One consent."""

    category = Category.OWN
    operations = {
        "GET": Operation("Read one consent", ConsentRow, etag=True, description="The `ETag` is what `If-Match` takes."),
        "DELETE": Operation(
            "Show a clinic out, at once",
            status=(204,),
            description="Its next request finds nothing. What it prescribed stays in the record.",
        ),
    }

    def get(self, _request: Request, **kwargs: Any) -> Response:
        rows = CareRelationship.objects.filter(patient=self.patient(), uid=kwargs["uid"]).select_related("clinic", "lead__user")
        row = rows.first()
        if row is None:
            raise not_found()
        return self.row(consent_row(row))

    def delete(self, _request: Request, **kwargs: Any) -> Response:
        consent.revoke(patient=self.patient(), uid=kwargs["uid"], by=self.actor, now=self.now)
        return Response(status=204)


class AccessLog(RecordView):
    """Who looked at his record: staff in visits, tokens each time."""

    category = Category.OWN
    operations = {
        "GET": Operation(
            "List who read the record, newest first",
            page_of(AccessRow),
            query=(*PERIOD, *CHANGED_PAGE),
            description=(
                "A visit is one account within 30 minutes, an export, or one request of a key that reads. Names of "
                "clinics and labels of keys are shown, numbers of accounts never."
            ),
        )
    }

    def get(self, _request: Request) -> Response:
        man = self.patient()
        labels = audit.labels_of(man)
        rows = in_period(AccessEvent.objects.filter(patient=man).select_related("user"), self.query, "at", man.zone)
        return self.page(rows, lambda row: _visit(row, audit.reader_of(row, labels)), by="at")


def consent_row(row: CareRelationship) -> dict[str, Any]:
    """What :class:`ConsentRow` promises."""
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


def _visit(row: AccessEvent, who: str) -> dict[str, Any]:
    return {
        "id": str(row.uid),
        "uid": str(row.uid),
        "revision": row.revision,
        "at": instant(row.at),
        "who": who,
        "through": row.through,
        "what": row.what,
    }
