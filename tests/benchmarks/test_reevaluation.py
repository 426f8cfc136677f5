"""What the benchmark of looking at everybody again measures is what it says: each man is looked at and stored anew, by both."""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import urlsplit

from django.db import connection

from benchmarks import reevaluation
from tracking.domain.actor import Actor
from tracking.models import Evaluation, Standing
from tracking.services.access import acting_as

MEN = 10


def test_each_man_is_looked_at_and_stored_anew(committed: Any) -> None:
    taken = reevaluation.measure(men=MEN, rounds=1)
    assert {name: len(rounds) for name, rounds in taken.items()} == {"ours": 1, "least": 1}
    with acting_as(Actor.system("test")):
        assert Standing.objects.count() == MEN
        # The first look, ours, and the least.
        assert Evaluation.objects.count() == 3 * MEN
        assert set(Evaluation.objects.values_list("word", flat=True)) <= {"below", "not_below", "critical", "borderline"}
    reevaluation._as_by_former_rules(1)
    here = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    assert 50 < reevaluation.most_megabytes(os.environ | {"DATABASE_URL": here}) < reevaluation.MOST_MEGABYTES
    with acting_as(Actor.system("test")):
        assert Evaluation.objects.count() == 4 * MEN
        assert not Standing.objects.filter(rulebook_version="0.1").exists()
