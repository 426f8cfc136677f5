"""Results are kept as reported, corrected by superseding, and evaluated in the same transaction."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from tracking.domain.actor import Actor
from tracking.domain.evaluate import evaluate
from tracking.domain.history import Origin
from tracking.domain.problems import Problem
from tracking.evidence import load_rulebook
from tracking.models import Evaluation, Finding, LabResult, Standing, Tombstone
from tracking.services import doses, labs, regimens
from tracking.services.access import acting_as
from tracking.services.history import history_of
from tracking.services.records import Source

SENT = {
    "analyte": "estradiol",
    "value": "5.10",
    "unit": "pg/mL",
    "collected_at": "2026-10-20T08:10:00+02:00",
    "method": "lcmsms",
}
ANASTROZOLE = {
    "origin": Origin.SELF,
    "drug": "anastrozole",
    "dose_mg": "0.5",
    "schedule": {"kind": "every", "days": "7"},
    "starts_on": date(2025, 1, 10),
    "reason": "breast tenderness",
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
        assert str(row.uid) in evaluation.placed.content["results"]


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


def outcome_of(man, now):
    """What stands, and its digest with rows named by what they say: each row has a uid of its own, and two men have no other
    way to be compared."""
    stored = Standing.objects.select_related("evaluation").get(patient=man).evaluation
    findings = Finding.objects.filter(evaluation=stored).order_by("code")
    history = history_of(man)
    named = replace(
        history,
        labs=tuple(replace(row, key=f"{row.analyte} {row.reported}") for row in history.labs),
        regimens=tuple(replace(row, key=f"{row.drug} {row.starts_on}") for row in history.regimens),
        doses=tuple(replace(row, key=f"{row.drug} {row.taken}") for row in history.doses),
    )
    said = evaluate(named, load_rulebook(), now)
    assert evaluate(history, load_rulebook(), now).outcome_digest == stored.outcome_digest  # what stands is of these rows
    return (
        (stored.word, stored.tier, stored.best_tier, stored.worst_tier, stored.state, stored.priority),
        stored.basis["headline"],
        [(finding.code, finding.priority, finding.detail["prescriber"]) for finding in findings],
        said.outcome_digest,
    )


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ({"value": "51"}, {"value": "25.1"}),
        ({"value": "95", "range_high": "160"}, {"value": "95", "range_high": "160", "unit": "pmol/L"}),
        ({"value": "95", "range_high": "160"}, {"value": "95", "range_high": "160", "unit_confirmed": True}),
        ({"value": "30", "biotin": False}, {"value": "30", "biotin": True}),
        ({"value": "30", "biotin": True}, {"value": "30"}),
        ({"value": "14", "collected_at": "2025-10-20"}, {"value": "14"}),
    ],
    ids=["value", "unit", "unit confirmed", "biotin", "biotin not asked", "date"],
)
def test_a_correction_equals_having_entered_it_right_at_first(make_man, now, wrong, right):
    outcomes = []
    for name, versions in (("Adam Invented", [wrong, right]), ("Bob Invented", [right])):
        man = make_man(name)
        by = Actor.user(man.user_id)
        regimens.start(patient=man, by=by, now=now, **ANASTROZOLE)
        first, *later = [SENT | version for version in versions]
        labs.record(patient=man, by=by, now=now, client_id="phone-1", **first)
        for version in later:
            labs.correct(patient=man, key="phone-1", by=by, now=now, **version)
        with acting_as(by):
            outcomes.append(outcome_of(man, now))
    assert outcomes[0] == outcomes[1]


def test_what_stands_does_not_depend_on_the_order_in_which_rows_arrive(make_man, now):
    def rows(man, by):
        who = {"patient": man, "by": by, "now": now}
        return [
            lambda: regimens.start(**who, **ANASTROZOLE),
            lambda: labs.record(**who, **(SENT | {"value": "26", "collected_at": "2026-06-20T08:10:00+02:00"})),
            lambda: labs.record(**who, **(SENT | {"value": "95", "range_high": "42"})),
            lambda: labs.record(**who, **(SENT | {"analyte": "testosterone_total", "value": "150", "unit": "ng/dL"})),
            lambda: doses.log(**who, drug="anastrozole", kind="skipped", taken_at="2026-10-18T08:00:00+02:00"),
        ]

    outcomes = []
    for name, order in (
        ("Adam Invented", [0, 1, 2, 3, 4]),
        ("Bob Invented", [4, 2, 3, 1, 0]),
        ("Carl Invented", [3, 2, 0, 4, 1]),
    ):
        man = make_man(name)
        by = Actor.user(man.user_id)
        write = rows(man, by)
        for number in order:
            write[number]()
        with acting_as(by):
            outcomes.append(outcome_of(man, now))
    assert outcomes[0] == outcomes[1] == outcomes[2]
    assert outcomes[0][0][0] == "cannot_say"  # 3.65 times the one before, whichever of the two was entered first


def test_what_was_asked_is_kept_as_asked_and_what_was_not_asked_as_nothing(record, adam, himself):
    asked = record(biotin=False, fasting=True, unit_confirmed=True).row
    unasked = record(collected_at="2026-10-21T08:10:00+02:00").row
    with acting_as(himself):
        rows = {row.pk: (row.unit_confirmed, row.biotin, row.fasting) for row in LabResult.objects.all()}
        versions = list(LabResult.pgh_event_model.objects.values_list("unit_confirmed", "biotin", "fasting").order_by("pgh_id"))
        history = history_of(adam)
    assert rows == {asked.pk: (True, False, True), unasked.pk: (False, None, None)}
    assert versions == list(rows.values())
    assert [
        (row.unit_confirmed, row.biotin, row.fasting) for row in sorted(history.labs, key=lambda r: r.reported.collected.at)
    ] == [
        (True, False, True),
        (False, None, None),
    ]


def test_a_result_of_another_system_is_not_taken_for_typed(adam, himself, now, record):
    record()
    labs.record(
        patient=adam, by=himself, now=now, source=Source("invented-lab", "7"), **(SENT | {"analyte": "shbg", "unit": "nmol/L"})
    )
    with acting_as(himself):
        assert {row.analyte: row.typed for row in history_of(adam).labs} == {"estradiol": True, "shbg": False}


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
