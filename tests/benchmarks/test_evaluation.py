"""That the measurements run, and that an evaluation grows no faster than the life that it reads."""

from __future__ import annotations

import sys
from dataclasses import replace

from benchmarks.evaluation import report
from benchmarks.lives import DOSES_A_YEAR, DRAWS_A_YEAR, NOW, life
from benchmarks.measure import in_turns
from tracking.domain.evaluate import evaluate
from tracking.domain.history import History
from tracking.domain.lab_plan import TESTOSTERONE_TOTAL
from tracking.evidence import load_rulebook

RULEBOOK = load_rulebook()
SHORT, LONG = 10, 40
# Linear is 4 for four times the life, quadratic 16. Steps are the same on every machine; time is not, where others use it too.
# What is said of today looks back a part of the way, so it grows more slowly than the life.
MOST_STEPS, MOST_TIME = 3, 12
# Of ten years: a bound on the whole, so that no change makes it dearer unseen.
MOST_ENTERED = 1_300


def steps(history: History) -> int:
    """How many functions of Python one evaluation enters: the same on every machine, however busy."""
    entered = 0

    def count(_frame: object, event: str, _arg: object) -> None:
        nonlocal entered
        entered += event == "call"

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        evaluate(replace(history), RULEBOOK, NOW)
    finally:
        sys.setprofile(before)
    return entered


def test_ten_years_are_what_the_report_says() -> None:
    ten = life(10)
    estradiol = [lab for lab in ten.labs if lab.analyte == "estradiol"]
    testosterone = [lab for lab in ten.labs if lab.analyte == TESTOSTERONE_TOTAL]
    assert (len(estradiol), len(testosterone), len(ten.doses), len(ten.scans)) == (
        10 * DRAWS_A_YEAR,
        10 * DRAWS_A_YEAR,
        10 * DOSES_A_YEAR,
        6,
    )


def test_four_times_the_life_takes_fewer_than_four_times_the_steps() -> None:
    for history in (life(SHORT), life(LONG)):
        evaluate(history, RULEBOOK, NOW)
    assert steps(life(LONG)) < MOST_STEPS * steps(life(SHORT))


def test_ten_years_take_no_more_steps_than_they_did() -> None:
    evaluate(life(SHORT), RULEBOOK, NOW)
    assert steps(life(SHORT)) < MOST_ENTERED


def test_the_report_runs_from_end_to_end() -> None:
    lines = [str(line) for line in report(rounds=5, calls=1)]
    assert lines[0].startswith("One evaluation: ten years, 60 draws")
    assert [line.partition(":")[0].split()[-1] for line in lines if "of linear" in line] == [*["years"] * 3, "opened"]


def test_four_times_the_life_takes_not_much_more_than_four_times_the_time() -> None:
    short, long = life(SHORT), life(LONG)
    timed = in_turns({"short": lambda: evaluate(short, RULEBOOK, NOW), "long": lambda: evaluate(long, RULEBOOK, NOW)}, rounds=5)
    assert timed["long"].low < MOST_TIME * timed["short"].low
