"""Results out as JSON of our own, and in again: every field as text, so that no digit depends on who reads it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields
from typing import Any

from tracking.domain.problems import Problem, problem
from tracking.domain.reported import Method, MethodEvidence
from tracking.domain.rulebook import RuleBook
from tracking.exchange.fhir_json import load
from tracking.exchange.incoming import Form, LabItem, Line, Parsed, issue
from tracking.exchange.limits import MOST_ROWS, refuse_beyond

__all__ = ["FORMAT", "MARK", "read_json", "write_json"]

FORMAT = "json"
MARK = "trabecula-results-1"
_TEXTS = {one.name for one in fields(LabItem)} - {"fasting"}
_NEEDED = ("analyte", "value", "unit", "collected_at")
_LONGEST = 200


def write_json(results: Iterable[LabItem]) -> bytes:
    """One object with a mark and the results in their order."""
    return json.dumps({"format": MARK, "results": [asdict(one) for one in results]}, ensure_ascii=False).encode()


def read_json(content: bytes, *, form: Form, rulebook: RuleBook) -> Parsed:  # noqa: ARG001  as every reader
    """A line for every result. Raises :class:`Problem` (``/file``) where the file as a whole cannot be read."""
    whole = load(content)
    results = whole.get("results")
    if whole.get("format") != MARK or not isinstance(results, list) or not results:
        raise problem("/file", "json-no-results", "The file holds no results. Accepted: an export of this system, or FHIR R4.")
    refuse_beyond(MOST_ROWS, len(results), "results")
    return Parsed(format=FORMAT, lines=tuple(_line(number, one) for number, one in enumerate(results, 1)), source=form.source)


def _line(number: int, sent: Any) -> Line:
    place = f"result {number}"
    try:
        return Line(place=place, item=_item(sent))
    except Problem as unreadable:
        return Line(place=place, why=unreadable.issues)


def _item(sent: Any) -> LabItem:
    if not isinstance(sent, Mapping):
        raise Problem(issue("", "result-no-object", "A result is an object."))
    wrong = [name for name, value in sent.items() if not _fits(name, value)]
    wrong += [name for name in _NEEDED if not sent.get(name)]
    if wrong:
        text = "These fields are missing, unknown, or no text of at most {most} characters: {names}."
        raise Problem(issue("", "fields-wrong", text, names=", ".join(sorted(set(wrong)))[:70], most=_LONGEST))
    return LabItem(**{"test": sent["analyte"], **sent})


def _fits(name: str, value: Any) -> bool:
    if name == "fasting":
        return value is None or isinstance(value, bool)
    known: Mapping[str, Any] = {"method": set(Method), "method_evidence": set(MethodEvidence)}
    is_text = type(value) is str and len(value) <= _LONGEST
    return name in _TEXTS and is_text and (name not in known or value in known[name])
