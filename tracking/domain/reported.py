"""The value as reported: one type, one printed form, used by every door.

Conversion happens late and never on storage: ``<5.10 pg/mL`` stays ``<5.10 pg/mL``, digit for digit.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import cache
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta
from msgspec import Struct

from tracking.domain.months import SHORT_NAMES
from tracking.domain.problems import problem

# Digits as typed, a point as the only separator. Bounded, so that no input can make arithmetic expensive.
_VALUE = re.compile(r"(?P<comparator><=|>=|<|>|≤|≥)?\s*(?P<digits>[0-9]{1,12}(?:\.[0-9]{1,9})?)", re.ASCII)
_PRINTED = {"≤": "<=", "≥": ">="}


class Comparator(StrEnum):
    """How a value relates to the truth. EQUAL prints as nothing."""

    EQUAL = ""
    LESS = "<"
    AT_MOST = "<="
    GREATER = ">"
    AT_LEAST = ">="

    @property
    def censors(self) -> bool:
        return self is not Comparator.EQUAL


class Value(Struct, frozen=True):
    """Comparator and digits exactly as reported, with the unit (UCUM code) they were reported in."""

    comparator: Comparator
    digits: str
    unit: str

    @property
    def number(self) -> Decimal:
        return Decimal(self.digits)

    @property
    def decimals(self) -> int:
        """Decimal places as reported: 2 for ``5.10``."""
        return len(self.digits.partition(".")[2])

    @property
    def text(self) -> str:
        return f"{self.comparator}{self.digits}"

    def __str__(self) -> str:
        return f"{self.text} {self.unit}"


def parse_value(text: object, unit: str, *, pointer: str = "/value") -> Value:
    """Read ``5.10``, ``<5``, ``< 5``, ``≤5``, ``>=1500`` as reported in ``unit``.

    Raises :class:`Problem` for anything else; a comma is never taken for a decimal point, because 1,250 has two readings.
    """
    if not isinstance(text, str):
        raise problem(
            pointer,
            "value-not-text",
            "Send the value as text, exactly as reported, for example {example}. Received: {received}.",
            example='"5.10" or "<5"',
            received=repr(text)[:40],
        )
    match = _VALUE.fullmatch(text.strip())
    if match is None:
        received = text.strip()[:40]
        if "," in received:
            raise problem(
                pointer,
                "value-comma",
                "'{received}' has a comma. Write a point for decimals and no thousands separator, for example 5.1.",
                received=received,
            )
        raise problem(
            pointer,
            "value-unreadable",
            "'{received}' is not a value. Accepted: digits with an optional point, and <, <=, > or >= before them, "
            "for example 24, 5.10 or <24.",
            received=received,
        )
    comparator = match["comparator"] or ""
    return Value(Comparator(_PRINTED.get(comparator, comparator)), match["digits"], unit)


class Precision(StrEnum):
    """How exactly a moment is known. UNKNOWN: no later than the instant given."""

    MINUTE = "minute"
    DAY = "day"
    MONTH = "month"
    YEAR = "year"
    UNKNOWN = "unknown"


_SPANS = {
    Precision.DAY: relativedelta(days=1),
    Precision.MONTH: relativedelta(months=1),
    Precision.YEAR: relativedelta(years=1),
}


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant with how precisely it is known and the IANA zone it was lived in.

    ``at`` is an aware UTC instant; with a precision of a day or coarser it is the start of that span in ``zone``.
    """

    at: datetime
    precision: Precision
    zone: str

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            raise ValueError("a moment needs an aware instant")

    @property
    def local(self) -> datetime:
        return self.at.astimezone(ZoneInfo(self.zone))

    @property
    def earliest(self) -> datetime | None:
        """The first instant it can stand for; None where nothing bounds it."""
        return None if self.precision is Precision.UNKNOWN else self.at

    @property
    def latest(self) -> datetime:
        """The last instant it can stand for."""
        if self.precision is Precision.MINUTE or self.precision is Precision.UNKNOWN:
            return self.at
        span = _SPANS[self.precision]
        # Wall-clock arithmetic in the man's zone: a day has 23 or 25 hours twice a year, and where midnight is in the gap it
        # begins at one.
        first = datetime.combine(self.local.date(), time())
        end = (first + span).replace(tzinfo=ZoneInfo(self.zone))
        return end.astimezone(UTC) - timedelta(microseconds=1)

    @property
    def has_time(self) -> bool:
        return self.precision is Precision.MINUTE

    def __str__(self) -> str:
        local = self.local
        month = f"{SHORT_NAMES[local.month]} {local.year}"
        match self.precision:
            case Precision.MINUTE:
                return f"{local.day} {month} {local.hour:02}:{local.minute:02} {self.zone}"
            case Precision.DAY:
                return f"{local.day} {month}"
            case Precision.MONTH:
                return month
            case Precision.YEAR:
                return str(local.year)
            case Precision.UNKNOWN:
                return f"date unknown (by {local.day} {month})"


class Method(StrEnum):
    """How the laboratory measured."""

    LCMSMS = "lcmsms"
    GCMS = "gcms"
    IMMUNOASSAY = "immunoassay"
    UNKNOWN = "unknown"


class MethodEvidence(StrEnum):
    """Where the method is known from (CLINICAL 9.1: the assay must be shown). Which of them count is a rule."""

    LAB_MESSAGE = "lab_message"
    LAB_TEST_CODE = "lab_test_code"
    STAFF_VERIFIED = "staff_verified"
    SOURCE_DOCUMENTED = "source_documented"
    SELF_DECLARED = "self_declared"
    NONE = "none"


_METHOD_NAMES = {
    Method.LCMSMS: "LC-MS/MS",
    Method.GCMS: "GC-MS",
    Method.IMMUNOASSAY: "immunoassay",
    Method.UNKNOWN: "assay not stated",
}


class Assay(Struct, frozen=True):
    """The measuring method and how it is known."""

    method: Method = Method.UNKNOWN
    evidence: MethodEvidence = MethodEvidence.NONE

    def __str__(self) -> str:
        name = _METHOD_NAMES[self.method]
        return f"{name}, as declared" if self.evidence is MethodEvidence.SELF_DECLARED else name


@cache
def assay_of(method: str, evidence: str) -> Assay:
    """An assay by its columns; there are few."""
    return Assay(Method(method), MethodEvidence(evidence))


@dataclass(frozen=True, slots=True)
class Reported:
    """Everything that must travel together: comparator, digits, unit, assay and its evidence, and the moment of the draw.

    It is one field as far as merging goes: a merge by column once made ``=6`` out of ``<5`` and an edited 6.
    """

    value: Value
    assay: Assay
    collected: Moment

    def __str__(self) -> str:
        return f"{self.value} ({self.assay}), {self.collected}"
