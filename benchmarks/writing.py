"""What phones write and pull, beside the least that stores the same rows: a raw insert or update by asyncpg over arrays.

Ours is the whole request, through all middleware that production runs, the sign-in and the evaluation. The raw one reads the
same body with orjson and sends one statement; the row, its history and the man's revision are written by both. The clock is
the processor's, of this process and of the database session that works for it.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import asyncpg
import orjson
from allauth.account.models import EmailAddress
from django.db import connections
from django.test import Client

from benchmarks.database import backend_pid
from benchmarks.importing import COLUMNS
from benchmarks.measure import spent
from benchmarks.targets import Held, Line
from tracking import clock
from tracking.domain.actor import Actor
from tracking.models import Patient, User
from tracking.models.base import new_client_id, new_uid
from tracking.services import accounts
from tracking.services.access import acting_as

__all__ = ["Phone", "Sizes", "lab", "measure", "one_of", "push_of", "report"]

TARGETS = {"one lab": 0.3, "push": 0.4}
FLAT = 1.5
_PASSWORD = "correct horse battery"  # noqa: S105  of an invented man in a database that is gone afterwards
_LAB = {"analyte": "estradiol", "value": "24.10", "unit": "pg/mL", "method": "lcmsms", "precision": "minute", "zone": "UTC"}


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is measured. ``few`` and ``many``: the rows of the men who pull; ``changed``: what they have yet to learn."""

    rounds: int = 7
    posts: int = 10
    raw_posts: int = 200
    rows: int = 500
    few: int = 1_000
    many: int = 50_000
    changed: int = 20
    pulls: int = 20


class Phone:
    """A man's phone, signed in."""

    def __init__(self, name: str) -> None:
        email = f"{name}@example.org"
        user = User.objects.create_user(email, _PASSWORD, name=name)
        EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
        opened = accounts.open_record(user=user, name=name, now=clock.now(), birth_date=datetime(1960, 5, 4).date(), zone="UTC")  # noqa: DTZ001  a birthday
        self.man: Patient = opened.man
        self._client = Client()
        answer = self._client.post(
            "/api/v1/auth/login", json.dumps({"email": email, "password": _PASSWORD}), content_type="application/json"
        )
        self._bearer = f"Bearer {answer.json()['meta']['access_token']}"

    def post(self, path: str, body: bytes) -> Any:
        answer = self._client.post(path, body, content_type="application/json", HTTP_AUTHORIZATION=self._bearer)
        if answer.status_code not in (200, 201):
            raise RuntimeError(f"{path} was answered with {answer.status_code}: {answer.content[:300]!r}")
        return answer.json()

    def get(self, path: str) -> Any:
        answer = self._client.get(path, HTTP_AUTHORIZATION=self._bearer)
        if answer.status_code != 200:  # noqa: PLR2004  HTTP
            raise RuntimeError(f"{path} was answered with {answer.status_code}: {answer.content[:300]!r}")
        return answer.json()

    def pull(self, since: int) -> Any:
        return self.get(f"/api/v1/sync?last_pulled_at={since}")["changes"]["lab_results"]["updated"]


