"""What of a record is which resource: where its rows are, how they are dated and coded, and how one is written.

One kind of resource may have several sources (results and figures of scans are all Observations); a source is one queryset, of
which each row makes exactly one resource, so that pages never tear.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Protocol

from django.db.models import F, Max, Q, QuerySet

from tracking.api.fhir.spans import at_instant, at_moment, on_day, on_days
from tracking.domain.history import Origin
from tracking.domain.rulebook import RuleBook
from tracking.exchange.fhir_json import FINDINGS, LOINC
from tracking.exchange.fhir_out import lab_codes, observation
from tracking.exchange.fhir_out_bone import FIGURES, REPORT_CODE, bone_codes, bone_observation, figures_of, scan_report
from tracking.exchange.fhir_out_drugs import administration, drug_codes, statement
from tracking.models import DexaScan, DexaSite, DoseEvent, Finding, LabResult, Patient, Regimen, Standing
from tracking.services import outgoing
from tracking.services.lived import local_today

__all__ = ["CATEGORIES", "KINDS", "Kind", "Reader", "Source", "patient"]

# What a man may share apart; an authority that names categories sees these and nothing else.
CATEGORIES = ("labs", "doses", "scans", "conclusions")
_OBSERVATIONS = "http://terminology.hl7.org/CodeSystem/observation-category"
_STATEMENTS = "http://terminology.hl7.org/CodeSystem/medication-statement-category"
_SERVICES = "http://terminology.hl7.org/CodeSystem/v2-0074"
# The man never reads "critical" (CLINICAL 9.8), and what he may not read leaves under his authority neither.
_NEVER_SAID = ("critical", "very_low")
_DASHES = str.maketrans("_", "-")

Codes = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Reader:
    """The man whose record is read, by which rules, and when."""

    man: Patient
    rulebook: RuleBook
    now: datetime

    @property
    def today(self) -> date:
        return local_today(self.man, self.now)


class _Render(Protocol):
    def __call__(self, row: Any, reader: Reader) -> dict[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Source:
    """Where resources of one kind come from.

    ``shares``: of ``CATEGORIES``. ``rows``: those that stand, with their span and ``changed``. ``all_rows``: also those that
    stand no more, None where these are none. ``coded_by``: the columns that decide about the codes, and ``codes`` what these
    are. ``suffix`` ends the ids of those that share a row with others.
    """

    shares: str
    rows: Callable[[Patient], QuerySet[Any]]
    render: _Render
    coded_by: tuple[str, ...]
    codes: Callable[..., Codes]
    category: tuple[str, str] | None = None
    suffix: str = ""
    all_rows: Callable[[Patient], QuerySet[Any]] | None = None


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of resource. ``dated_by``: the name of its date in a search; ``searched``: what else its search takes."""

    name: str
    about: str
    dated_by: str
    sources: tuple[Source, ...]
    searched: tuple[str, ...] = ("code", "category")


def patient(reader: Reader) -> dict[str, Any]:
    """The man himself. He is named as he calls himself here, and his gender is not recorded."""
    man = reader.man
    born = man.birth_date.isoformat() if man.birth_date else str(man.birth_year or "")
    made: dict[str, Any] = {"resourceType": "Patient", "id": str(man.uid), "meta": {"versionId": str(man.profile_revision)}}
    if man.name:
        made["name"] = [{"text": man.name}]
    return made | ({"birthDate": born} if born else {})


def _labs(man: Patient) -> QuerySet[Any]:
    return at_moment(_changed(LabResult.objects.live().filter(patient=man), "recorded_at"))


def _sites(figure: str) -> Callable[[Patient], QuerySet[Any]]:
    column = "bmd_digits" if figure == "bmd" else figure

    def rows(man: Patient) -> QuerySet[Any]:
        standing = Q(scan__superseded_at=None, scan__withdrawn_at=None)
        found = DexaSite.objects.filter(standing, patient=man).exclude(**{column: ""}).select_related("scan")
        return on_day(_changed(found, "scan__recorded_at"), "scan__scanned_on", man.zone)

    return rows


def _all_sites(man: Patient) -> QuerySet[Any]:
    return DexaSite.objects.filter(patient=man)


