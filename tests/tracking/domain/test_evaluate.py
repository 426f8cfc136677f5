"""The laws of the evaluation as a whole, by Hypothesis over invented histories, and its stored form."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tracking.domain.build import (
    NOW,
    TODAY,
    anastrozole,
    cypionate,
    day,
    dose,
    fracture,
    lab,
    man,
    moment,
    pair,
    regimen,
    scan,
    site,
    total_testosterone,
    use,
)
from tracking.domain.citing import content_of, with_rules
from tracking.domain.evaluate import Evaluation, evaluate
from tracking.domain.history import FloorOverride, History, Origin, RiskFactorRecord, SymptomRecord
from tracking.domain.reported import Precision
from tracking.domain.rulebook import Tier
from tracking.evidence import load_rulebook

RULEBOOK = load_rulebook()
DAY = timedelta(days=1)

ago = st.integers(-40, 900)
# Drugs of every class, and stretches of use with open and unknown ends.
DRUGS = st.sampled_from(["anastrozole", "testosterone_cypionate", "finasteride", "biotin", "denosumab"])
SINCE_AND_UNTIL = (st.sampled_from([None, *map(day, (800, 300, 20, -10))]), st.sampled_from([None, *map(day, (5, -20))]))
SYMPTOMS = st.sampled_from(sorted(RULEBOOK.checkin.form.items))
texts = st.sampled_from(["8.0", "10.0", "12", "15.4", "16.0", "19.9", "24.0", "30", "60.5", "<10", "<18", "<24", ">42"])


@st.composite
def histories(draw: Any) -> History:
    """Adam with a few of everything, some of it still to come."""
    labs = []
    for number, (back, text) in enumerate(draw(st.lists(st.tuples(ago, texts), max_size=4))):
        precision = draw(
            st.sampled_from([Precision.MINUTE, Precision.MINUTE, Precision.DAY, Precision.MONTH, Precision.UNKNOWN])
        )
        method = draw(st.sampled_from(["lcmsms", "immunoassay", "unknown"]))
        labs.append(lab(text, day(back), key=f"e{number}", method=method, precision=precision))
        if draw(st.booleans()):
            labs.append(total_testosterone(draw(st.sampled_from(["150", "250", "600", "1200"])), day(back), key=f"t{number}"))
    rows = []
    for number, (back, length) in enumerate(draw(st.lists(st.tuples(ago, st.sampled_from([None, 5, 40, 200])), max_size=4))):
        make = draw(st.sampled_from([anastrozole, cypionate]))
        ends = None if length is None else day(back - length)
        origin = draw(st.sampled_from(list(Origin)))
        rows.append(make(day(back), ends, dose=draw(st.sampled_from(["0.5", "1"])), origin=origin, key=f"r{number}"))
    doses = [dose("anastrozole", day(back), key=f"d{n}") for n, back in enumerate(draw(st.lists(ago, max_size=3)))]
    scans = [
        scan(day(back), site(bmd=bmd, t="-1.5", lsc=lsc), key=f"s{n}")
        for n, (back, bmd, lsc) in enumerate(
            draw(
                st.lists(
                    st.tuples(ago, st.sampled_from(["0.9", "1.0"]), st.sampled_from([None, "0.03"])),
                    max_size=3,
                    unique_by=lambda x: x[0],
                )
            )
        )
    ]
    fractures = [fracture(day(back), key=f"f{n}") for n, back in enumerate(draw(st.lists(ago, max_size=1)))]
    factors = [RiskFactorRecord(f"k{n}", f"c{n}", day(back), None) for n, back in enumerate(draw(st.lists(ago, max_size=2)))]
    uses = [
        use(drug, since, until, key=f"u{n}")
        for n, (drug, since, until) in enumerate(draw(st.lists(st.tuples(DRUGS, *SINCE_AND_UNTIL), max_size=2)))
    ]
    felt = [
        SymptomRecord(f"y{n}", code, score, moment(day(back), precision=Precision.DAY))
        for n, (code, score, back) in enumerate(draw(st.lists(st.tuples(SYMPTOMS, st.integers(0, 10), ago), max_size=3)))
    ]
    floor = draw(st.one_of(st.just(()), st.builds(lambda n: (FloorOverride(Decimal(22), "Dr. Bell", "", day(n)),), ago)))
    more = {"risk_factors": factors, "floors": floor, "uses": uses, "symptoms": felt}
    return man(labs=labs, regimens=rows, doses=doses, scans=scans, fractures=fractures, **more)


@given(histories(), st.randoms())
@settings(max_examples=60)
def test_the_order_of_rows_has_no_say(history: History, chance: Any) -> None:
    def mixed(rows: tuple[Any, ...]) -> tuple[Any, ...]:
        shuffled = list(rows)
        chance.shuffle(shuffled)
        return tuple(shuffled)

    names = ("labs", "regimens", "doses", "scans", "fractures", "risk_factors", "uses", "symptoms")
    other = replace(history, **{name: mixed(getattr(history, name)) for name in names})
    one, two = evaluate(history, RULEBOOK, NOW), evaluate(other, RULEBOOK, NOW)
    assert one.as_dict() == two.as_dict()
    assert one.due == two.due


def test_a_log_within_a_use_tells_the_dose_today_as_in_two_weeks() -> None:
    """Found by the law below: whether the dose was missing hung on how old the log had become."""
    used = use("anastrozole", day(800), None, key="u")
    logged = [dose("anastrozole", day(ago), key=f"d{ago}") for ago in (14, 0)]
    said = [evaluate(man(doses=logged, uses=[used]), RULEBOOK, NOW + timedelta(days=later)) for later in (0, 15)]
    assert ["ai_dose" in {one.code for one in each.missing} for each in said] == [False, False]
    unlogged = evaluate(man(uses=[used]), RULEBOOK, NOW)
    assert "ai_dose" in {one.code for one in unlogged.missing}


@given(histories(), st.floats(0, 1))
@settings(max_examples=120)
def test_until_the_next_change_time_alone_changes_nothing(history: History, share: float) -> None:
    now = evaluate(history, RULEBOOK, NOW)
    end = now.next_change_at or NOW + timedelta(days=4000)
    assert end > NOW
    later = NOW + (end - timedelta(seconds=1) - NOW) * share
    assert evaluate(history, RULEBOOK, later).outcome_digest == now.outcome_digest


@given(histories())
@settings(max_examples=30)
def test_walking_from_change_to_change_always_comes_to_an_end(history: History) -> None:
    at = NOW
    for _ in range(80):
        following = evaluate(history, RULEBOOK, at).next_change_at
        if following is None:
            return
        assert following > at
        at = following
    raise AssertionError("there is always another change")


@given(histories())
@settings(max_examples=60)
def test_an_evaluation_reads_back_as_json(history: History) -> None:
    said = evaluate(history, RULEBOOK, NOW).as_dict()
    assert json.loads(json.dumps(said)) == said


@given(histories())
@settings(max_examples=60)
def test_only_what_is_current_is_ever_said_to_be_below_or_not_below(history: History) -> None:
    said = evaluate(history, RULEBOOK, NOW)
    if said.word in ("below", "not below"):
        assert said.verdict.state == "current"
        assert said.verdict.tier is not Tier.INDETERMINATE


@given(histories())
@settings(max_examples=60)
def test_due_items_have_one_identity_each_and_an_ordered_window(history: History) -> None:
    due = evaluate(history, RULEBOOK, NOW).due
    assert len({(item.kind, item.anchor) for item in due}) == len(due)
    assert all(item.opens_on <= item.due_on <= item.overdue_on for item in due)
    assert sum(item.is_open and item.reason in ("recheck", "routine", "repeat") for item in due) <= 1


@given(histories(), st.integers(1, 900))
@settings(max_examples=60)
def test_a_change_of_dose_never_turns_missing_into_fine(history: History, back: int) -> None:
    """One more fact about what he takes can take the verdict away, never give one.

    It is of a drug that nothing else tells of: a record of the same one may say that what seemed to stop went on.
    """
    before = evaluate(history, RULEBOOK, NOW)
    more = replace(history, regimens=(*history.regimens, regimen("testosterone_enanthate", day(back), key="more", dose="33")))
    after = evaluate(more, RULEBOOK, NOW)
    if before.word == "no current data":
        assert after.word == "no current data"


@given(histories())
@settings(max_examples=60)
def test_forgetting_a_result_never_makes_a_low_one_fine_by_an_older_one(history: History) -> None:
    """The tier is that of the latest result alone: removing every other one changes nothing about it."""
    said = evaluate(history, RULEBOOK, NOW)
    if said.reading is None:
        return
    alone = replace(history, labs=tuple(row for row in history.labs if row.key == said.verdict.reading))
    assert evaluate(alone, RULEBOOK, NOW).verdict.tier == said.verdict.tier


def full() -> History:
    return man(
        labs=[*pair("15.4", day(5), "150", key="e"), lab("25", day(5), analyte="crp", unit="mg/L")],
        regimens=[anastrozole(day(800), key="ai"), cypionate(day(900), key="t")],
        doses=[dose("anastrozole", day(6))],
        scans=[scan(day(790), site(t="-2.6"), key="s")],
    )


def test_the_stored_form_explains_itself_years_later() -> None:
    said = with_rules(evaluate(full(), RULEBOOK, NOW).as_dict(), content_of(RULEBOOK))
    assert said["rulebook"]["version"] == RULEBOOK.version
    result = said["result"]
    assert result["lab"]["reported"]["value"] == {"comparator": "", "digits": "15.4", "unit": "pg/mL"}
    assert result["lab"]["reported"]["assay"] == {"method": "lcmsms", "evidence": "lab_message"}
    assert result["thresholds"] == {
        "unit": "pg/mL",
        "critical": "10.0",
        "critical_operator": "<",
        "floor": "16.0",
        "borderline_end": "20.0",
        "upper": "42.0",
        "upper_from": "rulebook",
        "high_review": "60.0",
    }
    assert result["floor"]["whose"] == f"rulebook {RULEBOOK.version}"
    cited = {rule["id"]: rule for rule in said["rules"]}
    assert any("Mellstrom" in source for source in cited["estradiol.mass_spectrometry"]["sources"])
    assert cited["estradiol.mass_spectrometry"]["contrary"]
    assert "no clinician yet" in cited["estradiol.mass_spectrometry"]["checked_by"]
    assert {item["code"] for item in said["missing"]} >= {"hematocrit"}
    assert {"e", "ai", "t", "s"} <= set(said["inputs"])
    assert said["context"]["at_draw"]["hours_since_ai"] == "25.0"
    assert any("No body has validated" in line for line in said["standing"])
    assert any("no clinician" in line.lower() for line in said["standing"])
    assert said["priority"] == "P0"


def test_thresholds_are_stored_as_they_were_converted() -> None:
    thresholds = evaluate(man(labs=[lab("73.4", day(5), unit="pmol/L")]), RULEBOOK, NOW).as_dict()["result"]["thresholds"]
    assert (thresholds["unit"], thresholds["floor"], thresholds["borderline_end"]) == ("pmol/L", "58.7", "73.4")


def test_the_input_digest_follows_the_content() -> None:
    one, other = full(), replace(full(), doses=(dose("anastrozole", day(6), "0.25", key="corrected"),))
    assert evaluate(one, RULEBOOK, NOW).input_digest == evaluate(full(), RULEBOOK, NOW + DAY).input_digest
    assert evaluate(one, RULEBOOK, NOW).input_digest != evaluate(other, RULEBOOK, NOW).input_digest


def test_the_outcome_digest_does_not_follow_the_clock_but_the_rules() -> None:
    one = evaluate(full(), RULEBOOK, NOW)
    assert evaluate(full(), RULEBOOK, NOW + timedelta(hours=1)).outcome_digest == one.outcome_digest
    assert evaluate(full(), replace(RULEBOOK, digest="another"), NOW).outcome_digest != one.outcome_digest


def test_what_is_missing_is_named() -> None:
    undated = fracture(day(30), precision=Precision.UNKNOWN)
    two = [scan(day(700), site(t="-1"), device=""), scan(day(100), site(), device="")]
    said = evaluate(
        man(labs=[lab("<24", day(5), method="unknown", precision=Precision.DAY)], scans=two, fractures=[undated]), RULEBOOK, NOW
    )
    assert [item.code for item in said.missing] == [
        "estradiol_readable",
        "testosterone_with_estradiol",
        "assay",
        "draw_time",
        "dexa_scores",
        "dexa_comparable",
        "fracture_date",
    ]


def test_a_log_of_an_ai_that_ends_makes_a_low_no_less_urgent_and_is_named_as_missing() -> None:
    doses = [dose("anastrozole", day(200 - 3 * number)) for number in range(50)]
    for text, priority in (("8.0", "P0"), ("12.0", "P1")):
        said = evaluate(man(labs=pair(text, day(60)), regimens=[cypionate(day(900))], doses=doses), RULEBOOK, NOW)
        assert said.context.now.ai == ()
        assert [(f.code, f.priority) for f in said.findings if f.lane == "low_e2"] == [("e2_low_off_ai", priority)]
        assert "ai_in_force" in {item.code for item in said.missing}
    stopped = [cypionate(day(900)), anastrozole(day(210), day(53))]
    said = evaluate(man(labs=pair("8.0", day(60)), regimens=stopped, doses=doses), RULEBOOK, NOW)
    assert said.priority == "P3"
    assert "ai_in_force" not in {item.code for item in said.missing}


def test_a_log_of_testosterone_that_ends_leaves_it_missing_beside_an_ai() -> None:
    log = [dose("testosterone_cypionate", day(200), "80")]
    for rows, missing in (((anastrozole(day(800)),), True), ((anastrozole(day(800)), cypionate(day(190), day(3))), False)):
        said = evaluate(man(regimens=rows, doses=log), RULEBOOK, NOW)
        assert ("testosterone_regimen" in {item.code for item in said.missing}) is missing


def test_a_low_result_of_unknown_date_is_said_to_be_low() -> None:
    said = evaluate(man(labs=[lab("12", TODAY, precision=Precision.UNKNOWN)]), RULEBOOK, NOW)
    assert said.headline == "No current estradiol. Last 12 pg/mL, below the floor, drawn on a date that is not known."
    assert "The day it was drawn is not known, so it does not speak for today." in said.for_man.comparison


def test_a_man_about_whom_nothing_is_known_evaluates() -> None:
    said = evaluate(man(), RULEBOOK, NOW)
    assert (said.findings, said.due, said.next_change_at, said.priority) == ((), (), None, None)
    assert [item.code for item in said.missing] == ["estradiol"]
    assert said.reasons == ()


def test_a_statistical_row_evaluates_by_its_tier() -> None:
    """One draw of unknown date, no regimen, no birth date: what a survey gives."""
    labs = [
        lab("<2.994", day(4000), precision=Precision.UNKNOWN, evidence="source_documented", key="e"),
        total_testosterone("<0.75", day(4000), precision=Precision.UNKNOWN, key="t"),
    ]
    said = evaluate(History(replace(man().person, birth_date=None), labs=tuple(labs)), RULEBOOK, NOW)
    assert (said.verdict.tier, said.verdict.state, said.next_change_at) == ("critical", "stale", None)
    assert "e2_below_floor_and_low_t" in {finding.code for finding in said.findings}


def test_the_fiftieth_birthday_is_a_change_where_there_are_scans() -> None:
    person = replace(man().person, birth_date=TODAY.replace(year=TODAY.year - 50) + timedelta(days=20))
    said: Evaluation = evaluate(man(person=person, scans=[scan(day(10), site(z="-1.0"))]), RULEBOOK, NOW)
    assert said.next_change_at == datetime(2026, 11, 22, 5, tzinfo=UTC)


def test_a_floor_of_his_own_says_whose_it_is_until_it_expires() -> None:
    floor = FloorOverride(Decimal(24), "Dr. Bell", "two fractures", TODAY)
    said = evaluate(man(labs=[lab("22.0", day(5))], floors=[floor]), RULEBOOK, NOW)
    assert said.verdict.tier == "below_floor"
    assert any("set by Dr. Bell: two fractures" in line for line in said.reasons)
    assert said.next_change_at == datetime(2026, 11, 3, 5, tzinfo=UTC)
    assert evaluate(man(labs=[lab("22.0", day(5))], floors=[floor]), RULEBOOK, NOW + DAY).verdict.tier == "in_range"
