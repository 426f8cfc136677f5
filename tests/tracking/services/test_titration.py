"""The titration loop: a prescriber confirms what was proposed, on what he looked at, and the ledger keeps it."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from tests.conftest import NOW, PASSWORD
from tests.tracking.services.titrating import (
    REVIEW,
    TODAY,
    WEEKLY,
    bell,
    confirmed,
    drawn,
    himself,
    ledger,
    low,
    prescribed,
    proposed,
    refused,
    standing,
)
from tracking.domain.actor import Actor
from tracking.domain.categories import SHAREABLE
from tracking.domain.history import Origin
from tracking.domain.problems import Problem
from tracking.models import DueItem, Prescriber, Proposal, User
from tracking.services import consent, episodes, evaluations, regimens, titration
from tracking.services.access import acting_as
from tracking.services.ledger import comparisons

__all__ = ["bell", "himself", "low"]  # fixtures of their own module

SYSTEM = Actor.system("test")


def test_a_confirmed_proposal_is_the_next_version_of_the_regimen_with_everything_on_the_ledger(low, bell):
    before = standing(low, "anastrozole", bell)
    told = proposed(low, bell)
    assert (told.row.state, told.row.kind, told.row.drug) == ("proposed", "dose", "anastrozole")
    assert (told.row.before_text, told.row.after_text) == ("0.5 mg every 3.5 days", "0.25 mg every 3.5 days")
    assert (told.row.before_weekly, told.row.after_weekly) == ("1 mg", "0.5 mg")
    assert standing(low, "anastrozole", bell).dose_digits == "0.5"

    done = confirmed(low, told, bell).row
    after = standing(low, "anastrozole", bell)
    assert (after.dose_digits, after.starts_on, after.reason) == ("0.25", TODAY, "low on two draws")
    assert (after.previous_id, done.regimen_before_id, done.regimen_after_id) == (before.pk, before.pk, after.pk)
    assert (done.state, done.decided_by, done.decided_as.user.name) == ("confirmed", str(bell), "Dr. Bell")
    assert (done.decision_reason, done.proposal_reason) == ("low on two draws", "below the floor")
    assert done.evaluation_seen_id == done.evaluation_id == told.evaluation.pk
    assert (done.typed_weekly, done.raised_while, done.raising_reason) == ("0.5", "", "")
    assert ledger(low, bell) == [("confirmed", ["proposed", "confirmed"])]
    with acting_as(bell):
        assert done.evaluation.word == "below"
        assert evaluations.of(low).state == "superseded_by_change"


def test_the_recheck_that_a_preview_names_is_the_one_that_the_confirmation_plans(low, bell):
    told = proposed(low, bell)
    (promised,) = told.outlook.rechecks
    assert (promised.due_on, promised.earliest_on) == (TODAY + timedelta(days=42), TODAY + timedelta(days=14))
    (shown,) = titration.preview(patient=low, uid=told.row.uid, by=bell, now=NOW).outlook.rechecks
    (planned,) = confirmed(low, told, bell).outlook.rechecks
    assert (shown.due_on, planned.due_on) == (promised.due_on, promised.due_on)
    with acting_as(bell):
        stored = DueItem.objects.get(patient=low, kind="lab_e2_t", state="open")
    assert (stored.anchor, stored.due_on) == (planned.anchor, planned.due_on)


def test_a_start_a_stop_and_another_product_are_confirmed_alike(low, bell):
    stop = proposed(low, bell, ask="stop", plan=None)
    assert (stop.row.kind, stop.row.after_text, stop.row.after_weekly) == ("stop", "stopped", "0 mg")
    confirmed(low, stop, bell, typed_weekly="0")
    assert standing(low, "anastrozole", bell).ends_on == TODAY

    plan = {"drug": "letrozole", "dose_mg": "0.5", "schedule": WEEKLY, "review_on": REVIEW}
    start = proposed(low, bell, ask="start", plan=plan)
    assert (start.row.kind, start.row.before_text, start.row.before_weekly) == ("start", "", "")
    done = confirmed(low, start, bell, raising_reason="he asked, and knows")
    assert done.row.raised_while == "low blind"
    plan = {"drug": "anastrozole", "dose_mg": "0.25", "schedule": WEEKLY, "review_on": REVIEW}
    regimen = str(standing(low, "letrozole", bell).uid)
    product = proposed(low, bell, ask="product", regimen=regimen, plan=plan)
    done = confirmed(low, product, bell, typed_weekly="0.25", raising_reason="less potent")
    assert (done.row.kind, done.row.drug, done.row.regimen_before.drug) == ("product", "anastrozole", "letrozole")
    assert standing(low, "letrozole", bell).ends_on == TODAY


def test_the_weekly_amount_is_typed_and_a_slip_is_refused(low, bell):
    told = proposed(low, bell)
    for typed in (None, "5", "0.05", "<0.5", "half", 0.5):
        ((pointer, _),) = refused(lambda typed=typed: confirmed(low, told, bell, typed_weekly=typed))
        assert pointer == "/typed_weekly", typed
    assert standing(low, "anastrozole", bell).dose_digits == "0.5"
    assert ledger(low, bell) == [("proposed", ["proposed"])]


def test_an_amount_that_no_decimal_holds_is_typed_as_it_is_shown(low, bell):
    told = proposed(low, bell, plan={"dose_mg": "0.25", "schedule": {"kind": "every", "days": "3"}})
    assert told.row.after_weekly == "0.583 mg"
    confirmed(low, told, bell, typed_weekly="0.583")


def test_as_needed_has_no_weekly_amount_to_type(low, bell):
    told = proposed(low, bell, plan={"dose_mg": "0.25", "schedule": {"kind": "as_needed"}})
    assert refused(lambda: confirmed(low, told, bell)) == [
        ("/typed_weekly", "weekly-not-known"),
        ("/raising_reason", "raising-reason-missing"),
    ]
    confirmed(low, told, bell, typed_weekly=None, raising_reason="as needed means seldom")


def test_raising_an_ai_while_low_asks_for_a_typed_reason(low, bell):
    told = proposed(low, bell, plan={"dose_mg": "0.75"})
    assert [warned.code for warned in told.outlook.warnings if warned.needs_reason] == ["raised_low"]
    assert refused(lambda: confirmed(low, told, bell, typed_weekly="1.5", raising_reason=" ")) == [
        ("/raising_reason", "raising-reason-missing")
    ]
    done = confirmed(low, told, bell, typed_weekly="1.5", raising_reason="the draw was mislabelled").row
    assert (done.raised_while, done.raising_reason) == ("low", "the draw was mislabelled")
    assert "raised_low" in [warned["code"] for warned in done.warnings]


def test_everything_that_is_missing_is_told_at_once_and_nothing_changed(low, bell):
    told = proposed(low, bell, plan={"dose_mg": "0.75"})
    assert refused(lambda: confirmed(low, told, bell, reason="", typed_weekly="1")) == [
        ("/reason", "reason-missing"),
        ("/typed_weekly", "weekly-differs"),
        ("/raising_reason", "raising-reason-missing"),
    ]
    assert standing(low, "anastrozole", bell).dose_digits == "0.5"


def test_another_evaluation_than_the_one_looked_at_is_a_conflict_that_says_what_changed(low, bell):
    told = proposed(low, bell)
    drawn(low, bell, "28.0", ago=1, testosterone="640")
    with pytest.raises(Problem, match=r"12\.0|28\.0 pg/mL") as problem:
        confirmed(low, told, bell)
    assert (problem.value.kind, problem.value.issues[0].code) == ("conflict", "evaluation-changed")
    shown = titration.preview(patient=low, uid=told.row.uid, by=bell, now=NOW)
    confirmed(low, shown, bell)


def test_what_he_looked_at_can_grow_old_by_itself_and_the_preview_shows_what_to_confirm(adam, bell):
    prescribed(adam, bell, "anastrozole", "0.5", ago=100)
    drawn(adam, bell, "28.0", ago=99)
    told = proposed(adam, bell)
    later = NOW + timedelta(days=27)
    day = {"now": later, "from_date": later.date()}
    shown = titration.preview(patient=adam, uid=told.row.uid, by=bell, **day)
    assert shown.evaluation.pk != told.evaluation.pk
    assert refused(lambda: confirmed(adam, told, bell, **day), kind="conflict") == [("/evaluation", "evaluation-changed")]
    assert confirmed(adam, shown, bell, **day).row.effective_on == later.date()


def test_an_evaluation_that_is_not_his_is_not_known(low, bell):
    told = proposed(low, bell)
    assert refused(lambda: confirmed(low, told, bell, evaluation=uuid4())) == [("/evaluation", "evaluation-unknown")]


def test_a_start_beside_one_that_began_meanwhile_is_a_conflict(low, bell):
    plan = {"drug": "letrozole", "dose_mg": "0.5", "schedule": WEEKLY, "review_on": REVIEW}
    told = proposed(low, bell, ask="start", plan=plan)
    later = NOW + timedelta(minutes=5)
    prescribed(low, bell, "letrozole", "0.5", ago=0, now=later)
    shown = evaluations.reevaluate(low.pk, by=bell, now=later)
    issue = refused(lambda: confirmed(low, told, bell, evaluation=shown.uid, now=later), kind="conflict")
    assert issue == [("", "regimen-changed")]


def test_only_a_prescriber_in_whose_care_he_is_and_never_himself(low, bell, himself, carl, in_care):
    clinic = in_care.clinic
    told = proposed(low, bell)
    away = User.objects.create_user("away@example.org", PASSWORD)
    Prescriber.objects.create(user=away, clinic=clinic, is_active=False)
    Prescriber.objects.create(user=low.user, clinic=clinic)
    others = (Actor.user(carl.user_id), Actor.user(away.pk), SYSTEM)
    for by in others:
        for act in (confirmed, proposed_by):
            with pytest.raises(Problem):
                act(low, told, by)
    for act in (confirmed, proposed_by):
        assert refused(lambda act=act: act(low, told, himself)) == [("", "own-record")]
    consent.revoke(patient=low, uid=in_care.uid, by=himself, now=NOW)
    with pytest.raises(Problem):
        confirmed(low, told, bell)
    assert ledger(low, SYSTEM) == [("proposed", ["proposed"])]


def proposed_by(man, _told, by):
    return proposed(man, by, regimen=str(uuid4()))


def test_a_clinic_that_sees_a_part_of_the_record_decides_nothing(low, bell, himself, clinic, in_care):
    told = proposed(low, bell)
    consent.revoke(patient=low, uid=in_care.uid, by=himself, now=NOW)
    care = consent.grant(patient=low, clinic_uid=clinic.uid, by=himself, now=NOW, scope=["labs"])
    assert refused(lambda: confirmed(low, told, bell), kind="forbidden") == [("", "not-in-scope")]
    consent.revoke(patient=low, uid=care.uid, by=himself, now=NOW)
    consent.grant(patient=low, clinic_uid=clinic.uid, by=himself, now=NOW, scope=list(SHAREABLE))
    confirmed(low, titration.preview(patient=low, uid=told.row.uid, by=bell, now=NOW), bell)


def test_a_decision_is_final_and_the_second_is_told_who_was_first(low, bell, clinic):
    told = proposed(low, bell)
    els = User.objects.create_user("else@example.org", PASSWORD, name="Dr. Else")
    Prescriber.objects.create(user=els, clinic=clinic)
    dr_else = Actor.user(els.pk)
    confirmed(low, told, bell)
    with pytest.raises(Problem, match=r"Dr\. Bell has confirmed it already") as problem:
        titration.decline(patient=low, uid=told.row.uid, by=dr_else, now=NOW, reason="too early")
    assert problem.value.kind == "conflict"
    for call in (
        lambda: confirmed(low, told, dr_else),
        lambda: titration.withdraw(patient=low, uid=told.row.uid, by=bell, now=NOW),
        lambda: titration.preview(patient=low, uid=told.row.uid, by=bell, now=NOW),
    ):
        assert refused(call) == [("", "proposal-decided")]


def test_the_same_confirmation_sent_twice_is_one(low, bell):
    told = proposed(low, bell)
    once = confirmed(low, told, bell)
    again = confirmed(low, told, bell)
    assert (again.row.pk, again.row.revision, again.outlook) == (once.row.pk, once.row.revision, None)
    assert confirmed(low, told, bell, from_date=TODAY).row.pk == once.row.pk
    later = {"from_date": TODAY + timedelta(days=9)}
    assert refused(lambda: confirmed(low, told, bell, **later), kind="conflict") == [("", "proposal-decided")]
    assert ledger(low, bell) == [("confirmed", ["proposed", "confirmed"])]


def test_a_result_answers_the_version_that_held_and_no_other_of_that_day(low, bell):
    """Confirmed and, an hour later, confirmed anew; the second is then corrected, and at last taken back."""
    confirmed(low, proposed(low, bell), bell)
    second = confirmed(low, proposed(low, bell, plan={"dose_mg": "0.125"}), bell, typed_weekly="0.25").row.regimen_after
    later = NOW + timedelta(days=46)
    drawn(low, bell, "28.0", ago=-45, now=later)

    def sides():
        with acting_as(bell):
            lines = list(Proposal.objects.told().filter(patient=low).order_by("pk"))
            found = comparisons(low, lines, later)
            return [(found[line.pk].answer, found[line.pk].days, found[line.pk].codes[0]) for line in lines]

    nobody = ("changed_again", None, "changed_again")
    assert sides() == [nobody, ("answered", 45, "phase_unknown")]
    who = {"patient": low, "by": bell, "now": later, "origin": Origin.PRESCRIBED, "key": second.client_id}
    stated = {"drug": "anastrozole", "dose_mg": "0.125", "schedule": second.schedule, "reason": "r", "review_on": REVIEW}
    regimens.correct(**who, **stated, starts_on=TODAY + timedelta(days=2))
    assert sides() == [nobody, ("answered", 43, "phase_unknown")]
    regimens.withdraw(**who, reason="never taken")
    assert sides() == [nobody, ("taken_back", None, "taken_back")]


def test_confirming_answers_the_open_episode_if_asked(low, bell):
    with acting_as(bell):
        (episode,) = [e for e in low.episode_rows.all() if e.family == "e2_low"]
    told = proposed(low, bell)
    done = confirmed(low, told, bell, episode=episode.uid).row
    assert done.episode_id == episode.pk
    with acting_as(bell):
        answered = episodes.find(low, episode.uid)
        assert (answered.outcome, answered.note, answered.acknowledged_by) == ("changed_plan", "low on two draws", str(bell))


def test_another_mans_proposal_is_not_found(low, bell, carl, clinic):
    told = proposed(low, bell)
    consent.grant(patient=carl, clinic_uid=clinic.uid, by=Actor.user(carl.user_id), now=NOW)
    assert refused(lambda: confirmed(carl, told, bell), kind="not-found") == [("", "not-found")]
    with acting_as(Actor.user(carl.user_id)):
        assert Proposal.objects.count() == 0
