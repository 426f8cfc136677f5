"""A file is sent, looked at, answered, stored and taken back over HTTP; every answer is held against the document."""

from __future__ import annotations

import base64

import pytest

from tests.tracking.api.contract import issues
from tracking import tasks
from tracking.api import imports as views
from tracking.models import LabResult

TABLE = (
    "test,value,unit,collected\nEstradiol,24.10,pg/mL,2026-03-04\nEstradiol,25,,2026-03-05\nEstradiol,QNS,pg/mL,2026-03-06\n"
)


@pytest.fixture
def sent(by_adam):
    response = by_adam.send("POST", "/imports", {"text": TABLE})
    assert response.status_code == 201
    return f"/imports/{response.json()['uid']}"


def rows(client, address, **query):
    found = client.send("GET", f"{address}/rows" + "".join(f"?{name}={value}" for name, value in query.items())).json()[
        "results"
    ]
    return {row["number"]: row for row in found}


def test_a_file_is_shown_before_anything_is_stored(by_adam, sent, as_system):
    shown = by_adam.send("GET", sent).json()
    assert {name: number for name, number in shown["rows"].items() if number} == {"ready": 1, "asks": 1, "empty": 1}
    assert (shown["format"], shown["percent"], shown["own"]) == ("csv", 0, True)
    found = rows(by_adam, sent)
    assert found[1]["item"]["value"] == "24.10"
    assert (found[2]["state"], found[2]["why"][0]["asks"]) == ("asks", "unit")
    assert found[3]["why"][0]["detail"] == "No result of Estradiol: quantity of the specimen not sufficient."
    assert list(rows(by_adam, sent, state="asks")) == [2]
    with as_system():
        assert not LabResult.objects.exists()


def test_answers_and_storing_make_results_of_his_record(by_adam, sent):
    answered = by_adam.send("POST", f"{sent}/answers", {"answers": [{"rows": [2], "unit": "pg/mL"}]})
    assert answered.json()["rows"]["ready"] == 2
    stored = by_adam.send("POST", f"{sent}/commit").json()
    assert (stored["rows"]["stored"], stored["percent"]) == (2, 100)
    labs = by_adam.send("GET", "/labs").json()["results"]
    assert [lab["value"] for lab in labs] == ["25", "24.10"]
    assert labs[0]["source"] == {"system": "csv", "id": ""}
    assert rows(by_adam, sent)[1]["stored_uid"] == labs[1]["uid"]


def test_the_same_file_is_the_same_import(by_adam, sent):
    again = by_adam.send("POST", "/imports", {"base64": base64.b64encode(TABLE.encode()).decode()})
    assert (again.status_code, f"/imports/{again.json()['uid']}") == (200, sent)
    assert len(by_adam.send("GET", "/imports").json()["results"]) == 1


def test_an_import_is_taken_back(by_adam, sent):
    by_adam.send("POST", f"{sent}/commit")
    assert by_adam.send("POST", f"{sent}/undo", {"reason": "not mine"}).json()["rows"]["undone"] == 1
    assert by_adam.send("GET", "/labs").json()["results"] == []


def test_a_large_import_is_left_to_a_worker_which_tells_how_far_it_is(
    by_adam, sent, adam, monkeypatch, django_capture_on_commit_callbacks
):
    asked = []
    monkeypatch.setattr(views, "AT_ONCE", 0)
    monkeypatch.setattr(tasks.commit_import, "apply_async", lambda args, kwargs, **_: asked.append((args, kwargs)))
    with django_capture_on_commit_callbacks(execute=True):
        response = by_adam.send("POST", f"{sent}/commit")
    assert (response.status_code, response.json()["rows"]["stored"]) == (202, 0)
    ((args, kwargs),) = asked
    for _ in range(2):  # a task that was handed out twice stores once
        tasks.commit_import(*args, **kwargs)
    done = by_adam.send("GET", sent).json()
    assert (done["percent"], done["rows"]["stored"]) == (100, 1)


def test_staff_import_for_a_man_in_their_care_and_he_reads_it(by_bell, by_adam, at_adam):
    response = by_bell.send("POST", f"{at_adam}/imports", {"text": TABLE, "source": "Example Lab"})
    address = f"/imports/{response.json()['uid']}"
    assert by_bell.send("POST", f"{at_adam}{address}/commit").json()["rows"]["stored"] == 1
    seen = by_adam.send("GET", address).json()
    assert (seen["own"], seen["source"]) == (False, "csv Example Lab")
    assert by_adam.send("POST", f"{address}/undo", {}).status_code == 403


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/text"),
        ({"text": TABLE, "base64": "eA=="}, "/text"),
        ({"base64": "not base64"}, "/base64"),
        ({"text": "a,b\n1,2"}, "/file"),
        ({"text": TABLE, "decimal": ";"}, "/decimal"),
        ({"text": TABLE, "dates": "ydm"}, "/dates"),
        ({"text": TABLE, "format": "xlsx"}, "/format"),
        ({"text": TABLE, "zone": "Atlantis"}, "/zone"),
        ({"text": TABLE, "colour": "red"}, "/colour"),
    ],
)
def test_what_cannot_be_read_is_named_and_nothing_is_kept(by_adam, body, pointer):
    response = by_adam.send("POST", "/imports", body)
    assert response.status_code == 422
    assert list(issues(response)) == [pointer]
    assert by_adam.send("GET", "/imports").json()["results"] == []


def test_an_answer_to_a_row_that_is_not_open_is_named(by_adam, sent):
    response = by_adam.send("POST", f"{sent}/answers", {"answers": [{"rows": [3], "skip": True}]})
    assert list(issues(response)) == ["/answers/0/rows"]


def test_a_list_of_imports_asks_no_more_the_longer_it_is(by_adam, sent, django_assert_max_num_queries):
    for number in range(5):
        by_adam.send("POST", "/imports", {"text": TABLE + f"Estradiol,{30 + number},pg/mL,2026-04-0{number + 1}\n"})
    with django_assert_max_num_queries(8):
        assert len(by_adam.send("GET", "/imports").json()["results"]) == 6
