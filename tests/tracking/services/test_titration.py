"""The titration loop: a person proposes, a prescriber confirms on what he looked at, and the ledger keeps it."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from tests.conftest import NOW, PASSWORD
from tests.tracking.services.titrating import (
    REVIEW,
    TODAY,
    WEEKLY,
    confirmed,
    days,
    drawn,
    ledger,
    prescribed,
    proposed,
    standing,
)
from tracking.domain.actor import Actor
from tracking.domain.categories import SHAREABLE
from tracking.domain.history import Origin
from tracking.domain.problems import Problem
from tracking.models import DueItem, Evaluation, Prescriber, Proposal, Regimen, User
from tracking.services import consent, episodes, evaluations, pauses, titration
from tracking.services.access import acting_as
from tracking.services.ledger import find

SYSTEM = Actor.system("test")


@pytest.fixture
def bell(dr_bell, in_care):
    return Actor.user(dr_bell.pk)


@pytest.fixture
def himself(adam):
    return Actor.user(adam.user_id)


@pytest.fixture
def low(adam, bell):
    """Adam, below the floor on an AI that has settled."""
    prescribed(adam, bell, "testosterone_cypionate", "100", ago=400, schedule=WEEKLY)
    prescribed(adam, bell, "anastrozole", "0.5", ago=100)
    drawn(adam, bell, "13.1", ago=5)
    return adam


def refused(call, *, kind=None):
    with pytest.raises(Problem) as problem:
        call()
    if kind is not None:
        assert problem.value.kind == kind
    return [(issue.pointer, issue.code) for issue in problem.value.issues]


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


def test_a_recheck_of_a_change_that_begins_later_is_counted_from_its_day(low, bell):
    told = proposed(low, bell, from_date=TODAY + timedelta(days=10))
    (promised,) = told.outlook.rechecks
    assert promised.due_on == TODAY + timedelta(days=52)


def test_proposing_and_looking_store_nothing_of_the_change(low, bell):
    def rows():
        with acting_as(bell):
            return [list(model.objects.order_by("pk").values_list("pk", flat=True)) for model in (Regimen, Evaluation, DueItem)]

    before = rows()
    told = proposed(low, bell)
    titration.preview(patient=low, uid=told.row.uid, by=bell, now=NOW)
    assert rows() == before


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


@pytest.mark.parametrize(
    ("sent", "issue"),
    [
        ({"ask": "double"}, ("/ask", "change-unknown")),
        ({"reason": " "}, ("/reason", "reason-missing")),
        ({"from_date": TODAY - timedelta(days=1)}, ("/from_date", "begins-in-the-past")),
        ({"regimen": ""}, ("/regimen", "part-missing")),
        ({"plan": None}, ("/plan", "part-missing")),
        ({"ask": "stop"}, ("/plan", "part-not-accepted")),
        ({"ask": "start"}, ("/regimen", "part-not-accepted")),
        ({"plan": {"dose_mg": "0.5"}}, ("/plan", "nothing-changes")),
        ({"plan": {"dose_mg": "0,25"}}, ("/plan/dose_mg", "value-comma")),
        ({"plan": {"dose_mg": "11"}}, ("/plan/dose_mg", "dose-out-of-limits")),
        ({"plan": {"dose_mg": "3"}}, ("/plan/dose_mg", "dose-unusual")),
        ({"plan": {"schedule": {"kind": "often"}}}, ("/plan/schedule/kind", "schedule-unreadable")),
        ({"plan": {"drug": "letrozole", "dose_mg": "0.5"}}, ("/plan/drug", "drug-fixed")),
    ],
)
def test_what_cannot_be_a_proposal_is_refused_by_field(low, bell, sent, issue):
    regimen = str(standing(low, "anastrozole", bell).uid)
    assert issue in refused(lambda: proposed(low, bell, **({"regimen": regimen} | sent)))
    assert ledger(low, bell) == []


def test_another_product_is_one_of_the_same_class(low, bell):
    def instead(drug):
        plan = {"drug": drug, "dose_mg": "50", "schedule": WEEKLY}
        return lambda: proposed(low, bell, ask="product", plan=plan)

    assert refused(instead("anastrozole")) == [("/plan/drug", "same-product")]
    assert refused(instead("testosterone_enanthate")) == [("/plan/drug", "other-class")]
    assert refused(instead("nothing")) == [("/plan/drug", "drug-unknown")]


@pytest.mark.parametrize("typed", [None, "5", "0.05", "0.25", "<0.5", "half", 0.5])
def test_the_weekly_amount_is_typed_and_a_slip_is_refused(low, bell, typed):
    told = proposed(low, bell)
    ((pointer, _),) = refused(lambda: confirmed(low, told, bell, typed_weekly=typed))
    assert pointer == "/typed_weekly"
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
    assert ledger(low, bell) == [("confirmed", ["proposed", "confirmed"])]


def test_one_open_proposal_for_a_drug_and_another_drug_beside_it(low, bell):
    proposed(low, bell)
    assert refused(lambda: proposed(low, bell), kind="conflict") == [("", "proposal-open")]
    proposed(low, bell, regimen=str(standing(low, "testosterone_cypionate", bell).uid), plan={"dose_mg": "80"})


def test_the_same_proposal_under_the_same_id_is_stored_once(low, bell):
    once = proposed(low, bell, client_id="mine")
    assert proposed(low, bell, client_id="mine").row.pk == once.row.pk
    assert refused(lambda: proposed(low, bell, client_id="mine", reason="another")) == [("/client_id", "client-id-taken")]


def test_what_is_declined_or_withdrawn_stays_on_the_ledger(low, bell):
    first = proposed(low, bell)
    titration.decline(patient=low, uid=first.row.uid, by=bell, now=NOW, reason="he feels well", answer="We wait.")
    second = proposed(low, bell)
    for _ in range(2):
        titration.withdraw(patient=low, uid=second.row.uid, by=bell, now=NOW, reason="typed wrongly")
    assert ledger(low, bell) == [("declined", ["proposed", "declined"]), ("withdrawn", ["proposed", "withdrawn"])]
    assert refused(lambda: titration.decline(patient=low, uid=second.row.uid, by=bell, now=NOW, reason="")) == [
        ("/reason", "reason-missing")
    ]
    assert standing(low, "anastrozole", bell).dose_digits == "0.5"


def test_nobody_can_confirm_after_its_last_day_and_time_closes_it_once(low, bell):
    told = proposed(low, bell)
    last = told.row.expires_at - timedelta(microseconds=1)
    assert told.row.expires_at.isoformat() == "2026-11-30T23:00:00+00:00"  # 28 whole days, in Berlin
    with acting_as(SYSTEM):
        assert titration.expiring(last, limit=9) == []
        assert titration.expiring(told.row.expires_at, limit=9) == [low.pk]
    shown = titration.preview(patient=low, uid=told.row.uid, by=bell, now=last, from_date=last.date() + timedelta(days=1))
    late = {"now": told.row.expires_at, "from_date": told.row.expires_at.date() + timedelta(days=1)}
    assert refused(lambda: confirmed(low, shown, bell, **late)) == [("", "proposal-expired")]
    assert titration.expire(low.pk, by=SYSTEM, now=told.row.expires_at) == 1
    assert titration.expire(low.pk, by=SYSTEM, now=told.row.expires_at) == 0
    assert ledger(low, bell) == [("expired", ["proposed", "expired"])]
    proposed(low, bell, now=late["now"], from_date=late["from_date"])


def test_a_man_asks_in_words_and_no_number_in_them_is_read(low, bell, himself):
    told = titration.request(patient=low, by=himself, now=NOW, words=" Can I take 0.25 mg of it? 1 tablet hurts. ")
    row = told.row
    assert (row.state, row.words, row.drug, row.plan, row.kind) == (
        "requested", "Can I take 0.25 mg of it? 1 tablet hurts.", "", None, "",
    )  # fmt: skip
    assert standing(low, "anastrozole", bell).dose_digits == "0.5"
    assert refused(lambda: confirmed(low, titration.Told(row, None, evaluations_of(low)), bell)) == [("", "step-not-legal")]


def evaluations_of(man):
    with acting_as(SYSTEM):
        return evaluations.of(man)


def test_a_request_that_is_taken_up_is_one_line_from_his_words_to_the_decision(low, bell, himself):
    asked = titration.request(patient=low, by=himself, now=NOW, words="My joints hurt.").row
    told = proposed(low, bell, answers=asked.uid)
    assert (told.row.pk, told.is_new, told.row.words) == (asked.pk, False, "My joints hurt.")
    assert proposed(low, bell, answers=asked.uid).outlook is None
    confirmed(low, told, bell)
    assert ledger(low, bell) == [("confirmed", ["requested", "proposed", "confirmed"])]


def test_one_request_at_a_time_and_he_takes_it_back_himself(low, bell, himself):
    asked = titration.request(patient=low, by=himself, now=NOW, words="Less, please.", client_id="r1")
    assert titration.request(patient=low, by=himself, now=NOW, words="Less, please.", client_id="r1").row.pk == asked.row.pk
    assert refused(lambda: titration.request(patient=low, by=himself, now=NOW, words="Other", client_id="r1")) == [
        ("/client_id", "client-id-taken")
    ]
    assert refused(lambda: titration.request(patient=low, by=himself, now=NOW, words="More")) == [("", "request-open")]
    withdraw = {"patient": low, "uid": asked.row.uid, "now": NOW}
    assert refused(lambda: titration.withdraw(by=bell, **withdraw)) == [("", "not-his-entry")]
    titration.withdraw(by=himself, **withdraw)
    again = titration.request(patient=low, by=himself, now=NOW, words="More").row
    proposed(low, bell, answers=again.uid)
    assert refused(lambda: titration.withdraw(patient=low, uid=again.uid, by=himself, now=NOW)) == [("", "not-his-entry")]


def test_a_request_needs_words_a_clinic_and_himself(low, bell, himself, in_care):
    assert refused(lambda: titration.request(patient=low, by=himself, now=NOW, words=" ")) == [("/words", "words-missing")]
    assert refused(lambda: titration.request(patient=low, by=himself, now=NOW, words="x" * 1001)) == [
        ("/words", "words-too-long")
    ]
    assert refused(lambda: titration.request(patient=low, by=bell, now=NOW, words="x"), kind="forbidden") == [
        ("", "only-himself")
    ]
    consent.revoke(patient=low, uid=in_care.uid, by=himself, now=NOW)
    assert refused(lambda: titration.request(patient=low, by=himself, now=NOW, words="x")) == [("", "no-clinic")]


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


def test_days_in_a_plan_come_back_as_days(low, bell):
    review = REVIEW + timedelta(days=30)
    told = proposed(low, bell, plan={"dose_mg": "0.25", "review_on": review})
    with acting_as(bell):
        assert find(low, told.row.uid).plan == {"dose_mg": "0.25", "review_on": review.isoformat()}
    confirmed(low, told, bell)
    assert standing(low, "anastrozole", bell).review_on == review
    assert days(0) == TODAY


def test_a_plan_takes_whatever_a_regimen_may_state(low, bell):
    plan = {
        "dose": "0.5 mg", "strength": "1 mg", "review_on": REVIEW,
        "schedule": {"kind": "weekdays", "days": ["mon", "thu"], "at": ["08:00"], "amounts": ["0.5", "0.25"]},
    }  # fmt: skip
    told = proposed(low, bell, plan=plan)
    assert (told.row.kind, told.row.after_text) == ("dose", "0.5 mg on Mon, Thu at 08:00 (0.5, 0.25)")
    confirmed(low, told, bell, typed_weekly="0.75 mg")
    after = standing(low, "anastrozole", bell)
    assert (after.strength_digits, after.schedule["amounts"], after.review_on) == ("1", ["0.5", "0.25"], REVIEW)


def test_a_drug_that_is_dosed_in_units_is_proposed_shown_and_typed_in_units(low, bell):
    twice = {"kind": "weekdays", "days": ["mon", "thu"]}
    plan = {"drug": "hcg", "dose": "500 IU", "schedule": twice, "ends_on": TODAY + timedelta(days=60)}
    told = proposed(low, bell, ask="start", plan=plan)
    assert (told.row.after_text, told.row.after_weekly, told.row.before_weekly) == ("500 IU on Mon, Thu", "1000 IU", "")
    assert refused(lambda: confirmed(low, told, bell, typed_weekly="1000 mg")) == [("/typed_weekly", "value-unreadable")]
    assert confirmed(low, told, bell, typed_weekly="1000 IU").row.typed_weekly == "1000"
    after = standing(low, "hcg", bell)
    assert (after.dose_digits, after.dose_unit, after.ends_on) == ("500", "IU", TODAY + timedelta(days=60))
    stop = proposed(low, bell, ask="stop", plan=None, regimen=str(after.uid))
    assert (stop.row.before_weekly, stop.row.after_weekly) == ("1000 IU", "0 IU")


@pytest.mark.parametrize(
    ("more", "issue"),
    [
        ({"plan": {"dose": "0.25 IU"}}, ("/plan/dose", "dose-unit")),
        ({"plan": {"dose": "0.25 mg", "dose_mg": "0.25"}}, ("/plan/dose_mg", "dose-stated-twice")),
        ({"plan": {"dose": "0.3 mg", "strength": "1 mg"}}, ("/plan/strength", "strength-does-not-fit")),
        (
            {"plan": {"dose": "0.25 mg", "review_on": TODAY + timedelta(days=400)}},
            ("/plan/review_on", "ai-review-out-of-limits"),
        ),
        ({"plan": {"dose": "0.25 mg", "ends_on": REVIEW}}, ("/plan/ends_on", "part-not-accepted")),
        (
            {"ask": "start", "plan": {"drug": "letrozole", "dose": "0.5 mg", "schedule": WEEKLY}},
            ("/plan/review_on", "ai-review-missing"),
        ),
        (
            {"ask": "start", "plan": {"drug": "hcg", "dose": "500 IU", "schedule": WEEKLY, "ends_on": days(1)}},
            ("/plan/ends_on", "ends-before-start"),
        ),
    ],
)
def test_what_a_regimen_would_refuse_a_proposal_refuses_under_its_plan(low, bell, more, issue):
    assert issue in refused(lambda: proposed(low, bell, **more))


def test_a_change_of_a_paused_regimen_ends_the_pause_counts_as_more_and_says_so(low, bell):
    paused = standing(low, "anastrozole", bell)
    pauses.pause(
        patient=low, key=paused.client_id, by=bell, now=NOW, origin=Origin.PRESCRIBED, from_date=days(100), reason="surgery"
    )
    told = proposed(low, bell)
    assert (told.row.before_text, told.row.after_text) == ("0.5 mg every 3.5 days", "0.25 mg every 3.5 days")
    warned = {warning.code: warning for warning in told.outlook.warnings}
    assert "The new version has no pause" in warned["pause_ended"].words
    assert [code for code, warning in warned.items() if warning.needs_reason] != []
    assert ("/raising_reason", "raising-reason-missing") in refused(lambda: confirmed(low, told, bell))
    confirmed(low, told, bell, raising_reason="the surgery is over")
    after = standing(low, "anastrozole", bell)
    with acting_as(bell):
        assert (after.dose_digits, after.pauses.count()) == ("0.25", 0)


def test_a_paused_regimen_can_be_stopped_and_its_pause_stays_with_it(low, bell):
    paused = standing(low, "anastrozole", bell)
    pauses.pause(patient=low, key=paused.client_id, by=bell, now=NOW, origin=Origin.PRESCRIBED, from_date=days(5))
    told = proposed(low, bell, ask="stop", plan=None)
    assert "pause_ended" not in {warning.code for warning in told.outlook.warnings}
    confirmed(low, told, bell, typed_weekly="0")
    ended = standing(low, "anastrozole", bell)
    with acting_as(bell):
        assert (ended.ends_on, ended.pauses.count()) == (TODAY, 1)


def test_the_outlook_says_what_the_change_does_to_what_is_known_already(low, bell):
    told = proposed(low, bell)
    affected = told.outlook.consequences.results
    assert ["superseded_by_change" in result.now for result in affected] == [True]
    with acting_as(bell):
        assert evaluations.of(low).state == "current"
    assert confirmed(low, told, bell).outlook.consequences == told.outlook.consequences


def test_a_schedule_with_a_time_and_an_amount_for_each_dose_is_cut_on_the_line_and_whole_in_the_plan(low, bell):
    at = [f"{hour:02}:00" for hour in range(8, 16)]
    schedule = {"kind": "weekdays", "days": ["mon", "tue", "wed", "thu", "fri"], "at": at, "amounts": ["0.01"] * 39 + ["0.02"]}
    told = proposed(low, bell, plan={"dose": "0.02 mg", "schedule": schedule})
    assert (len(told.row.after_text), told.row.after_text[-1]) == (200, "…")
    assert len(told.row.plan["schedule"]["amounts"]) == 40
