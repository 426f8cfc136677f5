"""What a man's phone is refused with, in his language: the sentences, and that none of them is forgotten."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest
from babel.messages.pofile import read_po

from backend.devstack.translations import FOLDER, compiled
from backend.titles import LANGUAGES
from tests.tracking.api.conftest import anybody, by_adam, signed_in
from tests.tracking.api.contract import issues

__all__ = ["anybody", "by_adam", "signed_in"]  # fixtures of their own module

ROOT = FOLDER.parents[1]
PACKAGES = ("tracking", "notifications", "backend")
# What makes a refusal out of a sentence; the sentence is one of its arguments, or the name of one.
REFUSES = {"problem", "issue", "Issue", "_issue", "gettext", "_"}
# What no phone of a man meets, or what a person who develops meets alone: it stays English.
ENGLISH = (
    "tracking/exchange/fhir_transaction.py",  # of FHIR
    "tracking/exchange/survey.py",  # a file that ships with the project
    "tracking/services/transactions.py",
    "tracking/api/fhir",  # FHIR has English outcomes
    "tracking/admin",  # staff
    "tracking/domain/episodes.py",
    "tracking/domain/titration",
    "tracking/services/break_glass.py",
    "tracking/services/clinics.py",
    "tracking/services/colleagues.py",
    "tracking/services/dose_history.py",
    "tracking/services/episodes.py",
    "tracking/services/ledger.py",
    "tracking/services/outlook.py",
    "tracking/services/overrides.py",
    "tracking/services/prescribers.py",
    "tracking/services/releases.py",
    "tracking/services/titration.py",
    "tracking/services/work_queue.py",
    "notifications/services/by_mail.py",  # a page behind a link in a mail
    "notifications/services/calendars.py",
    "backend/desk",  # staff
    "backend/devstack",
)
DE = {"Accept-Language": "de"}


def catalogue(language: str):
    with (FOLDER / language / "LC_MESSAGES" / "django.po").open("rb") as file:
        return {entry.id: entry.string for entry in read_po(file) if entry.id}


def sentences() -> Iterator[tuple[str, str]]:
    """Every sentence in the code that refuses something, and the file it is in."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            named: dict[str, list[str]] = {}
            for node in ast.walk(tree):
                if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                    named.setdefault(node.targets[0].id, []).extend(texts(node.value, {}))
            for node in ast.walk(tree):
                if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in REFUSES:
                    for argument in node.args:
                        yield from ((str(path.relative_to(ROOT)), text) for text in texts(argument, named))


