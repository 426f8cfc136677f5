"""The hazards of the rulebook (CLINICAL 9.11) that the present scope holds, each by its name."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from tests.tracking.domain.build import (
    LOOK,
    NOW,
    WEEKLY,
    ZONE,
    anastrozole,
    cypionate,
    day,
    dose,
    lab,
    level,
    man,
    pair,
    scan,
    site,
)
from tracking.domain.episodes import acknowledge, follow, snooze
from tracking.domain.evaluate import Evaluation, evaluate, words_for_man
from tracking.domain.history import Person
from tracking.domain.moments import start_of_day
from tracking.domain.problems import Problem
from tracking.evidence import load_rulebook

RULEBOOK = load_rulebook()
ON_AI = [anastrozole(day(800), key="ai"), cypionate(day(900), key="t")]


def judge(*labs: Any, at: datetime = NOW, **rows: Any) -> Evaluation:
    return evaluate(man(labs=labs, **rows), RULEBOOK, at)


def codes(said: Evaluation) -> set[str]:
    return {finding.code for finding in said.findings}


def test_verdict_after_a_dose_change() -> None:
    """The good value from before a change says nothing about after it."""
    changed = [anastrozole(date(2025, 1, 1), date(2026, 3, 20)), anastrozole(date(2026, 3, 20), dose="1")]
    said = judge(lab("24", date(2026, 3, 3)), regimens=changed, at=datetime(2026, 4, 1, 12, tzinfo=UTC))
    assert said.headline == "No current estradiol. Last 24 pg/mL on 3 Mar, before the change of 20 Mar."
    assert said.word == "no current data"


def test_a_back_dated_lab_closing_a_newer_recheck() -> None:
    changed = [anastrozole(day(400), day(60), key="a"), anastrozole(day(60), dose="1", key="b")]
    late_entry = pair("26", day(61))
    item = next(item for item in judge(*late_entry, regimens=changed).due if item.anchor == "start:b")
    assert item.is_open
    assert judge(*late_entry, regimens=changed).verdict.state == "superseded_by_change"


def test_a_back_dated_lab_does_not_replace_the_latest_verdict() -> None:
    said = judge(lab("12.0", day(5)), lab("30.0", day(20)))
    assert said.verdict.tier == "below_floor"


def test_self_declared_mass_spectrometry() -> None:
    """17 by mass spectrometry is borderline; said by the man himself it is below the floor of other assays."""
    assert judge(lab("17.0", day(5))).verdict.tier == "borderline"
    said = judge(lab("17.0", day(5), evidence="self_declared"), regimens=ON_AI)
    assert said.verdict.tier == "below_floor"
    assert "assay_unverified" in said.findings[0].note_codes


@pytest.mark.parametrize(("text", "unit"), [("20.0", "pg/mL"), ("73.4", "pmol/L"), ("73", "pmol/L")])
def test_73_pmol_per_litre(text: str, unit: str) -> None:
    """One sample, three reports, one tier: a naive conversion of 73.4 gives 19.993 and another one."""
    said = judge(lab(text, day(5), unit=unit, method="immunoassay"))
    assert said.verdict.tier == "borderline"
    assert said.reading is not None
    assert said.reading.at_boundary


def test_at_most_16() -> None:
    said = judge(lab("<=16", day(5)))
    assert (said.verdict.tier, said.word) == ("indeterminate", "cannot say")
    assert judge(lab("<16", day(5))).verdict.tier == "below_floor"


def test_lab_normal_but_low_wording() -> None:
    said = judge(lab("12.0", day(5), low="8.0", high="35.0"))
    lines = words_for_man(said.for_man, RULEBOOK, clinic_connected=False)
    assert "Your lab's range describes most men. This level is about bone and is a different question." in lines


def test_clinic_told_with_none_linked() -> None:
    lines = words_for_man(judge(lab("9.0", day(5))).for_man, RULEBOOK, clinic_connected=False, notified_on=day(5))
    assert not any("Your clinic" in line for line in lines)
    assert any("No clinic is connected" in line for line in lines)


def test_fiftieth_birthday_between_scans() -> None:
    """The scale changes from Z to T; only the density is trended."""
    person = Person(ZONE, date(1975, 6, 1))
    scans = [
        scan(date(2025, 5, 1), site(bmd="1.000", z="-1.9", t="-2.6", lsc="0.03"), key="z"),
        scan(date(2026, 6, 1), site(bmd="0.960", z="-2.0", t="-2.4", lsc="0.03"), key="t"),
    ]
    said = judge(*pair("26", day(5)), person=person, scans=scans, regimens=ON_AI)
    assert [(s.scale, s.bone_class) for s in said.bone.scans] == [("Z", "within_expected_for_age"), ("T", "low_bone_mass")]
    assert said.bone.scale_changed
    (loss,) = (finding for finding in said.findings if finding.code == "bone_loss_on_ai")
    assert "The scale changed from Z to T between the scans; bone density changed by -4.00 %." in loss.notes


def test_lsc_not_recorded() -> None:
    scans = [scan(day(790), site(bmd="1.000")), scan(day(50), site(bmd="0.969"))]
    said = judge(*pair("26", day(5)), scans=scans, regimens=ON_AI)
    assert [change.verdict for change in said.bone.changes] == ["undetermined"]
    assert "bone_loss_on_ai" not in codes(said)
    assert "dexa_lsc" in {item.code for item in said.missing}


def test_ai_continued_after_testosterone_stopped() -> None:
    said = judge(*pair("26", day(10)), regimens=[anastrozole(day(800)), cypionate(day(900), day(5))])
    assert said.priority == "P0"
    assert "ai_without_testosterone" in codes(said)


def test_immunoassay_in_inflammation_does_not_reassure_and_a_low_one_still_counts() -> None:
    """CRP 25 and an immunoassay of 22: borderline, and to be confirmed by mass spectrometry (CLINICAL 8)."""
    crp = lab("25", day(5), analyte="crp", unit="mg/L")
    said = judge(lab("22.0", day(5), method="immunoassay"), crp, regimens=ON_AI)
    assert said.verdict.tier == "borderline"
    (borderline,) = (f for f in said.findings if f.code == "e2_borderline_on_ai")
    assert {"confirm_crp", "confirm_near_floor"} <= set(borderline.note_codes)
    low = judge(lab("18.0", day(5), method="immunoassay"), crp, regimens=ON_AI)
    assert ("e2_below_floor_on_ai", "P1") in [(f.code, f.priority) for f in low.findings]


def test_an_immunoassay_that_cannot_measure_so_low_is_never_in_range() -> None:
    said = judge(lab("<24", day(5), method="immunoassay", high="43.2"), regimens=ON_AI)
    assert said.word == "cannot say"
    assert "e2_indeterminate_on_ai" in codes(said)


def test_a_draw_before_the_change_has_settled_is_noted() -> None:
    said = judge(*pair("26", day(5)), regimens=[anastrozole(day(10)), cypionate(day(900))])
    assert said.reading is not None
    assert "not_at_steady_state" in said.reading.notes
    settled = judge(*pair("26", day(5)), regimens=[anastrozole(day(40)), cypionate(day(900))])
    assert settled.reading is not None
    assert "not_at_steady_state" not in settled.reading.notes


def test_an_evaluation_under_a_changed_rulebook_is_another_one() -> None:
    other = replace(RULEBOOK, version="2027.1+another", digest="another")
    history = man(labs=[lab("12.0", day(5))])
    one, two = evaluate(history, RULEBOOK, NOW), evaluate(history, other, NOW)
    assert one.input_digest == two.input_digest
    assert one.outcome_digest != two.outcome_digest
    assert two.as_dict()["rulebook"]["version"] == "2027.1+another"


def low_for_weeks(**changed: Any) -> Any:
    """Adam is below the floor on an AI, and Dr. Bell has put it off for ten days."""
    opened = follow("e2_low", None, level(), LOOK)
    assert opened is not None
    until = NOW + timedelta(days=10)
    slept = snooze(opened.episode, until=until, reason="on holiday", by="user:7", look=replace(LOOK, **changed))
    assert slept is not None
    return slept.episode


def test_snooze_outliving_the_recheck() -> None:
    """Neither when it is asked for, nor when the recheck moves before its end."""
    recheck = day(-4)
    with pytest.raises(Problem, match="when his recheck is due"):
        low_for_weeks(recheck_on=recheck)
    cut = follow("e2_low", low_for_weeks(), level(), replace(LOOK, recheck_on=recheck))
    assert cut is not None
    assert cut.episode.state(start_of_day(recheck, ZONE)) == "open"


def test_a_rulebook_switched_with_open_episodes() -> None:
    """What the new rules no longer find stays until a prescriber has seen it."""
    marked = follow("e2_low", low_for_weeks(), None, replace(LOOK, switched=True))
    assert marked is not None
    assert marked.episode.state(NOW) == "open"
    assert marked.episode.rule_changed == RULEBOOK.version
    assert follow("e2_low", marked.episode, None, LOOK) is None
    seen = acknowledge(marked.episode, outcome="contacted", note="", by="user:7", now=NOW)
    assert seen is not None
    assert (seen.episode.state(NOW), seen.episode.resolution) == ("resolved", "rule_changed")


HIGH_WORDS = ("above", "high", "estrogen blocker")


def test_pmol_typed_as_pg() -> None:
    """95 with the laboratory's limit for men of 160: 26 pg/mL, typed as 95 pg/mL. Nobody reads that it is high."""
    typed = lab("95", day(5), high="160", typed=True)
    said = judge(typed, regimens=ON_AI)
    assert (said.word, said.verdict.tier) == ("cannot say", "indeterminate")
    assert "95 pg/mL (348.8 pmol/L) or 95 pmol/L (25.9 pg/mL)" in said.headline
    assert said.missing[0].words == "a look at the report, which unit it states: pg/mL or pmol/L"
    assert said.reading is not None
    assert "high_review" not in said.reading.notes
    printed = [said.headline, *said.reasons, *words_for_man(said.for_man, RULEBOOK, clinic_connected=True)]
    assert not any(word in line.lower() for line in printed for word in HIGH_WORDS)
    assert judge(replace(typed, unit_confirmed=True), regimens=ON_AI).verdict.tier == "in_range"  # by that laboratory's limit
    assert judge(lab("95", day(5), unit="pmol/L", high="160", typed=True), regimens=ON_AI).verdict.tier == "in_range"


