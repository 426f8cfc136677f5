"""Men are looked at again on request, with the progress told."""

from __future__ import annotations

from dataclasses import replace
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tests.conftest import NOW
from tracking.domain.actor import Actor
from tracking.evidence import load_rulebook
from tracking.models import Evaluation, Standing
from tracking.services import evaluations


def told(**options):
    out, err = StringIO(), StringIO()
    call_command("reevaluate", stdout=out, stderr=err, **options)
    return out.getvalue(), err.getvalue()


@pytest.fixture
def new_rules(monkeypatch):
    book = replace(load_rulebook(), version="2027.1+new", digest="new")
    monkeypatch.setattr(evaluations, "load_rulebook", lambda: book)
    return book.version


def test_only_men_by_another_rulebook_are_looked_at_on_request(three_men, new_rules):
    evaluations.reevaluate(three_men[0].pk, by=Actor.system("test"), now=NOW)
    out, progress = told(rulebook=True)
    assert out == "2 men evaluated.\n"
    assert "50 % (1 of 2 men)" in progress
    assert "100 % (2 of 2 men)" in progress
    assert told(rulebook=True)[0] == "0 men evaluated.\n"


def test_all_men_are_looked_at_and_what_says_the_same_makes_no_row(three_men, as_system):
    with as_system():
        before = Evaluation.objects.count()
    assert told()[0] == "3 men evaluated.\n"
    with as_system():
        assert Evaluation.objects.count() == before


def test_a_failure_is_told_and_the_others_are_done(three_men, new_rules, as_system, monkeypatch):
    evaluate = evaluations.evaluate

    def fails(history, rulebook, as_of):
        if history.labs and str(history.labs[0].reported.value) == "30.0 pg/mL":
            raise ArithmeticError("invented")
        return evaluate(history, rulebook, as_of)

    monkeypatch.setattr(evaluations, "evaluate", fails)
    with pytest.raises(CommandError, match="1 of 3 men could not be evaluated"):
        told(rulebook=True)
    with as_system():
        assert Standing.objects.filter(rulebook_version=new_rules).count() == 2
