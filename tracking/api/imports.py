"""Files in: sent, looked at row by row, answered, stored, taken back."""

from __future__ import annotations

import base64
import binascii
from dataclasses import fields
from typing import Any, ClassVar

from django.utils.translation import gettext
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tracking import tasks
from tracking.api.base import RecordView
from tracking.api.fields import Flag, Input, Output, Text, Whole
from tracking.api.paging import PAGE, chosen
from tracking.api.records import Reason, Source, instant
from tracking.api.schema import Operation, Query, one_of, page_of
from tracking.domain.problems import problem
from tracking.exchange.formats import FORMATS
from tracking.exchange.incoming import Form
from tracking.exchange.times import ORDERS
from tracking.models import ImportBatch, ImportRow, Patient
from tracking.models.imports import RowState
from tracking.services import imported, imports
from tracking.services.access import not_found
from tracking.services.imports import AT_ONCE

__all__ = ["Import", "ImportAnswers", "ImportCommit", "ImportRows", "ImportUndo", "Imports"]

ROW_STATES = [state.value for state in RowState]


class ImportInput(Input):
    """A file about this man. ``text`` or ``base64``: the bytes as they are, where they are not UTF-8."""

    text = Text(required=False, trim_whitespace=False, help_text="the file's content")
    base64 = Text(required=False, help_text="the file's bytes in base64, where it is not UTF-8")
    format = Text(max_length=10, required=False, help_text=f"{', '.join(FORMATS)}; told from the file where it is not sent")
    decimal = Text(max_length=1, required=False, help_text="the sign for fractions in a table: . or ,")
    dates = Text(max_length=3, required=False, help_text=f"the order of dates in a table: {', '.join(ORDERS)}")
    zone = Text(
        max_length=64, required=False, help_text="IANA zone of times without an offset; the man's own where it is not sent"
    )
    source = Text(  # type: ignore[assignment]  # DRF takes declared fields off the class
        max_length=50, required=False, allow_blank=True, help_text="where the file comes from, if it does not say so"
    )


class ImportAnswer(Input):
    """What rows ask. Without ``rows`` it goes to every row that asks for it, and changes no other."""

    rows = serializers.ListField(child=Whole(min_value=1), required=False, max_length=10_000, help_text="by number")
    analyte = Text(max_length=40, required=False)
    unit = Text(max_length=40, required=False)
    region = Text(max_length=20, required=False, help_text="which region of a scan the report means")
    confirmed_reason = Text(max_length=200, required=False, help_text="why an unusual value is right")
    unit_confirmed = Flag(required=False, help_text="true: somebody looked at the report, and it states this unit")
    about_him = Flag(required=False, help_text="true: the file is about this man, whatever it calls him")
    replace = Flag(required=False, help_text="true: it takes the place of the one under the same name in its source")
    keep = Flag(required=False, help_text="true: it is another result than the one that is there")
    skip = Flag(required=False, help_text="true: leave the row out; false: take it in again")
    verified_from_report = Flag(required=False, help_text="staff only: the report was seen and shows this method")


class ImportAnswersInput(Input):
    answers = serializers.ListField(child=ImportAnswer(), max_length=1_000)


class ImportRowCounts(Output):
    """How many rows stand how."""

    ready = serializers.IntegerField(help_text="will be stored")
    duplicate = serializers.IntegerField(help_text="there already")
    asks = serializers.IntegerField(help_text="wait for an answer")
    refused = serializers.IntegerField(help_text="cannot be stored, and say why")
    empty = serializers.IntegerField(help_text="hold nothing to store")
    skipped = serializers.IntegerField(help_text="left out by a person")
    stored = serializers.IntegerField()
    undone = serializers.IntegerField(help_text="stored and taken back")


