from __future__ import annotations

import json

import pytest

from tests.tracking.api.contract import issues


def test_a_result_comes_back_as_it_was_reported(by_adam):
    answer = by_adam.lab(value="< 5.10", laboratory="Invented Lab", range_low="11.3", range_high="43.2", client_id="phone-1")
    assert answer.status_code == 201
    lab = answer.json()["lab"]
    assert (lab["value"], lab["comparator"], lab["digits"], lab["unit"]) == ("<5.10", "<", "5.10", "pg/mL")
    assert lab["collected_at"] == "2026-10-01T08:10:00+02:00"
    assert lab["printed"] == "<5.10 pg/mL (assay not stated), 1 Oct 2026 08:10 Europe/Berlin"
    assert (lab["id"], lab["own_entry"], lab["range_high"]) == ("phone-1", True, "43.2")
    read = by_adam.send("GET", "/labs/phone-1")
    assert read.json() == lab
    assert read.headers["ETag"] == f'"{lab["revision"]}"' == answer.headers["ETag"]
    assert lab["revision"] > 0


def test_a_write_answers_with_the_tier_of_the_value_and_the_verdict_in_his_words(by_adam):
    answer = by_adam.lab(value="9.0").json()
    assert answer["result"]["tier"] == "very_low"
    assert answer["current"]["word"] == "below"
    assert answer["current"]["tier"] == "very_low"
    assert any("Your estradiol on 1 Oct: 9.0 pg/mL." in sentence for sentence in answer["current"]["words"])
    assert "critical" not in json.dumps(answer)
    assert answer["current"]["priority"] is None


def test_staff_read_the_tier_and_the_headline(by_bell, at_adam):
    answer = by_bell.lab(f"{at_adam}/labs", value="9.0", method="lcmsms", verified_from_report=True).json()
    assert answer["result"]["tier"] == "critical"
    assert answer["lab"]["method_evidence"] == "staff_verified"
    assert answer["current"]["words"][0].startswith("Below the floor: estradiol 9.0 pg/mL on 1 Oct (LC-MS/MS)")
    assert answer["lab"]["id"] == answer["lab"]["uid"]
    assert answer["lab"]["own_entry"] is False


def test_staff_who_saw_no_report_only_declare_a_method(by_bell, at_adam):
    assert by_bell.lab(f"{at_adam}/labs", method="lcmsms").json()["lab"]["method_evidence"] == "self_declared"
    answer = by_bell.lab(f"{at_adam}/labs", verified_from_report=True)
    assert answer.status_code == 422
    assert "/verified_from_report" in issues(answer)


def test_a_man_cannot_vouch_for_a_method(by_adam):
    assert by_adam.lab(method="lcmsms").json()["lab"]["method_evidence"] == "self_declared"
    for sent in ({"verified_from_report": True}, {"verified_from_report": False}, {"method_evidence": "lab_message"}):
        answer = by_adam.lab(method="lcmsms", **sent)
        assert answer.status_code == 422
        assert set(issues(answer)) == {f"/{name}" for name in sent}


def test_a_result_without_a_tier_answers_with_none(by_adam):
    answer = by_adam.lab(analyte="shbg", value="30", unit="nmol/L").json()
    assert answer["result"] is None
    assert answer["current"]["state"] == "no_data"


def test_the_same_again_is_stored_once_and_other_content_under_its_id_is_a_conflict(by_adam):
    first = by_adam.lab(client_id="a")
    again = by_adam.lab(client_id="a")
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["lab"] == first.json()["lab"]
    other = by_adam.lab(client_id="a", value="25.0")
    assert other.status_code == 409
    assert "/client_id" in issues(other)
    assert len(by_adam.send("GET", "/labs").json()["results"]) == 1


def test_a_correction_supersedes_and_the_wrong_value_stays_among_the_versions(by_adam):
    wrong = by_adam.lab(client_id="a", value="2.40", confirmed_reason="read twice").json()["lab"]
    right = by_adam.send("PUT", "/labs/a", _but(value="24.0")).json()
    assert (right["lab"]["id"], right["lab"]["value"]) == ("a", "24.0")
    assert right["lab"]["uid"] != wrong["uid"]
    versions = by_adam.send("GET", "/labs/a/versions").json()["results"]
    assert {(row["value"], row["superseded_at"] is None) for row in versions} == {("24.0", True), ("2.40", False)}
    assert [row["value"] for row in by_adam.send("GET", "/labs").json()["results"]] == ["24.0"]


