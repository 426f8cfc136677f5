"""What the one-page summary holds (CLINICAL 9.10), as text: the print view and the PDF are made of the same.

What was concluded comes from the standing evaluation. A list that would not fit says how much more there is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tracking.admin import bone_rows, dose_history, phrases, rows
from tracking.admin.basis import findings_of, sources_of
from tracking.admin.chart import chart
from tracking.admin.plot import plot_of, within
from tracking.admin.record import STATES
from tracking.admin.setting_rows import setting_lines
from tracking.domain.amounts import shown
from tracking.domain.history import History
from tracking.domain.rulebook import AROMATASE_INHIBITOR, BONE_THERAPY, TESTOSTERONE, RuleBook
from tracking.domain.timeline import read_timeline
from tracking.domain.timing import DrugTiming, timing_of
from tracking.domain.units import trimmed
from tracking.evidence import load_rulebook
from tracking.models import (
    CareRelationship,
    DexaScan,
    DrugUse,
    DueItem,
    Episode,
    LabResult,
    Patient,
    Proposal,
    Regimen,
    User,
)
from tracking.services import evaluations, plans, rulebooks
from tracking.services.history import history_of
from tracking.services.intake import adherence_of
from tracking.services.lived import local_today

__all__ = ["summary_of"]

ESTRADIOL, TESTOSTERONE_TOTAL = "estradiol", "testosterone_total"
SAFETY = ("hematocrit", "psa", "calcium", "vitamin_d_25oh", "egfr")
PAIRS, MOST, SOURCES = 3, 6, 6
YEARS_SHOWN = 2
PAIRS_TITLE = "Last estradiol and testosterone, as reported"
HEAD = ("Drawn", "Estradiol", "Assay", "LLOQ", "Lab's range", "Testosterone", "After testosterone", "After AI")


def summary_of(man: Patient, by: User, now: datetime) -> dict[str, Any]:
    """Everything on the page. ``chart`` is the drawing as on the desk, without colours."""
    rulebook, history = load_rulebook(), history_of(man)
    today = local_today(man, now)
    standing = evaluations.of(man, whole=True)
    basis: dict[str, Any] = rulebooks.basis_of(standing) if standing else {}
    email = man.user.email if man.user else ""
    local = f"{phrases.instant(now, man.zone)} {man.zone}"
    evaluated = phrases.instant(standing.as_of, man.zone) if standing else "never"
    start = now - timedelta(days=365 * YEARS_SHOWN)
    version = standing.rulebook_version if standing else rulebook.version
    return {
        "title": f"Summary of {man}",
        "name": str(man),
        "about": [
            phrases.born(man, today), f"record {man.uid}", f"account {email}", f"as of {local}", f"evaluated {evaluated}",
            f"rulebook {version.partition('+')[0]}", f"printed by {by}",
        ],
        "word": basis.get("word", "no current data"),
        "is_low": bool(standing and standing.word == "below"),
        "state": STATES.get(standing.state, "") if standing else "",
        "headline": basis.get("headline", "Not evaluated yet."),
        "pairs": {"title": PAIRS_TITLE, "head": list(HEAD), "rows": _pairs(man, history, now)},
        "chart": chart(within(plot_of(history, rulebook, now), start, now), start=start),
        "chart_alt": f"Estradiol, testosterone, treatment and scans over {YEARS_SHOWN} years; the figures stand in the text.",
        "columns": [
            [
                _section("Floor", _floor(man, history, basis, now)),
                _section("Days below the floor", _days_below(basis)),
                _section("Aromatase inhibitor", _ai(man, basis, rulebook, now)),
                _section("Testosterone", _testosterone(basis)),
                _section("Open findings", [f"{said['priority']} {said['prescriber']}" for said in findings_of(basis)]),
                _section("Unanswered", _unanswered(man, rulebook, now)),
                _section("Decisions", _decisions(man, rulebook)),
            ],
            [
                _section("Bone density", _scans(man, basis, rulebook)),
                _section("Fractures and risks", _risks(history, basis)),
                _section("Also takes", _uses(man, rulebook, today)),
                _section("Bone drugs", _bone_drugs(man, rulebook, today)),
                _section("Safety", _safety(man, rulebook)),
                _section("Missing or disputed", _missing(basis)),
            ],
        ],
        "notice": [*basis.get("standing", ()), *_sources(basis)],
    }  # fmt: skip


def _section(title: str, lines: Sequence[str] | Iterator[str]) -> dict[str, Any]:
    found = list(lines)
    more = len(found) - MOST
    said = [*found[:MOST], f"and {more} more on the desk"] if more > 0 else found
    return {"title": title, "lines": said or ["none on record"]}


def _pairs(man: Patient, history: History, now: datetime) -> list[list[str]]:
    live = LabResult.objects.live().filter(patient=man)
    drawn = list(live.filter(analyte=ESTRADIOL).order_by("-at", "-pk")[:PAIRS])
    days = {row.at.astimezone(ZoneInfo(row.zone)).date() for row in drawn}
    beside = {
        row.at.astimezone(ZoneInfo(row.zone)).date(): row
        for row in live.filter(analyte=TESTOSTERONE_TOTAL).order_by("at", "pk")
        if row.at.astimezone(ZoneInfo(row.zone)).date() in days
    }
    rulebook = load_rulebook()
    timeline = read_timeline(history, rulebook, now)
    timings = {d.lab.key: timing_of(d, timeline, rulebook) for d in timeline.draws.get(ESTRADIOL, ())}
    found = []
    for row in drawn:
        line = rows.lab_line(row, {}, rulebook, str, man.zone)
        other, timing = beside.get(row.at.astimezone(ZoneInfo(row.zone)).date()), timings.get(str(row.uid))
        assay = f"{line.assay}, {line.evidence}" if line.evidence else line.assay
        after = [_hours(timing.testosterone), _hours(timing.ai)] if timing else ["not known"] * 2
        bounds = f"{line.range} {row.unit}" if line.range else "not stated"
        found.append(
            [line.collected, str(line.value), assay, line.lloq or "not stated", bounds,
             str(other.reported.value) if other else "none that day", *after]
        )  # fmt: skip
    return found


def _hours(timing: DrugTiming) -> str:
    return dose_history.PHASES[timing.phase] if timing.hours is None else f"{trimmed(timing.hours)} h"


def _floor(man: Patient, history: History, basis: Mapping[str, Any], now: datetime) -> Iterator[str]:
    result = basis.get("result")
    if result:
        limits, whose = result["thresholds"], result["floor"]["whose"].partition("+")[0]
        yield f"{limits['floor']} {limits['unit']}, {whose}"
    clinics = CareRelationship.objects.active().filter(patient=man).values_list("clinic", flat=True)
    for line in setting_lines(man, history, list(clinics), local_today(man, now)):
        until = f", until {phrases.day(line.expires_on)}" if line.expires_on else ""
        yield f"{line.what}, set by {line.whose}{until}: {line.reason}"


def _days_below(basis: Mapping[str, Any]) -> Iterator[str]:
    for days in basis.get("series", {}).get("days_below", ()):
        known, possible, unknown = days["known"], days["possible"], days["unknown"]
        yield f"of the last {days['window']}: {known} known, {possible} possible, {unknown} unknown"


def _ai(man: Patient, basis: Mapping[str, Any], rulebook: RuleBook, now: datetime) -> Iterator[str]:
    context = basis.get("context", {})
    since = context.get("ai_since")
    for drug in context.get("now", {}).get("ai", ()):
        yield _in_force(drug)
        started = datetime.fromisoformat(since or drug["since"]).date()
        taken = adherence_of(man, started, local_today(man, now), now, drug=drug["drug"]).get(drug["drug"])
        amounts = [(taken.by_regimen, "by regimen"), (taken.by_log, "by log")] if taken else []
        sums = ", ".join(f"{shown(amount)} mg {how}" for amount, how in amounts if amount is not None)
        yield f"on an AI for {context.get('months_on_ai')} months; in all {sums or 'not known'}"
        yield dose_history.adherence_in_words(taken)
    regimens = Regimen.objects.live().filter(patient=man, ends_on=None)
    for row in regimens.order_by("-starts_on", "pk"):
        if rulebook.drug_class(row.drug) == AROMATASE_INHIBITOR:
            review = phrases.day(row.review_on) or "not planned"
            yield f"from {phrases.day(row.starts_on)}: {row.reason or 'reason not stated'}; review {review}"


def _testosterone(basis: Mapping[str, Any]) -> Iterator[str]:
    context = basis.get("context", {})
    for drug in context.get("now", {}).get(TESTOSTERONE, ()):
        yield _in_force(drug)
    change = context.get("last_change")
    if change:
        day = phrases.day(datetime.fromisoformat(change["on"]).date())
        yield f"last change of treatment {day}, {change['kind']}: {change['after'] or change['before']}"


def _in_force(drug: Mapping[str, Any]) -> str:
    since = phrases.day(datetime.fromisoformat(drug["since"]).date())
    weekly = f"{drug['weekly_mg']} mg/week" if drug["weekly_mg"] is not None else "amount a week not known"
    text = str(drug["text"]).replace(str(drug["drug"]), str(drug["name"]), 1)
    return f"{text}, {weekly}, since {since}, {dose_history.BASES[drug['basis']]}"


def _scans(man: Patient, basis: Mapping[str, Any], rulebook: RuleBook) -> Iterator[str]:
    scans = DexaScan.objects.live().filter(patient=man).prefetch_related("sites").order_by("-scanned_on", "-pk")[:2]
    for row in scans:
        line = bone_rows.scan_line(row, basis.get("bone", {}), rulebook, str, man.zone)
        yield f"{phrases.day(line.on)}: {line.reading}; reference {line.reference or 'not stated'}"
        for site in line.sites:
            scores = ", ".join(f"{kind} {score}" for kind, score in (("T", site.t_score), ("Z", site.z_score)) if score)
            changes = f"; {'; '.join(site.changes)}" if site.changes else ""
            yield f"{site.region} {site.where}: {site.bmd}, {scores or 'no score'}, LSC {site.lsc}{changes}"


def _risks(history: History, basis: Mapping[str, Any]) -> Iterator[str]:
    for fracture in sorted(history.fractures, key=lambda each: each.occurred.at, reverse=True):
        yield f"fracture: {bone_rows.fracture_line(fracture)}"
    for factor in basis.get("risk", {}).get("factors", ()):
        yield f"{factor['name']}, {factor['known_from']}"


def _uses(man: Patient, rulebook: RuleBook, today: Any) -> Iterator[str]:
    for use in DrugUse.objects.live().filter(patient=man).order_by("drug", "since"):
        if use.until is None or use.until > today:
            name = phrases.drug(use.drug, rulebook)
            yield f"{name} since {phrases.day(use.since) or 'a day not known'}"


def _bone_drugs(man: Patient, rulebook: RuleBook, today: Any) -> Iterator[str]:
    for row in plans.standing().filter(patient=man).order_by("-starts_on", "pk"):
        if rulebook.drug_class(row.drug) == BONE_THERAPY:
            yield f"{rulebook.drugs[row.drug].name} {row.dose_digits} {row.dose_unit} from {phrases.day(row.starts_on)}"
    for item in DueItem.objects.filter(patient=man, state=DueItem.State.OPEN, kind__in=("denosumab", "zoledronate")):
        late = ", overdue" if item.overdue_on <= today else ""
        yield f"next {rows.KINDS[item.kind].lower()} {phrases.day(item.due_on)}{late}"


def _safety(man: Patient, rulebook: RuleBook) -> Iterator[str]:
    latest = LabResult.objects.live().filter(patient=man, analyte__in=SAFETY).order_by("analyte", "-at", "-pk")
    found = {row.analyte: row for row in latest.distinct("analyte")}
    for analyte in SAFETY:
        row, name = found.get(analyte), rulebook.analytes[analyte].name
        yield f"{name}: {row.reported.value}, {row.reported.collected}" if row else f"{name}: none on record"


def _unanswered(man: Patient, rulebook: RuleBook, now: datetime) -> Iterator[str]:
    open_ones = Episode.objects.unresolved().awake(now).filter(patient=man, acknowledged_at=None)
    for row in open_ones.order_by("priority", "opened_at", "pk"):
        due = f", answer by {phrases.instant(row.respond_by, man.zone)}" if row.respond_by else ""
        name, since = phrases.finding(row.code, rulebook), phrases.instant(row.opened_at, man.zone)
        yield f"P{row.priority} {name}, open since {since}{due}"


def _decisions(man: Patient, rulebook: RuleBook) -> Iterator[str]:
    for row in Proposal.objects.told().filter(patient=man, decided_at__isnull=False).order_by("-decided_at")[:PAIRS]:
        drug = phrases.drug(row.drug, rulebook)
        at, before = phrases.instant(row.decided_at, man.zone), row.before_text or "none"
        yield f"{at}, {drug}: {before} to {row.after_text}, {row.state}"


def _missing(basis: Mapping[str, Any]) -> Iterator[str]:
    yield from (item["words"] for item in basis.get("missing", ()))
    results = basis.get("results", {})
    for pair in basis.get("verdict", {}).get("disagreements", ()):
        both = [results[key]["text"] for key in (pair["worse"], pair["better"]) if key in results]
        yield f"disputed: {' against '.join(both)}"


def _sources(basis: Mapping[str, Any]) -> list[str]:
    """By first author and year; in full they stand with the basis on the desk."""
    short = list(dict.fromkeys(filter(None, (_short(source) for source in sources_of(basis)))))
    more = f" and {len(short) - SOURCES} more" if len(short) > SOURCES else ""
    return [f"Sources: {'; '.join(short[:SOURCES])}{more}, in full with the basis on the desk."] if short else []


def _short(citation: str) -> str:
    year = re.search(r"\b(19|20)\d\d\b(?=[^0-9]*\.|$)", citation)
    return f"{citation.split(',', maxsplit=1)[0].split('.', maxsplit=1)[0]}{f' {year[0]}' if year else ''}"
