"""Adam's phones, over the API, with real commits: a revision rises once per transaction."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.backend.api.phone import Phone
from tests.tracking.api.conftest import anybody, by_adam, by_bell, by_carl, signed_in

__all__ = ["anybody", "by_adam", "by_bell", "by_carl", "signed_in"]


@pytest.fixture
def db(committed: None) -> None:
    """What the cast stands in: committed, and emptied afterwards."""


@pytest.fixture
def new_phone(by_adam: Any) -> Callable[[], Phone]:
    """Another phone of Adam's, fresh from the shop, that has pulled once."""

    def buy() -> Phone:
        phone = Phone(by_adam)
        phone.pull()
        return phone

    return buy


@pytest.fixture
def phone(new_phone: Callable[[], Phone]) -> Phone:
    return new_phone()
