"""Results out as a table that a spreadsheet can open without running anything, and that comes back in as it went out."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable

from tracking.domain.rulebook import RuleBook
from tracking.exchange.incoming import LabItem

__all__ = ["HEADER", "escaped", "unescaped", "write_csv"]

HEADER = (
    "Test", "Result", "Unit", "Collected at", "Zone", "Precision", "Method", "Laboratory", "Range low", "Range high", "LLOQ",
    "Fasting",
)  # fmt: skip
# What a spreadsheet takes for the beginning of a formula. An apostrophe before it makes it text.
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_FASTING = {True: "yes", False: "no", None: ""}


def write_csv(results: Iterable[LabItem], *, rulebook: RuleBook) -> bytes:
    """UTF-8 with its mark, a point for fractions, dates with the year first: what ``read_csv`` reads without being told."""
    table = io.StringIO(newline="")
    writer = csv.writer(table)
    writer.writerow(HEADER)
    for one in results:
        writer.writerow(
            escaped(text)
            for text in (
                rulebook.analytes[one.analyte].name, one.value, one.unit, one.collected_at, one.zone, one.precision, one.method,
                one.laboratory, one.range_low, one.range_high, one.lloq, _FASTING[one.fasting],
            )
        )  # fmt: skip
    return b"\xef\xbb\xbf" + table.getvalue().encode()


def unescaped(text: str) -> str:
    """A cell as it was before it was made safe."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def escaped(text: str) -> str:
    return f"'{text}" if _FORMULA.match(text) else text
