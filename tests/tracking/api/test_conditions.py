"""What two apps of one man see of each other: nothing is overwritten unseen, and what has not changed is not sent again."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from tests.conftest import NOW
from tests.tracking.api.contract import ESTRADIOL
from tracking.models import LabResult
from tracking.services.access import Actor, acting_as


@pytest.fixture
def db(committed):
    """A revision rises once per transaction, so each request has its own."""


def version_of(answer):
    return answer.headers["ETag"]


def test_the_second_of_two_corrections_is_told_that_it_has_not_seen_the_first(by_adam):
    seen = version_of(by_adam.lab(client_id="mine"))
    assert version_of(by_adam.send("GET", "/labs/mine")) == seen

    def correct(value, **headers):
        return by_adam.send("PUT", "/labs/mine", ESTRADIOL | {"value": value}, headers=headers)

    missing = by_adam.generic("PUT", "/api/v1/labs/mine", data=json.dumps(ESTRADIOL), content_type="application/json")
    assert (missing.status_code, missing.json()["type"]) == (428, "/problems/precondition-required")
    assert missing.json()["errors"][0] == {
        "pointer": "If-Match:",
        "code": "if-match-missing",
        "detail": "Say which version you have seen: send its ETag as If-Match, or * where any will do.",
    }
    first = correct("25.0", **{"If-Match": seen})
    assert first.status_code == 200
    late = correct("26.0", **{"If-Match": seen})
    assert (late.status_code, late.json()["type"]) == (412, "/problems/precondition")
    assert by_adam.send("GET", "/labs/mine").json()["value"] == "25.0"
    assert correct("26.0", **{"If-Match": f'"0", {version_of(first)}'}).status_code == 200
    weak = by_adam.send("DELETE", "/labs/mine", headers={"If-Match": f"W/{version_of(by_adam.send('GET', '/labs/mine'))}"})
    assert weak.status_code == 412  # what may differ in its bytes proves nothing
    assert by_adam.send("DELETE", "/labs/mine", headers={"If-Match": "*"}).status_code == 204


def test_what_has_not_changed_is_not_sent_again(by_adam, monkeypatch):
    row = version_of(by_adam.lab(client_id="mine"))
    seen = version_of(by_adam.send("GET", "/labs"))
    for sent in (seen, f"W/{seen}", f'"0", {seen}', "*"):
        answer = by_adam.send("GET", "/labs", headers={"If-None-Match": sent})
        assert (answer.status_code, answer.content) == (304, b""), sent
    assert by_adam.send("GET", "/labs", headers={"If-None-Match": '"0"'}).status_code == 200
    # A row's tag says which version was seen, for a change. What stands beside the row (his unit, the day) it does not know.
    assert by_adam.send("GET", "/labs/mine", headers={"If-None-Match": row}).status_code == 200
    by_adam.lab(value="25.0", collected_at="2026-10-02")
    assert by_adam.send("GET", "/labs", headers={"If-None-Match": seen}).status_code == 200
    monkeypatch.setattr("tracking.clock.now", lambda: NOW + timedelta(days=1))
    assert by_adam.send("GET", "/labs", headers={"If-None-Match": version_of(by_adam.send("GET", "/labs"))}).status_code == 304


def test_only_rows_that_a_later_revision_touched_come_with_since(by_adam):
    first = by_adam.lab(client_id="first").json()["lab"]["revision"]
    by_adam.lab(client_id="second", value="25.0", collected_at="2026-10-02")
    by_adam.send("DELETE", "/labs/first", {"reason": "typed twice"})

    def ids(query):
        rows = by_adam.send("GET", f"/labs?{query}").json()["results"]
        return [(row["id"], row["status"]) for row in rows]

    assert ids(f"since={first}") == [("second", "standing")]
    assert ids(f"since={first}&status=all") == [("second", "standing"), ("first", "withdrawn")]
    assert ids("since=999999999999999999") == []
    for wrong in ("-1", "1.0", "x", "9" * 19):
        assert by_adam.send("GET", f"/labs?since={wrong}").status_code == 422, wrong


def test_results_are_filtered_by_how_they_stand_by_analyte_and_by_day(by_adam):
    by_adam.lab(client_id="mine")
    by_adam.send("PUT", "/labs/mine", ESTRADIOL | {"value": "25.0"})
    by_adam.lab(client_id="other", analyte="shbg", value="30", unit="nmol/L", collected_at="2026-10-09")

    def seen(query):
        return [(row["value"], row["status"]) for row in by_adam.send("GET", f"/labs?{query}").json()["results"]]

    assert seen("analyte=estradiol") == [("25.0", "standing")]
    assert seen("analyte=estradiol&status=superseded") == [("24.0", "superseded")]
    assert seen("status=withdrawn") == []
    assert seen("from=2026-10-02&to=2026-10-09") == [("30", "standing")]
    assert by_adam.send("GET", "/labs?status=gone").status_code == 422


def test_a_reader_gets_the_members_that_he_asks_for(by_adam):
    by_adam.lab(client_id="mine")
    assert by_adam.send("GET", "/labs?fields=id,value").json()["results"] == [{"id": "mine", "value": "24.0"}]
    assert by_adam.send("GET", "/labs/mine?fields=unit").json() == {"unit": "pg/mL"}
    refused = by_adam.send("GET", "/labs?fields=id,colour,")
    assert refused.status_code == 422
    assert [issue["code"] for issue in refused.json()["errors"]] == ["member-unknown", "member-unknown"]
    assert "'colour'" in refused.json()["detail"]


def test_he_reads_each_analyte_in_his_unit_beside_the_reported_one(by_adam):
    """Exact factors, rounded for the eye alone; what was reported is always there, digit for digit."""
    changed = by_adam.send("PATCH", "/profile", {"display_units": {"estradiol": "pmol/l", "shbg": "nmol/L"}})
    assert changed.json()["display_units"] == {"estradiol": "pmol/L", "shbg": "nmol/L"}
    cases = {"24.0": "88.1", "<5": "<18.4", "5.10": "18.7", "123": "452", "24.05": "88.30", "0.5": "1.84"}
    for number, (value, shown) in enumerate(cases.items()):
        sent = {"client_id": f"e{number}", "collected_at": f"2026-10-0{number + 1}", "confirmed_reason": "read twice"}
        lab = by_adam.lab(value=value, **sent).json()["lab"]
        assert (lab["value"], lab["unit"]) == (value, "pg/mL")
        assert (lab["display"]["value"], lab["display"]["unit"]) == (shown, "pmol/L")
    own = by_adam.lab(analyte="shbg", value="30.0", unit="nmol/L", client_id="s").json()["lab"]
    assert own["display"]["value"] == "30.0"
    plain = by_adam.lab(analyte="albumin", value="4.2", unit="g/dL", client_id="a").json()["lab"]
    assert plain["display"] is None
    by_adam.send("PATCH", "/profile", {"display_units": {}})
    assert by_adam.send("GET", "/labs/e0").json()["display"] is None


@pytest.mark.parametrize(
    ("sent", "pointer"),
    [
        ({"estradiol": "nmol"}, "/display_units/estradiol"),
        ({"estradiol": "[iU]/L"}, "/display_units/estradiol"),
        ({"colour": "pg/mL"}, "/display_units/colour"),
        ({"estradiol": 5}, "/display_units/estradiol"),
        ([], "/display_units"),
        ({f"a{number}": "pg/mL" for number in range(101)}, "/display_units"),
    ],
)
def test_a_unit_that_an_analyte_does_not_have_is_refused_by_name(by_adam, sent, pointer):
    refused = by_adam.send("PATCH", "/profile", {"display_units": sent})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == pointer
    with acting_as(Actor.system("test")):
        assert not LabResult.objects.exists()
    assert by_adam.send("GET", "/profile").json()["display_units"] == {}
