"""The rules of each version are kept once, and old evaluations are read with those that made them."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from tests.conftest import NOW
from tracking.domain.actor import Actor
from tracking.domain.explain import explain
from tracking.evidence import load_rulebook
from tracking.models import Evaluation, RulebookVersion
from tracking.services import evaluations, labs, rulebooks
from tracking.services.access import acting_as

LAB = {"analyte": "estradiol", "unit": "pg/mL", "collected_at": "2026-10-20T08:10:00+02:00"}


def _evaluated(man, value="12.0"):
    return labs.record(patient=man, by=Actor.user(man.user_id), now=NOW, value=value, **LAB).current


def another_rulebook(name="2027.1+another"):
    """The same rules, one of them reworded."""
    book = load_rulebook()
    assay = replace(book.estradiol.assay, reason="Reworded later.")
    return replace(book, version=name, digest=name, rules={**book.rules, assay.id: assay})


def test_the_first_evaluation_by_a_version_stores_it_and_the_next_one_does_not(adam):
    for value in ("12.0", "24.0"):
        _evaluated(adam, value)
    (row,) = RulebookVersion.objects.all()
    book = load_rulebook()
    assert (row.version, row.digest, row.label) == (book.version, book.digest, book.label)
    assert set(row.content["rules"]) == set(book.rules)


def test_an_evaluation_holds_ids_and_reads_back_with_the_texts(adam):
    row = _evaluated(adam)
    assert set(row.grounds.content["rules"]) >= {"estradiol.other", "estradiol.assay"}
    whole = rulebooks.basis_of(row)
    (floor,) = (rule for rule in whole["rules"] if rule["id"] == "estradiol.other")
    assert floor["reason"] == load_rulebook().estradiol.other.reason
    assert any("Amin" in source for source in floor["sources"])
    assert whole["standing"]


def test_an_old_evaluation_reads_back_word_for_word_after_the_rules_have_changed(adam, monkeypatch, as_system):
    first = _evaluated(adam)
    before = explain(rulebooks.basis_of(first), rulebooks.words_of(first))
    monkeypatch.setattr(evaluations, "load_rulebook", another_rulebook)
    monkeypatch.setattr(rulebooks, "load_rulebook", another_rulebook)
    second = evaluations.reevaluate(adam.pk, by=Actor.system("test"), now=NOW)
    assert second.rulebook_version == "2027.1+another"
    with as_system():
        stored = Evaluation.objects.select_related("placed", "grounds").get(pk=first.pk)
    assert explain(rulebooks.basis_of(stored), rulebooks.words_of(stored)) == before
    reasons = {rule["id"]: rule["reason"] for rule in rulebooks.basis_of(second)["rules"]}
    assert reasons["estradiol.assay"] == "Reworded later."


def test_an_evaluation_from_before_rulebooks_were_stored_still_reads(adam):
    whole = rulebooks.basis_of(_evaluated(adam))
    del whole["for_man"]
    old = Evaluation(patient=adam, basis=whole, rulebook_version="2025.9+never stored")
    assert rulebooks.basis_of(old) == whole
    assert explain(rulebooks.basis_of(old), rulebooks.words_of(old))


def test_a_sentence_that_a_rulebook_did_not_have_yet_is_taken_from_the_present_one(adam, monkeypatch):
    row = _evaluated(adam)
    content = {"words": {"explain": {"tier": "It was {tier}."}}}
    monkeypatch.setattr(rulebooks, "_content", lambda version: content)
    words = rulebooks.words_of(row)
    assert words["explain"]["tier"] == "It was {tier}."
    assert words["explain"]["span"] == load_rulebook().words.explain["span"]
    assert words["bone"] == dict(load_rulebook().words.bone)


def test_the_database_refuses_an_evaluation_whose_rulebook_is_not_stored(adam, as_system):
    row = _evaluated(adam)
    with pytest.raises(IntegrityError, match="evaluation_rulebook_is_stored"), as_system():
        Evaluation.objects.create(
            patient=adam,
            as_of=NOW,
            rulebook_version="nobody's",
            word=row.word,
            state=row.state,
            basis={},
            input_digest="",
            outcome_digest="",
        )


@pytest.mark.parametrize("change", ["UPDATE tracking_rulebookversion SET label = 'x'", "DELETE FROM tracking_rulebookversion"])
def test_what_was_stored_stays_as_it_was(adam, change):
    _evaluated(adam)
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)


def test_two_processes_that_store_one_version_at_once_both_succeed(committed, monkeypatch):
    book = another_rulebook("2027.2+at once")
    monkeypatch.setattr(rulebooks, "_stored", set())
    at_once, failed = threading.Barrier(2), []

    def store():
        try:
            with acting_as(Actor.system("test")):
                at_once.wait(timeout=20)
                rulebooks.remember(book, now=NOW)
        except Exception as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=store) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert failed == []
    assert RulebookVersion.objects.filter(version=book.version).count() == 1
    assert book.version in rulebooks._stored