def test_a_withdrawn_result_is_gone_but_its_versions_say_why(by_adam):
    by_adam.lab(client_id="a")
    answer = by_adam.send("DELETE", "/labs/a", {"reason": "another man's report"})
    assert (answer.status_code, answer.content) == (204, b"")
    assert by_adam.send("GET", "/labs/a").status_code == 404
    assert by_adam.send("DELETE", "/labs/a").status_code == 404
    (version,) = by_adam.send("GET", "/labs/a/versions").json()["results"]
    assert version["withdrawn_reason"] == "another man's report"
    assert by_adam.send("GET", "/evaluations/current").json()["state"] == "no_data"


def test_a_man_cannot_change_what_his_clinic_entered(by_adam, by_bell, at_adam):
    by_bell.lab(f"{at_adam}/labs", client_id="theirs")
    for method, body in (("PUT", _but(value="30.0")), ("DELETE", None)):
        answer = by_adam.send(method, "/labs/theirs", body)
        assert answer.status_code == 403
        assert "Ask them" in answer.json()["detail"]


def test_staff_name_a_row_by_uid_and_never_by_the_phones_id(by_adam, by_bell, at_adam):
    mine = by_adam.lab(client_id="a").json()["lab"]
    # A phone may mint any id, also one that is the uid of another row.
    by_adam.lab(client_id=mine["uid"], value="11.0")
    assert by_bell.send("GET", f"{at_adam}/labs/a").status_code == 404
    assert by_bell.send("GET", f"{at_adam}/labs/{mine['uid']}").json()["value"] == "24.0"
    by_bell.send("PUT", f"{at_adam}/labs/{mine['uid']}", _but(value="25.0"))
    values = {row["id"]: row["value"] for row in by_adam.send("GET", "/labs").json()["results"]}
    assert values == {"a": "25.0", mine["uid"]: "11.0"}


@pytest.mark.parametrize(
    ("sent", "value"),
    [
        ("<5", "<5"),
        ("< 5", "<5"),
        ("≤5", "<=5"),
        ("<5.0", "<5.0"),
        (">1500", ">1500"),
        ("<0.05", "<0.05"),
        (">=42", ">=42"),
        (" 24.10 ", "24.10"),
    ],
)
def test_the_comparator_is_part_of_the_value(by_adam, sent, value):
    answer = by_adam.lab(value=sent)
    assert answer.status_code == 201, answer.json()
    lab = answer.json()["lab"]
    assert lab["value"] == value
    assert by_adam.send("GET", "/labs").json()["results"][0]["value"] == value


