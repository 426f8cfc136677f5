"""Log against regimen, and his own statement against the prescription: named, and never decided."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tracking.domain.build import NOW, WEEKLY, anastrozole, cypionate, day, dose, lab, man, regimen
from tracking.domain.evaluate import evaluate
from tracking.domain.findings import Finding
from tracking.domain.history import Origin
from tracking.domain.schedule import Schedule
from tracking.evidence import load_rulebook

RULEBOOK = load_rulebook()
KINDS = ("log_disagrees", "regimens_disagree")


def found(*, at: datetime = NOW, **rows: Any) -> list[Finding]:
    rows = {"labs": [lab("24.0", day(5))], **rows}
    return [finding for finding in evaluate(man(**rows), RULEBOOK, at).findings if finding.code.startswith(KINDS)]


def tablets(amount: str, ago: range = range(5, 100, 7)) -> list[Any]:
    return [dose("anastrozole", day(n), amount) for n in ago]


WEEKLY_AI = anastrozole(day(400), dose="1", schedule=WEEKLY, key="ai")


def test_a_log_far_from_the_regimen_names_both_and_neither_as_right() -> None:
    (said,) = found(regimens=[WEEKLY_AI], doses=tablets("2"))
    assert (said.code, said.priority, said.family) == ("log_disagrees_ai", "P3", "log_disagrees_ai")
    assert said.prescriber == (
        "Before the draw of 28 Oct the log averages 2 mg of anastrozole a week; the prescription says 1 mg. "
        "The record does not say which is right."
    )
    assert said.params == {"drug": "anastrozole", "logged": "2", "stated": "1", "by": "prescribed", "on": str(day(5))}
    assert "ai" in said.inputs
    assert "timing.log" in said.rules


def test_less_than_stated_is_named_as_well() -> None:
    (said,) = found(regimens=[WEEKLY_AI], doses=tablets("0.5"))
    assert said.params["logged"] == "0.5"


def test_it_is_about_the_draw_so_that_time_alone_never_raises_or_ends_it() -> None:
    doses = [*tablets("1"), *tablets("2", range(5))]
    assert found(regimens=[WEEKLY_AI], doses=doses) == []
    later = NOW + timedelta(days=60)
    assert [f.code for f in found(regimens=[WEEKLY_AI], doses=tablets("2"), at=later)] == ["log_disagrees_ai"]


def test_a_log_that_was_not_kept_does_not_disagree() -> None:
    assert found(regimens=[WEEKLY_AI], doses=tablets("2", range(5, 20, 7))) == []


def test_his_own_statement_is_held_against_his_log_too() -> None:
    own = anastrozole(day(400), dose="1", schedule=WEEKLY, origin=Origin.SELF)
    (said,) = found(regimens=[own], doses=tablets("2"))
    assert "his own statement says 1 mg" in said.prescriber


@pytest.mark.parametrize("rows", [{"regimens": []}, {"labs": []}], ids=["only a log", "no draw"])
def test_nothing_to_hold_it_against_is_no_disagreement(rows: dict[str, Any]) -> None:
    assert found(**{"regimens": [WEEKLY_AI], "doses": tablets("2"), **rows}) == []


def test_what_he_says_and_what_is_prescribed() -> None:
    both = [anastrozole(day(300), dose="1", origin=Origin.SELF), anastrozole(day(400), dose="0.5")]
    (said,) = found(regimens=both)
    assert (said.code, said.priority) == ("regimens_disagree_ai", "P3")
    assert said.prescriber == (
        "He says he takes anastrozole 1 mg every 3.5 days; prescribed is anastrozole 0.5 mg every 3.5 days. "
        "The record does not say which is right."
    )


def test_the_same_weekly_dose_written_otherwise_agrees() -> None:
    both = [cypionate(day(300), dose="160", schedule=WEEKLY, origin=Origin.SELF), cypionate(day(400), dose="80")]
    assert found(regimens=both) == []


def test_another_product_disagrees() -> None:
    own = regimen("testosterone_enanthate", day(300), dose="80", origin=Origin.SELF)
    (said,) = found(regimens=[own, cypionate(day(400))])
    assert (said.code, said.priority) == ("regimens_disagree_testosterone", "P4")


def test_as_needed_against_a_frequency_disagrees() -> None:
    both = [anastrozole(day(300), schedule=Schedule("as_needed"), origin=Origin.SELF), anastrozole(day(400))]
    assert len(found(regimens=both)) == 1


def test_one_statement_alone_or_one_that_ended_does_not_disagree() -> None:
    assert found(regimens=[anastrozole(day(300), origin=Origin.SELF)]) == []
    ended = [anastrozole(day(300), day(10), dose="1", origin=Origin.SELF), anastrozole(day(400))]
    assert found(regimens=ended) == []


def test_a_prescription_to_come_is_known_to_change_it() -> None:
    """He says 1 mg; from the tenth of November 1 mg is prescribed too. Nothing he takes changes, the disagreement ends."""
    starts = day(-8)
    rows = [
        anastrozole(day(300), dose="1", origin=Origin.SELF),
        anastrozole(day(400), starts, dose="0.5"),
        anastrozole(starts, dose="1"),
    ]
    said = evaluate(man(regimens=rows), RULEBOOK, NOW)
    assert "regimens_disagree_ai" in {f.code for f in said.findings}
    assert said.next_change_at is not None
    assert said.next_change_at <= datetime(2026, 11, 10, 5, tzinfo=UTC)
    then = evaluate(man(regimens=rows), RULEBOOK, datetime(2026, 11, 10, 5, tzinfo=UTC))
    assert "regimens_disagree_ai" not in {f.code for f in then.findings}


@given(rows=st.permutations([WEEKLY_AI, anastrozole(day(300), dose="2", origin=Origin.SELF), cypionate(day(400))]))
def test_the_order_of_rows_has_no_say(rows: list[Any]) -> None:
    assert found(regimens=rows, doses=tablets("1")) == found(regimens=sorted(rows, key=lambda r: r.key), doses=tablets("1"))


@given(own=st.decimals(1, 3, places=1), prescribed=st.decimals(1, 3, places=1), logged=st.decimals(1, 3, places=1))
def test_never_more_than_one_of_a_kind_for_a_class(own: Decimal, prescribed: Decimal, logged: Decimal) -> None:
    regimens = [
        anastrozole(day(400), dose=str(own), schedule=WEEKLY, origin=Origin.SELF),
        anastrozole(day(400), dose=str(prescribed), schedule=WEEKLY),
        regimen("letrozole", day(400), dose=str(prescribed), schedule=WEEKLY),
    ]
    codes = [finding.code for finding in found(regimens=regimens, doses=tablets(str(logged)))]
    assert len(codes) == len(set(codes))
