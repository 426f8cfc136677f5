"""Results are kept as reported, corrected by superseding, and evaluated in the same transaction."""

from __future__ import annotations

import pytest

from tracking.domain.actor import Actor
from tracking.domain.problems import Problem
from tracking.models import Evaluation, Finding, LabResult, Standing, Tombstone
from tracking.services import labs
from tracking.services.access import acting_as

SENT = {
    "analyte": "estradiol",
    "value": "5.10",
    "unit": "pg/mL",
    "collected_at": "2026-10-20T08:10:00+02:00",
    "method": "lcmsms",
}


@pytest.fixture
def himself(adam):
    return Actor.user(adam.user_id)


@pytest.fixture
def record(adam, himself, now):
    return lambda **sent: labs.record(patient=adam, by=himself, now=now, **(SENT | sent))


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("<5", "<5"),
        ("< 5", "<5"),
        ("≤5", "<=5"),
        (">1500", ">1500"),
        ("<5.0", "<5.0"),
        ("<0.05", "<0.05"),
        ("5.10", "5.10"),
        (" 24 ", "24"),
    ],
)
def test_comparator_and_digits_stay_as_typed(record, himself, typed, printed):
    stored = record(value=typed, confirmed_reason="as on the report").row
    with acting_as(himself):
        assert LabResult.objects.get(pk=stored.pk).reported.value.text == printed


@pytest.mark.parametrize(
    ("sent", "pointer", "code"),
    [
        ({"unit": "pg/dL"}, "/unit", "unit-unknown"),
        ({"unit": ""}, "/unit", "unit-missing"),
        ({"collected_at": "2026-10-20T08:10:00"}, "/collected_at", "datetime-naive"),
        ({"collected_at": "2026-12-24T08:10:00+01:00"}, "/collected_at", "in-the-future"),
        ({"collected_at": "1979-10-20T08:10:00+02:00"}, "/collected_at", "before-birth"),
        ({"collected_at": "1995-10-20T08:10:00+02:00"}, "/collected_at", "under-age"),
        ({"value": "2001"}, "/value", "value-out-of-limits"),
        ({"value": ">2001"}, "/value", "value-out-of-limits"),
        ({"value": "<"}, "/value", "value-unreadable"),
        ({"value": "ND"}, "/value", "value-unreadable"),
        ({"value": "5,1"}, "/value", "value-comma"),
        ({"value": 5.1}, "/value", "value-not-text"),
        ({"zone": "Mars/Olympus"}, "/zone", "zone-unknown"),
        ({"value": "2.9"}, "/value", "value-unusual"),
        ({"analyte": "cortisol"}, "/analyte", "analyte-unknown"),
        ({"method": "guess"}, "/method", "method-unknown"),
        ({"range_high": "<42"}, "/range_high", "range-censored"),
    ],
)
def test_bad_input_names_the_field_and_stores_nothing(record, himself, sent, pointer, code):
    with pytest.raises(Problem) as refused:
        record(**sent)
    assert [(issue.pointer, issue.code) for issue in refused.value.issues] == [(pointer, code)]
    with acting_as(himself):
        assert not LabResult.objects.exists()


def test_all_problems_of_one_entry_are_named_at_once(record):
    with pytest.raises(Problem) as refused:
        record(value="5,1", unit="stone", zone="Mars/Olympus")
    assert {issue.pointer for issue in refused.value.issues} == {"/value", "/unit", "/zone"}


def test_an_unusual_value_is_kept_with_the_reason_why_it_is_right(record):
    assert record(value="2.9", confirmed_reason=" repeated by the laboratory ").row.confirmed_reason == (
        "repeated by the laboratory"
    )


def test_a_censored_value_is_held_to_the_hard_limits_only(record):
    assert record(value="<2.9").row.reported.value.text == "<2.9"


def test_a_method_that_the_man_declares_proves_nothing(record):
    assert record().row.method_evidence == "self_declared"


