"""The tables of the record, one class each. Parents stand before their children."""

from __future__ import annotations

from tracking.sync.table import Table
from tracking.sync.tables.bone import DexaScans, Fractures, RiskFactors
from tracking.sync.tables.checkin import CoMedication, LifestyleMeasures, Symptoms
from tracking.sync.tables.doses import DoseEvents, Regimens
from tracking.sync.tables.evaluations import DueItems, Evaluations, Findings
from tracking.sync.tables.inventory import InventoryCounts
from tracking.sync.tables.labs import LabResults, LabResultVersions
from tracking.sync.tables.pauses import RegimenPauses
from tracking.sync.tables.people import AccessLog, Consents, Profile
from tracking.sync.tables.titration import Proposals

__all__ = ["TABLES"]

TABLES: tuple[Table, ...] = (
    Profile(),
    LabResults(),
    LabResultVersions(),
    Regimens(),
    RegimenPauses(),
    DoseEvents(),
    InventoryCounts(),
    Proposals(),
    Symptoms(),
    LifestyleMeasures(),
    CoMedication(),
    DexaScans(),
    Fractures(),
    RiskFactors(),
    Evaluations(),
    Findings(),
    DueItems(),
    Consents(),
    AccessLog(),
)
