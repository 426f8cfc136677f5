"""Files as tests send them in, and what became of their rows."""

from __future__ import annotations

from typing import Any

from tracking.domain.actor import Actor
from tracking.models import ImportRow, LabResult
from tracking.services.access import acting_as

__all__ = ["csv", "hl7", "obx", "states", "stored"]

HEADER = "test,value,unit,collected\n"
MSH = "MSH|^~\\&|LIS|Example Lab|||20260305120000-0500||ORU^R01^ORU_R01|42|P|2.5.1"
OBR = "OBR|1|P1|F9|2243-4^Estradiol^LN|||20260304081000-0500"


def csv(*rows: str) -> bytes:
    return (HEADER + "\n".join(rows) + "\n").encode()


def hl7(*results: str) -> bytes:
    return "\r".join([MSH, "PID|1||77||Invented^Adam||19800504", OBR, *results]).encode()


def obx(
    value: str = "24.10", *, status: str = "F", unit: str = "pg/mL", method: str = "", code: str = "2243-4^Estradiol^LN"
) -> str:
    return f"OBX|1|ST|{code}||{value}|{unit}|||||{status}||||||{method}"


def states(batch: Any) -> list[tuple[str, str]]:
    """How each row stands, and the code of the first thing against it."""
    with acting_as(Actor.system("test")):
        return [
            (row.state, row.why[0]["code"] if row.why else "")
            for row in ImportRow.objects.filter(batch=batch).order_by("number")
        ]


def stored() -> list[str]:
    with acting_as(Actor.system("test")):
        return [f"{lab.analyte} {lab.reported}" for lab in LabResult.objects.live().order_by("at", "pk")]