def texts(node: ast.expr, named: dict[str, list[str]]) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value:
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from texts(node.body, named)
        yield from texts(node.orelse, named)
    elif isinstance(node, ast.Name):
        yield from named.get(node.id, ())


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_every_refusal_that_a_phone_meets_has_a_sentence_in_each_language(language):
    told = catalogue(language)
    english = [f"{path}: {text}" for path, text in sentences() if text not in told and not path.startswith(ENGLISH)]
    assert english == []


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_a_translation_fills_in_the_same_words_and_is_of_a_sentence_that_there_is(language):
    written: set[str] = set()
    for path in (path for package in PACKAGES for path in (ROOT / package).rglob("*.py")):
        nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        written |= {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    for english, told in catalogue(language).items():
        assert english in written, f"nobody says this any more: {english}"
        # What is not there is not named: the word for it is English.
        assert filled_in(told) == filled_in(english) - {"{what}"}, english


def filled_in(sentence: str) -> set[str]:
    return set(re.findall(r"\{\w*\}", sentence))


def test_what_is_compiled_is_current():
    for po in FOLDER.glob("*/LC_MESSAGES/*.po"):
        assert po.with_suffix(".mo").read_bytes() == compiled(po), "compile it anew: make document"


def test_a_man_reads_in_german_what_is_wrong_with_his_lab_and_his_dose(by_adam):
    lab = by_adam.send("POST", "/labs", {"analyte": "estradiol", "value": "5,1", "collected_at": "2026-10-01"}, headers=DE)
    said = issues(lab)
    assert said["/value"].startswith("„5,1“ hat ein Komma. Schreiben Sie einen Punkt vor die Nachkommastellen ")
    assert said["/unit"].startswith("Geben Sie die Einheit an. Für estradiol möglich: ")
    assert lab.json()["detail"] == " ".join(issue["detail"] for issue in lab.json()["errors"])
    dose = {"drug": "anastrozole", "kind": "skipped", "amount": "0.5 mg", "taken_at": "2026-10-01"}
    assert "hat keine Menge" in by_adam.send("POST", "/doses", dose, headers=DE).json()["detail"]


def test_the_words_within_a_sentence_are_german_too_and_what_he_sent_is_never_translated(by_adam):
    lab = by_adam.send("POST", "/labs", {"analyte": "none", "value": 5.1, "collected_at": "2026-10-01T08:00:00"}, headers=DE)
    said = issues(lab)
    assert "2026-03-03T08:10:00+01:00 (mit Abstand zu UTC)" in said["/collected_at"]
    assert '"5.10" oder "<5"' in said["/value"]
    assert said["/analyte"].startswith("„none“ ist hier kein Laborwert.")
    dose = {"drug": "anastrozole", "kind": "taken", "amount": "500 mg", "taken_at": "2026-10-01"}
    assert "auf einmal" in by_adam.send("POST", "/doses", dose, headers=DE).json()["detail"]


def test_a_man_reads_in_german_what_became_of_his_request(by_adam, settings):
    sent = {"analyte": "estradiol", "value": "24", "unit": "pg/mL", "collected_at": "2026-10-01", "client_id": "a"}
    key = DE | {"Idempotency-Key": "one"}
    assert by_adam.send("POST", "/labs", sent, headers=key).status_code == 201
    told = {
        409: by_adam.send("POST", "/labs", sent | {"value": "25"}, headers=DE),
        422: by_adam.send("POST", "/labs", sent | {"value": "25"}, headers=key),
        428: by_adam.send("DELETE", "/labs/a", headers=DE),
        412: by_adam.send("DELETE", "/labs/a", headers=DE | {"If-Match": '"0"'}),
        404: by_adam.send("GET", "/labs/none", headers=DE),
        400: by_adam.send("GET", "/labs", headers=DE | {"X-Client-Version": "x"}),
    }
    settings.LEAST_CLIENT_VERSION = "3"
    told[426] = by_adam.send("GET", "/labs", headers=DE | {"X-Client-Version": "2"})
    english = by_adam.send("GET", "/labs", headers={"X-Client-Version": "2"}).json()
    assert english["detail"].startswith("Update the app to version 3 or later.")
    assert by_adam.send("PATCH", "/labs", {}).status_code == 405
    assert {status: answer.status_code for status, answer in told.items()} == {status: status for status in told}
    assert {status: answer.json()["detail"].split(" ", 3)[:3] for status, answer in told.items()} == {
        409: ["„a“", "bezeichnet", "schon"],
        422: ["Dieser", "Schlüssel", "gehört"],
        428: ["Geben", "Sie", "an,"],
        412: ["Das", "wurde", "geändert,"],
        404: ["Das", "gibt", "es"],
        400: ["X-Client-Version", "ist", "keine"],
        426: ["Aktualisieren", "Sie", "die"],
    }
    assert {answer.headers["Content-Language"] for answer in told.values()} == {"de"}


def test_a_man_reads_in_german_what_is_wrong_with_the_rows_of_his_file(by_adam):
    refused = by_adam.send("POST", "/imports", {"text": "nothing that is a table"}, headers=DE)
    assert (refused.status_code, refused.json()["detail"].split(" ", 3)[:3]) == (422, ["In", "den", "ersten"])
    file = by_adam.send("POST", "/imports", {"text": "test,value,unit,collected\nEstradiol,24,pg/mL,03/04/2026\n"}, headers=DE)
    (row,) = by_adam.send("GET", f"/imports/{file.json()['uid']}/rows", headers=DE).json()["results"]
    assert [why["detail"] for why in row["why"]] == [
        "„03/04/2026“ lässt sich zweifach lesen. Geben Sie an, ob der Tag (dmy) oder der Monat (mdy) zuerst kommt."
    ]


def test_a_man_reads_in_german_what_is_wrong_with_the_form_of_what_his_phone_sent(by_adam, anybody):
    bodies = {
        b"{": "Der Inhalt ist kein JSON: Ab Zeile 1, Spalte 2 ist er nicht zu lesen.",
        b"\xff": "Der Inhalt ist kein UTF-8.",
        b'{"a": NaN}': "NaN ist kein JSON.",
        b'{"a": 1e999}': "Die Zahl 1e999… ist zu lang oder zu groß.",
        b'{"a": 1, "a": 2}': "Der Schlüssel 'a' steht zweimal in einem Objekt.",
        b"[" * 50 + b"]" * 50: "Der Inhalt ist zu tief verschachtelt.",
        b'"' + b"x" * 3 * 2**20 + b'"': "Senden Sie es in kleineren Teilen.",
        rb'{"a": "\ud800"}': "Im Text steht ein NUL",
    }
    told = {
        body: by_adam.generic("POST", "/api/v1/labs", data=body, content_type="application/json", headers=DE).json()["detail"]
        for body in bodies
    }
    assert {body[:20]: text for body, text in told.items() if not text.startswith(bodies[body])} == {}
    others = {
        "Senden Sie den Inhalt als JSON": by_adam.generic("POST", "/api/v1/labs", "x", content_type="text/plain", headers=DE),
        "PATCH ist keine Methode": by_adam.generic("PATCH", "/api/v1/labs", headers=DE),
        "Bitten Sie um JSON": by_adam.get("/api/v1/labs", headers=DE | {"Accept": "text/html"}),
        "Zu dieser Anfrage fehlt der Zugangstoken": anybody.send("GET", "/labs", headers=DE),
    }
    assert [answer.status_code for answer in others.values()] == [415, 405, 406, 401]
    assert {
        text: answer.json()["detail"] for text, answer in others.items() if not answer.json()["detail"].startswith(text)
    } == {}


def test_a_sign_in_is_refused_in_german_in_the_words_of_the_library_too(db, anybody):
    refused = anybody.send("POST", "/auth/signup", {"email": "adam@example.org", "password": "password"}, headers=DE)
    assert [issue["code"] for issue in refused.json()["errors"]] == ["password_too_short", "password_too_common"]
    assert all("Passwort" in issue["detail"] for issue in refused.json()["errors"])


def test_staff_read_english_whatever_their_browser_asks_for(db, client):
    page = client.get("/admin/login/", headers=DE, follow=True).content.decode()
    assert "Passwort" not in page
