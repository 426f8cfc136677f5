"""`make test`: the quick tests on several cores, then the stories that start processes, one after the other.

python -m backend.devstack.run_tests --workers 2 -- [pytest's arguments]
"""

import argparse
import subprocess
import sys

NO_TESTS_FOUND = 5
SLOWEST = "--durations=20"


def main() -> int:
    """Run both parts, also where the first fails; 0 where all passed and there was something to run."""
    parser = argparse.ArgumentParser(description="Run the tests in two parts.")
    parser.add_argument("--workers", type=int, default=2, help="processes for the quick tests")
    parser.add_argument("arguments", nargs="*", help="go to pytest")
    options = parser.parse_args()
    parts = (("not processes", ["-n", str(options.workers)]), ("processes", ["-n", "0"]))
    codes = [_pytest(marker, [*how, SLOWEST, *options.arguments]) for marker, how in parts]
    # With a file or a name among the arguments, one of the parts is empty, and that is no failure.
    wanted = [code for code in codes if code != NO_TESTS_FOUND]
    return max(wanted, default=NO_TESTS_FOUND)


def _pytest(marker: str, arguments: list[str]) -> int:
    print(f"Tests: {marker}", flush=True)
    return subprocess.run([sys.executable, "-m", "pytest", "-m", marker, *arguments], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
