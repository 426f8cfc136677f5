"""A man's record read as FHIR R4: metadata, read, search, pages, ``$everything``, versions, and every refusal."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.conftest import NOW
from tests.tracking.api.fhir.conftest import FhirClient
from tracking.domain.actor import Actor
from tracking.domain.categories import SHAREABLE
from tracking.domain.history import Origin
from tracking.models import Finding, LabResult, Standing, User
from tracking.services import labs, pauses, read_tokens

KINDS = ("Observation", "DiagnosticReport", "MedicationStatement", "MedicationAdministration", "DetectedIssue")


def said(response: Any) -> list[tuple[str, str]]:
    """The type and our code of each issue."""
    issues = response.json()["issue"]
    return [(one["code"], one["details"].get("coding", [{}])[0].get("code", "")) for one in issues]


def test_what_the_server_promises_is_what_it_takes(anybody_reads):
    stated = anybody_reads.get("/metadata").json()
    assert (stated["fhirVersion"], stated["kind"]) == ("4.0.1", "instance")
    by_type = {one["type"]: one for one in stated["rest"][0]["resource"]}
    assert by_type.keys() == {"Patient", *KINDS}
    named = {one["name"] for one in by_type["Observation"]["searchParam"]}
    assert named == {"patient", "code", "category", "date", "_lastUpdated"}
    interactions = {action["code"] for one in by_type.values() for action in one["interaction"]}
    assert interactions == {"read", "search-type"}


def test_every_resource_is_read_by_its_id_with_its_version_and_not_sent_again_where_it_is_known(his, record, adam):
    for kind in KINDS:
        ids = his.ids(f"/{kind}")
        assert len(ids) == len(set(ids)) > 0
        for one in ids:
            answer = his.get(f"/{kind}/{one}")
            body = json.loads(answer.content)
            assert (body["resourceType"], body["id"]) == (kind, one)
            tag = f'W/"{body["meta"]["versionId"]}"'
            assert answer.headers["ETag"] == tag
        again = his.get(f"/{kind}/{one}", HTTP_IF_NONE_MATCH=f'"x", {tag}')
        assert (again.status_code, again.content) == (304, b"")
    man = his.get(f"/Patient/{adam.uid}").json()
    assert (man["name"], man["birthDate"]) == ([{"text": "Adam Invented"}], adam.birth_date.isoformat())
    page = his.get("/Observation")
    assert his.get("/Observation", HTTP_IF_NONE_MATCH=page.headers["ETag"]).status_code == 304


def test_digits_units_codes_and_moments_go_out_as_they_were_reported(his, record):
    assert b'"value":5.10,' in his.get(f"/Observation/{record['lab0'].uid}").content
    found = {number: his.get(f"/Observation/{record[f'lab{number}'].uid}").json() for number in range(5)}
    assert [found[number].get("effectiveDateTime") for number in range(5)] == [
        "2026-03-04T08:10:00+01:00", "2026-03-31", "2026-03", "2025", None,
    ]  # fmt: skip
    assert found[4]["issued"] == "2026-02-01T01:00:00+01:00"
    assert found[1]["valueQuantity"] == {
        "value": 18.4, "comparator": "<", "unit": "pmol/L", "system": "http://unitsofmeasure.org", "code": "pmol/L",
    }  # fmt: skip
    # The LOINC of estradiol by mass is sure; that by moles is not, so only our own code and the name stand.
    codes = [[one["code"] for one in found[number]["code"]["coding"]] for number in (0, 1)]
    assert codes == [["2243-4", "estradiol"], ["estradiol"]]
    report = his.get(f"/DiagnosticReport/{record['scan'].uid}").json()
    figures = [his.get(f"/{one['reference']}").json() for one in report["result"]]
    assert [(one["code"]["coding"][0]["code"], one["valueQuantity"]["code"]) for one in figures] == [
        ("24966-4", "g/cm2"), ("38267-1", "{T-score}"),
        ("femoral_neck.left.bmd", "g/cm2"), ("femoral_neck.left.z_score", "{Z-score}"),
    ]  # fmt: skip
    assert b'"value":-1.10,' in his.get(f"/{report['result'][1]['reference']}").content
    plan = his.get(f"/MedicationStatement/{record['plan'].uid}").json()
    assert [one["code"] for one in plan["medicationCodeableConcept"]["coding"]] == ["199224", "anastrozole"]
    assert (plan["status"], plan["effectivePeriod"]["start"]) == ("active", "2026-09-01")
    assert plan["dosage"][0]["timing"]["repeat"] == {"frequency": 1, "period": 3.5, "periodUnit": "d"}
    ended = his.get(f"/MedicationStatement/{record['ended'].uid}").json()
    assert (ended["status"], ended["category"]["coding"][0]["code"]) == ("completed", "outpatient")
    assert his.get(f"/MedicationAdministration/{record['skipped'].uid}").json()["status"] == "not-done"


def test_a_search_finds_what_fits_all_that_was_asked_and_nothing_else(his, record, adam):
    def found(path: str, **sent: Any) -> set[str]:
        named = {str(row.uid): name for name, row in record.items()}
        return {named.get(one, "a figure") for one in his.ids(path, **sent)}

    everything = {"lab0", "lab1", "lab2", "lab3", "lab4", "a figure"}
    for sent, expected in (
        ({"patient": str(adam.uid)}, everything),
        ({"subject": f"Patient/{adam.uid}", "category": "laboratory"}, everything - {"a figure"}),
        ({"patient": f"http://testserver/fhir/r4/Patient/{adam.uid}", "category": "imaging,exam"}, {"a figure"}),
        ({"code": "2243-4"}, {"lab0"}),
        ({"code": "http://loinc.org|2243-4,urn:trabecula:analyte|shbg"}, {"lab0", "lab3"}),
        ({"code": "urn:trabecula:analyte|"}, everything - {"a figure"}),
        ({"code": "http://loinc.org|shbg"}, set()),
        ({"code": "24966-4"}, {"a figure"}),
        ({"code": "estradiol", "date": "2026-03"}, {"lab0", "lab1"}),
        # A month is not within a day of it; a day overlaps the month.
        ({"date": "2026-03-04"}, {"lab0"}),
        ({"date": "2026-03"}, {"lab0", "lab1", "lab2"}),
        ({"date": "ge2026-03-31", "category": "laboratory"}, {"lab1"}),
        ({"date": "gt2026-03-31", "category": "laboratory"}, set()),
        ({"date": "sa2026-03-30", "category": "laboratory"}, {"lab1"}),
        ({"date": "lt2026"}, {"lab3"}),
        ({"date": "eb2026"}, {"lab3"}),
        ({"date": "le2026-03-04T07:10:00Z"}, {"lab0", "lab2", "lab3"}),
        ({"date": "ne2026-03", "category": "laboratory"}, {"lab3"}),
        ({"date": ["ge2026-03-02", "lt2026-03-10"]}, {"lab0", "lab2"}),
        ({"date": "ap2026-04-01", "category": "laboratory"}, {"lab1", "lab2"}),
        ({"_lastUpdated": f"ge{NOW.date()}"}, everything),
        ({"_lastUpdated": f"gt{NOW.date()}"}, set()),
        ({"_lastUpdated": NOW.isoformat()}, everything),
    ):
        assert found("/Observation", **sent) == expected, sent
    assert found("/MedicationStatement", code="199224") == {"plan"}
    assert found("/MedicationStatement", category="outpatient", effective="2026") == {"ended"}
    assert found("/MedicationStatement", effective="ge2026-10-01") == {"plan"}
    assert found("/MedicationStatement", _lastUpdated="lt2000") == set()
    assert found("/MedicationAdministration", **{"effective-time": "2026-10-24", "code": "anastrozole"}) == {"skipped"}
    assert found("/DiagnosticReport", category="RAD", date="2026-05-01", code="38269-7") == {"scan"}
    assert found("/DiagnosticReport", date="lt2026-05-01") == set()
    posted = his.post("/fhir/r4/Observation/_search", "code=2243-4&_count=5", content_type="application/x-www-form-urlencoded")
    assert [entry["resource"]["id"] for entry in posted.json()["entry"]] == [str(record["lab0"].uid)]


def test_pages_hold_every_row_once_also_where_rows_are_stored_and_corrected_meanwhile(his, record, adam):
    whole = his.ids("/Observation")
    assert len(whole) == 9
    for count in (1, 2, 4, 9):
        assert his.ids("/Observation", _count=count) == whole
    first = his.get("/Observation", {"_count": 3, "category": "laboratory"}).json()
    assert (first["total"], len(first["entry"])) == (5, 3)
    by = Actor.user(adam.user_id)
    added = labs.record(patient=adam, by=by, now=NOW, analyte="shbg", value="31", unit="nmol/L", collected_at="2026-09-01").row
    stated = {"analyte": "estradiol", "value": "5.20", "unit": "pg/mL", "collected_at": "2026-03-04T08:10:00+01:00"}
    corrected = labs.correct(patient=adam, by=by, now=NOW, key=str(record["lab0"].uid), staff=True, **stated).row
    rest = his.ids(next(link["url"] for link in first["link"] if link["relation"] == "next").partition("/fhir/r4")[2])
    assert rest == [str(row.uid) for row in (record["lab3"], record["lab4"], added, corrected)]
    assert his.get(f"/Observation/{corrected.uid}").json()["status"] == "corrected"
    gone = his.get(f"/Observation/{record['lab0'].uid}")
    assert (gone.status_code, said(gone)[0][0]) == (410, "deleted")
    counted = his.get("/Observation", {"_count": 0}).json()
    assert (counted["total"], "entry" in counted) == (10, False)


def test_everything_is_the_man_and_all_of_his_record_by_pages(his, record, adam):
    path = f"/Patient/{adam.uid}/$everything"
    whole = his.ids(path)
    assert whole[0] == str(adam.uid)
    assert set(whole[1:]) == {one for kind in KINDS for one in his.ids(f"/{kind}")}
    assert his.ids(path, _count=4) == whole
    assert his.ids(path, _type="Patient,DiagnosticReport") == [str(adam.uid), str(record["scan"].uid)]
    assert his.ids(path, _type="MedicationAdministration", start="2026-10-21", end="2026-10-31") == [str(record["skipped"].uid)]
    assert his.ids(path, _type="Observation", _since=(NOW + timedelta(days=1)).date().isoformat()) == []
    for sent, pointer in (
        ({"_type": "Device"}, "?_type"),
        ({"_since": "x"}, "?_since"),
        ({"end": "gt2026"}, "?end"),
        ({"code": "1"}, "?code"),
    ):
        answer = his.get(path, sent)
        assert (answer.status_code, answer.json()["issue"][0]["diagnostics"]) == (400, pointer)


def test_a_finding_is_read_once_it_is_released_and_never_says_critical(his, record, adam, as_system):
    with as_system():
        now = Standing.objects.get(patient=adam).evaluation
        critical = Finding.objects.get(evaluation=now, code="e2_critical_on_ai")
    shown = his.get(f"/DetectedIssue/{critical.uid}")
    assert b"critical" not in his.get("/DetectedIssue").content
    assert shown.json()["code"]["coding"][0]["code"] == "e2_very_low_on_ai"
    assert his.ids("/DetectedIssue", code="e2_very_low_on_ai", identified=f"le{NOW.date()}") == [str(critical.uid)]
    with as_system():
        Finding.objects.filter(pk=critical.pk).update(released_at=None)
    assert str(critical.uid) not in his.ids("/DetectedIssue")
    assert his.get(f"/DetectedIssue/{critical.uid}").status_code == 404


def test_a_paused_and_a_changed_plan_show_it_in_status_and_version(his, record, adam):
    by, key = Actor.user(adam.user_id), record["plan"].client_id
    path = f"/MedicationStatement/{record['plan'].uid}"
    before = his.get(path).headers["ETag"]
    pauses.pause(patient=adam, by=by, now=NOW, key=key, origin=Origin.SELF, from_date=NOW.date())
    paused = his.get(path)
    assert (paused.json()["status"], paused.headers["ETag"] != before) == ("on-hold", True)


@pytest.mark.parametrize(
    ("path", "sent", "status", "issue"),
    [
        ("/Observation", {"colour": "red"}, 400, ("invalid", "parameter-unknown")),
        ("/Observation", {"code:text": "x"}, 400, ("invalid", "parameter-unknown")),
        ("/Observation", {"patient.name": "Adam"}, 400, ("invalid", "parameter-unknown")),
        ("/Observation", {"code": ""}, 400, ("invalid", "parameter-unreadable")),
        ("/Observation", {"code": "x" * 401}, 400, ("invalid", "parameter-unreadable")),
        ("/Observation", {"date": "soon"}, 400, ("invalid", "date-unreadable")),
        ("/Observation", {"_lastUpdated": "2026-02-30"}, 400, ("invalid", "date-unreadable")),
        ("/Observation", {"_count": "-1"}, 400, ("invalid", "count-unreadable")),
        ("/Observation", {"_count": ["1", "2"]}, 400, ("invalid", "parameter-doubled")),
        ("/Observation", {"_cursor": "0.x"}, 400, ("invalid", "cursor-unreadable")),
        ("/Observation", {"_cursor": "99.01a219fd-8459-72c1-b1ac-32f1e72f971f"}, 400, ("invalid", "cursor-unreadable")),
        ("/MedicationAdministration", {"category": "x"}, 400, ("invalid", "parameter-unknown")),
        ("/Observation/1", {"code": "x"}, 400, ("invalid", "parameter-unknown")),
        ("/Observation/1", {}, 404, ("not-found", "not-found")),
        ("/Observation/01a219fd-8459-72c1-b1ac-32f1e72f971f", {}, 404, ("not-found", "not-found")),
        ("/Observation/01a219fd-8459-72c1-b1ac-32f1e72f971f.bmd", {}, 404, ("not-found", "not-found")),
        ("/Patient/01a219fd-8459-72c1-b1ac-32f1e72f971f", {}, 404, ("not-found", "not-found")),
        ("/Patient", {}, 404, ("not-found", "type-unknown")),
        ("/Device", {}, 404, ("not-found", "type-unknown")),
        ("/Device/1", {}, 404, ("not-found", "type-unknown")),
        ("/nothing/like/this/here", {}, 404, ("not-found", "not-found")),
        # Nothing is there of a man who is not his; "no results" would be another answer.
        ("/Observation", {"patient": "01a219fd-8459-72c1-b1ac-32f1e72f971f"}, 404, ("not-found", "not-found")),
        ("/Observation", {"_format": "xml"}, 406, ("not-supported", "not-acceptable")),
    ],
)
def test_every_refusal_says_why_in_an_outcome(his, path, sent, status, issue):
    answer = his.get(path, sent)
    assert (answer.status_code, said(answer)) == (status, [issue])


def test_media_types_methods_and_tokens_are_refused_as_outcomes_too(his, reads, carl, adam, record, anybody_reads):
    for accept, status in (
        ("application/fhir+json", 200),
        ("application/fhir+json; fhirVersion=4.0", 200),
        ("application/json", 200),
        ("application/fhir+xml, */*; q=0.1", 200),
        ("application/fhir+xml", 406),
        ("application/fhir+json; fhirVersion=3.0", 406),
        ("text/html", 406),
    ):
        assert his.get("/Observation", HTTP_ACCEPT=accept).status_code == status, accept
    assert his.bundle([], content_type="application/fhir+xml").status_code == 415
    assert his.bundle([], content_type="application/x-www-form-urlencoded").status_code == 415
    for method in ("PUT", "PATCH", "DELETE"):
        for path in ("", "/", f"/Patient/{adam.uid}", "/Observation", f"/Observation/{record['lab0'].uid}"):
            answer = his.held(his.generic(method, f"/fhir/r4{path}", "{}", "application/fhir+json"))
            assert answer.status_code == 405, (method, path)
    assert his.held(his.generic("POST", "/fhir/r4/Observation", "{}", "application/fhir+json")).status_code == 405
    for path in (
        "/Observation",
        f"/Patient/{adam.uid}",
        f"/Patient/{adam.uid}/$everything",
        f"/Observation/{record['lab0'].uid}",
    ):
        assert (refused := anybody_reads.get(path)).status_code == 401
        assert refused.headers["WWW-Authenticate"] == "Bearer"
        assert said(refused)[0][0] == "login"
    # Carl has a record of his own, and sees nothing of Adam's.
    by_carl = reads(carl.user)
    assert by_carl.get(f"/Patient/{adam.uid}").status_code == 404
    assert by_carl.get(f"/Patient/{adam.uid}/$everything").status_code == 404
    assert by_carl.get(f"/Observation/{record['lab0'].uid}").status_code == 404
    assert by_carl.get("/Observation", {"patient": str(adam.uid)}).status_code == 404
    assert by_carl.ids("/Observation") == []
    nobody = User.objects.create_user("nobody@example.org", "correct horse battery")
    assert reads(nobody).get("/Observation").status_code == 404


def key_for(adam: Any, *scope: str) -> FhirClient:
    """Whoever holds a key of Adam's that names these."""
    ends = NOW + timedelta(days=9)
    by = Actor.user(adam.user_id)
    _, key = read_tokens.give(patient=adam, label="Dr. Far", scope=list(scope), expires_at=ends, by=by, now=NOW)
    client = FhirClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {key}")
    return client


