"""`make test`: the quick tests on several cores, then the stories that start processes, file by file on as many.

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
    codes = [
        _pytest("Quick tests", "not processes", ["-n", str(options.workers), *options.arguments]),
        _pytest(
            "Stories with real processes", "processes", ["-n", str(options.workers), "--dist", "loadfile", *options.arguments]
        ),
    ]
    # With a file or a name among the arguments, one of the parts is empty, and that is no failure.
    wanted = [code for code in codes if code != NO_TESTS_FOUND]
    return max(wanted, default=NO_TESTS_FOUND)


def _pytest(title: str, marker: str, arguments: list[str]) -> int:
    print(f"\n{title}", flush=True)
    return subprocess.run([sys.executable, "-m", "pytest", "-m", marker, SLOWEST, *arguments], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
