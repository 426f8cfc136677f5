"""Scans, fractures and risk factors as lines on a man's page. What they mean is what the standing evaluation says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from tracking.admin import phrases
from tracking.admin.rows import Entered, Names, entered
from tracking.domain.bone import SCANNER_CHANGED
from tracking.domain.history import FractureRecord
from tracking.domain.rulebook import RuleBook
from tracking.models import DexaScan, DexaSite, RiskFactor

__all__ = ["condition_line", "fracture_line", "scan_line"]

_WHOSE = {"facility": "the facility's", "default": "a cautious default"}


@dataclass(frozen=True, slots=True)
class SiteLine:
    region: str
    where: str
    bmd: str
    t_score: str
    z_score: str
    lsc: str
    changes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ScanLine:
    uid: str
    on: date
    facility: str
    device: str
    reference: str
    scanner_changed: bool
    reading: str
    sites: tuple[SiteLine, ...]
    entered: Entered


@dataclass(frozen=True, slots=True)
class ConditionLine:
    said: str
    why: str
    note: str
    is_counted: bool


def scan_line(row: DexaScan, bone: Mapping[str, Any], rulebook: RuleBook, names: Names, zone: str) -> ScanLine:
    """One scan with its regions. What it means and how it changed is what the standing evaluation says."""
    read = next((scan for scan in bone.get("scans", ()) if scan["key"] == str(row.uid)), None)
    changes = [change for change in bone.get("changes", ()) if change["to_key"] == str(row.uid)]
    sites = sorted(row.sites.all(), key=lambda site: site.pk)
    return ScanLine(
        uid=str(row.uid),
        on=row.scanned_on,
        facility=row.facility,
        device=row.device,
        reference=row.reference,
        scanner_changed=row.scanner_changed,
        reading=_reading(read, rulebook) if read else "not evaluated",
        sites=tuple(_site_line(site, changes, rulebook) for site in sites),
        entered=entered(row, names, zone, row.confirmed_reason),
    )


def fracture_line(fracture: FractureRecord) -> str:
    fragile = {True: "after little force", False: "after much force", None: "force not stated"}[fracture.fragility]
    return f"{phrases.spaced(fracture.site)}, {fracture.occurred}, {fragile}"


def condition_line(row: RiskFactor, rulebook: RuleBook, names: Names) -> ConditionLine:
    """One condition by its name, with why it is asked for and who stated it."""
    rule = rulebook.bone.risk_factors
    since = f" since {phrases.day(row.since)}" if row.since else ""
    until = f" until {phrases.day(row.until)}" if row.until else ""
    said = f"{rule.names.get(row.code, phrases.spaced(row.code))}{since}{until}, stated by {names(row.recorded_by)}"
    return ConditionLine(said, rule.why.get(row.code, ""), row.note, is_counted=row.code not in rule.recorded)


def _site_line(site: DexaSite, changes: Sequence[Mapping[str, Any]], rulebook: RuleBook) -> SiteLine:
    place = (site.region, site.side, site.vertebrae)
    said = [_change(change, rulebook) for change in changes if (change["region"], change["side"], change["vertebrae"]) == place]
    return SiteLine(
        region=rulebook.bone.regions[site.region].name if site.region in rulebook.bone.regions else site.region,
        where=" ".join(part for part in (site.side, site.vertebrae) if part),
        bmd=f"{site.bmd_digits} {site.bmd_unit}",
        t_score=site.t_score,
        z_score=site.z_score,
        lsc=f"{site.lsc_digits} g/cm2" if site.lsc_digits else "not recorded",
        changes=tuple(said),
    )


def _change(change: Mapping[str, Any], rulebook: RuleBook) -> str:
    """``since 4 May 2025: -3.1 %, within the error of measurement (LSC 0.03 g/cm2, the facility's)``."""
    percent = f"{change['percent']} %"
    code = "undetermined_scanner" if change.get("why") == SCANNER_CHANGED else change["verdict"]
    sentence = rulebook.words.bone[code].format_map({"percent": change["percent"]})
    said = sentence if percent in sentence else f"{percent}, {sentence}"
    error = f" (LSC {change['lsc']}, {_WHOSE[change['lsc_from']]})" if change["lsc"] else ""
    return f"since {phrases.day(date.fromisoformat(change['from_on']))}: {said}{error}"


def _reading(read: Mapping[str, Any], rulebook: RuleBook) -> str:
    score = f"{read['scale']}-score {read['score']}" if read["score"] is not None else ""
    words = rulebook.words.bone[read["bone_class"]].format_map({"score": score})
    return words if not score or score in words else f"{words}, {score}"
