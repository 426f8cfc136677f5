"""Which statements our server sends for a request, and what it answers; told as JSON for :mod:`benchmarks.raw`."""

from __future__ import annotations

import json
import os
import sys
from typing import Any

import django

_WHO_ASKS = ("set_config", 'FROM "django_session"', 'FROM "tracking_user"')


def main() -> None:
    """Arguments: paths by name, and the headers, both as JSON."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "backend.settings"
    django.setup()
    from django.db import connection  # noqa: PLC0415  once Django is set up
    from django.test import Client  # noqa: PLC0415  as above
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415  as above

    paths, headers = (json.loads(argument) for argument in sys.argv[1:])
    phone, plan = Client(), {}
    for name, path in paths.items():
        phone.get(path, headers=headers, HTTP_HOST="127.0.0.1")
        with CaptureQueriesContext(connection) as sent:
            answer: Any = phone.get(path, headers=headers, HTTP_HOST="127.0.0.1")
        if answer.status_code != 200:  # noqa: PLR2004  HTTP
            raise RuntimeError(f"{path} was answered with {answer.status_code}")
        plan[f"/{name}"] = {"statements": [query["sql"] for query in sent if _reads(query["sql"])], "answer": answer.json()}
    print(json.dumps(plan))  # noqa: T201  told to whoever started this


def _reads(statement: str) -> bool:
    """Whether it reads what the answer is made of; not who asks, and not in whose name."""
    return statement.startswith("SELECT") and not any(part in statement for part in _WHO_ASKS)


if __name__ == "__main__":
    main()
