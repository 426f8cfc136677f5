"""A new way out of the house is one new file; and what all of them share."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from notifications import services
from notifications.channels import CHANNELS, found_in
from notifications.channels.base import wait_of
from notifications.models import Delivery, Reminder

FOURTH = """
from contextlib import nullcontext

from notifications.channels.base import Sent, Target

sent = []

class Pigeon:
    name = "pigeon"
    rank = 5
    kept_open = nullcontext

    def targets(self, reached):
        return (Target("loft", "roof"),) if reached.email else ()

    def send(self, message, target):
        sent.append((message.body, target.value))
        return Sent("flown")

CHANNEL = Pigeon()
"""


def test_push_comes_before_email() -> None:
    assert list(CHANNELS) == ["push", "email"]


def test_a_fourth_channel_is_one_new_file(tmp_path: Path, monkeypatch: Any, adam: Any, make_due: Any, rows: Any) -> None:
    folder = tmp_path / "lofts"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    (folder / "pigeon.py").write_text(FOURTH)
    monkeypatch.syspath_prepend(str(tmp_path))
    channels = dict(found_in([str(folder)], "lofts")) | dict(CHANNELS)
    for module in ("people", "delivering", "preferences"):
        monkeypatch.setattr(f"notifications.services.{module}.CHANNELS", channels)
    make_due(adam)
    services.plan(now=datetime(2026, 11, 2, 9, tzinfo=UTC))
    services.claim(now=datetime(2026, 11, 3, 8, tzinfo=UTC))
    services.deliver(now=datetime(2026, 11, 3, 8, tzinfo=UTC))
    assert sys.modules["lofts.pigeon"].sent == [("Something is due. Open the app to see it.", "roof")]
    assert rows(Delivery, "channel", "state", "provider_reference") == [("pigeon", "sent", "flown")]
    assert set(rows(Reminder, "channel")) == {"inbox", "pigeon"}


@pytest.mark.parametrize(
    ("header", "said_at", "wait"),
    [
        (None, None, None),
        ("", None, None),
        ("0", None, timedelta()),
        (" 30 ", None, timedelta(seconds=30)),
        ("-5", None, None),
        ("1.5", None, None),
        ("604801", None, timedelta(days=7)),
        ("Tue, 03 Nov 2026 08:05:00 GMT", "Tue, 03 Nov 2026 08:00:00 GMT", timedelta(minutes=5)),
        ("Tue, 03 Nov 2026 07:00:00 GMT", "Tue, 03 Nov 2026 08:00:00 GMT", None),
        ("Tue, 03 Nov 2026 08:05:00 GMT", None, None),
        ("tomorrow", "Tue, 03 Nov 2026 08:00:00 GMT", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(header: str | None, said_at: str | None, wait: timedelta | None) -> None:
    assert wait_of(header, said_at=said_at) == wait
