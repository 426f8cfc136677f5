"""JSON of FHIR, with its numbers digit for digit, and a way through it on which no shape of the content can fall over."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from tracking.domain.json_text import each_key_once
from tracking.domain.problems import problem
from tracking.exchange.encodings import text_of
from tracking.exchange.limits import DEEPEST, LONGEST_NUMBER, MOST_VALUES, refuse_beyond

__all__ = [
    "ANALYTES", "DOSE_KIND", "DRUGS", "FASTING", "FINDINGS", "LLOQ", "LOINC", "LSC", "MEASURES", "ORIGIN", "REFERENCE",
    "RXNORM", "SCANNER_CHANGED", "SCHEDULE", "SITES", "STRENGTH", "UCUM", "VERTEBRAE", "ZONE", "Digits", "as_decimal",
    "as_number", "at",
    "codes", "digits", "dump", "extension", "load", "many", "names", "said", "values_in", "written",
    "written_in",
]  # fmt: skip

LOINC = "http://loinc.org"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
UCUM = "http://unitsofmeasure.org"
ZONE = "http://hl7.org/fhir/StructureDefinition/timezone"
# Codes of our own, where no public one is sure.
ANALYTES = "urn:trabecula:analyte"
DRUGS = "urn:trabecula:drug"
FINDINGS = "urn:trabecula:finding"
MEASURES = "urn:trabecula:bone-density"
SITES = "urn:trabecula:injection-site"
# Extensions of our own: what FHIR has no place for.
LLOQ = "urn:trabecula:lower-limit-of-quantitation"
FASTING = "urn:trabecula:fasting"
LSC = "urn:trabecula:least-significant-change"
VERTEBRAE = "urn:trabecula:vertebrae"
REFERENCE = "urn:trabecula:reference-database"
SCANNER_CHANGED = "urn:trabecula:scanner-changed"
DOSE_KIND = "urn:trabecula:dose-kind"
SCHEDULE = "urn:trabecula:schedule"
STRENGTH = "urn:trabecula:tablet-strength"
ORIGIN = "urn:trabecula:origin"
_WRITTEN = "urn:trabecula:as-written"
# A JSON number has no noughts in front.
_NOUGHTS = re.compile(r"(?<![0-9.])0+(?=[0-9])", re.ASCII)
_NUMBER = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,9})?", re.ASCII)
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class Digits(str):
    """A JSON number exactly as it was written: ``5.10`` stays ``5.10``."""

    __slots__ = ()


def load(content: bytes) -> dict[str, Any]:
    """The one object that a file holds. Raises :class:`Problem` (``/file``) for anything that is no JSON with one reading."""
    refuse_beyond(MOST_VALUES, values_in(content), "values")
    text = text_of(content, longest_line=0)
    try:
        read = json.loads(
            text, parse_float=_number, parse_int=_number, parse_constant=_constant, object_pairs_hook=each_key_once
        )
    except RecursionError:
        raise _too_deep() from None
    except ValueError as error:
        raise problem("/file", "json-unreadable", "The file is not JSON: {error}.", error=str(error)[:80]) from None
    if not isinstance(read, dict):
        raise problem("/file", "json-no-object", "The file holds no FHIR resource. Accepted: a Bundle or a single resource.")
    _check(read)
    return read


def values_in(content: bytes) -> int:
    """How many values JSON has at most, counted without reading it."""
    return sum(content.count(sign) for sign in (b",", b"[", b"{"))


def at(node: Any, *path: str | int) -> Any:
    """What stands there, or None where the path leads nowhere."""
    for step in path:
        if isinstance(step, str):
            node = node.get(step) if isinstance(node, dict) else None
        else:
            node = node[step] if isinstance(node, list) and len(node) > step else None
    return node


def said(node: Any, *path: str | int, most: int = 200) -> str:
    """The text that stands there, without blanks around it and cut; empty where none does."""
    found = at(node, *path)
    return found.strip()[:most] if isinstance(found, str) and not isinstance(found, Digits) else ""


def digits(node: Any, *path: str | int) -> str:
    """A plain decimal number as written, its sign included; empty where there is none, or one with an exponent."""
    found = at(node, *path)
    return str(found) if isinstance(found, Digits) and _NUMBER.fullmatch(found) else ""


def as_number(reported: str) -> dict[str, Any]:
    """The number of a quantity; where FHIR's numbers cannot say its digits, the way they are written stands beside it."""
    number = _NOUGHTS.sub("", reported)
    aside = {} if number == reported else {"extension": [{"url": _WRITTEN, "valueString": reported}]}
    return {**aside, "value": Digits(number)}


def as_decimal(url: str, reported: str) -> dict[str, Any]:
    """An extension of ours that holds a number; as text where it has noughts in front."""
    return {"url": url, **({"valueString": reported} if _NOUGHTS.search(reported) else {"valueDecimal": Digits(reported)})}


def written(quantity: Any) -> str:
    """The digits of a quantity as :func:`as_number` had them; of other writers as they stand, empty where there are none."""
    number = digits(quantity, "value")
    own = said(extension(quantity, _WRITTEN), "valueString")
    return own if number and _NUMBER.fullmatch(own) and _NOUGHTS.sub("", own) == number else number


def written_in(node: Any, url: str) -> str:
    """The digits of what :func:`as_decimal` made."""
    found = extension(node, url)
    own = said(found, "valueString")
    return own if _NUMBER.fullmatch(own) else digits(found, "valueDecimal")


def many(node: Any, *path: str | int) -> Iterator[dict[str, Any]]:
    """The objects of the list that stands there."""
    found = at(node, *path)
    yield from (item for item in found if isinstance(item, dict)) if isinstance(found, list) else ()


def codes(concept: Any, system: str = LOINC) -> list[str]:
    """The codes of a CodeableConcept in one system."""
    return [code for coding in many(concept, "coding") if said(coding, "system") == system and (code := said(coding, "code"))]


def names(concept: Any) -> list[str]:
    """What a CodeableConcept is called, its own text first."""
    found = [said(concept, "text"), *(said(coding, "display") for coding in many(concept, "coding"))]
    return [name for name in dict.fromkeys(found) if name]


def extension(node: Any, url: str) -> Any:
    """The extension of this name, or None."""
    return next((one for one in many(node, "extension") if said(one, "url") == url), None)


def dump(value: Any) -> str:
    """JSON in which numbers stand as they were reported."""
    if isinstance(value, Digits):
        return str(value)
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(name)}:{dump(inner)}" for name, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(dump, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def _number(text: str) -> Digits:
    if len(text) > LONGEST_NUMBER:
        raise ValueError(f"a number has more than {LONGEST_NUMBER} characters")
    return Digits(text)


def _constant(name: str) -> Any:
    raise ValueError(f"{name} is no number")


def _check(value: Any) -> None:
    """Raise where it is nested too deeply, or holds a text that cannot be stored."""
    left: list[tuple[Any, int]] = [(value, 0)]
    while left:
        item, depth = left.pop()
        if isinstance(item, dict | list):
            if depth == DEEPEST:
                raise _too_deep()
            inner = (*item, *item.values()) if isinstance(item, dict) else item
            left.extend((part, depth + 1) for part in inner)
        elif isinstance(item, str) and _UNSTORABLE.search(item):
            raise problem("/file", "text-unstorable", "A text in the file has a NUL or half a character in it.")


def _too_deep() -> Exception:
    return problem("/file", "json-too-deep", "The file is nested too deeply. At most {most} levels are read.", most=DEEPEST)
