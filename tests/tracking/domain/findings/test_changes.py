"""Changes of what he takes, made while nobody could see, or two at once."""

from __future__ import annotations

from typing import Any

import pytest

from tests.tracking.domain.build import (
    NOW,
    WEEKLY,
    anastrozole,
    cypionate,
    day,
    dose,
    lab,
    man,
    pair,
    regimen,
    total_testosterone,
)
from tracking.domain.evaluate import Finding, evaluate, gather
from tracking.domain.findings.changes import raising_blockers
from tracking.domain.history import Origin
from tracking.domain.reported import Precision
from tracking.domain.schedule import Schedule
from tracking.evidence import load_rulebook

RULEBOOK = load_rulebook()
ON_T = cypionate(day(900), key="t")
RAISED = (anastrozole(day(800), day(20), dose="0.25", key="before"), anastrozole(day(20), key="after"), ON_T)


def findings(*labs: Any, regimens: Any = RAISED, **rows: Any) -> dict[str, Finding]:
    return {f.code: f for f in evaluate(man(labs=labs, regimens=regimens, **rows), RULEBOOK, NOW).findings}


def raised(*labs: Any, **rows: Any) -> bool:
    return "ai_raised_while_low" in findings(*labs, **rows)


class TestAiRaisedWhileLowOrBlind:
    def test_while_low(self) -> None:
        finding = findings(*pair("12.0", day(25)))["ai_raised_while_low"]
        assert finding.priority == "P2"
        assert finding.prescriber == (
            "An AI was raised on 13 Oct, from Anastrozole 0.25 mg every 3.5 days to Anastrozole 0.5 mg every 3.5 days. "
            "At that time: Estradiol 12.0 pg/mL on 8 Oct is below, or by rounding may be below, the floor of 16.0 pg/mL."
        )
        assert finding.inputs[:2] == ("after", "before")
        assert finding.params["state"] == "low"

    @pytest.mark.parametrize(
        "labs",
        [
            (),
            pair("<18", day(25)),
            pair("26", day(400)),
            (lab("26", day(25), precision=Precision.UNKNOWN),),
        ],
        ids=["no estradiol", "an unreadable one", "an old one", "a date not known"],
    )
    def test_while_blind(self, labs: Any) -> None:
        assert findings(*labs)["ai_raised_while_low"].params["state"] == "blind"

    def test_while_the_last_draw_was_from_before_another_change(self) -> None:
        rows = [
            anastrozole(day(800), day(60), dose="0.125"),
            anastrozole(day(60), day(20), dose="0.25"),
            anastrozole(day(20)),
            ON_T,
        ]
        assert raised(*pair("26", day(70)), regimens=rows)
        assert not raised(*pair("26", day(70)), *pair("26", day(40)), regimens=rows)

    def test_a_draw_on_the_day_of_the_change_came_before_it(self) -> None:
        assert not raised(*pair("26", day(20)))
        assert raised(*pair("12.0", day(20)))

    def test_a_draw_after_the_change_does_not_excuse_it(self) -> None:
        """What came to light later was not known then; too early to answer, too."""
        assert raised(*pair("26", day(19)))

    def test_not_while_a_current_estradiol_was_not_low(self) -> None:
        assert not raised(*pair("26", day(25)))
        assert not raised(*pair("17.0", day(25)))

    def test_the_recheck_answers_it_from_its_earliest_day_on(self) -> None:
        rows = (anastrozole(day(800), day(20), dose="0.25"), anastrozole(day(20)), ON_T)
        assert raised(*pair("12.0", day(25)), *pair("26", day(7)), regimens=rows)
        assert not raised(*pair("12.0", day(25)), *pair("26", day(6)), regimens=rows)
        assert raised(*pair("12.0", day(25)), *pair("<18", day(6)), regimens=rows)

    def test_undoing_it_clears_it(self) -> None:
        undone = [*RAISED[:1], anastrozole(day(20), day(10)), anastrozole(day(10), dose="0.25"), ON_T]
        assert not raised(*pair("12.0", day(25)), regimens=undone)
        still_more = [*RAISED[:1], anastrozole(day(20), day(10), dose="1"), anastrozole(day(10), dose="0.5"), ON_T]
        assert raised(*pair("12.0", day(25)), regimens=still_more)
        stopped = [*RAISED[:1], anastrozole(day(20), day(10)), ON_T]
        assert not raised(*pair("12.0", day(25)), regimens=stopped)

    def test_more_often_is_more(self) -> None:
        rows = [anastrozole(day(800), day(20), schedule=WEEKLY), anastrozole(day(20)), ON_T]
        assert raised(*pair("12.0", day(25)), regimens=rows)

    def test_the_same_in_a_week_is_not_more(self) -> None:
        rows = [anastrozole(day(800), day(20)), anastrozole(day(20), dose="1", schedule=WEEKLY), ON_T]
        assert not raised(*pair("12.0", day(25)), regimens=rows)

    def test_as_needed_is_held_against_as_needed_only(self) -> None:
        needed = Schedule("as_needed")
        more = [anastrozole(day(800), day(20), schedule=needed), anastrozole(day(20), dose="1", schedule=needed), ON_T]
        assert raised(*pair("12.0", day(25)), regimens=more)
        other = [anastrozole(day(800), day(20), schedule=needed), anastrozole(day(20), dose="1"), ON_T]
        assert not raised(*pair("12.0", day(25)), regimens=other)

    def test_a_short_pause_hides_no_raise(self) -> None:
        rows = [anastrozole(day(800), day(30), dose="0.25"), anastrozole(day(20)), ON_T]
        assert raised(*pair("12.0", day(25)), regimens=rows)

    def test_a_second_ai(self) -> None:
        rows = [anastrozole(day(800), key="one"), regimen("letrozole", day(20), dose="0.5", key="two"), ON_T]
        finding = findings(regimens=rows)["ai_raised_while_low"]
        assert finding.prescriber.startswith(
            "A second AI was added on 13 Oct: Letrozole 0.5 mg every 3.5 days beside Anastrozole 0.5 mg every 3.5 days."
        )
        assert finding.inputs[:2] == ("two", "one")

    def test_an_unprescribed_ai_is_a_second_ai(self) -> None:
        own = regimen("aromatase_inhibitor_unprescribed", day(20), dose="25", origin=Origin.SELF)
        assert raised(regimens=[anastrozole(day(800)), own, ON_T])

    def test_an_ai_in_place_of_another_is_no_second_one(self) -> None:
        rows = [anastrozole(day(800), day(20)), regimen("letrozole", day(20), dose="0.5"), ON_T]
        assert not raised(regimens=rows)

    def test_the_second_ai_stopped_clears_it(self) -> None:
        rows = [anastrozole(day(800)), regimen("letrozole", day(20), day(5), dose="0.5"), ON_T]
        assert not raised(regimens=rows)

    def test_a_planned_raise_is_none_yet(self) -> None:
        rows = [anastrozole(day(800), day(-5), dose="0.25"), anastrozole(day(-5)), ON_T]
        said = evaluate(man(labs=pair("12.0", day(25)), regimens=rows), RULEBOOK, NOW)
        assert "ai_raised_while_low" not in {f.code for f in said.findings}
        assert said.next_change_at is not None
        assert said.next_change_at.date() <= day(-5)

    def test_the_first_start_is_no_raise(self) -> None:
        assert not raised(regimens=[anastrozole(day(20)), ON_T])

    def test_the_order_of_rows_has_no_say(self) -> None:
        labs = [*pair("12.0", day(25)), *pair("26", day(300))]
        assert findings(*labs) == findings(*reversed(labs), regimens=tuple(reversed(RAISED)))


