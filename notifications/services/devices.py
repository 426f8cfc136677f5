"""The phones that push messages go to: registered by the app, and removed by it, by a new owner, or by the provider."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from notifications.models import Device
from notifications.services import planning
from tracking.services.access import Actor, acting_as, lock_patient, not_found
from tracking.services.owned import problem

MOST_DEVICES = 10
LONGEST_VALUE = 512


def devices_of(patient_id: int) -> QuerySet[Device]:
    """His devices that stand, newest first."""
    return Device.objects.filter(patient_id=patient_id, removed_at=None).order_by("-registered_at", "-id")


def register(
    *,
    patient_id: int,
    kind: str,
    value: str,
    platform: str,
    replaces: str | None = None,
    by: Actor,
    now: datetime,
) -> Device:
    """Take a device in, or note that it is still there; what is planned moves to push at once.

    ``kind`` is what FCM calls the value: ``token`` or ``fid``. ``replaces``: the value that this one took the place of, when a
    token was rotated. The same again is the same device. Where another man had registered it, it is his no longer. Of more
    than ten the one that was heard of longest ago is removed. Raises Problem where kind, value or platform is none.
    """
    _check("kind", kind, Device.Kind.values)
    _check("platform", platform, Device.Platform.values)
    if not value or len(value) > LONGEST_VALUE or not value.isascii() or not value.isprintable() or " " in value:
        raise problem(
            "/value",
            "token-unreadable",
            "Send the value as FCM gave it: at most {most} characters, without blanks.",
            most=LONGEST_VALUE,
        )
    with acting_as(by):
        lock_patient(patient_id)
        if replaces and replaces != value:
            _remove(devices_of(patient_id).filter(value=replaces), "replaced by a new token", now)
        device = devices_of(patient_id).filter(kind=kind, value=value).first()
        if device is None:
            device = Device.objects.create(patient_id=patient_id, kind=kind, value=value, platform=platform, registered_at=now)
            for oldest in devices_of(patient_id)[MOST_DEVICES:]:
                _remove(Device.objects.filter(pk=oldest.pk), "too many devices", now)
            planning.replan(patient_id=patient_id, now=now)
        else:
            device.platform, device.registered_at = platform, max(now, device.registered_at)
            device.save(update_fields=["platform", "registered_at"])
        return device


def remove(*, patient_id: int, uid: UUID, by: Actor, now: datetime) -> Device:
    """He signed out there, or wants no messages there any more. Raises Problem where it is not one of his."""
    with acting_as(by):
        lock_patient(patient_id)
        device = Device.objects.filter(patient_id=patient_id, uid=uid).first()
        if device is None:
            raise not_found("device")
        if device.removed_at is None:
            _remove(Device.objects.filter(pk=device.pk), "removed by him", now)
            planning.replan(patient_id=patient_id, now=now)
            device.refresh_from_db()
        return device


def part_with_former_owners(devices: Sequence[Device], *, now: datetime) -> None:
    """Remove those of these that somebody else has registered since: a phone that changed hands.

    Only the system sees both men, so it is asked just before something would be sent.
    """
    if not devices:
        return
    newest: dict[tuple[str, str], Device] = {}
    for row in Device.objects.filter(value__in={device.value for device in devices}, removed_at=None).order_by(
        "registered_at", "id"
    ):
        newest[row.kind, row.value] = row
    former = [
        device.pk
        for device in devices
        if device.removed_at is None and newest.get((device.kind, device.value), device).patient_id != device.patient_id
    ]
    _remove(Device.objects.filter(pk__in=former, removed_at=None), "registered by somebody else", now)


def _remove(rows: QuerySet[Device], why: str, now: datetime) -> None:
    rows.update(removed_at=now, removed_why=why, value="")


def _check(name: str, sent: str, accepted: Sequence[str]) -> None:
    if sent not in accepted:
        raise problem(
            f"/{name}", f"{name}-unknown", "'{received}' is not known. Accepted: {accepted}.", received=sent[:40],
            accepted=", ".join(accepted),
        )  # fmt: skip