def _scans(man: Patient) -> QuerySet[Any]:
    found = DexaScan.objects.live().filter(patient=man).prefetch_related("sites")
    return on_day(_changed(found, "recorded_at"), "scanned_on", man.zone)


def _doses(man: Patient) -> QuerySet[Any]:
    return at_moment(_changed(DoseEvent.objects.live().filter(patient=man), "recorded_at"))


def _regimens(origin: Origin) -> Callable[[Patient], QuerySet[Any]]:
    def rows(man: Patient) -> QuerySet[Any]:
        # One that ended on the day it began held on no day. It goes on under its name, so its last change is its history's.
        found = Regimen.objects.live().filter(patient=man, origin=origin).exclude(ends_on=F("starts_on"))
        changed = found.annotate(changed=Max("history_of__pgh_created_at")).prefetch_related("pauses")
        return on_days(changed, "starts_on", "ends_on")

    return rows


def _findings(man: Patient) -> QuerySet[Any]:
    """What the evaluation that stands now found, as far as he may read it."""
    now = Standing.objects.filter(patient=man).values("evaluation")
    found = Finding.objects.filter(patient=man, evaluation__in=now, released_at__isnull=False).select_related("evaluation")
    return at_instant(_changed(found.defer("evaluation__basis"), "released_at"), "evaluation__as_of")


def _changed(rows: QuerySet[Any], column: str) -> QuerySet[Any]:
    changed: QuerySet[Any] = rows.annotate(changed=F(column))
    return changed


def _envelope(
    made: dict[str, Any], row: Any, reader: Reader, *, suffix: str = "", version: str = "", **more: Any
) -> dict[str, Any]:
    """A resource with its name, its version and whom it is about."""
    kind = made.pop("resourceType")
    meta = {"versionId": version or str(row.revision), "lastUpdated": row.changed.isoformat()}
    about = "patient" if kind == "DetectedIssue" else "subject"
    whom = {about: {"reference": f"Patient/{reader.man.uid}"}}
    return {"resourceType": kind, "id": f"{row.uid}{suffix}", "meta": meta, **whom, **made, **more}


def _category(system: str, code: str) -> list[dict[str, Any]]:
    return [{"coding": [{"system": system, "code": code}]}]


def _lab(row: LabResult, reader: Reader) -> dict[str, Any]:
    made = observation(outgoing.lab_item(row), rulebook=reader.rulebook)
    if row.supersedes_id is not None:
        made["status"] = "corrected"
    return _envelope(made, row, reader, category=_category(_OBSERVATIONS, "laboratory"))


def _figure(figure: str, suffix: str) -> _Render:
    def render(row: DexaSite, reader: Reader) -> dict[str, Any]:
        scan = outgoing.scan_item(row.scan, ())
        made = bone_observation(scan, outgoing.site_item(row), figure)
        if row.scan.supersedes_id is not None:
            made["status"] = "corrected"
        return _envelope(made, row, reader, suffix=suffix, category=_category(_OBSERVATIONS, "imaging"))

    return render


def _report(row: DexaScan, reader: Reader) -> dict[str, Any]:
    sites = sorted(row.sites.all(), key=lambda site: site.pk)
    measured = [(site, figure) for site in sites for figure in figures_of(outgoing.site_item(site))]
    results = [f"Observation/{site.uid}{_suffix(figure)}" for site, figure in measured]
    made = scan_report(outgoing.scan_item(row, sites), results)
    if row.supersedes_id is not None:
        made["status"] = "corrected"
    return _envelope(made, row, reader, category=_category(_SERVICES, "RAD"))


def _dose(row: DoseEvent, reader: Reader) -> dict[str, Any]:
    return _envelope(administration(outgoing.dose_item(row), rulebook=reader.rulebook), row, reader)


def _regimen(row: Regimen, reader: Reader) -> dict[str, Any]:
    today = reader.today
    paused = any(one.starts_on <= today and (one.ends_on is None or one.ends_on > today) for one in _standing_pauses(row))
    if row.starts_on > today:
        status = "intended"
    elif row.ends_on is not None and row.ends_on <= today:
        status = "completed"
    else:
        status = "on-hold" if paused else "active"
    made = statement(outgoing.regimen_item(row), status=status, rulebook=reader.rulebook)
    # Time alone changes the status, and the version has to show it.
    return _envelope(made, row, reader, version=f"{row.revision}.{status}", dateAsserted=row.recorded_at.isoformat())