class TestWouldRaisingNowNeedAReason:
    @pytest.mark.parametrize(
        ("labs", "codes"),
        [
            (pair("26", day(5)), ()),
            (pair("12.0", day(5)), ("low",)),
            (pair("<18", day(5)), ("blind",)),
            (pair("12.0", day(300)), ("low", "blind")),
            ((), ("blind",)),
        ],
    )
    def test_by_what_is_known_today(self, labs: Any, codes: tuple[str, ...]) -> None:
        facts = gather(man(labs=labs, regimens=[anastrozole(day(800)), ON_T]), RULEBOOK, NOW)
        blockers = raising_blockers(facts)
        assert tuple(blocker.code for blocker in blockers) == codes
        assert all(blocker.words.endswith(".") for blocker in blockers)

    def test_a_change_of_today_makes_it_blind(self) -> None:
        rows = [anastrozole(day(800), day(0)), anastrozole(day(0), dose="1"), ON_T]
        assert [b.code for b in raising_blockers(gather(man(labs=pair("26", day(5)), regimens=rows), RULEBOOK, NOW))] == [
            "blind"
        ]


class TestTestosteroneReducedWithTheAiUnchanged:
    REDUCED = (
        anastrozole(day(800), key="ai"),
        cypionate(day(900), day(20), dose="100", key="was"),
        cypionate(day(20), key="is"),
    )

    def found(self, *labs: Any, regimens: Any = REDUCED) -> Finding | None:
        return findings(*labs, regimens=regimens).get("testosterone_reduced_ai_unchanged")

    def test_is_said_quietly(self) -> None:
        finding = self.found()
        assert finding is not None
        assert (finding.priority, finding.inputs) == ("P4", ("is", "was", "ai"))

    def test_until_the_recheck_answers(self) -> None:
        rows = (anastrozole(day(800)), cypionate(day(900), day(60), dose="100"), cypionate(day(60)))
        assert self.found(*pair("26", day(21)), regimens=rows) is not None
        assert self.found(*pair("26", day(20)), regimens=rows) is None

    def test_a_change_of_the_ai_on_that_day_or_after_answers_to_it(self) -> None:
        rows = (*self.REDUCED[1:], anastrozole(day(800), day(20)), anastrozole(day(20), dose="0.25"))
        assert self.found(regimens=rows) is None

    def test_testosterone_as_before_clears_it(self) -> None:
        rows = (
            self.REDUCED[0],
            self.REDUCED[1],
            cypionate(day(20), day(10)),
            cypionate(day(10), dose="100"),
        )
        assert self.found(regimens=rows) is None

    def test_an_ai_that_began_with_it_was_not_left_as_it_was(self) -> None:
        assert self.found(regimens=(anastrozole(day(20)), *self.REDUCED[1:])) is None

    def test_without_an_ai_there_is_nothing_to_say(self) -> None:
        assert self.found(regimens=self.REDUCED[1:]) is None

    def test_milligrams_of_two_products_are_not_compared(self) -> None:
        rows = (self.REDUCED[0], self.REDUCED[1], regimen("testosterone_gel", day(20), dose="50"))
        assert self.found(regimens=rows) is None


