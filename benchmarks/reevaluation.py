"""What it costs to look at everybody again after the rules changed, beside the least that any such run has to do.

The least: each man's results streamed, each compared with one number, and a row of the same size written for him by one
statement over arrays, with the same triggers: history, and his number.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
from collections.abc import Iterator, Mapping

from django.db import connection, connections

from benchmarks import population
from benchmarks.database import backend_pid
from benchmarks.measure import Spent, spent
from benchmarks.owner import gather_figures, triggers_off
from benchmarks.targets import Held, Line
from tracking import tasks
from tracking.domain.actor import Actor
from tracking.models import Evaluation, Patient, Standing
from tracking.services import evaluations
from tracking.services.access import acting_as

__all__ = ["measure", "most_megabytes", "report"]

TARGET, MOST_MEGABYTES = 0.25, 128
MEN, RESULTS, ROUNDS = 400, 20, 5
_BY = Actor.system("bench")
_TABLES = (*population.MEN, *population.RESULTS)


def report(*, men: int = MEN, rounds: int = ROUNDS) -> Iterator[Line]:
    """The figures as lines; Django stands upon an empty database."""
    taken = measure(men=men, rounds=rounds)
    yield f"Looking at {men} men again by new rules, {RESULTS} results each; processor time, median of {rounds}, in turns"
    ours, least = (statistics.median(each.processor for each in taken[name]) for name in ("ours", "least"))
    for name, of in taken.items():
        process, database = (
            statistics.median(getattr(each, part) for each in of) * 1000 / men for part in ("process", "database")
        )
        low, middle, high = statistics.quantiles([each.processor for each in of], n=4)
        yield f"  {name:<6} {process:7.2f} + {database:.2f} ms a man (middle half {(high - low) * 100 / middle:.0f} % wide)"
    yield Held("looking at all again", least / ours, "of the rate of the least", TARGET)
    _as_by_former_rules(rounds)
    yield Held(
        "memory of looking at all again", most_megabytes(os.environ), "MB in a process of its own", MOST_MEGABYTES, lower=True
    )


def measure(*, men: int = MEN, rounds: int = ROUNDS) -> dict[str, list[Spent]]:
    """By name, ``ours`` and ``least``: what each round took, in turns."""
    _fill(men)
    if list(tasks.looked_at_again(evaluations.everybody, by=_BY)) != [True] * men:
        raise RuntimeError("not every invented man could be evaluated")
    backend = backend_pid()
    taken: dict[str, list[Spent]] = {"ours": [], "least": []}
    for number in range(rounds):
        _as_by_former_rules(number)
        done, of = spent(lambda: list(tasks.looked_at_again(evaluations.by_another_rulebook, by=_BY)), backend=backend)
        if done != [True] * men:
            raise RuntimeError("not every invented man was looked at again")
        taken["ours"].append(of)
        written, of = spent(_least, backend=backend)
        if written != men:
            raise RuntimeError(f"{written} rows were written for {men} men")
        taken["least"].append(of)
    return taken


def most_megabytes(environment: Mapping[str, str]) -> float:
    """What a process of its own holds at most, which looks at whoever was last looked at by other rules."""
    command = [sys.executable, "-m", "benchmarks.reevaluation_worker"]
    told = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)  # noqa: S603  our own command
    return float(told.stdout)


def _fill(men: int) -> None:
    """Invented men and their results."""
    with connections["owner"].cursor() as owner:
        owner.execute("BEGIN")
        with triggers_off(owner, _TABLES):
            population.men(owner, men)
            population.results(owner, RESULTS)
        owner.execute("COMMIT")
        gather_figures(owner, _TABLES)


def _as_by_former_rules(number: int) -> None:
    """What stands is marked as made by other rules that came to something else, so that all is looked at and stored anew."""
    concluded = ("tracking_standing", "tracking_evaluation")
    with connections["owner"].cursor() as owner:
        owner.execute("BEGIN")
        with triggers_off(owner, concluded):
            owner.execute("UPDATE tracking_standing SET rulebook_version = %s", [f"0.{number}"])
            owner.execute("UPDATE tracking_evaluation SET outcome_digest = %s", [f"former {number}"])
        owner.execute("COMMIT")


def _least() -> int:
    """Rows written."""
    low: dict[int, bool] = {}
    with acting_as(_BY), connection.cursor() as cursor:
        cursor.execute("SELECT patient_id, digits FROM tracking_labresult WHERE analyte = 'estradiol' ORDER BY patient_id, at")
        for patient_id, digits in cursor:
            low[patient_id] = float(digits) < 16  # noqa: PLR2004  the baseline knows no rulebook
        cursor.execute("SELECT basis::text FROM tracking_evaluation ORDER BY id DESC LIMIT 1")
        ((basis,),) = cursor.fetchall()
        columns = [
            str(field.column)
            for field in Evaluation._meta.concrete_fields
            if field.column not in ("id", "uid", "patient_id", "basis", "word", "placed_id", "grounds_id")
        ]
        same = ", ".join(f"said.{column}" for column in columns)
        cursor.execute(
            f"INSERT INTO tracking_evaluation (uid, patient_id, basis, word, {', '.join(columns)})"  # noqa: S608  our own columns
            f" SELECT gen_random_uuid(), row.man, row.basis, row.word, {same}"
            " FROM unnest(%s::bigint[], %s::jsonb[], %s::text[]) AS row(man, basis, word),"
            " (SELECT * FROM tracking_evaluation ORDER BY id DESC LIMIT 1) said",
            [list(low), [basis] * len(low), ["below" if is_low else "not_below" for is_low in low.values()]],
        )
        written: int = cursor.rowcount
        cursor.execute("UPDATE tracking_standing SET evaluated_at = now() WHERE patient_id = ANY(%s)", [list(low)])
        assert Patient.objects.count() == Standing.objects.count() == len(low)
    return written
