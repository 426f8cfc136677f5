"""Where the processor time of each hot path goes: by part of the house, by statement, by function.

    python -m benchmarks.profiles FOLDER

writes a file for each. Requests go through all middleware, with the sign-in, for a man of years of results and doses
(:mod:`benchmarks.told`); the clock is the processor's, and the profiler's own weight falls on small functions, so shares are
told and not milliseconds. Parts: the time that was spent in a module's own lines, and not in what it called.
"""

from __future__ import annotations

import argparse
import cProfile
import json
import os
import pstats
import re
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

import django
import psycopg

from backend.devstack.cohort import Api
from backend.devstack.mail import messages
from benchmarks.servers import MEASURED, house
from benchmarks.told import a_man, others

__all__ = ["Profile", "part_of", "profiled", "shape", "write"]

CALLS, OTHERS, EACH = 40, 200, 20
FUNCTIONS, STATEMENTS = 25, 12
PLACE = {"precision": "minute", "zone": "UTC"}
# The first that begins the name of a module's file, after the folder of packages or of the checkout.
PARTS = {
    "tracking/domain": "evaluation and other rules (tracking.domain)",
    "tracking/evidence": "the rulebook",
    "tracking/services": "services",
    "tracking/sync": "sync",
    "tracking/api": "views of the API",
    "tracking": "the rest of tracking",
    "notifications": "notifications",
    "backend/accounts": "sign-in (ours)",
    "backend": "wiring, middleware (ours)",
    "allauth": "sign-in (allauth)",
    "jwt": "tokens",
    "cryptography": "tokens",
    "django/db": "Django: statements composed, rows made objects",
    "django": "Django: the rest",
    "rest_framework": "Django REST Framework",
    "psycopg": "psycopg, and waiting within it",
    "msgspec": "records and JSON in C",
    "structlog": "logs",
    "django_structlog": "logs",
    "json": "JSON",
}


@dataclass
class Profile:
    """What was found of one path. ``statements``: by their text, of one call."""

    name: str
    milliseconds: float
    statements: Counter[str]
    parts: Counter[str] = field(default_factory=Counter)
    functions: list[tuple[float, int, str]] = field(default_factory=list)

    def text(self) -> str:
        """The file's content."""
        whole = sum(self.parts.values())
        lines = [f"{self.name}: {self.milliseconds:.1f} ms of the processor, {self.statements.total()} statements", ""]
        lines += [f"{share / whole:6.1%}  {part}" for part, share in self.parts.most_common() if share / whole >= 0.01]  # noqa: PLR2004  a hundredth
        lines += ["", "share of own time, calls in each, function"]
        lines += [f"{seconds / whole:6.1%} {calls:7,}  {name}" for seconds, calls, name in self.functions]
        lines += ["", "statements, the most frequent first"]
        lines += [f"{number:3}  {text}" for text, number in self.statements.most_common(STATEMENTS)]
        return "\n".join(lines) + "\n"


def part_of(file: str) -> str:
    """To which part of the house a module's file belongs; built-in functions have no file."""
    inside = file.rpartition("site-packages/")[2] if "site-packages/" in file else file.removeprefix(f"{Path.cwd()}/")
    known = next((part for begin, part in PARTS.items() if f"/{inside}".startswith((f"/{begin}/", f"/{begin}."))), None)
    if known:
        return known
    return "built-in functions" if file == "~" else "Python's library and other packages"


def profiled(name: str, call: Callable[[], object], *, calls: int = CALLS, between: Callable[[], object] = int) -> Profile:
    """Call it so often, once for warmth; ``between`` runs before each call and is not measured."""
    from django.db import connection  # noqa: PLC0415  the settings are known by now
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415  as above

    between()
    call()
    between()
    with CaptureQueriesContext(connection) as asked:
        call()
    statements = Counter(shape(each["sql"]) for each in asked.captured_queries)
    taken = []
    for _ in range(calls):
        between()
        began = time.process_time()
        call()
        taken.append(time.process_time() - began)
    profile = cProfile.Profile(time.process_time)
    for _ in range(calls):
        between()
        profile.runcall(call)
    found = Profile(name, statistics.median(taken) * 1000, statements)
    functions = []
    for (file, line, function), (_, number, own, _, _) in pstats.Stats(profile).stats.items():  # type: ignore[attr-defined]  # typeshed has no stats
        found.parts[part_of(file)] += own
        where = (
            re.sub(" at 0x[0-9a-f]+", "", function) if file == "~" else f"{'/'.join(Path(file).parts[-3:])}:{line} {function}"
        )
        functions.append((own, round(number / calls), where))
    found.functions = sorted(functions, reverse=True)[:FUNCTIONS]
    return found


