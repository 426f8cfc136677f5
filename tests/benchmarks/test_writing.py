"""What the benchmark of a phone measures is what it says: both sides store the same rows, and a pull brings what changed."""

from __future__ import annotations

from typing import Any

from benchmarks.targets import Held
from benchmarks.writing import Sizes, report
from tracking.models import LabResult, Patient
from tracking.services.access import Actor, acting_as


def test_a_phone_and_the_least_that_can_be_done_store_the_same_rows(committed: Any, monkeypatch: Any, settings: Any) -> None:
    database = settings.DATABASES["default"]
    monkeypatch.setenv(
        "DATABASE_URL",
        f"postgres://{database['USER']}:{database['PASSWORD']}@{database['HOST']}:{database['PORT']}/{database['NAME']}",
    )
    sizes = Sizes(rounds=2, posts=1, raw_posts=1, rows=6, few=25, many=30, pulls=1)
    lines = list(report(sizes))
    assert [line.split()[0] for line in lines[1:] if isinstance(line, str)] == ["one", "raw", "push", "raw", "pull", "pull"]
    assert [line.path for line in lines if isinstance(line, Held)] == ["one lab", "push", "pull among 30 rows"]
    with acting_as(Actor.system("test")):
        count = {man.name: LabResult.objects.filter(patient=man).count() for man in Patient.objects.all()}
        history = LabResult.history.rel.related_model.objects.count()  # type: ignore[attr-defined]  # pghistory's
    assert count == {"adam": 60 + 2, "new0": 6, "new1": 6, "other": 2 * (1 + 6), "few": 25 + 20, "many": 30 + 20}
    assert history == sum(count.values())
