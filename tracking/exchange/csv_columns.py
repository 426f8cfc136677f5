"""Which column of a laboratory's table holds what: a result a row (long), or a draw a row with a column per analyte (wide)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tracking.domain.problems import problem
from tracking.domain.rulebook import AnalyteRule, RuleBook
from tracking.exchange.csv_out import unescaped
from tracking.exchange.incoming import issue
from tracking.exchange.names import by_name, plain

__all__ = ["Columns", "Said", "WideColumn", "known_columns", "read_columns"]

# What people and laboratories write above a column, in the order in which two that mean the same are preferred.
_HEADERS: Mapping[str, tuple[str, ...]] = {
    "test": ("test", "test name", "analyte", "component", "component name", "result name", "observation", "test description",
             "lab test", "marker", "biomarker", "parameter"),
    "code": ("loinc", "loinc code"),
    "local_code": ("test code", "order code", "result code", "lab test code"),
    "value": ("result", "value", "result value", "observation value", "your result", "test result", "current result",
              "current result and flag", "reported value"),
    "unit": ("unit", "units", "uom", "unit of measure", "units of measure", "result unit", "result units"),
    "range": ("reference range", "ref range", "reference interval", "normal range", "range", "reference", "standard range"),
    "range_low": ("range low", "ref low", "reference low", "low", "lower limit", "reference range low"),
    "range_high": ("range high", "ref high", "reference high", "high", "upper limit", "reference range high"),
    "lloq": ("lloq", "loq", "lower limit of quantitation", "lower limit of quantification"),
    "collected": ("collected at", "collected", "collection date", "date collected", "collected date", "collection date time",
                  "collected date time", "date time collected", "specimen collected", "specimen collection date", "drawn",
                  "draw date", "date of collection", "date of service", "sample date", "date"),
    "time": ("collection time", "time collected", "draw time", "time"),
    "zone": ("zone", "time zone", "timezone"),
    "precision": ("precision",),
    "laboratory": ("laboratory", "lab", "lab name", "performing lab", "performing laboratory", "facility"),
    "method": ("method", "methodology", "assay"),
    "fasting": ("fasting",),
    "source_id": ("result id", "source id", "observation id"),
    "accession": ("accession", "accession number", "specimen id", "specimen number", "order number", "requisition"),
    "subject_id": ("patient id", "mrn", "medical record number", "subject id", "id"),
    "subject_name": ("patient", "patient name", "full name"),
    "birth_date": ("dob", "date of birth", "birth date", "patient dob"),
    "status": ("status", "result status"),
}  # fmt: skip
_BRACKETED = re.compile(
    r"(?P<name>[^()\[\]]+?)\s*[(\[](?P<unit>(?:[pnuµμm]?(?:g|mol|l|iu|u|eq)|mcg|%)(?:/[a-z0-9]{1,6})?)[)\]]", re.IGNORECASE
)
_OWN = {header: (role, rank) for role, headers in _HEADERS.items() for rank, header in enumerate(headers)}


class Said(dict[str, str]):
    """The cells of one row by what they hold; empty what the table has no column for, or the row no cell."""

    def __missing__(self, role: str) -> str:
        return ""


@dataclass(frozen=True, slots=True)
class WideColumn:
    """A column of one analyte; ``unit`` as its header spells it, empty where it does not."""

    at: int
    header: str
    analyte: str
    unit: str


@dataclass(frozen=True, slots=True)
class Columns:
    """Where what stands. ``wide`` is empty for a table with a result a row. ``unread``: headers that are not used."""

    width: int
    roles: Mapping[str, int]
    wide: tuple[WideColumn, ...]
    unread: tuple[str, ...]

    def said(self, row: Sequence[str]) -> Said:
        """What a row says, by role."""
        return Said({role: unescaped(row[at].strip()) for role, at in self.roles.items() if at < len(row)})


def known_columns(row: Sequence[str], rulebook: RuleBook) -> int:
    """How many cells of a row are headers that mean something here: the header is the row with most of them."""
    return sum(1 for cell in row if plain(cell) in _OWN or _analyte_column(0, cell, rulebook) is not None)


def read_columns(header: Sequence[str], rulebook: RuleBook) -> Columns:
    """Raise :class:`Problem` (``/file``) where a table has no results, or two columns say the same."""
    roles: dict[str, tuple[int, int]] = {}
    wide: list[WideColumn] = []
    unread: list[str] = []
    for at, cell in enumerate(header):
        own = _OWN.get(plain(cell))
        if own is None:
            column = _analyte_column(at, cell, rulebook)
            if column is None:
                unread += [cell.strip()[:60]] if cell.strip() else []
            else:
                wide.append(column)
            continue
        role, rank = own
        before = roles.get(role)
        if before is not None and plain(header[before[0]]) == plain(cell):
            raise problem("/file", "column-twice", "The column '{column}' stands twice. Keep one.", column=cell.strip()[:60])
        if before is not None:
            unread.append(header[max((before[1], before[0]), (rank, at))[1]].strip()[:60])
        roles[role] = min(before, (at, rank), key=lambda place: place[1]) if before else (at, rank)
    placed = {role: at for role, (at, _) in roles.items()}
    if "value" in placed and ("test" in placed or "code" in placed):
        return Columns(len(header), placed, (), (*unread, *(column.header for column in wide)))
    if not wide or "value" in placed:
        raise problem(
            "/file",
            "columns-missing",
            "No results were found. Accepted: a row per result with columns such as 'test', 'result', 'unit' and 'collected', "
            "or a row per draw with columns such as 'estradiol (pg/mL)'. Found: {found}.",
            found=", ".join(cell.strip()[:30] for cell in header if cell.strip())[:300] or "no header",
        )
    _refuse_twice(wide)
    return Columns(len(header), placed, tuple(wide), tuple(unread))


def _analyte_column(at: int, cell: str, rulebook: RuleBook) -> WideColumn | None:
    """``Estradiol (pg/mL)``, ``estradiol_pg_ml`` and ``Estradiol`` are columns of estradiol."""
    text = cell.strip()
    words = plain(text.replace("_", " ")).split()
    for count in range(len(words), 0, -1):
        analyte = by_name(" ".join(words[:count]))
        if analyte not in rulebook.analytes:
            continue
        unit = _spelled("".join(words[count:]), rulebook.analytes[analyte])
        if unit is not None:
            return WideColumn(at, text, analyte, unit)
    if bracketed := _BRACKETED.fullmatch(text):
        # A unit that the analyte does not have is asked about; what is no unit at all ("free") makes it another test.
        analyte = by_name(bracketed["name"].replace("_", " "))
        if analyte in rulebook.analytes:
            return WideColumn(at, text, analyte, bracketed["unit"])
    return None


def _spelled(letters: str, rule: AnalyteRule) -> str | None:
    """The unit of an analyte whose letters these are: ``pgml`` is pg/mL. Empty for none, None for something else."""
    if not letters:
        return ""
    spellings = {**{unit: unit for unit in rule.units}, **rule.spellings}
    found = {code for spelling, code in spellings.items() if re.sub(r"[^a-z0-9%]", "", spelling.lower()) == letters}
    return found.pop() if len(found) == 1 else None


def _refuse_twice(wide: Sequence[WideColumn]) -> None:
    for number, column in enumerate(wide):
        same = [other.header for other in wide[:number] if (other.analyte, other.unit) == (column.analyte, column.unit)]
        if same:
            said = issue(
                "/file",
                "column-twice",
                "The columns '{one}' and '{other}' say the same. Keep one.",
                one=same[0],
                other=column.header,
            )
            raise problem(said.pointer, said.code, said.text, **said.params)
