"""One worker of the dispatch benchmark: a process of its own, as a Celery worker is.

    python -m benchmarks.dispatch_worker HOW NOW LIMIT

It says ``ready``, waits for a line, does its part, and prints how many reminders it dispatched in how many seconds.
"""

from __future__ import annotations

import json
import sys
import time
from datetime import datetime, timedelta
from importlib import import_module

import django


def main() -> None:
    """Run from the command line; the settings come from the environment."""
    django.setup()
    run = import_module("benchmarks.dispatching").HOW[sys.argv[1]]
    now, limit = datetime.fromisoformat(sys.argv[2]), int(sys.argv[3])
    run(now - timedelta(days=3650), limit)  # nothing was due then: what is loaded at the first need is loaded now
    print("ready", flush=True)  # noqa: T201  to the process that measures
    sys.stdin.readline()
    began = time.perf_counter()
    number = run(now, limit)
    print(json.dumps({"rows": number, "seconds": time.perf_counter() - began}), flush=True)  # noqa: T201  as above


if __name__ == "__main__":
    main()
