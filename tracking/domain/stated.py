"""What regimens state, put in order once, where a history is read: which of them was in force when. It depends on no rule.

Per drug his own statement is taken before the prescription where both are in force, and copies of one statement are one.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise, zip_longest
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple, Protocol

from tracking.domain.schedule import Schedule

if TYPE_CHECKING:
    from tracking.domain.history import RegimenRecord
    from tracking.domain.rulebook import RuleBook

LOGGED = "logged"
USED = "used"
_SELF = "self"
_START_AND_KEY = attrgetter("starts_on", "key")


class _Dosed(Protocol):
    """Whatever says how much, and how often."""

    @property
    def dose_mg(self) -> Decimal | None: ...
    @property
    def schedule(self) -> Schedule | None: ...


class _Stretch(_Dosed, Protocol):
    """One drug at one dose and interval for some time, and by whose statement."""

    @property
    def key(self) -> str: ...
    @property
    def anchor(self) -> str: ...
    @property
    def basis(self) -> str: ...
    @property
    def starts_on(self) -> date: ...
    @property
    def ends_on(self) -> date | None: ...


class Stated(NamedTuple):
    """One drug at one dose and interval, from ``starts_on`` until before ``ends_on`` (None: open), by the records ``keys``.

    ``key`` and ``anchor`` name it, ``basis`` says whose statement it is.
    """

    key: str
    anchor: str
    drug: str
    basis: str
    starts_on: date
    ends_on: date | None
    dose_mg: Decimal
    schedule: Schedule
    keys: tuple[str, ...]


class Changed(NamedTuple):
    """A change of one drug: when, what (start, stop, dose or interval) and its stable name.

    ``left`` and ``begun`` are the places of what he took until then and from then on; None: nothing.
    """

    on: date
    kind: str
    anchor: str
    left: int | None
    begun: int | None


class DrugRegimens(NamedTuple):
    """The regimens of one drug by their start and key, and what they state: stretches in order that do not overlap.

    ``by_origin``: the same, his own and those prescribed. ``changed``: what changed from one stretch to the next.
    """

    rows: Sequence[RegimenRecord]
    by_origin: Mapping[str, Sequence[RegimenRecord]]
    stated: Sequence[Stated]
    changed: Sequence[Changed]


NO_REGIMENS = DrugRegimens((), {}, (), ())


class RegimenLog(tuple["RegimenRecord", ...]):  # noqa: SLOT001  it carries what was put in order
    """Regimens, and those of each drug in alphabetical order."""

    drugs: Mapping[str, DrugRegimens]
    _edges: Sequence[date]

    def __new__(cls, regimens: Iterable[RegimenRecord] = ()) -> RegimenLog:  # noqa: PYI034  a log comes back as it is
        """Sort them; a log is taken as it is."""
        if isinstance(regimens, RegimenLog):
            return regimens
        log = super().__new__(cls, regimens)
        drugs: dict[str, list[RegimenRecord]] = defaultdict(list)
        for regimen in sorted(log, key=_START_AND_KEY):
            drugs[regimen.drug].append(regimen)
        log.drugs = {drug: _of_drug(rows) for drug, rows in sorted(drugs.items())}
        log._edges = _edges(log)
        return log

    def of_class(self, drug_class: str, rulebook: RuleBook) -> list[RegimenRecord]:
        """Those of all drugs of one class, drug by drug."""
        return [row for drug, of in self.drugs.items() if rulebook.drug_class(drug) == drug_class for row in of.rows]

    def first_edge_after(self, day: date) -> date | None:
        """The first day after ``day`` on which a regimen begins or ends. Of those that state the same, each has its own."""
        return next(iter(self._edges[bisect_right(self._edges, day) :]), None)


def changed_between(stretches: Sequence[_Stretch]) -> list[Changed]:
    """The changes of one drug. A log that runs into a regimen, or out of one, is no change; a log that ends is no stop.

    A log between two regimens joins them, and what the second states is held against what the first did. A use starts and stops
    as a regimen does. Between a use and a regimen lies a change, whichever comes first: the dose nobody knows may be any, and
    wrong is worse than missing.
    """
    found = []
    before: int | None = None
    stated: int | None = None
    for place, stretch in enumerate(stretches):
        last = stretches[before] if before is not None else None
        if last is None or last.ends_on is None or last.ends_on < stretch.starts_on:
            found.append(Changed(stretch.starts_on, "start", stretch.anchor, None, place))
        elif stretch.basis != LOGGED:
            former = before if USED in (last.basis, stretch.basis) else stated
            if former is not None and not is_same(stretches[former], stretch):
                kind = "dose" if at_once(stretches[former]) != at_once(stretch) else "interval"
                found.append(Changed(stretch.starts_on, kind, stretch.anchor, former, place))
        before, stated = place, stated if stretch.dose_mg is None else place
    for place, (stretch, after) in enumerate(zip_longest(stretches, stretches[1:])):
        resumed = after is not None and after.starts_on == stretch.ends_on
        if stretch.ends_on is not None and stretch.basis != LOGGED and not resumed:
            found.append(Changed(stretch.ends_on, "stop", f"end:{stretch.key}", place, None))
    return found


def is_same(one: _Dosed, other: _Dosed) -> bool:
    """Of one dose and frequency, whichever way the frequency was written."""
    if one.dose_mg != other.dose_mg:
        return False
    if one.schedule == other.schedule:
        return True
    return at_once(one) == at_once(other) and _frequency(one.schedule) == _frequency(other.schedule)


def at_once(of: _Dosed) -> tuple[Decimal | None, tuple[str, ...]]:
    """How much at once, whatever the frequency."""
    return of.dose_mg, of.schedule.amounts if of.schedule else ()


def _frequency(schedule: Schedule | None) -> Fraction | str | None:
    per_week = schedule.doses_per_week if schedule else None
    if per_week is not None or schedule is None:
        return per_week
    return schedule.kind


def _edges(regimens: Iterable[RegimenRecord]) -> Sequence[date]:
    return sorted({edge for r in regimens for edge in (r.starts_on, r.ends_on) if edge is not None})


def _of_drug(ordered: Sequence[RegimenRecord]) -> DrugRegimens:
    by_origin: dict[str, list[RegimenRecord]] = defaultdict(list)
    for regimen in ordered:
        by_origin[regimen.origin].append(regimen)
    stated = _stated(ordered)
    return DrugRegimens(ordered, dict(by_origin), stated, changed_between(stated))


def _stated(ordered: Sequence[RegimenRecord]) -> Sequence[Stated]:
    """What the regimens of one drug state. ``ordered``: by their start and key."""
    stated: list[Stated] = []
    for start, end, active in _in_force_together(ordered):
        chosen, first = _said(active)
        # A record that comes back into force after another one's time is an event of its own.
        anchor = f"start:{first.key}" if first.starts_on == start else f"start:{first.key}:{start}"
        keys = tuple(sorted([r.key for r in active])) if len(active) > 1 else (first.key,)
        basis = chosen.origin.value
        last = stated[-1] if stated else None
        if last is not None and last.ends_on == start and is_same(last, chosen):
            stated[-1] = last._replace(ends_on=end, basis=basis, keys=tuple(sorted({*last.keys, *keys})))
        else:
            stated.append(Stated(first.key, anchor, chosen.drug, basis, start, end, chosen.dose_mg, chosen.schedule, keys))
    return stated


def _in_force_together(ordered: Sequence[RegimenRecord]) -> Iterator[tuple[date, date | None, Sequence[RegimenRecord]]]:
    """From when until when which regimens of one drug were in force."""
    if all(r.ends_on is not None and r.ends_on <= after.starts_on for r, after in pairwise(ordered)):
        # One after the other, as most are.
        yield from ((r.starts_on, r.ends_on, (r,)) for r in ordered if r.starts_on != r.ends_on)
        return
    waiting = list(reversed(ordered))
    active: list[RegimenRecord] = []
    for start, end in pairwise([*_edges(ordered), None]):
        while waiting and waiting[-1].starts_on == start:
            active.append(waiting.pop())
        active = [r for r in active if r.ends_on is None or (start is not None and start < r.ends_on)]
        if active and start is not None:
            yield start, end, active


def _said(active: Sequence[RegimenRecord]) -> tuple[RegimenRecord, RegimenRecord]:
    """Of regimens that are in force together, the one that counts, and the one that names what it says.

    The oldest record that says the same names the course, so that a later copy of it does not rename what is due.
    """
    if len(active) == 1:
        return active[0], active[0]
    own = [r for r in active if r.origin == _SELF]
    chosen = max(own or active, key=_START_AND_KEY)
    same = [r for r in active if is_same(r, chosen)]
    return chosen, min(same, key=lambda r: (r.starts_on, r.origin == _SELF, r.key))
