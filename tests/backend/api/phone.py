"""A phone as the stock client is one: a store of rows, what it changed since, and one number."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

LAB = {
    "analyte": "estradiol",
    "value": "24.0",
    "unit": "pg/mL",
    "collected_at": "2026-10-01T08:10:00+02:00",
    "zone": "Europe/Berlin",
}
DOSE = {
    "drug": "anastrozole",
    "kind": "taken",
    "amount": "0.5 mg",
    "taken_at": "2026-10-01T08:00:00+02:00",
    "zone": "Europe/Berlin",
}
PLAN = {
    "drug": "anastrozole",
    "dose": "0.5 mg",
    "schedule": '{"kind": "every", "days": "3.5"}',
    "starts_on": "2026-05-01",
    "reason": "breast tenderness",
}


def many_doses(count: int, **more: Any) -> list[dict[str, Any]]:
    """So many doses, two hours apart, the last one in October 2026; none is ``DOSE`` itself."""
    last = datetime(2026, 10, 1, 5, tzinfo=UTC)
    moments = [(last - timedelta(hours=2 * number)).isoformat() for number in range(count)]
    return [{"id": f"d{number}", **DOSE, "taken_at": moment, **more} for number, moment in enumerate(moments)]


class Phone:
    """Keeps what it pulled by table and id, and remembers up to where."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.rows: dict[str, dict[str, dict[str, Any]]] = {}
        self.cursor = 0
        self.token = ""

    def pull(self, *, expect: int = 200, **query: Any) -> Any:
        sent = {"last_pulled_at": self.cursor} | query
        answer = self.client.send("GET", "/sync?" + "&".join(f"{name}={value}" for name, value in sent.items()))
        assert answer.status_code == expect, answer.content
        said = answer.json()
        if expect == 200:
            for table, changes in said["changes"].items():
                mine = self.rows.setdefault(table, {})
                mine.update({row["id"]: row for row in changes["updated"]})
                for key in changes["deleted"]:
                    mine.pop(key, None)
            self.cursor, self.token = said["timestamp"], said["resync_token"]
        return said

    def push(self, changes: dict[str, Any], *, expect: int = 200, cursor: int | None = None) -> Any:
        at = self.cursor if cursor is None else cursor
        answer = self.client.send("POST", f"/sync?last_pulled_at={at}", changes)
        assert answer.status_code == expect, answer.content
        return answer.json()

    def create(self, table: str, *rows: dict[str, Any], **options: Any) -> Any:
        return self.push({table: {"created": list(rows)}}, **options)

    def update(self, table: str, *rows: dict[str, Any], **options: Any) -> Any:
        return self.push({table: {"updated": list(rows)}}, **options)

    def delete(self, table: str, *keys: str, **options: Any) -> Any:
        return self.push({table: {"deleted": list(keys)}}, **options)

    def of(self, table: str) -> dict[str, dict[str, Any]]:
        return self.rows.get(table, {})


def code(answer: Any, table: str) -> str:
    """Why the one row of this table was rejected."""
    (row,) = answer["rejected"][table]
    return str(row["code"])


NOTHING_REJECTED = {"rejected": {}, "experimentalRejectedIds": {}}
