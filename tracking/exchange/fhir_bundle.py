"""FHIR R4 in: a Bundle (collection, searchset, batch, transaction, document) or a single resource, as lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from tracking.domain.problems import problem
from tracking.domain.rulebook import RuleBook
from tracking.exchange.fhir_dxa import is_dxa, report_codes, scan_lines
from tracking.exchange.fhir_entries import Entry, Resources, empty, refused
from tracking.exchange.fhir_json import at, codes, load, many, said
from tracking.exchange.fhir_medication import KINDS, medication_lines
from tracking.exchange.fhir_observation import observation_lines
from tracking.exchange.incoming import Form, Line, Parsed, Subject, issue
from tracking.exchange.limits import MOST_ROWS, refuse_beyond

__all__ = ["FORMAT", "read_fhir", "read_resources"]

FORMAT = "fhir"
_BUNDLES = ("collection", "searchset", "batch", "transaction", "document")


def read_fhir(content: bytes, *, form: Form, rulebook: RuleBook) -> Parsed:
    """A line for every entry: results, scans, regimens and doses as items, all else with what it is.

    Raises :class:`Problem` (``/file``) where the file as a whole cannot be read.
    """
    whole = load(content)
    entries = list(_entries(whole))
    if not entries:
        raise problem("/file", "file-without-rows", "The Bundle has no entries.")
    lines = tuple(_lines(entries, Resources(entries), rulebook))
    return Parsed(format=FORMAT, lines=lines, source=form.source or said(whole, "meta", "source", most=64))


def read_resources(resources: Iterable[dict[str, Any]], rulebook: RuleBook) -> list[Line]:
    """The lines of single resources that belong together, such as the files of one archive."""
    entries = [Entry(number, resource) for number, resource in enumerate(resources, 1)]
    return list(_lines(entries, Resources(entries), rulebook))


def _entries(whole: dict[str, Any]) -> Iterator[Entry]:
    kind = said(whole, "resourceType")
    if kind != "Bundle":
        if not kind:
            raise problem("/file", "fhir-no-resource", "The file holds no FHIR resource: it has no resourceType.")
        yield Entry(1, whole)
        return
    bundle = said(whole, "type", most=40)
    if bundle not in _BUNDLES:
        text = "A Bundle of type '{received}' is not read. Accepted: {accepted}."
        raise problem("/file", "bundle-type", text, received=bundle, accepted=", ".join(_BUNDLES))
    listed = at(whole, "entry")
    if listed is None:
        return
    if not isinstance(listed, list):
        raise problem("/file", "bundle-entries", "The entries of the Bundle are no list.")
    refuse_beyond(MOST_ROWS, len(listed), "entries")
    for number, entry in enumerate(listed, 1):
        resource = at(entry, "resource")
        method = said(entry, "request", "method")
        inside = resource if isinstance(resource, dict) else {}
        # A request that stores nothing is kept as an entry without a resource, and gets its line like one.
        yield Entry(number, {} if method in ("DELETE", "GET", "HEAD", "PATCH") else inside, said(entry, "fullUrl"))


def _lines(entries: Sequence[Entry], resources: Resources, rulebook: RuleBook) -> Iterator[Line]:
    scans: list[tuple[Entry, Subject]] = []
    reports: list[Entry] = []
    for entry in entries:
        subject = resources.subject(entry.resource)
        if entry.kind == "Observation" and is_dxa(entry.resource):
            scans.append((entry, subject))
        elif entry.kind == "Observation":
            yield from observation_lines(entry, subject, rulebook)
        elif entry.kind in KINDS:
            yield from medication_lines(entry, subject, resources, rulebook)
        elif entry.kind == "DiagnosticReport" and report_codes() & set(codes(at(entry.resource, "code"))):
            reports.append(entry)
        elif not entry.kind:
            yield refused(entry, subject, issue("", "entry-without-resource", "The entry holds no resource to store."))
        else:
            yield empty(entry, subject, "not-imported", "{kind}: nothing of it is stored here.", kind=entry.kind)
    made = list(scan_lines(scans, reports, resources))
    yield from made
    held = {line.source_id or line.place for line in made if line.item is not None}
    for report in reports:
        if (report.source_id or report.place) not in held:
            subject = resources.subject(report.resource)
            if any(many(report.resource, "result")):
                yield refused(
                    report, subject, issue("", "report-without-results", "None of the report's figures could be stored.")
                )
            else:
                yield empty(report, subject, "not-imported", "A report without figures.")
