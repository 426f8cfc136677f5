"""What men, phones, prescribers and the sweep ask for most is found by an index, and never by reading a large table through.

The database holds ``PLANS_MEN`` men, three hundred of them unless told otherwise: then it is forbidden to read a table through
where an index will do, which a small table would not be worth. ``make bench`` holds the same with fifty thousand men, a million
results, a million doses and a million reminders, and forbids nothing.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import connection

from benchmarks import population
from benchmarks.clinic_rows import clinic_of
from benchmarks.owner import gather_figures, triggers_off
from benchmarks.plans import Plan, explained, rows_of_tables
from benchmarks.queue import PAGE, at_desk
from benchmarks.reminder_rows import fill
from benchmarks.writing import Phone, lab, one_of, push_of
from notifications.services import claiming
from tests.benchmarks.roles import connect
from tests.conftest import NOW
from tracking import clock
from tracking.domain.actor import Actor
from tracking.models import Patient
from tracking.services import evaluations
from tracking.services.access import acting_as

FEW = 300
MEN = int(os.environ.get("PLANS_MEN", FEW))
TESTER = Actor.system("test")
# A whole record is found by an index that begins with the man, whichever.
RESULTS, DOSES = {"labresult_series", "labresult_revision"}, {"doseevent_log", "doseevent_revision"}
# What finds the rows of large tables, one of each set, whatever else is used beside.
BY: dict[str, list[set[str]]] = {
    "his last fifty results": [{"labresult_series"}],
    "home": [{"labresult_series"}, {"doseevent_log"}],
    "pull": [{"labresult_revision"}, {"doseevent_revision"}],
    "one lab": [RESULTS, DOSES],
    "push": [RESULTS, DOSES],
    "sweep": [{"reminder_to_claim"}, {"reminder_of_patient"}],
}
# Pages of eight kilobytes that all statements of a request look at together: about twice of what it took among 50,000 men.
# The sweep claims a batch of men, the queue is of a clinic of two thousand, and twenty-five men are looked at again.
PAGES = {
    "his last fifty results": 40, "home": 150, "pull": 200, "one lab": 250, "push": 250,
    "sweep": 5_000, "work queue": 11_000, "by another rulebook": 800,
}  # fmt: skip
# Rows of each man in the large tables; and the men of the clinic whose queue is looked at, of all that there are.
EACH, IN_CARE = 20, 25


def test_what_is_asked_for_most_is_found_by_an_index(committed: None) -> None:
    make_them()
    adam, bell = Phone("adam"), at_desk(clinic_of(MEN // IN_CARE, now=clock.now()))
    adam.post("/api/v1/sync?last_pulled_at=0", push_of([lab(30 * number + 20) for number in range(60)]))
    days = iter(range(2_000, 9_000))
    minutes = (NOW + timedelta(minutes=number) for number in range(9))
    with acting_as(TESTER):
        some = list(Patient.objects.filter(name__startswith="Man").values_list("pk", flat=True)[:25])
    asked: dict[str, Callable[[], Any]] = {
        "his last fifty results": lambda: adam.get("/api/v1/labs?analyte=estradiol&limit=50"),
        "home": lambda: adam.get("/api/v1/home"),
        "pull": lambda: adam.pull(1),
        "one lab": lambda: adam.post("/api/v1/labs", one_of(lab(next(days)))),
        "push": lambda: adam.post("/api/v1/sync?last_pulled_at=1", push_of([lab(next(days)) for _ in range(3)])),
        "sweep": lambda: claiming.claim(now=next(minutes), limit=claiming.BATCH),
        "work queue": lambda: bell.get(PAGE),
        "by another rulebook": lambda: evaluations.reevaluate_many(some, by=TESTER, now=clock.now()),
    }
    large = {table for table, rows in rows_of_tables().items() if rows >= MEN * EACH // 2}
    assert large >= {"tracking_labresult", "tracking_doseevent", "notifications_reminder"}
    with connection.cursor() as cursor:
        cursor.execute(f"SET enable_seqscan = {'off' if MEN == FEW else 'on'}")
    found: dict[str, list[Plan]] = {}
    for name, ask in asked.items():
        ask()
        with explained() as found[name]:
            ask()
    through = {(name, table) for name, plans in found.items() for plan in plans for table in plan.scanned & large}
    assert through == set(), "a large table was read from end to end"
    # Whoever opens the app or writes goes by plans that the server keeps, and these are looked at as it keeps them.
    assert {name for name, plans in found.items() if not any(plan.is_kept for plan in plans)} <= {"sweep", "work queue"}
    used = {name: {index for plan in plans for index in plan.indexes} for name, plans in found.items()}
    assert [(name, any_of) for name, sets in BY.items() for any_of in sets if not any_of & used[name]] == []
    pages = {name: sum(plan.pages for plan in plans) for name, plans in found.items()}
    assert {name: many for name, many in pages.items() if not 0 < many <= PAGES[name]} == {}


def make_them() -> None:
    """Men with results, doses and reminders, of which a few are due."""
    tables = (*population.RESULTS, *population.DOSES)
    with connect("owner") as owner:
        fill(owner, rows=MEN * EACH, men=MEN, due_men=MEN // IN_CARE, a_minute=MEN // IN_CARE // 2, now=NOW)
        with triggers_off(owner, tables):
            population.results(owner, EACH // 2, analytes=("estradiol", "testosterone_total"))
            population.doses(owner, EACH)
        owner.commit()
        owner.autocommit = True
        gather_figures(owner, tables)
