"""Makes the virtual environment and installs the locked packages. Standard library only: nothing is installed yet.

    python3 -m backend.devstack.environment

A second run finds the lock file unchanged and does nothing. Two runs at a time take turns.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

from backend.devstack.lock import one_at_a_time

CHECKOUT = Path(__file__).resolve().parents[2]
LOCK_FILE = CHECKOUT / "requirements" / "dev.txt"
VENV = CHECKOUT / ".venv"
PYTHON = VENV / "bin" / "python"
# A copy of the lock file that was installed last, and the Python it was installed for.
STAMP = VENV / "installed.txt"


def main() -> int:
    """Set up what is missing; 0 where all is there, 1 after a plain sentence."""
    with one_at_a_time(CHECKOUT / ".run" / "environment.lock"):
        wanted = LOCK_FILE.read_text()
        if STAMP.exists() and STAMP.read_text() == wanted and _runs(PYTHON):
            return 0
        return 0 if _make_venv() and _install(wanted) else 1


def _make_venv() -> bool:
    if _runs(PYTHON):
        return True
    try:
        import ensurepip  # noqa: F401, PLC0415  Debian leaves it out of its plain Python
        import venv  # noqa: F401, PLC0415  as above
    except ImportError:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        return _fail(
            f"Python {version} at {sys.executable} cannot make virtual environments. Install its venv package (on Debian and "
            f"Ubuntu: apt-get install python{version}-venv), or name another Python: make demo PYTHON=python3"
        )
    print(f"Making the virtual environment with {sys.executable} ...", flush=True)
    if subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)], check=False).returncode != 0:
        return _fail(f"The virtual environment could not be made in {VENV}. Is the disk full, or the folder not yours?")
    return True


def _install(wanted: str) -> bool:
    print(f"Installing the locked packages of {LOCK_FILE.relative_to(CHECKOUT)} ...", flush=True)
    began = time.monotonic()
    arguments = ["install", "--require-hashes", "--no-deps", "--disable-pip-version-check", "--no-input", "-r", str(LOCK_FILE)]
    if subprocess.run([str(PYTHON), "-m", "pip", *arguments], check=False).returncode != 0:
        return _fail(
            "The packages could not be installed; pip says why above. Check that this machine reaches its package index, that "
            "the disk has a gigabyte free, and run the same command again."
        )
    STAMP.write_text(wanted)
    print(f"Installed in {time.monotonic() - began:.0f} s.", flush=True)
    return True


def _runs(python: Path) -> bool:
    """Whether this interpreter is there, works (its base may have been removed) and has pip."""
    if not os.access(python, os.X_OK):
        return False
    return subprocess.run([str(python), "-m", "pip", "--version"], capture_output=True, check=False).returncode == 0


def _fail(sentence: str) -> bool:
    print(sentence, file=sys.stderr, flush=True)
    return False


if __name__ == "__main__":
    sys.exit(main())
