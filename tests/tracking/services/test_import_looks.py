"""A look at the rows of a file holds for as long as nothing changes that it went by; else they are looked at again."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from datetime import date

import pytest

from tests.accounts import make_man
from tests.conftest import NOW
from tests.tracking.services.importing import csv, states, stored
from tracking.domain.actor import Actor
from tracking.evidence import load_rulebook
from tracking.exchange.incoming import Form
from tracking.models import ImportBatch, Patient
from tracking.services import import_looks, imports, labs
from tracking.services.access import acting_as, lock_patient
from tracking.services.import_judge import Judge
from tracking.services.import_looks import Look

CLINIC = Actor.system("test")


@pytest.fixture
def man(committed):
    """A man whose record was written to in transactions that are over, as all are but in a test."""
    return make_man(now=NOW)


@pytest.fixture
def sent(man):
    """A file of his with two results, looked at by him."""
    by = Actor.user(man.user_id)
    content = csv("Estradiol,24,pg/mL,2026-03-04", "Estradiol,25,pg/mL,2026-03-05")
    return imports.receive(patient=man, by=by, now=NOW, content=content, form=Form(zone=man.zone))[0]


@contextmanager
def looking(man, batch, *, by=None, staff=False):
    by = by or Actor.user(man.user_id)
    with acting_as(by):
        yield Look(lock_patient(man), ImportBatch.objects.get(pk=batch.pk), by=by, now=NOW, staff=staff)


def recorded(man, collected_at):
    by = Actor.user(man.user_id)
    labs.record(patient=man, by=by, now=NOW, analyte="estradiol", value="24", unit="pg/mL", collected_at=collected_at)


def test_what_was_looked_at_is_stored_without_another_look_while_nothing_has_changed(man, sent, monkeypatch):
    with looking(man, sent) as look:
        assert look.holds()
    monkeypatch.setattr(Judge, "judge", None)  # nobody may ask it
    imports.commit(patient=man, uid=sent.uid, by=Actor.user(man.user_id), now=NOW)
    assert states(sent) == [("stored", ""), ("stored", "")]
    assert [line.split(" (")[0] for line in stored()] == ["estradiol 24 pg/mL", "estradiol 25 pg/mL"]


def test_a_record_that_changed_since_is_looked_at_anew_before_anything_is_stored(man, sent):
    recorded(man, "2026-03-04")
    with looking(man, sent) as look:
        assert not look.holds()
    imports.commit(patient=man, uid=sent.uid, by=Actor.user(man.user_id), now=NOW)
    assert states(sent) == [("duplicate", "duplicate"), ("stored", "")]
    assert len(stored()) == 2


def test_a_profile_that_changed_since_is_looked_at_anew(man, sent):
    with acting_as(CLINIC):
        Patient.objects.filter(pk=man.pk).update(birth_date=date(2026, 3, 5))
    imports.commit(patient=man, uid=sent.uid, by=Actor.user(man.user_id), now=NOW)
    assert [state for state, _ in states(sent)] == ["refused", "refused"]
    assert stored() == []


def test_other_rules_or_another_person_look_for_themselves(man, sent, monkeypatch):
    with looking(man, sent, by=CLINIC, staff=True) as look:
        assert not look.holds()
    with looking(man, sent, staff=True) as look:
        assert not look.holds()
    changed = replace(load_rulebook(), version="another")
    monkeypatch.setattr(import_looks, "load_rulebook", lambda: changed)
    with looking(man, sent) as look:
        assert not look.holds()


def test_a_look_in_a_transaction_that_has_written_already_holds_for_nobody(man):
    """It may write on under the same revision, and nothing would tell."""
    by = Actor.user(man.user_id)
    with acting_as(by):
        recorded(man, "2026-03-01")
        content = csv("Estradiol,24,pg/mL,2026-03-04")
        batch, _ = imports.receive(patient=man, by=by, now=NOW, content=content, form=Form(zone=man.zone))
        recorded(man, "2026-03-04")
    imports.commit(patient=man, uid=batch.uid, by=by, now=NOW)
    assert states(batch) == [("duplicate", "duplicate")]


def test_what_is_to_be_stored_is_kept_only_until_it_is(man, sent, as_system):
    with as_system():
        assert [row.content["digits"] for row in sent.rows.order_by("number")] == ["24", "25"]
    imports.commit(patient=man, uid=sent.uid, by=Actor.user(man.user_id), now=NOW)
    with as_system():
        assert [(row.content, row.stored_uid == row.uid) for row in sent.rows.all()] == [(None, True)] * 2
