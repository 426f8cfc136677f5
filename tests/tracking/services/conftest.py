"""What tests of several services share."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import NOW
from tracking.domain.actor import Actor
from tracking.exchange.incoming import Form
from tracking.services import imports


@pytest.fixture
def by_him(adam: Any) -> Actor:
    return Actor.user(adam.user_id)


@pytest.fixture
def receive(adam: Any, by_him: Actor):
    """Take a file in, as Adam where nobody else is said."""

    def take(content: bytes, *, by: Actor | None = None, staff: bool = False, **form: str):
        batch, _ = imports.receive(
            patient=adam, by=by or by_him, now=NOW, content=content, form=Form(**{"zone": adam.zone} | form), staff=staff
        )
        return batch

    return take


@pytest.fixture
def common(adam: Any, by_him: Actor) -> dict[str, Any]:
    return {"patient": adam, "by": by_him, "now": NOW}
