"""The tables of the record, one class each. Parents stand before their children."""

from __future__ import annotations

from tracking.sync.table import Table
from tracking.sync.tables.bone import DexaScans, Fractures, RiskFactors
from tracking.sync.tables.doses import DoseEvents, Regimens
from tracking.sync.tables.evaluations import DueItems, Evaluations, Findings
from tracking.sync.tables.labs import LabResults, LabResultVersions
from tracking.sync.tables.people import AccessLog, Consents, Profile

__all__ = ["TABLES"]

TABLES: tuple[Table, ...] = (
    Profile(),
    LabResults(),
    LabResultVersions(),
    Regimens(),
    DoseEvents(),
    DexaScans(),
    Fractures(),
    RiskFactors(),
    Evaluations(),
    Findings(),
    DueItems(),
    Consents(),
    AccessLog(),
)
