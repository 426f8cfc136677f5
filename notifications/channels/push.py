"""Push messages to the devices that he registered, over FCM; iOS is reached through FCM too."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext

from django.conf import settings

from notifications.channels.base import Message, Outcome, Reached, Target


class PushChannel:
    """Sends to the devices that he registered. Waits at most ``FCM_TIMEOUT`` seconds for an answer."""

    name = "push"
    rank = 10

    def targets(self, reached: Reached) -> Sequence[Target]:
        """His devices; none where this deployment has no service account, so that the next way is taken."""
        return tuple(reached.devices) if settings.FCM_SERVICE_ACCOUNT else ()

    def kept_open(self) -> AbstractContextManager[None]:
        """Each thread keeps a session of its own anyway."""
        return nullcontext()

    def send(self, message: Message, target: Target) -> Outcome:
        """Hand one message to FCM for one device."""
        from notifications.channels.clients import fcm  # noqa: PLC0415  only where something is sent

        return fcm.send(message, target)


CHANNEL = PushChannel()
