"""Loaded before Django: starts (or finds) PostgreSQL and the broker for this test session."""

from __future__ import annotations

import os
from typing import Any

import pytest

from backend.devstack import session as devstack

_SESSION: list[devstack.TestSession] = []


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Any:
    """A wrapper runs before pytest-django reads the settings. Only the first process starts servers; workers inherit."""
    if "PYTEST_XDIST_WORKER" not in os.environ and not early_config.known_args_namespace.help:
        session = devstack.begin()
        _SESSION.append(session)
        os.environ.update(session.environment())
    return (yield)


def pytest_unconfigure() -> None:
    while _SESSION:
        _SESSION.pop().stop()
