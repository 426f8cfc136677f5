"""From the TOML files to a :class:`RuleBook`, or to an error that says what is wrong where."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import fields
from decimal import Decimal
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar, get_type_hints

from tracking.domain.rulebook import (
    AnalyteRule,
    BoneRules,
    CheckInRules,
    DosingRules,
    DrawTimeRule,
    DrugRule,
    EpisodeRules,
    EsterRule,
    EstradiolRules,
    FindingRule,
    FormRule,
    LifestyleRule,
    MonitoringRules,
    PlanRule,
    RegionRule,
    RouteRule,
    Rule,
    RuleBook,
    SafetyRules,
    ScopeRule,
    SeriesRules,
    Source,
    TestosteroneRules,
    TimingRules,
    TitrationRules,
    Words,
)
from tracking.evidence.checks import check
from tracking.evidence.reader import EvidenceError, read, read_rule

FILES = (
    "rulebook",
    "sources",
    "analytes",
    "drugs",
    "estradiol",
    "testosterone",
    "safety",
    "monitoring",
    "bone",
    "series",
    "timing",
    "dosing",
    "episodes",
    "checkin",
    "titration",
    "findings_estradiol",
    "findings_therapy",
    "findings_safety",
    "findings_bone",
    "words",
)
# One table per finding, spread over files by what they are about.
_FINDINGS = tuple(name for name in FILES if name.startswith("findings_"))
_HERE = Path(__file__).parent
_HASH_DIGITS = 12

GroupT = TypeVar("GroupT")
RuleT = TypeVar("RuleT", bound=Rule)


@cache
def load_rulebook(directory: Path | None = None) -> RuleBook:
    """The rules of this release, or of another directory. Loaded once; raises :class:`EvidenceError`."""
    folder = directory or _HERE
    return build({name: _parsed(folder / f"{name}.toml") for name in FILES})


def build(content: Mapping[str, Mapping[str, Any]]) -> RuleBook:
    """A RuleBook from parsed files by name. The version depends on the content only, not on its order or layout."""
    absent = [name for name in FILES if name not in content]
    if absent:
        raise EvidenceError(f"missing file {', '.join(f'{name}.toml' for name in absent)}")
    digest = content_digest(content)
    label = content["rulebook"].get("label")
    if not isinstance(label, str) or not label:
        raise EvidenceError("rulebook.toml: no label")
    scope = read_rule(ScopeRule, "scope", content["rulebook"].get("scope"), "rulebook.toml [scope]")
    tables = dict(content["bone"])
    regions = tables.pop("regions", {})
    analytes = _each(AnalyteRule, "analyte", content["analytes"], "analytes.toml")
    drugs = _each(DrugRule, "drug", content["drugs"], "drugs.toml")
    findings = _findings(content)
    estradiol = _group(EstradiolRules, "estradiol", content["estradiol"])
    testosterone = _group(TestosteroneRules, "testosterone", content["testosterone"])
    safety = _group(SafetyRules, "safety", content["safety"])
    planned = dict(content["monitoring"])
    plan = _each(PlanRule, "monitoring.plan", planned.pop("plan", {}), "monitoring.toml plan")
    monitoring = _group(MonitoringRules, "monitoring", planned, plan=plan)
    series = _group(SeriesRules, "series", content["series"])
    timings = dict(content["timing"])
    esters = _each(EsterRule, "timing.ester", timings.pop("esters", {}), "timing.toml esters")
    draw_times = _each(DrawTimeRule, "timing.draw_time", timings.pop("draw_times", {}), "timing.toml draw_times")
    timing = _group(TimingRules, "timing", timings, esters=esters, draw_times=draw_times)
    doses = dict(content["dosing"])
    routes = _each(RouteRule, "dosing.route", doses.pop("routes", {}), "dosing.toml routes")
    forms = _each(FormRule, "dosing.form", doses.pop("forms", {}), "dosing.toml forms")
    dosing = _group(DosingRules, "dosing", doses, routes=routes, forms=forms)
    episodes = _group(EpisodeRules, "episodes", content["episodes"])
    asked = dict(content["checkin"])
    lifestyle = _each(LifestyleRule, "checkin.lifestyle", asked.pop("lifestyle", {}), "checkin.toml lifestyle")
    checkin = _group(CheckInRules, "checkin", asked, lifestyle=lifestyle)
    titration = _group(TitrationRules, "titration", content["titration"])
    bone_regions = _each(RegionRule, "bone.region", regions, "bone.toml regions")
    bone = _group(BoneRules, "bone", tables, regions=bone_regions)
    rules: dict[str, Rule] = {scope.id: scope}
    for group in (analytes, drugs, findings, bone_regions, esters, draw_times, plan, routes, forms, lifestyle):
        rules.update({rule.id: rule for rule in group.values()})
    for part in (estradiol, testosterone, safety, monitoring, series, timing, dosing, episodes, titration, bone, checkin):
        named = (getattr(part, field.name) for field in fields(part))
        rules.update({rule.id: rule for rule in named if isinstance(rule, Rule)})
    rulebook = RuleBook(
        version=f"{label}+{digest[:_HASH_DIGITS]}",
        digest=digest,
        sources=_sources(content["sources"]),
        scope=scope,
        analytes=analytes,
        drugs=drugs,
        estradiol=estradiol,
        testosterone=testosterone,
        safety=safety,
        monitoring=monitoring,
        series=series,
        timing=timing,
        dosing=dosing,
        episodes=episodes,
        titration=titration,
        bone=bone,
        checkin=checkin,
        findings=findings,
        words=read(Words, content["words"], "words.toml"),
        rules=MappingProxyType(rules),
    )
    check(rulebook)
    return rulebook


def content_digest(content: Mapping[str, Mapping[str, Any]]) -> str:
    """SHA-256 over the content in one canonical form. ``2.50`` and ``2.5`` are one number; blanks in sentences do not count."""
    return hashlib.sha256(json.dumps(_canonical(content), sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _canonical(item: Any) -> Any:
    if isinstance(item, Mapping):
        return {key: _canonical(value) for key, value in item.items()}
    if isinstance(item, list):
        return [_canonical(value) for value in item]
    if isinstance(item, bool):
        return item
    if isinstance(item, int | Decimal):
        return f"{Decimal(item).normalize():f}"
    if isinstance(item, str):
        return " ".join(item.split())
    return item.isoformat()


def _parsed(path: Path) -> Mapping[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    except FileNotFoundError:
        raise EvidenceError(f"missing file {path.name}") from None
    except tomllib.TOMLDecodeError as error:
        raise EvidenceError(f"{path.name}: {error}") from None


def _sources(tables: Mapping[str, Any]) -> Mapping[str, Source]:
    return MappingProxyType(
        {name: read(Source, {"id": name, **table}, f"sources.toml [{name}]") for name, table in tables.items()}
    )


def _each(cls: type[RuleT], prefix: str, tables: Mapping[str, Any], file: str) -> Mapping[str, RuleT]:
    return MappingProxyType(
        {name: read_rule(cls, f"{prefix}.{name}", table, f"{file} [{name}]") for name, table in tables.items()}
    )


def _findings(content: Mapping[str, Mapping[str, Any]]) -> Mapping[str, FindingRule]:
    found: dict[str, FindingRule] = {}
    for file in _FINDINGS:
        for name, rule in _each(FindingRule, "finding", content[file], f"{file}.toml").items():
            if name in found:
                raise EvidenceError(f"{file}.toml [{name}]: another file has this finding too")
            found[name] = rule
    return MappingProxyType(found)


def _group(cls: type[GroupT], name: str, tables: Mapping[str, Any], **ready: Any) -> GroupT:
    """A group of named rules: one table per field, none unknown, none missing."""
    file = f"{name}.toml"
    kinds = {key: kind for key, kind in get_type_hints(cls).items() if key not in ready}
    unknown, absent = sorted(set(tables) - set(kinds)), sorted(set(kinds) - set(tables))
    if unknown:
        raise EvidenceError(f"{file}: unknown rule {', '.join(unknown)}")
    if absent:
        raise EvidenceError(f"{file}: missing rule {', '.join(absent)}")
    return cls(
        **ready, **{key: read_rule(kind, f"{name}.{key}", tables[key], f"{file} [{key}]") for key, kind in kinds.items()}
    )
