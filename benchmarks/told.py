"""What men have told a server of ours before it is measured: one by his phone, the others by the database itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

from backend.devstack.cohort import Api
from benchmarks import population
from benchmarks.owner import gather_figures, triggers_off

__all__ = ["DOSES", "DRAWS", "a_man", "others"]

DRAWS, DOSES = 60, 300


def a_man(api: Api, name: str = "Adam") -> str:
    """A man with years of results and doses, told by his phone; the token that he reads with."""
    adam = api.sign_up({"name": f"{name} Invented", "born": "1975-05-04", "zone": "Europe/Berlin"})
    now = datetime.now(UTC).replace(microsecond=0)
    labs = [
        {
            "id": f"{analyte}-{number}",
            "analyte": analyte,
            "value": value,
            "unit": unit,
            "method": "lcmsms",
            "collected_at": (now - timedelta(days=30 * number + 10)).isoformat(),
            "precision": "minute",
            "zone": "UTC",
        }
        for number in range(DRAWS)
        for analyte, value, unit in (
            ("estradiol", f"{18 + number % 9}.{number % 10}0", "pg/mL"),
            ("testosterone_total", f"{500 + number}", "ng/dL"),
        )
    ]
    doses = [
        {
            "id": f"dose-{number}",
            "drug": "anastrozole",
            "kind": "taken",
            "amount": "0.25 mg",
            "precision": "minute",
            "taken_at": (now - timedelta(days=3 * number + 1)).isoformat(),
            "zone": "UTC",
        }
        for number in range(DOSES)
    ]
    regimen = {"drug": "anastrozole", "dose_mg": "0.25", "schedule": {"kind": "every", "days": "3"}, "reason": "tender"}
    adam.call("POST", "/regimens", regimen | {"starts_on": (now - timedelta(days=200)).date().isoformat()})
    for table, rows in (("lab_results", labs), ("dose_events", doses)):
        answer = adam.call("POST", "/sync?last_pulled_at=0", {table: {"created": rows, "updated": [], "deleted": []}})
        if answer["rejected"]:
            raise RuntimeError(f"the invented man was refused: {answer['rejected']}")
    adam.client.close()
    return str(adam.client.headers["Authorization"]).removeprefix("Bearer ")


def others(owner: psycopg.Connection[Any], men: int, *, each: int) -> None:
    """So many more men, each with so many results and doses, by the owner's role."""
    tables = (*population.MEN, *population.RESULTS, *population.DOSES)
    with triggers_off(owner, tables):
        population.men(owner, men)
        population.results(owner, each // 2, analytes=("estradiol", "testosterone_total"))
        population.doses(owner, each)
    owner.commit()
    owner.autocommit = True
    gather_figures(owner, tables)
