"""The work queue: whom to look at first, why, and what is left to do. The first page of a prescriber."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, cast
from urllib.parse import urlencode

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.response import TemplateResponse

from tracking import clock
from tracking.admin.base import SAFE
from tracking.admin.site import is_prescriber, view_at
from tracking.admin.work_rows import line_of
from tracking.domain.rulebook import Priority
from tracking.models import Clinic, User
from tracking.services import episodes
from tracking.services.work_queue import Asked, Counts, QueueRow, Work, work_of

__all__ = ["asked_by", "work_for"]

PER_PAGE = 50
PARTS = (
    ("mine", "Mine"),
    ("unacknowledged", "Unanswered"),
    ("overdue", "Overdue"),
    ("blind", "Blind on an AI"),
)
_ALSO_P4 = "p4"
_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Part:
    """One filter of the list: a link that turns it on or off."""

    label: str
    count: int | None
    is_on: bool
    href: str


class Waiting:
    """The queue as a paginator asks for it: how many wait, and one page of them."""

    def __init__(self, work: Work, counts: Counts) -> None:
        self.work, self.counts = work, counts

    def __len__(self) -> int:
        return self.counts.total

    def __getitem__(self, part: slice) -> list[QueueRow]:
        return self.work.page(start=part.start, limit=part.stop - part.start, counts=self.counts)


def work_for(request: HttpRequest, *, also_p4: bool) -> Work:
    """The work of this prescriber's clinics; nobody else has any. Raises PermissionDenied."""
    if not is_prescriber(request):
        raise PermissionDenied
    user = cast("User", request.user)
    # Read first: by their keys the database knows how many men theirs are, and by a join it guesses a few.
    clinics = list(Clinic.objects.filter(prescribers__user=user, prescribers__is_active=True))
    return work_of(clinics=clinics, now=clock.now(), also_p4=also_p4, user=user)


def asked_by(request: HttpRequest) -> Asked:
    """What the address asks for. What is not known there asks for nothing."""
    chosen = request.GET.getlist("show")
    return Asked(
        also_p4=_ALSO_P4 in chosen,
        name=request.GET.get("q", "").replace("\0", "").strip()[:_LONGEST_NAME],
        **{name: name in chosen for name, _ in PARTS},
    )


@view_at("work/", "work_queue")
def work_queue(request: HttpRequest) -> HttpResponse:
    """One row per man, in exactly the order of CLINICAL 9.7."""
    if request.method not in SAFE:
        return HttpResponseNotAllowed(SAFE)
    asked = asked_by(request)
    work = work_for(request, also_p4=asked.also_p4)
    counts = work.counts()
    narrowed = work.asked(asked)
    found = counts if replace(asked, also_p4=False) == Asked() else narrowed.counts()
    page = Paginator(cast("Sequence[QueueRow]", Waiting(narrowed, found)), PER_PAGE).get_page(request.GET.get("page"))
    shown = list(page)
    said = episodes.sentences([row for line in shown for row in (line.worst, *line.others)])
    context = admin.site.each_context(request) | {
        "title": "Work queue",
        "page": page,
        "lines": [line_of(row, said, work.now) for row in shown],
        "counts": list(zip(Priority, counts.by_priority, strict=True))[: None if asked.also_p4 else -1],
        "parts": _parts(asked, counts),
        "asked": asked,
        "chosen": _chosen(asked),
        "address": _address(asked),
        "everybody": counts.total,
    }
    return TemplateResponse(request, "admin/tracking/work/queue.html", context)


def _parts(asked: Asked, counts: Counts) -> Sequence[Part]:
    found = [Part(label, getattr(counts, name), getattr(asked, name), _address(asked, toggled=name)) for name, label in PARTS]
    return [*found, Part("Also P4", None, asked.also_p4, _address(asked, toggled="also_p4"))]


def _chosen(asked: Asked) -> list[str]:
    return [name for name, _ in PARTS if getattr(asked, name)] + [_ALSO_P4] * asked.also_p4


def _address(asked: Asked, toggled: str = "") -> str:
    """The query string of the same list, one filter turned over."""
    if toggled:
        turned: dict[str, Any] = {toggled: not getattr(asked, toggled)}
        asked = replace(asked, **turned)
    sent = [("show", name) for name in _chosen(asked)] + ([("q", asked.name)] if asked.name else [])
    return urlencode(sent)
