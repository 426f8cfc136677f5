"""What waits for a prescriber's answer: the work queue, a man's episodes, the answers. The man reads findings instead."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from tracking.api.base import RecordView
from tracking.api.fields import Input, Instant, Output, Text, Whole
from tracking.api.paging import CHANGED_PAGE, PAGE, chosen, limit_of, page
from tracking.api.records import instant, names_of
from tracking.api.schema import Operation, Query, a_flag, one_of, page_of
from tracking.domain.categories import Category
from tracking.domain.episodes import Outcome, Resolution, State, What
from tracking.domain.problems import problem
from tracking.domain.rulebook import Lane
from tracking.models import Clinic, Episode, EpisodeEvent, Finding
from tracking.services import episodes, work_queue

__all__ = ["Acknowledgement", "Episodes", "OneEpisode", "Queue", "Snooze"]

_ALL = "all"
_REVISION = "that of the episode as it was read; if it has changed since, nothing is stored (409)"


class EpisodeEventRow(Output):
    what = serializers.ChoiceField(list(What))
    at = serializers.DateTimeField()
    by = serializers.CharField(help_text="in whose transaction it happened; empty: the system by itself")
    why = serializers.CharField()
    priority = serializers.IntegerField(help_text="after it")


class EpisodeBriefRow(Output):
    """One episode in a line."""

    id = serializers.CharField()
    uid = serializers.UUIDField()
    revision = serializers.IntegerField()
    family = serializers.CharField()
    code = serializers.CharField(help_text="of the worst finding in it")
    priority = serializers.IntegerField(help_text="0 first")
    lane = serializers.ChoiceField(list(Lane))
    state = serializers.CharField(help_text=", ".join(State))
    overdue = serializers.BooleanField(help_text="nobody has answered in time")
    respond_by = serializers.DateTimeField(allow_null=True, help_text="from then on an answer is late; null: no target")
    words = serializers.CharField(help_text="what was found, for the prescriber")
    clears = serializers.CharField(help_text="what would end it")
    rule_changed = serializers.CharField(
        allow_null=True, help_text="the rulebook that no longer finds it; acknowledging ends it then"
    )


class EpisodeRow(EpisodeBriefRow):
    worst_priority = serializers.IntegerField(help_text="the most urgent it has been")
    severity = serializers.CharField()
    margin = serializers.CharField(allow_null=True, help_text="upper bound over the floor, exact; null: nothing bounds it")
    censored = serializers.BooleanField()
    count = serializers.IntegerField(help_text="findings of the family at once")
    opened_at = serializers.DateTimeField()
    reopened = serializers.IntegerField(help_text="how often it came back")
    acknowledged_at = serializers.DateTimeField(allow_null=True)
    acknowledged_by = serializers.CharField(allow_null=True)
    outcome = serializers.ChoiceField(list(Outcome), allow_null=True)
    note = serializers.CharField()
    snoozed_until = serializers.DateTimeField(allow_null=True)
    snoozed_by = serializers.CharField(allow_null=True)
    snooze_reason = serializers.CharField()
    resolved_at = serializers.DateTimeField(allow_null=True)
    resolution = serializers.ChoiceField(list(Resolution), allow_null=True)
    events = EpisodeEventRow(many=True)


class AcknowledgementInput(Input):
    """A prescriber's answer."""

    revision = Whole(help_text=_REVISION)
    outcome = Text(max_length=24, help_text=", ".join(Outcome))
    note = Text(max_length=400, required=False, allow_blank=True, help_text="the reason, with accepted_with_reason")


class SnoozeInput(Input):
    """Putting it off."""

    revision = Whole(help_text=_REVISION)
    until = Instant(help_text="so long by priority as the rule episodes.snooze says, never past his recheck")
    reason = Text(max_length=400)


class QueueRow(Output):
    """One man."""

    patient_uid = serializers.UUIDField()
    name = serializers.CharField()
    worst = EpisodeBriefRow()
    others = EpisodeBriefRow(many=True)
    days_below = serializers.IntegerField(help_text="known days below the floor in the longest window")
    days_without = serializers.IntegerField(allow_null=True, help_text="days without a current estradiol; null: never one")


class Queue(RecordView):
    """The work of this account's clinics. It is a worklist: opening a man is what is noted as a visit."""

    category = Category.OWN  # whose account it is: no key reads it
    operations = {
        "GET": Operation(
            "List the men who wait for an answer, the most urgent first, each with his worst episode and the others",
            page_of(QueueRow),
            query=(Query("p4", "true: also what is hidden by default, priority 4", a_flag()), *PAGE),
            description=(
                "One row per man of this account's clinics. What is snoozed is out until the snooze ends; `p4=true` adds "
                "what is hidden by default."
            ),
        )
    }

    def get(self, request: Request) -> Response:
        clinics = Clinic.objects.filter(prescribers__user=self.user, prescribers__is_active=True)
        size = limit_of(self.query)
        also_p4 = chosen(self.query, "p4", ["true", "false"]) == "true"
        work = work_queue.work_of(clinics=clinics, now=self.now, also_p4=also_p4, user=self.user)
        after = self.after()
        found = work.page(start=0, limit=size + 1) if after is None else work.after(after, limit=size + 1)
        shown = found[:size]
        said = episodes.sentences([row for line in shown for row in (line.worst, *line.others)])
        following = None
        if len(found) > size:
            following = replace_query_param(request.build_absolute_uri(), "cursor", str(shown[-1].man.uid))
        return Response({"next": following, "results": [_line(line, said, self.now) for line in shown]})

    def after(self) -> UUID | None:
        """The man behind whom the page begins."""
        sent = self.query.get("cursor")
        try:
            return None if sent is None else UUID(sent)
        except ValueError:
            raise problem(
                "?cursor", "cursor-unreadable", "This is not a place in this list. Take the address from `next`."
            ) from None


