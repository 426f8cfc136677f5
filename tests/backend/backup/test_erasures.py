"""Which men must not come back with a backup: read from a list, or from the log as it is."""

from __future__ import annotations

from uuid import UUID

import pytest

from backend.backup.erasures import read_list

ADAM, CARL = UUID(int=1), UUID(int=2)


def test_a_list_and_a_log_name_the_same_men() -> None:
    assert read_list(f"# since the backup\n{ADAM}  # on Monday\n\n{CARL}\n{ADAM}\n") == [ADAM, CARL]
    log = f"""
        worker-1  | {{"event": "erased", "patient": "{ADAM}", "rows": 12, "level": "info"}}
        worker-1  | {{"event": "request_finished", "patient": "{UUID(int=3)}"}}
        worker-1  | {{"event": "request_fini
        web-1  | {{"event": "erased", "patient": "{CARL}"}}
        {{"event": ["erased"]}}
    """
    assert read_list(log) == [ADAM, CARL]
    assert read_list("") == []


@pytest.mark.parametrize(
    "line",
    ["adam@example.org", "7", '{"event": "erased", "patient": "7"}', '{"event": "erased", "patient": "' + str(CARL)],
)
def test_what_names_nobody_and_what_was_cut_off_is_refused_by_its_line(line: str) -> None:
    with pytest.raises(ValueError, match=r"Line 2 of the erasure list is no uid\. Accepted: one uid a line"):
        read_list(f"{ADAM}\n{line}")
