"""What can be proposed, what it shows before it is decided on, and how it ends without a decision for it."""

from __future__ import annotations

from datetime import timedelta

from tests.conftest import NOW
from tests.tracking.services.titrating import (
    REVIEW,
    TODAY,
    WEEKLY,
    bell,
    confirmed,
    days,
    ledger,
    low,
    proposed,
    refused,
    standing,
)
from tracking.domain.actor import Actor
from tracking.domain.history import Origin
from tracking.models import DueItem, Evaluation, Regimen
from tracking.services import evaluations, pauses, titration
from tracking.services.access import acting_as
from tracking.services.ledger import find

__all__ = ["bell", "low"]  # fixtures of their own module

SYSTEM = Actor.system("test")


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


NO_PROPOSALS = (
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
)


def test_what_cannot_be_a_proposal_is_refused_by_field(low, bell):
    regimen = str(standing(low, "anastrozole", bell).uid)
    for sent, issue in NO_PROPOSALS:
        assert issue in refused(lambda sent=sent: proposed(low, bell, **({"regimen": regimen} | sent))), sent
    assert ledger(low, bell) == []


def test_another_product_is_one_of_the_same_class(low, bell):
    def instead(drug):
        plan = {"drug": drug, "dose_mg": "50", "schedule": WEEKLY}
        return lambda: proposed(low, bell, ask="product", plan=plan)

    assert refused(instead("anastrozole")) == [("/plan/drug", "same-product")]
    assert refused(instead("testosterone_enanthate")) == [("/plan/drug", "other-class")]
    assert refused(instead("nothing")) == [("/plan/drug", "drug-unknown")]


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
    no = {"patient": low, "uid": first.row.uid, "by": bell, "now": NOW, "reason": "he feels well"}
    assert {titration.decline(**no, answer="We wait.").answer for _ in range(2)} == {"We wait."}
    assert refused(lambda: titration.decline(**no, answer="Come in."), kind="conflict") == [("", "proposal-decided")]
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


NO_REGIMENS = (
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
)


def test_what_a_regimen_would_refuse_a_proposal_refuses_under_its_plan(low, bell):
    for more, issue in NO_REGIMENS:
        assert issue in refused(lambda more=more: proposed(low, bell, **more)), more


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
