"""For whom a candidate would say something else is told before it is switched on, and nothing is written."""

from __future__ import annotations

import csv
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection

from tests.tracking.evidence.candidate import RAISED_FLOOR, candidate
from tracking.domain.actor import Actor
from tracking.evidence import load_rulebook
from tracking.models import Evaluation, Finding, RulebookVersion, Standing
from tracking.services import impact


@pytest.fixture
def raised(tmp_path):
    return candidate(tmp_path / "candidate", RAISED_FLOOR)


def told(*args, **options):
    out, err = StringIO(), StringIO()
    call_command("rulebook_impact", *args, stdout=out, stderr=err, **options)
    return out.getvalue(), err.getvalue()


def test_it_names_the_man_whose_verdict_changes_and_counts(three_men, raised):
    out, progress = told(raised)
    adam, brian, chris = three_men
    assert f"{adam.uid}: verdict not below (borderline, current) to below (below floor, current); " in out
    assert "worst priority none to P3; appears: e2_low_off_ai" in out
    assert f"{brian.uid}: unchanged" in out
    assert f"{chris.uid}: unchanged" in out
    assert "Men: 3, of them survey records: 0\nSomething changes for: 1\nThe verdict changes for: 1\n" in out
    assert "3 of 3 men" in progress


def test_only_the_changed_are_listed_on_request_and_all_are_counted(three_men, raised):
    out, _ = told(raised, only_changed=True)
    assert out.count("unchanged") == 0
    assert str(three_men[0].uid) in out
    assert "Men: 3," in out


def test_a_limit_looks_at_so_many_men(three_men, raised):
    out, progress = told(raised, limit=2)
    assert "Men: 2," in out
    assert str(three_men[2].uid) not in out
    assert "2 of 2 men" in progress
    with pytest.raises(CommandError, match="at least 1"):
        told(raised, limit=0)


def test_the_list_goes_into_a_file_with_a_column_for_each_thing_said(three_men, raised, tmp_path):
    out, _ = told(raised, csv=tmp_path / "impact.csv")
    assert str(three_men[0].uid) not in out
    with (tmp_path / "impact.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["uid"]: row for row in csv.DictReader(file)}
    assert len(rows) == 3
    adam = rows[str(three_men[0].uid)]
    assert (adam["changes"], adam["priority_before"], adam["priority_after"]) == ("yes", "none", "P3")
    assert (adam["findings_appear"], adam["survey"]) == ("e2_low_off_ai", "no")
    with pytest.raises(CommandError, match="cannot be written"):
        told(raised, csv=tmp_path)


def test_open_findings_that_would_close_are_named(three_men, tmp_path, make_man, record):
    record(three_men[0], "15.0")
    lowered = [
        ('{ tier = "below_floor", start = 10, end = 16 }', '{ tier = "below_floor", start = 10, end = 14 }'),
        ('{ tier = "borderline", start = 16, end = 20 }', '{ tier = "borderline", start = 14, end = 20 }'),
    ]
    out, _ = told(candidate(tmp_path / "lower", {"estradiol": lowered}), only_changed=True)
    family = load_rulebook().findings["e2_low_off_ai"].family
    assert f"vanishes: e2_low_off_ai; would close: {family}" in out
    assert "Open findings would close for: 1" in out


def test_an_open_episode_counts_as_open_even_where_nothing_is_found_any_more(three_men, raised, as_system):
    from tracking.models import Episode, Evaluation

    adam = three_men[0]
    with as_system():
        said = Evaluation.objects.filter(patient=adam).latest("pk")
        Episode.objects.create(
            patient=adam, family="bone_loss_on_ai", code="bone_loss_on_ai", priority=1, worst_priority=1, severity="high",
            lane="bone_and_therapy", opened_at=said.as_of, opened_in=said, evaluation=said, rule_changed="an earlier one",
        )  # fmt: skip
    out, _ = told(raised)
    assert "would close: bone_loss_on_ai" in out


def test_nothing_is_written_and_the_database_would_refuse_it(three_men, raised, as_system):
    def rows():
        with as_system():
            counted = [model.objects.count() for model in (Evaluation, Finding, RulebookVersion)]
            return counted, list(Standing.objects.values_list("evaluation", "evaluated_at", "rulebook_version"))

    before = rows()
    told(raised)
    assert rows() == before


def test_the_transaction_can_only_read(committed, monkeypatch, now):
    def writes(*_):
        with connection.cursor() as cursor:
            cursor.execute("CREATE TEMPORARY TABLE told (told text)")

    monkeypatch.setattr(impact, "of_men", writes)
    book = load_rulebook()
    with pytest.raises(DatabaseError, match="read-only transaction"):
        list(impact.impacts(book, book, by=Actor.system("test"), now=now))


def test_a_candidate_that_cannot_evaluate_a_man_is_refused_with_his_id(three_men, record, tmp_path):
    record(three_men[0], "12.0")
    without = {"findings_estradiol": [("[e2_low_off_ai]", "[e2_low_off_treatment]")]}
    with pytest.raises(CommandError, match=f"{three_men[0].uid} cannot be evaluated by .*e2_low_off_ai"):
        told(candidate(tmp_path / "broken", without))


def test_a_candidate_that_does_not_load_is_refused(db, tmp_path):
    with pytest.raises(CommandError, match="does not load: missing file"):
        told(tmp_path)
