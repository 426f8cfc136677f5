from __future__ import annotations

import json
from datetime import timedelta

import pytest

from tests.conftest import NOW
from tests.tracking.api.contract import issues
from tests.tracking.api.test_regimens import ANASTROZOLE
from tracking.models import Evaluation


def test_the_current_evaluation_has_its_whole_basis(by_bell, at_adam):
    by_bell.lab(f"{at_adam}/labs", value="9.0")
    current = by_bell.send("GET", f"{at_adam}/evaluations/current")
    assert current.json()["basis"]["headline"] == current.json()["words"][0]
    assert current.json()["basis"]["rules"]
    assert by_bell.send("GET", f"{at_adam}/evaluations/{current.json()['uid']}").json() == current.json()
    assert current.headers["ETag"] == f'"{current.json()["revision"]}"'


def test_old_evaluations_stay(by_adam):
    by_adam.lab(value="9.0", client_id="a")
    low = by_adam.send("GET", "/evaluations/current").json()
    by_adam.send("DELETE", "/labs/a")
    rows = by_adam.send("GET", "/evaluations").json()["results"]
    assert len(rows) == 3
    assert low["uid"] in {row["uid"] for row in rows}
    assert by_adam.send("GET", f"/evaluations/{low['uid']}").json()["word"] == "below"


def test_he_reads_his_own_words_and_never_critical(by_adam):
    by_adam.lab(value="9.0")
    current = by_adam.send("GET", "/evaluations/current").json()
    short = by_adam.send("GET", "/evaluations").json()["results"]
    assert "It is very low: below 10.0 pg/mL." in current["words"]
    assert any("No clinic is connected" in sentence for sentence in current["words"])
    assert current["words"][-1].endswith("seek care now.")
    assert current["basis"] is None
    assert "critical" not in json.dumps([current, short])


def test_an_evaluation_explains_itself_to_staff_with_rules_and_to_him_with_facts(by_adam, by_bell, at_adam):
    by_bell.lab(f"{at_adam}/labs", value="9.0")
    whole = by_bell.send("GET", f"{at_adam}/evaluations/current").json()
    staff = {section["code"]: section["lines"] for section in whole["explanation"]}
    assert staff["floor"][0].startswith("Floor ")
    assert any(line.startswith("Not read in a source: ") for line in staff["unverified"])
    assert all(any(line.startswith(f"{rule['id']} (") for line in staff["rules"]) for rule in whole["basis"]["rules"])
    his = {section["code"]: section["lines"] for section in by_adam.send("GET", "/evaluations/current").json()["explanation"]}
    assert "9.0 pg/mL" in his["result"][0]
    assert "rules" not in his


def test_an_evaluation_that_holds_the_texts_of_its_rules_itself_still_reads(by_adam, by_bell, at_adam, adam, as_system):
    """As they were stored before rulebooks were: with everything in the basis, and no sentences for the man."""
    by_bell.lab(f"{at_adam}/labs", value="9.0")
    whole = by_bell.send("GET", f"{at_adam}/evaluations/current").json()["basis"]
    del whole["for_man"]
    with as_system():
        old = Evaluation.objects.create(
            patient=adam,
            as_of=NOW,
            rulebook_version=whole["rulebook"]["version"],
            word="below",
            state="current",
            basis=whole,
            input_digest=whole["input_digest"],
            outcome_digest=whole["outcome_digest"],
        )
    assert by_bell.send("GET", f"{at_adam}/evaluations/{old.uid}").json()["basis"] == whole
    his = by_adam.send("GET", f"/evaluations/{old.uid}").json()
    assert "9.0 pg/mL" in his["explanation"][0]["lines"][0]
    assert his["words"][-1].endswith("seek care now.")


def test_what_a_prescriber_has_yet_to_release_the_man_does_not_read(by_adam, by_bell, at_adam, settings):
    settings.FINDINGS_RELEASE = "reviewed"
    by_bell.send("POST", f"{at_adam}/regimens", ANASTROZOLE)
    answer = by_adam.lab(value="9.0").json()
    assert answer["result"] is None
    assert (answer["current"]["word"], answer["current"]["tier"]) == (None, None)
    assert "Your estradiol on 1 Oct: 9.0 pg/mL." in answer["current"]["words"]
    assert "What this result means waits for your clinic, which looks at it first." in answer["current"]["words"]
    current = by_adam.send("GET", "/evaluations/current").json()
    assert (current["basis"], current["best_tier"]) == (None, None)
    assert [section["code"] for section in current["explanation"]] == ["result", "drawn", "taken"]
    assert by_adam.send("GET", "/evaluations").json()["results"][0]["word"] is None
    assert by_bell.send("GET", f"{at_adam}/evaluations/current").json()["word"] == "below"


