"""The rulebook as a page, and what another one would change."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import escape

from tests.conftest import NOW
from tests.desks import at_desk
from tests.tracking.admin.test_patients import HOSTILE, many
from tests.tracking.evidence.candidate import RAISED_FLOOR, candidate
from tracking.evidence import load_rulebook
from tracking.models import Evaluation

pytestmark = pytest.mark.django_db
PAGE = "/admin/rulebook/"


@pytest.fixture
def raised(tmp_path, settings):
    """The rules in force with a higher floor, laid out beside them."""
    settings.RULEBOOK_CANDIDATE = candidate(tmp_path / "candidate", RAISED_FLOOR)
    return settings.RULEBOOK_CANDIDATE


@pytest.fixture
def on_record(in_care, adam, record_lab):
    """Adam with an estradiol above the floor in force and below the other."""
    record_lab(adam, "16.5")
    record_lab(adam, "600", analyte="testosterone_total", unit="ng/dL")
    return adam


def test_every_rule_is_there_with_source_checker_review_and_whether_it_was_verified(desk):
    text = desk.get(reverse("admin:rulebook")).text
    book = load_rulebook()
    assert text.count('<details class="rule"') == len(book.rules)
    for rule in book.rules.values():
        assert f'id="{rule.id}"' in text
        assert escape(rule.reason) in text
        assert all(escape(source) in text for source in book.citations(rule.id))
    assert text.count(">not verified<") == sum(not rule.verified for rule in book.rules.values())
    assert "No other rulebook is laid out" in text


def test_a_rule_whose_review_has_passed_is_named_at_the_top(desk, dr_bell, monkeypatch):
    monkeypatch.setattr("tracking.clock.now", lambda: NOW + timedelta(days=3650))
    text = at_desk(dr_bell, desk).get(PAGE).text.partition('id="review"')[2].partition("</section>")[0]
    assert text.count("<li>") == len(load_rulebook().rules)


def test_the_operator_reads_the_rules_and_no_men(setup_desk, raised, on_record):
    text = setup_desk.get(PAGE, {"impact": "1"}).text
    assert "What other rules would change" not in text
    assert "Adam" not in text


def test_the_preview_names_what_differs_and_for_whom_and_stores_nothing(desk, raised, on_record, see):
    before = see(Evaluation, patient=on_record)
    assert "See what it would change" in desk.get(PAGE).text
    text = desk.get(PAGE, {"impact": "1"}).text
    for said in (
        "Rules changed",
        "Men 1 to 1 of 1, by name.",
        "Something would change for 1 of these",
        "Adam Invented",
        "below",
    ):
        assert said in text, said
    assert see(Evaluation, patient=on_record) == before


def test_what_would_appear_and_vanish_is_named_as_lists_name_it(desk, raised, on_record):
    text = desk.get(PAGE, {"impact": "1"}).text
    row = text.partition('id="impact"')[2].partition("Adam Invented")[2].partition("</tr>")[0]
    assert "Estradiol below the floor, no AI" in row
    assert not re.search(r">[a-z0-9]+(_[a-z0-9]+)+<", row)


def test_a_candidate_that_does_not_load_says_why(desk, raised, in_care):
    (raised / "estradiol.toml").write_text("nonsense")
    assert "It is not fit to be switched on" in desk.get(PAGE, {"impact": "1"}).text


def test_the_preview_reads_on_through_all_her_men_at_a_constant_cost(desk, clinic, raised, monkeypatch, as_system):
    men = many(clinic, len(HOSTILE))
    for man, name in zip(men, HOSTILE, strict=True):
        with as_system():
            man.name = name
            man.save(update_fields=["name"])

    def look(page="1"):
        with CaptureQueriesContext(connection) as queries:
            text = desk.get(PAGE, {"impact": page}).text
        return len(queries), text

    everybody, text = look()
    assert f"Men 1 to {len(HOSTILE)} of {len(HOSTILE)}, by name." in text
    monkeypatch.setattr("tracking.admin.rulebook.MEN_A_PAGE", 2)
    two, text = look()
    assert f"Men 1 to 2 of {len(HOSTILE)}, by name." in text
    assert 'href="?impact=2#impact"' in text
    assert f"Men 3 to 4 of {len(HOSTILE)}, by name." in look("2")[1]
    assert f"of {len(HOSTILE)}, by name." in look("<x>")[1]
    assert (everybody, two) == (22, 22)