class ImportSummaryRow(Output):
    uid = serializers.UUIDField()
    format = serializers.CharField()
    source = serializers.CharField(help_text="the system that it comes from")  # type: ignore[assignment]  # as above
    started_at = serializers.DateTimeField()
    own = serializers.BooleanField(help_text="sent by whoever asks")
    percent = serializers.IntegerField(help_text="how far the storing has come; 100 also where rows still ask")
    unread = serializers.ListField(child=serializers.CharField(), help_text="columns that nothing was taken from")
    rows = ImportRowCounts()


class ImportIssue(Output):
    pointer = serializers.CharField()
    code = serializers.CharField()
    detail = serializers.CharField()
    asks = serializers.CharField(allow_null=True, help_text="the answer that would settle it; null where none does")


class ImportedLineRow(Output):
    """One row of the file and what became of it."""

    number = serializers.IntegerField()
    place = serializers.CharField(help_text="where it stands in the file")
    state = serializers.ChoiceField(ROW_STATES)
    kind = serializers.CharField(help_text="lab, scan, dose or regimen; empty: none of them")
    item = serializers.DictField(allow_null=True, help_text="what was understood, as reported")
    source = Source()  # type: ignore[assignment]  # DRF takes declared fields off the class
    why = ImportIssue(many=True)
    stored_uid = serializers.UUIDField(allow_null=True)


class ImportView(RecordView):
    """What every view of imports knows."""

    what = "imports"

    def batch(self, man: Patient) -> ImportBatch:
        """The import into his record that the address names, else 404."""
        found = imported.of(man).filter(uid=self.kwargs["uid"]).first()
        if found is None:
            raise not_found()
        return found

    def shown(self, batch: ImportBatch, rows: dict[str, int]) -> dict[str, Any]:
        """What :class:`ImportSummaryRow` promises. ``rows``: how many stand how."""
        return {
            "uid": str(batch.uid),
            "format": batch.format,
            "source": batch.source_system,
            "started_at": instant(batch.started_at),
            "own": batch.started_by == str(self.actor),
            "percent": batch.percent,
            "unread": batch.unread,
            "rows": rows,
        }

    def named(self, man: Patient) -> dict[str, Any]:
        """Which import, and who asks: what every service of imports takes."""
        return {"patient": man, "uid": self.kwargs["uid"], "by": self.actor, "now": self.now, "staff": self.is_staff_route}


class Imports(ImportView):
    """His imports, and a new file."""

    operations: ClassVar[dict[str, Operation]] = {
        "GET": Operation(
            "List imports, newest first",
            page_of(ImportSummaryRow),
            query=PAGE,
            description="Each with how many of its rows stand how.",
        ),
        "POST": Operation(
            "Send a file: it is read and shown, and nothing is stored yet; 200 where the same file was sent before",
            ImportSummaryRow,
            ImportInput,
            status=(201, 200),
            description=(
                "CSV, FHIR R4 or HL7 v2, told from the file itself. Each row says what it is to become, what it asks, or "
                "why it is refused."
            ),
        ),
    }

    def get(self, _request: Request, **_: Any) -> Response:
        man = self.patient()
        return self.page(imported.counted(man), lambda batch: self.shown(batch, imported.counts_on(batch)), by="started_at")

    def post(self, _request: Request, **_: Any) -> Response:
        man = self.patient()
        sent = self.sent(ImportInput)
        content = _content(sent)
        form = Form(**{"zone": man.zone} | {one.name: sent[one.name] for one in fields(Form) if one.name in sent})
        batch, is_new = imports.receive(
            patient=man,
            by=self.actor,
            now=self.now,
            content=content,
            form=form,
            staff=self.is_staff_route,
            named=sent.get("format", ""),
        )
        return Response(self.shown(batch, imported.counts(batch, man)), status=201 if is_new else 200)


class Import(ImportView):
    """One import."""

    operations: ClassVar[dict[str, Operation]] = {
        "GET": Operation(
            "Read one import: how its rows stand",
            ImportSummaryRow,
            description="`rows` says how many wait for an answer, and how many a commit would store.",
        )
    }

    def get(self, _request: Request, **_: Any) -> Response:
        man = self.patient()
        batch = self.batch(man)
        return Response(self.shown(batch, imported.counts(batch, man)))


