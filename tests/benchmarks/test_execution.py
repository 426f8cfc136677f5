"""What the benchmark of sending measures is what it says: real messages leave by a real worker, and so many arrive."""

from __future__ import annotations

import re

import pytest

from benchmarks import execution


@pytest.mark.processes
def test_all_messages_leave_and_are_set_beside_as_many_tasks_that_do_nothing() -> None:
    title, messages, idle = execution.report(messages=20, rounds=1)
    assert title.startswith("Sending of 20 messages by a worker of 2 processes")
    sent, least = (float(re.findall(r"[\d,]+", line)[0].replace(",", "")) for line in (messages, idle))
    assert sent > 0
    assert float(re.findall(r"at ([\d.]+) of", idle)[0]) == pytest.approx(sent / least, abs=0.05)
