"""``make bench``: every measurement, one after the other, bounded in time."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

from benchmarks import dispatch, evaluation

_MEASUREMENTS: tuple[Callable[[], Iterator[str]], ...] = (evaluation.report, dispatch.report)


def main() -> int:
    for measurement in _MEASUREMENTS:
        for line in measurement():
            print(line, flush=True)  # noqa: T201  a report for a person
    return 0


if __name__ == "__main__":
    sys.exit(main())
