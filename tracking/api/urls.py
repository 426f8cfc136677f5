"""Addresses under /api/v1/. What is a man's own is staff's too, one level down, under the man's uid."""

from __future__ import annotations

from django.urls import URLPattern, path, register_converter
from django.urls.converters import StringConverter

from tracking.api import (
    accounts,
    bone,
    checkin,
    consents,
    dose_history,
    doses,
    drug_uses,
    episodes,
    evaluations,
    imports,
    intake,
    inventory,
    labs,
    lifestyle,
    overrides,
    patients,
    read_tokens,
    regimens,
    rulebook,
    serum_curve,
    sharing,
    titration,
)

__all__ = ["urlpatterns"]


class KeyConverter(StringConverter):
    """An id as phones mint them, or a uid. Anything else is no address of ours."""

    regex = "[A-Za-z0-9_.-]{1,36}"


register_converter(KeyConverter, "key")


def record(prefix: str) -> list[URLPattern]:
    """The routes of one man's record."""
    return [
        path(f"{prefix}labs", labs.Labs.as_view()),
        path(f"{prefix}labs/<key:key>", labs.Lab.as_view()),
        path(f"{prefix}labs/<key:key>/versions", labs.LabVersions.as_view()),
        path(f"{prefix}regimens", regimens.Regimens.as_view()),
        path(f"{prefix}regimens/<key:key>", regimens.Regimen.as_view()),
        path(f"{prefix}regimens/<key:key>/change", regimens.RegimenChange.as_view()),
        path(f"{prefix}regimens/<key:key>/end", regimens.RegimenEnd.as_view()),
        path(f"{prefix}regimens/<key:key>/pause", regimens.RegimenPause.as_view()),
        path(f"{prefix}regimens/<key:key>/resume", regimens.RegimenResume.as_view()),
        path(f"{prefix}doses", doses.Doses.as_view()),
        path(f"{prefix}doses/bulk", doses.DosesBulk.as_view()),
        path(f"{prefix}doses/expected", intake.ExpectedDoses.as_view()),
        path(f"{prefix}doses/adherence", intake.DoseAdherence.as_view()),
        path(f"{prefix}doses/sites", intake.DoseSites.as_view()),
        path(f"{prefix}doses/<key:key>", doses.Dose.as_view()),
        path(f"{prefix}inventory", inventory.Inventory.as_view()),
        path(f"{prefix}inventory/counts", inventory.Counts.as_view()),
        path(f"{prefix}inventory/counts/<key:key>", inventory.Count.as_view()),
        path(f"{prefix}dexa-scans", bone.Scans.as_view()),
        path(f"{prefix}dexa-scans/<key:key>", bone.Scan.as_view()),
        path(f"{prefix}imports", imports.Imports.as_view()),
        path(f"{prefix}imports/<uuid:uid>", imports.Import.as_view()),
        path(f"{prefix}imports/<uuid:uid>/rows", imports.ImportRows.as_view()),
        path(f"{prefix}imports/<uuid:uid>/answers", imports.ImportAnswers.as_view()),
        path(f"{prefix}imports/<uuid:uid>/commit", imports.ImportCommit.as_view()),
        path(f"{prefix}imports/<uuid:uid>/undo", imports.ImportUndo.as_view()),
        path(f"{prefix}fractures", bone.Fractures.as_view()),
        path(f"{prefix}fractures/<key:key>", bone.Fracture.as_view()),
        path(f"{prefix}risk-factors", bone.RiskFactors.as_view()),
        path(f"{prefix}risk-factors/<key:key>", bone.RiskFactor.as_view()),
        path(f"{prefix}symptoms", checkin.Symptoms.as_view()),
        path(f"{prefix}symptoms/bulk", checkin.CheckIn.as_view()),
        path(f"{prefix}symptoms/<key:key>", checkin.Symptom.as_view()),
        path(f"{prefix}lifestyle", lifestyle.Measures.as_view()),
        path(f"{prefix}lifestyle/<key:key>", lifestyle.Measure.as_view()),
        path(f"{prefix}co-medication", drug_uses.DrugUses.as_view()),
        path(f"{prefix}co-medication/<key:key>", drug_uses.DrugUse.as_view()),
        path(f"{prefix}serum-curve", serum_curve.Curve.as_view()),
        path(f"{prefix}evaluations", evaluations.Evaluations.as_view()),
        path(f"{prefix}evaluations/current", evaluations.CurrentEvaluation.as_view()),
        path(f"{prefix}evaluations/<uuid:uid>", evaluations.OneEvaluation.as_view()),
        path(f"{prefix}due-items", evaluations.DueItems.as_view()),
        path(f"{prefix}overrides/floors/<uuid:uid>", overrides.Floor.as_view()),
        path(f"{prefix}overrides/intervals/<uuid:uid>", overrides.Interval.as_view()),
    ]