def shape(statement: str) -> str:
    """What a statement does and to which table, without its columns, its values and the numbers of savepoints."""
    told = re.sub(r'SAVEPOINT "[^"]*"', "SAVEPOINT", " ".join(statement.split()))
    if named := re.match(r'SELECT .*? FROM ("\w+"|\w+)', told):
        return f"SELECT ... FROM {named[1]}"  # noqa: S608  told to a person, not sent
    return " ".join(told.split()[:4])


class _Phone:
    """His requests, in this process."""

    def __init__(self, token: str) -> None:
        from django.test import Client  # noqa: PLC0415  as above

        self._client = Client()
        self._headers = {"Authorization": f"Bearer {token}"}
        self._number = count(1)
        self._cursor, self._etag = 0, ""

    def results(self) -> None:
        self._ask("get", "/api/v1/labs?analyte=estradiol&limit=50")

    def home(self) -> None:
        self._etag = self._ask("get", "/api/v1/home")["ETag"]

    def unchanged(self) -> None:
        self._ask("get", "/api/v1/home", status=304, **{"If-None-Match": self._etag})

    def pull(self) -> None:
        self._cursor = self._ask("get", f"/api/v1/sync?last_pulled_at={self._cursor}").json()["timestamp"]

    def push(self) -> None:
        at = datetime.now(UTC) - timedelta(minutes=3 * next(self._number))
        dose = {"drug": "anastrozole", "kind": "taken", "amount": "0.25 mg", "taken_at": at.isoformat(), **PLACE}
        symptom = {"code": "fatigue", "score": at.minute % 10, "felt_at": at.isoformat(), **PLACE}
        tables = {
            table: {"created": [{"id": str(uuid4()), **row}], "updated": [], "deleted": []}
            for table, row in (("dose_events", dose), ("symptoms", symptom))
        }
        answer = self._ask("post", f"/api/v1/sync?last_pulled_at={self._cursor}", tables)
        if answer.json()["rejected"]:
            raise RuntimeError(f"a row was refused: {answer.content!r}")

    def one_result(self) -> None:
        at = datetime.now(UTC) - timedelta(days=5, minutes=next(self._number))
        lab = {"analyte": "estradiol", "value": "24.10", "unit": "pg/mL", "method": "lcmsms", "collected_at": at.isoformat()}
        self._ask("post", "/api/v1/labs", {"client_id": str(uuid4()), **lab, **PLACE}, status=201)

    def _ask(self, method: str, path: str, body: object = None, *, status: int = 200, **headers: str) -> Any:
        sent = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
        answer = getattr(self._client, method)(path, headers=self._headers | headers, HTTP_HOST="127.0.0.1", **sent)
        if answer.status_code != status:
            raise RuntimeError(f"{path} was answered with {answer.status_code}: {answer.content[:300]!r}")
        return answer


def write(folder: Path, *, calls: int = CALLS) -> Iterator[str]:
    """A file for each path; a line for each, as it is done. Django must not be ready yet in this process."""
    folder.mkdir(parents=True, exist_ok=True)
    with _told() as token:
        phone = _Phone(token)
        plan: Mapping[str, tuple[Callable[[], object], Callable[[], object]]] = {
            "results": (phone.results, int),
            "home": (phone.home, int),
            "home-unchanged": (phone.unchanged, int),
            "pull-of-nothing": (phone.pull, int),
            "pull-of-a-push": (phone.pull, phone.push),
            "push": (phone.push, int),
            "one-result": (phone.one_result, int),
        }
        for name, (call, between) in plan.items():
            found = profiled(name, call, between=between, calls=calls)
            (folder / f"{name}.txt").write_text(found.text(), encoding="utf-8")
            yield found.text().splitlines()[0]


@contextmanager
def _told() -> Iterator[str]:
    """The house without its web, in this process, with a man who has told of years, and others; his token."""
    with house() as stack:
        stack.start_services()
        stack.run_manage("migrate", "--database", "owner", "--no-input")
        stack.start_process("web", extra_env=MEASURED)
        token = a_man(Api(stack.web_url, lambda: messages(stack.mail_folder)))
        stack.stop_process("web")
        with psycopg.connect(stack.services.migration_database_url) as owner:
            others(owner, OTHERS, each=EACH)
        os.environ |= stack.environment() | MEASURED | {"LOG_LEVEL": "WARNING"}
        django.setup()
        yield token


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description="Write where the time of each hot path goes, a file for each.")
    parser.add_argument("folder", type=Path)
    for line in write(parser.parse_args().folder):
        print(line, flush=True)  # noqa: T201  to a person


if __name__ == "__main__":
    main()