def _standing_pauses(row: Regimen) -> list[Any]:
    return [pause for pause in row.pauses.all() if pause.superseded_at is None and pause.withdrawn_at is None]


def _finding(row: Finding, reader: Reader) -> dict[str, Any]:
    words = row.detail.get("man", "")
    coding = [{"system": system, "code": code} for system, code in _finding_codes(row.code, rulebook=reader.rulebook)]
    made: dict[str, Any] = {
        "resourceType": "DetectedIssue",
        "status": "final",
        "code": {"coding": coding, **({"text": words} if words else {})},
        "identifiedDateTime": row.evaluation.as_of.isoformat(),
    }
    return _envelope(made | ({"detail": words} if words else {}), row, reader)


def _finding_codes(code: str, *, rulebook: RuleBook) -> Codes:  # noqa: ARG001  as all of them
    return [(FINDINGS, code.replace(*_NEVER_SAID))]


def _lab_codes(analyte: str, unit: str, method: str, *, rulebook: RuleBook) -> Codes:
    return lab_codes(analyte, unit, method, rulebook)


def _dose_codes(drug: str, *, rulebook: RuleBook) -> Codes:
    return drug_codes(drug, "", "", rulebook)


def _regimen_codes(drug: str, strength: str, unit: str, *, rulebook: RuleBook) -> Codes:
    return drug_codes(drug, strength, unit, rulebook)


def _suffix(figure: str) -> str:
    return f".{figure.translate(_DASHES)}"


def _figure_source(figure: str) -> Source:
    def codes(region: str, side: str, *, rulebook: RuleBook) -> Codes:  # noqa: ARG001  as all of them
        return bone_codes(region, side, figure)

    return Source(
        shares="scans",
        rows=_sites(figure),
        all_rows=_all_sites,
        render=_figure(figure, _suffix(figure)),
        coded_by=("region", "side"),
        codes=codes,
        category=(_OBSERVATIONS, "imaging"),
        suffix=_suffix(figure),
    )


def _report_codes(*, rulebook: RuleBook) -> Codes:  # noqa: ARG001  as all of them
    return [(LOINC, REPORT_CODE)]


def _regimen_source(origin: Origin, category: str) -> Source:
    return Source(
        shares="doses",
        rows=_regimens(origin),
        render=_regimen,
        coded_by=("drug", "strength_digits", "dose_unit"),
        codes=_regimen_codes,
        category=(_STATEMENTS, category),
        all_rows=lambda man: Regimen.objects.filter(patient=man, origin=origin),
    )


_ALL = (
    Kind(
        "Observation",
        "laboratory results, and the figures of bone density",
        "date",
        (
            Source(
                "labs", _labs, _lab, ("analyte", "unit", "method"), _lab_codes, (_OBSERVATIONS, "laboratory"),
                all_rows=lambda man: LabResult.objects.filter(patient=man),
            ),
            *map(_figure_source, FIGURES),
        ),
    ),
    Kind(
        "DiagnosticReport",
        "bone density scans",
        "date",
        (
            Source(
                "scans", _scans, _report, (), _report_codes, (_SERVICES, "RAD"),
                all_rows=lambda man: DexaScan.objects.filter(patient=man),
            ),
        ),
    ),
    Kind(
        "MedicationStatement",
        "what he is to take: his own statement (patientspecified) or the order of a clinic (outpatient)",
        "effective",
        (_regimen_source(Origin.SELF, "patientspecified"), _regimen_source(Origin.PRESCRIBED, "outpatient")),
    ),
    Kind(
        "MedicationAdministration",
        "doses taken and skipped",
        "effective-time",
        (Source("doses", _doses, _dose, ("drug",), _dose_codes, all_rows=lambda man: DoseEvent.objects.filter(patient=man)),),
        ("code",),
    ),
    Kind(
        "DetectedIssue",
        "what the evaluation that stands now found, once it is released to him",
        "identified",
        (Source("conclusions", _findings, _finding, ("code",), _finding_codes),),
        ("code",),
    ),
)  # fmt: skip
KINDS: Mapping[str, Kind] = MappingProxyType({kind.name: kind for kind in _ALL})
