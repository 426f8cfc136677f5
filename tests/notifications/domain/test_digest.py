"""When the morning of a clinic has come, and what is told then."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from notifications.catalogue import LANGUAGES, words_in
from notifications.domain.digest import MOST_LINES, Line, digest, morning
from tests.notifications.domain.test_words import REVEALING

LATE = datetime(2026, 11, 25, 16, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("now", "zone", "day", "ends"),
    [
        ("2026-11-02T05:59:59", "Europe/Berlin", None, None),
        ("2026-11-02T06:00:00", "Europe/Berlin", date(2026, 11, 2), "2026-11-02T23:00:00"),
        ("2026-11-02T22:59:59", "Europe/Berlin", date(2026, 11, 2), "2026-11-02T23:00:00"),
        ("2026-11-02T23:00:00", "Europe/Berlin", None, None),
        # East of everything and west of everything at one instant.
        ("2026-11-02T17:00:00", "Pacific/Kiritimati", date(2026, 11, 3), "2026-11-03T10:00:00"),
        ("2026-11-02T18:00:00", "Pacific/Niue", date(2026, 11, 2), "2026-11-03T11:00:00"),
        # The nights on which the clock jumps: seven is seven, and the day is 23 or 25 hours long.
        ("2026-03-29T05:00:00", "Europe/Berlin", date(2026, 3, 29), "2026-03-29T22:00:00"),
        ("2026-03-29T04:59:59", "Europe/Berlin", None, None),
        ("2026-10-25T06:00:00", "Europe/Berlin", date(2026, 10, 25), "2026-10-25T23:00:00"),
        ("2026-10-25T05:59:59", "Europe/Berlin", None, None),
    ],
)
def test_a_morning_is_at_seven_on_the_clock_of_the_clinic(now: str, zone: str, day: date | None, ends: str | None) -> None:
    found = morning(datetime.fromisoformat(now + "+00:00"), ZoneInfo(zone))
    assert (found and (found.day, found.ends_at)) == (day and (day, datetime.fromisoformat(f"{ends}+00:00")))


def test_the_lines_keep_the_order_of_the_queue_and_a_long_queue_is_cut() -> None:
    work = [Line(f"https://x/{n}", "P1", n < 2, LATE, 1 if n == 0 else 0) for n in range(MOST_LINES + 5)]
    said = digest(words_in("en"), work, ["https://x/man"], zone=ZoneInfo("Pacific/Auckland"), all_at="https://x/admin/")
    assert said is not None
    assert said.body == "People waiting for an answer: 25. Answers overdue: 2. People whom a message did not reach: 1."
    assert [url for _, url in said.links] == [
        *(f"https://x/{n}" for n in range(MOST_LINES)),
        "https://x/man",
        "https://x/admin/",
    ]
    assert said.links[0][0] == "1. P1, answer overdue since 26 November 2026 (and 1 more): {url}"
    assert said.links[2][0] == "3. P1, to be answered by 26 November 2026: {url}"


def test_what_was_answered_has_no_target_and_nothing_is_no_digest() -> None:
    said = digest(words_in("en"), [Line("u", "P2", False, None, 0)], [], zone=BERLIN, all_at="a")
    assert said is not None
    assert said.links[0][0] == "1. P2: {url}"
    assert digest(words_in("en"), [], [], zone=BERLIN, all_at="a") is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_digest_in_any_language_gives_anything_away(language: str) -> None:
    said = digest(words_in(language), [Line("u", "P0", True, LATE, 3)], ["u"], zone=BERLIN, all_at="a")
    assert said is not None
    for text in (said.subject, said.body, *(text for text, _ in said.links)):
        assert not REVEALING.search(text), text
        assert text.replace("{url}", "").count(":") <= text.count("{url}") or text in (said.subject, said.body)
