"""Every slope between two points of different days, in order of size: listed where they are few, and else found by their rank.

Points have pairs by the square of their number. A life of results has some thousand; a table of daily ones would have millions,
and to list and sort those takes gigabytes. So a rank among many is found by guessing: how many slopes are no larger than a
guess is counted without listing them (Fenwick's tree over the points turned by the guess).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from math import isqrt
from typing import overload

__all__ = ["MOST_LISTED", "Found", "slopes_of"]

# Pairs up to which a list is the faster way; a thousand points.
MOST_LISTED = 500_000
# Guesses are whole multiples of one in so many, per day: a slope that is found lies less than that below what is told. The
# smallest slope beside level, a step in a hundred years, is larger: rising, falling and level are never taken one for another.
_FINE = 1 << 20
_ASIDE = 32
# A prime, so that a point is paired with one anywhere.
_STRIDE = 7_919

Number = int | float


def slopes_of(days: Sequence[int], values: Sequence[Number]) -> Sequence[float]:
    """Slopes per day. ``days``: whole, in ascending order. ``values``: whole, so that a count is exact; or in one unit."""
    if len(days) * (len(days) - 1) // 2 > MOST_LISTED:
        return Found(days, values)
    points = list(zip(days, values, strict=True))
    listed = [
        (then - value) / (other - day)
        for number, (day, value) in enumerate(points)
        for other, then in points[number + 1 :]
        if other != day
    ]
    listed.sort()
    return listed


class Found(Sequence[float]):
    """The same without a list: each slope that is asked for is found, and told to a millionth a day, rounded up."""

    def __init__(self, days: Sequence[int], values: Sequence[Number]) -> None:
        first = days[0]
        self._days: list[list[tuple[int, Number]]] = []
        for day, value in zip(days, values, strict=True):
            if not self._days or self._days[-1][0][0] != day - first:
                self._days.append([])
            self._days[-1].append((day - first, value * _FINE))
        same = sum(count * (count - 1) // 2 for count in Counter(days).values())
        self._length = len(days) * (len(days) - 1) // 2 - same
        steepest = int(max(values) - min(values) + 1) * _FINE
        # How many slopes are no larger than a guess; none is as steep as these two.
        self._counted = {-steepest - 1: 0, steepest: self._length}
        self._some: list[int] = []

    def __len__(self) -> int:
        return self._length

    @overload
    def __getitem__(self, rank: int) -> float: ...
    @overload
    def __getitem__(self, rank: slice) -> Sequence[float]: ...
    def __getitem__(self, rank: int | slice) -> float | Sequence[float]:
        if isinstance(rank, slice):
            return [self[each] for each in range(*rank.indices(self._length))]
        if not -self._length <= rank < self._length:
            raise IndexError(rank)
        rank %= self._length
        counted = self._counted
        # More slopes than ``rank`` are no larger than ``least``; of ``below`` that is not so.
        below = max(guess for guess, count in counted.items() if count <= rank)
        least = min(guess for guess, count in counted.items() if count > rank)
        guesses = self._about(rank)
        halve = False
        while least - below > 1:
            width = least - below
            guess = guesses.pop() if guesses else (below + least) // 2 if halve else _along(below, least, counted, rank)
            guess = min(max(guess, below + 1), least - 1)
            counted[guess] = self._at_most(guess)
            if counted[guess] > rank:
                least = guess
            else:
                below = guess
            # Where slopes lie otherwise than was guessed, halving is never far behind.
            halve = not halve and least - below > width // 2
        return least / _FINE

    def _about(self, rank: int) -> list[int]:
        """Two guesses between which a slope probably lies, from those of some thousand pairs."""
        if not self._some:
            flat = [(day, height) for of in self._days for day, height in of]
            pairs = ((flat[one], flat[one * _STRIDE % len(flat)]) for one in range(len(flat)))
            self._some = sorted(int((then - height) / (other - day)) for (day, height), (other, then) in pairs if other != day)
        near, reach = rank * len(self._some) // self._length, isqrt(len(self._some))
        last = len(self._some) - 1
        return [self._some[min(max(at, 0), last)] for at in (near - reach, near + reach)] if self._some else []

    def _at_most(self, guess: int) -> int:
        """How many slopes are no larger: pairs whose later point, seen along the guess, is no higher than the earlier."""
        turned = [[value - guess * day for day, value in of] for of in self._days]
        places = {height: place for place, height in enumerate(sorted({one for of in turned for one in of}), 1)}
        return _falls([[places[height] for height in of] for of in turned], len(places))


def _along(below: int, least: int, counts: Mapping[int, int], rank: int) -> int:
    """Where a rank lies between two if slopes are as dense all between them; a little beyond, seen from the nearer of the two,
    so that it is cut off on both sides when that is about right.
    """
    width = least - below
    along = width * (rank + 1 - counts[below]) // (counts[least] - counts[below])
    aside = width // _ASIDE + 1
    return below + (along + aside if along < width // 2 else along - aside)


def _falls(days: Sequence[Sequence[int]], highest: int) -> int:
    """Pairs of places from 1 to ``highest``, of different days, of which the later is not the higher."""
    lower_than, found, before = [0] * (highest + 1), 0, 0
    for of in days:
        for place in of:
            found += before
            under = place - 1
            while under:
                found -= lower_than[under]
                under &= under - 1
        for place in of:
            over = place
            while over <= highest:
                lower_than[over] += 1
                over += over & -over
        before += len(of)
    return found
