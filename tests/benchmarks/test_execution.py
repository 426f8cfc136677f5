"""What the benchmark of sending measures is what it says: real messages leave by a real worker, and so many arrive."""

from __future__ import annotations

import re

import pytest

from benchmarks import execution
from benchmarks.targets import Held


@pytest.mark.processes
def test_all_messages_leave_and_are_set_beside_as_many_tasks_that_do_nothing() -> None:
    title, messages, idle, held = execution.report(messages=20, rounds=1)
    assert str(title).startswith("Sending of 20 messages by a worker of 2 processes")
    assert isinstance(held, Held)
    sent, least = (float(re.findall(r"[\d,]+", str(line))[0].replace(",", "")) for line in (messages, idle))
    assert sent > 0
    assert held.figure == pytest.approx(sent / least, rel=0.1)
