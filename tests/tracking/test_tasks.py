"""Time passes without writes."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.accounts import make_man
from tracking import tasks
from tracking.domain.actor import Actor
from tracking.evidence import load_rulebook
from tracking.models import Evaluation, Proposal, Standing
from tracking.services import evaluations, labs, titration
from tracking.services.access import acting_as, lock_patient


def test_a_result_grows_too_old_by_itself_and_is_looked_at_once(adam, now, monkeypatch):
    by = Actor.user(adam.user_id)
    sent = {"analyte": "estradiol", "value": "24", "unit": "pg/mL", "collected_at": "2026-10-20T08:10:00+02:00"}
    first = labs.record(patient=adam, by=by, now=now, **sent).current
    assert (first.word, first.state) == ("not_below", "current")
    assert tasks.reevaluate_due() == 0

    monkeypatch.setattr("tracking.clock.now", lambda: now + timedelta(days=400))
    assert tasks.reevaluate_due() == 1
    assert tasks.reevaluate_due() == 0
    with acting_as(by):
        latest = evaluations.of(adam)
        stored = Evaluation.objects.count()
    assert (latest.word, latest.state) == ("no_current_data", "stale")
    assert latest.as_of == now + timedelta(days=400)
    # Before the lab, with it, and once it was too old: nothing else was worth a row.
    assert stored == 3


@pytest.fixture
def new_rules(monkeypatch):
    """A deployment brings other rules."""

    def deploy(version="2027.1+new"):
        book = replace(load_rulebook(), version=version, digest=version)
        monkeypatch.setattr(evaluations, "load_rulebook", lambda: book)
        return version

    return deploy


@pytest.fixture
def committed_men(committed, now):
    """Three men whom other connections see."""
    return [make_man(now=now, name=f"Man {n} Invented", email=f"man{n}@example.org") for n in range(3)]


def versions(*men):
    with acting_as(Actor.system("test")):
        return [evaluations.of(man).rulebook_version for man in men]


def test_a_changed_rulebook_evaluates_everybody_again_and_keeps_what_was_said(adam, carl, new_rules):
    before = load_rulebook().version
    assert tasks.reevaluate_rulebook() == 0
    new = new_rules()
    assert tasks.reevaluate_rulebook() == 2
    assert tasks.reevaluate_rulebook() == 0
    assert versions(adam, carl) == [new, new]
    with acting_as(Actor.system("test")):
        assert set(Evaluation.objects.filter(patient=adam).values_list("rulebook_version", flat=True)) == {before, new}


def test_it_goes_on_where_it_was_interrupted(adam, carl, new_rules):
    new = new_rules()
    evaluations.reevaluate(adam.pk, by=Actor.system("test"), now=tasks.clock.now())
    assert tasks.reevaluate_rulebook() == 1
    assert versions(adam, carl) == [new, new]


def test_going_back_to_the_former_rules_is_a_change_like_any_other(adam, new_rules, monkeypatch):
    new_rules()
    tasks.reevaluate_rulebook()
    monkeypatch.setattr(evaluations, "load_rulebook", load_rulebook)
    assert tasks.reevaluate_rulebook() == 1
    assert versions(adam) == [load_rulebook().version]


def test_a_man_of_whom_it_is_not_known_by_which_rules_is_looked_at(adam):
    with acting_as(Actor.system("test")):
        Standing.objects.update(rulebook_version="")
    assert tasks.reevaluate_rulebook() == 1
    with acting_as(Actor.system("test")):
        # The same rules say the same, so no row is added; only the note is filled in.
        assert Evaluation.objects.filter(patient=adam).count() == 1
        assert Standing.objects.get(patient=adam).rulebook_version == load_rulebook().version


def test_one_who_cannot_be_evaluated_holds_nobody_up_and_is_told(adam, carl, new_rules, monkeypatch):
    new = new_rules()
    evaluate = evaluations.evaluate

    def fails_for_the_first(history, rulebook, as_of):
        if history.person.birth_date == adam.birth_date and history.person.zone == "Europe/Paris":
            raise ArithmeticError("invented")
        return evaluate(history, rulebook, as_of)

    with acting_as(Actor.system("test")):
        type(adam).objects.filter(pk=adam.pk).update(zone="Europe/Paris")
    monkeypatch.setattr(evaluations, "evaluate", fails_for_the_first)
    with pytest.raises(RuntimeError, match="1 of 2 men could not be evaluated"):
        tasks.reevaluate_rulebook()
    assert versions(adam, carl) == [load_rulebook().version, new]
    monkeypatch.setattr(evaluations, "evaluate", evaluate)
    assert tasks.reevaluate_rulebook() == 1


def test_the_clock_is_read_for_each_transaction(adam, carl, new_rules, now, monkeypatch):
    monkeypatch.setattr(tasks, "TOGETHER", 1)
    new_rules()
    seconds = iter(range(100))
    monkeypatch.setattr("tracking.clock.now", lambda: now + timedelta(seconds=next(seconds)))
    tasks.reevaluate_rulebook()
    with acting_as(Actor.system("test")):
        instants = set(Standing.objects.values_list("evaluated_at", flat=True))
    assert len(instants) == 2


def test_men_are_looked_at_together_in_a_number_of_statements_that_does_not_grow(adam, carl, new_rules):
    new_rules()
    with CaptureQueriesContext(connection) as for_two:
        assert tasks.reevaluate_rulebook() == 2
    new_rules("2027.2+newer")
    with acting_as(Actor.system("test")):
        Standing.objects.filter(patient=carl).update(rulebook_version="2027.2+newer")
    with CaptureQueriesContext(connection) as for_one:
        assert tasks.reevaluate_rulebook() == 1
    assert len(for_two) <= len(for_one) + 1


def test_who_is_being_written_to_is_looked_at_in_the_end(committed_men, new_rules):
    new = new_rules()
    first, *_ = committed_men
    passed_over, released = threading.Event(), threading.Event()

    def write():
        with acting_as(Actor.system("test")):
            lock_patient(first.pk)
            passed_over.set()
            released.wait(timeout=20)
        connection.close()

    writer = threading.Thread(target=write)
    writer.start()
    passed_over.wait(timeout=20)
    looked_at = tasks.looked_at_again(evaluations.by_another_rulebook, by=Actor.system("test"))
    assert [next(looked_at), next(looked_at)] == [True, True]
    assert versions(*committed_men) == [load_rulebook().version, new, new]
    released.set()
    assert list(looked_at) == [True]
    writer.join(timeout=20)
    assert versions(*committed_men) == [new, new, new]


def test_it_is_scheduled(settings):
    assert "tracking.tasks.reevaluate_rulebook" in {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}


def test_two_workers_at_once_make_one_evaluation_each_man(committed_men, new_rules):
    new = new_rules()
    at_once, failed = threading.Barrier(2), []

    def work():
        try:
            at_once.wait(timeout=20)
            tasks.reevaluate_rulebook()
        except Exception as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert failed == []
    with acting_as(Actor.system("test")):
        assert Evaluation.objects.filter(rulebook_version=new).count() == len(committed_men)
        assert set(Standing.objects.values_list("rulebook_version", flat=True)) == {new}


def test_what_nobody_decided_on_is_closed_once_however_often_the_job_runs(adam, in_care, now, monkeypatch):
    himself = Actor.user(adam.user_id)
    asked = titration.request(patient=adam, by=himself, now=now, words="Less, please.").row
    assert tasks.expire_proposals() == 0
    monkeypatch.setattr("tracking.clock.now", lambda: asked.expires_at)
    assert [tasks.expire_proposals() for _ in range(3)] == [1, 0, 0]
    with acting_as(himself):
        row = Proposal.objects.get()
        steps = list(row.events.order_by("pk").values_list("what", "by"))
    assert (row.state, row.decided_at, row.decided_by) == ("expired", asked.expires_at, "system:time-passes")
    assert steps == [("requested", str(himself)), ("expired", "system:time-passes")]
