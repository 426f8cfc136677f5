"""Twelve weeks of Adam, over the API, every date asserted: from his first anastrozole to below the floor, to a smaller dose
that Dr. Bell confirms, to a recheck in range. All invented; the days are counted from Monday, 3 August 2026.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

BEGIN = date(2026, 8, 3)
LC_MS = {"method": "lcmsms", "verified_from_report": True, "zone": "Europe/Berlin"}
CYPIONATE = {"drug": "testosterone_cypionate", "dose_mg": "100", "schedule": {"kind": "every", "days": "7"}}
FIRST = {"drug": "anastrozole", "dose_mg": "0.5", "schedule": {"kind": "every", "days": "3.5"}, "review_on": "2026-12-21"}


def on(week: int, day: int = 0) -> str:
    return str(BEGIN + timedelta(weeks=week, days=day))


class Story:
    """Adam and Dr. Bell, who sends what she reads back."""

    def __init__(self, bell: Any, adam: Any, at_adam: str, clock: pytest.MonkeyPatch) -> None:
        self.bell, self.adam, self.at_adam, self.clock = bell, adam, at_adam, clock
        self.titration = f"{at_adam}/titration"

    def at_week(self, week: int, day: int = 0) -> None:
        """It is nine in the morning, UTC."""
        moment = datetime.combine(BEGIN + timedelta(weeks=week, days=day), time(9), UTC)
        self.clock.setattr("tracking.clock.now", lambda: moment)

    def draw(self, week: int, estradiol: str, testosterone: str) -> Any:
        """Both hormones of one draw, as the laboratory reported them; the answer to the estradiol."""
        answer = None
        for analyte, value, unit in (("testosterone_total", testosterone, "ng/dL"), ("estradiol", estradiol, "pg/mL")):
            sent = {"analyte": analyte, "value": value, "unit": unit, "collected_at": f"{on(week)}T06:00:00+00:00"}
            answer = self.bell.send("POST", f"{self.at_adam}/labs", LC_MS | sent).json()
        return answer

    def read(self, path: str) -> list[Any]:
        return self.bell.send("GET", f"{self.at_adam}{path}").json()["results"]

    def propose(self, **sent: Any) -> Any:
        return self.bell.send("POST", self.titration, sent).json()

    def confirm(self, told: Any, **sent: Any) -> Any:
        decision = {"evaluation": told["evaluation"]} | sent
        return self.bell.send("POST", f"{self.titration}/{told['proposal']['uid']}/confirm", decision)

    def rechecks(self) -> list[tuple[str, str]]:
        """The open items of estradiol and testosterone: due, and the first day that answers."""
        items = self.read("/due-items")
        return [(item["due_on"], item["earliest_answer_on"]) for item in items if item["kind"] == "lab_e2_t"]

    def sides(self, number: int) -> list[tuple[str, str, str, str]]:
        """Before and after of a line of the ledger, the newest line first."""
        said = self.read("/titration")[number]["comparison"]
        return [(side["value"], side["tier"], side["on"], side["testosterone"]) for side in (said["before"], said["after"])]


@pytest.fixture
def story(by_bell, by_adam, at_adam, monkeypatch):
    return Story(by_bell, by_adam, at_adam, monkeypatch)


def test_from_the_first_anastrozole_to_a_recheck_in_range(story):
    starts_anastrozole(story)
    episode = is_below_the_floor_six_weeks_later(story)
    asks_in_his_own_words(story)
    has_his_dose_reduced_by_a_confirmed_proposal(story, episode)
    is_in_range_at_the_recheck(story, episode)


def starts_anastrozole(story: Story) -> None:
    """Above the range, with tenderness. Nothing is low or blind, so that starting asks for no further reason."""
    story.at_week(0)
    stated = CYPIONATE | {"starts_on": "2025-08-04", "reason": "hypogonadism"}
    story.bell.send("POST", f"{story.at_adam}/regimens", stated)
    assert story.draw(0, "58.0", "720")["result"]["tier"] == "above_range"
    told = story.propose(ask="start", from_date=on(0), plan=FIRST, reason="58 with breast tenderness")
    outlook = told["outlook"]
    assert (outlook["weekly"], outlook["needs_raising_reason"], outlook["warnings"]) == ("1 mg", False, [])
    (recheck,) = outlook["rechecks"]
    assert [recheck[name] for name in ("opens_on", "due_on", "overdue_on")] == [on(4), on(6), on(8)]
    assert recheck["earliest_answer_on"] == on(2)
    began = story.confirm(told, reason="tenderness for three months", typed_weekly="1").json()["proposal"]
    assert (began["state"], began["kind"], began["effective_on"]) == ("confirmed", "start", on(0))
    assert began["evaluation_seen"]["tier"] == "above_range"
    assert story.rechecks() == [(on(6), on(2))]


def is_below_the_floor_six_weeks_later(story: Story) -> str:
    """The result answers the recheck and opens an episode; the next draw is routine, three months on."""
    story.at_week(6)
    answer = story.draw(6, "12.4", "690")
    assert (answer["result"]["tier"], answer["current"]["word"]) == ("below_floor", "below")
    (line,) = story.read("/titration")
    said = line["comparison"]
    assert (said["answer"], said["days"], said["comparable"]) == ("answered", 42, True)
    assert story.sides(0) == [("58.0", "above_range", on(0), "720 ng/dL"), ("12.4", "below_floor", on(6), "690 ng/dL")]
    assert story.rechecks() == [("2026-12-14", on(6, 1))]
    (episode,) = [row["uid"] for row in story.read("/episodes") if row["code"] == "e2_below_floor_on_ai"]
    return episode


def asks_in_his_own_words(story: Story) -> None:
    """A number in his words is no order, and nothing changes by it."""
    asked = story.adam.send("POST", "/titration", {"words": "My knees hurt. Could I take 0.25?", "client_id": "ask-1"}).json()
    assert asked["words"] == ["Your message is with your clinic. Nothing of your plan has changed."]
    assert story.rechecks() == [("2026-12-14", on(6, 1))]


def has_his_dose_reduced_by_a_confirmed_proposal(story: Story, episode: str) -> None:
    """Two days later Dr. Bell takes it up, and answers the episode with the same decision."""
    story.at_week(6, 2)
    (request,) = story.read("/titration?state=open")
    regimen = story.read("/titration")[1]["after"]["regimen"]
    half = {"ask": "change", "regimen": regimen, "plan": {"dose_mg": "0.25"}, "reason": "below the floor"}
    told = story.propose(**half, from_date=on(6, 2), answers=request["uid"])
    assert told["proposal"]["uid"] == request["uid"]
    assert told["proposal"]["expires_at"] == "2026-10-14T22:00:00+00:00"  # 28 whole days after that day, in Berlin
    assert told["outlook"]["warnings"] == []
    (recheck,) = told["outlook"]["rechecks"]
    assert [recheck[name] for name in ("opens_on", "due_on", "overdue_on")] == [on(10, 2), on(12, 2), on(14, 2)]
    assert story.confirm(told, reason="12.4, settled", typed_weekly="5").status_code == 422
    assert story.rechecks() == [("2026-12-14", on(6, 1))]
    done = story.confirm(told, reason="12.4, settled", typed_weekly="0.5", episode=episode).json()["proposal"]
    assert (done["before"]["text"], done["after"]["text"]) == ("0.5 mg every 3.5 days", "0.25 mg every 3.5 days")
    assert (done["evaluation_seen"]["tier"], done["effective_on"]) == ("below_floor", on(6, 2))
    assert [event["what"] for event in done["events"]] == ["requested", "proposed", "confirmed"]
    assert story.rechecks() == [(on(12, 2), on(8, 2))]
    assert story.bell.send("GET", f"{story.at_adam}/episodes/{episode}").json()["outcome"] == "changed_plan"
    assert story.bell.send("GET", f"{story.at_adam}/evaluations/current").json()["state"] == "superseded_by_change"
    assert story.adam.send("GET", "/titration/ask-1").json()["words"] == [
        "Your clinic has decided on a change that begins on 16 Sep. Your plan in this app shows it.",
        "The next blood test is due on 28 Oct.",
    ]


def is_in_range_at_the_recheck(story: Story, episode: str) -> None:
    """Twelve weeks and two decisions after the beginning. The next draw is three months on again."""
    story.at_week(12, 2)
    answer = story.draw(12, "24.0", "700")
    assert (answer["result"]["tier"], answer["current"]["word"]) == ("in_range", "not_below")
    said = story.read("/titration")[0]["comparison"]
    assert (said["answer"], said["days"], said["due_on"], said["comparable"]) == ("answered", 40, None, True)
    assert story.sides(0) == [("12.4", "below_floor", on(6), "690 ng/dL"), ("24.0", "in_range", on(12), "700 ng/dL")]
    assert story.sides(1) == [("58.0", "above_range", on(0), "720 ng/dL"), ("12.4", "below_floor", on(6), "690 ng/dL")]
    ended = story.bell.send("GET", f"{story.at_adam}/episodes/{episode}").json()
    assert (ended["state"], ended["resolution"]) == ("resolved", "recovered")
    assert story.rechecks() == [("2027-01-26", on(12, 1))]
