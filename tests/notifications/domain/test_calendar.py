"""A calendar to the letter of RFC 5545, read by a reader that shares nothing with the writer."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.domain.calendar import Entry, as_text
from tests.notifications import rfc5545

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
PRINTABLE = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=120).filter(str.strip)


@given(st.lists(st.tuples(st.dates(date(1990, 1, 1), date(2199, 12, 30)), PRINTABLE, st.integers(0, 10_000)), max_size=6))
def test_whatever_it_says_it_is_a_calendar_and_reads_back(entries: list[tuple[date, str, int]]) -> None:
    made = [Entry(f"{number}@x", sequence, day, title) for number, (day, title, sequence) in enumerate(entries)]
    read = rfc5545.read(as_text("Trabecula", made, language="en", now=NOW))
    found = [(e["UID"].text, int(e["SEQUENCE"].value), e["DTSTART"].day, e["SUMMARY"].text) for e in read.inside]
    assert found == [(entry.uid, entry.sequence, entry.day, entry.title) for entry in made]


def test_a_program_is_told_to_look_again_every_six_hours_and_the_day_takes_up_no_time() -> None:
    read = rfc5545.read(as_text("Trabecula", [Entry("1@x", 0, date(2026, 11, 17), "Due")], language="en", now=NOW))
    assert (read["REFRESH-INTERVAL"].value, read["X-PUBLISHED-TTL"].value) == ("PT6H", "PT6H")
    (event,) = read.inside
    assert (event["DTSTART"].day, event["DTEND"].day) == (date(2026, 11, 17), date(2026, 11, 18))
    assert event["DTSTAMP"].instant == NOW
    assert (event["TRANSP"].value, event["CLASS"].value) == ("TRANSPARENT", "PRIVATE")


@pytest.mark.parametrize(
    "spoilt",
    [
        (b"\r\n", b"\n"),
        (b"VERSION:2.0\r\n", b""),
        (b"DTSTAMP:20261102T090000Z", b"DTSTAMP:20261102T090000"),
        (b"DTSTART;VALUE=DATE:20261117", b"DTSTART;VALUE=DATE:20261118"),
        (b"REFRESH-INTERVAL;VALUE=DURATION", b"REFRESH-INTERVAL"),
        (b"END:VEVENT\r\n", b""),
        (b"SUMMARY;LANGUAGE=en:Due", b"SUMMARY;LANGUAGE=en:" + b"a" * 80),
        (b"SUMMARY;LANGUAGE=en:Due", b"SUMMARY;LANGUAGE=en:a;b"),
        (b"SEQUENCE:0", b"SEQUENCE:0\r\nSEQUENCE:1"),
        (b"UID:1@x", b"COLOUR:red\r\nUID:1@x"),
    ],
)
def test_the_reader_is_strict(spoilt: tuple[bytes, bytes]) -> None:
    whole = as_text("Trabecula", [Entry("1@x", 0, date(2026, 11, 17), "Due")], language="en", now=NOW)
    assert spoilt[0] in whole
    with pytest.raises((AssertionError, ValueError)):
        rfc5545.read(whole.replace(*spoilt))
