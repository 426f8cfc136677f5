"""Accounts that call the API through a client which checks every answer against the document."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.accounts import bearer
from tests.tracking.api.contract import ContractClient


@pytest.fixture
def signed_in(db: None) -> Callable[[Any], ContractClient]:
    def sign_in(user: Any) -> ContractClient:
        client = ContractClient()
        client.credentials(**bearer(user))
        return client

    return sign_in


@pytest.fixture
def by_adam(adam: Any, signed_in: Callable[[Any], ContractClient]) -> ContractClient:
    return signed_in(adam.user)


@pytest.fixture
def by_carl(carl: Any, signed_in: Callable[[Any], ContractClient]) -> ContractClient:
    return signed_in(carl.user)


@pytest.fixture
def by_bell(dr_bell: Any, in_care: Any, signed_in: Callable[[Any], ContractClient]) -> ContractClient:
    """Dr. Bell, whom Adam has let in."""
    return signed_in(dr_bell)


@pytest.fixture
def at_adam(adam: Any) -> str:
    """Where staff find Adam."""
    return f"/patients/{adam.uid}"


@pytest.fixture
def anybody() -> ContractClient:
    return ContractClient()
