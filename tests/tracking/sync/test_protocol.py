"""What a request of a phone may say, in plain Python."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracking.domain.problems import Problem
from tracking.sync.protocol import MOST_ROWS, Pulled, read_changes, read_cursor, read_pull

TABLES = ("lab_results", "dose_events")
ids = st.text("abcXYZ019_.-", min_size=1, max_size=36)
rows = st.fixed_dictionaries({"id": ids, "value": st.text(max_size=5)})
changes = st.fixed_dictionaries(
    {"created": st.lists(rows, max_size=5), "updated": st.lists(rows, max_size=5), "deleted": st.lists(ids, max_size=5)}
)


def refusal(body: object) -> tuple[str, str]:
    with pytest.raises(Problem) as refused:
        read_changes(body, TABLES)
    issue = refused.value.issues[0]
    return issue.pointer, issue.code


@given(changes)
def test_an_id_is_either_stated_or_deleted_and_each_once(sent):
    read = read_changes({"lab_results": sent}, TABLES)["lab_results"]
    assert set(read.deleted) == set(sent["deleted"])
    assert set(read.rows) == {row["id"] for row in [*sent["created"], *sent["updated"]]} - set(sent["deleted"])
    assert len(set(read.deleted)) == len(read.deleted)


def test_what_is_updated_counts_over_what_was_created_under_the_same_id():
    sent = {"created": [{"id": "a", "value": "1"}], "updated": [{"id": "a", "value": "2"}]}
    assert read_changes({"lab_results": sent}, TABLES)["lab_results"].rows == {"a": {"value": "2"}}


def test_the_clients_bookkeeping_is_ignored():
    row = {"id": "a", "value": "1", "_status": "created", "_changed": "value,unit"}
    assert read_changes({"lab_results": {"created": [row]}}, TABLES)["lab_results"].rows == {"a": {"value": "1"}}


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ([], "", "changes-form"),
        ({"users": {}}, "/users", "table-unknown"),
        ({"lab_results": []}, "/lab_results", "changes-form"),
        ({"lab_results": {"erased": []}}, "/lab_results", "changes-form"),
        ({"lab_results": {"created": {}, "deleted": "a"}}, "/lab_results/deleted", "changes-form"),
        ({"lab_results": {"created": ["a"]}}, "/lab_results/created/0", "changes-form"),
        ({"lab_results": {"updated": [{"value": "1"}]}}, "/lab_results/updated/0/id", "id-missing"),
        ({"lab_results": {"deleted": [7]}}, "/lab_results/deleted", "id-missing"),
        ({"lab_results": {"deleted": [str(number) for number in range(MOST_ROWS + 1)]}}, "", "too-many-rows"),
    ],
)
def test_what_cannot_be_read_as_a_whole_is_refused_as_a_whole(body, pointer, code):
    assert refusal(body) == (pointer, code)


def test_as_many_rows_as_are_accepted_are_read():
    assert len(read_changes({"lab_results": {"deleted": [str(n) for n in range(MOST_ROWS)]}}, TABLES)["lab_results"].deleted)


@pytest.mark.parametrize("key", ["a b", "a/b", "x" * 37, "é"])
def test_an_id_of_a_wrong_form_is_rejected_by_itself(key):
    read = read_changes({"lab_results": {"created": [{"id": key}, {"id": "good"}]}}, TABLES)["lab_results"]
    assert list(read.rows) == ["good"]
    assert [(row.id, row.issues[0].code) for row in read.rejected] == [(key, "client-id-form")]


@pytest.mark.parametrize(
    ("sent", "cursor"), [("", 0), ("0", 0), ("null", 0), ("undefined", 0), ("7", 7), ("4294967297", 2**32 + 1)]
)
def test_a_cursor_is_a_whole_number_or_nothing_yet(sent, cursor):
    assert read_cursor({"last_pulled_at": sent}) == cursor


@pytest.mark.parametrize("sent", ["-1", "1.5", "1e3", "١", "x", "9" * 17])
def test_a_cursor_that_is_no_whole_number_is_refused(sent):
    with pytest.raises(Problem) as refused:
        read_cursor({"last_pulled_at": sent})
    assert refused.value.issues[0].pointer == "?last_pulled_at"


def test_a_migration_names_the_tables_to_pull_whole():
    said = '{"from": 1, "tables": ["a"], "columns": [{"table": "b", "columns": ["c"]}]}'
    asked = read_pull({"last_pulled_at": "9", "schema_version": "2", "migration": said})
    assert [asked.since_for(name) for name in "abc"] == [0, 0, 9]
    assert asked.knows(2)
    assert not asked.knows(3)
    assert read_pull({}).knows(99)


@pytest.mark.parametrize("sent", ["{", "[]", "1", '{"columns": [1]}', "x" * 5000])
def test_a_migration_that_cannot_be_read_is_refused(sent):
    with pytest.raises(Problem) as refused:
        read_pull({"migration": sent})
    assert refused.value.issues[0].pointer == "?migration"


@given(st.lists(rows), st.lists(ids))
def test_in_an_answer_an_id_appears_once_and_a_tombstone_wins(updated, deleted):
    pulled = Pulled.of(updated, deleted).as_dict()
    shown = [row["id"] for row in pulled["updated"]] + pulled["deleted"]
    assert len(shown) == len(set(shown))
    assert set(pulled["deleted"]) == set(deleted)
    assert pulled["created"] == []
