"""What is planted does not come out, and what helps does."""

from __future__ import annotations

import json
from uuid import UUID

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction

from backend.scrubbing import LEFT_OUT, scrubbed, told
from tracking.domain.problems import problem

TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI3In0.c2lnbmF0dXJlLW9mLWl0"


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("nothing of anybody", "nothing of anybody"),
        ("adam@example.org was refused", "[address] was refused"),
        ("to=<Adam.B+x@mail.example.org>, relay", "to=<[address]>, relay"),
        (f"Authorization: Bearer {TOKEN}", "Authorization: Bearer [token]"),
        (f"found {TOKEN} spent", "found [token] spent"),
        ("Bearer abc/d+e.f=", "Bearer [token]"),
        ("GET /r/0190abc:Sig-na_ture HTTP/1.1", "GET /r/[token] HTTP/1.1"),
        ("GET /u/0190abc:sig", "GET /u/[token]"),
        ("GET /api/v1/labs?value=24.7&of=adam", "GET /api/v1/labs?[query]"),
        ("redis://:secret@host:6379/0 is away", "redis://[login]@host:6379/0 is away"),
        ("refused\nDETAIL:  Failing row contains (1, 24.7).", f"refused\nDETAIL: {LEFT_OUT}"),
        ("2 of 7 men, in 0.25 s, at 09:30", "2 of 7 men, in 0.25 s, at 09:30"),
    ],
)
def test_a_text_keeps_what_is_nobodys(said: str, kept: str) -> None:
    assert scrubbed(said) == kept


@pytest.mark.parametrize("name", ["email", "value", "token", "Authorization", "error", "kwargs", "user_agent"])
def test_some_names_are_never_told(name: str) -> None:
    assert scrubbed("24.7", name) == LEFT_OUT
    assert scrubbed({"deep": [{name: "24.7"}]}) == {"deep": [{name: LEFT_OUT}]}


def test_numbers_and_ids_are_told_and_objects_by_their_kind_alone() -> None:
    uid = UUID(int=7)
    assert scrubbed([7, 0.5, True, None, uid]) == [7, 0.5, True, None, str(uid)]
    assert scrubbed(object()) == "object"


def test_an_exception_is_told_by_kind_and_place_through_the_whole_chain() -> None:
    try:
        try:
            int("24.7 of adam@example.org")
        except ValueError as first:
            raise RuntimeError("Adam Invented") from first
    except RuntimeError as error:
        later, earlier = told(error)
    assert (later["type"], earlier["type"]) == ("builtins.RuntimeError", "builtins.ValueError")
    assert "in test_an_exception_is_told" in later["at"][0]
    assert "24.7" not in json.dumps([later, earlier])
    assert "Adam" not in json.dumps([later, earlier])


def test_a_problem_is_told_by_its_codes() -> None:
    (one,) = told(problem("/value", "not-a-number", "{value} is no number.", value="24.7x"))
    assert one["codes"] == ["/value not-a-number"]
    assert "24.7x" not in json.dumps(one)


@pytest.mark.django_db
def test_a_refusal_of_the_database_names_the_constraint_and_quotes_no_row() -> None:
    from tracking.models import User

    User.objects.create_user("adam@example.org", "x")
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        User.objects.create_user("adam@example.org", "y")
    text = json.dumps(found := told(refused.value))
    assert "adam@example.org" in str(refused.value)
    assert "adam" not in text
    assert found[1]["sqlstate"] == "23505"
    assert found[1]["constraint_name"].startswith("tracking_user_")
    assert connection.is_usable()


def test_a_database_that_is_away_is_named() -> None:
    with pytest.raises(psycopg.OperationalError) as away:
        psycopg.connect("postgresql://app:hidden@127.0.0.1:1/x", connect_timeout=2)
    (one,) = told(away.value)[:1]
    assert "127.0.0.1" in one["what"]
    assert "hidden" not in json.dumps(one)
