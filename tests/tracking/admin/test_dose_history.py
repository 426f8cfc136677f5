"""The page on which Dr. Bell reviews how Adam was dosed."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.conftest import NOW
from tracking.domain.actor import Actor
from tracking.models import AccessEvent, Episode
from tracking.services import drug_uses, episodes, titration

pytestmark = pytest.mark.django_db


@pytest.fixture
def answered(full_record, bell, see):
    """Dr. Bell has told Adam what was found."""
    (episode,) = see(Episode, patient=full_record, family="e2_low")
    episodes.acknowledge(
        patient=full_record, uid=episode.uid, by=bell, now=NOW, revision=episode.revision,
        outcome="contacted", note="told by telephone",
    )  # fmt: skip
    return full_record


def shown(desk, address, man, **asked):
    return re.sub(r"\s+", " ", desk.get(address(man, "doses"), asked).text)


def test_a_drug_of_which_nobody_knows_how_much_or_since_when_says_so(desk, full_record, bell, address):
    drug_uses.record(patient=full_record, by=bell, now=NOW, drug="finasteride")
    text = shown(desk, address, full_record)
    assert "stated, how much is not known" in text
    assert "1900" not in text


def test_it_shows_steps_log_results_findings_and_decisions(desk, answered, address):
    text = shown(desk, address, answered)
    for said in (
        "2 Nov 2025 to 2 Nov 2026",
        "every 3.5 days",
        "1 mg",
        "tenderness",
        "Dr. Bell",
        "Logged: 1 taken",
        "Adherence: ",
        "extra doses do not count",
        "14.0 pg/mL",
        'class="tier tier-below_floor"',
        "is below the floor of 16.0 pg/mL while he is on anastrozole",
        "contacted: told by telephone",
        "DXA scan",
        "Findings, symptoms and decisions",
    ):
        assert said in text, said


def test_it_is_reached_from_the_mans_page_and_noted_as_a_visit(desk, full_record, address, see):
    assert f'href="{address(full_record, "doses")}"' in desk.get(address(full_record)).text
    desk.get(address(full_record, "doses"))
    assert [visit.what for visit in see(AccessEvent, patient=full_record)] == ["patient page"]


def test_a_drug_that_nobody_logged_is_said_to_be_unlogged_and_not_missed(desk, on_anastrozole, adam, address):
    assert "No dose was logged in this time. That says nothing about what he took." in shown(desk, address, adam)


def test_the_window_leaves_out_what_lies_before_it(desk, full_record, address):
    text = shown(desk, address, full_record, first=(NOW - timedelta(days=30)).date(), last=NOW.date())
    assert "14.0 pg/mL" in text
    assert "34 pg/mL" not in text


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"first": "2026-10-01", "last": "2026-09-01"}, "2026-10-01 lies after 2026-09-01"),
        ({"first": "2010-01-01"}, "Accepted: at most 731"),
        ({"first": "yesterday"}, "Enter a valid date"),
    ],
)
def test_a_window_that_cannot_be_shown_is_said_so_beside_the_usual_year(desk, full_record, address, asked, said):
    text = shown(desk, address, full_record, **asked)
    assert said in text
    assert "2 Nov 2025 to 2 Nov 2026" in text


def test_it_only_reads(desk, full_record, address):
    assert desk.post(address(full_record, "doses")).status_code == 405


def test_a_stranger_finds_nothing(desk, carl, address):
    assert desk.get(address(carl, "doses")).status_code == 404


def test_hostile_names_write_no_markup(desk, adam, in_care, address, as_system):
    with as_system():
        adam.name = "<script>alert(1)</script>"
        adam.save(update_fields=["name"])
    assert "<script>alert" not in shown(desk, address, adam)


def test_a_longer_record_costs_no_more_queries(desk, answered, many_labs, address):
    shown(desk, address, answered)
    counts = []
    for more in (1, 100):
        many_labs(answered, more)
        with CaptureQueriesContext(connection) as queries:
            shown(desk, address, answered)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_request_on_the_titration_ledger_is_in_the_table_and_on_the_chart(desk, full_record, address):
    before = shown(desk, address, full_record).count('class="decision"')
    titration.request(patient=full_record, by=Actor.user(full_record.user_id), now=NOW, words="My joints hurt.")
    text = shown(desk, address, full_record)
    assert "titration requested" in text
    assert "he himself" in text
    assert text.count('class="decision"') == before + 1


def test_a_drug_without_a_log_has_no_figure(desk, on_anastrozole, adam, address):
    assert "Adherence: not logged, so there is no figure" in shown(desk, address, adam)
