"""A check-in: five items a day of his, each once, and the last word counts."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from tracking.domain.actor import Actor
from tracking.domain.problems import Problem
from tracking.evidence import load_rulebook
from tracking.models import Symptom, Tombstone
from tracking.services import accounts, checkin, evaluations, rulebooks
from tracking.services.access import acting_as

ITEMS = sorted(load_rulebook().checkin.form.items)
MORNING, EVENING = "2026-11-01T08:00:00+01:00", "2026-11-01T21:00:00+01:00"


@pytest.fixture
def himself(adam):
    return Actor.user(adam.user_id)


@pytest.fixture
def feel(adam, himself, now):
    def record(code: str = "fatigue", score: int = 5, felt_at: str = MORNING, **more: Any) -> tuple[Symptom, bool]:
        return checkin.record(**({"patient": adam, "by": himself, "now": now} | more), code=code, score=score, felt_at=felt_at)

    return record


@pytest.fixture
def standing(himself):
    def rows() -> list[tuple[str, int, date]]:
        with acting_as(himself):
            return [(row.code, row.score, row.felt_on) for row in Symptom.objects.live().order_by("felt_on", "place")]

    return rows


def codes_of(adam, by):
    with acting_as(by):
        return {finding["code"] for finding in rulebooks.basis_of(evaluations.of(adam))["findings"]}


def test_what_is_said_later_of_the_same_day_takes_its_place_and_the_former_is_kept(feel, standing, himself):
    first, _ = feel(score=5, client_id="a")
    later, is_new = feel(score=2, felt_at=EVENING, client_id="b")
    assert is_new
    assert standing() == [("fatigue", 2, date(2026, 11, 1))]
    with acting_as(himself):
        assert later.supersedes_id == first.pk
        # The phone is told to drop the row that it had under its own id.
        assert list(Tombstone.objects.values_list("table", "client_id")) == [("symptoms", "a")]
        assert Symptom.objects.count() == 2


def test_without_an_id_of_its_own_it_keeps_that_of_the_former(feel, standing, himself):
    feel(score=5, client_id="a")
    later, _ = feel(score=2)
    assert later.client_id == "a"
    with acting_as(himself):
        assert not Tombstone.objects.exists()
    again, is_new = feel(score=2)
    assert (again.pk, is_new) == (later.pk, False)


def test_a_repeat_after_a_lost_answer_stays_one_even_where_a_later_word_stands(feel, standing):
    feel(score=5, client_id="a")
    feel(score=2, client_id="b")
    repeated, is_new = feel(score=5, client_id="a")
    assert (repeated.score, is_new) == (5, False)
    assert [score for _, score, _ in standing()] == [2]
    with pytest.raises(Problem) as refused:
        feel(score=9, client_id="a")
    assert (refused.value.kind, refused.value.issues[0].code) == ("conflict", "client-id-taken")


def test_a_day_has_five_items_and_no_sixth(feel, standing):
    for code in ITEMS[:5]:
        feel(code=code)
    with pytest.raises(Problem) as refused:
        feel(code=ITEMS[5])
    assert [(issue.pointer, issue.code) for issue in refused.value.issues] == [("/code", "check-in-full")]
    assert all(code in refused.value.issues[0].detail for code in ITEMS[:5])
    feel(code=ITEMS[0], score=9)
    feel(code=ITEMS[5], felt_at="2026-11-02T00:00:00+01:00")
    assert len(standing()) == 6


def test_a_withdrawn_item_makes_room(feel, standing, adam, himself, now):
    for code in ITEMS[:5]:
        feel(code=code, client_id=f"s-{code}")
    checkin.withdraw(patient=adam, key=f"s-{ITEMS[2]}", by=himself, now=now, reason="not that day")
    feel(code=ITEMS[5])
    assert len(standing()) == 5


def test_the_hour_that_is_lived_twice_is_one_day_and_the_later_word_counts(feel, standing):
    feel(score=3, felt_at="2026-10-25T02:30:00+02:00")
    feel(score=4, felt_at="2026-10-25T02:30:00+01:00")
    assert standing() == [("fatigue", 4, date(2026, 10, 25))]


def test_a_day_of_two_zones_is_one_day_with_five_items(feel, standing):
    for code in ITEMS[:3]:
        feel(code=code, felt_at="2026-10-31T09:00:00+01:00", zone="Europe/Berlin")
    for code in ITEMS[3:5]:
        feel(code=code, felt_at="2026-10-31T22:00:00-07:00", zone="America/Phoenix")
    with pytest.raises(Problem, match="2026-10-31 has 5 items"):
        feel(code=ITEMS[5], felt_at="2026-10-31T23:00:00-07:00", zone="America/Phoenix")
    assert {day for _, _, day in standing()} == {date(2026, 10, 31)}


def test_a_man_who_moves_keeps_the_days_that_he_lived(feel, standing, adam, himself, now):
    feel(code="fatigue", felt_at="2026-11-01T23:30:00+01:00")
    accounts.edit_profile(patient=adam, by=himself, now=now, zone="Pacific/Kiritimati")
    # In the new zone that instant is another day; the day as it was lived stands.
    feel(code="fatigue", felt_at="2026-11-02T12:00:00+14:00", score=1)
    assert standing() == [("fatigue", 5, date(2026, 11, 1)), ("fatigue", 1, date(2026, 11, 2))]


def test_several_at_once_are_all_stored_or_none_and_each_refusal_is_named(adam, himself, now, standing):
    items = [{"code": code, "score": 5, "felt_at": MORNING} for code in ITEMS[:3]]
    assert len(checkin.record_many(patient=adam, by=himself, now=now, items=items)) == 3
    wrong = [
        *({"code": code, "score": 4, "felt_at": MORNING} for code in ITEMS[3:6]),
        {"code": "x", "score": 11, "felt_at": ""},
    ]
    with pytest.raises(Problem) as refused:
        checkin.record_many(patient=adam, by=himself, now=now, items=wrong)
    assert [(issue.pointer, issue.code) for issue in refused.value.issues] == [
        ("/2/code", "check-in-full"),
        ("/3/code", "symptom-unknown"),
        ("/3/felt_at", "datetime-unreadable"),
    ]
    assert len(standing()) == 3


def test_a_correction_keeps_the_place_and_cannot_become_an_item_that_is_there(feel, standing, adam, himself, now):
    feel(code="fatigue", client_id="a")
    feel(code="low_mood", client_id="b")
    correct = {"patient": adam, "by": himself, "now": now}
    checkin.correct(key="a", code="joint_pain", score=7, felt_at=MORNING, **correct)
    assert standing() == [("joint_pain", 7, date(2026, 11, 1)), ("low_mood", 5, date(2026, 11, 1))]
    with pytest.raises(Problem) as refused:
        checkin.correct(key="a", code="low_mood", score=7, felt_at=MORNING, **correct)
    assert refused.value.issues[0].code == "symptom-twice"
    checkin.correct(key="b", code="low_mood", score=5, felt_at="2026-10-30", **correct)
    assert standing()[0] == ("low_mood", 5, date(2026, 10, 30))


def test_low_symptoms_without_an_estradiol_ask_for_a_lab_and_never_for_a_dose(feel, adam, himself):
    feel(code="joint_pain", score=6)
    assert codes_of(adam, himself) == {"low_e2_symptoms_unmeasured"}
    with acting_as(himself):
        (finding,) = rulebooks.basis_of(evaluations.of(adam))["findings"]
        assert evaluations.of(adam).word == "no_current_data"
    assert "estradiol" in finding["prescriber"]
    assert not any(word in finding["prescriber"].lower() for word in ("dose", "raise", "start"))
    feel(code="joint_pain", score=1, felt_at=EVENING)
    assert codes_of(adam, himself) == set()


def test_staff_withdraw_what_he_said_and_he_not_what_staff_said(adam, himself, now, in_care, dr_bell):
    bell = Actor.user(dr_bell.pk)
    sent = {"code": "fatigue", "score": 5, "felt_at": MORNING}
    checkin.record(patient=adam, by=bell, now=now, client_id="theirs", **sent)
    with pytest.raises(Problem) as refused:
        checkin.withdraw(patient=adam, key="theirs", by=himself, now=now, reason="")
    assert refused.value.kind == "forbidden"
    checkin.record(patient=adam, by=himself, now=now, client_id="his", **(sent | {"felt_at": "2026-10-30"}))
    checkin.withdraw(patient=adam, key="his", by=bell, now=now, reason="typed twice", staff=True)


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"score": 11}, ("/score", "score-out-of-range")),
        ({"code": "hunger"}, ("/code", "symptom-unknown")),
        ({"felt_at": "2026-11-01T08:00:00"}, ("/felt_at", "datetime-naive")),
        ({"felt_at": "2026-10"}, ("/felt_at", "day-not-known")),
        ({"felt_at": "2026-11-03"}, ("/felt_at", "in-the-future")),
        ({"zone": "Mars/Olympus"}, ("/zone", "zone-unknown")),
    ],
)
def test_what_cannot_be_accepted_is_named(feel, standing, changed, refusal):
    with pytest.raises(Problem) as refused:
        feel(**changed)
    assert [(issue.pointer, issue.code) for issue in refused.value.issues] == [refusal]
    assert standing() == []


def test_an_evaluation_is_made_anew_only_where_something_is_said(feel, adam, himself, now):
    feel()
    with acting_as(himself):
        before = evaluations.of(adam).pk
    feel()
    with acting_as(himself):
        assert evaluations.of(adam).pk == before
    assert evaluations.reevaluate(adam.pk, by=Actor.system("test"), now=now + timedelta(hours=1)).pk == before
