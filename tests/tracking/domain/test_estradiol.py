"""The tier of one result: boundaries by table, laws by Hypothesis, and the figures of the trials by name."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.tracking.domain.build import TODAY, lab
from tracking.domain.estradiol import RANK, Reading, read_result
from tracking.domain.history import FloorOverride
from tracking.domain.rulebook import RuleBook, Tier
from tracking.domain.units import convert, rounded
from tracking.evidence import load_rulebook

RULEBOOK = load_rulebook()
MS = {"method": "lcmsms", "evidence": "lab_message"}
GCMS = {"method": "gcms", "evidence": "lab_message"}
IA = {"method": "immunoassay", "evidence": "lab_message"}
UNITS = {"pg/mL": 1, "ng/L": 1, "pmol/L": 1, "nmol/L": 1}


def read(text: str, unit: str = "pg/mL", **more: str) -> Reading:
    return read_result(lab(text, TODAY, unit=unit, **{**MS, **more}), RULEBOOK)


def tier(text: str, unit: str = "pg/mL", **more: str) -> str:
    return read(text, unit, **more).tier


@pytest.mark.parametrize(
    ("text", "unit", "ms", "other"),
    [
        ("0", "pg/mL", "critical", "critical"),
        ("9.99", "pg/mL", "critical", "critical"),
        ("10.0", "pg/mL", "below_floor", "below_floor"),
        ("15.9", "pg/mL", "below_floor", "below_floor"),
        ("16.0", "pg/mL", "borderline", "below_floor"),
        ("16", "pg/mL", "borderline", "below_floor"),
        ("19.9", "pg/mL", "borderline", "below_floor"),
        ("20.0", "pg/mL", "in_range", "borderline"),
        ("24.9", "pg/mL", "in_range", "borderline"),
        ("25.0", "pg/mL", "in_range", "in_range"),
        ("42.0", "pg/mL", "in_range", "in_range"),
        ("42.1", "pg/mL", "above_range", "above_range"),
        ("42.1", "ng/L", "above_range", "above_range"),
        ("36.6", "pmol/L", "critical", "critical"),
        ("36.7", "pmol/L", "below_floor", "below_floor"),
        ("58.6", "pmol/L", "below_floor", "below_floor"),
        ("58.7", "pmol/L", "borderline", "below_floor"),
        ("73.3", "pmol/L", "borderline", "below_floor"),
        ("73.4", "pmol/L", "in_range", "borderline"),
        ("73", "pmol/L", "in_range", "borderline"),
        ("72", "pmol/L", "borderline", "below_floor"),
        ("91.8", "pmol/L", "in_range", "in_range"),
        ("154.2", "pmol/L", "in_range", "in_range"),
        ("154.20", "pmol/L", "in_range", "in_range"),
        ("154.3", "pmol/L", "above_range", "above_range"),
    ],
)
def test_boundary_values_belong_to_the_better_tier(text: str, unit: str, ms: str, other: str) -> None:
    assert (tier(text, unit), tier(text, unit, **IA)) == (ms, other)


@pytest.mark.parametrize(
    ("text", "ms", "other"),
    [
        ("<5", "critical", "critical"),
        ("<10", "critical", "critical"),
        ("<=10", "below_floor", "below_floor"),
        ("<16", "below_floor", "below_floor"),
        ("<=16", "indeterminate", "below_floor"),
        ("<20", "indeterminate", "below_floor"),
        ("<=20", "indeterminate", "indeterminate"),
        ("<24", "indeterminate", "indeterminate"),
        ("<60", "indeterminate", "indeterminate"),
        (">5", "indeterminate", "indeterminate"),
        (">20", "indeterminate", "indeterminate"),
        (">41.9", "indeterminate", "indeterminate"),
        (">42", "above_range", "above_range"),
        (">=42", "indeterminate", "indeterminate"),
        (">=42.1", "above_range", "above_range"),
        (">1500", "above_range", "above_range"),
    ],
)
def test_a_comparator_makes_a_set_of_values(text: str, ms: str, other: str) -> None:
    assert (tier(text), tier(text, **IA)) == (ms, other)


@pytest.mark.parametrize(
    ("text", "more", "bounds"),
    [
        ("<18", MS, "below_not_in_range"),
        ("<24", IA, "below_not_in_range"),
        ("<30", IA, "below_unknown"),
        (">18", MS, "above_not_below"),
        (">12", MS, "above_unknown"),
        ("12", MS, ""),
    ],
)
def test_an_indeterminate_result_says_its_bounds(text: str, more: dict[str, str], bounds: str) -> None:
    assert read(text, **more).bounds == bounds


def test_a_censored_result_below_the_floor_may_be_lower() -> None:
    reading = read("<16")
    assert (reading.best_tier, reading.worst_tier) == ("below_floor", "critical")
    assert "may_be_lower" in reading.notes
    assert "may_be_lower" not in read("<10").notes


@pytest.mark.parametrize(
    ("text", "unit", "more", "readings"),
    [
        ("16.0", "pg/mL", MS, ("below_floor", "borderline")),
        ("16", "pg/mL", MS, ("below_floor", "borderline")),
        ("10.0", "pg/mL", MS, ("critical", "below_floor")),
        ("73.4", "pmol/L", IA, ("below_floor", "borderline")),
        ("73", "pmol/L", IA, ("below_floor", "borderline")),
        ("42.0", "pg/mL", MS, ("in_range", "above_range")),
    ],
)
def test_a_value_at_a_limit_shows_both_readings_and_work_uses_the_worse(
    text: str, unit: str, more: dict[str, str], readings: tuple[str, str]
) -> None:
    reading = read(text, unit, **more)
    assert reading.at_boundary
    assert (reading.worst_tier, reading.best_tier) == readings
    assert reading.queue_tier == readings[0]


@pytest.mark.parametrize(("text", "unit"), [("15.9", "pg/mL"), ("16.1", "pg/mL"), ("74", "pmol/L"), ("<16", "pg/mL")])
def test_a_value_clear_of_every_limit_has_one_reading(text: str, unit: str) -> None:
    reading = read(text, unit)
    assert not reading.at_boundary
    assert reading.queue_tier == reading.tier


@pytest.mark.parametrize(
    ("text", "ms", "other"),
    [
        ("0.03", "critical", "critical"),
        ("0.04", "below_floor", "below_floor"),  # 0.035 to 0.045 holds 10 pg/mL: low either way
        ("0.06", "indeterminate", "below_floor"),
        ("0.07", "borderline", "indeterminate"),  # 0.065 to 0.075 holds 20 pg/mL: for mass spectrometry clear of the floor
        ("0.073", "in_range", "borderline"),
        ("0.09", "in_range", "borderline"),
        ("0.1", "indeterminate", "indeterminate"),
        ("0.2", "in_range", "in_range"),
        ("0.3", "above_range", "above_range"),
    ],
)
def test_a_value_reported_too_coarsely_is_not_placed_across_the_floor(text: str, ms: str, other: str) -> None:
    assert (tier(text, "nmol/L"), tier(text, "nmol/L", **IA)) == (ms, other)


def test_a_value_that_is_too_coarse_says_so() -> None:
    reading = read("0.07", "nmol/L", **IA)
    assert reading.too_coarse
    assert reading.bounds == "too_coarse"


def test_the_laboratorys_own_limit_counts_where_it_lies_above_the_band() -> None:
    assert tier("43.0", high="43.2", **IA) == "in_range"
    assert tier("40.0", high="39.8", **IA) == "above_range"
    assert tier("40.0", high="18.0", **IA) == "in_range"  # inside the band: the default is used, with a note
    assert "upper_limit_default" in read("40.0", high="18.0", **IA).notes
    assert "upper_limit_default" not in read("40.0", high="43.2", **IA).notes


def test_the_laboratorys_limit_may_be_in_another_unit() -> None:
    assert read("43.0", high="158", high_unit="pmol/L").tier == "in_range"
    assert read("43.1", high="158", high_unit="pmol/L").tier == "above_range"


@pytest.mark.parametrize(
    ("method", "evidence", "floor", "note"),
    [
        ("lcmsms", "lab_message", 16, ""),
        ("gcms", "lab_test_code", 16, ""),
        ("lcmsms", "staff_verified", 16, ""),
        ("lcmsms", "source_documented", 16, ""),
        ("lcmsms", "self_declared", 20, "assay_unverified"),
        ("lcmsms", "none", 20, "assay_unverified"),
        ("immunoassay", "lab_message", 20, ""),
        ("unknown", "lab_message", 20, "assay_unknown"),
    ],
)
def test_the_assay_must_be_shown(method: str, evidence: str, floor: int, note: str) -> None:
    reading = read("30.0", method=method, evidence=evidence)
    assert reading.floor.pg_ml == floor
    assert [n for n in reading.notes if n.startswith("assay")] == ([note] if note else [])


def test_a_floor_of_his_own_holds_for_any_assay_while_it_lasts() -> None:
    own = FloorOverride(Decimal(22), "Dr. Bell", "two fractures", TODAY)
    one = lab("21.0", TODAY)
    reading = read_result(one, RULEBOOK, [own], TODAY)
    assert (reading.tier, reading.floor.whose, reading.floor.reason) == ("below_floor", "Dr. Bell", "two fractures")
    assert read_result(one, RULEBOOK, [own], TODAY + timedelta(days=1)).tier == "in_range"
    assert read_result(one, RULEBOOK, [replace(own, pg_ml=Decimal(31))], TODAY).tier == "in_range"


def test_of_two_equal_floors_the_one_that_lasts_longer_is_named_whichever_comes_first() -> None:
    ends = [TODAY, TODAY + timedelta(days=9), None]
    floors = [FloorOverride(Decimal(22), "Dr. Bell", "two fractures", end) for end in ends]
    for of in (floors, floors[::-1]):
        assert read_result(lab("21.0", TODAY), RULEBOOK, of, TODAY).floor.expires_on is None


def test_the_band_above_a_floor_of_his_own_keeps_its_width() -> None:
    own = FloorOverride(Decimal(30), "Dr. Bell", "", None)
    read_at = {
        text: read_result(lab(text, TODAY, **IA), RULEBOOK, [own], TODAY).tier for text in ("29.9", "30.1", "34.9", "35.1")
    }
    assert list(read_at.values()) == ["below_floor", "borderline", "borderline", "in_range"]


def test_a_stricter_reading_counts_the_critical_figure_itself() -> None:
    strict = _with_operator(RULEBOOK, "<=")
    assert read_result(lab("10.0", TODAY), strict).tier == "critical"
    assert read_result(lab("<=10", TODAY), strict).tier == "critical"
    assert read_result(lab("10.1", TODAY), strict).tier == "below_floor"


def _with_operator(rulebook: RuleBook, operator: str) -> RuleBook:
    rules = rulebook.estradiol
    bands = replace(rules.mass_spectrometry, critical_operator=operator)
    return replace(rulebook, estradiol=replace(rules, mass_spectrometry=bands))


def test_low_by_the_floor_yet_normal_for_the_lab_is_noted() -> None:
    assert "lab_normal_but_low" in read("12.0", low="8.0", high="35.0").notes
    assert "lab_normal_but_low" not in read("12.0", low="13.0", high="35.0").notes
    assert "lab_normal_but_low" not in read("30.0", low="8.0", high="35.0").notes
    assert "lab_normal_but_low" in read("12.0", high="29.0").notes
    assert "lab_normal_but_low" not in read("<12", low="8.0", high="35.0").notes


def test_above_sixty_is_a_note_and_names_no_drug() -> None:
    assert "high_review" in read("60.1").notes
    assert "high_review" in read(">=61").notes
    assert "high_review" not in read("<61").notes
    assert "AI" not in RULEBOOK.words.note["high_review"]


def test_the_margin_is_the_upper_bound_over_the_floor() -> None:
    assert read("12.0").margin == Decimal("0.75")
    assert read("<12").margin == Decimal("0.75")
    assert read(">12").margin is None


class TestTrials:
    """Figures of the trials (CLINICAL 8), named after them."""

    def test_burnett_bowie_2009_is_below_the_floor_and_not_critical(self) -> None:
        assert [tier(text, **MS) for text in ("15", "12")] == ["below_floor", "below_floor"]

    def test_burnett_bowie_2009_in_pmol_is_below_the_floor(self) -> None:
        assert [tier(text, "pmol/L") for text in ("55.8", "42.2")] == ["below_floor", "below_floor"]

    @pytest.mark.parametrize("baseline", ["26", "27"])
    def test_leder_2004_daily_and_twice_weekly_end_at_one_value_whose_tier_the_assay_decides(self, baseline: str) -> None:
        assert tier(baseline) == "in_range"
        assert (tier("17"), tier("17", **IA)) == ("borderline", "below_floor")

    def test_the_clinic_series_goes_from_high_review_to_in_range(self) -> None:
        assert "high_review" in read("65").notes
        assert tier("22") == "in_range"

    @pytest.mark.parametrize(("text", "expected"), [("10.0", "below_floor"), ("9.9", "critical"), ("10.1", "below_floor")])
    def test_finkelstein_2016_at_ten(self, text: str, expected: str) -> None:
        assert tier(text) == expected

    @pytest.mark.parametrize(("text", "expected"), [("18.1", "below_floor"), ("18.2", "below_floor"), ("34.2", "in_range")])
    def test_framingham_bins_by_immunoassay(self, text: str, expected: str) -> None:
        assert tier(text, **IA) == expected

    def test_mros_sweden_at_exactly_sixteen_is_borderline(self) -> None:
        assert tier("16.0", **GCMS) == "borderline"

    def test_arup_range_ends_at_forty_two(self) -> None:
        assert (tier("42.0"), tier("42.1")) == ("in_range", "above_range")

    def test_an_immunoassay_that_starts_at_24_cannot_say(self) -> None:
        assert tier("<24", **IA) == "indeterminate"


numbers = st.decimals(min_value=0, max_value=120, places=3)
assays = st.sampled_from([MS, IA])
units = st.sampled_from(["pg/mL", "pmol/L", "nmol/L"])
floors = st.one_of(st.just(()), st.decimals(10, 30, places=1).map(lambda f: (FloorOverride(f, "Dr. Bell", "", None),)))


def _printed(number: Decimal, unit: str, decimals: int) -> str:
    return str(rounded(convert(number, RULEBOOK.analytes["estradiol"], "pg/mL", unit), decimals))


@given(one=numbers, other=numbers, unit=units, decimals=st.integers(0, 3), assay=assays, floors=floors)
def test_a_lower_value_never_gets_a_better_tier(
    one: Decimal, other: Decimal, *, unit: str, decimals: int, assay: dict[str, str], floors: tuple[FloorOverride, ...]
) -> None:
    low, high = (_printed(number, unit, decimals) for number in sorted((one, other)))
    lower, higher = (read_result(lab(text, TODAY, unit=unit, **assay), RULEBOOK, floors, TODAY) for text in (low, high))
    assert RANK[lower.tier] <= RANK[higher.tier]
    assert RANK[lower.worst_tier] <= RANK[higher.worst_tier]


@given(number=numbers, unit=units, decimals=st.integers(0, 3), assay=assays, floors=floors, sign=st.sampled_from(["<", "<="]))
def test_a_result_below_a_limit_is_never_better_than_the_limit(
    *, number: Decimal, unit: str, decimals: int, assay: dict[str, str], floors: tuple[FloorOverride, ...], sign: str
) -> None:
    text = _printed(number, unit, decimals)
    plain, censored = (read_result(lab(t, TODAY, unit=unit, **assay), RULEBOOK, floors, TODAY) for t in (text, sign + text))
    assume(not plain.too_coarse)
    assert RANK[censored.tier] <= max(RANK[plain.tier], RANK[Tier.CRITICAL])


@given(numbers, assays, st.integers(0, 2), st.integers(0, 2))
def test_across_units_the_tiers_agree_unless_at_a_boundary(
    number: Decimal, assay: dict[str, str], decimals: int, other_decimals: int
) -> None:
    mass = read(_printed(number, "pg/mL", decimals), "pg/mL", **assay)
    moles = read(_printed(number, "pmol/L", other_decimals), "pmol/L", **assay)
    # Two reports of one sample; each may be at a boundary by its own rounding.
    assert mass.tier == moles.tier or mass.at_boundary or moles.at_boundary


@given(numbers, st.sampled_from(["", "<", "<=", ">", ">="]), units, assays)
def test_the_tier_lies_between_what_the_result_can_stand_for(
    number: Decimal, sign: str, unit: str, assay: dict[str, str]
) -> None:
    reading = read(sign + _printed(number, unit, 1), unit, **assay)
    assert RANK[reading.worst_tier] <= RANK[reading.best_tier]
    if reading.tier is not Tier.INDETERMINATE:
        assert RANK[reading.worst_tier] <= RANK[reading.tier] <= RANK[reading.best_tier]
