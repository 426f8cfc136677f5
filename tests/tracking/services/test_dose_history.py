"""What was found and decided, read back as it was said then."""

from datetime import timedelta

import pytest

from tests.conftest import NOW
from tracking.domain.actor import Actor
from tracking.domain.history import Origin
from tracking.domain.problems import Problem
from tracking.models import Episode
from tracking.services import dose_history, episodes, labs, regimens

pytestmark = pytest.mark.django_db
START = NOW - timedelta(days=200)


@pytest.fixture
def bell(dr_bell):
    return Actor.user(dr_bell.pk)


@pytest.fixture
def low(adam, in_care, bell):
    """Below the floor on anastrozole, then a little lower still."""
    regimens.start(
        patient=adam, by=bell, now=START, origin=Origin.PRESCRIBED, drug="anastrozole", dose_mg="0.5",
        schedule={"kind": "every", "days": "3.5"}, starts_on=START.date(), reason="tenderness",
        review_on=START.date() + timedelta(days=150),
    )  # fmt: skip
    for value, ago in (("14.0", 60), ("13.0", 20)):
        at = NOW - timedelta(days=ago)
        labs.record(
            patient=adam, by=bell, now=at, staff=True, analyte="estradiol", value=value, unit="pg/mL", method="lcmsms",
            collected_at=(at - timedelta(days=1)).isoformat(),
        )  # fmt: skip
    return adam


def marks(adam, as_system):
    with as_system():
        return [mark for mark in dose_history.read(adam, now=NOW).marks if mark.code.startswith("e2_")]


def test_a_finding_is_told_as_it_was_told_then(low, as_system):
    opened = marks(low, as_system)[0]
    assert (opened.kind, opened.what, opened.at) == ("finding", "opened", NOW - timedelta(days=60))
    assert opened.words.startswith("Estradiol 14.0 pg/mL")


def test_an_answer_carries_its_reason_who_gave_it_and_what_it_is_about(low, bell, as_system):
    with as_system():
        episode = Episode.objects.get(patient=low, family="e2_low")
    episodes.acknowledge(
        patient=low, uid=episode.uid, by=bell, now=NOW, revision=episode.revision, outcome="repeat_ordered", note="in May"
    )
    answer = marks(low, as_system)[-1]
    assert (answer.kind, answer.what, answer.why, answer.by) == (
        "decision",
        "acknowledged",
        "repeat_ordered: in May",
        str(bell),
    )
    assert "13.0 pg/mL" in answer.words


def test_two_years_are_shown_and_a_day_more_is_refused_by_name(adam, as_system):
    with as_system():
        last = NOW.date()
        assert dose_history.window(adam, now=NOW, first=last - timedelta(days=730)) == (last - timedelta(days=730), last)
        with pytest.raises(Problem) as refused:
            dose_history.window(adam, now=NOW, first=last - timedelta(days=731))
        assert [(issue.pointer, issue.code) for issue in refused.value.issues] == [("?from", "window-too-long")]


def test_days_to_come_are_not_shown(adam, as_system):
    with as_system():
        assert dose_history.window(adam, now=NOW, last=NOW.date() + timedelta(days=9))[1] == NOW.date()


def test_his_local_today_ends_the_window_wherever_the_server_stands(make_man, as_system):
    east = make_man("East Invented", zone="Pacific/Kiritimati")
    with as_system():
        late = NOW.replace(hour=23)
        assert dose_history.window(east, now=late)[1] == late.date() + timedelta(days=1)
