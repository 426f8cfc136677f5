"""Files about one man, at a desk: sent, looked at row by row, answered, stored, and taken back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext

from tracking import clock, tasks
from tracking.admin import phrases, problems
from tracking.admin.import_forms import UploadForm, question_of
from tracking.admin.site import actor_of
from tracking.domain.problems import Issue, Problem
from tracking.domain.reported import Method
from tracking.evidence import load_rulebook
from tracking.models import ImportBatch, ImportRow, Patient, User
from tracking.models.imports import RowState
from tracking.services import imported, imports

if TYPE_CHECKING:
    from tracking.admin.base import RecordAdmin

__all__ = ["urls"]

PER_PAGE = 50
_METHODS = ("GET", "HEAD", "POST")
_STATES: Mapping[str, str] = {
    RowState.ASKS: "waits for an answer",
    RowState.READY: "will be stored",
    RowState.DUPLICATE: "is there already",
    RowState.REFUSED: "cannot be stored",
    RowState.EMPTY: "holds nothing to store",
    RowState.SKIPPED: "left out",
    RowState.STORED: "stored",
    RowState.UNDONE: "stored and taken back",
}


def urls(page: RecordAdmin) -> list[URLPattern]:
    wrap = page.admin_site.admin_view
    return [
        path("<uuid:uid>/imports/", wrap(_files(page)), name="tracking_patient_imports"),
        path("<uuid:uid>/imports/<uuid:import_uid>/", wrap(_file(page)), name="tracking_patient_import"),
    ]


def _files(page: RecordAdmin) -> Callable[..., HttpResponse]:
    def handle(request: HttpRequest, uid: UUID) -> HttpResponse:
        """The files about him so far, and a new one."""
        if request.method not in _METHODS:
            return HttpResponseNotAllowed(_METHODS)
        man = page.open(request, uid)
        form = UploadForm(request.POST or None, request.FILES or None, initial={"zone": man.zone})
        if request.method == "POST" and form.is_valid():
            try:
                batch = _received(request, man, form)
            except Problem as refused:
                problems.show(refused, form)
            else:
                return _to(man, batch)
        listed = Paginator(imported.counted(man).order_by("-started_at", "-pk"), PER_PAGE).get_page(request.GET.get("page"))
        known = phrases.names(batch.started_by for batch in listed)
        lines = [_line(batch, known, man) for batch in listed]
        context = page.around(request, man) | {"form": form, "page": listed, "imports": lines, "title": "Files"}
        return TemplateResponse(request, "admin/tracking/patient/imports.html", context)

    return handle


def _received(request: HttpRequest, man: Patient, form: UploadForm) -> ImportBatch:
    batch, is_new = imports.receive(
        patient=man,
        by=actor_of(request),
        now=clock.now(),
        content=form.content(),
        form=form.declared(),
        staff=True,
        named=form.cleaned_data["format"],
    )
    said = (
        "Read. Nothing is stored yet: look at its rows." if is_new else "You sent this file before; this is what became of it."
    )
    messages.success(request, said)
    return batch


def _line(batch: ImportBatch, known: Mapping[int, str], man: Patient) -> dict[str, Any]:
    counts = imported.counts_on(batch)
    return {
        "uid": batch.uid,
        "at": phrases.instant(batch.started_at, man.zone),
        "by": phrases.who(batch.started_by, known, man),
        "source": batch.source_system,
        "format": batch.format,
        "rows": _counted(counts),
    }


def _counted(counts: Mapping[str, int]) -> list[tuple[str, str, int]]:
    """State, its words and how many rows, without those that no row has."""
    return [(state, words, counts[state]) for state, words in _STATES.items() if counts[state]]


def _file(page: RecordAdmin) -> Callable[..., HttpResponse]:
    def handle(request: HttpRequest, uid: UUID, import_uid: UUID) -> HttpResponse:
        """One file: its rows, what they ask, and what can be done with it."""
        if request.method not in _METHODS:
            return HttpResponseNotAllowed(_METHODS)
        man = page.open(request, uid)
        batch = imported.of(man).filter(uid=import_uid).first()
        if batch is None:
            raise Http404
        if request.method == "POST":
            _done(request, man, batch)
            return _to(man, batch)
        context = page.around(request, man) | _shown(request, man, batch)
        return TemplateResponse(request, "admin/tracking/patient/import.html", context)

    return handle


def _shown(request: HttpRequest, man: Patient, batch: ImportBatch) -> dict[str, Any]:
    counts = imported.counts(batch, man)
    state = request.GET.get("state", "")
    rows = imported.rows_of(batch, man).order_by("number")
    if state in _STATES:
        rows = rows.filter(state=state)
    else:
        state = ""
    listed = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    return {
        "batch": batch,
        "at": phrases.instant(batch.started_at, man.zone),
        "by": phrases.who(batch.started_by, phrases.names([batch.started_by]), man),
        "counts": _counted(counts),
        "state": state,
        "page": listed,
        "rows": [_row(row) for row in listed],
        "ready": counts[RowState.READY],
        "stored": counts[RowState.STORED],
        "with_method": _with_method(batch, man).count(),
        "title": "File",
    }


def _row(row: ImportRow) -> dict[str, Any]:
    return {
        "number": row.number,
        "place": row.place,
        "state": row.state,
        "words": _STATES[row.state],
        "said": _said(row.item or {}),
        "why": [gettext(why["text"]).format(**why["params"]) for why in row.why],
        "question": question_of(row, load_rulebook()) if row.state == RowState.ASKS else None,
        "open": row.state in (RowState.READY, RowState.ASKS, RowState.REFUSED, RowState.DUPLICATE),
        "skipped": row.state == RowState.SKIPPED,
    }


def _said(item: Mapping[str, Any]) -> str:
    """What was understood of a row, in one line; empty where nothing was."""
    if "value" in item:
        return f"{item['test']}: {item['value']} {item['unit']}, {item['collected_at']}"
    if "sites" in item:
        return f"Scan of {item['scanned_on']}: " + ", ".join(
            f"{site['measured']} {site['bmd']} {site['unit']}" for site in item["sites"]
        )
    if "taken_at" in item:
        return f"{item['product']}: {item['kind']} {item.get('amount', '')} {item.get('unit', '')}, {item['taken_at']}"
    if "schedule" in item:
        return f"{item['product']}: {item.get('dose', '')} {item.get('unit', '')} from {item['starts_on']}"
    return ""


def _done(request: HttpRequest, man: Patient, batch: ImportBatch) -> None:
    """Do what a button asked for, and tell what came of it, or why nothing did."""
    about: dict[str, Any] = {"patient": man, "uid": batch.uid, "by": actor_of(request), "now": clock.now(), "staff": True}
    actions: dict[str, Callable[[], str]] = {
        "answer": lambda: _answered(request, about),
        "verify": lambda: _verified(man, batch, about),
        "commit": lambda: _committed(request, man, batch, about),
        "undo": lambda: _undone(request, man, about),
    }
    try:
        messages.success(request, actions.get(request.POST.get("do", ""), _nothing)())
    except Problem as refused:
        if refused.kind == "not-found":
            raise
        for issue in refused.issues:
            messages.error(request, _words(issue))


def _answered(request: HttpRequest, about: Mapping[str, Any]) -> str:
    sent = request.POST
    number = int(sent["row"]) if sent.get("row", "").isdecimal() and len(sent["row"]) < 10 else 0  # noqa: PLR2004  a number that fits
    batch = imported.of(about["patient"]).get(uid=about["uid"])
    row = imported.rows_of(batch, about["patient"]).filter(number=number).first()
    if row is None:
        raise Http404
    if "skip" in sent:
        imports.answer(answers=[{"rows": [number], "skip": sent["skip"] == "true"}], **about)
        return "Left out." if sent["skip"] == "true" else "Taken in again."
    question = question_of(row, load_rulebook())
    if question is None:
        return "This row asks nothing any more."
    given = {question.answer: question.given(sent.get("value", ""))}
    imports.answer(answers=[given if "all" in sent else {"rows": [number], **given}], **about)
    return "Answered, for every row that asks the same." if "all" in sent else "Answered."


def _verified(man: Patient, batch: ImportBatch, about: Mapping[str, Any]) -> str:
    numbers = list(_with_method(batch, man).values_list("number", flat=True))
    imports.answer(answers=[{"rows": numbers, "verified_from_report": True}], **about)
    return "The methods count as verified from the report."


def _with_method(batch: ImportBatch, man: Patient) -> Any:
    """Rows that name a method which nobody has vouched for yet, and which are not stored."""
    waiting = imported.rows_of(batch, man).filter(kind="lab", state__in=[RowState.READY, RowState.ASKS])
    named = waiting.exclude(item__method=Method.UNKNOWN.value).exclude(item__method_evidence="lab_message")
    return named.exclude(answers__has_key="verified_from_report")


def _committed(request: HttpRequest, man: Patient, batch: ImportBatch, about: Mapping[str, Any]) -> str:
    if imported.counts(batch, man)[RowState.READY] > imports.AT_ONCE:
        tasks.commit_import_after_commit(man.pk, batch.uid, cast("User", request.user).pk, staff=True)
        return "It is being stored. Load this page again to see how far it is."
    imports.commit(**about)
    return f"Stored: {imported.counts(batch, man)[RowState.STORED]} rows."


def _undone(request: HttpRequest, man: Patient, about: Mapping[str, Any]) -> str:
    batch = imports.undo(reason=request.POST.get("reason", "").strip()[:200], **about)
    return f"Taken back: {imported.counts(batch, man)[RowState.UNDONE]} rows. They stay readable in the history."


def _nothing() -> str:
    raise Http404


def _words(issue: Issue) -> str:
    return gettext(issue.text).format(**issue.params)


def _to(man: Patient, batch: ImportBatch) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("admin:tracking_patient_import", args=[man.uid, batch.uid]))
