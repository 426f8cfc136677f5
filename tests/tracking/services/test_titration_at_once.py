"""Each step in a transaction of its own, on connections of its own, as in life."""

from __future__ import annotations

import threading

import pytest
from django.db import connections

from tests.accounts import make_man
from tests.conftest import NOW
from tests.tracking.services.titrating import REVIEW, TODAY, confirmed, drawn, ledger, prescribed, proposed, standing
from tracking.domain.actor import Actor
from tracking.domain.history import Origin
from tracking.domain.problems import Problem
from tracking.models import Regimen
from tracking.services import clinics, consent, evaluations, pauses, regimens, titration
from tracking.services.access import acting_as, lock_patient

SYSTEM = Actor.system("test")


@pytest.fixture
def doctors(committed):
    """Dr. Bell and Dr. Else of one clinic."""
    clinic = clinics.set_up(name="Invented Clinic")
    named = {"bell@example.org": "Dr. Bell", "else@example.org": "Dr. Else"}
    members = [clinics.add_prescriber(clinic=clinic, email=email, name=name, password="x") for email, name in named.items()]
    return clinic, [Actor.user(member.user_id) for member in members]


@pytest.fixture
def low(doctors):
    """Adam, below the floor on an AI, in the clinic's care."""
    clinic, (bell, _) = doctors
    adam = make_man(now=NOW)
    consent.grant(patient=adam, clinic_uid=clinic.uid, by=Actor.user(adam.user_id), now=NOW)
    prescribed(adam, bell, "anastrozole", "0.5", ago=100)
    drawn(adam, bell, "13.1", ago=5)
    return adam


def at_once(*calls):
    """Run them together, each on a connection of its own, all waiting for the man's lock; what came of each, in their order."""
    outcomes: dict[int, object] = {}

    def run(number, call):
        try:
            outcomes[number] = call()
        except Exception as refused:
            outcomes[number] = refused
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return [outcomes[number] for number in range(len(calls))]


