"""The numbers that phones keep, and when they are void."""

from __future__ import annotations

import pytest

from tracking.domain.actor import Actor
from tracking.domain.problems import Problem
from tracking.models import Patient
from tracking.services import resync
from tracking.services.access import acting_as

RESTORE = Actor.system("restore")


def is_refused(man, **sent) -> bool:
    with acting_as(RESTORE):
        man = Patient.objects.get(pk=man.pk)
        try:
            resync.check_cursor(man, **sent)
        except Problem as refused:
            return refused.kind == "resync-required"
    return False


def test_in_the_first_life_every_number_up_to_his_revision_counts(adam):
    assert not is_refused(adam, cursor=0)
    assert not is_refused(adam, cursor=1, token=resync.FIRST_LIFE)
    assert is_refused(adam, cursor=1_000)
    assert is_refused(adam, cursor=1, token="of another deployment")


def test_a_new_life_begins_with_a_leap_and_voids_every_number_before(adam, now):
    token = resync.rotate(patient=adam, by=RESTORE, now=now)
    assert is_refused(adam, cursor=1)
    assert is_refused(adam, cursor=resync.LEAP - 1)
    assert not is_refused(adam, cursor=0)
    assert not is_refused(adam, cursor=resync.LEAP, token=token)
    assert is_refused(adam, cursor=resync.LEAP, token=resync.FIRST_LIFE)
    assert is_refused(adam, cursor=resync.LEAP + 1)


def test_what_a_phone_that_starts_anew_says_of_the_old_life_does_not_matter(adam, now):
    resync.rotate(patient=adam, by=RESTORE, now=now)
    assert not is_refused(adam, cursor=0, token=resync.FIRST_LIFE)


@pytest.mark.parametrize("lives", [2, 5])
def test_each_life_is_told_from_every_other(adam, now, lives):
    tokens = [resync.rotate(patient=adam, by=RESTORE, now=now) for _ in range(lives)]
    assert len(set(tokens)) == lives
    for number in range(lives):
        assert is_refused(adam, cursor=number * resync.LEAP + 1)
    assert not is_refused(adam, cursor=lives * resync.LEAP)