def test_a_45_that_was_pmol_per_litre() -> None:
    """A man below the floor on an AI, who would be shown as high, and asked about his breasts instead of his bones."""
    said = judge(lab("45", day(5), typed=True), regimens=ON_AI)
    assert (said.word, said.verdict.worst_tier) == ("cannot say", "below_floor")
    (finding,) = (f for f in said.findings if "e2" in f.code)
    assert (finding.code, finding.priority) == ("e2_indeterminate_on_ai", "P2")
    assert "45 pg/mL (165.2 pmol/L) or 45 pmol/L (12.3 pg/mL)" in finding.prescriber
    assert finding.notes == ("Why the unit is in question: entered without the laboratory's range, on an AI.",)
    lines = words_for_man(said.for_man, RULEBOOK, clinic_connected=True)
    assert any(line.startswith("Please look at your report: does it say pg/mL or pmol/L?") for line in lines)
    assert not any(word in line.lower() for line in lines for word in HIGH_WORDS)
    right = judge(lab("45", day(5), unit="pmol/L", typed=True), regimens=ON_AI)
    assert ("e2_below_floor_on_ai", "P1") in [(f.code, f.priority) for f in right.findings]


def test_biotin() -> None:
    """An immunoassay after biotin: 30 does not reassure, 18 counts as it would without."""
    drawn = {"method": "immunoassay", "high": "43"}
    said = judge(lab("30.0", day(5), biotin=True, **drawn), regimens=ON_AI)
    assert (said.word, said.verdict.tier) == ("not below", "in_range")
    assert said.reading is not None
    assert not said.reading.reassures
    assert said.headline.startswith("Not below the floor as measured, which does not reassure: estradiol 30.0 pg/mL")
    assert "Biotin of 5 mg a day or more" in said.headline
    assert said.missing[0].code == "estradiol_readable"
    lines = words_for_man(said.for_man, RULEBOOK, clinic_connected=True)
    assert "Something on that day can make this kind of test read too high, so it does not settle the question." in lines
    low, plain = (judge(lab("18.0", day(5), biotin=asked, **drawn), regimens=ON_AI) for asked in (True, None))
    found = [(f.code, f.priority) for f in low.findings]
    assert ("e2_below_floor_on_ai", "P1") in found
    assert found == [(f.code, f.priority) for f in plain.findings]
    assert low.headline == plain.headline