class EpisodeView(RecordView):
    """What every view of episodes knows."""

    what = "episodes"

    def shown(self, rows: Iterable[Episode]) -> list[dict[str, Any]]:
        """What :class:`EpisodeRow` promises of each, in three more queries."""
        rows = list(rows)
        said = episodes.sentences(rows)
        events: dict[int, list[EpisodeEvent]] = {row.pk: [] for row in rows}
        for event in EpisodeEvent.objects.filter(episode__in=rows).order_by("pk"):
            events[event.episode_id].append(event)
        names = names_of(event.by for of_one in events.values() for event in of_one)
        return [_full(row, said.get(row.pk), events[row.pk], names, self.now) for row in rows]


class Episodes(EpisodeView):
    """His episodes."""

    operations = {
        "GET": Operation(
            "List a man's episodes with their answers, the newest first; those that have not ended unless all are asked for",
            page_of(EpisodeRow),
            query=(Query("state", f"`{_ALL}`: also those that have ended", one_of((_ALL,))), *CHANGED_PAGE),
            description="An episode is one finding from when it opened until it recovered; its events say who did what.",
        )
    }

    def get(self, request: Request, **_: Any) -> Response:
        man = self.patient()
        rows = Episode.objects.filter(patient=man)
        if chosen(self.query, "state", [_ALL]) is None:
            rows = rows.unresolved()
        found, following = page(rows, request, self.query, by="opened_at")
        return Response({"next": following, "results": self.shown(found)})


class OneEpisode(EpisodeView):
    """One episode."""

    operations = {
        "GET": Operation(
            "Read one episode with its answers",
            EpisodeRow,
            etag=True,
            description=(
                "`revision` is what an answer must name, so that one that worsened meanwhile is not answered by accident."
            ),
        )
    }

    def get(self, _request: Request, **_: Any) -> Response:
        return self.row(self.shown([episodes.find(self.patient(), self.kwargs["uid"])])[0])


class Acknowledgement(EpisodeView):
    """A prescriber's answer to an episode."""

    operations = {
        "POST": Operation(
            "Say what was done about an episode",
            EpisodeRow,
            AcknowledgementInput,
            etag=True,
            description="It leaves the queue until it worsens or opens again. The same answer again changes nothing.",
        ),
    }

    def post(self, _request: Request, **_: Any) -> Response:
        man = self.patient()
        uid = episodes.find(man, self.kwargs["uid"]).uid
        sent = self.sent(AcknowledgementInput)
        return self.row(self.shown([episodes.acknowledge(patient=man, uid=uid, by=self.actor, now=self.now, **sent)])[0])


class Snooze(EpisodeView):
    """Putting an episode off."""

    operations = {
        "POST": Operation(
            "Put an episode off, within its limits",
            EpisodeRow,
            SnoozeInput,
            etag=True,
            description="It is out of the queue until then. Too long is refused with the latest instant there is.",
        )
    }

    def post(self, _request: Request, **_: Any) -> Response:
        man = self.patient()
        uid = episodes.find(man, self.kwargs["uid"]).uid
        sent = self.sent(SnoozeInput)
        return self.row(self.shown([episodes.snooze(patient=man, uid=uid, by=self.actor, now=self.now, **sent)])[0])


def _line(line: work_queue.QueueRow, said: Mapping[int, Finding], now: datetime) -> dict[str, Any]:
    return {
        "patient_uid": str(line.man.uid),
        "name": line.man.name,
        "worst": _brief(line.worst, said.get(line.worst.pk), now),
        "others": [_brief(row, said.get(row.pk), now) for row in line.others],
        "days_below": line.days_below,
        "days_without": line.days_without,
    }


def _brief(row: Episode, finding: Finding | None, now: datetime) -> dict[str, Any]:
    said = finding.detail if finding else {"prescriber": "", "clears": ""}
    return {
        "id": str(row.uid),
        "uid": str(row.uid),
        "revision": row.revision,
        "family": row.family,
        "code": row.code,
        "priority": row.priority,
        "lane": row.lane,
        "state": episodes.state(row, now),
        "overdue": episodes.is_overdue(row, now),
        "respond_by": instant(row.respond_by),
        "words": said["prescriber"],
        "clears": said["clears"],
        "rule_changed": row.rule_changed or None,
    }


def _full(
    row: Episode, finding: Finding | None, events: Iterable[EpisodeEvent], names: Mapping[str, str], now: datetime
) -> dict[str, Any]:
    return {
        **_brief(row, finding, now),
        "worst_priority": row.worst_priority,
        "severity": row.severity,
        "margin": row.margin or None,
        "censored": row.censored,
        "count": row.count,
        "opened_at": instant(row.opened_at),
        "reopened": row.reopened,
        "acknowledged_at": instant(row.acknowledged_at),
        "acknowledged_by": names.get(row.acknowledged_by),
        "outcome": row.outcome or None,
        "note": row.note,
        "snoozed_until": instant(row.snoozed_until),
        "snoozed_by": names.get(row.snoozed_by),
        "snooze_reason": row.snooze_reason,
        "resolved_at": instant(row.resolved_at),
        "resolution": row.resolution or None,
        "events": [_event(event, names) for event in events],
    }


def _event(event: EpisodeEvent, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "what": event.what,
        "at": instant(event.at),
        "by": names.get(event.by, ""),
        "why": event.why,
        "priority": event.priority,
    }
