"""``make bench``: every measurement, one after the other, bounded in time."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from functools import partial

from benchmarks import day, dispatch, evaluation, execution, footprint, policies, reading
from benchmarks.database import told_upon_one
from benchmarks.targets import Held, Line, table

# They store something, in the process that measures it.
_UPON_A_DATABASE = tuple(f"benchmarks.{name}" for name in ("reevaluation", "importing", "queue", "writing", "space"))
_MEASUREMENTS: tuple[Callable[[], Iterator[Line]], ...] = (
    evaluation.report,
    footprint.report,
    reading.report,
    day.report,
    policies.report,
    dispatch.report,
    execution.report,
    *(partial(told_upon_one, module) for module in _UPON_A_DATABASE),
)


def main() -> int:
    held: list[Held] = []
    for measurement in _MEASUREMENTS:
        for line in measurement():
            print(line, flush=True)  # noqa: T201  a report for a person
            if isinstance(line, Held):
                held.append(line)
    print(*table(held), sep="\n", flush=True)  # noqa: T201  as above
    return 0


if __name__ == "__main__":
    sys.exit(main())