def test_a_key_for_some_categories_sees_these_and_writes_nothing(record, adam):
    labs_only = key_for(adam, "labs")
    assert len(labs_only.ids("/Observation")) == 5
    assert labs_only.ids("/Observation", category="imaging") == []
    refused = labs_only.get("/DiagnosticReport")
    assert (refused.status_code, said(refused)[0][0]) == (403, "forbidden")
    assert labs_only.get(f"/MedicationAdministration/{record['taken'].uid}").status_code == 403
    assert len(labs_only.ids(f"/Patient/{adam.uid}/$everything")) == 6
    assert labs_only.bundle([]).status_code == 403
    assert len(key_for(adam, *SHAREABLE).ids("/Observation")) == 9


def test_a_page_asks_no_more_of_the_database_the_more_rows_it_has(his, record, adam, django_assert_max_num_queries, as_system):
    with as_system():
        given = LabResult.objects.filter(patient=adam).values().first()
        own = ("id", "uid", "client_id", "number", "revision")
        kept = {name: value for name, value in given.items() if name not in own}
        LabResult.objects.bulk_create([LabResult(**kept) for _ in range(100)])
    for path in (*(f"/{kind}" for kind in KINDS), f"/Patient/{adam.uid}/$everything"):
        with django_assert_max_num_queries(40 if "everything" in path else 24):
            assert his.get(path, {"_count": 200}).status_code == 200


def test_numbers_are_never_rounded_on_the_way_out(his, adam):
    sent = {"analyte": "estradiol", "unit": "pg/mL", "collected_at": "2026-03-04", "range_low": "10.00", "range_high": "42"}
    exact = "123.456789012"
    stored = labs.record(patient=adam, by=Actor.user(adam.user_id), now=NOW, value=exact, **sent).row
    body = json.loads(his.get(f"/Observation/{stored.uid}").content, parse_float=Decimal)
    assert str(body["valueQuantity"]["value"]) == exact
    assert [str(body["referenceRange"][0][end]["value"]) for end in ("low", "high")] == ["10.00", "42"]
