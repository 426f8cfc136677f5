"""What regimens state, whatever the order of their rows."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from random import Random

import pytest

from tests.tracking.domain.build import WEEKLY, anastrozole, cypionate, day, man, regimen
from tracking.domain.history import Origin
from tracking.domain.rulebook import AROMATASE_INHIBITOR
from tracking.domain.stated import RegimenLog
from tracking.evidence import load_rulebook

MARCH, MAY, JUNE = date(2026, 3, 20), date(2026, 5, 4), date(2026, 6, 1)
PRESCRIBED = anastrozole(MARCH, key="prescribed", dose="0.5")
OWN = anastrozole(MAY, JUNE, key="own", dose="0.25", origin=Origin.SELF)


def test_his_own_statement_holds_while_it_is_in_force_and_the_prescription_comes_back_after_it() -> None:
    stated = RegimenLog((OWN, PRESCRIBED)).drugs["anastrozole"].stated
    assert [(s.starts_on, s.ends_on, str(s.dose_mg), s.basis, s.anchor) for s in stated] == [
        (MARCH, MAY, "0.5", "prescribed", "start:prescribed"),
        (MAY, JUNE, "0.25", "self", "start:own"),
        (JUNE, None, "0.5", "prescribed", "start:prescribed:2026-06-01"),
    ]
    assert stated[1].keys == ("own", "prescribed")


def test_two_statements_that_agree_are_one_under_the_name_of_the_older() -> None:
    (stated,) = RegimenLog((anastrozole(MARCH, MAY, key="a"), anastrozole(MAY, key="b"))).drugs["anastrozole"].stated
    assert (stated.key, stated.keys, stated.starts_on, stated.ends_on) == ("a", ("a", "b"), MARCH, None)


def test_equal_rows_state_the_same_in_any_order() -> None:
    rows = [OWN, PRESCRIBED, cypionate(MARCH, MAY, key="c"), cypionate(MAY, dose="100", key="d", schedule=WEEKLY)]
    shuffled = list(rows)
    Random(7).shuffle(shuffled)
    assert RegimenLog(shuffled).drugs == RegimenLog(rows).drugs


def test_drugs_are_in_alphabetical_order_and_a_class_holds_all_of_its_drugs() -> None:
    log = RegimenLog((regimen("letrozole", MAY, key="l"), cypionate(MARCH, key="t"), anastrozole(MARCH, key="a")))
    assert list(log.drugs) == ["anastrozole", "letrozole", "testosterone_cypionate"]
    assert [row.key for row in log.of_class(AROMATASE_INHIBITOR, load_rulebook())] == ["a", "l"]


@pytest.mark.parametrize(
    ("on", "expected"), [(day(300), MARCH), (MARCH, MAY), (date(2026, 5, 3), MAY), (MAY, JUNE), (JUNE, None)]
)
def test_the_next_edge_is_the_first_start_or_end_after_a_day(on: date, expected: date | None) -> None:
    assert RegimenLog((OWN, PRESCRIBED)).first_edge_after(on) == expected


def test_a_history_that_is_changed_elsewhere_keeps_its_regimens_in_order_and_new_ones_are_put_in_order() -> None:
    history = man(regimens=[PRESCRIBED])
    assert replace(history, labs=()).regimen_log is history.regimen_log
    assert replace(history, regimens=(OWN,)).regimen_log.drugs["anastrozole"].stated[0].key == "own"