class ImportRows(ImportView):
    """The rows of one import."""

    operations: ClassVar[dict[str, Operation]] = {
        "GET": Operation(
            "List the rows of an import, the last first",
            page_of(ImportedLineRow),
            query=(Query("state", "one state only", one_of(ROW_STATES)), *PAGE),
            description="Each with the line of the file that it was read from, what it is to become, and what it asks.",
        )
    }

    def get(self, _request: Request, **_: Any) -> Response:
        man = self.patient()
        batch = self.batch(man)
        state = chosen(self.query, "state", [one.value for one in RowState])
        rows = imported.rows_of(batch, man)
        return self.page(rows if state is None else rows.filter(state=state), lambda row: _line(row, batch), by=None)


class ImportAnswers(ImportView):
    """What rows ask, answered."""

    operations: ClassVar[dict[str, Operation]] = {
        "POST": Operation(
            "Answer what rows ask, or leave rows out",
            ImportSummaryRow,
            ImportAnswersInput,
            description="All answers hold, or none. A row that was answered is looked at again by the same rules.",
        )
    }

    def post(self, _request: Request, **_: Any) -> Response:
        man = self.patient()
        self.batch(man)
        batch = imports.answer(answers=self.sent(ImportAnswersInput)["answers"], **self.named(man))
        return Response(self.shown(batch, imported.counts(batch, man)))


class ImportCommit(ImportView):
    """Everything that is ready, stored."""

    operations: ClassVar[dict[str, Operation]] = {
        "POST": Operation(
            f"Store every row that is ready; 202 where it has more than {AT_ONCE}, and a worker goes on",
            ImportSummaryRow,
            status=(200, 202),
            description="Rows that ask or are refused stay as they are and can be answered and committed later.",
        )
    }

    def post(self, _request: Request, **_: Any) -> Response:
        man = self.patient()
        batch = self.batch(man)
        if imported.counts(batch, man)[RowState.READY] > AT_ONCE:
            tasks.commit_import_after_commit(man.pk, batch.uid, self.user.pk, staff=self.is_staff_route)
            return Response(self.shown(batch, imported.counts(batch, man)), status=202)
        batch = imports.commit(**self.named(man))
        return Response(self.shown(batch, imported.counts(batch, man)))


class ImportUndo(ImportView):
    """A whole import, taken back."""

    operations: ClassVar[dict[str, Operation]] = {
        "POST": Operation(
            "Withdraw everything that an import stored; nothing is deleted",
            ImportSummaryRow,
            Reason,
            description=(
                "The rows stay among the versions with the reason. What was corrected since then is left alone and said."
            ),
        )
    }

    def post(self, _request: Request, **_: Any) -> Response:
        man = self.patient()
        self.batch(man)
        batch = imports.undo(reason=self.sent(Reason).get("reason", ""), **self.named(man))
        return Response(self.shown(batch, imported.counts(batch, man)))


def _content(sent: dict[str, Any]) -> bytes:
    if ("text" in sent) == ("base64" in sent):
        raise problem("/text", "file-missing", "Send the file's content once: as `text`, or as `base64`.")
    if "text" in sent:
        text: str = sent["text"]
        return text.encode()
    try:
        return base64.b64decode(sent["base64"], validate=True)
    except (binascii.Error, ValueError):
        raise problem("/base64", "base64-unreadable", "This is not base64. Send the bytes of the file in it.") from None


def _line(row: ImportRow, batch: ImportBatch) -> dict[str, Any]:
    return {
        "number": row.number,
        "place": row.place,
        "state": row.state,
        "kind": row.kind,
        "item": row.item,
        "source": {"system": batch.source_system, "id": row.source_id},
        "why": [
            {
                "pointer": why["pointer"],
                "code": why["code"],
                "detail": gettext(why["text"]).format(**why["params"]),
                "asks": why.get("asks"),
            }
            for why in row.why
        ],
        "stored_uid": None if row.stored_uid is None else str(row.stored_uid),
    }
