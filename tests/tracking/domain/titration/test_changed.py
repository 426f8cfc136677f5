"""What became of an evaluation that somebody looked at."""

from __future__ import annotations

from typing import Any

from tests.tracking.domain.build import NOW, anastrozole, cypionate, day, man, pair
from tracking.domain.evaluate import evaluate
from tracking.domain.titration.changed import what_changed
from tracking.evidence import load_rulebook

RULEBOOK = load_rulebook()
REGIMENS = (cypionate(day(400), key="t"), anastrozole(day(200), key="ai"))


def stored(*labs: Any, regimens: Any = REGIMENS) -> dict[str, Any]:
    return evaluate(man(labs=labs, regimens=regimens), RULEBOOK, NOW).as_dict()


def test_another_result_is_named_with_its_verdict_and_what_is_new() -> None:
    said = what_changed(stored(*pair("26.0", day(9))), stored(*pair("26.0", day(9)), *pair("12.0", day(2))), RULEBOOK)
    assert said[0] == "The verdict was 'not below (in range)' and is 'below (below floor)'."
    assert "26.0 pg/mL" in said[1]
    assert "12.0 pg/mL" in said[1]
    assert any(line.startswith("New: Estradiol 12.0 pg/mL on 31 Oct") for line in said)


def test_what_is_no_longer_found_is_named() -> None:
    said = what_changed(stored(*pair("12.0", day(2))), stored(*pair("26.0", day(1))), RULEBOOK)
    assert any(line.startswith("No longer found: Estradiol 12.0 pg/mL") for line in said)


def test_a_first_result_takes_the_place_of_none() -> None:
    said = what_changed(stored(), stored(*pair("26.0", day(2))), RULEBOOK)
    assert said[0] == "The verdict was 'no current data' and is 'not below (in range)'."
    assert said[1].startswith("The result that it rests on was none and is 26.0 pg/mL")


def test_other_rules_are_named_as_such() -> None:
    seen = stored(*pair("26.0", day(2)))
    other = {**seen, "rulebook": {"version": "2027.1+x", "digest": "x"}}
    assert what_changed(seen, other, RULEBOOK) == ("The rules have changed.",)


def test_it_is_never_silent() -> None:
    seen = stored(*pair("26.0", day(2)))
    assert what_changed(seen, seen, RULEBOOK) == ("Something else that it was made from has changed.",)
