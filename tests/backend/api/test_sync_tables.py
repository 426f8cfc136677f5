"""Table by table: what a phone may write, what it may only read, and that the two agree."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.backend.api.phone import NOTHING_REJECTED, Phone, code
from tests.backend.api.rows import CHANGED, OWN_TABLES, UNLIKE
from tests.conftest import NOW
from tracking.sync import registry


def test_every_name_that_a_model_states_is_declared():
    assert registry.undeclared() == set()


def test_the_page_for_app_developers_names_every_table():
    page = (Path(__file__).parents[3] / "docs" / "sync.md").read_text()
    assert [table.name for table in registry.tables() if f"`{table.name}`" not in page] == []


def test_parents_stand_before_their_children():
    seen = []
    for table in registry.tables():
        assert table.parent is None or table.parent in seen
        seen.append(table.name)


def of_each(phone: Phone, **columns: Any) -> dict[str, Any]:
    """His row of each table as the phone has it, with some of its columns changed: ``table={column: value}``."""
    return {table: {"updated": [phone.of(table)["mine"] | columns[table]]} for table in OWN_TABLES}


def read(value: Any, column: str) -> Any:
    return json.loads(value) if column == "sites" else value


def test_his_own_row_of_each_table_is_created_edited_and_deleted(phone, new_phone):
    created = {table: {"created": [{"id": "mine", **row}]} for table, row in OWN_TABLES.items()}
    assert phone.push(created) == NOTHING_REJECTED
    phone.pull()
    assert {table: phone.of(table)["mine"]["own_entry"] for table in OWN_TABLES} == dict.fromkeys(OWN_TABLES, True)
    assert phone.push(of_each(phone, **CHANGED)) == NOTHING_REJECTED
    phone.pull()
    shown = {table: {name: read(phone.of(table)["mine"][name], name) for name in CHANGED[table]} for table in OWN_TABLES}
    assert shown == {table: {name: read(value, name) for name, value in row.items()} for table, row in CHANGED.items()}
    assert phone.push({table: {"deleted": ["mine"]} for table in OWN_TABLES}) == NOTHING_REJECTED
    phone.pull()
    assert {table: list(phone.of(table)) for table in OWN_TABLES if phone.of(table)} == {"regimens": ["mine"]}
    assert phone.of("regimens")["mine"]["ends_on"] == NOW.date().isoformat(), "ended, never erased"
    assert new_phone().rows == phone.rows


def test_two_edits_of_the_same_row_are_a_conflict_in_each_table(phone, new_phone):
    phone.push({table: {"created": [{"id": "mine", **row}]} for table, row in OWN_TABLES.items()})
    phone.pull()
    other = new_phone()
    assert phone.push(of_each(phone, **CHANGED)) == NOTHING_REJECTED
    refused = other.push(of_each(other, **UNLIKE), expect=409)
    conflicts = {table: [row["id"] for row in changes["updated"]] for table, changes in refused["changes"].items()}
    assert conflicts == {table: ["mine"] for table in OWN_TABLES}
    assert other.push(of_each(other, **CHANGED)) == NOTHING_REJECTED, "both said the same"


def test_what_was_pulled_and_is_pushed_back_unchanged_changes_nothing(whole_record, adam):
    phone = whole_record
    assert {table for table in phone.rows if phone.of(table)} == {table.name for table in registry.tables()}
    before = phone.cursor
    everything = {table: {"updated": list(rows.values())} for table, rows in phone.rows.items()}
    assert phone.push(everything) == NOTHING_REJECTED
    assert phone.push(everything, cursor=1) == NOTHING_REJECTED
    phone.pull()
    assert phone.cursor == before


def test_two_phones_hold_the_same_however_they_came_by_it(whole_record, new_phone):
    assert new_phone().rows == whole_record.rows


def test_what_others_entered_he_neither_edits_nor_deletes(phone, by_bell, at_adam):
    """In each table: his clinic's row stays as it was, and he is told whom to ask."""
    nouns = {"lab_results": "labs", "dose_events": "doses", "inventory_counts": "inventory/counts"}
    for table, row in OWN_TABLES.items():
        sent = {name: json.loads(value) if name in ("sites", "schedule") else value for name, value in row.items()}
        more = {"review_on": "2026-12-01"} if table == "regimens" else {}
        answer = by_bell.send("POST", f"{at_adam}/{nouns.get(table, table.replace('_', '-'))}", sent | more)
        assert answer.status_code == 201, (table, answer.json())
    phone.pull()
    bells = {table: next(iter(phone.of(table).values())) for table in OWN_TABLES}
    assert {table: row["own_entry"] for table, row in bells.items()} == dict.fromkeys(OWN_TABLES, False)
    edited = phone.push({table: {"updated": [row | CHANGED[table]]} for table, row in bells.items()})
    deleted = phone.push({table: {"deleted": [row["id"]]} for table, row in bells.items()})
    expected = dict.fromkeys(OWN_TABLES, "not-his-entry") | {"regimens": "other-origin"}
    assert {table: code(edited, table) for table in OWN_TABLES} == expected
    assert {table: code(deleted, table) for table in OWN_TABLES} == expected
    phone.pull()
    assert {table: phone.of(table)[row["id"]] for table, row in bells.items()} == bells


def test_what_the_server_writes_a_phone_neither_makes_nor_deletes(whole_record):
    phone = whole_record
    only_read = ("lab_result_versions", "evaluations", "findings", "due_items", "access_log")
    for table in (*only_read, "profile", "consents", "inbox"):
        assert code(phone.create(table, {"id": "01a21959-1319-7811-96af-d9348e2333b2"}), table) == "server-owned", table
        (key, *_) = phone.of(table)
        assert code(phone.delete(table, key), table) == "server-owned", table
        if table in only_read:  # nothing to merge, so no conflict
            assert code(phone.delete(table, key, cursor=1), table) == "server-owned", table