WAITS = "What this result means waits for your clinic, which looks at it first."
NOT_REVIEWED = "Nobody has looked yet at what this result means for you. A prescriber can tell you."


def test_a_comparison_that_nobody_looks_at_is_said_to_wait_for_three_days_and_no_longer(
    by_adam, by_bell, at_adam, settings, monkeypatch
):
    """The days count from when the result came: a dose that he logs meanwhile evaluates him anew and begins no new wait."""
    settings.FINDINGS_RELEASE = "reviewed"
    by_bell.send("POST", f"{at_adam}/regimens", ANASTROZOLE)
    by_adam.lab(value="9.0")
    for days, said in ((3, WAITS), (4, NOT_REVIEWED)):
        monkeypatch.setattr("tracking.clock.now", lambda: NOW + timedelta(days=days))  # noqa: B023  read at once
        dose = {"drug": "anastrozole", "kind": "taken", "amount": "0.5 mg", "taken_at": f"2026-11-0{1 + days}"}
        by_adam.send("POST", "/doses", dose)
        current = by_adam.send("GET", "/evaluations/current").json()
        assert said in current["words"]
        assert (current["word"], current["tier"]) == (None, None)
        assert current["comparison"] == ("waits" if said == WAITS else "not_reviewed")


def test_where_no_clinic_is_connected_nothing_is_said_to_wait(by_adam, settings):
    settings.FINDINGS_RELEASE = "reviewed"
    words = by_adam.lab(value="9.0").json()["current"]["words"]
    assert WAITS not in words
    assert NOT_REVIEWED in words
    assert any(line.startswith("No clinic is connected to this account") for line in words)


def test_a_prescriber_releases_a_comparison_and_it_stays_released_when_it_is_looked_at_again(
    by_adam, by_bell, at_adam, settings
):
    settings.FINDINGS_RELEASE = "reviewed"
    by_bell.send("POST", f"{at_adam}/regimens", ANASTROZOLE)
    by_adam.lab(value="9.0")
    uid = by_adam.send("GET", "/evaluations/current").json()["uid"]
    for _ in range(2):
        assert by_bell.send("POST", f"{at_adam}/evaluations/{uid}/release").json()["word"] == "below"
    his = by_adam.send("GET", "/evaluations/current").json()
    assert (his["word"], his["tier"], his["comparison"]) == ("below", "very_low", "released")
    assert by_adam.send("GET", "/evaluations").json()["results"][0]["tier"] == "very_low"
    dose = {"drug": "anastrozole", "kind": "taken", "amount": "0.5 mg", "taken_at": "2026-11-01"}
    by_adam.send("POST", "/doses", dose)
    again = by_adam.send("GET", "/evaluations/current").json()
    assert again["uid"] != uid
    assert again["comparison"] == "released"
    by_adam.lab(value="9.5", collected_at="2026-11-01")
    assert by_adam.send("GET", "/evaluations/current").json()["comparison"] == "waits", "another result is looked at anew"


def test_another_mans_evaluation_is_not_found(by_adam, by_carl):
    theirs = by_carl.send("GET", "/evaluations/current").json()
    assert by_adam.send("GET", f"/evaluations/{theirs['uid']}").status_code == 404


def test_open_items_are_listed_unless_others_are_asked_for(by_adam, by_bell, at_adam):
    by_bell.send("POST", f"{at_adam}/regimens", ANASTROZOLE | {"starts_on": "2026-10-25"})
    items = by_adam.send("GET", "/due-items").json()["results"]
    assert items
    assert {item["state"] for item in items} == {"open"}
    assert {item["reason"] for item in items} == {""}
    assert all(item["reason"] for item in by_bell.send("GET", f"{at_adam}/due-items").json()["results"])
    assert by_adam.send("GET", "/due-items?state=answered").json()["results"] == []
    assert len(by_adam.send("GET", "/due-items?state=all").json()["results"]) >= len(items)
    assert list(issues(by_adam.send("GET", "/due-items?state=late"))) == ["?state"]


def test_the_rulebook_is_open_to_everybody(anybody, db):
    book = anybody.send("GET", "/rulebook").json()
    assert book["version"].startswith(book["label"])
    assert all(rule["checked_by"] for rule in book["rules"])
    floor = next(rule for rule in book["rules"] if rule["id"] == "estradiol.mass_spectrometry")
    assert any("Finkelstein" in source for source in floor["sources"])
    assert "anastrozole" in book["drugs"]


@pytest.mark.parametrize("path", ["/rulebook?x=1", "/evaluations/current?x=1"])
def test_a_parameter_that_means_nothing_is_refused(by_adam, path):
    assert by_adam.send("GET", path).status_code == 422
