"""The laws of the series (CLINICAL 9.2), by Hypothesis over invented results."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from tests.tracking.domain.build import NOW, anastrozole, cypionate, day, dose, lab, man
from tracking.domain.evaluate import Evaluation, evaluate, gather
from tracking.domain.history import DoseRecord, History, LabRecord, RegimenRecord
from tracking.domain.plain import plain
from tracking.domain.reported import Precision
from tracking.domain.rulebook import AssayClass
from tracking.domain.series.assay import assay_class, specificity
from tracking.domain.verdict import first_change_after
from tracking.evidence import load_rulebook

RULEBOOK = load_rulebook()
TEXTS = [
    "8.0",
    "9.5",
    "10.0",
    "12.0",
    "15.9",
    "16.0",
    "17.0",
    "20.0",
    "22.0",
    "26.0",
    "40.0",
    "60.0",
    "<10",
    "<18",
    "<24",
    ">42",
]
METHODS = ["lcmsms", "immunoassay", "unknown"]
# From worst to best. "no current data" says nothing about a level and stands in no order to the others.
WORDS = ["below", "cannot_say", "not_below"]

ago = st.integers(0, 500)
texts = st.sampled_from(TEXTS)


@st.composite
def results(draw: Any, *, least: int = 0, most: int = 7, within: Any = ago) -> list[LabRecord]:
    rows = draw(st.lists(st.tuples(within, texts, st.sampled_from(METHODS)), min_size=least, max_size=most))
    precision = st.sampled_from([Precision.MINUTE] * 6 + [Precision.MONTH, Precision.UNKNOWN])
    return [
        lab(text, day(back), key=f"e{number}", method=method, precision=draw(precision))
        for number, (back, text, method) in enumerate(rows)
    ]


@st.composite
def treatments(draw: Any) -> tuple[list[RegimenRecord], list[DoseRecord]]:
    rows: list[RegimenRecord] = []
    if draw(st.booleans()):
        changed = draw(st.one_of(st.none(), ago))
        rows.append(anastrozole(day(700), None if changed is None else day(changed), key="ai"))
        if changed is not None and draw(st.booleans()):
            rows.append(anastrozole(day(changed), dose="1", key="ai2"))
    if draw(st.booleans()):
        rows.append(cypionate(day(800), key="t"))
    skipped = draw(st.lists(ago, max_size=2))
    return rows, [dose("anastrozole", day(back), None, kind="skipped", key=f"s{n}") for n, back in enumerate(skipped)]


def history(labs: Sequence[LabRecord], treatment: tuple[list[RegimenRecord], list[DoseRecord]]) -> History:
    return man(labs=labs, regimens=treatment[0], doses=treatment[1])


def class_of(row: LabRecord) -> AssayClass:
    return assay_class(row.reported.assay, RULEBOOK)


LOW = {"e2_low", "e2_low_with_low_t", "e2_days_below"}
OF_ESTRADIOL = {*LOW, "e2_borderline", "labs_disagree"}


def most_urgent(said: Evaluation, families: set[str]) -> int:
    """The priority of the most urgent of these, 9 where there is none."""
    chosen = (f for f in said.findings if f.family in families or f.code == "e2_indeterminate_on_ai")
    return min((finding.priority.rank for finding in chosen), default=9)


@given(results(), treatments(), st.randoms())
@settings(max_examples=80)
def test_the_order_of_rows_does_not_matter(labs: list[LabRecord], treatment: Any, chance: Any) -> None:
    mixed = list(labs)
    chance.shuffle(mixed)
    one, other = (gather(history(rows, treatment), RULEBOOK, NOW).series for rows in (mixed, labs))
    assert plain(one) == plain(other)


@given(results(), treatments(), ago, texts, st.sampled_from(["immunoassay", "unknown"]))
@settings(max_examples=400)
def test_adding_a_less_specific_assay_never_improves_the_word_or_the_priority(
    labs: list[LabRecord], treatment: Any, back: int, text: str, method: str
) -> None:
    """Of one that decides today; and a low that nothing has ended stays as urgent whatever is added."""
    added = lab(text, day(back), key="added", method=method)
    place = specificity(class_of(added), RULEBOOK)
    better = [row for row in labs if specificity(class_of(row), RULEBOOK) > place]
    before = evaluate(history(better, treatment), RULEBOOK, NOW)
    after = evaluate(history([*better, added], treatment), RULEBOOK, NOW)
    if before.series.low is not None:
        assert most_urgent(after, LOW) <= most_urgent(before, LOW)
    if before.verdict.state == "current":
        assert most_urgent(after, OF_ESTRADIOL) <= most_urgent(before, OF_ESTRADIOL)
        assert WORDS.index(after.verdict.word) <= WORDS.index(before.verdict.word)
    elif before.series.low is not None:
        assert after.verdict.word != "not_below"


@given(results(), treatments(), st.integers(0, 200))
@settings(max_examples=120)
def test_known_possible_not_below_and_unknown_days_sum_up_to_the_window(
    labs: list[LabRecord], treatment: Any, later: int
) -> None:
    for days in gather(history(labs, treatment), RULEBOOK, NOW + timedelta(days=later)).series.days_below:
        assert days.known + days.possible + days.not_below + days.unknown == days.window
        assert min(days.known, days.possible, days.not_below, days.unknown) >= 0


@given(results(least=2, within=st.integers(0, 300)), treatments(), st.data())
@settings(max_examples=120)
def test_lower_values_never_make_fewer_days_known(labs: list[LabRecord], treatment: Any, data: Any) -> None:
    plain = [text for text in TEXTS if text[0].isdigit()]
    changed = data.draw(st.integers(0, len(labs) - 1))
    higher, lower = sorted(data.draw(st.lists(st.sampled_from(plain), min_size=2, max_size=2)), key=float, reverse=True)
    counts = []
    for text in (higher, lower):
        row = labs[changed]
        value = structs.replace(row.reported.value, digits=text, comparator=row.reported.value.comparator.EQUAL)
        row = replace(row, reported=replace(row.reported, value=value))
        rows = [*labs[:changed], row, *labs[changed + 1 :]]
        counts.append([days.known for days in gather(history(rows, treatment), RULEBOOK, NOW).series.days_below])
    assert all(low >= high for high, low in zip(*counts, strict=True))


@given(results(), treatments())
@settings(max_examples=120)
def test_a_segment_holds_one_assay_and_no_change_and_every_dated_result_is_in_one(
    labs: list[LabRecord], treatment: Any
) -> None:
    facts = gather(history(labs, treatment), RULEBOOK, NOW)
    rows = {row.key: row for row in labs}
    named = [key for segment in facts.series.segments for key in segment.keys]
    assert sorted([*named, *facts.series.undated]) == sorted(rows)
    for segment in facts.series.segments:
        assert {class_of(rows[key]) for key in segment.keys} == {segment.assay}
        draws = [draw for draw in facts.timeline.draws["estradiol"] if draw.lab.key in segment.keys]
        changes = {first_change_after(draw, facts.timeline) for draw in draws}
        assert len(changes) == 1


@given(
    results(least=1),
    treatments(),
    st.integers(0, 30),
    st.sampled_from(["8.0", "12.0", "15.0", "<10"]),
    st.sampled_from(METHODS),
)
@settings(max_examples=200)
def test_a_later_low_never_shortens_a_low_state(
    labs: list[LabRecord], treatment: Any, back: int, text: str, method: str
) -> None:
    before = gather(history(labs, treatment), RULEBOOK, NOW).series.low
    low = lab(text, day(back), key="low", method=method)
    if any(row.reported.collected.latest > low.reported.collected.at for row in labs):
        return
    after = gather(history([*labs, low], treatment), RULEBOOK, NOW).series.low
    assert after is not None
    begins = day(back) if before is None else before.since
    if begins is not None and after.since is not None:  # None: the day of the first low is not known
        assert after.since <= begins


@given(results(), treatments())
@settings(max_examples=200)
def test_one_man_never_has_two_findings_of_one_low(labs: list[LabRecord], treatment: Any) -> None:
    said = evaluate(history(labs, treatment), RULEBOOK, NOW)
    assert sum(finding.family == "e2_low" for finding in said.findings) == (said.series.low is not None)


@given(results(), treatments())
@settings(max_examples=120)
def test_a_verdict_below_the_floor_is_always_part_of_a_low_state(labs: list[LabRecord], treatment: Any) -> None:
    said = evaluate(history(labs, treatment), RULEBOOK, NOW)
    if said.verdict.word == "below":
        assert said.series.low is not None
