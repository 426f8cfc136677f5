"""The phones that his push messages go to. The app registers at each start, and whenever its token changes."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from notifications import services
from notifications.models import Device
from tracking.api.base import PAGE, Category, Input, Operation, Output, RecordView, Text, page_of
from tracking.services.access import not_found

__all__ = ["Devices", "OneDevice"]


class PushDeviceInput(Input):
    kind = Text(max_length=8, help_text=f"what FCM calls the value: {', '.join(Device.Kind.values)}")
    value = Text(max_length=512, help_text="as FCM gave it; it is never shown again")
    platform = Text(max_length=8, help_text=", ".join(Device.Platform.values))
    replaces = Text(required=False, max_length=512, help_text="the value that this one took the place of")


class PushDeviceRow(Output):
    uid = serializers.UUIDField()
    kind = serializers.ChoiceField(Device.Kind.values)
    platform = serializers.ChoiceField(Device.Platform.values)
    registered_at = serializers.DateTimeField(help_text="when it was last heard of")


class Devices(RecordView):
    """His devices."""

    category = Category.OWN
    operations = {
        "GET": Operation(
            "List devices, newest first", page_of(PushDeviceRow), query=PAGE, description="Those to which push messages go."
        ),
        "POST": Operation(
            "Register this device for push messages; the same again is the same",
            PushDeviceRow,
            PushDeviceInput,
            description=(
                "Send it at each start of the app: the address that the push service gives changes. A device belongs to "
                "the account that registered it last."
            ),
        ),
    }

    def get(self, _request: Request) -> Response:
        return self.page(services.devices_of(self.patient().pk), _device, by="registered_at")

    def post(self, _request: Request) -> Response:
        man = self.patient()
        sent = self.sent(PushDeviceInput)
        return Response(_device(services.register(patient_id=man.pk, by=self.actor, now=self.now, **sent)))


class OneDevice(RecordView):
    """One device."""

    category = Category.OWN
    needs_match = False  # it ends whatever became of it meanwhile, and once more
    operations = {
        "GET": Operation("Read one device", PushDeviceRow, etag=True, description="The address itself is never shown again."),
        "DELETE": Operation(
            "Send no more push messages there",
            status=(204,),
            description="Messages then take the next way that he has: e-mail, or the inbox alone.",
        ),
    }

    def get(self, _request: Request, **kwargs: Any) -> Response:
        row = services.devices_of(self.patient().pk).filter(uid=kwargs["uid"]).first()
        if row is None:
            raise not_found("device")
        return Response(_device(row), headers={"ETag": f'"{row.uid}.{row.registered_at.timestamp()}"'})

    def delete(self, _request: Request, **kwargs: Any) -> Response:
        services.remove(patient_id=self.patient().pk, uid=kwargs["uid"], by=self.actor, now=self.now)
        return Response(status=204)


def _device(row: Device) -> dict[str, Any]:
    return {
        "uid": str(row.uid),
        "kind": row.kind,
        "platform": row.platform,
        "registered_at": row.registered_at.isoformat(),
    }