def test_of_two_prescribers_at_once_one_wins_and_the_other_is_told_by_whom(low, doctors):
    _, (bell, dr_else) = doctors
    told = proposed(low, bell)
    outcomes = at_once(lambda: confirmed(low, told, bell), lambda: confirmed(low, told, dr_else))
    (lost,) = [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    (won,) = [outcome for outcome in outcomes if not isinstance(outcome, Exception)]
    assert isinstance(lost, Problem)
    assert (lost.kind, lost.issues[0].code) == ("conflict", "proposal-decided")
    with acting_as(SYSTEM):
        assert lost.issues[0].detail.startswith(f"{won.row.decided_as.user.name} has confirmed it already")
        doses = list(Regimen.objects.live().filter(patient=low).order_by("pk").values_list("dose_digits", "ends_on"))
    assert doses == [("0.5", TODAY), ("0.25", None)]
    assert ledger(low, SYSTEM) == [("confirmed", ["proposed", "confirmed"])]


def test_of_a_confirmation_and_a_refusal_at_once_one_stands(low, doctors):
    _, (bell, dr_else) = doctors
    told = proposed(low, bell)
    outcomes = at_once(
        lambda: confirmed(low, told, bell),
        lambda: titration.decline(patient=low, uid=told.row.uid, by=dr_else, now=NOW, reason="not yet"),
    )
    assert sum(isinstance(outcome, Problem) for outcome in outcomes) == 1
    ((state, steps),) = ledger(low, SYSTEM)
    assert steps == ["proposed", state]
    assert (standing(low, "anastrozole", bell).dose_digits == "0.25") == (state == "confirmed")


def test_of_two_proposals_for_one_drug_at_once_one_is_stored(low, doctors):
    _, (bell, dr_else) = doctors
    regimen = str(standing(low, "anastrozole", bell).uid)
    outcomes = at_once(lambda: proposed(low, bell, regimen=regimen), lambda: proposed(low, dr_else, regimen=regimen))
    (lost,) = [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert isinstance(lost, Problem)
    assert lost.issues[0].code == "proposal-open"


def test_a_confirmation_waits_for_a_result_that_comes_in_and_is_told_of_it(low, doctors):
    """The draw is written while the prescriber confirms: he learns of it, and nothing changes behind it."""
    _, (bell, _) = doctors
    told = proposed(low, bell)
    outcome: list[object] = []

    def confirm():
        outcome.extend(at_once(lambda: confirmed(low, told, bell)))

    thread = threading.Thread(target=confirm)
    with acting_as(SYSTEM):
        lock_patient(low)
        thread.start()
        drawn(low, SYSTEM, "28.0", ago=1)
    thread.join(timeout=60)
    (refused,) = outcome
    assert isinstance(refused, Problem)
    assert refused.issues[0].code == "evaluation-changed"
    assert "28.0 pg/mL" in refused.issues[0].detail
    assert standing(low, "anastrozole", bell).dose_digits == "0.5"


def test_another_version_of_the_regimen_than_it_was_made_against_is_a_conflict_that_says_so(low, doctors):
    _, (bell, _) = doctors
    told = proposed(low, bell)
    key = standing(low, "anastrozole", bell).client_id
    changed = {"from_date": TODAY, "dose_mg": "0.4", "reason": "another prescriber"}
    regimens.change(patient=low, key=key, by=bell, now=NOW, origin=Origin.PRESCRIBED, **changed)
    seen = evaluations.reevaluate(low.pk, by=bell, now=NOW)
    with pytest.raises(Problem, match=f"0.5 mg every 3.5 days.* changed and ends on {TODAY}") as refused:
        confirmed(low, told, bell, evaluation=seen.uid)
    assert (refused.value.kind, refused.value.issues[0].code) == ("conflict", "regimen-changed")
    with pytest.raises(Problem, match="regimen") as refused:
        titration.preview(patient=low, uid=told.row.uid, by=bell, now=NOW)
    assert refused.value.issues[0].code == "regimen-changed"


def test_a_pause_or_its_end_since_the_proposal_is_a_regimen_that_changed(low, doctors):
    _, (bell, _) = doctors
    key, said = standing(low, "anastrozole", bell).client_id, {"by": bell, "now": NOW, "origin": Origin.PRESCRIBED}
    for write in (
        lambda: pauses.pause(patient=low, key=key, from_date=TODAY, **said),
        lambda: pauses.resume(patient=low, key=key, on=TODAY, **said),
    ):
        told = proposed(low, bell)
        write()
        with pytest.raises(Problem, match="since then that regimen was paused or resumed") as refused:
            titration.preview(patient=low, uid=told.row.uid, by=bell, now=NOW)
        assert (refused.value.kind, refused.value.issues[0].code) == ("conflict", "regimen-changed")
        titration.withdraw(patient=low, uid=told.row.uid, by=bell, now=NOW)


def test_a_regimen_that_was_corrected_or_taken_back_is_another_one(low, doctors):
    _, (bell, _) = doctors
    told = proposed(low, bell)
    row = standing(low, "anastrozole", bell)
    stated = {
        "drug": "anastrozole",
        "dose_mg": "0.5",
        "schedule": row.schedule,
        "starts_on": row.starts_on,
        "review_on": REVIEW,
    }
    fixed = regimens.correct(
        patient=low, key=row.client_id, by=bell, now=NOW, origin=Origin.PRESCRIBED, **stated, reason="typed anew"
    )
    seen = evaluations.reevaluate(low.pk, by=bell, now=NOW)
    with pytest.raises(Problem, match="was corrected"):
        confirmed(low, told, bell, evaluation=seen.uid)
    titration.withdraw(patient=low, uid=told.row.uid, by=bell, now=NOW)
    anew = proposed(low, bell)
    regimens.withdraw(patient=low, key=fixed.client_id, by=bell, now=NOW, origin=Origin.PRESCRIBED, reason="never taken")
    seen = evaluations.reevaluate(low.pk, by=bell, now=NOW)
    with pytest.raises(Problem, match="was taken back"):
        confirmed(low, anew, bell, evaluation=seen.uid)
