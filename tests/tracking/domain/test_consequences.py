"""Two readings of one man, before and after a change of treatment."""

from __future__ import annotations

from tests.tracking.domain.build import NOW, anastrozole, cypionate, day, lab, man
from tracking.domain.consequences import UNSETTLED, consequences, seen
from tracking.domain.verdict import SUPERSEDED
from tracking.evidence import load_rulebook

RULEBOOK = load_rulebook()
DRAWN = lab("24", day(30), key="e2")


def between(before, after):
    return consequences(*(seen(man(labs=[DRAWN], regimens=rows), RULEBOOK, NOW) for rows in (before, after)))


def test_nothing_changed_has_no_consequences():
    found = between([cypionate(day(400))], [cypionate(day(400))])
    assert (found.results, found.findings_appear, found.findings_vanish, found.due) == ((), (), (), ())
    assert found.verdict_was == found.verdict_now


def test_a_change_before_a_draw_unsettles_it_and_one_after_it_supersedes_it():
    (before_it,) = between([cypionate(day(400))], [cypionate(day(400)), anastrozole(day(35))]).results
    (after_it,) = between([cypionate(day(400))], [cypionate(day(400)), anastrozole(day(20))]).results
    assert (UNSETTLED in before_it.now, SUPERSEDED in before_it.now) == (True, False)
    assert (UNSETTLED in after_it.now, SUPERSEDED in after_it.now) == (False, True)
    assert (before_it.key, str(before_it.drawn_on), before_it.text) == ("e2", str(day(30)), "24 pg/mL")


def test_what_is_due_moves_and_findings_come_and_go():
    found = between([cypionate(day(400))], [cypionate(day(400), day(10)), anastrozole(day(200))])
    assert "ai_without_testosterone" in found.findings_appear
    assert {move.kind for move in found.due} >= {"lab_e2_t", "dexa"}