class TestTwoChangesAtOnce:
    def test_one_draw_answers_for_both(self) -> None:
        rows = [cypionate(day(900), day(30)), cypionate(day(30), dose="100"), anastrozole(day(20))]
        finding = findings(*pair("26", day(40)), regimens=rows)["changes_confounded"]
        assert finding.priority == "P4"
        assert "a change of dose of testosterone on 3 Oct and the start of an AI on 13 Oct" in finding.prescriber

    def test_not_where_a_draw_answered_the_first_before_the_second(self) -> None:
        rows = [cypionate(day(80)), anastrozole(day(30))]
        assert "changes_confounded" in findings(regimens=rows)
        assert "changes_confounded" not in findings(*pair("26", day(35)), regimens=rows)

    def test_not_once_a_draw_has_answered_both(self) -> None:
        rows = [cypionate(day(80)), anastrozole(day(60))]
        assert "changes_confounded" in findings(*pair("26", day(41)), regimens=rows)
        assert "changes_confounded" not in findings(*pair("26", day(10)), regimens=rows)

    def test_not_once_everything_was_stopped(self) -> None:
        rows = [cypionate(day(80), day(10)), anastrozole(day(60), day(10))]
        assert "changes_confounded" not in findings(regimens=rows)


def test_a_logged_dose_has_no_frequency_to_compare() -> None:
    logs = [dose("anastrozole", day(ago), "1") for ago in (20, 17, 13)]
    rows = [anastrozole(day(800), day(30), dose="0.25"), ON_T]
    assert not raised(*pair("12.0", day(40)), regimens=rows, doses=logs)


def test_a_log_between_two_regimens_hides_no_raise() -> None:
    rows = [anastrozole(day(800), day(30), dose="0.25"), anastrozole(day(10)), ON_T]
    assert raised(*pair("12.0", day(40)), regimens=rows, doses=[dose("anastrozole", day(25), "0.25")])


def test_the_words_to_the_man_name_no_dose_and_no_step() -> None:
    for code in ("ai_raised_while_low", "testosterone_reduced_ai_unchanged", "changes_confounded"):
        sentence = RULEBOOK.findings[code].man.lower()
        assert not any(word in sentence for word in ("stop", "raise", "lower", "mg", "start"))


def test_a_testosterone_alone_does_not_answer() -> None:
    assert raised(*pair("12.0", day(25)), total_testosterone("600", day(3)))
