"""Storage: fields, constraints, named querysets. Only ``tracking.services`` writes."""

from tracking.models.bone import DexaScan, DexaSite, Fracture, RiskFactor
from tracking.models.doses import DoseEvent, Regimen
from tracking.models.episodes import Episode, EpisodeEvent
from tracking.models.evaluations import DueItem, Evaluation, Finding, RulebookVersion, Standing
from tracking.models.labs import LabResult
from tracking.models.overrides import ClinicFloor, FloorSetting, IntervalSetting
from tracking.models.people import CareRelationship, Clinic, Patient, Prescriber, User
from tracking.models.trail import AccessEvent, ImportBatch, SyncLife, Tombstone

__all__ = [
    "AccessEvent",
    "CareRelationship",
    "Clinic",
    "ClinicFloor",
    "DexaScan",
    "DexaSite",
    "DoseEvent",
    "DueItem",
    "Episode",
    "EpisodeEvent",
    "Evaluation",
    "Finding",
    "FloorSetting",
    "Fracture",
    "ImportBatch",
    "IntervalSetting",
    "LabResult",
    "Patient",
    "Prescriber",
    "Regimen",
    "RiskFactor",
    "RulebookVersion",
    "Standing",
    "SyncLife",
    "Tombstone",
    "User",
]