def test_late_ai_draw() -> None:
    """Drawn six days after a weekly AI, 26 may be more than he usually has."""
    weekly = [anastrozole(day(800), schedule=WEEKLY), cypionate(day(900))]
    drawn = lab("26.0", day(5), high="42")
    taken = drawn.reported.collected.at.date() - timedelta(days=6)
    late = judge(drawn, regimens=weekly, doses=[dose("anastrozole", taken)])
    assert late.reading is not None
    assert late.reading.overstated_by == ("late",)
    assert "May be higher than his usual level: drawn beyond 60 % of the interval of the AI." in late.reasons
    assert "It may be higher than your usual level." in words_for_man(late.for_man, RULEBOOK, clinic_connected=True)
    early = judge(drawn, regimens=weekly, doses=[dose("anastrozole", taken + timedelta(days=4))])
    assert early.reading is not None
    assert early.reading.overstated_by == ()


def test_immunoassay_recovery() -> None:
    """12 by mass spectrometry in the spring, 31 by immunoassay since: higher, by a different assay, not confirmed."""
    low, higher = lab("12", date(2026, 6, 3), key="ms"), lab("31", day(5), method="immunoassay", key="ia")
    said = judge(low, higher, regimens=ON_AI)
    assert (said.word, said.priority) == ("below", "P1")
    assert "Higher, by a different assay: 31 pg/mL on 28 Oct (immunoassay), not confirmed." in said.headline
    # Once the low is too old to decide, the other one still says nothing good.
    later = judge(low, higher, regimens=ON_AI, at=datetime(2027, 2, 1, 12, tzinfo=UTC))
    assert (later.word, later.priority) == ("cannot say", "P1")
    assert "e2_recovery_unconfirmed" in codes(later)
    assert not any("not below" in line for line in words_for_man(later.for_man, RULEBOOK, clinic_connected=False))


def test_denosumab_28_days_late() -> None:
    """Due on 15 June, four weeks late on 13 July: urgent on that day, and not on the one before."""
    given = [dose("denosumab", date(2025, 12, 15), "60")]
    before, on = (judge(doses=given, at=datetime(2026, 7, number, 15, tzinfo=UTC)) for number in (12, 13))
    assert (before.priority, on.priority) == ("P1", "P0")
    assert codes(on) == {"denosumab_very_late"}
    assert before.next_change_at == datetime(2026, 7, 13, 4, tzinfo=UTC)
    assert next(item for item in on.open_items if item.kind == "denosumab").time_critical
