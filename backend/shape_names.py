"""The names that clients made from the OpenAPI document give to choices. Without one here a choice is named after its field."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from django.apps import apps

from tracking.domain import episodes
from tracking.domain.adherence import LogState
from tracking.domain.expected import PlanState
from tracking.domain.history import DoseKind, Origin
from tracking.domain.inventory import StockKind
from tracking.domain.reported import Method, MethodEvidence, Precision
from tracking.domain.rulebook.base import Lane
from tracking.domain.share_code import CodeState
from tracking.domain.timing import Phase
from tracking.domain.titration.comparison import Answer

__all__ = ["CHOICES"]

_DOMAIN: dict[str, type[StrEnum]] = {
    "AssayMethod": Method,
    "AssayMethodEvidence": MethodEvidence,
    "CodeState": CodeState,
    "DoseKind": DoseKind,
    "EpisodeEventKind": episodes.What,
    "EpisodeOutcome": episodes.Outcome,
    "EpisodeResolution": episodes.Resolution,
    "IntervalPhase": Phase,
    "LogState": LogState,
    "MomentPrecision": Precision,
    "PlanState": PlanState,
    "QueueLane": Lane,
    "RecheckAnswer": Answer,
    "RegimenOrigin": Origin,
    "StockKind": StockKind,
}


def _of(model: str, choices: str) -> Callable[[], list[str]]:
    """The choices of a model, read once there are models: settings are there before."""
    return lambda: getattr(apps.get_model(model), choices).values


# Those of the API are named by where they are, for the same reason.
CHOICES: dict[str, list[str] | str | Callable[[], list[str]]] = {
    **{name: [choice.value for choice in choices] for name, choices in _DOMAIN.items()},
    "DeviceAddressKind": _of("notifications.Device", "Kind"),
    "DevicePlatform": _of("notifications.Device", "Platform"),
    "DueItemAudience": _of("tracking.DueItem", "Audience"),
    "DueItemState": _of("tracking.DueItem", "State"),
    "ExportState": _of("tracking.AccountExport", "State"),
    "HomeDueItemState": "backend.api.home.DUE_STATES",
    "HomeQuestionKind": "backend.api.home.QUESTIONS",
    "ImportRowState": "tracking.api.imports.ROW_STATES",
    "RecordStatus": "tracking.api.records.STATUSES",
    "ReminderAnswerKind": _of("notifications.Answer", "What"),
    "ReminderState": _of("notifications.Reminder", "State"),
}
