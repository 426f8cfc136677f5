"""Episodes in the database: followed at each evaluation, answered by prescribers, listed as a clinic's work."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.accounts import PASSWORD, make_man
from tests.conftest import NOW
from tracking.domain.actor import Actor
from tracking.domain.history import Origin
from tracking.domain.problems import Problem
from tracking.evidence import load_rulebook
from tracking.models import Clinic, DueItem, Episode, EpisodeEvent, Evaluation, Patient, Prescriber, User
from tracking.services import bone, clinics, consent, doses, episodes, evaluations, labs, regimens, work_queue
from tracking.services.access import acting_as, lock_patients

SYSTEM = Actor.system("test")
LAB = {"analyte": "estradiol", "unit": "pg/mL", "method": "lcmsms", "method_evidence": "staff_verified"}
PLAN = {
    "drug": "anastrozole",
    "dose_mg": "0.5",
    "schedule": {"kind": "every", "days": "3.5"},
    "starts_on": date(2026, 5, 1),
    "reason": "breast tenderness",
}


def measured(man, value, days_ago=3, *, now=NOW, by=None, **more):
    drawn = (now - timedelta(days=days_ago)).isoformat()
    by = by or Actor.user(man.user_id)
    return labs.record(patient=man, by=by, now=now, staff=True, value=value, collected_at=drawn, **(LAB | more))


def make_account():
    return make_man(now=NOW)


def on_ai(man, **plan):
    himself = Actor.user(man.user_id)
    return regimens.start(patient=man, by=himself, now=NOW, origin=Origin.SELF, **(PLAN | plan))


@pytest.fixture
def bell(dr_bell, in_care):
    return Actor.user(dr_bell.pk)


@pytest.fixture
def low(adam, bell):
    """Adam, below the floor on an AI: P1."""
    on_ai(adam)
    measured(adam, "14.0")
    return the(adam)


@pytest.fixture
def long_low(adam, bell):
    """The same, so long ago that a better result now does not contradict it."""
    on_ai(adam)
    measured(adam, "14.0", 40)
    return the(adam)


def the(man, family="e2_low"):
    with acting_as(SYSTEM):
        return Episode.objects.select_related("patient").filter(patient=man, family=family).latest("pk")


def history_of(row):
    with acting_as(SYSTEM):
        return list(EpisodeEvent.objects.filter(episode=row).order_by("pk").values_list("what", "by"))


def acknowledged(row, by, outcome="contacted", *, now=NOW, **more):
    man, revision = row.patient, row.revision
    return episodes.acknowledge(patient=man, uid=row.uid, by=by, now=now, **({"revision": revision, "outcome": outcome} | more))


def put_off(row, by, *, now=NOW, reason="on holiday", **time):
    return episodes.snooze(
        patient=row.patient, uid=row.uid, by=by, now=now, revision=row.revision, until=now + timedelta(**time), reason=reason
    )


def waiting(clinic, now=NOW, **more):
    with acting_as(SYSTEM):
        after = more.pop("after", None)
        work = work_queue.work_of(clinics=[clinic], now=now, **more)
        return work.page(start=0, limit=50) if after is None else work.after(after, limit=50)


def test_a_low_result_on_an_ai_opens_an_episode_and_one_that_recovers_ends_it(adam, long_low):
    himself = str(Actor.user(adam.user_id))
    assert (long_low.code, long_low.priority, long_low.lane, long_low.censored) == ("e2_below_floor_on_ai", 1, "low_e2", False)
    assert (episodes.state(long_low, NOW), long_low.margin) == ("open", "0.875000")
    assert history_of(long_low) == [("opened", himself)]
    measured(adam, "26.0", 1)
    ended = the(adam)
    assert (ended.pk, episodes.state(ended, NOW), ended.resolution) == (long_low.pk, "resolved", "recovered")
    assert history_of(long_low)[1:] == [("resolved", himself)]


def test_the_same_outcome_twice_writes_nothing(adam, low):
    def written():
        with acting_as(SYSTEM):
            history = Episode.pgh_event_models["update"]
            return the(adam).revision, history.objects.count(), EpisodeEvent.objects.count()

    before = written()
    for days in (0, 1):
        evaluations.reevaluate(adam.pk, by=SYSTEM, now=NOW + timedelta(days=days))
    doses.log(patient=adam, by=SYSTEM, now=NOW, drug="anastrozole", amount_mg="0.5", taken_at="2026-10-28T08:00:00+01:00")
    assert written() == before


def test_a_correction_ends_as_if_it_had_been_entered_right_at_first(adam, bell):
    on_ai(adam)
    wrong = measured(adam, "9.0", by=bell)
    assert the(adam).priority == 0
    with acting_as(SYSTEM):
        key = wrong.row.client_id
    sent = LAB | {"value": "14.0", "collected_at": (NOW - timedelta(days=3)).isoformat()}
    labs.correct(patient=adam, key=key, by=bell, now=NOW, staff=True, **sent)
    row = the(adam)
    assert (row.code, row.priority, row.worst_priority, row.resolved_at) == ("e2_below_floor_on_ai", 1, 0, None)


def test_new_data_keeps_the_answer_and_what_worsens_asks_again(adam, low, bell):
    answered = acknowledged(low, bell)
    assert (episodes.state(answered, NOW), answered.acknowledged_by) == ("acknowledged", str(bell))
    measured(adam, "14.5", 2)
    assert episodes.state(the(adam), NOW) == "acknowledged"
    measured(adam, "9.0", 1)
    row = the(adam)
    assert (episodes.state(row, NOW), row.priority, row.outcome) == ("open", 0, "")
    assert [what for what, _ in history_of(row)] == ["opened", "acknowledged", "worsened"]


def test_a_second_fracture_is_not_covered_by_the_answer_to_the_first(adam, bell):
    on_ai(adam)
    for number, at in enumerate(("2026-09-01", "2026-10-01")):
        bone.record_fracture(patient=adam, by=bell, now=NOW, site="wrist", occurred_at=at)
        row = the(adam, "fracture_on_ai")
        assert (episodes.state(row, NOW), row.count) == ("open", number + 1)
        acknowledged(row, bell)


def test_what_comes_back_soon_is_the_same_episode_and_what_comes_back_late_another(adam, long_low):
    measured(adam, "26.0", 1)
    measured(adam, "13.0", 0, now=NOW + timedelta(days=30))
    assert (the(adam).pk, the(adam).reopened, the(adam).resolved_at) == (long_low.pk, 1, None)
    measured(adam, "26.0", 0, now=NOW + timedelta(days=70))
    measured(adam, "13.0", 0, now=NOW + timedelta(days=170))
    assert (the(adam).pk > long_low.pk, the(adam).reopened) == (True, 0)


def test_no_answer_is_given_to_what_worsened_meanwhile(committed):
    """Each step in a transaction of its own, as in life."""
    clinic = clinics.set_up(name="Invented Clinic")
    bell = Actor.user(clinics.add_prescriber(clinic=clinic, email="bell@example.org", name="Dr. Bell", password="x").user_id)
    adam = make_account()
    consent.grant(patient=adam, clinic_uid=clinic.uid, by=Actor.user(adam.user_id), now=NOW)
    on_ai(adam)
    measured(adam, "14.0")
    seen = the(adam)
    measured(adam, "9.0", 1)
    with pytest.raises(Problem, match="has changed since") as refused:
        acknowledged(seen, bell)
    assert refused.value.kind == "conflict"
    assert episodes.state(the(adam), NOW) == "open"
    assert episodes.state(acknowledged(the(adam), bell), NOW) == "acknowledged"


def test_an_answer_sent_twice_is_one_answer(low, bell):
    once = acknowledged(low, bell, "accepted_with_reason", note="known to him")
    again = acknowledged(low, bell, "accepted_with_reason", note=" known to him ")
    assert again.revision == once.revision
    assert [what for what, _ in history_of(low)] == ["opened", "acknowledged"]


def test_only_a_prescriber_in_whose_care_he_is_answers(adam, carl, low, in_care, clinic):
    himself, bell = Actor.user(adam.user_id), Actor.user(clinic.prescribers.get().user_id)
    away = User.objects.create_user("away@example.org", PASSWORD)
    Prescriber.objects.create(user=away, clinic=clinic, is_active=False)
    Prescriber.objects.create(user=adam.user, clinic=clinic)
    for by in (himself, Actor.user(carl.user_id), Actor.user(away.pk), SYSTEM):
        with pytest.raises(Problem):
            acknowledged(low, by)
        with pytest.raises(Problem):
            put_off(low, by, days=1)
    consent.revoke(patient=adam, uid=in_care.uid, by=himself, now=NOW)
    with pytest.raises(Problem):
        acknowledged(low, bell)
    assert history_of(low) == [("opened", str(himself))]


def test_another_mans_episode_is_not_found(carl, low, bell):
    with pytest.raises(Problem) as refused:
        episodes.acknowledge(patient=carl, uid=low.uid, by=SYSTEM, now=NOW, revision=low.revision, outcome="contacted")
    assert refused.value.kind == "not-found"


def test_it_is_put_off_until_the_day_of_his_recheck_at_the_latest(adam, low, bell):
    with acting_as(SYSTEM):
        due_on = DueItem.objects.filter(patient=adam, kind="lab_e2_t", state="open").earliest("due_on").due_on
        DueItem.objects.filter(patient=adam, kind="lab_e2_t", state="open").update(
            opens_on=date(2026, 11, 1), due_on=date(2026, 11, 6), overdue_on=date(2026, 11, 20)
        )
    assert due_on != date(2026, 11, 6)
    with pytest.raises(Problem, match=r"until 2026-11-06T00:00:00\+01:00, when his recheck is due"):
        put_off(low, bell, days=4)
    assert put_off(low, bell, days=3).snoozed_until == NOW + timedelta(days=3)


def test_snooze_outliving_the_recheck(adam, bell):
    """A change that is told late plans a recheck before the end of the snooze that stands: it is cut to that day."""
    on_ai(adam)
    measured(adam, "14.0", 25)
    measured(adam, "600", 25, analyte="testosterone_total", unit="ng/dL")
    slept = put_off(the(adam), bell, days=14)
    on_ai(adam, drug="letrozole", starts_on=date(2026, 10, 3))
    row = the(adam)
    with acting_as(SYSTEM):
        due_on = DueItem.objects.filter(patient=adam, kind="lab_e2_t", state="open").earliest("due_on").due_on
    assert slept.snoozed_until == NOW + timedelta(days=14)
    assert (due_on, row.snoozed_until) == (date(2026, 11, 14), datetime(2026, 11, 13, 23, tzinfo=UTC))
    assert [what for what, _ in history_of(row)] == ["opened", "snoozed", "shortened"]


def test_a_rulebook_switched_with_open_episodes(adam, low, bell, monkeypatch):
    """The new rules have a lower floor: what they no longer find stays until Dr. Bell has seen it."""
    answered = acknowledged(low, bell)
    lenient = other_rulebook()
    monkeypatch.setattr("tracking.services.evaluations.load_rulebook", lambda: lenient)
    monkeypatch.setattr("tracking.services.episodes.load_rulebook", lambda: lenient)
    evaluations.reevaluate(adam.pk, by=SYSTEM, now=NOW)
    row = the(adam)
    assert (row.pk, row.rule_changed, episodes.state(row, NOW)) == (answered.pk, lenient.version, "open")
    evaluations.reevaluate(adam.pk, by=SYSTEM, now=NOW + timedelta(days=1))
    assert the(adam).revision == row.revision
    ended = acknowledged(row, bell, "accepted_with_reason", note="the new floor")
    assert (episodes.state(ended, NOW), ended.resolution) == ("resolved", "rule_changed")
    assert [what for what, _ in history_of(row)] == ["opened", "acknowledged", "rule_changed", "acknowledged", "resolved"]


def other_rulebook():
    """Ours with a floor of 12: what an edit of the rules could come to."""
    book = load_rulebook()
    bands = book.estradiol.mass_spectrometry
    ends = {"below_floor": "end", "borderline": "start"}
    moved = tuple(replace(band, **{ends[band.tier]: Decimal(12)}) if band.tier in ends else band for band in bands.bands)
    estradiol = replace(book.estradiol, mass_spectrometry=replace(bands, bands=moved))
    return replace(book, version="2027.1+another", digest="another", estradiol=estradiol)


def test_the_queue_has_one_row_per_man_with_his_worst_first(adam, low, clinic):
    bone.record_fracture(patient=adam, by=SYSTEM, now=NOW, site="wrist", occurred_at="2026-10-01")
    (line,) = waiting(clinic)
    assert (line.man.pk, line.worst.code) == (adam.pk, "fracture_on_ai")
    assert "e2_low" in {row.family for row in line.others}
    assert all(row.priority < 4 for row in (line.worst, *line.others))


def test_who_sleeps_is_out_until_he_wakes_or_worsens(adam, low, bell, clinic):
    with acting_as(SYSTEM):
        others = [row.uid for row in Episode.objects.filter(patient=adam).exclude(pk=low.pk)]
    assert low.uid in shown(waiting(clinic))
    slept = put_off(low, bell, days=2)
    assert low.uid not in shown(waiting(clinic))
    assert set(shown(waiting(clinic))) <= set(others)
    assert low.uid in shown(waiting(clinic, slept.snoozed_until))
    measured(adam, "9.0", 1)
    assert low.uid in shown(waiting(clinic))


def shown(lines):
    return [row.uid for line in lines for row in (line.worst, *line.others)]


def test_an_acknowledged_one_stays_in_the_queue_behind_its_equals(adam, low, bell, clinic, make_man):
    other = make_man("Dan Invented")
    consent.grant(patient=other, clinic_uid=clinic.uid, by=Actor.user(other.user_id), now=NOW)
    on_ai(other)
    measured(other, "15.0")
    assert [line.man.pk for line in waiting(clinic)] == [adam.pk, other.pk]  # the smaller margin first
    acknowledged(low, bell)
    assert [line.man.pk for line in waiting(clinic)] == [other.pk, adam.pk]


def test_the_queue_counts_the_days_without_a_current_estradiol(adam, low, clinic):
    def days(now):
        return {line.days_without for line in waiting(clinic, now)}

    assert days(NOW) == {0}
    on_ai(adam, drug="letrozole", starts_on=date(2026, 10, 31))
    assert days(NOW) == {2}
    assert days(NOW + timedelta(days=30)) == {32}


def test_who_never_had_an_estradiol_has_no_such_days(adam, in_care, clinic):
    on_ai(adam)
    assert {line.days_without for line in waiting(clinic)} == {None}


def test_days_known_to_be_low_are_those_of_the_longest_window(adam, in_care, clinic):
    on_ai(adam)
    for days_ago in (63, 3):
        measured(adam, "14.0", days_ago)
    assert {line.days_below for line in waiting(clinic)} == {60}


def test_only_men_in_the_care_of_the_clinic_are_in_its_queue(adam, low, clinic, in_care):
    another = Clinic.objects.create(name="Another Clinic")
    assert waiting(another) == []
    assert waiting(clinic, user=adam.user) == []
    consent.revoke(patient=adam, uid=in_care.uid, by=Actor.user(adam.user_id), now=NOW)
    assert waiting(clinic) == []


def test_p4_is_hidden_unless_it_is_asked_for(adam, low, clinic):
    with acting_as(SYSTEM):
        Episode.objects.filter(patient=adam).update(priority=4)
    assert waiting(clinic) == []
    assert len(waiting(clinic, also_p4=True)) == 1


def test_statistical_men_have_no_episodes(db, now):
    with acting_as(SYSTEM):
        man = Patient.objects.create(is_statistical=True, statistical_key="x", zone="UTC")
        sent = {"analyte": "estradiol", "digits": "5", "unit": "pg/mL", "at": NOW, "precision": "unknown", "zone": "UTC"}
        from tracking.models import LabResult

        LabResult.objects.create(patient=man, recorded_at=NOW, recorded_by="system:test", **sent)
        stored = evaluations.refresh(man, now=NOW)
        assert stored.grounds.content["findings"]
        assert not Episode.objects.exists()


@pytest.fixture
def many(clinic, in_care):
    """Adds men below the floor to the clinic, each with 14 to 15.9 pg/mL."""
    from tracking.models import CareRelationship, LabResult, Regimen

    def add(count):
        with acting_as(SYSTEM):
            first = User.objects.count()
            users = [User.objects.create(email=f"m{first + n}@example.org") for n in range(count)]
            men = [Patient.objects.create(user=user, name=f"M {user.pk} Invented", zone="Europe/Berlin") for user in users]
            stated = {"recorded_at": NOW, "recorded_by": "system:test"}
            for number, man in enumerate(men):
                CareRelationship.objects.create(patient=man, clinic=clinic, granted_at=NOW, granted_by="system:test")
                Regimen.objects.create(
                    patient=man,
                    drug="anastrozole",
                    dose_digits="0.5",
                    schedule={"kind": "daily", "times": 1},
                    origin="prescribed",
                    starts_on=date(2026, 5, 1),
                    zone="Europe/Berlin",
                    **stated,
                )
                LabResult.objects.create(
                    patient=man,
                    analyte="estradiol",
                    digits=str(14 + number % 19 / 10),
                    unit="pg/mL",
                    at=NOW - timedelta(days=3),
                    precision="minute",
                    zone="Europe/Berlin",
                    method="lcmsms",
                    method_evidence="lab_message",
                    **stated,
                )
        return men

    return add


def test_following_takes_as_many_statements_for_thirty_men_as_for_one(many):
    counts = []
    for count in (1, 30):
        men = many(count)
        with acting_as(SYSTEM):
            lock_patients([man.pk for man in men])
            with CaptureQueriesContext(connection) as captured:
                evaluations.refresh_many(men, now=NOW)
            counts.append(len([q for q in captured if "tracking_episode" in q["sql"]]))
            assert Episode.objects.filter(patient__in=men, family="e2_low").count() == count
    assert counts == [3, 3]


def test_the_queue_takes_two_queries_for_one_man_and_for_thirty(many, clinic):
    found = []
    for count in (1, 29):
        many_men = many(count)
        with acting_as(SYSTEM):
            evaluations.refresh_many(many_men, now=NOW)
            with CaptureQueriesContext(connection) as captured:
                lines = work_queue.work_of(clinics=[clinic], now=NOW).page(start=0, limit=50)
            found.append((len(lines), len(captured)))
    assert found == [(1, 2), (30, 2)]
    seen, after = [], None
    with acting_as(SYSTEM):
        work = work_queue.work_of(clinics=[clinic], now=NOW)
        while page := work.page(start=0, limit=7) if after is None else work.after(after, limit=7):
            seen += [line.man.pk for line in page]
            after = page[-1].man.uid
    assert seen == [line.man.pk for line in lines]


def test_who_left_the_queue_is_no_place_to_go_on_from(adam, low, clinic, carl):
    with pytest.raises(Problem, match="left the queue"):
        waiting(clinic, after=carl.uid)


def test_what_nobody_answers_is_told_further_up(adam, low, bell):
    def told(now):
        with acting_as(SYSTEM):
            return [(each.id, each.level) for each in episodes.unanswered(now, limit=10) if each.id == low.pk]

    assert told(low.respond_by - timedelta(seconds=1)) == []
    assert told(low.respond_by) == [(low.pk, "lead")]
    assert told(low.respond_by + timedelta(days=30)) == [(low.pk, "clinic_administrator")]
    acknowledged(low, bell)
    assert told(low.respond_by) == []


def test_a_silence_of_a_man_without_a_clinic_is_told_to_nobody(adam):
    on_ai(adam)
    measured(adam, "9.0")
    with acting_as(SYSTEM):
        assert Episode.objects.filter(patient=adam, priority=0).exists()
        assert episodes.unanswered(NOW + timedelta(days=400), limit=10) == []


def test_an_evaluation_keeps_what_the_episode_was_opened_by(adam, low):
    with acting_as(SYSTEM):
        opened_in = Evaluation.objects.get(pk=low.opened_in_id)
        assert "e2_below_floor_on_ai" in {finding["code"] for finding in opened_in.grounds.content["findings"]}
        assert episodes.sentences([low])[low.pk].detail["prescriber"].startswith("Estradiol 14.0 pg/mL")
