"""``make bench``: every measurement, one after the other, bounded in time."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

from benchmarks import day, dispatch, evaluation, execution, footprint, policies, reading
from benchmarks.database import database
from benchmarks.targets import Held, Line, table


def _of_this_process() -> Iterator[Line]:
    with database():
        from benchmarks import importing, queue, reevaluation, space, writing  # noqa: PLC0415  they read models, which Django knows now

        for report in (reevaluation.report, importing.report, queue.report, writing.report, space.report):
            yield from report()


_MEASUREMENTS: tuple[Callable[[], Iterator[Line]], ...] = (
    evaluation.report,
    footprint.report,
    reading.report,
    day.report,
    policies.report,
    dispatch.report,
    execution.report,
    _of_this_process,
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
