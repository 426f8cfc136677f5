"""An event says what is named, in the shape that is named; whatever else a line of the log has stays at home."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.seeing.events import About, event

ABOUT = About(environment="production", release="", base="/app")
REQUEST_ID, TASK_ID = "fc7abc1c-0b2d-404b-a3ed-7333b1e9ea32", "80290b54-2d4c-4d78-9e4e-fe5f1c35a0fa"
TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
LINE: dict[str, Any] = {
    "event": "task_failed",
    "logger": "django_structlog.celery.receivers",
    "level": "error",
    "timestamp": "2026-11-27T08:13:48.743777Z",
    "request_id": REQUEST_ID,
    "task_id": TASK_ID,
    "task": "tracking.tasks.commit_import",
    "trace_id": TRACE,
    "span_id": SPAN,
    "user_id": 7,
    "exception": [
        {
            "type": "django.db.utils.IntegrityError",
            "at": [
                "/app/tracking/tasks.py:40 in commit_import",
                "/opt/venv/lib/python3.11/site-packages/django/db/x.py:9 in <lambda>",
            ],
        },
        {
            "type": "psycopg.errors.UniqueViolation",
            "sqlstate": "23505",
            "constraint_name": "tracking_user_email_key",
            "table_name": "tracking_user",
        },
        {"type": "builtins.ConnectionRefusedError", "errno": 111, "what": "Connection refused", "at": ["/usr/lib/x.py:1 in f"]},
    ],
}


def made(
    line: dict[str, Any], *, is_constant: bool = True, place: str = "/app/backend/tasks.py:84 in erase_due"
) -> dict[str, Any]:
    return event(line, is_constant=is_constant, place=place, about=ABOUT)


def test_an_event_is_what_an_engineer_needs_to_find_the_place() -> None:
    told = made(LINE)
    assert len(told.pop("event_id")) == 32
    state = told.pop("exception")["values"]
    assert told == {
        "timestamp": LINE["timestamp"],
        "platform": "python",
        "level": "error",
        "logger": "django_structlog.celery.receivers",
        "environment": "production",
        "transaction": "tracking.tasks.commit_import",
        "logentry": {"formatted": "task_failed"},
        "tags": {
            "request_id": REQUEST_ID,
            "task_id": TASK_ID,
            "task": "tracking.tasks.commit_import",
            "place": "backend/tasks.py:84 in erase_due",
        },
        "contexts": {"trace": {"trace_id": TRACE, "span_id": SPAN}},
    }
    assert state == [
        {
            "module": "builtins",
            "type": "ConnectionRefusedError",
            "value": "errno 111",
            "stacktrace": {"frames": [{"filename": "x.py", "lineno": 1, "function": "f", "in_app": False}]},
        },
        {
            "module": "psycopg.errors",
            "type": "UniqueViolation",
            "value": "23505 tracking_user_email_key",
            "stacktrace": {"frames": []},
        },
        {
            "module": "django.db.utils",
            "type": "IntegrityError",
            "value": "",
            "stacktrace": {
                "frames": [
                    {"filename": "tracking/tasks.py", "lineno": 40, "function": "commit_import", "in_app": True},
                    {"filename": "django/db/x.py", "lineno": 9, "function": "<lambda>", "in_app": False},
                ]
            },
        },
    ]


@pytest.mark.parametrize("name", [*LINE, "email", "something new"])
@pytest.mark.parametrize("told", ["Adam Invented", "adam@example.org", "31.4", {"Adam": 31.4}, ["Adam", 31.4], None])
def test_what_does_not_look_as_it_must_is_left_out(name: str, told: Any) -> None:
    if name in ("timestamp", "event"):  # the one is ours to write, and the other is looked at below
        return
    text = json.dumps(made(LINE | {name: told}))
    assert not [word for word in ("Adam", "adam", "31.4") if word in text]


@pytest.mark.parametrize(
    ("logger", "is_constant"),
    [("somebody.else", True), ("backend.tasks", False), ("backendish", True), ("Adam Invented", True), (None, True)],
)
def test_a_sentence_that_may_have_been_filled_is_told_by_who_said_it(logger: str | None, is_constant: bool) -> None:
    told = made(LINE | {"event": "Adam has 31.4", "logger": logger}, is_constant=is_constant)
    assert "Adam" not in json.dumps(told)
    assert told["logentry"]["formatted"].startswith("logged by ")


def test_a_request_is_named_by_the_line_of_requests_alone() -> None:
    line = LINE | {"request": "POST /api/v1/labs/<key:key>", "code": 500}
    assert made(line)["transaction"] == "tracking.tasks.commit_import"
    told = made(line | {"logger": "django_structlog.middlewares.request"})
    assert (told["transaction"], told["tags"]["code"]) == ("POST /api/v1/labs/<key:key>", "500")
    assert made(line | {"logger": "django_structlog.middlewares.request", "request": "BREW /x"})["transaction"] == LINE["task"]


SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=8)
JSON = SCALARS | st.lists(SCALARS | st.dictionaries(st.sampled_from(["type", "at", "sqlstate", "errno"]), SCALARS), max_size=2)


@settings(max_examples=50)
@given(line=st.dictionaries(st.sampled_from(sorted({*LINE, "request", "code"} - {"timestamp", "event"})), JSON))
def test_whatever_a_line_holds_an_event_comes_of_it_with_known_fields_alone(line: dict[str, Any]) -> None:
    told = made({"timestamp": "now", "event": "x"} | line, is_constant=False)
    assert told.keys() <= {
        *("event_id", "timestamp", "platform", "level", "logger", "environment", "transaction", "logentry"),
        *("tags", "contexts", "exception"),
    }
    assert told["tags"].keys() <= {"request_id", "task_id", "parent_task_id", "task", "code", "place"}
