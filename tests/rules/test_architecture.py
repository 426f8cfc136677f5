"""The architecture checks itself; and each check is seen to catch what it is for."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("backend", "tracking", "notifications")
CONTRACTS = [
    contract["id"] for contract in tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
]

# contract: (file, the line that must not be there)
VIOLATIONS = {
    "packages": ("tracking/services/labs.py", "import notifications.services"),
    "tracking": ("tracking/services/labs.py", "import tracking.clock"),
    "notifications": ("notifications/domain/__init__.py", "import notifications.models"),
    "plain-python": ("tracking/domain/units.py", "import django.conf"),
    "one-door": ("notifications/services/__init__.py", "import tracking.services.labs"),
    "curve-apart": ("tracking/domain/risk.py", "import tracking.domain.serum_curve"),
    "no-cycles": ("tracking/domain/problems.py", "import tracking.domain.moments"),
    "network": ("tracking/services/labs.py", "import httpx"),
}


def lint(tree: Path, contract: str) -> subprocess.CompletedProcess[str]:
    run = "from importlinter.cli import lint_imports_command as run; run()"
    return subprocess.run(
        [sys.executable, "-c", run, "--contract", contract, "--no-cache"],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": str(tree)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for package in PACKAGES:
        shutil.copytree(
            ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__", "*.toml", "static", "*.html")
        )
    return tmp_path


def test_every_contract_has_its_planted_violation():
    assert sorted(CONTRACTS) == sorted(VIOLATIONS)


@pytest.mark.parametrize("contract", CONTRACTS)
def test_a_planted_violation_is_caught(tree: Path, contract: str):
    name, line = VIOLATIONS[contract]
    target = tree / name
    target.write_text(target.read_text() + f"\n{line}\n")
    caught = lint(tree, contract)
    assert caught.returncode == 1, caught.stdout + caught.stderr
    assert "BROKEN" in caught.stdout


def test_a_module_that_was_not_placed_breaks_the_build(tree: Path):
    (tree / "tracking" / "misc.py").write_text("")
    assert lint(tree, "tracking").returncode == 1
