"""What an import costs, beside a bare insert of the same rows in the same run.

The import reads a table, looks at every row, keeps what it said, and stores it with one evaluation. The bare insert is one
statement over arrays that are made before the clock starts; triggers, history and row-level security fall on both.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import connection

from benchmarks.database import backend_pid
from benchmarks.measure import Spent, spent
from benchmarks.targets import Held, Line
from tracking.domain.actor import Actor
from tracking.exchange.incoming import Form
from tracking.models import LabResult, Patient, User
from tracking.models.base import new_client_id, new_uid
from tracking.services import imports
from tracking.services.access import acting_as, lock_patient

__all__ = ["COLUMNS", "TARGET", "Cost", "measure", "report", "table"]

TARGET = 0.3
ROWS = 100_000
_NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
_FIRST = datetime(1990, 1, 1, 8, 0, tzinfo=UTC)
_APART = timedelta(minutes=1_441)
# What a laboratory prints, and between which figures the invented values lie.
_TESTS = (
    ("Estradiol", "pg/mL", 10, 60), ("Testosterone, Total", "ng/dL", 300, 900), ("SHBG", "nmol/L", 15, 80),
    ("Hematocrit", "%", 38, 50), ("Vitamin D, 25-OH", "ng/mL", 20, 60), ("PSA", "ng/mL", 1, 3), ("Calcium", "mg/dL", 9, 10),
    ("Creatinine", "mg/dL", 1, 2),
)  # fmt: skip
COLUMNS = {
    "uid": "uuid", "client_id": "varchar", "recorded_at": "timestamptz", "recorded_by": "varchar", "source_system": "varchar",
    "source_id": "varchar", "import_batch_id": "bigint", "withdrawn_reason": "varchar", "at": "timestamptz",
    "precision": "varchar", "zone": "varchar", "analyte": "varchar", "comparator": "varchar", "digits": "varchar",
    "unit": "varchar", "method": "varchar", "method_evidence": "varchar", "laboratory": "varchar", "range_low": "varchar",
    "range_high": "varchar", "lloq": "varchar", "confirmed_reason": "varchar", "unit_confirmed": "boolean",
    "biotin": "boolean", "fasting": "boolean",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cost:
    """What each took for so many rows."""

    rows: int
    looked_at: Spent
    stored: Spent
    bare: Spent

    @property
    def ratio(self) -> float:
        """The rate of the whole import over that of the bare insert, by the processor's time."""
        return self.bare.processor / (self.looked_at + self.stored).processor

    @property
    def on_the_wall(self) -> float:
        return self.bare.wall / (self.looked_at + self.stored).wall


def table(rows: int) -> bytes:
    """An invented file: draws of eight tests each, every day or so."""
    lines = ["test,value,unit,collected"]
    for number in range(rows):
        name, unit, low, high = _TESTS[number % len(_TESTS)]
        draw = number // len(_TESTS)
        value = low + (high - low) * (draw * 37 % 1000) / 1000
        lines.append(f'"{name}",{value:.2f},{unit},{(_FIRST + _APART * draw).isoformat()}')
    return "\n".join(lines).encode()


def measure(importing: Patient, other: Patient, *, rows: int) -> Cost:
    """Import ``rows`` for one man, then insert the same rows barely for another. Both are men without any results."""
    assert importing.user_id is not None
    by = Actor.user(importing.user_id)
    content = table(rows)
    backend = backend_pid()
    (batch, _), looked_at = spent(
        lambda: imports.receive(patient=importing, by=by, now=_NOW, content=content, form=Form()), backend=backend
    )
    _, stored = spent(lambda: imports.commit(patient=importing, uid=batch.uid, by=by, now=_NOW), backend=backend)
    return Cost(rows, looked_at, stored, _bare(importing, other, rows, backend=backend))


def _bare(importing: Patient, other: Patient, rows: int, *, backend: int) -> Spent:
    with acting_as(Actor.system("benchmark")):
        found = list(LabResult.objects.filter(patient=importing).values(*COLUMNS))
        if len(found) != rows:
            raise RuntimeError(f"{len(found)} of {rows} rows were stored: they are not the same rows")
        for row in found:
            row |= {"uid": new_uid(), "client_id": new_client_id()}
        arrays = [[row[name] for row in found] for name in COLUMNS]
        names = ", ".join(COLUMNS)
        unnested = ", ".join(f"%s::{kind}[]" for kind in COLUMNS.values())
        insert = f"INSERT INTO tracking_labresult (patient_id, revision, {names}) SELECT %s, 0, * FROM unnest({unnested})"  # noqa: S608  our own names

    def bare() -> None:
        with acting_as(Actor.system("benchmark")), connection.cursor() as cursor:
            lock_patient(other)
            cursor.execute(insert, [other.pk, *arrays])

    return spent(bare, backend=backend)[1]


def report(*, rows: int = ROWS) -> Iterator[Line]:
    """The figures as lines; Django stands upon an empty database."""
    cost = measure(_man("importing"), _man("bare"), rows=rows)
    yield f"Import of {cost.rows:,} rows of a table; seconds on the wall, of the process, of its database session"
    for name, each in (
        ("read and looked at", cost.looked_at),
        ("stored and evaluated", cost.stored),
        ("bare insert", cost.bare),
    ):
        yield f"  {name:<22} {each.wall:8.1f} {each.process:8.1f} {each.database:8.1f}"
    yield f"  rate over that of the bare insert: {cost.ratio:.2f} by the processor, {cost.on_the_wall:.2f} on the wall"
    yield Held(f"import of {cost.rows:,} rows", cost.ratio, "of a bare insert", TARGET)


def _man(name: str) -> Patient:
    user = User.objects.create_user(f"{name}@example.org")
    with acting_as(Actor.system("benchmark")):
        return Patient.objects.create(user=user, name=name, birth_year=1960, zone="UTC")
