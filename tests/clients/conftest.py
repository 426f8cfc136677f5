"""Clients as app developers have them, against a running Trabecula. They run by `make e2e`, not with the other tests."""

from __future__ import annotations

from tests.stories.conftest import Running, running

__all__ = ["Running", "running"]
