from datetime import UTC, date, datetime

import pytest

from tracking.admin import phrases
from tracking.models import Patient

TODAY = date(2026, 11, 2)


@pytest.mark.parametrize(
    ("of", "said"),
    [
        (date(2026, 11, 2), "today"),
        (date(2026, 11, 1), "1 day ago"),
        (date(2026, 10, 20), "13 days ago"),
        (date(2026, 10, 19), "2 weeks ago"),
        (date(2026, 9, 1), "8 weeks ago"),
        (date(2026, 8, 31), "2 months ago"),
        (date(2025, 11, 2), "11 months ago"),
        (date(2023, 11, 3), "2 years ago"),
    ],
)
def test_an_age_is_said_in_the_unit_that_one_would_use(of, said):
    assert phrases.ago(of, TODAY) == said


def test_an_instant_is_local_to_the_zone_it_is_asked_for():
    at = datetime(2026, 11, 1, 23, 30, tzinfo=UTC)
    assert phrases.instant(at, "Pacific/Kiritimati") == "2 Nov 2026 13:30"
    assert phrases.instant(None, "Europe/Berlin") == ""


@pytest.mark.parametrize(
    ("born", "said"),
    [
        ({"birth_date": date(1980, 11, 3)}, "born 3 Nov 1980, 45 years"),
        ({"birth_year": 1980}, "born 1980"),
        ({}, "birth date not recorded"),
    ],
)
def test_what_is_not_known_of_his_birth_is_said(born, said):
    assert phrases.born(Patient(zone="Europe/Berlin", **born), TODAY) == said


def test_who_did_it_is_a_person_himself_or_a_part_of_the_system():
    man = Patient(user_id=7)
    assert [phrases.who(actor, {12: "Dr. Bell"}, man) for actor in ("user:7", "user:12", "user:99", "system:sweep")] == [
        "he himself",
        "Dr. Bell",
        "account 99",
        "system (sweep)",
    ]


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("e2_low_with_low_t", "E2 low with low testosterone"),
        ("dexa_baseline_overdue", "DXA baseline overdue"),
        ("ai_without_testosterone", "AI without testosterone"),
        ("psa", "PSA"),
        ("log_disagrees_ai", "Log disagrees AI"),
    ],
)
def test_the_code_of_a_finding_is_read_as_the_field_writes_it(code, said):
    assert phrases.title(code) == said
