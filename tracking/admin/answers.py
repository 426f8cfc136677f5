"""Answering open episodes, of one man or of several at once: what was done, put off, whose work it is, or released to him.

Each row is a call of one service in a savepoint of its own: what one refuses holds up no other, and is shown again with the
reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, cast
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.urls import reverse

from tracking import clock
from tracking.admin import problems
from tracking.admin.site import actor_of, view_at
from tracking.admin.work import work_for
from tracking.admin.work_rows import Open, open_of
from tracking.domain.actor import Actor
from tracking.domain.episodes import Outcome
from tracking.domain.moments import start_of_day
from tracking.domain.problems import Problem
from tracking.evidence import load_rulebook
from tracking.models import Clinic, Episode, Patient, Prescriber, User
from tracking.services import episodes, releases
from tracking.services.access import lock_patients

__all__ = ["answer"]

OUTCOMES = {
    Outcome.CONTACTED: "Contacted: he was told",
    Outcome.CHANGED_PLAN: "Changed the plan",
    Outcome.REPEAT_ORDERED: "Ordered a repeat",
    Outcome.ACCEPTED_WITH_REASON: "Accepted as it is, for the reason below",
}
# As many as a page of the queue.
MOST = 50
# No evaluation has it.
NIL = UUID(int=0)


class AnswerForm(forms.Form):
    """What is said once for everything that is chosen."""

    required_css_class = "required"
    title: ClassVar[str]
    button: ClassVar[str]
    done: ClassVar[str]
    help: ClassVar[str] = ""
    is_per_man: ClassVar[bool] = False

    def __init__(self, *args: Any, clinics: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        self.clinics = clinics

    def store(self, row: Episode, revision: int, by: Actor, now: datetime) -> None:
        """Call the service. Raises Problem."""
        raise NotImplementedError


class AcknowledgeForm(AnswerForm):
    title, button, done = "Answer", "Store the answer", "Answered"
    outcome = forms.ChoiceField(label="What was done", choices=[*OUTCOMES.items()], widget=forms.RadioSelect)
    note = forms.CharField(label="Note", required=False, max_length=400, widget=forms.Textarea(attrs={"rows": 3}))

    def store(self, row: Episode, revision: int, by: Actor, now: datetime) -> None:
        sent = self.cleaned_data
        episodes.acknowledge(
            patient=row.patient, uid=row.uid, by=by, now=now, revision=revision, outcome=sent["outcome"], note=sent["note"]
        )


class SnoozeForm(AnswerForm):
    title, button, done = "Put off", "Put off", "Put off"
    until = forms.DateField(label="Until the morning of", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    reason = forms.CharField(label="Why it can wait", max_length=400, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        limits = ", ".join(f"{priority} {days} days" for priority, days in load_rulebook().episodes.snooze.days.items())
        self.fields["until"].help_text = f"At most {limits}, and never past his recheck. It stops no clock of a response."

    def store(self, row: Episode, revision: int, by: Actor, now: datetime) -> None:
        until = start_of_day(self.cleaned_data["until"], row.patient.zone)
        episodes.snooze(
            patient=row.patient, uid=row.uid, by=by, now=now, revision=revision, until=until, reason=self.cleaned_data["reason"]
        )


class AssignForm(AnswerForm):
    title, button, done = "Assign", "Assign", "Assigned"
    to = forms.ChoiceField(label="To", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        members = Prescriber.objects.filter(clinic__in=self.clinics, is_active=True, user__is_active=True)
        named = [(str(row.uid), str(row)) for row in members.select_related("user", "clinic").order_by("user__name", "pk")]
        cast("forms.ChoiceField", self.fields["to"]).choices = [("", "nobody by name: his lead prescriber"), *named]

    def store(self, row: Episode, revision: int, by: Actor, now: datetime) -> None:
        to = self.cleaned_data["to"]
        episodes.assign(patient=row.patient, uid=row.uid, by=by, now=now, revision=revision, to=UUID(to) if to else None)


class ReleaseForm(AnswerForm):
    title, button, done = "Release to the man", "Release", "Released"
    help = "He may then read the findings of his latest evaluation, in the words that are meant for him."
    is_per_man = True

    def store(self, row: Any, revision: int, by: Actor, now: datetime) -> None:
        seen = next((uid for uid in map(_uid, cast("QueryDict", self.data).getlist("seen")) if uid == row.standing_uid), NIL)
        releases.release(patient=row.patient, by=by, now=now, evaluation=seen)


FORMS: dict[str, type[AnswerForm]] = {
    "acknowledge": AcknowledgeForm,
    "snooze": SnoozeForm,
    "assign": AssignForm,
    "release": ReleaseForm,
}


@dataclass(slots=True)
class Choice:
    """One open episode that may be answered here. ``refused``: why it was not stored."""

    row: Any
    shown: Open
    is_chosen: bool
    revision: int
    refused: str = ""


@view_at("work/answer/", "work_answer")
def answer(request: HttpRequest) -> HttpResponse:
    """GET shows what would be answered, POST answers what is ticked."""
    if request.method not in ("GET", "HEAD", "POST"):
        return HttpResponseNotAllowed(("GET", "HEAD", "POST"))
    sent = request.POST if request.method == "POST" else request.GET
    kind = FORMS.get(sent.get("do", "acknowledge"))
    if kind is None:
        raise Http404
    now = clock.now()
    work = work_for(request, also_p4=True)
    user = cast("User", request.user)
    clinics = Clinic.objects.filter(prescribers__user=user, prescribers__is_active=True)
    choices = _choices(work.rows, sent.getlist("row"), sent.getlist("man"), now, is_first=request.method != "POST")
    form = kind(request.POST if request.method == "POST" else None, clinics=clinics)
    back = f"{reverse('admin:work_queue')}?{sent.get('back', '')}".rstrip("?")
    if request.method == "POST" and _is_complete(form, choices):
        left = _store(form, choices, by=actor_of(request), now=now, request=request)
        if not left:
            return HttpResponseRedirect(back)
        choices = left
    context = admin.site.each_context(request) | {
        "title": form.title,
        "form": form,
        "do": sent.get("do", "acknowledge"),
        "men": _by_man(choices),
        "back": back,
        "back_query": sent.get("back", ""),
    }
    return TemplateResponse(request, "admin/tracking/work/answer.html", context)


def _choices(rows: Any, keys: Sequence[str], men: Sequence[str], now: datetime, *, is_first: bool) -> list[Choice]:
    """Every open episode of the men concerned, ticked where it was chosen; ``is_first``: his worst where he himself was.

    What is not of this prescriber's men, or has ended, is not among them.
    """
    chosen = dict(read for key in keys[: MOST * 4] if (read := _read(key)))
    named = [uid for text in men[:MOST] if (uid := _uid(text))]
    mine = rows.filter(uid__in=chosen).values("patient")
    found = list(
        (rows.filter(patient__in=mine) | rows.filter(patient__uid__in=named))
        .select_related("patient", "assigned_to__user")
        .annotate(standing_uid=F("patient__standing__evaluation__uid"))
        .order_by("patient", "priority", "opened_at", "pk")
    )
    said = episodes.sentences(found)
    choices, seen = [], set()
    for row in found:
        first = row.patient_id not in seen
        seen.add(row.patient_id)
        is_chosen = row.uid in chosen or (is_first and first and row.patient.uid in named and not chosen)
        shown = open_of(row, said.get(row.pk), row.patient.zone, now)
        choices.append(Choice(row, shown, is_chosen, chosen.get(row.uid, row.revision)))
    return choices


def _read(key: str) -> tuple[UUID, int] | None:
    """The episode, and its revision as it was looked at."""
    text, _, revision = key.partition(".")
    uid = _uid(text)
    return (uid, int(revision)) if uid and revision.isdecimal() and len(revision) <= len(str(2**62)) else None


def _uid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _is_complete(form: AnswerForm, choices: Iterable[Choice]) -> bool:
    if not form.is_valid():
        return False
    if not any(choice.is_chosen for choice in choices):
        form.add_error(None, "Nothing is ticked that is still open.")
        return False
    return True


def _store(form: AnswerForm, choices: Sequence[Choice], *, by: Actor, now: datetime, request: HttpRequest) -> list[Choice]:
    """Store what is ticked, men in ascending id; what was refused, with the reason."""
    ticked = [choice for choice in choices if choice.is_chosen]
    if form.is_per_man:
        ticked = list({choice.row.patient_id: choice for choice in reversed(ticked)}.values())
    lock_patients(sorted({choice.row.patient_id for choice in ticked}))
    refused, men = [], set()
    for choice in ticked:
        try:
            with transaction.atomic():
                form.store(choice.row, choice.revision, by, now)
            men.add(choice.row.patient_id)
        except Problem as problem:
            choice.refused = " ".join(issue.detail for issue in problem.issues)
            # Whoever reads the reason looks at it as it is now.
            choice.revision = Episode.objects.values_list("revision", flat=True).get(pk=choice.row.pk)
            refused.append((choice, problem))
    if men:
        messages.success(request, f"{form.done}: {len(men)} {'man' if len(men) == 1 else 'men'}.")
    if len(refused) == 1:
        problems.show(refused[0][1], form)
    elif refused:
        form.add_error(None, f"{len(refused)} were not stored; the reason stands at each.")
    return [choice for choice, _ in refused]


def _by_man(choices: Iterable[Choice]) -> list[tuple[Patient, list[Choice]]]:
    men: dict[int, tuple[Patient, list[Choice]]] = {}
    for choice in choices:
        men.setdefault(choice.row.patient_id, (choice.row.patient, []))[1].append(choice)
    return list(men.values())