urlpatterns = [
    path("profile", accounts.Profile.as_view()),
    path("share-codes", sharing.ShareCodes.as_view()),
    path("share-codes/<uuid:uid>", sharing.ShareCode.as_view()),
    path("read-tokens", read_tokens.ReadTokens.as_view()),
    path("read-tokens/<uuid:uid>", read_tokens.ReadToken.as_view()),
    path("consents", consents.Consents.as_view()),
    path("consents/accept", consents.Acceptance.as_view()),
    path("consents/<uuid:uid>", consents.Consent.as_view()),
    path("access-log", consents.AccessLog.as_view()),
    path("rulebook", rulebook.Rules.as_view()),
    *record(""),
    path("overrides/floors", overrides.Floors.as_view()),
    path("overrides/intervals", overrides.Intervals.as_view()),
    path("titration", titration.HisProposals.as_view()),
    path("titration/<key:key>", titration.HisProposal.as_view()),
    path("titration/<key:key>/withdraw", titration.HisWithdrawal.as_view()),
    path("patients", patients.Patients.as_view()),
    path("patients/<uuid:patient_uid>", patients.OnePatient.as_view()),
    *record("patients/<uuid:patient_uid>/"),
    path("patients/<uuid:patient_uid>/dose-history", dose_history.DoseHistory.as_view()),
    path("patients/<uuid:patient_uid>/episodes", episodes.Episodes.as_view()),
    path("patients/<uuid:patient_uid>/episodes/<uuid:uid>", episodes.OneEpisode.as_view()),
    path("patients/<uuid:patient_uid>/episodes/<uuid:uid>/acknowledge", episodes.Acknowledgement.as_view()),
    path("patients/<uuid:patient_uid>/episodes/<uuid:uid>/snooze", episodes.Snooze.as_view()),
    path("patients/<uuid:patient_uid>/titration", titration.Proposals.as_view()),
    path("patients/<uuid:patient_uid>/titration/<uuid:uid>", titration.OneProposal.as_view()),
    path("patients/<uuid:patient_uid>/titration/<uuid:uid>/preview", titration.Preview.as_view()),
    path("patients/<uuid:patient_uid>/titration/<uuid:uid>/confirm", titration.Confirmation.as_view()),
    path("patients/<uuid:patient_uid>/titration/<uuid:uid>/decline", titration.Decline.as_view()),
    path("patients/<uuid:patient_uid>/titration/<uuid:uid>/withdraw", titration.Withdrawal.as_view()),
    path("queue", episodes.Queue.as_view()),
    path("queue/titration", titration.Waiting.as_view()),
    path("patients/<uuid:patient_uid>/overrides/floors", overrides.SetFloors.as_view()),
    path("patients/<uuid:patient_uid>/overrides/floors/<uuid:uid>/end", overrides.FloorEnd.as_view()),
    path("patients/<uuid:patient_uid>/overrides/intervals", overrides.SetIntervals.as_view()),
    path("patients/<uuid:patient_uid>/overrides/intervals/<uuid:uid>/end", overrides.IntervalEnd.as_view()),
    path("clinics/<uuid:clinic_uid>/redemptions", sharing.Redemption.as_view()),
    path("clinics/<uuid:clinic_uid>/invitations", sharing.Invitations.as_view()),
    path("clinics/<uuid:clinic_uid>/invitations/<uuid:uid>", sharing.Invitation.as_view()),
    path("clinics/<uuid:clinic_uid>/floor", overrides.ClinicFloors.as_view()),
    path("clinics/<uuid:clinic_uid>/floor/end", overrides.ClinicFloorEnd.as_view()),
]
