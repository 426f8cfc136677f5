"""What was found, asked for and decided, read back as it was said then; and what stands around it."""

from datetime import timedelta

import pytest

from tests.conftest import NOW
from tracking.domain.actor import Actor
from tracking.domain.history import Origin
from tracking.domain.problems import Problem
from tracking.models import Episode, Regimen
from tracking.services import dose_history, doses, drug_uses, episodes, labs, pauses, regimens, titration

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


def ledger(man, as_system, now=NOW):
    with as_system():
        marks = dose_history.read(man, now=now, last=now.date()).marks
    return [(m.what, m.code, m.words, m.why, m.by) for m in marks if m.kind == "titration"]


@pytest.fixture
def regimen(low, as_system):
    with as_system():
        return Regimen.objects.get(patient=low)


def proposal(man, by, regimen, **more):
    plan = {"dose_mg": "0.25", "review_on": NOW.date() + timedelta(days=90)}
    sent = {"ask": "change", "from_date": NOW.date(), "regimen": str(regimen.uid), "plan": plan, "reason": "low"}
    return titration.propose(patient=man, by=by, now=NOW, **(sent | more))


def test_every_step_of_the_titration_ledger_is_a_mark_with_who_and_why(low, bell, regimen, as_system):
    himself = Actor.user(low.user_id)
    asked = titration.request(patient=low, by=himself, now=NOW, words="My joints hurt.").row
    told = proposal(low, bell, regimen, answers=asked.uid)
    titration.confirm(
        patient=low, uid=told.row.uid, by=bell, now=NOW, evaluation=told.evaluation.uid, reason="low twice", typed_weekly="0.5"
    )
    what = f"Anastrozole: 0.5 mg every 3.5 days → 0.25 mg every 3.5 days from {NOW.date()}"
    assert sorted(ledger(low, as_system), key=lambda mark: ["requested", "proposed", "confirmed"].index(mark[0])) == [
        ("requested", "request", "My joints hurt.", "", str(himself)),
        ("proposed", "dose", what, "low", str(bell)),
        ("confirmed", "dose", what, "low twice", str(bell)),
    ]


def test_what_was_declined_or_withdrawn_stays_as_a_mark(low, bell, regimen, as_system):
    titration.decline(patient=low, uid=proposal(low, bell, regimen).row.uid, by=bell, now=NOW, reason="wait for the recheck")
    titration.withdraw(patient=low, uid=proposal(low, bell, regimen).row.uid, by=bell, now=NOW, reason="a slip")
    assert {(what, why) for what, _, _, why, _ in ledger(low, as_system)} >= {
        ("declined", "wait for the recheck"), ("withdrawn", "a slip"),
    }  # fmt: skip


def test_what_time_has_ended_is_marked_at_that_instant_whether_or_not_a_job_has_noted_it(low, bell, regimen, as_system):
    row = proposal(low, bell, regimen).row
    later = NOW + timedelta(days=40)
    before = ledger(low, as_system, later)
    assert before[-1][0] == "expired"
    assert titration.expire(low.pk, by=Actor.system("test"), now=later) == 1
    assert [mark[:4] for mark in ledger(low, as_system, later)] == [mark[:4] for mark in before]
    with as_system():
        assert dose_history.read(low, now=later).marks[-1].at == row.expires_at


def test_a_pause_is_a_step_and_who_entered_it_is_named(low, bell, regimen, as_system):
    first, until = (NOW - timedelta(days=30)).date(), (NOW - timedelta(days=20)).date()
    said = {"patient": low, "key": regimen.client_id, "by": bell, "now": NOW, "origin": Origin.PRESCRIBED}
    pauses.pause(from_date=first, until=until, reason="surgery", **said)
    with as_system():
        (drug,) = dose_history.read(low, now=NOW).drugs
        stated = dose_history.stated(low)
    assert [(step.is_pause, step.ends_on) for step in drug.steps] == [(False, first), (True, until), (False, None)]
    (key,) = drug.steps[1].keys
    assert (stated[key].reason, stated[key].recorded_by, stated[key].origin) == ("surgery", str(bell), "prescribed")
    pauses.pause(from_date=NOW.date(), **said)
    pauses.resume(on=NOW.date(), **said)
    with as_system():
        assert len(dose_history.read(low, now=NOW).drugs[0].steps) == 3


def test_an_open_pause_ends_with_its_regimen(low, bell, regimen, as_system):
    said = {"patient": low, "key": regimen.client_id, "by": bell, "now": NOW, "origin": Origin.PRESCRIBED}
    pauses.pause(from_date=(NOW - timedelta(days=30)).date(), **said)
    regimens.end(ends_on=(NOW - timedelta(days=10)).date(), **said)
    with as_system():
        assert dose_history.read(low, now=NOW).drugs[0].steps[-1].ends_on == (NOW - timedelta(days=10)).date()


def test_a_use_without_a_dose_names_who_entered_it(low, bell, as_system):
    drug_uses.record(patient=low, by=bell, now=NOW, drug="finasteride", note="for his hair")
    with as_system():
        drug = next(drug for drug in dose_history.read(low, now=NOW).drugs if drug.drug == "finasteride")
        stated = dose_history.stated(low)[drug.steps[0].keys[0]]
    assert (drug.steps[0].basis, stated.origin, stated.recorded_by, stated.reason) == (
        "used",
        "used",
        str(bell),
        "for his hair",
    )


def test_adherence_stands_beside_the_log_and_silence_is_no_figure(low, bell, as_system):
    def adherence():
        with as_system():
            return dose_history.read(low, now=NOW, first=(NOW - timedelta(days=7)).date()).drugs[0].adherence

    assert (adherence().state, adherence().percent) == ("not_logged", None)
    doses.log(
        patient=low, by=bell, now=NOW, staff=True, drug="anastrozole", amount_mg="0.5",
        taken_at=(NOW - timedelta(days=3)).isoformat(),
    )  # fmt: skip
    assert (adherence().state, adherence().taken) == ("logged", 1)
