"""Bone density: Observations of BMD, T-score and Z-score, put together into scans (the shape of HL7's US Core examples).

Which region a code stands for is known for the lumbar spine and, as the hip without a part of it, for the total hip. "Femur" is
not said to be the neck: such a site has no region, and whoever imports it says which one the report means.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tracking.domain.problems import Problem
from tracking.exchange.fhir_entries import Entry, Resources, effective, organization
from tracking.exchange.fhir_json import (
    LSC,
    MEASURES,
    REFERENCE,
    SCANNER_CHANGED,
    VERTEBRAE,
    at,
    codes,
    extension,
    many,
    names,
    said,
    written,
    written_in,
)
from tracking.exchange.fhir_observation import status_line
from tracking.exchange.incoming import Line, ScanItem, ScanSite, Subject, issue, named

__all__ = ["is_dxa", "report_codes", "scan_lines"]

# Region as the code has it, side, and what is measured. The names are those of the US Core examples and of LOINC.
_CODES: Mapping[str, tuple[str, str, str]] = {
    "24966-4": ("Lumbar spine", "", "bmd"),
    "38267-1": ("Lumbar spine", "", "t_score"),
    "85394-5": ("Lumbar spine", "", "z_score"),
    "46278-8": ("Hip", "left", "bmd"),
    "80946-7": ("Hip", "left", "t_score"),
    "80938-4": ("Hip", "left", "z_score"),
    "38264-8": ("Hip", "", "t_score"),
    "80954-1": ("Femur", "left", "bmd"),
    "80948-3": ("Femur", "left", "t_score"),
    "80940-0": ("Femur", "left", "z_score"),
    "38263-0": ("Femur", "", "t_score"),
}
_REGIONS = {"Lumbar spine": "lumbar_spine", "Hip": "total_hip"}
# A body site in words is surer than a code.
_SITES = (
    (re.compile(r"femoral neck|neck of (?:the )?femur", re.IGNORECASE), "femoral_neck"),
    (re.compile(r"total hip", re.IGNORECASE), "total_hip"),
    (re.compile(r"(?:1/3|one[- ]third|33 ?%).{0,8}radius|radius.{0,3}(?:1/3|33 ?%)", re.IGNORECASE), "one_third_radius"),
    (re.compile(r"lumbar|\bL1-?L?4\b", re.IGNORECASE), "lumbar_spine"),
)
_VERTEBRAE = re.compile(r"\bL([1-4])\s*-\s*L?([1-4])\b")
# Codes of our own say region, side and figure: ``femoral_neck.left.t_score``.
_OWN = re.compile(r"(?P<region>[a-z0-9_]{1,20})\.(?P<side>[a-z]{0,8})\.(?P<what>bmd|t_score|z_score)", re.ASCII)
_REPORTS = frozenset({"83311-1", "38269-7"})


@dataclass(frozen=True, slots=True)
class _Measured:
    entry: Entry
    subject: Subject
    day: str
    site: ScanSite


def report_codes() -> frozenset[str]:
    """The codes of reports that hold a scan."""
    return _REPORTS


def is_dxa(resource: Mapping[str, Any]) -> bool:
    """Whether an Observation is of bone density by DXA."""
    coded = at(resource, "code")
    return (
        any(code in _CODES for code in codes(coded))
        or any(codes(coded, MEASURES))
        or any(name.startswith("DXA ") for name in names(at(resource, "code")))
    )


def scan_lines(entries: Sequence[tuple[Entry, Subject]], reports: Sequence[Entry], resources: Resources) -> Iterator[Line]:
    """One line per scan, and one for every Observation that could not be part of one.

    Observations belong together where one report names them, else where they are of one person and day.
    """
    reported = _reported(reports, resources)
    scans: dict[tuple[str, ...], list[_Measured]] = {}
    for entry, subject in entries:
        line = status_line(entry, subject)
        try:
            measured = None if line else _measured(entry, subject)
        except Problem as unreadable:
            line = Line(place=entry.place, why=unreadable.issues, source_id=entry.source_id, subject=subject)
        if measured is None:
            yield line or _unknown(entry, subject)
            continue
        report = reported.get(entry.number)
        key = (report.source_id or report.place, measured.day) if report else (subject.id, subject.name, measured.day)
        scans.setdefault(key, []).append(measured)
    by_number = {report.number: report for report in reported.values()}
    for parts in scans.values():
        found = reported.get(parts[0].entry.number)
        yield from _scan(parts, by_number[found.number] if found else None)


def _reported(reports: Sequence[Entry], resources: Resources) -> dict[int, Entry]:
    """The report of each Observation, by the number of its entry."""
    found: dict[int, Entry] = {}
    for report in reports:
        for result in many(report.resource, "result"):
            entry = resources.find(said(result, "reference"))
            if entry is not None:
                found.setdefault(entry.number, report)
    return found


def _measured(entry: Entry, subject: Subject) -> _Measured | None:
    """One figure of one region; None for a code that is not known. Raises :class:`Problem`."""
    resource = entry.resource
    own = next((found for code in codes(at(resource, "code"), MEASURES) if (found := _OWN.fullmatch(code))), None)
    known = next((_CODES[code] for code in codes(at(resource, "code")) if code in _CODES), None)
    if own:
        known = (own["region"], own["side"], own["what"])
    if known is None:
        return None
    place, side, what = known
    number = written(at(resource, "valueQuantity"))
    if not number or said(resource, "valueQuantity", "comparator"):
        raise Problem(issue("/value", "value-unreadable", "It holds no plain number."))
    when, precision = effective(resource)
    if precision or len(when) < len("2026-03-03"):
        raise Problem(issue("/scanned_on", "day-unknown", "It does not say on which day the scan was made."))
    words = " ".join([*names(at(resource, "bodySite")), *names(at(resource, "code"))])
    region, where = _region(words, place)
    if own:
        region, where = own["region"], (own["side"], said(extension(resource, VERTEBRAE), "valueString", most=20))
    site = ScanSite(
        measured=place,
        region=region,
        side=side or where[0],
        vertebrae=where[1],
        lsc=written_in(resource, LSC),
        unit=(said(resource, "valueQuantity", "code", most=20) or said(resource, "valueQuantity", "unit", most=20))
        if what == "bmd"
        else "",
        **{what: number},
    )
    return _Measured(entry, subject, when[: len("2026-03-03")], site)


def _region(words: str, place: str) -> tuple[str, tuple[str, str]]:
    """The region, and which side and vertebrae of it, in the words of the source."""
    region = next((region for form, region in _SITES if form.search(words)), _REGIONS.get(place, ""))
    vertebrae = _VERTEBRAE.search(words) if region == "lumbar_spine" else None
    side = next((one for one in ("left", "right") if one in words.lower()), "")
    return region, (side, f"L{vertebrae[1]}-L{vertebrae[2]}" if vertebrae else "")


def _scan(parts: Sequence[_Measured], report: Entry | None) -> Iterator[Line]:
    sites: dict[tuple[str, str, str], ScanSite] = {}
    used: list[_Measured] = []
    for part in parts:
        key = (part.site.measured, part.site.side, part.site.vertebrae)
        before = sites.get(key)
        merged = _merged(before, part.site) if before else part.site
        if merged is None:
            why = issue("", "site-twice", "The scan has two figures of this kind for one region.")
            yield Line(place=part.entry.place, why=(why,), source_id=part.entry.source_id, subject=part.subject)
            continue
        sites[key] = merged
        used.append(part)
    for key in [key for key, site in sites.items() if not site.bmd]:
        for part in [part for part in used if (part.site.measured, part.site.side, part.site.vertebrae) == key]:
            why = issue("/bmd", "score-without-bmd", "A score without the bone density that it was made from is not stored.")
            yield Line(place=part.entry.place, why=(why,), source_id=part.entry.source_id, subject=part.subject)
            used.remove(part)
        del sites[key]
    if not used:
        return
    first = report or used[0].entry
    yield Line(
        place=first.place,
        item=ScanItem(
            scanned_on=used[0].day,
            sites=tuple(sites.values()),
            parts=tuple(part.entry.place for part in used),
            facility=organization(first.resource),
            device=next((said(part.entry.resource, "device", "display", most=120) for part in used), ""),
            reference=said(extension(first.resource, REFERENCE), "valueString", most=120),
            scanner_changed=at(extension(first.resource, SCANNER_CHANGED), "valueBoolean") is True,
        ),
        source_id=first.source_id if report else named(f"scan:{first.source_id}") if first.source_id else "",
        subject=used[0].subject,
        corrects=said(first.resource, "status") in ("amended", "corrected"),
    )


def _merged(one: ScanSite, other: ScanSite) -> ScanSite | None:
    """Both figures of one site; None where the same is measured twice."""
    added = {name: value for name in ("bmd", "t_score", "z_score", "unit", "lsc") if (value := getattr(other, name))}
    if any(getattr(one, name) for name in added):
        return None
    return replace(one, **added)


def _unknown(entry: Entry, subject: Subject) -> Line:
    text = "'{name}' is a bone density code that is not known here. Enter the scan by hand."
    name = " ".join([*names(at(entry.resource, "code"))[:1], *codes(at(entry.resource, "code"))])
    return Line(
        place=entry.place, why=(issue("", "dxa-code-unknown", text, name=name),), source_id=entry.source_id, subject=subject
    )
