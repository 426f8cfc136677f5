"""`make audit`: known vulnerabilities in what production runs, by pip-audit.

    python -m backend.devstack.audit

pip-audit passes packages that it could not look up. Here that counts as not run (exit code 2), never as fine.
"""

import json
import shutil
import subprocess
import sys

LOCK_FILE = "requirements/base.txt"
FINE, VULNERABLE, NOT_RUN = 0, 1, 2


def main() -> int:
    """Print what was found; see the module for the exit codes."""
    program = shutil.which("pip-audit")
    if program is None:
        return _not_run("pip-audit is not installed. Install it apart from this project (it has its own dependencies).")
    audit = subprocess.run(
        [
            program,
            "--requirement",
            LOCK_FILE,
            "--require-hashes",
            "--disable-pip",
            "--format",
            "json",
            "--progress-spinner",
            "off",
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        packages = json.loads(audit.stdout)["dependencies"]
    except (ValueError, KeyError):
        return _not_run(audit.stderr.strip() or "pip-audit gave no answer.")
    skipped = [package["name"] for package in packages if "skip_reason" in package]
    vulnerable = [package for package in packages if package.get("vulns")]
    for package in vulnerable:
        for found in package["vulns"]:
            fixed = ", ".join(found["fix_versions"]) or "no version yet"
            print(f"{package['name']} {package['version']}: {found['id']}, fixed in {fixed}")
    if vulnerable:
        return VULNERABLE
    if skipped or not packages:
        return _not_run(f"{len(skipped)} of {len(packages)} packages could not be looked up: {', '.join(skipped)}.")
    print(f"No known vulnerability in the {len(packages)} packages of {LOCK_FILE}.")
    return FINE


def _not_run(why: str) -> int:
    print(f"The audit has NOT been run. {why}", file=sys.stderr)
    return NOT_RUN


if __name__ == "__main__":
    sys.exit(main())
