"""Labs, doses and scans put in order once, where a history is read. What comes of it depends on no rule and on no day.

A history may be long and is read once, while it may be asked under several rulebooks and as of several days. The rows may come
in any order: equal rows make equal logs.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import groupby
from operator import attrgetter, eq, itemgetter
from typing import TYPE_CHECKING, NamedTuple, Protocol

from msgspec import Struct

from tracking.domain.reported import Assay, Comparator, Precision

if TYPE_CHECKING:
    from tracking.domain.history import DoseRecord, LabRecord, ScanRecord, SiteRecord


class _Keyed(Protocol):
    @property
    def key(self) -> str: ...


_NEVER = datetime.min.replace(tzinfo=UTC)
_ASSAY = attrgetter("lab.reported.assay")
_AT, _AT_AND_KEY = attrgetter("taken.at"), attrgetter("taken.at", "key")
_DATED = frozenset({Precision.MINUTE, Precision.DAY})
_SKIPPED = "skipped"
_ON_AND_KEY = attrgetter("scanned_on", "key")
# By which power of ten a unit differs from g/cm2.
_EXPONENTS = {"g/cm2": 0, "mg/cm2": -3}
_BLOCK = 64


class Dated(Struct, frozen=True):
    """The key of a result that is known to the day, and the day."""

    key: str
    on: date


class Draw(Struct, frozen=True):
    """One result with the local day it was drawn on.

    ``on`` is the first day it can have been drawn on, None where nothing bounds it; ``dated``: known to the day, then as
    ``day``.
    """

    lab: LabRecord
    on: date | None
    dated: bool
    day: Dated | None


def _place(draw: Draw) -> tuple[date, datetime, str]:
    """By local day."""
    return draw.on or date.min, draw.lab.reported.collected.at, draw.lab.key


class Draws(tuple[Draw, ...]):  # noqa: SLOT001  it carries what was put in order
    """The draws of one analyte in order of time; one of unknown date comes first, for it can never be said to be the latest.

    ``by_key``: each by the key of its result. ``days``: the first day that each can have been drawn on, the least of all days
    where nothing bounds it. ``runs``: results that are known to the day, neighbours by one assay together. ``last_at``: the
    last instant at which the latest, or one whose day is not known, can have been drawn. ``all_dated``: every day is known;
    ``any_typed``: some result was typed in by a person.
    """

    by_key: Mapping[str, Draw]
    days: Sequence[date]
    runs: Sequence[tuple[Assay, Sequence[Dated]]]
    last_at: datetime
    all_dated: bool
    any_typed: bool

    def __new__(cls, draws: Iterable[Draw] = ()) -> Draws:  # noqa: PYI034  as below
        """Sort them."""
        drawn = super().__new__(cls, sorted(draws, key=_place))
        drawn.by_key = {draw.lab.key: draw for draw in drawn}
        drawn.days = [draw.on or date.min for draw in drawn]
        runs = [(assay, [draw.day for draw in of if draw.day is not None]) for assay, of in groupby(drawn, key=_ASSAY)]
        drawn.runs = [(assay, dated) for assay, dated in runs if dated]
        lasts = [draw.lab.reported.collected.latest for draw in drawn if draw.on == drawn[-1].on or not draw.dated]
        drawn.last_at = max(lasts, default=_NEVER)
        drawn.all_dated = all(draw.dated for draw in drawn)
        drawn.any_typed = any(draw.lab.typed for draw in drawn)
        return drawn

    def until(self, at: datetime) -> Draws:
        """Those up to an instant, which is among them."""
        return Draws([draw for draw in self if draw.lab.reported.collected.at <= at])


NO_DRAWS = Draws()


class LabLog(tuple["LabRecord", ...]):  # noqa: SLOT001  it carries what was put in order
    """Results, and the draws of each analyte in order of time.

    ``last_at`` is the latest instant of all; ``digest`` names the results, whatever their order.
    """

    draws: Mapping[str, Draws]
    last_at: datetime
    digest: str

    def __new__(cls, labs: Iterable[LabRecord] = ()) -> LabLog:  # noqa: PYI034  a log comes back as it is
        """Sort them; a log is taken as it is."""
        if isinstance(labs, LabLog):
            return labs
        log = super().__new__(cls, labs)
        found: dict[str, list[Draw]] = defaultdict(list)
        for lab in log:
            collected = lab.reported.collected
            on = None if collected.precision is Precision.UNKNOWN else collected.local.date()
            day = Dated(lab.key, on) if on is not None and collected.precision in _DATED else None
            found[lab.analyte].append(Draw(lab, on, day is not None, day))
        log.draws = {analyte: Draws(of) for analyte, of in found.items()}
        log.last_at = max([lab.reported.collected.at for lab in log], default=_NEVER)
        log.digest = digest_of(keys_of(log))
        return log


class DrugLog(Struct, frozen=True):
    """The doses of one drug or class in order of time: those taken with their instants, and the instants of skipped ones."""

    taken: Sequence[DoseRecord] = ()
    times: Sequence[datetime] = ()
    skipped: Sequence[datetime] = ()

    def until(self, at: datetime) -> DrugLog:
        """The log as it stood at an instant, which is in it."""
        number = bisect_right(self.times, at)
        return DrugLog(self.taken[:number], self.times[:number], self.skipped[: bisect_right(self.skipped, at)])


NO_LOG = DrugLog()


class DoseLog(tuple["DoseRecord", ...]):  # noqa: SLOT001  as above
    """Doses in order of time (of one instant by key), and those of each drug. ``times`` are the instants of all."""

    times: Sequence[datetime]
    drugs: Mapping[str, DrugLog]
    _beginnings: Sequence[bytes]

    def __new__(cls, doses: Iterable[DoseRecord] = ()) -> DoseLog:  # noqa: PYI034  as above
        """Sort them; a log is taken as it is."""
        if isinstance(doses, DoseLog):
            return doses
        ordered = by_time(doses)
        log = super().__new__(cls, ordered)
        log.times, log.drugs = [dose.taken.at for dose in ordered], _by_drug(ordered)
        log._beginnings = _digests([dose.key for dose in ordered])
        return log

    def digest(self, number: int | None = None) -> str:
        """Names the doses, or the first so many of them. Of a beginning it costs no more than a block of keys."""
        number = len(self) if number is None else number
        begun = number - number % _BLOCK
        return _next(self._beginnings[begun // _BLOCK], [dose.key for dose in self[begun:number]]).hex()


class Measured(NamedTuple):
    """One region at one scan, and its BMD in g/cm2."""

    scan: ScanRecord
    site: SiteRecord
    bmd: Decimal


class ScanLog(tuple["ScanRecord", ...]):  # noqa: SLOT001  as above
    """Scans in order of time, and each region that one device measured, by facility, device, region, side and vertebrae.

    What is censored, or in a unit that is not known, cannot be held against anything. An unnamed device is not the same device
    as another unnamed one.
    """

    sites: Mapping[tuple[str, ...], Sequence[Measured]]

    def __new__(cls, scans: Iterable[ScanRecord] = ()) -> ScanLog:  # noqa: PYI034  as above
        """Sort them; a log is taken as it is."""
        if isinstance(scans, ScanLog):
            return scans
        log = super().__new__(cls, sorted(scans, key=_ON_AND_KEY))
        sites: dict[tuple[str, ...], list[Measured]] = defaultdict(list)
        for scan in log:
            for site in scan.sites if scan.device else ():
                bmd, exponent = site.bmd, _EXPONENTS.get(site.bmd.unit)
                if exponent is not None and bmd.comparator is Comparator.EQUAL:
                    place = (scan.facility, scan.device, site.region, site.side, site.vertebrae)
                    sites[place].append(Measured(scan, site, bmd.number.scaleb(exponent)))
        log.sites = dict(sorted(sites.items(), key=itemgetter(0)))
        return log

    def until(self, day: date) -> ScanLog:
        """The scans up to a day, which is among them."""
        if not self or self[-1].scanned_on <= day:
            return self
        return ScanLog([scan for scan in self if scan.scanned_on <= day])


def by_time(doses: Iterable[DoseRecord]) -> list[DoseRecord]:
    """By the instant, then by key, which only doses of one instant are asked for."""
    ordered = sorted(doses, key=_AT)
    times = [dose.taken.at for dose in ordered]
    if any(map(eq, times, times[1:])):
        ordered.sort(key=_AT_AND_KEY)
    return ordered


def digest_of(*parts: str) -> str:
    """SHA-256 over texts in this order."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def keys_of(rows: Iterable[_Keyed]) -> str:
    """The keys of records, whatever their order, as one text."""
    return ",".join(sorted([row.key for row in rows]))


def contents_of(rows: Iterable[object]) -> str:
    """The whole content of records, whatever their order, as one text."""
    return ",".join(sorted([repr(row) for row in rows]))


def _by_drug(doses: Iterable[DoseRecord]) -> dict[str, DrugLog]:
    taken: dict[str, list[DoseRecord]] = defaultdict(list)
    skipped: dict[str, list[datetime]] = defaultdict(list)
    for dose in doses:
        if dose.kind == _SKIPPED:
            skipped[dose.drug].append(dose.taken.at)
        else:
            taken[dose.drug].append(dose)
    return {
        drug: DrugLog(taken[drug], [dose.taken.at for dose in taken[drug]], skipped[drug])
        for drug in sorted(taken.keys() | skipped.keys())
    }


def _digests(keys: Sequence[str]) -> list[bytes]:
    """The digest of each beginning of so many whole blocks, each made from the one before."""
    digests = [b""]
    for start in range(0, len(keys) - _BLOCK + 1, _BLOCK):
        digests.append(_next(digests[-1], keys[start : start + _BLOCK]))
    return digests


def _next(before: bytes, keys: Sequence[str]) -> bytes:
    return hashlib.sha256(before + "\n".join(keys).encode()).digest()
