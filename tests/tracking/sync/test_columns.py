"""What a phone may state in a column, and when two statements are the same."""

from __future__ import annotations

from datetime import date, time

import pytest

from tracking.domain.problems import Problem
from tracking.sync.columns import LEFT_OUT, AsText, Choice, Clock, Day, Flag, Instant, Json, Mark, Parts, Text, Until, Whole

SITES = Parts("sites", of=(Text("region", most=5), AsText("bmd")), most=2)


@pytest.mark.parametrize(
    ("column", "sent", "read"),
    [
        (Text("x"), " left ", "left"),
        (AsText("x"), "5.10", "5.10"),
        (Day("x"), "2026-03-03", date(2026, 3, 3)),
        (Clock("x"), "21:30", time(21, 30)),
        (Flag("x"), False, False),
        (Whole("x"), 0, 0),
        (Choice("x", of=("done", "snooze")), "done", "done"),
        (Json("x"), '{"kind": "daily"}', {"kind": "daily"}),
        (Json("x"), '["\\ud83e\\uddb4"]', ["\U0001f9b4"]),
        (SITES, '[{"region": "hip", "bmd": "0.9"}, {}]', [{"region": "hip", "bmd": "0.9"}, {}]),
        (Mark("x"), "any instant", True),
    ],
)
def test_what_is_accepted_reaches_the_service(column, sent, read):
    assert column.stated(sent) == read


@pytest.mark.parametrize(
    ("column", "sent", "code", "pointer"),
    [
        (Text("x", most=3), "four", "max_length", "/x"),
        (Text("x"), 5, "type", "/x"),
        (AsText("x", most=3), "1234", "max_length", "/x"),
        (Day("x"), "2026-02-30", "invalid", "/x"),
        (Day("x"), "3.3.2026", "invalid", "/x"),
        (Day("x"), "0001-01-01", "invalid", "/x"),
        (Clock("x"), "24:00", "invalid", "/x"),
        (Flag("x"), "yes", "invalid", "/x"),
        (Flag("x"), 1, "invalid", "/x"),
        (Whole("x"), True, "invalid", "/x"),
        (Whole("x"), 1.5, "invalid", "/x"),
        (Choice("x", of=("done",)), "Done", "choice-unknown", "/x"),
        (Until("x"), "2026-03-03T08:10:00", "invalid", "/x"),
        (Json("x"), "{", "json-unreadable", "/x"),
        (Json("x"), "NaN", "json-unreadable", "/x"),
        (Json("x"), '{"kind": "every", "kind": "daily"}', "json-unreadable", "/x"),
        (Json("x"), "[" * 15_000, "json-unreadable", "/x"),
        (Json("x"), "1" * 20_001, "max_length", "/x"),
        (Json("x"), '["\\u0000"]', "text-unstorable", "/x"),
        (Json("x"), '["\\ud800"]', "text-unstorable", "/x"),
        (SITES, "{}", "parts-form", "/sites"),
        (SITES, "[{}, {}, {}]", "parts-form", "/sites"),
        (SITES, '[{"region": "too long"}]', "max_length", "/sites/0/region"),
        (SITES, '[{}, {"bmi": "1"}]', "unknown-field", "/sites/1/bmi"),
        (Day("x", required=True), "", "required", "/x"),
        (Day("x", required=True), None, "required", "/x"),
    ],
)
def test_what_is_not_accepted_is_refused_by_column(column, sent, code, pointer):
    with pytest.raises(Problem) as refused:
        column.stated(sent)
    assert [(issue.code, issue.pointer) for issue in refused.value.issues] == [(code, pointer)]


def test_what_is_empty_was_not_stated():
    assert Text("x").stated(None) is Text("x").stated("  ") is LEFT_OUT
    assert Text("x", when_missing="").stated(None) == ""


@pytest.mark.parametrize(
    ("column", "sent", "shown", "same"),
    [
        (Text("x"), None, "", True),
        (Text("x"), "a ", "a", True),
        (Text("x"), "", "a", False),
        (AsText("x"), "5.1", "5.10", False),  # digits as reported
        (AsText("x"), 5, "5", False),
        (Flag("x"), None, False, False),  # nobody asked is not no
        (Flag("x"), False, 0, False),
        (Instant("x"), "2026-03-03T07:10:00Z", "2026-03-03T08:10:00+01:00", True),
        (Instant("x"), "2026-03-03T08:10:00", "2026-03-03T08:10:00+01:00", False),
        (Instant("x"), "2026-03-03", "2026-03-03T00:00:00+01:00", False),
        (Json("x"), '{"a":1}', '{"a": 1}', True),
        (Json("x"), "{", '{"a": 1}', False),
        (SITES, '[{"bmd": "0.9", "region": ""}]', '[{"bmd": "0.9"}]', True),
        (Mark("x"), "2026-03-03T07:10:00Z", "2026-01-01T00:00:00+00:00", True),
        (Mark("x"), None, "2026-01-01T00:00:00+00:00", False),
    ],
)
def test_two_statements_are_the_same_or_not(column, sent, shown, same):
    assert column.same(sent, shown) is same
