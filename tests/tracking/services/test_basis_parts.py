"""What evaluations say alike is stored once for all of them, and each reads back as it was concluded."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.accounts import make_man as a_man
from tests.conftest import NOW
from tests.tracking.services.test_rulebooks import another_rulebook
from tracking.domain.actor import Actor
from tracking.domain.citing import content_of, with_rules
from tracking.domain.evaluate import evaluate
from tracking.domain.explain import explain
from tracking.evidence import load_rulebook
from tracking.models import BasisPart, Evaluation, LabResult, Patient
from tracking.services import doses, evaluations, labs, rulebooks
from tracking.services.access import acting_as, lock_patients
from tracking.services.history import histories_of, history_of

SYSTEM = Actor.system("test")
RULEBOOK = load_rulebook()
LAB = {"analyte": "estradiol", "unit": "pg/mL"}
STATED = LAB | {
    "at": NOW - timedelta(days=3),
    "precision": "minute",
    "zone": "Europe/Berlin",
    "recorded_at": NOW,
    "recorded_by": str(SYSTEM),
}


def result(man: Patient, value: str = "12.0", *, days: int = 30, **more: Any) -> labs.Recorded:
    at = (NOW - timedelta(days=days)).isoformat()
    return labs.record(patient=man, by=Actor.user(man.user_id), now=NOW, value=value, collected_at=at, **LAB, **more)


def dose(man: Patient, *, hours: int) -> None:
    at = (NOW - timedelta(hours=hours)).isoformat()
    doses.log(patient=man, by=Actor.user(man.user_id), now=NOW, drug="anastrozole", kind="taken", amount="0.5 mg", taken_at=at)


def correct(man: Patient, key: str, value: str) -> Evaluation:
    at = (NOW - timedelta(days=30)).isoformat()
    corrected = labs.correct(patient=man, key=key, by=Actor.user(man.user_id), now=NOW, value=value, collected_at=at, **LAB)
    return corrected.current


def stored(man: Patient) -> list[Evaluation]:
    with acting_as(SYSTEM):
        return list(Evaluation.objects.filter(patient=man).select_related("placed", "grounds").order_by("pk"))


def sent_about_parts(captured: CaptureQueriesContext) -> list[str]:
    return [query["sql"] for query in captured if "basispart" in query["sql"]]


def test_a_dose_more_makes_an_evaluation_and_no_part_and_sends_no_statement_for_one(adam: Patient) -> None:
    result(adam)
    dose(adam, hours=60)
    with CaptureQueriesContext(connection) as captured:
        dose(adam, hours=30)
    assert sent_about_parts(captured) == []
    first, *_, before, last = stored(adam)
    assert rulebooks.basis_of(first)["results"] == {}, "he had none when his record was opened"
    assert before.pk != last.pk
    assert (before.placed_id, before.grounds_id) == (last.placed_id, last.grounds_id)
    assert rulebooks.basis_of(before)["results"] == rulebooks.basis_of(last)["results"] != {}
    assert rulebooks.basis_of(before)["context"] != rulebooks.basis_of(last)["context"]


def test_a_corrected_result_makes_other_places_and_what_comes_back_is_there_already(adam: Patient) -> None:
    at_first = result(adam, client_id="e").current
    corrected = correct(adam, "e", "13.0")
    other = result(adam, "30", days=10, client_id="f").current
    again = labs.withdraw(patient=adam, key="f", by=Actor.user(adam.user_id), now=NOW, reason="of another man")
    assert len({at_first.placed_id, corrected.placed_id, other.placed_id}) == 3
    assert again.placed_id == corrected.placed_id
    assert again.pk not in (corrected.pk, other.pk)
    with acting_as(SYSTEM):
        stand = {row.placed_id for row in Evaluation.objects.filter(patient=adam)}
        assert len(stand) == 4, "the first was of no result"
        assert BasisPart.objects.filter(patient=adam, content__has_key="results").count() == len(stand)


def test_other_rules_that_place_alike_share_the_row_and_both_read_back(adam: Patient, monkeypatch: Any) -> None:
    first = result(adam).current
    before = explain(rulebooks.basis_of(first), rulebooks.words_of(first))
    for where in (evaluations, rulebooks):
        monkeypatch.setattr(where, "load_rulebook", another_rulebook)
    second = evaluations.reevaluate(adam.pk, by=SYSTEM, now=NOW)
    assert (second.rulebook_version, second.placed_id) == ("2027.1+another", first.placed_id)
    (read,) = [row for row in stored(adam) if row.pk == first.pk]
    assert explain(rulebooks.basis_of(read), rulebooks.words_of(read)) == before


acts = st.lists(st.sampled_from(["dose", "result", "correct", "day"]), min_size=2, max_size=5)


@given(acts)
@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_he_does_each_evaluation_reads_back_as_it_was_concluded(make_man: Any, did: list[str]) -> None:
    man, now, concluded = make_man(email=f"{uuid4()}@example.org"), NOW, {}
    result(man, client_id="e")
    for number, act in enumerate(did):
        match act:
            case "dose":
                dose(man, hours=100 - 7 * number)
            case "result":
                result(man, f"{20 + number}.5", days=10 + number)
            case "correct":
                correct(man, "e", f"{12 + number}.0")
            case _:
                now += timedelta(days=200)
                evaluations.reevaluate(man.pk, by=SYSTEM, now=now)
        with acting_as(SYSTEM):
            latest = evaluations.of(man)
            assert latest is not None
            said = evaluate(history_of(man), RULEBOOK, latest.as_of).as_dict()
        concluded[latest.pk] = with_rules(said, content_of(RULEBOOK))
    rows = stored(man)
    read = {row.pk: rulebooks.basis_of(row) for row in rows}
    assert {pk: read[pk] for pk in concluded} == concluded
    distinct = {str((row["results"], row["series"]["segments"])) for row in read.values()}
    assert len({row.placed_id for row in rows}) == len(distinct)


def test_many_men_take_as_many_statements_as_one(make_man: Any) -> None:
    counts = []
    for count in (1, 4):
        men = [make_man(email=f"{uuid4()}@example.org") for _ in range(count)]
        with acting_as(SYSTEM):
            lock_patients([man.pk for man in men])
            for man in men:
                LabResult.objects.create(patient=man, digits="12.0", **STATED)
            with CaptureQueriesContext(connection) as captured:
                said = evaluations.refresh_many(men, now=NOW)
            assert [row.placed is not None for row in said.values()] == [True] * count
            histories = histories_of(men)
            for man in men:
                whole = evaluate(histories[man.pk], RULEBOOK, NOW).as_dict()
                assert rulebooks.basis_of(said[man.pk])["results"] == whole["results"]
        counts.append((len(sent_about_parts(captured)), len(captured)))
    assert counts[0] == counts[1]
    assert counts[0][0] == 1


def test_two_results_at_once_are_both_placed(committed: Any) -> None:
    man, at_once, failed = a_man(now=NOW), threading.Barrier(2), []

    def record(value: str, days: int) -> None:
        try:
            at_once.wait(timeout=20)
            result(man, value, days=days)
        except Exception as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=record, args=said) for said in (("12.0", 30), ("26.0", 20))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert failed == []
    assert [len(rulebooks.basis_of(row)["results"]) for row in stored(man)] == [0, 1, 2]


def test_the_database_refuses_a_part_of_another_man_and_of_nobody(adam: Patient, carl: Patient) -> None:
    row, his = result(adam).current, result(carl).current.placed_id
    said = {"patient": adam, "as_of": NOW, "rulebook_version": row.rulebook_version, "word": "w", "state": "s", "basis": {}}
    for pointing, refusal in (("placed_id", "evaluation_places_his_own"), ("grounds_id", "evaluation_rests_on_his_own")):
        for part in (his, adam.uid):
            with pytest.raises(IntegrityError, match=refusal), acting_as(SYSTEM):
                Evaluation.objects.create(**said, **{pointing: part})


def test_a_stranger_finds_none_and_nobody_changes_one(adam: Patient, carl: Patient) -> None:
    result(adam)
    with acting_as(Actor.user(carl.user_id)):
        assert not BasisPart.objects.filter(patient=adam).exists()
    for change in ("UPDATE tracking_basispart SET content = '{}'", "DELETE FROM tracking_basispart"):
        with (
            pytest.raises(DatabaseError, match="permission denied"),
            acting_as(SYSTEM),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(change)
