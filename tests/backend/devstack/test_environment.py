from __future__ import annotations

import sys
from pathlib import Path

import pytest

from backend.devstack import environment


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout whose lock file asks for nothing."""
    monkeypatch.setattr(environment, "CHECKOUT", tmp_path)
    monkeypatch.setattr(environment, "LOCK_FILE", tmp_path / "dev.txt")
    monkeypatch.setattr(environment, "VENV", tmp_path / ".venv")
    # Made already, for making one takes as long as all other tests here together.
    (tmp_path / ".venv").mkdir()
    monkeypatch.setattr(environment, "PYTHON", Path(sys.executable))
    monkeypatch.setattr(environment, "STAMP", tmp_path / ".venv" / "installed.txt")
    (tmp_path / "dev.txt").write_text("# nothing\n")
    return tmp_path


def test_the_second_run_has_nothing_to_do(checkout: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert environment.main() == 0
    assert "Installing the locked packages" in capfd.readouterr().out
    assert environment.main() == 0
    assert capfd.readouterr().out == ""
    (checkout / "dev.txt").write_text("# changed\n")
    assert environment.main() == 0
    assert "Installing the locked packages" in capfd.readouterr().out


def test_a_python_without_venv_is_told_what_to_install(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(environment, "PYTHON", checkout / ".venv" / "bin" / "python")
    monkeypatch.setitem(sys.modules, "ensurepip", None)
    assert environment.main() == 1
    assert f"python{sys.version_info.major}.{sys.version_info.minor}-venv" in capfd.readouterr().err


def test_a_package_that_does_not_match_its_hash_stops_the_set_up(checkout: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (checkout / "dev.txt").write_text(f"./absent-1.0-py3-none-any.whl --hash=sha256:{'0' * 64}\n")
    assert environment.main() == 1
    assert "could not be installed" in capfd.readouterr().err
    assert not (checkout / ".venv" / "installed.txt").exists()
