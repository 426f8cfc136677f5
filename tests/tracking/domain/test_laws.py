"""The laws of the whole evaluation, with everything around a result that may speak: assay, range, CRP, biotin, doses, floors.

Where the unit of a typed result is in question (docs/adr/0019) the tier does not follow the value alone: 34 on an AI without a
range is in range, 36 cannot be read. The laws of order hold for values that nobody asks about; of one that is asked about it
holds that it is never read as better than "cannot say", unless it is low in either unit, and that it loses no urgency.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.tracking.domain.build import (
    NOW,
    WEEKLY,
    anastrozole,
    cypionate,
    day,
    dose,
    lab,
    man,
    regimen,
    total_testosterone,
)
from tracking.domain.estradiol import LOW, RANK, Reading
from tracking.domain.evaluate import Evaluation, evaluate
from tracking.domain.history import DoseRecord, FloorOverride, History, IntervalOverride, LabRecord, RegimenRecord
from tracking.domain.reported import Comparator, Precision, Value
from tracking.domain.rulebook import Priority, Tier
from tracking.domain.units import convert, rounded
from tracking.evidence import load_rulebook

RULEBOOK = load_rulebook()
DRAWN = 5
WORDS = ("below", "cannot say", "not below")
# A finding on estradiol that says low, or that it cannot be said.
ABOUT_LOW = {
    "e2_critical_on_ai", "e2_below_floor_on_ai", "e2_below_floor_and_low_t", "e2_low_off_ai", "e2_indeterminate_on_ai",
    "e2_unit_in_question",
}  # fmt: skip

numbers = st.decimals(min_value=0, max_value=120, places=3)
units = st.sampled_from(["pg/mL", "pmol/L", "ng/L"])
few = st.integers(0, 2)
EITHER = st.booleans()


@dataclass(frozen=True)
class Around:
    """What is known besides one estradiol of Adam's, drawn five days ago."""

    result: dict[str, Any]
    labs: tuple[LabRecord, ...]
    regimens: tuple[RegimenRecord, ...]
    doses: tuple[DoseRecord, ...]
    floors: tuple[FloorOverride, ...]

    def history(self, text: str, unit: str = "pg/mL", **changed: Any) -> History:
        result = lab(text, day(DRAWN), unit=unit, key="e2", **{**self.result, **changed})
        return man(labs=[result, *self.labs], regimens=self.regimens, doses=self.doses, floors=self.floors)


@st.composite
def arounds(draw: Any, *, typed: Any = EITHER) -> Around:
    method, evidence = draw(
        st.sampled_from(
            [("lcmsms", "lab_message"), ("immunoassay", "lab_message"), ("lcmsms", "self_declared"), ("unknown", "none")]
        )
    )
    result = {
        "method": method,
        "evidence": evidence,
        "typed": draw(typed),
        "unit_confirmed": draw(st.sampled_from([False, False, True])),
        "biotin": draw(st.sampled_from([None, True, False])),
        "high": draw(st.sampled_from(["", "42", "110", "160"])),
        "precision": draw(st.sampled_from([Precision.MINUTE, Precision.DAY])),
    }
    labs = [lab(text, day(DRAWN), analyte="crp", unit="mg/L", key="crp") for text in draw(_maybe("5", "25"))]
    labs += [total_testosterone(text, day(DRAWN), key="t") for text in draw(_maybe("150", "600"))]
    labs += [lab(text, day(100), key="before", typed=draw(st.booleans())) for text in draw(_maybe("12", "26", "95"))]
    regimens = draw(
        st.sampled_from([(), (cypionate(day(900)),), (anastrozole(day(800), schedule=WEEKLY), cypionate(day(900)))])
    )
    regimens += tuple(regimen("biotin", day(60), dose=mg) for mg in draw(_maybe("10")))
    doses = draw(st.lists(st.sampled_from(EVENTS), max_size=3, unique_by=lambda event: event.key))
    floors = tuple(FloorOverride(floor, "Dr. Bell", "", None) for floor in draw(_maybe(Decimal(12), Decimal(28))))
    return Around(result, tuple(labs), regimens, tuple(doses), floors)


def _maybe(*choices: Any) -> Any:
    return st.lists(st.sampled_from(choices), max_size=1)


