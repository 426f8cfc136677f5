"""A table of results as text: CSV from a laboratory, a portal or a spreadsheet."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from itertools import islice

from tracking.domain.problems import Issue, Problem, problem
from tracking.domain.reported import Method, MethodEvidence, Precision
from tracking.domain.rulebook import RuleBook
from tracking.exchange.csv_columns import Columns, Said, WideColumn, known_columns, read_columns
from tracking.exchange.encodings import text_of
from tracking.exchange.incoming import Form, LabItem, Line, Parsed, Subject, issue, named
from tracking.exchange.limits import LONGEST_CELL, MOST_COLUMNS, MOST_ROWS, refuse_beyond
from tracking.exchange.names import analyte_of, method_of
from tracking.exchange.own_tables import kind_of_table, read_own_table
from tracking.exchange.results import NoResult, Range, read_range, read_result
from tracking.exchange.times import read_day, read_when

__all__ = ["FORMAT", "read_csv"]

FORMAT = "csv"
_DELIMITERS = (",", ";", "\t", "|")
# A portal may write its name, the patient's and a date above the table.
_MOST_LINES_ABOVE = 20
_FASTING = {
    "yes": True,
    "y": True,
    "true": True,
    "1": True,
    "fasting": True,
    "no": False,
    "n": False,
    "false": False,
    "0": False,
}
_METHODS = frozenset(Method)
_NOT_FINAL = {"preliminary", "p", "pending", "partial", "cancelled", "canceled", "x", "entered in error", "in process"}


def read_csv(content: bytes, *, form: Form, rulebook: RuleBook) -> Parsed:
    """Every result of a table, a line each; a wide row makes a line for each cell that holds something.

    The delimiter is the one under which the header makes most sense. A method that a table names was mapped by a person and is
    declared, not shown. Raises :class:`Problem` (``/file``) where the file as a whole cannot be read.
    """
    text = text_of(content)
    if kind := kind_of_table(text):
        return Parsed(format=FORMAT, lines=tuple(read_own_table(text, kind)), source=form.source)
    delimiter, above = _layout(text, rulebook)
    rows = _rows(text, delimiter)
    number, header = next(islice(rows, above, None))
    columns = read_columns(header, rulebook)
    lines: list[Line] = []
    try:
        for count, (number, row) in enumerate(rows, 1):
            refuse_beyond(MOST_ROWS, count, "rows")
            lines += _row(f"line {number}", row, columns, form, rulebook)
            refuse_beyond(MOST_ROWS, len(lines), "results")
    except csv.Error as error:
        lines.append(Line(place=f"after line {number}", why=(_broken(error),)))
    if not lines:
        raise problem("/file", "file-without-rows", "The table has a header and no rows.")
    return Parsed(format=FORMAT, lines=tuple(lines), source=form.source, unread=columns.unread)


def _layout(text: str, rulebook: RuleBook) -> tuple[str, int]:
    """The delimiter, and how many rows stand above the header."""
    best = (0, 0, ",", 0)
    for rank, delimiter in enumerate(_DELIMITERS):
        try:
            for above, (_, row) in enumerate(islice(_rows(text, delimiter), _MOST_LINES_ABOVE)):
                known = known_columns(row, rulebook)
                if known > best[0]:
                    best = (known, -rank, delimiter, above)
        except csv.Error:
            continue
    if not best[0]:
        raise problem(
            "/file",
            "columns-missing",
            "No header was found in the first {lines} lines. Accepted: columns such as 'test', 'result', 'unit' and "
            "'collected', or 'estradiol (pg/mL)'.",
            lines=_MOST_LINES_ABOVE,
        )
    return best[2], best[3]


def _rows(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """The rows that hold something, with the line that each ends on."""
    csv.field_size_limit(LONGEST_CELL * 4)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    for row in reader:
        refuse_beyond(MOST_COLUMNS, len(row), "columns")
        if any(cell.strip() for cell in row):
            yield reader.line_num, row


def _row(place: str, row: Sequence[str], columns: Columns, form: Form, rulebook: RuleBook) -> Iterator[Line]:
    said = columns.said(row)
    subject = _subject(said, form)
    why = _unfit(row, columns, said)
    if why:
        yield Line(place=place, why=why, subject=subject)
        return
    for column in columns.wide or (None,):
        if column is not None and not row[column.at].strip():
            continue
        here = place if column is None else f"{place}, {column.header[:60]}"
        name = column.header if column else said["test"]
        try:
            item = _item(said, row[column.at] if column else said["value"], column, form, rulebook)
        except NoResult as none:
            yield Line(place=here, why=(_none(name, none.reason),), subject=subject, empty=True)
        except Problem as refused:
            yield Line(place=here, why=refused.issues, subject=subject)
        else:
            yield Line(place=here, item=item, source_id=_source_id(said, item), subject=subject)


def _item(said: Said, result: str, column: WideColumn | None, form: Form, rulebook: RuleBook) -> LabItem:
    value, unit_beside = read_result(result, decimal=form.decimal)
    unit = column.unit if column else said["unit"]
    if unit and unit_beside and "".join(unit.split()).lower() != "".join(unit_beside.split()).lower():
        raise problem(
            "/unit", "unit-twice", "The value says {one}, and its column says {other}.", one=unit_beside[:40], other=unit[:40]
        )
    name = column.header if column else said["test"]
    codes = [code for code in (said["code"],) if code]
    analyte = column.analyte if column else analyte_of(codes, [name], rulebook)
    method = Method(said["method"]) if said["method"] in _METHODS else method_of(said["method"], name)
    limits = _range(said, form) if column is None else Range()
    collected_at, precision = _collected(said, form)
    return LabItem(
        test=" ".join([name, *codes])[:120],
        analyte=analyte,
        value=value,
        unit=unit or unit_beside,
        collected_at=collected_at,
        zone=said["zone"] or form.zone,
        precision=precision,
        method=method.value,
        method_evidence=(MethodEvidence.NONE if method is Method.UNKNOWN else MethodEvidence.SELF_DECLARED).value,
        laboratory=said["laboratory"][:120],
        range_low=limits.low,
        range_high=limits.high,
        lloq=_plain_number(said["lloq"], form, "/lloq") if column is None else "",
        fasting=_FASTING.get(said["fasting"].casefold()),
    )


def _collected(said: Said, form: Form) -> tuple[str, str]:
    """When blood was drawn, and the precision where it is not the one that the text itself has."""
    day, time = said["collected"], said["time"]
    if not day and form.drawn_by:
        return form.drawn_by, Precision.UNKNOWN.value
    if not day:
        raise problem("/collected_at", "collected-missing", "The row does not say when blood was drawn.")
    return read_when(f"{day} {time}".strip(), order=form.dates, zone=said["zone"] or form.zone), said["precision"]


def _range(said: Said, form: Form) -> Range:
    low, high = said["range_low"], said["range_high"]
    if low or high:
        return Range(_plain_number(low, form, "/range_low"), _plain_number(high, form, "/range_high"))
    return read_range(said["range"], decimal=form.decimal)


def _plain_number(text: str, form: Form, pointer: str) -> str:
    return read_result(text, decimal=form.decimal, pointer=pointer)[0] if text else ""


def _unfit(row: Sequence[str], columns: Columns, said: Said) -> tuple[Issue, ...]:
    """What is wrong with a row as a whole."""
    if any(cell.strip() for cell in row[columns.width :]):
        text = "The row has {received} cells under {headers} headers. A comma in a cell needs quotes around the cell."
        return (issue("", "row-too-long", text, received=len(row), headers=columns.width),)
    if len(row) < columns.width and any(column.at >= len(row) for column in columns.wide):
        return (issue("", "row-too-short", "The row ends before the last analyte's column.", received=len(row)),)
    if any(len(cell) > LONGEST_CELL for cell in row):
        return (issue("", "cell-too-long", "A cell has more than {limit} characters.", limit=LONGEST_CELL),)
    status = re.sub(r"[^a-z ]", " ", said["status"].casefold()).strip() if said["status"] else ""
    if status in _NOT_FINAL:
        return (
            issue(
                "/status", "not-final", "The laboratory calls this result '{status}'. Only final ones are taken.", status=status
            ),
        )
    return ()


def _subject(said: Said, form: Form) -> Subject:
    try:
        born = read_day(said["birth_date"], order=form.dates, pointer="/birth_date") if said["birth_date"] else ""
    except Problem:
        born = ""
    return Subject(said["subject_id"][:80], said["subject_name"][:120], born)


def _source_id(said: Said, item: LabItem) -> str:
    """The name of a result in its source; an accession names a tube, so the test goes with it."""
    if said["source_id"]:
        return named(said["source_id"])
    return named(f"{said['accession']}/{item.test}") if said["accession"] else ""


def _none(name: str, reason: str) -> Issue:
    return issue("/value", "no-result", "No result of {name}: {reason}.", name=name or "an unnamed test", reason=reason)


def _broken(error: csv.Error) -> Issue:
    text = "The rest of the file cannot be read ({reason}): a quote is opened and not closed, or a cell is far too long."
    return issue("", "csv-broken", text, reason=error)
