"""Days below the floor: known, possible, not below, unknown."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.tracking.domain.build import NOW, anastrozole, day, lab, man
from tracking.domain.evaluate import evaluate, gather
from tracking.domain.findings.series_notes import days_text
from tracking.domain.series import DaysBelow
from tracking.evidence import load_rulebook

RULEBOOK = load_rulebook()


def days(*labs: Any, window: int = 365, **rows: Any) -> DaysBelow:
    counted = gather(man(labs=labs, **rows), RULEBOOK, NOW).series.days_below
    return next(one for one in counted if one.window == window)


def counts(*labs: Any, **more: Any) -> tuple[int, int, int, int]:
    of = days(*labs, **more)
    return of.known, of.possible, of.not_below, of.unknown


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ("12.0", "12.0", (50, 0, 0, 315)),
        ("12.0", "30.0", (0, 50, 0, 315)),
        ("30.0", "12.0", (0, 50, 0, 315)),
        ("30.0", "30.0", (0, 0, 50, 315)),
        ("12.0", "<18", (0, 50, 0, 315)),
        ("<18", "<18", (0, 50, 0, 315)),
        ("30.0", "<18", (0, 50, 0, 315)),
        ("<16", "<10", (50, 0, 0, 315)),
        ("16.0", "16.0", (0, 0, 50, 315)),
    ],
)
def test_both_ends_decide(first: str, last: str, expected: tuple[int, int, int, int]) -> None:
    assert counts(lab(first, day(60), key="a"), lab(last, day(10), key="b")) == expected


def test_nothing_is_known_before_the_first_and_after_the_last() -> None:
    assert counts() == (0, 0, 0, 365)
    assert counts(lab("12.0", day(60))) == (0, 0, 0, 365)


def test_an_interval_over_120_days_is_unknown() -> None:
    assert counts(lab("12.0", day(120)), lab("12.0", day(0), key="b"))[0] == 120
    assert counts(lab("12.0", day(121)), lab("12.0", day(0), key="b"))[0] == 0


def test_an_interval_that_is_cut_is_unknown() -> None:
    labs = [lab("12.0", day(60), key="a"), lab("12.0", day(10), key="b")]
    assert counts(*labs, regimens=[anastrozole(day(30))]) == (0, 0, 0, 365)


def test_two_assays_never_make_an_interval() -> None:
    assert counts(lab("12.0", day(60)), lab("12.0", day(10), method="immunoassay")) == (0, 0, 0, 365)


def test_where_two_assays_speak_the_more_specific_one_is_heard() -> None:
    ms = [lab("17.0", day(60), key="a"), lab("17.0", day(10), key="b")]
    other = [lab("17.0", day(80), method="immunoassay", key="c"), lab("17.0", day(5), method="immunoassay", key="d")]
    assert counts(*ms, *other) == (25, 0, 50, 290)


def test_a_result_by_another_assay_between_does_not_make_known_days_unknown() -> None:
    labs = [lab("12.0", day(60)), lab("12.0", day(10), key="b")]
    assert counts(*labs, lab("40", day(30), method="immunoassay"))[0] == 50


def test_of_one_day_the_worst_counts() -> None:
    labs = [lab("12.0", day(60), key="a"), lab("30.0", day(60), at="19:00", key="b"), lab("12.0", day(10), key="c")]
    assert counts(*labs)[0] == 50


def test_each_window_has_its_own_count() -> None:
    labs = [lab("12.0", day(110)), lab("12.0", day(10), key="b")]
    assert counts(*labs, window=90) == (80, 0, 0, 10)
    assert counts(*labs, window=365) == (100, 0, 0, 265)


def test_the_count_in_words() -> None:
    labs = [lab("12.0", day(100), key="a"), lab("12.0", day(59), key="b"), lab("30.0", day(10), key="c")]
    assert days_text(days(*labs), RULEBOOK) == (
        "At least 41 days below the floor in the last 365, at most 90; 275 days unknown."
    )


def test_the_day_on_which_the_count_falls_below_a_threshold_is_known_before() -> None:
    """115 known days, which leave the year one by one from the 300th day ago on."""
    labs = [lab("12.0", day(300), key="a"), lab("12.0", day(185), key="b")]
    history = man(labs=labs, regimens=[anastrozole(day(900))])
    on = next(change for change in days(*labs).changes_on)
    before = gather(history, RULEBOOK, NOW + (on - timedelta(days=1) - NOW.date())).series.days_below[-1]
    after = gather(history, RULEBOOK, NOW + (on - NOW.date())).series.days_below[-1]
    assert (before.known, after.known) == (90, 89)


def test_passing_days_change_the_count_and_not_the_outcome() -> None:
    history = man(labs=[lab("12.0", day(360), key="a"), lab("12.0", day(250), key="b")])
    one, two = evaluate(history, RULEBOOK, NOW), evaluate(history, RULEBOOK, NOW + timedelta(days=9))
    assert one.series.days_below != two.series.days_below
    assert one.next_change_at is not None
    assert one.next_change_at > NOW + timedelta(days=9)
    assert one.outcome_digest == two.outcome_digest
