"""Stages and words are data, and data that lacks something is refused."""

from __future__ import annotations

import pytest

from notifications import catalogue
from notifications.domain.stages import EscalationStep, Level, StageRule


def test_a_kind_without_a_rule_of_its_own_has_three_stages_and_two_weeks():
    assert catalogue.rule_for("eclipse") == catalogue.rule_for("lipids") == StageRule(after_days=0, lives_days=14)


def test_denosumab_is_told_on_the_first_day_and_by_the_priorities_of_the_work_queue():
    """CLINICAL 9.5: overdue at +1 day, P1 at +14, P0 at +28."""
    assert catalogue.rule_for("denosumab").escalate == (
        EscalationStep(Level.LEAD, 0),
        EscalationStep(Level.CLINIC, 14),
        EscalationStep(Level.ADMINISTRATOR, 28),
    )
    assert catalogue.kinds_that_stay() == {"denosumab"}


def test_the_kinds_that_are_told_to_the_clinic():
    told = {"lab_e2_t", "dexa", "zoledronate", "denosumab", "pre_denosumab", "pre_zoledronate", "ai_review"}
    assert catalogue.escalated_kinds().keys() == told


@pytest.mark.parametrize(
    ("days", "level"), [(-1, None), (0, "lead"), (13, "lead"), (14, "clinic"), (27, "clinic"), (28, "clinic_administrator")]
)
def test_levels_are_reached_on_their_day(days, level):
    assert catalogue.rule_for("denosumab").level(days) == level


def test_every_rule_says_why():
    assert all(len(stated["reason"]) > 20 for stated in catalogue._read("stages").values())


@pytest.mark.parametrize(
    ("text", "refusal"), [("", "sections missing"), ('[inbox.bodies.x]\nbefore = "a"\n', "does not have words for each stage")]
)
def test_a_language_with_a_gap_is_refused(tmp_path, monkeypatch, text, refusal):
    sections = "".join(f"[{name}]\n" for name in ("outside", "email", "page", "calendar.titles", "staff", "digest"))
    whole = f'name = "x"\nday = "x"\nmonths = []\n{sections}[inbox.titles]\n{text}' if text else ""
    (tmp_path / "xx.toml").write_text(whole)
    monkeypatch.setattr(catalogue, "_HERE", tmp_path)
    with pytest.raises(ValueError, match=refusal):
        catalogue._catalogue.__wrapped__("xx")
