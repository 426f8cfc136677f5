"""What laboratories write where a value or a range should stand."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tracking.domain.problems import Problem, problem
from tracking.domain.reported import parse_value

__all__ = ["NoResult", "Range", "read_range", "read_result", "without_result"]


class NoResult(Exception):
    """The laboratory says that there is no result, and why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


# "Not detected" says nothing that can be held against a floor unless the limit stands beside it, so it is no result here.
_NO_RESULT = {
    "nd": "not detected, and no limit of detection is given",
    "not detected": "not detected, and no limit of detection is given",
    "none detected": "not detected, and no limit of detection is given",
    "tnp": "test not performed",
    "dnr": "did not run",
    "not performed": "test not performed",
    "test not performed": "test not performed",
    "not done": "test not performed",
    "cancelled": "cancelled",
    "canceled": "cancelled",
    "qns": "quantity of the specimen not sufficient",
    "quantity not sufficient": "quantity of the specimen not sufficient",
    "hemolyzed": "specimen haemolysed",
    "haemolysed": "specimen haemolysed",
    "clotted": "specimen clotted",
    "pending": "pending",
    "see note": "the report says: see note",
    "see below": "the report says: see below",
    "na": "not applicable",
    "n/a": "not applicable",
    "-": "a dash instead of a value",
    "--": "a dash instead of a value",
    "": "empty",
}
_FLAG = r"(?:HH|LL|H|L|A|N|High|Low|Abnormal|Normal|Critical|\*|\(H\)|\(L\)|\[H\]|\[L\])"
_PARTS = re.compile(rf"(?P<value>(?:<=|>=|<|>|≤|≥)?\s*[0-9.,]+)(?:\s*{_FLAG})?(?:\s+(?P<unit>\S.{{0,38}}))?", re.IGNORECASE)
_ONLY_FLAG = re.compile(_FLAG, re.IGNORECASE)
_NUMBER = r"[0-9]{1,12}(?:\.[0-9]{1,9})?"
_EITHER = r"[0-9]{1,12}(?:[.,][0-9]{1,9})?"
_BARE = re.compile(rf"(?:(?:<=?|>=?|≤|≥|up to)\s*)?{_EITHER}(?:\s*(?:-|–|—|to)\s*{_EITHER})?", re.IGNORECASE)
_BETWEEN = re.compile(rf"({_NUMBER})\s*(?:-|–|—|to)\s*({_NUMBER})", re.IGNORECASE)
_UP_TO = re.compile(rf"(?:<=?|≤|up to)\s*({_NUMBER})", re.IGNORECASE)
_FROM = re.compile(rf"(?:>=?|≥)\s*({_NUMBER})")


@dataclass(frozen=True, slots=True)
class Range:
    """A laboratory's range; an end that it does not give is empty."""

    low: str = ""
    high: str = ""


def without_result(text: str) -> str | None:
    """Why there is no result, where the text says so; None where it may be one."""
    plain = " ".join(text.split()).rstrip(".").casefold()
    return _NO_RESULT.get(plain)


def read_result(text: str, *, decimal: str = ".", pointer: str = "/value") -> tuple[str, str]:
    """The value as the source reports it, comparator and digits, and the unit that stands in the same cell, if one does.

    A flag behind it (``24.1 High``) says nothing that the range does not and is left. ``decimal`` is the sign that was declared
    for fractions; the other one is refused, because 1,250 has two readings. Raises :class:`NoResult` and :class:`Problem`.
    """
    reason = without_result(text)
    if reason is not None:
        raise NoResult(reason)
    parts = _PARTS.fullmatch(text.strip())
    value, unit = (parts["value"], parts["unit"] or "") if parts else (text, "")
    if _ONLY_FLAG.fullmatch(unit):
        unit = ""
    return parse_value(_pointed(value, decimal, pointer), unit, pointer=pointer).text, unit


def read_range(text: str, *, decimal: str = ".") -> Range:
    """``10.0-42.0``, ``<=29``, ``>5``, also with the unit behind; an empty range where it says anything else."""
    if not text:
        return Range()
    plain = re.sub(r"^[\[(]|[\])]$", "", text.strip()).strip()
    bare = _BARE.match(plain)
    try:
        said = _pointed(bare.group(), decimal, "/range") if bare else ""
    except Problem:
        said = ""
    if between := _BETWEEN.fullmatch(said):
        return Range(between[1], between[2])
    if up_to := _UP_TO.fullmatch(said):
        return Range(high=up_to[1])
    least = _FROM.fullmatch(said)
    return Range(low=least[1]) if least else Range()


def _pointed(text: str, decimal: str, pointer: str) -> str:
    """The same number with a point for its fraction; a comma that was not declared is left for the reader to refuse."""
    if decimal == ".":
        return text
    if "." in text:
        raise problem(
            pointer,
            "value-point",
            "'{received}' has a point, and a comma was declared for fractions. Declare a point, or write "
            "no separator for thousands.",
            received=text[:40],
        )
    return text.replace(",", ".")
