from __future__ import annotations

import pytest

from tests.tracking.api.contract import issues

SUN = {"code": "sun", "value": "90.50", "unit": "min/week", "since": "2026-03-01"}


def test_a_measure_comes_back_digit_for_digit_and_a_later_day_takes_over(by_adam, by_bell, at_adam):
    first = by_adam.send("POST", "/lifestyle", SUN | {"client_id": "a"})
    assert (first.status_code, first.json()["value"], first.json()["unit"]) == (201, "90.50", "min/week")
    by_adam.send("POST", "/lifestyle", SUN | {"value": "30", "since": "2026-09-01"})
    by_bell.send(
        "POST", f"{at_adam}/lifestyle", {"code": "alcohol", "value": "4", "unit": "drinks/week", "since": "2026-08-01"}
    )

    def standing(on: str) -> list[tuple[str, str]]:
        rows = by_adam.send("GET", f"/lifestyle?on={on}").json()["results"]
        return sorted((row["code"], row["value"]) for row in rows)

    assert standing("2026-02-28") == []
    assert standing("2026-03-01") == [("sun", "90.50")]
    assert standing("2026-11-02") == [("alcohol", "4"), ("sun", "30")]
    assert len(by_adam.send("GET", "/lifestyle?code=sun").json()["results"]) == 2


def test_a_measure_is_corrected_and_withdrawn(by_adam):
    by_adam.send("POST", "/lifestyle", SUN | {"client_id": "a"})
    assert by_adam.send("PUT", "/lifestyle/a", SUN | {"value": "45"}).json()["value"] == "45"
    assert by_adam.send("DELETE", "/lifestyle/a", {"reason": "guessed"}).status_code == 204
    assert by_adam.send("GET", "/lifestyle").json()["results"] == []


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [
        ({"value": 90}, "/value"),
        ({"value": "<90"}, "/value"),
        ({"value": "9000"}, "/value"),
        ({"unit": "h/week"}, "/unit"),
        ({"unit": None}, "/unit"),
        ({"code": "steps"}, "/code"),
        ({"since": "2026-11-03"}, "/since"),
        ({"since": None}, "/since"),
        ({"until": "2026-11-01"}, "/until"),
    ],
)
def test_what_cannot_be_accepted_is_named(by_adam, changed, pointer):
    answer = by_adam.send("POST", "/lifestyle", SUN | changed)
    assert (answer.status_code, list(issues(answer))) == (422, [pointer])


def test_the_unit_of_a_measure_is_never_guessed(by_adam):
    answer = by_adam.send("POST", "/lifestyle", {name: said for name, said in SUN.items() if name != "unit"})
    assert (answer.status_code, list(issues(answer))) == (422, ["/unit"])
