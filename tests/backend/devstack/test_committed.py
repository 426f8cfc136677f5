from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from backend.devstack.committed import REGISTRIES, findings, registry_hosts

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    "line", [f"see https://{REGISTRIES[0]}/simple", "cd /" + "home/adam/trabecula", "path = '/" + "root/x'"]
)
def test_a_registry_or_a_path_of_one_machine_is_found(tmp_path: Path, line: str) -> None:
    file = tmp_path / "notes.md"
    file.write_text(f"fine\n{line}\n")
    (found,) = findings([file], registry_hosts({}))
    assert found.startswith(f"{file}:2: names")


@pytest.mark.parametrize(
    "line", ["below /" + "root", "https://example.org/home/adam", "./work/main", "GET /api/v1/home", "/usr/bin"]
)
def test_what_merely_looks_alike_is_not(tmp_path: Path, line: str) -> None:
    file = tmp_path / "notes.md"
    file.write_text(f"{line}\n")
    assert list(findings([file], registry_hosts({}))) == []


def test_the_index_that_this_machine_is_told_to_use_counts_too() -> None:
    assert "mirror.example.org" in registry_hosts({"PIP_INDEX_URL": "https://adam:pw@mirror.example.org/simple"})
    assert "localhost" not in registry_hosts({"PIP_EXTRA_INDEX_URL": "http://localhost:3141/simple"})
