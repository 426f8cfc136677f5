"""`make audit`: known vulnerabilities in what production runs, by pip-audit, and in what clients' tests fetch, by npm audit.

    python -m backend.devstack.audit

pip-audit passes packages that it could not look up, and npm audit can end without having asked anybody. Here both count as not
run (exit code 2), never as fine. A vulnerability that was found counts most (1).
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parents[2]
LOCK_FILE = "requirements/base.txt"
# Where OSV's interface is, for a place that reaches one of its own and no index of packages. Else pip-audit asks PyPI.
OSV_URL = "AUDIT_OSV_URL"
FINE, VULNERABLE, NOT_RUN = 0, 1, 2
_SECONDS = 600


@dataclass
class Looked:
    """What was found in one lock: how many packages were looked up, which are vulnerable, and why something was not."""

    lock: str
    packages: int = 0
    vulnerable: list[str] = field(default_factory=list)
    not_run: str = ""


def of_python(lock: str = LOCK_FILE) -> Looked:
    """Every package of the lock, asked for by pip-audit."""
    program = shutil.which("pip-audit")
    if program is None:
        return Looked(lock, not_run="pip-audit is not installed. Install it apart from this project (it has its own packages).")
    options = ["--requirement", lock, "--require-hashes", "--disable-pip", "--format", "json", "--progress-spinner", "off"]
    if url := os.environ.get(OSV_URL):
        options += ["--vulnerability-service", "osv", "--osv-url", url]
    said, complaint = _run([program, *options], CHECKOUT)
    packages = said.get("dependencies")
    if not isinstance(packages, list) or not packages:
        return Looked(lock, not_run=complaint or "pip-audit gave no answer.")
    found = Looked(lock, packages=len(packages))
    for package in packages:
        for hole in package.get("vulns", []):
            fixed = ", ".join(hole.get("fix_versions", [])) or "no version yet"
            found.vulnerable.append(f"{package['name']} {package['version']}: {hole['id']}, fixed in {fixed}")
    if skipped := [package["name"] for package in packages if "skip_reason" in package]:
        found.not_run = f"{len(skipped)} of {len(packages)} packages could not be looked up: {', '.join(skipped)}."
    return found


def of_npm(folder: Path) -> Looked:
    """Every package of a folder's package-lock.json, asked for by npm audit."""
    lock = f"{folder.name}/package-lock.json"
    program = Path(sys.executable).parent / "npm"
    if not program.exists():
        return Looked(lock, not_run="npm is not installed: it comes with the locked packages of development.")
    locked = json.loads((folder / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    wanted = sum(1 for place in locked if place)
    said, complaint = _run([str(program), "audit", "--json", "--package-lock-only", "--audit"], folder)
    holes, counted = said.get("vulnerabilities"), said.get("metadata", {}).get("dependencies", {}).get("total", 0)
    if not isinstance(holes, dict):
        return Looked(lock, not_run=str(said.get("message") or said.get("error") or complaint or "npm gave no answer."))
    found = Looked(lock, packages=counted)
    found.vulnerable = [f"{name} {hole['range']}: {hole['severity']}" for name, hole in sorted(holes.items())]
    if counted < wanted:
        found.not_run = f"{wanted - counted} of {wanted} packages were not looked up."
    return found


def _run(command: Sequence[str], folder: Path) -> tuple[dict[str, Any], str]:
    """What a program answered as JSON (nothing where it is none), and what it complained of."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env={**os.environ, "PATH": path},
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
        said = json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        return {}, f"There was no answer within {_SECONDS} seconds."
    except ValueError:
        return {}, (done.stderr.strip().splitlines() or [""])[-1]
    return (said if isinstance(said, dict) else {}), done.stderr.strip()


def looked_up() -> Iterator[Looked]:
    """Of each lock of this project, in turn."""
    yield of_python()
    for lock in sorted((CHECKOUT / "tests" / "clients").glob("*/package-lock.json")):
        yield of_npm(lock.parent)


def main() -> int:
    """Print what was found; see the module for the exit codes."""
    found = list(looked_up())
    for one in found:
        for hole in one.vulnerable:
            print(f"{one.lock}: {hole}")
        if one.not_run:
            print(f"{one.lock}: the audit has NOT been run. {one.not_run}", file=sys.stderr)
        elif not one.vulnerable:
            print(f"{one.lock}: no known vulnerability in its {one.packages} packages.")
    if any(one.vulnerable for one in found):
        return VULNERABLE
    return NOT_RUN if any(one.not_run for one in found) else FINE


if __name__ == "__main__":
    sys.exit(main())
