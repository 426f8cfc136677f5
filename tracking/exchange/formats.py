"""The formats that are read, and which of them a file is in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from tracking.domain.moments import parse_zone
from tracking.domain.problems import problem
from tracking.domain.rulebook import RuleBook
from tracking.exchange import csv_file, fhir_bundle, health_export, hl7_results, json_file
from tracking.exchange.incoming import Form, Parsed
from tracking.exchange.times import ORDERS

__all__ = ["FORMATS", "format_of", "read_file"]

Reader = Callable[..., Parsed]

FORMATS: Mapping[str, Reader] = MappingProxyType(
    {
        csv_file.FORMAT: csv_file.read_csv,
        fhir_bundle.FORMAT: fhir_bundle.read_fhir,
        hl7_results.FORMAT: hl7_results.read_hl7,
        json_file.FORMAT: json_file.read_json,
        health_export.FORMAT: health_export.read_health_export,
    }
)
_DECIMALS = (".", ",")
_MARKS = b"\xef\xbb\xbf\x0b \t\r\n"


def read_file(content: bytes, *, form: Form, rulebook: RuleBook, named: str = "") -> Parsed:
    """Read a file in the format ``named``, or in the one that its beginning shows. Raises :class:`Problem`."""
    for pointer, received, accepted in (
        ("/format", named or csv_file.FORMAT, tuple(FORMATS)),
        ("/decimal", form.decimal, _DECIMALS),
        ("/dates", form.dates, ORDERS),
    ):
        if received not in accepted:
            text = "'{received}' is not accepted. Accepted: {accepted}."
            raise problem(pointer, "choice-unknown", text, received=received[:20], accepted=" ".join(accepted))
    parse_zone(form.zone)
    return FORMATS[named or format_of(content)](content, form=form, rulebook=rulebook)


def format_of(content: bytes) -> str:
    """JSON begins with a brace, and ours with its mark; HL7 v2 with a header segment, an archive with its mark.

    All else is a table.
    """
    if health_export.is_archive(content):
        return health_export.FORMAT
    start = content[:200].lstrip(_MARKS)
    if start.startswith(b"{"):
        return json_file.FORMAT if json_file.MARK.encode() in start else fhir_bundle.FORMAT
    return hl7_results.FORMAT if start.startswith((b"MSH", b"FHS", b"BHS")) else csv_file.FORMAT
