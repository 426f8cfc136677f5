"""Values calculated from several results of one draw: marked, cited, and never from what cannot be joined."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tracking.domain.build import NOW, anastrozole, cypionate, day, lab, man, total_testosterone
from tracking.domain.derived import Derived, binding, binding_beside
from tracking.domain.evaluate import evaluate
from tracking.domain.reported import Precision
from tracking.evidence import load_rulebook

RULEBOOK = load_rulebook()
RULE = RULEBOOK.testosterone.binding
NMOL = st.decimals(min_value=Decimal("0.1"), max_value=Decimal(200), places=2)
ALBUMIN = st.decimals(min_value=Decimal(20), max_value=Decimal(60), places=1)


def derived(*labs: Any) -> dict[str, Derived]:
    return {value.code: value for value in evaluate(man(labs=labs), RULEBOOK, NOW).derived}


def shbg(text: str, on: Any, **more: Any) -> Any:
    return lab(text, on, analyte="shbg", unit="nmol/L", **more)


def albumin(text: str, on: Any, unit: str = "g/dL", **more: Any) -> Any:
    return lab(text, on, analyte="albumin", unit=unit, **more)


def calcium(text: str, on: Any, unit: str = "mg/dL", **more: Any) -> Any:
    return lab(text, on, analyte="calcium", unit=unit, **more)


@given(NMOL, NMOL, ALBUMIN)
def test_the_parts_make_up_the_whole(total: Decimal, sites: Decimal, grams: Decimal) -> None:
    """What is free, on albumin and on SHBG adds up to the total, by the law of mass action itself."""
    bound = binding(total, sites, grams, RULE)
    affinity = RULE.shbg_affinity * Decimal("1e-9")
    on_shbg = sites * affinity * bound.free / (1 + affinity * bound.free)
    assert abs(bound.bioavailable + on_shbg - total) < Decimal("1e-12")
    assert 0 < bound.free < bound.bioavailable <= total


@given(NMOL, NMOL, NMOL, ALBUMIN)
def test_more_shbg_leaves_less_free(total: Decimal, sites: Decimal, more: Decimal, grams: Decimal) -> None:
    assert binding(total, sites + more, grams, RULE).free < binding(total, sites, grams, RULE).free
    rule = RULEBOOK.testosterone.binding_estradiol
    assert binding_beside(total, sites + more, grams, rule).free < binding_beside(total, sites, grams, rule).free


def test_without_an_albumin_one_is_assumed_and_said_to_be() -> None:
    found = derived(total_testosterone("500", day(5), key="t"), shbg("40", day(5), key="shbg"))
    free = found["testosterone_free"]
    assert (str(free.value), free.assumed, free.inputs) == ("93.2 pg/mL", "albumin 43 g/L", ("t", "shbg"))
    assert free.words == (
        "Free testosterone 93.2 pg/mL (28 Oct 2026): calculated from total testosterone, SHBG and albumin, not measured. "
        "No albumin was drawn: albumin 43 g/L is assumed."
    )


def test_an_albumin_of_the_draw_is_used_and_nothing_assumed() -> None:
    found = derived(total_testosterone("500", day(5)), shbg("40", day(5)), albumin("3.3", day(5), key="albumin"))
    assert found["testosterone_free"].assumed == ""
    assert "albumin" in found["testosterone_free"].inputs
    assert found["testosterone_free"].value.number > Decimal("93.2")


def test_units_are_converted_exactly_and_late() -> None:
    in_mass = derived(total_testosterone("500", day(5)), shbg("40", day(5)))
    in_moles = derived(total_testosterone("17.335", day(5), unit="nmol/L"), shbg("40", day(5)))
    assert [str(value.value) for value in in_mass.values()] == [str(value.value) for value in in_moles.values()]


@pytest.mark.parametrize(
    "labs",
    [
        (total_testosterone("500", day(5)), shbg("40", day(6))),
        (total_testosterone(">500", day(5)), shbg("40", day(5))),
        (total_testosterone("500", day(5)), shbg("<40", day(5))),
        (
            total_testosterone("500", day(5), precision=Precision.UNKNOWN),
            shbg("40", day(5), precision=Precision.UNKNOWN),
        ),
        (
            total_testosterone("500", day(5), at="08:00"),
            shbg("40", day(5), at="09:00", key="one"),
            shbg("60", day(5), at="10:00", key="two"),
        ),
    ],
    ids=["another day", "a censored testosterone", "a censored SHBG", "dates not known", "two SHBG of one day"],
)
def test_what_is_not_of_one_readable_draw_is_not_joined(labs: tuple[Any, ...]) -> None:
    assert derived(*labs) == {}


def test_of_two_on_one_day_that_of_the_same_moment_is_meant() -> None:
    labs = (total_testosterone("500", day(5)), shbg("40", day(5), key="same"), shbg("60", day(5), at="16:00", key="later"))
    assert "same" in derived(*labs)["testosterone_free"].inputs


def test_an_estradiol_that_cannot_be_read_is_not_divided() -> None:
    labs = (total_testosterone("500", day(5)), shbg("40", day(5)))
    assert "estradiol_free" in derived(*labs, lab("27.2", day(5)))
    # Reported too coarsely to be placed.
    assert "estradiol_free" not in derived(*labs, lab("0.07", day(5), unit="nmol/L", method="immunoassay"))


def test_a_bioavailable_estradiol_never_clears_a_low_one() -> None:
    low = [lab("12.0", day(5)), total_testosterone("600", day(5))]
    on_ai = [anastrozole(day(800)), cypionate(day(900))]
    without = evaluate(man(labs=low, regimens=on_ai), RULEBOOK, NOW)
    with_it = evaluate(man(labs=[*low, shbg("5", day(5))], regimens=on_ai), RULEBOOK, NOW)
    assert [f.code for f in with_it.findings] == [f.code for f in without.findings]
    assert with_it.verdict == without.verdict
    assert with_it.outcome_digest != without.outcome_digest  # a reader sees more
    assert {"testosterone.binding", "testosterone.binding_estradiol"} <= set(with_it.rules)


def test_the_latest_calcium_that_has_an_albumin_is_corrected() -> None:
    labs = (calcium("8.0", day(30)), albumin("30", day(30), "g/L"), calcium("9.0", day(5)))
    corrected = derived(*labs)["calcium_corrected"]
    assert (str(corrected.value), corrected.on) == ("8.8 mg/dL", day(30))


def test_the_digits_of_the_report_are_kept() -> None:
    assert str(derived(calcium("2.00", day(5), "mmol/L"), albumin("3.0", day(5)))["calcium_corrected"].value) == "2.20 mmol/L"


def test_an_order_of_rows_has_no_say() -> None:
    labs = [total_testosterone("500", day(5)), shbg("40", day(5)), albumin("4.1", day(5)), calcium("9.0", day(5))]
    assert derived(*labs) == derived(*reversed(labs))


def test_a_derived_value_is_written_whole() -> None:
    said = evaluate(man(labs=[calcium("8.0", day(5), key="ca"), albumin("3.0", day(5), key="alb")]), RULEBOOK, NOW).as_dict()
    (value,) = said["derived"]
    assert value["value"] == {"comparator": "", "digits": "8.8", "unit": "mg/dL"}
    assert value["inputs"] == ["ca", "alb"]
    assert {"ca", "alb"} <= set(said["inputs"])


def test_a_calcium_known_to_the_month_is_not_corrected() -> None:
    month = replace(calcium("8.0", day(1), precision=Precision.MONTH), key="ca")
    assert derived(month, albumin("3.0", day(1), precision=Precision.MONTH)) == {}
