"""The home screen in one call: where he stands, his series, today's doses, what is due, his inbox, what we ask him."""

from __future__ import annotations

from datetime import date
from hashlib import sha256
from typing import Any

from django.utils.translation import get_language
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.api.home_chart import Chart, FloorBand, chart, floor_band
from notifications import services as notifications
from tracking.api.base import Category, Operation, Output, RecordView
from tracking.api.conditions import is_fresh, not_modified
from tracking.api.evaluations import EvaluationSummary, brief
from tracking.api.intake import ExpectedDose, expected_row
from tracking.api.records import Reader
from tracking.domain.for_man import Comparison
from tracking.domain.words import fill
from tracking.evidence import load_rulebook
from tracking.models import Patient
from tracking.services import home, shown
from tracking.services.lived import local_today

__all__ = ["Home"]

_ABOUT = (
    "`ETag` changes with the record (his inbox included), the local day, the language, his units, the rulebook, and what files "
    "ask him: send it back as `If-None-Match`, and an unchanged day answers 304. Nothing here tells what to take; `words` are "
    "fit to be shown as they stand, and `verdict.word` heads the display."
)
_NEWEST = 3
DUE_STATES = ("upcoming", "open", "overdue")
QUESTIONS = ("unit_in_question", "import")


class HomeDueItem(Output):
    id = serializers.CharField()
    revision = serializers.IntegerField()
    kind = serializers.CharField()
    rule = serializers.CharField()
    opens_on = serializers.DateField()
    due_on = serializers.DateField()
    overdue_on = serializers.DateField()
    earliest_answer_on = serializers.DateField(allow_null=True)
    zone = serializers.CharField()
    state = serializers.ChoiceField(DUE_STATES, help_text="today: before its window, in it, or past `overdue_on`")


class HomeMessage(Output):
    id = serializers.CharField()
    title = serializers.CharField()
    body = serializers.CharField()
    created_at = serializers.DateTimeField()
    reminder = serializers.UUIDField(help_text="the reminder that it can be answered by")


class HomeInbox(Output):
    unread = serializers.IntegerField()
    newest = HomeMessage(many=True, help_text=f"the newest unread, {_NEWEST} at most")


class HomeQuestion(Output):
    """Something that only he can answer."""

    kind = serializers.ChoiceField(QUESTIONS, help_text="unit_in_question: of a result; import: of a file")
    id = serializers.CharField(help_text="of the result, or of the import")
    words = serializers.CharField()


class HomeScreen(Output):
    day = serializers.DateField(help_text="which day it is where he lives")
    zone = serializers.CharField()
    verdict = EvaluationSummary()
    rests_on = serializers.UUIDField(allow_null=True, help_text="the version of the result that decides; null without one")
    floor = FloorBand(allow_null=True, help_text="null without a result, and while the comparison waits")
    series = Chart()
    doses = ExpectedDose(many=True, help_text="those of today; what is not logged is not known to be taken")
    due = HomeDueItem(many=True, help_text="what he is asked for next, by date, ten at most")
    inbox = HomeInbox()
    questions = HomeQuestion(many=True)


class Home(RecordView):
    """What he sees when he opens the app. A man's own account only. Six statements at most, one where nothing has changed."""

    category = Category.OWN
    what = "home"
    operations = {"GET": Operation("Read the home screen", HomeScreen, etag=True, conditional=True, description=_ABOUT)}

    def get(self, request: Request) -> Response:
        man = home.opened_by(self.user)
        today = local_today(man, self.now)
        etag = _etag(man, today)
        if is_fresh(request, etag):
            return not_modified(etag)
        stand = home.stand_of(man)
        comparison = shown.comparison_for(stand.evaluation, man, self.now)
        released = comparison is Comparison.RELEASED
        reader = Reader(is_staff=False, man=man)
        rows, older = home.chart_of(man)
        series = chart(stand, rows, man, older=older, released=released)
        doses = home.today_of(man, stand.moves, self.now)
        screen = {
            "day": today.isoformat(),
            "zone": man.zone,
            "verdict": {
                **brief(stand.evaluation, reader, comparison),
                "words": shown.his_words(stand.evaluation, man, comparison),
            },
            "rests_on": stand.reading["key"] if stand.reading else None,
            "floor": floor_band(stand, series["unit"], released=released),
            "series": series,
            "doses": [expected_row(one, doses.names, reader) for one in doses.doses],
            "due": [_due(item, today) for item in stand.due],
            "inbox": _inbox(man),
            "questions": _questions(man, series),
        }
        return Response(screen, headers={"ETag": etag})


def _etag(man: Any, today: date) -> str:
    """His revision counts his inbox too: a message and the reading of one raise it. Rows of files do not, so they are named."""
    parts = [
        man.uid,
        man.revision,
        today,
        get_language(),
        sorted(man.display_units.items()),
        load_rulebook().version,
        man.asking,
    ]
    return f'"{sha256(repr(parts).encode()).hexdigest()[:32]}"'


def _due(item: dict[str, Any], today: date) -> dict[str, Any]:
    day = today.isoformat()
    state = "upcoming" if day < item["opens_on"] else "overdue" if day > item["overdue_on"] else "open"
    return {"id": item["uid"], **{name: item[name] for name in item if name != "uid"}, "state": state}


def _inbox(man: Patient) -> dict[str, Any]:
    unread, newest = notifications.unread_of(man.pk, newest=_NEWEST)
    return {
        "unread": unread,
        "newest": [
            {
                "id": str(row.uid),
                "title": row.title,
                "body": row.body,
                "created_at": row.created_at.isoformat(),
                "reminder": str(row.reminder.uid),
            }
            for row in newest
        ],
    }


def _questions(man: Any, series: dict[str, Any]) -> list[dict[str, Any]]:
    words = load_rulebook().words.man
    points = [*(point for segment in series["segments"] for point in segment["points"]), *series["undated"]]
    of_units = [
        {"kind": "unit_in_question", "id": point["id"], "words": words["unit_in_question"]}
        for point in points
        if "unit_in_question" in point["badges"]
    ]
    of_files = [
        {"kind": "import", "id": one["uid"], "words": fill(words["import_asks"], {"rows": str(one["rows"])})}
        for one in man.asking
    ]
    return [*of_units, *of_files]