@pytest.mark.parametrize(
    ("changed", "pointer", "said"),
    [
        ({"unit": "mg/dL"}, "/unit", ["mg/dL", "pg/mL", "pmol/L"]),
        ({"unit": None}, "/unit", []),
        ({"unit": ""}, "/unit", ["pg/mL"]),
        ({"value": "<"}, "/value", ["'<'", "<24"]),
        ({"value": "5,1"}, "/value", ["5,1", "point"]),
        ({"value": "5" * 61}, "/value", ["60"]),
        ({"value": "ND"}, "/value", ["ND"]),
        ({"value": "-5"}, "/value", ["-5"]),
        ({"value": 24.0}, "/value", ["text", "24.0"]),
        ({"value": True}, "/value", ["text"]),
        ({"value": None}, "/value", ["text"]),
        ({"value": "20000"}, "/value", ["20000", "pg/mL"]),
        ({"value": "<20000"}, "/value", ["<20000"]),
        ({"value": "900"}, "/value", ["900", "confirm"]),
        ({"collected_at": "2026-10-01T08:10:00"}, "/collected_at", ["2026-10-01T08:10:00", "offset"]),
        ({"collected_at": "2026-11-02T12:00:00+01:00"}, "/collected_at", ["future"]),
        ({"collected_at": "1979-10-01"}, "/collected_at", ["birth", "1980-05-04"]),
        ({"collected_at": "yesterday"}, "/collected_at", ["yesterday", "2026-03"]),
        ({"collected_at": 1790000000}, "/collected_at", ["1790000000"]),
        ({"zone": "Europe/Atlantis"}, "/zone", ["Europe/Atlantis", "Europe/Berlin"]),
        ({"zone": "CEST"}, "/zone", ["CEST"]),
        ({"precision": "hour"}, "/precision", ["hour", "minute"]),
        ({"analyte": "oestrogen"}, "/analyte", ["oestrogen", "estradiol"]),
        ({"analyte": 7}, "/analyte", ["text"]),
        ({"method": "guess"}, "/method", ["guess", "lcmsms"]),
        ({"laboratory": "x" * 121}, "/laboratory", ["120"]),
        ({"confirmed_reason": "x" * 201}, "/confirmed_reason", ["200"]),
        ({"range_high": "<43"}, "/range_high", ["<"]),
        ({"range_high": 43.2}, "/range_high", ["text"]),
        ({"client_id": "no spaces"}, "/client_id", ["1 to 36"]),
        ({"client_id": "x" * 37}, "/client_id", ["36"]),
        ({"comparator": "<"}, "/comparator", ["no such field", "value"]),
        ({"values": "24"}, "/values", ["no such field"]),
    ],
)
def test_what_cannot_be_accepted_is_named_with_the_value_and_what_can_be_and_nothing_is_stored(by_adam, changed, pointer, said):
    answer = by_adam.lab(**changed)
    assert answer.status_code == 422, answer.json()
    assert list(issues(answer)) == [pointer]
    for part in said:
        assert part in issues(answer)[pointer]
    assert by_adam.send("GET", "/labs").json()["results"] == []


def test_a_missing_unit_is_never_guessed(by_adam):
    answer = by_adam.send("POST", "/labs", {name: value for name, value in _but().items() if name != "unit"})
    assert answer.status_code == 422
    assert "pg/mL, ng/L, pmol/L" in issues(answer)["/unit"]


def test_everything_that_is_wrong_is_said_at_once(by_adam):
    answer = by_adam.lab(value="5,1", unit="mg", collected_at="2026-10-01T08:10:00", method="guess")
    assert set(issues(answer)) == {"/value", "/unit", "/collected_at", "/method"}


def test_an_unusual_value_is_stored_with_the_reason_why_it_is_right(by_adam):
    assert by_adam.lab(value="900").status_code == 422
    answer = by_adam.lab(value="900", confirmed_reason="The report says so; repeated by the lab.")
    assert answer.status_code == 201
    assert answer.json()["lab"]["confirmed_reason"] == "The report says so; repeated by the lab."


def test_a_censored_value_is_held_to_hard_limits_only(by_adam):
    assert by_adam.lab(value=">900").status_code == 201
    assert by_adam.lab(value=">20000").status_code == 422


def test_lists_are_newest_first_and_filtered_by_analyte_and_local_day(by_adam):
    by_adam.lab(collected_at="2026-10-01T23:30:00-04:00", zone="America/New_York")
    by_adam.lab(collected_at="2026-09-30T23:59:00+02:00")
    by_adam.lab(analyte="shbg", value="30", unit="nmol/L", collected_at="2026-08-01")

    def found(query):
        return [row["collected_at"] for row in by_adam.send("GET", f"/labs{query}").json()["results"]]

    assert found("") == ["2026-10-01T23:30:00-04:00", "2026-09-30T23:59:00+02:00", "2026-08-01T00:00:00+02:00"]
    assert found("?analyte=shbg") == ["2026-08-01T00:00:00+02:00"]
    # Days are those of the man's own zone: half past eleven in New York is the next morning in Berlin.
    assert found("?from=2026-10-02&to=2026-10-02") == ["2026-10-01T23:30:00-04:00"]
    assert found("?to=2026-09-30") == ["2026-09-30T23:59:00+02:00", "2026-08-01T00:00:00+02:00"]


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("?analyte=oestrogen", "?analyte"),
        ("?analyte=%00", "?analyte"),
        ("?from=yesterday", "?from"),
        ("?from=20261001", "?from"),
        ("?from=2026-02-30", "?from"),
        ("?to=0001-01-01", "?to"),
        ("?from=2026-10-02&to=2026-10-01", "?to"),
        ("?limit=0", "?limit"),
        ("?limit=201", "?limit"),
        ("?limit=%D9%A1", "?limit"),
        ("?cursor=x", "?cursor"),
        ("?cursor=999999999999999999.00000000-0000-7000-8000-000000000000", "?cursor"),
        ("?cursor=0.------------------------------------", "?cursor"),
        ("?form=2026-10-01", "?form"),
        ("?limit=5&limit=6", "?limit"),
    ],
)
def test_a_filter_that_cannot_be_read_is_named_and_not_ignored(by_adam, query, pointer):
    answer = by_adam.send("GET", f"/labs{query}")
    assert answer.status_code == 422
    assert list(issues(answer)) == [pointer]


