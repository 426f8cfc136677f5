"""PSA: one result asks for a second, two are for a urologist."""

from __future__ import annotations

from typing import Any

import pytest

from tests.tracking.domain.build import NOW, cypionate, day, lab, man, regimen
from tracking.domain.evaluate import Finding, evaluate
from tracking.domain.reported import Precision
from tracking.evidence import load_rulebook

RULEBOOK = load_rulebook()
ON_T = [cypionate(day(190))]


def psa(text: str, ago: int, **more: Any) -> Any:
    return lab(text, day(ago), analyte="psa", unit="ng/mL", key=f"{text}@{ago}", **more)


def finding(*labs: Any, **rows: Any) -> Finding | None:
    found = [f for f in evaluate(man(labs=labs, **rows), RULEBOOK, NOW).findings if f.family == "psa"]
    assert len(found) <= 1
    return found[0] if found else None


@pytest.mark.parametrize(
    ("labs", "code"),
    [
        ([psa("4.0", 60), psa("4.0", 10)], None),
        ([psa("4.1", 10)], "psa_unconfirmed"),
        ([psa("4.1", 24), psa("4.1", 10)], "psa_confirmed"),
        ([psa("4.1", 23), psa("4.1", 10)], "psa_unconfirmed"),
        ([psa("4.1", 60), psa("4.1", 12), psa("4.1", 10)], "psa_confirmed"),
        ([psa("4.1", 60), psa("3.9", 30), psa("4.1", 10)], "psa_unconfirmed"),
        ([psa("4.1", 60), psa("4.1", 30), psa("3.9", 10)], None),
        ([psa("4.1", 376), psa("4.1", 10)], "psa_unconfirmed"),
        ([psa(">4.0", 60), psa("5.0", 10)], "psa_confirmed"),
        ([psa("<5.0", 60), psa("5.0", 10)], "psa_unconfirmed"),
        ([psa("4.1", 60, precision=Precision.UNKNOWN), psa("5.0", 10)], "psa_unconfirmed"),
        ([psa("4.1", 60, precision=Precision.MONTH), psa("5.0", 10)], "psa_unconfirmed"),
        ([psa("5.0", 10, precision=Precision.UNKNOWN)], "psa_unconfirmed"),
    ],
)
def test_above_the_limit(labs: list[Any], code: str | None) -> None:
    found = finding(*labs)
    assert (found.code if found else None) == code


def test_how_urgent_and_in_which_words() -> None:
    confirmed = finding(psa("4.5", 60), psa("4.6", 10))
    assert confirmed is not None
    assert (confirmed.priority, confirmed.inputs) == ("P2", ("4.6@10", "4.5@60"))
    assert confirmed.prescriber == (
        "PSA 4.6 ng/mL on 23 Oct: above 4.0 ng/mL, confirmed by 4.5 ng/mL on 3 Sep. For a urologist."
    )
    single = finding(psa("4.6", 10))
    assert single is not None
    assert single.priority == "P4"
    assert single.prescriber == "PSA 4.6 ng/mL on 23 Oct: above 4.0 ng/mL. One result: repeat it."


class TestRiseInTheFirstYearOfTestosterone:
    def test_confirmed_over_the_last_one_before_it(self) -> None:
        found = finding(psa("1.0", 200), psa("2.5", 60), psa("2.6", 10), regimens=ON_T)
        assert found is not None
        assert (found.code, found.params["why"]) == ("psa_confirmed", "rise")
        assert "a rise of more than 1.4 ng/mL over 1.0 ng/mL on 16 Apr" in found.prescriber
        assert found.inputs == ("2.6@10", "2.5@60", "1.0@200")

    @pytest.mark.parametrize(
        ("labs", "code"),
        [
            ([psa("1.0", 200), psa("2.4", 60), psa("2.4", 10)], None),
            ([psa("1.0", 200), psa("2.5", 10)], "psa_unconfirmed"),
            ([psa("1.0", 190), psa("2.5", 60), psa("2.5", 10)], "psa_confirmed"),  # drawn before the first dose of that day
            ([psa("1.0", 189), psa("2.5", 60), psa("2.5", 10)], None),
            ([psa("1.0", 600), psa("2.5", 60), psa("2.5", 10)], None),
            ([psa("<1.0", 200), psa("2.5", 60), psa("2.5", 10)], None),
            ([psa("1.0", 200), psa("2.5", 60), psa("2.3", 10)], None),
        ],
    )
    def test_which_rises_count(self, labs: list[Any], code: str | None) -> None:
        found = finding(*labs, regimens=ON_T)
        assert (found.code if found else None) == code

    def test_a_later_rise_is_none_of_the_first_year(self) -> None:
        old = [cypionate(day(600))]
        assert finding(psa("1.0", 610), psa("2.6", 60), psa("2.6", 10), regimens=old) is None

    def test_one_of_the_first_year_stands_until_a_later_value_takes_it_back(self) -> None:
        old = [cypionate(day(600))]
        risen = [psa("1.0", 610), psa("2.6", 400), psa("2.6", 300)]
        assert finding(*risen, regimens=old) is not None
        assert finding(*risen, psa("2.2", 10), regimens=old) is None
        assert finding(*risen, psa("2.9", 10), regimens=old) is not None

    def test_without_testosterone_there_is_no_rise(self) -> None:
        assert finding(psa("1.0", 200), psa("2.5", 60), psa("2.5", 10)) is None


@pytest.mark.parametrize(("drug", "there"), [("finasteride", True), ("dutasteride", True), ("prednisone", False)])
def test_a_5_ari_at_the_draw_is_noted(drug: str, there: bool) -> None:
    found = finding(psa("4.6", 10), regimens=[regimen(drug, day(100), day(5))])
    assert found is not None
    assert ("psa_five_ari" in found.note_codes) is there


def test_a_5_ari_begun_after_the_draw_is_not() -> None:
    found = finding(psa("4.6", 10), regimens=[regimen("finasteride", day(10))])
    assert found is not None
    assert found.note_codes == ()