def test_the_answer_carries_the_evaluation_of_the_same_transaction(record, adam, himself):
    recorded = record(value="8.4")
    with acting_as(himself):
        row = LabResult.objects.get()
        evaluation = Evaluation.objects.get(pk=recorded.current.pk)
        assert Standing.objects.get(patient=adam).evaluation_id == evaluation.pk
        assert evaluation.revision == row.revision
        assert str(row.uid) in evaluation.basis["results"]


def test_the_same_id_with_the_same_content_is_a_repeat(record, himself):
    first, again = (record(client_id="phone-1") for _ in range(2))
    assert (first.is_new, again.is_new) == (True, False)
    assert first.row.pk == again.row.pk
    with acting_as(himself):
        assert LabResult.objects.count() == 1


def test_the_same_id_with_other_content_is_a_conflict(record):
    record(client_id="phone-1")
    with pytest.raises(Problem) as refused:
        record(client_id="phone-1", value="6")
    assert refused.value.kind == "conflict"


def test_a_correction_supersedes_and_takes_over_the_name(record, adam, himself, now):
    wrong = record(client_id="phone-1", value="51").row
    right = labs.correct(patient=adam, key="phone-1", by=himself, now=now, **(SENT | {"value": "5.1"})).row
    with acting_as(himself):
        standing = LabResult.objects.live().get()
        old = LabResult.objects.get(pk=wrong.pk)
    assert (standing.pk, standing.client_id, standing.reported.value.text) == (right.pk, "phone-1", "5.1")
    assert (old.reported.value.text, old.superseded_at) == ("51", now)
    assert right.supersedes_id == wrong.pk


def test_a_correction_that_changes_nothing_makes_no_version(record, adam, himself, now):
    record(client_id="phone-1")
    assert not labs.correct(patient=adam, key="phone-1", by=himself, now=now, **SENT).is_new
    with acting_as(himself):
        assert LabResult.objects.count() == 1


def test_a_correction_equals_having_entered_it_right_at_first(make_man, now):
    outcomes = []
    for name, values in (("Adam Invented", ["51", "25.1"]), ("Bob Invented", ["25.1"])):
        man = make_man(name)
        by = Actor.user(man.user_id)
        labs.record(patient=man, by=by, now=now, client_id="phone-1", **(SENT | {"value": values[0]}))
        for value in values[1:]:
            labs.correct(patient=man, key="phone-1", by=by, now=now, **(SENT | {"value": value}))
        with acting_as(by):
            evaluation = Standing.objects.select_related("evaluation").get().evaluation
            outcomes.append((evaluation.word, evaluation.tier, evaluation.state, evaluation.basis["headline"]))
    assert outcomes[0] == outcomes[1]


def test_a_withdrawal_keeps_the_row_and_leaves_a_tombstone(record, adam, himself, now):
    record(client_id="phone-1", value="8.4")
    current = labs.withdraw(patient=adam, key="phone-1", by=himself, now=now, reason="another man's paper")
    assert current.state == "no_data"
    with acting_as(himself):
        row = LabResult.objects.get()
        assert (row.withdrawn_at, row.withdrawn_reason) == (now, "another man's paper")
        assert Tombstone.objects.get().client_id == "phone-1"
        assert Tombstone.objects.get().revision == row.revision


def test_a_man_does_not_correct_what_his_clinic_entered(in_care, adam, dr_bell, himself, now):
    entered = labs.record(patient=adam, by=Actor.user(dr_bell.pk), now=now, staff=True, **SENT).row
    with pytest.raises(Problem) as refused:
        labs.correct(patient=adam, key=str(entered.uid), by=himself, now=now, **(SENT | {"value": "30"}))
    assert refused.value.kind == "forbidden"


def test_findings_are_released_at_once_or_after_review_as_the_deployment_decided(record, himself, settings, now):
    record(value="8.4")
    settings.FINDINGS_RELEASE = "reviewed"
    record(value="7.9", collected_at="2026-10-21T08:10:00+02:00")
    with acting_as(himself):
        released = list(Finding.objects.order_by("evaluation").values_list("released_at", flat=True).distinct())
    assert now in released
    assert None in released