# None of them begins or ends a course: skipped doses, and drugs that estradiol is not judged by.
EVENTS = (
    dose("anastrozole", day(8), None, kind="skipped", key="skipped"),
    dose("anastrozole", day(60), None, kind="skipped", key="skipped long before"),
    dose("biotin", day(6), "10", key="biotin"),
)


def judge(history: History) -> Evaluation:
    return evaluate(history, RULEBOOK, NOW)


def reading(said: Evaluation) -> Reading:
    return said.readings["e2"]


def urgency(said: Evaluation) -> int:
    """0 is the most urgent; one more than P4 where nothing is found."""
    return min((f.priority.rank for f in said.findings if f.code in ABOUT_LOW), default=Priority.P4.rank + 1)


def printed(number: Decimal, unit: str, decimals: int) -> str:
    return str(rounded(convert(number, RULEBOOK.analytes["estradiol"], "pg/mL", unit), decimals))


@given(numbers, numbers, units, few, arounds())
@settings(max_examples=100)
def test_a_lower_value_never_gets_a_better_tier_word_or_reassurance(
    one: Decimal, other: Decimal, unit: str, decimals: int, around: Around
) -> None:
    texts = [printed(number, unit, decimals) for number in sorted((one, other))]
    lower, higher = (judge(around.history(text, unit)) for text in texts)
    assume(reading(lower).question is None and reading(higher).question is None)
    assert RANK[reading(lower).tier] <= RANK[reading(higher).tier]
    assert RANK[reading(lower).queue_tier] <= RANK[reading(higher).queue_tier]
    assert WORDS.index(lower.word) <= WORDS.index(higher.word)
    assert reading(lower).reassures <= reading(higher).reassures
    assert urgency(lower) <= urgency(higher)


@given(numbers, units, few, arounds(typed=st.just(True)))
@settings(max_examples=100)
def test_a_result_in_question_is_read_as_low_where_it_is_low_in_either_unit_and_else_not_at_all(
    number: Decimal, unit: str, decimals: int, around: Around
) -> None:
    text = printed(number, unit, decimals)
    asked, entered = (judge(around.history(text, unit, unit_confirmed=known)) for known in (False, True))
    question = reading(asked).question
    assume(question is not None)
    assert question is not None
    other = judge(around.history(text, question.other_unit, unit_confirmed=True))
    if reading(entered).tier in LOW and reading(other).tier in LOW:
        assert reading(asked).tier == reading(entered).tier
    else:
        # A more specific result before it may still decide; nothing good is said by this one.
        assert reading(asked).tier is Tier.INDETERMINATE
        assert asked.word in ("cannot say", "below")
    assert not reading(asked).reassures
    if reading(entered).tier in LOW:
        assert urgency(asked) <= urgency(entered)


def test_the_question_of_the_unit_is_the_one_exception_to_the_order_and_it_takes_a_verdict_and_gives_none() -> None:
    on_ai = [anastrozole(day(800)), cypionate(day(900))]
    read = {text: judge(man(labs=[lab(text, day(5), typed=True)], regimens=on_ai)) for text in ("34", "36")}
    assert {text: (said.word, said.verdict.tier) for text, said in read.items()} == {
        "34": ("not below", "in_range"),
        "36": ("cannot say", "indeterminate"),
    }


@given(numbers, units, few, st.sampled_from(["<", "<="]), arounds())
@settings(max_examples=100)
def test_a_result_below_a_limit_is_never_better_than_the_limit(
    number: Decimal, unit: str, decimals: int, sign: str, around: Around
) -> None:
    text = printed(number, unit, decimals)
    plain, censored = (judge(around.history(of, unit)) for of in (text, sign + text))
    assume(not reading(plain).too_coarse)
    assert RANK[reading(censored).tier] <= RANK[reading(plain).tier]
    assert WORDS.index(censored.word) <= WORDS.index(plain.word)
    assert reading(censored).reassures <= reading(plain).reassures


