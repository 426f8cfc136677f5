"""What the benchmark of the work queue measures is what it says: so many men, each with the findings of the first."""

from __future__ import annotations

from typing import Any

from benchmarks import queue
from tracking.models import Episode
from tracking.services.access import Actor, acting_as


def test_a_page_of_a_small_and_of_a_larger_clinic_takes_the_same_statements(committed: Any, now: Any) -> None:
    taken, queries = queue.measure((3, 60), rounds=1)
    assert {men: len(rounds) for men, rounds in taken.items()} == {3: 1, 60: 1}
    assert queries[3] == queries[60]
    with acting_as(Actor.system("test")):
        first_of_both = Episode.objects.filter(patient__name="Adam").count()
        assert first_of_both > 0
        assert Episode.objects.count() == first_of_both // 2 * (3 + 60)
