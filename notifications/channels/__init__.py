"""The ways out of the house, by name. The inbox is none: its row is written together with the claim."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from notifications.channels.base import Channel, Message, Outcome, Refused, Sent, Unknown
from notifications.channels.email import EmailChannel

__all__ = ["CHANNELS", "Channel", "Message", "Outcome", "Refused", "Sent", "Unknown"]

CHANNELS: Mapping[str, Channel] = MappingProxyType({"email": EmailChannel()})
