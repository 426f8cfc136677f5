"""The ways out of the house, by name, the first choice first. The inbox is none: its row is written together with the claim.

Each module beside this one that has a ``CHANNEL`` is a way; nothing else needs to know of it.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType

from notifications.channels.base import Channel, Message, Outcome, Reached, Refused, Sent, Target, Unknown

__all__ = ["CHANNELS", "Channel", "Message", "Outcome", "Reached", "Refused", "Sent", "Target", "Unknown", "found_in"]


def found_in(folder: list[str], package: str) -> Mapping[str, Channel]:
    """The channels of the modules in this folder, by name, in the order of their ranks."""
    modules = [import_module(f"{package}.{module.name}") for module in pkgutil.iter_modules(folder)]
    channels: list[Channel] = [module.CHANNEL for module in modules if hasattr(module, "CHANNEL")]
    return MappingProxyType({channel.name: channel for channel in sorted(channels, key=lambda channel: channel.rank)})


CHANNELS: Mapping[str, Channel] = found_in(__path__, __name__)
