"""What takes reassurance from a result that is not low. The limits themselves are examples of the rules."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.tracking.domain.build import NOW, WEEKLY, anastrozole, cypionate, day, dose, lab, man, regimen, use
from tracking.domain.estradiol import Reading
from tracking.domain.evaluate import evaluate, gather
from tracking.domain.history import LabRecord
from tracking.domain.reported import Precision
from tracking.domain.schedule import Schedule
from tracking.evidence import load_rulebook

RULEBOOK = load_rulebook()
ON_AI = [anastrozole(day(800)), cypionate(day(900))]
DAILY = Schedule("daily", times=1)


def drawn(text: str = "30", ago: int = 5, **more: Any) -> LabRecord:
    return lab(text, day(ago), **{"method": "immunoassay", "high": "43", "key": "e2", **more})


def read(row: LabRecord, **rows: Any) -> Reading:
    return gather(man(labs=[row], **{"regimens": ON_AI, **rows}), RULEBOOK, NOW).readings["e2"]


def biotin(*, dose: str = "10", schedule: Schedule = DAILY, starts: int = 400, ends: int | None = None) -> Any:
    return [*ON_AI, regimen("biotin", day(starts), None if ends is None else day(ends), dose=dose, schedule=schedule)]


def about_biotin(reading: Reading) -> list[str]:
    return [code for code in reading.notes if "biotin" in code]


@pytest.mark.parametrize("text", ["8", "18", "22", "30", "50", "<24"])
def test_biotin_leaves_every_tier_as_it_is(text: str) -> None:
    with_it, without = (read(drawn(text, biotin=answer)) for answer in (True, False))
    assert (with_it.tier, with_it.queue_tier) == (without.tier, without.queue_tier)
    assert not with_it.reassures


def test_a_result_that_is_low_or_cannot_be_read_or_may_be_low_by_rounding_never_reassures() -> None:
    assert read(drawn("30", biotin=False)).reassures
    assert not any(read(drawn(text, biotin=False)).reassures for text in ("18", "<24", "20"))


def test_mass_spectrometry_that_is_shown_is_not_disturbed() -> None:
    shown = read(drawn(method="lcmsms", biotin=True))
    assert (shown.notes.count("confirm_biotin"), shown.reassures) == (0, True)
    declared = read(drawn(method="lcmsms", evidence="self_declared", biotin=True))
    assert ("confirm_biotin" in declared.notes, declared.reassures) == (True, False)


def test_crp_takes_the_reassurance_as_biotin_does_and_the_headline_says_so() -> None:
    crp = lab("25", day(5), analyte="crp", unit="mg/L")
    said = evaluate(man(labs=[drawn(biotin=False), crp], regimens=ON_AI), RULEBOOK, NOW)
    assert said.headline == (
        "Not below the floor as measured, which does not reassure: estradiol 30 pg/mL on 28 Oct (immunoassay); floor 20 pg/mL. "
        "CRP above 10 mg/L on that day: an immunoassay can read falsely high. Confirm by LC-MS/MS."
    )
    assert said.missing[0].code == "estradiol_readable"
    assert {"estradiol.inflammation", "estradiol.overstates"} <= set(said.rules)


def test_a_low_one_keeps_its_headline_and_names_nothing_more_as_missing() -> None:
    said = evaluate(man(labs=[drawn("18", biotin=True)], regimens=ON_AI), RULEBOOK, NOW)
    assert said.headline.startswith("Below the floor: estradiol 18 pg/mL")
    assert "estradiol_readable" not in {item.code for item in said.missing}


class TestBiotinFromTheRecord:
    def test_a_regimen_in_force_within_the_hours_counts(self) -> None:
        assert about_biotin(read(drawn(), regimens=biotin())) == ["confirm_biotin"]
        assert about_biotin(read(drawn(), regimens=biotin(ends=8))) == ["biotin_not_asked"]
        assert about_biotin(read(drawn(), regimens=biotin(ends=7))) == ["confirm_biotin"]
        assert about_biotin(read(drawn(), regimens=biotin(starts=5))) == ["confirm_biotin"]
        assert about_biotin(read(drawn(), regimens=biotin(starts=4))) == ["biotin_not_asked"]

    def test_a_regimen_is_read_by_its_mean_day(self) -> None:
        assert about_biotin(read(drawn(), regimens=biotin(dose="34", schedule=WEEKLY))) == ["biotin_not_asked"]
        assert about_biotin(read(drawn(), regimens=biotin(dose="35", schedule=WEEKLY))) == ["confirm_biotin"]

    def test_taken_as_needed_one_dose_may_be_one_days(self) -> None:
        assert about_biotin(read(drawn(), regimens=biotin(dose="5", schedule=Schedule("as_needed")))) == ["confirm_biotin"]

    def test_logged_doses_of_one_day_are_added_up(self) -> None:
        half = [dose("biotin", day(6), "2.5", at=at) for at in ("07:00", "19:00")]
        assert about_biotin(read(drawn(), doses=half)) == ["confirm_biotin"]
        assert about_biotin(read(drawn(), doses=half[:1])) == ["biotin_not_asked"]
        spread = [dose("biotin", day(ago), "2.5") for ago in (6, 7)]
        assert about_biotin(read(drawn(), doses=spread)) == ["biotin_not_asked"]

    def test_a_skipped_dose_and_one_after_the_draw_do_not_count(self) -> None:
        assert about_biotin(read(drawn(), doses=[dose("biotin", day(6), None, kind="skipped")])) == ["biotin_not_asked"]
        assert about_biotin(read(drawn(), doses=[dose("biotin", day(5), "10", at="08:01")])) == ["biotin_not_asked"]

    def test_without_a_time_of_day_the_whole_day_counts(self) -> None:
        by_day = drawn(precision=Precision.DAY)
        assert about_biotin(read(by_day, doses=[dose("biotin", day(5), "10", at="21:00")])) == ["confirm_biotin"]

    def test_where_the_draw_is_not_dated_any_time_before_it_counts(self) -> None:
        unknown = drawn(precision=Precision.UNKNOWN)
        assert about_biotin(read(unknown, regimens=biotin(starts=700, ends=600))) == ["confirm_biotin"]

    def test_his_answer_counts_before_the_regimen_and_not_against_his_log(self) -> None:
        assert about_biotin(read(drawn(biotin=False), regimens=biotin())) == []
        assert about_biotin(read(drawn(biotin=False), doses=[dose("biotin", day(6), "10")])) == ["confirm_biotin"]


@pytest.mark.parametrize(
    ("row", "regimens", "noted"),
    [
        (drawn(), ON_AI, True),
        (drawn(method="unknown"), ON_AI, True),
        (drawn("18"), ON_AI, False),
        (drawn("<24"), ON_AI, False),
        (drawn(), [], False),
        (drawn(biotin=False), ON_AI, False),
        (drawn(method="lcmsms", evidence="self_declared"), ON_AI, False),
    ],
    ids=["immunoassay", "assay unknown", "low", "unreadable", "off AI", "asked", "said to be mass spectrometry"],
)
def test_that_nobody_asked_is_a_quiet_note(row: LabRecord, regimens: Any, noted: bool) -> None:
    reading = read(row, regimens=regimens)
    assert ("biotin_not_asked" in reading.notes) is noted
    if noted:
        assert reading.reassures


class TestMayOverstate:
    WEEKLY_AI = (anastrozole(day(800), schedule=WEEKLY), cypionate(day(900)))

    def why(self, text: str = "30", *, regimens: Any = WEEKLY_AI, doses: Any = ()) -> tuple[str, ...]:
        reading = read(drawn(text, biotin=False), regimens=regimens, doses=doses)
        assert ("may_overstate" in reading.notes) is bool(reading.overstated_by)
        return reading.overstated_by

    @pytest.mark.parametrize(("text", "noted"), [("18", False), ("22", True), ("43", True), ("43.1", False), ("<24", False)])
    def test_only_in_range_or_borderline(self, text: str, noted: bool) -> None:
        assert bool(self.why(text)) is noted

    def test_an_empty_log_is_one_without_any_dose_by_the_draw(self) -> None:
        assert self.why() == ("no_log",)
        assert self.why(doses=[dose("anastrozole", day(4))]) == ("no_log",)
        assert self.why(doses=[dose("anastrozole", day(6))]) == ()
        assert self.why(doses=[dose("testosterone_cypionate", day(6), "80")]) == ("no_log",)
        assert self.why(doses=[dose("anastrozole", day(60), None, kind="skipped")]) == ()

    def test_off_an_ai_there_is_no_log_to_keep(self) -> None:
        assert self.why(regimens=[cypionate(day(900))]) == ()

    def test_each_reason_is_named(self) -> None:
        taken = drawn().reported.collected.at.date() - timedelta(days=6)
        doses = [dose("anastrozole", taken), dose("anastrozole", day(6), None, kind="skipped")]
        assert self.why(doses=doses) == ("late", "skipped")
        said = evaluate(man(labs=[drawn(biotin=False)], regimens=self.WEEKLY_AI, doses=doses), RULEBOOK, NOW)
        assert said.reasons[-1] == (
            "May be higher than his usual level: drawn beyond 60 % of the interval of the AI "
            "and a dose of the AI skipped in the 7 days before."
        )

    def test_it_takes_no_reassurance_by_itself_for_the_figure_is_right(self) -> None:
        assert read(drawn(biotin=False)).reassures


class TestBiotinOfWhichNobodyKnowsHowMuch:
    def test_takes_the_reassurance_for_any_dose_may_be_one_that_disturbs(self) -> None:
        reading = read(drawn(), uses=[use("biotin", day(400))])
        assert (about_biotin(reading), reading.reassures) == (["biotin_dose_unknown"], False)
        assert about_biotin(read(drawn(), uses=[use("biotin", None)])) == ["biotin_dose_unknown"]

    def test_counts_within_the_hours_only(self) -> None:
        assert about_biotin(read(drawn(), uses=[use("biotin", day(400), day(7))])) == ["biotin_dose_unknown"]
        assert about_biotin(read(drawn(), uses=[use("biotin", day(400), day(8))])) == ["biotin_not_asked"]
        assert about_biotin(read(drawn(), uses=[use("biotin", day(4))])) == ["biotin_not_asked"]

    def test_gives_way_to_his_answer_about_the_draw(self) -> None:
        assert about_biotin(read(drawn(biotin=False), uses=[use("biotin", day(400))])) == []
        assert about_biotin(read(drawn(biotin=True), uses=[use("biotin", day(400))])) == ["confirm_biotin"]

    def test_leaves_the_tier_as_it_is(self) -> None:
        with_it, without = read(drawn("18"), uses=[use("biotin", day(400))]), read(drawn("18"))
        assert (with_it.tier, with_it.queue_tier) == (without.tier, without.queue_tier)
