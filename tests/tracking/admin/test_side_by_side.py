"""Two results that do not agree stand beside one another on his page, and which of them counts is said."""

from __future__ import annotations

import re

import pytest

from tests.conftest import NOW
from tracking.services import labs

pytestmark = pytest.mark.django_db


def card(desk, page):
    text = desk.get(page).text.partition('id="pairs"')[2].partition("</section>")[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "|", text))


def row(text, label):
    """What a line of the table says of both."""
    return re.search(rf"\|{label}\|[| ]*([^|]+)[| ]+([^|]+)\|", text).groups()


def test_two_labs_that_disagree_are_side_by_side_with_what_settles_it(desk, on_anastrozole, adam, record_lab, address):
    record_lab(adam, "12.8", days=20, laboratory="Lab <North>", range_low="8", range_high="35")
    record_lab(adam, "24.1", days=6, laboratory="Lab South")
    text = card(desk, address(adam))
    assert "Two results disagree: the worse counts" in text
    assert row(text, "Reported") == ("12.8 pg/mL", "24.1 pg/mL")
    assert row(text, "Laboratory") == ("Lab &lt;North&gt;", "Lab South")
    assert row(text, "Its range") == ("8 to 35 pg/mL", "not stated")
    assert row(text, "Tier") == ("below floor", "in range")
    assert row(text, "Assay") == ("LC-MS/MS, read on the report by staff",) * 2
    assert "Settled by: A repeat by LC-MS/MS" in text
    assert row(text, "Drawn")[0].startswith("13 Oct 2026")


def test_results_by_different_assays_are_not_compared_and_neither_counts_as_wrong(
    desk, on_anastrozole, adam, bell, record_lab, address
):
    record_lab(adam, "12.8", days=20)
    newer = record_lab(adam, "29", days=6, method="immunoassay")
    text = card(desk, address(adam))
    assert "Not comparable: by different assays, so neither shows the other wrong" in text
    assert row(text, "Reported") == ("12.8 pg/mL", "29 pg/mL")
    assert "Settled by" not in text
    labs.withdraw(patient=adam, key=str(newer.row.uid), by=bell, now=NOW, reason="another man's", staff=True)
    assert "Results side by side" not in desk.get(address(adam)).text


def test_who_has_nothing_that_disagrees_is_shown_nothing(desk, full_record, address):
    assert "Results side by side" not in desk.get(address(full_record)).text
