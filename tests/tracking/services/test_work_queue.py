"""The work queue in the database: the order of the pure key, paged, counted and asked for in parts."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.conftest import NOW
from tracking.domain.actor import Actor
from tracking.domain.problems import Problem
from tracking.domain.rulebook import SEVERITIES, Lane
from tracking.domain.work_queue import QueueEntry, queue_key
from tracking.evidence import load_rulebook
from tracking.models import CareRelationship, Clinic, Episode, EpisodeEvent, Evaluation, Patient, Prescriber, Standing, User
from tracking.services import episodes, rulebooks, work_queue
from tracking.services.access import acting_as

SYSTEM = Actor.system("test")


@pytest.fixture
def crowd(db, clinic):
    """So many men with one to three open episodes each, drawn at random over every criterion of the order."""

    def make(count, seed=7):
        die, version = random.Random(seed), load_rulebook().version
        users = User.objects.bulk_create(User(email=f"c{seed}-{n}@example.org", password="!") for n in range(count))
        with acting_as(SYSTEM):
            men = Patient.objects.bulk_create(Patient(user=user, name=user.email, zone="Europe/Berlin") for user in users)
            rulebooks.remember(load_rulebook(), now=NOW)
            basis = {
                "verdict": {"drawn_on": None},
                "result": None,
                "context": {"now": {"ai": []}},
                "series": {"days_below": []},
            }
            said = Evaluation.objects.bulk_create(
                Evaluation(patient=man, as_of=NOW, rulebook_version=version, word="below", state="current", basis=basis)
                for man in men
            )
            CareRelationship.objects.bulk_create(
                CareRelationship(patient=man, clinic=clinic, granted_at=NOW, granted_by="user:1") for man in men
            )
            Standing.objects.bulk_create(
                Standing(
                    patient=man, evaluation=row, evaluated_at=NOW, days_below=die.choice((0, 40)),
                    has_current=die.random() < 0.3, without_since=die.choice((None, date(2026, 1, 1), date(2026, 8, 1))),
                )
                for man, row in zip(men, said, strict=True)
            )  # fmt: skip
            rows = [
                _episode(man, row, f"family {n}", die)
                for man, row in zip(men, said, strict=True)
                for n in range(die.randint(1, 3))
            ]
            return Episode.objects.bulk_create(rows)

    return make


def _episode(man, evaluation, family, die):
    priority, answered = die.randint(0, 4), die.random() < 0.3
    told = {"acknowledged_at": NOW, "acknowledged_by": "user:1", "outcome": "contacted"} if answered else {}
    return Episode(
        patient=man, family=family, code=family, opened_at=NOW - timedelta(days=die.randint(1, 3)), opened_in=evaluation,
        evaluation=evaluation, priority=priority, worst_priority=priority, severity=SEVERITIES[0], lane=die.choice(list(Lane)),
        margin=die.choice(("", "0.5", "0.50000001", "1.2")), censored=die.random() < 0.5,
        respond_by=die.choice((None, NOW, NOW + timedelta(days=1))), **told,
    )  # fmt: skip


def _entry(row, standing):
    return QueueEntry(
        patient=row.patient_id, priority=episodes.priority_of(row.priority), overdue=episodes.is_overdue(row, NOW),
        acknowledged=row.acknowledged_at is not None, lane=Lane(row.lane), margin=Decimal(row.margin) if row.margin else None,
        censored=row.censored, days_below=standing.days_below, has_current=standing.has_current,
        without_since=standing.without_since, opened_at=row.opened_at,
    )  # fmt: skip


def work(clinic, now=NOW, **more):
    return work_queue.work_of(clinics=[clinic], now=now, **more)


def test_the_database_sorts_as_the_pure_key_does(crowd, clinic):
    crowd(60)
    with acting_as(SYSTEM):
        standing = {row.patient_id: row for row in Standing.objects.all()}
        lines = work(clinic, also_p4=True).page(start=0, limit=100)
        for line in lines:
            keys = [queue_key(_entry(row, standing[line.man.pk])) for row in (line.worst, *line.others)]
            assert keys == sorted(keys)
        worst = [queue_key(_entry(line.worst, standing[line.man.pk])) for line in lines]
        assert len(worst) == 60
        assert worst == sorted(worst)
        assert {line.worst.priority for line in work(clinic).page(start=0, limit=100)} <= {0, 1, 2, 3}
        everybody = [line.man.pk for line in lines]
        paged = [line.man.pk for start in range(0, 60, 7) for line in work(clinic, also_p4=True).page(start=start, limit=7)]
        assert paged == everybody
        counts = work(clinic, also_p4=True).counts()
        bounded = [
            line.man.pk
            for start in range(0, 70, 7)
            for line in work(clinic, also_p4=True).page(start=start, limit=7, counts=counts)
        ]
        assert bounded == everybody


def test_what_is_less_urgent_than_a_page_is_not_ranked_and_who_left_since_leaves_no_gap(crowd, clinic):
    crowd(30)
    with acting_as(SYSTEM):
        counts = work(clinic).counts()
        assert counts.by_priority[0] > 2
        assert [counts.least_urgent_of(first) for first in (1, counts.by_priority[0], counts.by_priority[0] + 1)] == [0, 0, 1]
        assert counts.least_urgent_of(counts.total + 1) is None
        most = {"start": 0, "limit": counts.by_priority[0]}
        with CaptureQueriesContext(connection) as captured:
            first = work(clinic).page(**most, counts=counts)
        assert 'priority" <= 0' in captured[0]["sql"]
        Episode.objects.filter(patient=first[0].man).update(resolved_at=NOW, resolution="recovered")
        after = work(clinic).page(**most, counts=counts)
        assert [line.man.pk for line in after] == [line.man.pk for line in work(clinic).page(**most)]
        assert len(after) == most["limit"]


def test_ten_men_and_a_hundred_cost_the_same_queries_and_are_counted(crowd, clinic, dr_bell):
    found = []
    for seed, count in ((1, 10), (2, 90)):
        crowd(count, seed)
        with acting_as(SYSTEM), CaptureQueriesContext(connection) as captured:
            lines = work(clinic, also_p4=True, user=dr_bell).page(start=0, limit=100)
            counted = work(clinic, also_p4=True, user=dr_bell).counts()
        found.append((len(lines), counted.total, len(captured)))
    assert found == [(10, 10, 5), (100, 100, 5)]
    for rank, number in enumerate(counted.by_priority):
        assert number == sum(line.worst.priority == rank for line in lines)


@pytest.mark.parametrize("part", ["unacknowledged", "blind", "overdue"])
def test_a_part_of_it_is_asked_for_and_still_shows_all_of_a_man(crowd, clinic, part):
    crowd(40)
    is_it = {
        "unacknowledged": lambda row: row.acknowledged_at is None,
        "blind": lambda row: row.lane == Lane.BLIND_ON_AI,
        "overdue": lambda row: episodes.is_overdue(row, NOW),
    }[part]
    with acting_as(SYSTEM):
        every = work(clinic).page(start=0, limit=100)
        lines = work(clinic).asked(work_queue.Asked(**{part: True})).page(start=0, limit=100)
        expected = [line for line in every if any(is_it(row) for row in (line.worst, *line.others))]
        assert [(line.man.pk, line.worst.pk, len(line.others)) for line in lines] == [
            (line.man.pk, line.worst.pk, len(line.others)) for line in expected
        ]
        assert 0 < len(lines) < len(every)
        assert getattr(work(clinic).counts(), part) == len(lines)


def test_a_name_or_an_address_finds_him_by_any_of_its_words(crowd, clinic):
    crowd(12)
    with acting_as(SYSTEM):
        assert [
            line.man.name for line in work(clinic, also_p4=True).asked(work_queue.Asked(name="c7-3")).page(start=0, limit=9)
        ] == ["c7-3@example.org"]
        assert work(clinic, also_p4=True).asked(work_queue.Asked(name="c7-3 nobody")).page(start=0, limit=9) == []


@pytest.fixture
def low(adam, in_care, dr_bell):
    from tracking.domain.history import Origin
    from tracking.services import labs, regimens

    himself = Actor.user(adam.user_id)
    regimens.start(
        patient=adam, by=himself, now=NOW, origin=Origin.SELF, drug="anastrozole", dose_mg="0.5",
        schedule={"kind": "every", "days": "3.5"}, starts_on=date(2026, 5, 1), reason="tenderness",
    )  # fmt: skip
    labs.record(
        patient=adam, by=himself, now=NOW, staff=True, analyte="estradiol", value="14.0", unit="pg/mL", method="lcmsms",
        method_evidence="staff_verified", collected_at=datetime(2026, 10, 30, 8, tzinfo=UTC).isoformat(),
    )  # fmt: skip
    with acting_as(SYSTEM):
        return Episode.objects.get(patient=adam, family="e2_low")


def member(name, clinic):
    user = User.objects.create_user(f"{name}@example.org", "correct horse battery", name=f"Dr. {name}", is_staff=True)
    return Prescriber.objects.create(user=user, clinic=clinic)


def test_what_is_assigned_is_the_work_of_the_one_it_is_assigned_to(adam, low, clinic, dr_bell, in_care):
    bell, cole = Actor.user(dr_bell.pk), member("Cole", clinic)
    mine = work_queue.Asked(mine=True)
    with acting_as(bell):
        assert work(clinic, user=dr_bell).asked(mine).page(start=0, limit=9) == []
    assigned = episodes.assign(patient=adam, uid=low.uid, by=bell, now=NOW, revision=low.revision, to=cole.uid)
    again = episodes.assign(patient=adam, uid=low.uid, by=bell, now=NOW, revision=low.revision, to=cole.uid)
    assert again.revision == assigned.revision
    with acting_as(SYSTEM):
        assert [line.worst.assigned_to for line in work(clinic, user=cole.user).asked(mine).page(start=0, limit=9)] == [cole]
        assert work(clinic, user=dr_bell).counts().mine == 0
        told = EpisodeEvent.objects.get(episode=low, what="assigned")
    assert (told.by, told.why) == (str(bell), "to Dr. Cole (Invented Clinic)")
    with pytest.raises(Problem) as refused:
        episodes.assign(patient=adam, uid=low.uid, by=bell, now=NOW, revision=assigned.revision - 1, to=None)
    assert refused.value.issues[0].code == "episode-changed"
    freed = episodes.assign(patient=adam, uid=low.uid, by=bell, now=NOW, revision=assigned.revision, to=None)
    assert freed.assigned_to is None


def test_nobody_outside_his_clinics_is_given_work_about_him(adam, low, clinic, dr_bell):
    stranger = member("Stranger", Clinic.objects.create(name="Another Clinic"))
    left = member("Left", clinic)
    Prescriber.objects.filter(pk=left.pk).update(is_active=False)
    for nobody in (stranger, left):
        with pytest.raises(Problem, match=r"Accepted: Dr\. Bell \(Invented Clinic\)\.") as refused:
            episodes.assign(patient=adam, uid=low.uid, by=Actor.user(dr_bell.pk), now=NOW, revision=low.revision, to=nobody.uid)
        assert refused.value.issues[0].pointer == "/to"


def test_where_he_leads_what_is_assigned_to_nobody_is_his(adam, low, clinic, dr_bell, in_care):
    lead = Prescriber.objects.get(user=dr_bell)
    with acting_as(Actor.user(adam.user_id)):
        CareRelationship.objects.filter(pk=in_care.pk).update(lead=lead)
    with acting_as(SYSTEM):
        assert work(clinic, user=dr_bell).counts().mine == 1
        every = list(Episode.objects.filter(patient=adam))
    cole = member("Cole", clinic).uid
    for row in every:
        episodes.assign(patient=adam, uid=row.uid, by=Actor.user(dr_bell.pk), now=NOW, revision=row.revision, to=cole)
    with acting_as(SYSTEM):
        assert work(clinic, user=dr_bell).counts().mine == 0