def test_pages_lose_and_repeat_nothing_where_many_rows_share_an_instant(by_adam):
    made = {by_adam.lab(client_id=f"row-{number}").json()["lab"]["id"] for number in range(7)}
    path, seen = "/api/v1/labs?limit=2", []
    while path:
        page = by_adam.get(path).json()
        seen += [row["id"] for row in page["results"]]
        path = page["next"] and page["next"].removeprefix("http://testserver")
    assert len(seen) == 7
    assert set(seen) == made


def test_another_mans_row_is_not_found_like_one_that_does_not_exist(by_adam, by_carl):
    lab = by_carl.lab(client_id="carls").json()["lab"]
    for key in ("carls", lab["uid"]):
        for method, body in (("GET", None), ("PUT", _but()), ("DELETE", None)):
            theirs = by_adam.send(method, f"/labs/{key}", body)
            nobodys = by_adam.send(method, "/labs/nobodys", body)
            assert theirs.status_code == nobodys.status_code == 404
            assert theirs.json() == nobodys.json()


def _but(**changed):
    from tests.tracking.api.contract import ESTRADIOL

    return ESTRADIOL | changed


def test_head_answers_like_get_without_the_body(by_adam):
    by_adam.lab(client_id="a")
    answer = by_adam.generic("HEAD", "/api/v1/labs/a")
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["ETag"] == by_adam.send("GET", "/labs/a").headers["ETag"]


def test_a_unit_in_question_is_asked_for_and_answered_by_a_correction(by_adam):
    wrong = by_adam.lab(client_id="a", value="95.0", range_high="160").json()
    assert (wrong["result"]["tier"], wrong["current"]["word"]) == ("indeterminate", "cannot_say")
    assert any("does it say pg/mL or pmol/L?" in sentence for sentence in wrong["current"]["words"])
    confirmed = by_adam.send("PUT", "/labs/a", _but(value="95.0", range_high="160", unit_confirmed=True)).json()
    assert confirmed["lab"]["unit_confirmed"] is True
    assert confirmed["current"]["word"] == "not_below"
    corrected = by_adam.send("PUT", "/labs/a", _but(value="55.0", range_high="160", unit="pmol/L")).json()
    assert (corrected["result"]["tier"], corrected["current"]["word"]) == ("below_floor", "below")


def test_what_was_asked_about_the_draw_comes_back_and_what_was_not_is_null(by_adam):
    asked = by_adam.lab(client_id="a", biotin=True, fasting=False).json()["lab"]
    assert (asked["unit_confirmed"], asked["biotin"], asked["fasting"]) == (False, True, False)
    unasked = by_adam.send("PUT", "/labs/a", _but()).json()["lab"]
    assert (unasked["biotin"], unasked["fasting"]) == (None, None)


def test_neither_null_nor_text_is_an_answer(by_adam):
    for name in ("unit_confirmed", "biotin", "fasting"):
        for sent in (None, "yes", 1):
            answer = by_adam.lab(**{name: sent})
            assert answer.status_code == 422
            assert set(issues(answer)) == {f"/{name}"}
