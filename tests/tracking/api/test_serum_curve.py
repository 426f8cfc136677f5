from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.tracking.api.contract import issues

WEEKLY = {"kind": "every", "days": "7"}
PLAN = {"drug": "testosterone_cypionate", "dose_mg": "80", "schedule": WEEKLY, "starts_on": "2026-03-02"}


def log(by_adam, weeks=range(35), **plan):
    """Every Monday at eight, from the first day of the regimen on."""
    assert by_adam.send("POST", "/regimens", PLAN | plan).status_code == 201
    shot = {"drug": (PLAN | plan)["drug"], "amount_mg": "80", "zone": "Europe/Berlin"}
    days = [date(2026, 3, 2) + timedelta(weeks=week) for week in weeks]
    doses = [shot | {"taken_at": f"{day}T08:00:00+00:00"} for day in days]
    assert by_adam.send("POST", "/doses/bulk", doses).status_code == 201


def test_it_is_points_to_plot_said_to_be_an_estimate(by_adam, by_bell, at_adam):
    log(by_adam)
    curve = by_adam.send("GET", "/serum-curve?from=2026-09-01&to=2026-10-25&points=50").json()
    (segment,) = curve["segments"]
    assert len(segment["points"]) == 50
    assert all(0 <= point["low"] <= point["middle"] <= point["high"] for point in segment["points"])
    assert (curve["estimate"], curve["breaks"], curve["why"]) == (True, [], None)
    assert "no level of testosterone" in curve["words"]
    assert (curve["start"], curve["end"]) == ("2026-09-01T00:00:00+02:00", "2026-10-26T00:00:00+01:00")
    assert [one["name"] for one in curve["ester"]["published"]] == ["label", "simulators", "longest quoted"]
    assert curve["ester"]["sources"]
    assert curve["display_scale"] is None
    assert by_bell.send("GET", f"{at_adam}/serum-curve?from=2026-09-01&to=2026-10-25&points=50").json() == curve


def test_a_silence_of_the_log_is_a_break_with_its_reason(by_adam):
    log(by_adam, [*range(20), *range(23, 35)])
    curve = by_adam.send("GET", "/serum-curve?from=2026-06-01&to=2026-10-25").json()
    (one,) = curve["breaks"]
    assert one["code"] == "log_incomplete"
    assert "silent" in one["words"]
    assert len(curve["segments"]) == 2
    assert curve["segments"][0]["points"][-1]["at"] < one["since"]


def test_his_own_result_scales_the_axis_and_says_where_it_comes_from(by_adam):
    log(by_adam)
    lab = {"analyte": "testosterone_total", "value": "612", "unit": "ng/dL", "method": "lcmsms"}
    by_adam.send("POST", "/labs", lab | {"collected_at": "2026-10-08T08:00:00+02:00"})
    scale = by_adam.send("GET", "/serum-curve").json()["display_scale"]
    (used,) = scale["labs"]
    assert (used["value"], used["unit"], used["collected_at"]) == ("612", "ng/dL", "2026-10-08T08:00:00+02:00")
    assert "LC-MS/MS" in used["assay"]
    assert scale["low"] <= scale["one_is"] <= scale["high"]
    assert "predicts no result" in scale["words"]


def test_what_has_no_curve_says_so(by_adam):
    assert by_adam.send("GET", "/serum-curve").json()["why_code"] == "no_testosterone"
    log(by_adam, [34], drug="testosterone_gel", dose_mg="50", schedule={"kind": "daily", "times": 1})
    curve = by_adam.send("GET", "/serum-curve").json()
    assert (curve["why_code"], curve["ester"], curve["segments"]) == ("no_curve", None, [])
    assert "no depot curve" in curve["why"]


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("from=2024-01-01", "?from"),
        ("from=2026-10-02&to=2026-10-01", "?to"),
        ("from=2026-11-03&to=2026-11-04", "?from"),
        ("points=1", "?points"),
        ("points=501", "?points"),
        ("points=many", "?points"),
        ("points=-5", "?points"),
        ("to=2199-12-31", "?from"),
        ("from=yesterday", "?from"),
        ("unit=ng/dL", "?unit"),
    ],
)
def test_a_window_that_is_not_accepted_is_named(by_adam, query, pointer):
    answer = by_adam.send("GET", f"/serum-curve?{query}")
    assert (answer.status_code, list(issues(answer))) == (422, [pointer])


def test_reading_it_leaves_no_evaluation_behind(by_adam):
    log(by_adam)
    before = by_adam.send("GET", "/evaluations").json()
    by_adam.send("GET", "/serum-curve")
    assert by_adam.send("GET", "/evaluations").json() == before