@given(numbers, few, few, arounds(typed=st.just(False)))
@settings(max_examples=100)
def test_across_units_the_tiers_agree_unless_at_a_boundary(
    number: Decimal, decimals: int, other_decimals: int, around: Around
) -> None:
    around = replace(around, result={**around.result, "high": ""})  # a range is in the unit of its report
    mass = judge(around.history(printed(number, "pg/mL", decimals), "pg/mL"))
    moles = judge(around.history(printed(number, "pmol/L", other_decimals), "pmol/L"))
    if not (reading(mass).at_boundary or reading(moles).at_boundary):
        assert reading(mass).tier == reading(moles).tier
        assert mass.word == moles.word


def _with_crp(history: History) -> History:
    return replace(history, labs=(*history.labs, lab("40", day(DRAWN), analyte="crp", unit="mg/L", key="another crp")))


def _with_result(**changed: Any) -> Any:
    def changing(history: History) -> History:
        return replace(history, labs=tuple(replace(row, **changed) if row.key == "e2" else row for row in history.labs))

    return changing


def _with_dose(event: DoseRecord) -> Any:
    def logging(history: History) -> History:
        return replace(history, doses=tuple({row.key: row for row in (*history.doses, event)}.values()))

    return logging


def _limit(text: str) -> Value:
    return Value(Comparator.EQUAL, text, "pg/mL")


MORE = {
    "crp": _with_crp,
    "biotin": _with_result(biotin=True),
    "no biotin": _with_result(biotin=False),
    "range": _with_result(range_low=_limit("10"), range_high=_limit("42")),
    "range of the other unit": _with_result(range_high=_limit("110")),
    **{event.key: _with_dose(event) for event in EVENTS},
}


@pytest.mark.parametrize("more", MORE)
@given(number=numbers, sign=st.sampled_from(["", "<", ">"]), decimals=few, around=arounds())
@settings(max_examples=25)
def test_more_data_never_turns_missing_into_fine(more: str, number: Decimal, sign: str, decimals: int, around: Around) -> None:
    history = around.history(sign + printed(number, "pg/mL", decimals))
    before, after = judge(history), judge(MORE[more](history))
    question = reading(before).question
    # The one thing that is missing there is the range: who gives it, answers.
    assume(not (more == "range" and question is not None))
    if before.word in ("cannot say", "no current data"):
        assert after.word != "not below"
        assert after.missing


@pytest.mark.parametrize("more", MORE)
@given(number=numbers, sign=st.sampled_from(["", "<"]), decimals=few, around=arounds())
@settings(max_examples=25)
def test_a_note_never_lowers_the_severity_of_a_low(
    more: str, number: Decimal, sign: str, decimals: int, around: Around
) -> None:
    history = around.history(sign + printed(number, "pg/mL", decimals))
    before, after = judge(history), judge(MORE[more](history))
    if reading(before).queue_tier in LOW:
        assert urgency(after) <= urgency(before)
        assert after.word == before.word or reading(after).question is not None


@pytest.mark.parametrize("analyte", sorted(RULEBOOK.analytes))
@given(number=st.decimals(min_value=0, max_value=100_000, places=6))
@settings(max_examples=20)
def test_a_conversion_comes_back_exactly(analyte: str, number: Decimal) -> None:
    rule = RULEBOOK.analytes[analyte]
    for one in rule.units:
        for other in rule.units:
            there = convert(number, rule, one, other)
            assert there * rule.units[one] / rule.units[other] == number


@given(numbers, units, arounds(), st.randoms(use_true_random=False))
@settings(max_examples=100)
def test_one_digest_has_one_answer_in_any_order_of_rows(number: Decimal, unit: str, around: Around, chance: Any) -> None:
    intervals = tuple(
        IntervalOverride(f"i{months}", kind, months, "Dr. Bell", "", day(-30))
        for kind, months in (("estradiol", 3), ("dexa", 12))
    )
    history = replace(around.history(printed(number, unit, 1), unit), intervals=intervals)
    rows = {name: list(getattr(history, name)) for name in ("labs", "regimens", "doses", "floors", "intervals")}
    for of in rows.values():
        chance.shuffle(of)
    one, two = judge(history), judge(replace(history, **{name: tuple(of) for name, of in rows.items()}))
    assert (one.input_digest, one.outcome_digest) == (two.input_digest, two.outcome_digest)
    assert one.as_dict() == two.as_dict()