class Raw:
    """The least: one statement over arrays."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._connection = self._loop.run_until_complete(asyncpg.connect(os.environ["DATABASE_URL"]))
        self.backend: int = self._connection.get_server_pid()
        names = ", ".join(COLUMNS)
        unnested = ", ".join(f"${place}::{kind}[]" for place, kind in enumerate(COLUMNS.values(), 2))
        self._upsert = (
            f"INSERT INTO tracking_labresult (patient_id, revision, {names}) SELECT $1, 0, * FROM unnest({unnested})"  # noqa: S608  our own names
            " ON CONFLICT (patient_id, client_id) WHERE superseded_at IS NULL DO NOTHING"
        )

    def store(self, man: Patient, rows: Sequence[Mapping[str, Any]]) -> None:
        stored = [_stored(row) for row in rows]
        self._loop.run_until_complete(self._run(man.pk, [[row[name] for row in stored] for name in COLUMNS]))

    def close(self) -> None:
        self._loop.run_until_complete(self._connection.close())
        self._loop.close()

    async def _run(self, man: int, arrays: Sequence[Sequence[Any]]) -> None:
        async with self._connection.transaction():
            await self._connection.execute(
                "SELECT set_config('trabecula.actor', 'system:bench', true), set_config('pgtrigger.ignore', '{}', true)"
            )
            await self._connection.execute(self._upsert, man, *arrays)


def measure(sizes: Sizes) -> dict[str, list[float]]:
    """Seconds of the processor by name, one figure a round: ``one lab``, ``push``, ``pull few``, ``pull many``; ``raw ...``."""
    raw, adam, other = Raw(), Phone("adam"), Phone("other")
    adam.post("/api/v1/sync?last_pulled_at=0", push_of([lab(30 * number + 20) for number in range(60)]))
    # A phone that has much to say says it once: each push is another man's first.
    new = iter([Phone(f"new{number}") for number in range(sizes.rounds)])
    days = iter(range(2_000, 1_000_000))
    ours = backend_pid()
    pulling = {
        name: _pulling(raw, Phone(name), rows, sizes.changed) for name, rows in (("few", sizes.few), ("many", sizes.many))
    }

    def fresh(count: int) -> list[dict[str, Any]]:
        return [lab(next(days) % 9_000, minutes=number) for number in range(count)]

    def raw_lab(body: bytes) -> None:
        raw.store(other.man, [orjson.loads(body)])

    def raw_push(body: bytes) -> None:
        raw.store(other.man, orjson.loads(body)["lab_results"]["created"])

    ways: dict[str, tuple[Callable[[bytes], Any], Callable[[], bytes], int, int]] = {
        "one lab": (lambda body: adam.post("/api/v1/labs", body), lambda: one_of(fresh(1)[0]), sizes.posts, ours),
        "raw one lab": (raw_lab, lambda: one_of(fresh(1)[0]), sizes.raw_posts, raw.backend),
        "push": (
            lambda body: next(new).post("/api/v1/sync?last_pulled_at=1", body),
            lambda: push_of(fresh(sizes.rows)), 1, ours,
        ),
        "raw push": (raw_push, lambda: push_of(fresh(sizes.rows)), 1, raw.backend),
        **{f"pull {name}": (pull, lambda: b"", sizes.pulls, ours) for name, pull in pulling.items()},
    }  # fmt: skip
    with connections["owner"].cursor() as owner:
        owner.execute("VACUUM (ANALYZE) tracking_labresult")
    found: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(sizes.rounds):
        for name, (run, body, calls, backend) in ways.items():
            bodies = [body() for _ in range(calls)]
            found[name].append(_each(run, bodies, backend))
    raw.close()
    return found


def report(sizes: Sizes = Sizes()) -> Iterator[Line]:
    """The figures as lines of a table; Django stands upon an empty database."""
    found = measure(sizes)
    median = {name: statistics.median(seconds) for name, seconds in found.items()}
    yield f"Writes and pulls of a phone, milliseconds of the processor; median of {sizes.rounds}, in turns"
    for name, target in TARGETS.items():
        ratio = median[f"raw {name}"] / median[name]
        yield f"  {_line(name, found)}"
        yield f"  {_line(f'raw {name}', found)}"
        yield Held(name, ratio, "of the raw rate", target)
    ratio = median["pull many"] / median["pull few"]
    yield f"  {_line('pull few', found)}   {sizes.changed} changed among {sizes.few:,} rows"
    yield f"  {_line('pull many', found)}   among {sizes.many:,}"
    yield Held(f"pull among {sizes.many:,} rows", ratio, f"times that among {sizes.few:,}", FLAT, lower=True)


def _line(name: str, found: Mapping[str, Sequence[float]]) -> str:
    low, median, high = statistics.quantiles(found[name], n=4)
    return f"{name:<12} {median * 1000:9.2f} ms (middle half {(high - low) * 100 / median if median else 0:.0f} % wide)"


def _each(run: Callable[[bytes], Any], bodies: Sequence[bytes], backend: int) -> float:
    return spent(lambda: [run(body) for body in bodies], backend=backend)[1].processor / len(bodies)


def _pulling(raw: Raw, phone: Phone, rows: int, changed: int) -> Callable[[bytes], None]:
    """A phone that has all of so many rows but the last few."""
    raw.store(phone.man, [lab(number % 9_000, minutes=number // 9_000) for number in range(rows)])
    since = _revision(phone.man)
    raw.store(phone.man, [lab(number, minutes=30) for number in range(changed)])

    def pull(_body: bytes) -> None:
        found = phone.pull(since)
        if len(found) != changed:
            raise RuntimeError(f"{len(found)} of {changed} rows were pulled")

    return pull


def _revision(man: Patient) -> int:
    with acting_as(Actor.system("bench")):
        return Patient.objects.values_list("revision", flat=True).get(pk=man.pk)


def lab(days: int, *, minutes: int = 0) -> dict[str, Any]:
    at = clock.now().replace(microsecond=0) - timedelta(days=days + 1, minutes=minutes)
    return _LAB | {"id": new_client_id(), "collected_at": at.isoformat()}


def one_of(lab: Mapping[str, Any]) -> bytes:
    """What the list of labs takes: its own name for the id."""
    return orjson.dumps({("client_id" if name == "id" else name): value for name, value in lab.items()})


def push_of(labs: Sequence[Mapping[str, Any]]) -> bytes:
    return orjson.dumps({"lab_results": {"created": labs, "updated": [], "deleted": []}})


def _stored(row: Mapping[str, Any]) -> dict[str, Any]:
    """The columns, as they come; nothing is checked."""
    return dict.fromkeys(COLUMNS, "") | {
        "uid": new_uid(), "client_id": row.get("client_id") or row["id"], "recorded_at": clock.now(),
        "recorded_by": "system:bench",
        "import_batch_id": None, "at": datetime.fromisoformat(row["collected_at"]), "precision": row["precision"],
        "zone": row["zone"], "analyte": row["analyte"], "digits": row["value"], "unit": row["unit"], "method": row["method"],
        "method_evidence": "self_declared", "unit_confirmed": False, "biotin": None, "fasting": None,
    }  # fmt: skip
