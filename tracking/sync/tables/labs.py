"""Laboratory results, and their earlier versions."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from tracking.domain.problems import Problem
from tracking.domain.reported import Method, MethodEvidence, Precision
from tracking.models import LabResult, Patient
from tracking.services import labs
from tracking.sync.columns import AsText, Column, Flag, Instant, Text
from tracking.sync.table import DELETED_ON_PHONE, Act, RecordTable, Table, instant, local

__all__ = ["LabResultVersions", "LabResults"]

_COLUMNS: tuple[Column, ...] = (
    Text("analyte", most=40, when_missing=""),
    AsText("value", "digit for digit, comparator included: 5.10, <24", when_missing=None),
    Text("unit", "UCUM code; another spelling is understood", most=40, when_missing=""),
    Instant("collected_at", "RFC 3339 with an offset, in that of `zone`", when_missing=""),
    Text("precision", ", ".join(Precision), most=10),
    Text("zone", "IANA zone of the draw", most=64),
    Text("method", ", ".join(Method), most=12),
    Text("laboratory", most=120),
    Text("range_low", "the laboratory's range, in the unit of the value", most=24),
    Text("range_high", most=24),
    Text("lloq", "lower limit of quantitation", most=24),
    Text("confirmed_reason", "why an unusual value is right", most=200),
    Flag("unit_confirmed", "somebody looked at the report, and it states this unit"),
    Flag("biotin", "5 mg a day or more in the 72 hours before; null: nobody asked"),
    Flag("fasting", "null: nobody asked"),
)
_SHOWN: tuple[Column, ...] = (
    Text("method_evidence", ", ".join(MethodEvidence)),
    Text("printed", "the one printed form: value, unit, assay and its evidence, moment"),
)


class LabResults(RecordTable):
    """Results as reported. Another value under an id is a superseding version: the row shows the newest."""

    model = LabResult
    columns = _COLUMNS
    shown = (*RecordTable.shown, *_SHOWN)

    def render(self, row: LabResult, man: Patient) -> dict[str, Any]:
        return {**self.frame(row, man), **_content(row)}

    def add_each(self, act: Act, rows: Mapping[str, dict[str, Any]]) -> dict[str, Problem]:
        return labs.record_each(patient=act.man, by=act.by, now=act.now, results=rows)

    def edit(self, act: Act, row: LabResult, stated: dict[str, Any], differing: Collection[str]) -> bool:
        return labs.correct(patient=act.man, key=row.client_id, by=act.by, now=act.now, **stated).is_new

    def remove(self, act: Act, row: LabResult) -> bool:
        labs.withdraw(patient=act.man, key=row.client_id, by=act.by, now=act.now, reason=DELETED_ON_PHONE)
        return True


class LabResultVersions(Table):
    """What a result said before it was corrected. It goes with its result."""

    model = LabResult
    parent = "lab_results"
    shown = (
        *Table.shown,
        Text("lab_result_id", "the result that it is a version of"),
        Instant("recorded_at"),
        Instant("superseded_at", "from when on another stood in its place"),
        *_COLUMNS,
        *_SHOWN,
    )

    @property
    def name(self) -> str:
        return "lab_result_versions"

    def changed(self, man: Patient, since: int) -> Iterable[Any]:
        """The superseded, whose revision rose when they were."""
        his = LabResult.objects.filter(patient=man)
        withdrawn = his.filter(withdrawn_at__isnull=False).values("client_id")
        return his.filter(superseded_at__isnull=False, revision__gt=since).exclude(client_id__in=withdrawn)

    def render(self, row: LabResult, man: Patient) -> dict[str, Any]:
        return {
            "id": str(row.uid),
            "revision": row.revision,
            "lab_result_id": row.client_id,
            "recorded_at": instant(row.recorded_at),
            "superseded_at": instant(row.superseded_at),
            **_content(row),
        }

    def dropped(self, man: Patient, gone: Mapping[str, Collection[str]]) -> Collection[str]:
        results = gone.get(LabResults().name, ())
        if not results:
            return ()
        versions = LabResult.objects.filter(patient=man, superseded_at__isnull=False, client_id__in=results)
        return [str(uid) for uid in versions.values_list("uid", flat=True)]


def _content(row: LabResult) -> dict[str, Any]:
    reported = row.reported
    return {
        "analyte": row.analyte,
        "value": reported.value.text,
        "unit": row.unit,
        "collected_at": local(row.at, row.zone),
        "precision": row.precision,
        "zone": row.zone,
        "method": row.method,
        "method_evidence": row.method_evidence,
        "laboratory": row.laboratory,
        "range_low": row.range_low,
        "range_high": row.range_high,
        "lloq": row.lloq,
        "confirmed_reason": row.confirmed_reason,
        "unit_confirmed": row.unit_confirmed,
        "biotin": row.biotin,
        "fasting": row.fasting,
        "printed": str(reported),
    }
