"""Storage: fields, constraints, named querysets. Only ``tracking.services`` writes."""

from tracking.models.account import AccountExport, ErasureRequest
from tracking.models.audit import AuditEvent, SealedDay, SealedTable
from tracking.models.bone import DexaScan, DexaSite, Fracture, RiskFactor
from tracking.models.checkin import DrugUse, Lifestyle, Symptom
from tracking.models.colleagues import ColleagueInvitation
from tracking.models.doses import DoseEvent, Regimen, RegimenPause
from tracking.models.episodes import Episode, EpisodeEvent
from tracking.models.evaluations import BasisPart, DueItem, Evaluation, Finding, RulebookVersion, Standing
from tracking.models.imports import ImportBatch, ImportRow
from tracking.models.inventory import InventoryCount
from tracking.models.labs import LabResult
from tracking.models.overrides import ClinicFloor, FloorSetting, IntervalSetting
from tracking.models.people import CareRelationship, Clinic, Patient, Prescriber, User, ZoneMove
from tracking.models.requests import AnsweredRequest
from tracking.models.sharing import Invitation, ReadToken, ShareCode
from tracking.models.titration import Proposal, ProposalEvent
from tracking.models.trail import AccessEvent, BreakGlass, SyncLife, Tombstone

__all__ = [
    "AccessEvent",
    "AccountExport",
    "AnsweredRequest",
    "AuditEvent",
    "BasisPart",
    "BreakGlass",
    "CareRelationship",
    "Clinic",
    "ClinicFloor",
    "ColleagueInvitation",
    "DexaScan",
    "DexaSite",
    "DoseEvent",
    "DrugUse",
    "DueItem",
    "Episode",
    "EpisodeEvent",
    "ErasureRequest",
    "Evaluation",
    "Finding",
    "FloorSetting",
    "Fracture",
    "ImportBatch",
    "ImportRow",
    "IntervalSetting",
    "InventoryCount",
    "Invitation",
    "LabResult",
    "Lifestyle",
    "Patient",
    "Prescriber",
    "Proposal",
    "ProposalEvent",
    "ReadToken",
    "Regimen",
    "RegimenPause",
    "RiskFactor",
    "RulebookVersion",
    "SealedDay",
    "SealedTable",
    "ShareCode",
    "Standing",
    "Symptom",
    "SyncLife",
    "Tombstone",
    "User",
    "ZoneMove",
]
