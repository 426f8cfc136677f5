"""A man asks in words for a change; a prescriber takes it up, or he takes it back."""

from __future__ import annotations

from tests.conftest import NOW
from tests.tracking.services.titrating import (
    bell,
    confirmed,
    himself,
    ledger,
    low,
    proposed,
    refused,
    standing,
)
from tracking.domain.actor import Actor
from tracking.services import consent, evaluations, titration
from tracking.services.access import acting_as

__all__ = ["bell", "himself", "low"]  # fixtures of their own module

SYSTEM = Actor.system("test")


def test_a_man_asks_in_words_and_no_number_in_them_is_read(low, bell, himself):
    told = titration.request(patient=low, by=himself, now=NOW, words=" Can I take 0.25 mg of it? 1 tablet hurts. ")
    row = told.row
    assert (row.state, row.words, row.drug, row.plan, row.kind) == (
        "requested", "Can I take 0.25 mg of it? 1 tablet hurts.", "", None, "",
    )  # fmt: skip
    assert standing(low, "anastrozole", bell).dose_digits == "0.5"
    assert refused(lambda: confirmed(low, titration.Told(row, None, evaluations_of(low)), bell)) == [("", "step-not-legal")]


def evaluations_of(man):
    with acting_as(SYSTEM):
        return evaluations.of(man)


def test_a_request_that_is_taken_up_is_one_line_from_his_words_to_the_decision(low, bell, himself):
    asked = titration.request(patient=low, by=himself, now=NOW, words="My joints hurt.").row
    told = proposed(low, bell, answers=asked.uid)
    assert (told.row.pk, told.is_new, told.row.words) == (asked.pk, False, "My joints hurt.")
    assert proposed(low, bell, answers=asked.uid).outlook is None
    confirmed(low, told, bell)
    assert ledger(low, bell) == [("confirmed", ["requested", "proposed", "confirmed"])]


def test_one_request_at_a_time_and_he_takes_it_back_himself(low, bell, himself):
    asked = titration.request(patient=low, by=himself, now=NOW, words="Less, please.", client_id="r1")
    assert titration.request(patient=low, by=himself, now=NOW, words="Less, please.", client_id="r1").row.pk == asked.row.pk
    assert refused(lambda: titration.request(patient=low, by=himself, now=NOW, words="Other", client_id="r1")) == [
        ("/client_id", "client-id-taken")
    ]
    assert refused(lambda: titration.request(patient=low, by=himself, now=NOW, words="More")) == [("", "request-open")]
    withdraw = {"patient": low, "uid": asked.row.uid, "now": NOW}
    assert refused(lambda: titration.withdraw(by=bell, **withdraw)) == [("", "not-his-entry")]
    titration.withdraw(by=himself, **withdraw)
    again = titration.request(patient=low, by=himself, now=NOW, words="More").row
    proposed(low, bell, answers=again.uid)
    assert refused(lambda: titration.withdraw(patient=low, uid=again.uid, by=himself, now=NOW)) == [("", "not-his-entry")]


def test_a_request_needs_words_a_clinic_and_himself(low, bell, himself, in_care):
    assert refused(lambda: titration.request(patient=low, by=himself, now=NOW, words=" ")) == [("/words", "words-missing")]
    assert refused(lambda: titration.request(patient=low, by=himself, now=NOW, words="x" * 1001)) == [
        ("/words", "words-too-long")
    ]
    assert refused(lambda: titration.request(patient=low, by=bell, now=NOW, words="x"), kind="forbidden") == [
        ("", "only-himself")
    ]
    consent.revoke(patient=low, uid=in_care.uid, by=himself, now=NOW)
    assert refused(lambda: titration.request(patient=low, by=himself, now=NOW, words="x")) == [("", "no-clinic")]
