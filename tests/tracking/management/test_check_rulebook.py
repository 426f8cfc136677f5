"""The rules readable, compared, or refused with a clear sentence. No database is needed."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tests.tracking.evidence.candidate import RAISED_FLOOR, candidate
from tracking.evidence import load_rulebook


def said(*args, **options):
    out = StringIO()
    call_command("check_rulebook", *args, stdout=out, **options)
    return out.getvalue()


def test_the_rules_in_force_are_printed(now):
    text = said()
    assert text.startswith(f"Rulebook {load_rulebook().version}: ")
    assert "estradiol.mass_spectrometry: Estradiol, mass spectrometry\n" in text


def test_overdue_reviews_come_first(tmp_path, now):
    late = {"estradiol": [("next_review = 2027-05-01", "next_review = 2026-05-01")]}
    lines = said(candidate(tmp_path, late)).splitlines()
    assert lines[1] == "Overdue for review: 1."
    assert lines[2].startswith("  WARNING: estradiol.mass_spectrometry was to be reviewed by 2026-05-01")


def test_two_versions_are_compared_in_words(tmp_path, now):
    text = said(compare=candidate(tmp_path, RAISED_FLOOR))
    assert "Rules changed (1)\n  Estradiol, mass spectrometry, floor: 16 to 18 pg/mL\n" in text


def test_nothing_changes_is_said(tmp_path, now):
    assert said(compare=candidate(tmp_path, {})).endswith("Nothing changes.\n")


def test_rules_that_do_not_load_are_refused_with_what_is_wrong_where(tmp_path, now):
    gap = {"estradiol": [('{ tier = "below_floor", start = 10, end = 16 }', '{ tier = "below_floor", start = 10, end = 15 }')]}
    with pytest.raises(CommandError, match=r"does not load: estradiol.mass_spectrometry: gap between bands") as refused:
        said(candidate(tmp_path, gap))
    assert refused.value.returncode == 1


def test_a_directory_without_rules_is_refused_by_name(tmp_path, now):
    with pytest.raises(CommandError, match=r"does not load: missing file rulebook.toml"):
        said(compare=tmp_path)
