"""What one evaluation costs, beside a bare loop over the same records, and how the cost grows with the length of a life."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from itertools import pairwise

from benchmarks.lives import DRAWS_A_YEAR, NOW, life, unchanged
from benchmarks.measure import Timed, in_turns
from tracking.domain.evaluate import Evaluation, evaluate
from tracking.domain.history import History
from tracking.domain.rulebook import RuleBook
from tracking.evidence import load_rulebook

TARGET_MS = 1.0
_YEARS = (5, 10, 20, 40)
_LONG = 67
_ROUNDS, _CALLS = 21, 5


def bare_loop(history: History) -> tuple[int, int]:
    """The least that any evaluation has to do: look at every record once, compare each estradiol with one number."""
    low = sum(1 for lab in history.labs if lab.analyte == "estradiol" and float(lab.reported.value.digits) < 16)  # noqa: PLR2004  the baseline knows no rulebook
    last = max((dose.taken.at for dose in history.doses), default=None)
    return low, sum(1 for dose in history.doses if dose.taken.at == last) + sum(len(scan.sites) for scan in history.scans)


def _evaluate_afresh(history: History, rulebook: RuleBook) -> Evaluation:
    return evaluate(replace(history), rulebook, NOW)


def report(*, rounds: int = _ROUNDS, calls: int = _CALLS) -> Iterator[str]:
    """The figures as lines of a table."""
    rulebook = load_rulebook()
    lives = {years: life(years) for years in _YEARS}
    # A fresh History every time: nothing that an evaluation may keep on it helps the next one.
    subjects: dict[str, Callable[[], object]] = {
        f"evaluate {years}": partial(_evaluate_afresh, one, rulebook) for years, one in lives.items()
    }
    subjects["bare loop 10"] = partial(bare_loop, lives[10])
    subjects["cut"] = partial(_evaluate_afresh, life(_LONG), rulebook)
    subjects["whole"] = partial(_evaluate_afresh, unchanged(_LONG), rulebook)
    timed = in_turns(subjects, rounds=rounds, calls=calls)
    ten, bare = timed["evaluate 10"], timed["bare loop 10"]
    yield "One evaluation: ten years, 60 draws of two hormones, 1,500 dose events, 6 scans"
    outcome = "met" if ten.median * 1000 < TARGET_MS else "fallen short"
    yield f"  {_line('evaluate', ten)}   target {TARGET_MS:.1f} ms: {outcome}"
    yield f"  {_line('bare loop', bare)}   evaluate / bare loop = {ten.median / bare.median:.1f}"
    yield "Growth with the length of a life (1.0: linear)"
    for shorter, longer in pairwise(_YEARS):
        ratio = timed[f"evaluate {longer}"].median / timed[f"evaluate {shorter}"].median
        yield f"  {shorter:>3} to {longer:>3} years: {ratio:.2f} times the cost, {ratio * shorter / longer:.2f} of linear"
    ratio = timed["whole"].median / timed["cut"].median
    yield f"One segment of {_LONG * DRAWS_A_YEAR} draws: {ratio:.2f} times the cost of the same life with a change every year"


def _line(name: str, timed: Timed) -> str:
    return f"{name:<10} {timed.median * 1000:8.3f} ms (middle half {timed.spread_percent:.0f} % wide)"
