"""What he has at home."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from tracking.domain.inventory import StockKind
from tracking.models import InventoryCount, Patient
from tracking.services import inventory
from tracking.sync.columns import AsText, Instant, Text
from tracking.sync.table import DELETED_ON_PHONE, Act, RecordTable, local

__all__ = ["InventoryCounts"]


class InventoryCounts(RecordTable):
    """A count of what is at home, or a refill. What is left follows from these and the doses; a phone asks for it online."""

    model = InventoryCount
    columns = (
        Text("drug", most=40, when_missing=""),
        Text("kind", ", ".join(StockKind), most=8),
        Text("form", "what one unit is, see the rulebook", most=16, when_missing=""),
        AsText("units", "how many, as counted", when_missing=None),
        AsText("content", "how much of the drug one unit holds, with its unit: 1 mg", when_missing=None),
        Instant("counted_at", "RFC 3339 with an offset, in that of `zone`", when_missing=""),
        Text("zone", "IANA zone", most=64),
        Text("note", most=200),
    )

    def render(self, row: InventoryCount, man: Patient) -> dict[str, Any]:
        return {
            **self.frame(row, man),
            "drug": row.drug,
            "kind": row.kind,
            "form": row.form,
            "units": row.units_digits,
            "content": f"{row.content_digits} {row.content_unit}",
            "counted_at": local(row.at, row.zone),
            "zone": row.zone,
            "note": row.note,
        }

    def add(self, act: Act, key: str, stated: dict[str, Any]) -> None:
        inventory.record(patient=act.man, by=act.by, now=act.now, client_id=key, **stated)

    def edit(self, act: Act, row: InventoryCount, stated: dict[str, Any], differing: Collection[str]) -> bool:
        return inventory.correct(patient=act.man, key=row.client_id, by=act.by, now=act.now, **stated).pk != row.pk

    def remove(self, act: Act, row: InventoryCount) -> bool:
        inventory.withdraw(patient=act.man, key=row.client_id, by=act.by, now=act.now, reason=DELETED_ON_PHONE)
        return True
