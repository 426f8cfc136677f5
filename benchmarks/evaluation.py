"""What one evaluation costs, beside a bare loop over the same records, and how the cost grows with the length of a life."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from itertools import pairwise

from benchmarks.lives import DRAWS_A_YEAR, NOW, life, unchanged
from benchmarks.measure import Timed, in_turns
from benchmarks.targets import Held, Line
from tracking.domain.evaluate import Evaluation, evaluate
from tracking.domain.history import History
from tracking.domain.rulebook import RuleBook
from tracking.evidence import load_rulebook

TARGET_MS = 1.0
_YEARS = (5, 10, 20, 40)
_OPENED = (10, 20)
_LONG = 67
_ROUNDS, _CALLS = 21, 5


def bare_loop(history: History) -> tuple[int, int]:
    """The least that any evaluation has to do: look at every record once, compare each estradiol with one number."""
    low = sum(1 for lab in history.labs if lab.analyte == "estradiol" and float(lab.reported.value.digits) < 16)  # noqa: PLR2004  the baseline knows no rulebook
    last = max((dose.taken.at for dose in history.doses), default=None)
    return low, sum(1 for dose in history.doses if dose.taken.at == last) + sum(len(scan.sites) for scan in history.scans)


def _read_afresh(history: History) -> History:
    """As a history is made from rows that were just loaded: each kind is put in order, and named."""
    labs, regimens, doses, scans = (*history.labs,), (*history.regimens,), (*history.doses,), (*history.scans,)
    return replace(history, labs=labs, regimens=regimens, doses=doses, scans=scans)


def _read_and_evaluate(history: History, rulebook: RuleBook) -> Evaluation:
    return evaluate(_read_afresh(history), rulebook, NOW)


def _opened(history: History, rulebook: RuleBook) -> object:
    """Everything that a reader can open, old draws and answered items included."""
    said = evaluate(history, rulebook, NOW)
    return said.as_dict(), said.due


def report(*, rounds: int = _ROUNDS, calls: int = _CALLS) -> Iterator[Line]:
    """The figures as lines of a table."""
    rulebook = load_rulebook()
    lives = {years: life(years) for years in _YEARS}
    # An evaluation keeps nothing on a History that could help the next one.
    subjects: dict[str, Callable[[], object]] = {
        f"evaluate {years}": partial(evaluate, one, rulebook, NOW) for years, one in lives.items()
    }
    subjects["bare loop 10"] = partial(bare_loop, lives[10])
    subjects["in order 10"] = partial(_read_afresh, lives[10])
    subjects["both 10"] = partial(_read_and_evaluate, lives[10], rulebook)
    subjects |= {f"opened {years}": partial(_opened, lives[years], rulebook) for years in _OPENED}
    subjects["cut"] = partial(_opened, life(_LONG), rulebook)
    subjects["whole"] = partial(_opened, unchanged(_LONG), rulebook)
    timed = in_turns(subjects, rounds=rounds, calls=calls)
    ten, bare = timed["evaluate 10"], timed["bare loop 10"]
    yield "One evaluation: ten years, 60 draws of two hormones, 1,500 dose events, 6 scans"
    yield f"  {_line('evaluate', ten)}"
    yield Held("one evaluation of ten years", ten.median * 1000, "ms", TARGET_MS, lower=True)
    yield f"  {_line('bare loop', bare)}   evaluate / bare loop = {ten.median / bare.median:.1f}"
    yield f"  {_line('put in order', timed['in order 10'])}   once, where the history is read"
    yield f"  {_line('both', timed['both 10'])}   both / bare loop = {timed['both 10'].median / bare.median:.1f}"
    yield f"  {_line('opened', timed['opened 10'])}   evaluated, and all of it made: old draws, answered items, every sentence"
    yield "Growth with the length of a life (1.0: linear)"
    for shorter, longer in pairwise(_YEARS):
        ratio = timed[f"evaluate {longer}"].median / timed[f"evaluate {shorter}"].median
        yield f"  {shorter:>3} to {longer:>3} years: {ratio:.2f} times the cost, {ratio * shorter / longer:.2f} of linear"
    ratio = timed["opened 20"].median / timed["opened 10"].median
    yield f"   10 to  20 years, opened: {ratio:.2f} times the cost, {ratio / 2:.2f} of linear"
    ratio = timed["whole"].median / timed["cut"].median
    yield f"One segment of {_LONG * DRAWS_A_YEAR} draws, opened: {ratio:.2f} times the cost of the same life cut every year"


def _line(name: str, timed: Timed) -> str:
    return f"{name:<12} {timed.median * 1000:8.3f} ms (middle half {timed.spread_percent:.0f} % wide)"
