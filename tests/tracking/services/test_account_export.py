"""An archive while it is built. What is in one is shown in ``tests/backend/test_account.py``."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from tests.accounts import make_man
from tests.conftest import NOW
from tracking.domain.actor import Actor
from tracking.models import AccountExport
from tracking.services import account_export
from tracking.services.access import acting_as


@pytest.mark.usefixtures("committed")
def test_he_reads_how_far_it_has_come_while_the_snapshot_of_it_is_read() -> None:
    adam = make_man(now=NOW)
    himself, seen = Actor.user(adam.user_id), []
    row, _ = account_export.ask(patient=adam, by=himself, now=NOW)

    def read() -> tuple[int, str]:
        """As his phone does, over another connection."""
        try:
            with acting_as(himself):
                return AccountExport.objects.values_list("percent", "state").get(uid=row.uid)
        finally:
            connections.close_all()

    def tell_and_look(percent: int) -> None:
        if percent >= 30 * len(seen):
            account_export.tell_percent(row.uid, himself, percent)
            seen.append((other.submit(read).result(timeout=60), (percent, "asked")))

    with ThreadPoolExecutor(1) as other:
        account_export.build(uid=row.uid, by=himself, now=NOW, beside={}, progress=tell_and_look)
        assert other.submit(read).result(timeout=60) == (100, "ready")
    assert len(seen) == 4
    assert [told for told, expected in seen if told != expected] == []
