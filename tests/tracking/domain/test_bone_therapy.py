"""Bone drugs that a clinician recorded: when the next injection is due, what is late, and what follows a stop. All invented."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from tests.tracking.domain.build import NOW, day, dose, lab, man, regimen
from tracking.domain.due import DueItem
from tracking.domain.evaluate import Evaluation, evaluate
from tracking.domain.reported import Precision
from tracking.domain.rulebook import Priority
from tracking.evidence import load_rulebook

RULEBOOK = load_rulebook()
LAST = date(2026, 6, 15)


def denosumab(on: date, **more: Any) -> Any:
    return dose("denosumab", on, "60", **more)


def judge(*doses: Any, at: datetime = NOW, **rows: Any) -> Evaluation:
    return evaluate(man(doses=doses, **rows), RULEBOOK, at)


def of_kind(said: Evaluation, kind: str) -> dict[str, DueItem]:
    return {item.anchor: item for item in said.due if item.kind == kind}


def found(said: Evaluation) -> list[tuple[str, str]]:
    return [(f.code, f.priority) for f in said.findings if f.family == "denosumab"]


def on(text: str) -> datetime:
    return datetime.combine(date.fromisoformat(text), NOW.timetz())


def test_denosumab_is_arranged_at_five_months_due_at_six_and_overdue_a_day_later() -> None:
    item = of_kind(judge(denosumab(LAST, key="d")), "denosumab")["dose:d"]
    assert (item.opens_on, item.due_on, item.overdue_on) == (date(2026, 11, 15), date(2026, 12, 15), date(2026, 12, 16))
    assert (item.time_critical, item.priority, item.audience, item.resend_after_days) == (True, Priority.P1, "man", 7)


def test_the_next_injection_answers_and_a_second_entry_of_the_same_one_does_not() -> None:
    said = judge(denosumab(LAST, key="d"), denosumab(date(2026, 6, 20), key="twice"))
    assert set(of_kind(said, "denosumab")) == {"dose:d"}
    said = judge(denosumab(date(2025, 12, 10), key="c"), denosumab(LAST, key="d"))
    items = of_kind(said, "denosumab")
    assert (items["dose:c"].state, items["dose:c"].answered_by, items["dose:d"].is_open) == ("answered", "d", True)


def test_a_skipped_injection_or_one_of_unknown_date_answers_nothing() -> None:
    skipped = denosumab(date(2026, 10, 1), key="s", kind="skipped")
    undated = denosumab(date(2026, 10, 1), key="u", precision=Precision.UNKNOWN)
    assert set(of_kind(judge(denosumab(LAST, key="d"), skipped, undated), "denosumab")) == {"dose:d"}


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        ("2026-12-28", []),
        ("2026-12-29", [("denosumab_late", "P1")]),
        ("2027-01-11", [("denosumab_late", "P1")]),
        ("2027-01-12", [("denosumab_very_late", "P0")]),
        ("2027-04-05", [("denosumab_very_late", "P0")]),
        ("2027-04-06", [("denosumab_long_delay", "P0")]),
    ],
)
def test_lateness_becomes_urgent_and_stays_one_episode(today: str, expected: list[tuple[str, str]]) -> None:
    assert found(judge(denosumab(LAST), at=on(today))) == expected


def test_without_a_log_the_start_of_the_regimen_is_counted_and_said_to_be() -> None:
    said = judge(regimens=[regimen("denosumab", date(2026, 1, 10), dose="60", key="r")])
    item = of_kind(said, "denosumab")["start:r"]
    assert (item.due_on, item.reason) == (date(2026, 7, 10), "injection_assumed")
    assert found(said) == [("denosumab_long_delay", "P0")]
    assert next(f for f in said.findings if f.family == "denosumab").note_codes == ("injection_assumed",)
    assert "bone_drug_log" in {item.code for item in said.missing}


STOPPED = regimen("denosumab", date(2025, 6, 15), day(10), dose="60", key="r")


def test_stopped_without_a_drug_that_follows_is_urgent_at_once() -> None:
    said = judge(denosumab(LAST), regimens=[STOPPED])
    assert found(said) == [("denosumab_stopped", "P0")]
    assert {item.state for item in of_kind(said, "denosumab").values()} == {"superseded"}


@pytest.mark.parametrize("follow_on", ["zoledronic_acid", "alendronate", "risedronate", "ibandronate"])
def test_a_bisphosphonate_in_its_place_in_time_answers(follow_on: str) -> None:
    for starts in (day(5), date(2027, 1, 11)):
        assert found(judge(denosumab(LAST), regimens=[STOPPED, regimen(follow_on, starts, dose="5")])) == []
    too_late = regimen(follow_on, date(2027, 1, 12), dose="5")
    assert found(judge(denosumab(LAST), regimens=[STOPPED, too_late])) == [("denosumab_stopped", "P0")]
    assert found(judge(denosumab(LAST), dose(follow_on, day(5), "5"), regimens=[STOPPED])) == []


def test_teriparatide_does_not_follow_denosumab() -> None:
    other = regimen("teriparatide", day(5), dose="0.02")
    assert found(judge(denosumab(LAST), regimens=[STOPPED, other])) == [("denosumab_stopped", "P0")]


def test_a_bisphosphonate_beside_denosumab_does_not_hide_that_it_is_late() -> None:
    both = [regimen("denosumab", date(2025, 6, 15), dose="60"), regimen("alendronate", date(2020, 1, 1), dose="70")]
    assert found(judge(denosumab(LAST), regimens=both, at=on("2027-01-12"))) == [("denosumab_very_late", "P0")]
    logged = [regimen("alendronate", date(2020, 1, 1), dose="70")]
    assert found(judge(denosumab(LAST), regimens=logged, at=on("2027-01-12"))) == [("denosumab_very_late", "P0")]


def test_an_injection_after_the_recorded_end_shows_that_it_goes_on() -> None:
    said = judge(denosumab(LAST), denosumab(day(2), key="again"), regimens=[STOPPED])
    assert found(said) == []
    assert of_kind(said, "denosumab")["dose:again"].is_open


def test_a_prescribed_return_in_time_is_no_stop() -> None:
    again = regimen("denosumab", date(2026, 12, 1), dose="60", key="n")
    assert found(judge(denosumab(LAST), regimens=[STOPPED, again])) == []


def blood(analyte: str, when: date, key: str = "") -> Any:
    units = {"calcium": "mg/dL", "vitamin_d_25oh": "ng/mL", "egfr": "mL/min/{1.73_m2}"}
    return lab("60", when, analyte=analyte, unit=units[analyte], key=key)


def test_before_each_injection_the_clinic_is_asked_for_calcium_vitamin_d_and_egfr() -> None:
    last = date(2026, 5, 20)
    item = of_kind(judge(denosumab(last, key="d")), "pre_denosumab")["dose:d"]
    assert (item.opens_on, item.due_on, item.overdue_on) == (date(2026, 10, 20), date(2026, 11, 6), date(2026, 11, 20))
    assert (item.audience, item.needs) == ("clinic", ("calcium", "vitamin_d_25oh", "egfr"))
    two = [blood("calcium", day(5)), blood("vitamin_d_25oh", day(5))]
    assert of_kind(judge(denosumab(last, key="d"), labs=two), "pre_denosumab")["dose:d"].is_open
    old = [*two, blood("egfr", date(2026, 10, 19))]
    assert of_kind(judge(denosumab(last, key="d"), labs=old), "pre_denosumab")["dose:d"].is_open
    all_three = [*two, blood("egfr", day(3), key="e")]
    assert of_kind(judge(denosumab(last, key="d"), labs=all_three), "pre_denosumab")["dose:d"].answered_by == "e"


def test_before_the_first_planned_injection_too() -> None:
    said = judge(regimens=[regimen("denosumab", date(2026, 12, 1), dose="60", key="r")])
    assert of_kind(said, "pre_denosumab")["start:r"].due_on == date(2026, 11, 17)
    assert of_kind(said, "denosumab") == {}


def test_zoledronic_acid_is_yearly_with_its_blood_and_not_time_critical() -> None:
    said = judge(dose("zoledronic_acid", date(2025, 12, 1), "5", key="z"))
    item = of_kind(said, "zoledronate")["dose:z"]
    assert (item.opens_on, item.due_on, item.time_critical) == (date(2026, 11, 1), date(2026, 12, 1), False)
    assert of_kind(said, "pre_zoledronate")["dose:z"].audience == "clinic"
    assert found(said) == []


def test_the_day_it_becomes_urgent_is_known_beforehand() -> None:
    said = judge(denosumab(LAST), at=datetime(2027, 1, 2, 12, tzinfo=UTC))
    assert said.next_change_at == datetime(2027, 1, 12, 5, tzinfo=UTC)
