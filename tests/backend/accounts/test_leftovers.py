"""What sign-in leaves behind is removed, and nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session

from backend.accounts import leftovers
from backend.tasks import clear_leftovers
from tests.accounts import PASSWORD, access_token
from tracking import clock
from tracking.models import User

LATER = timedelta(days=8)


def test_an_account_whose_address_nobody_verified_goes_after_a_week(phone):
    phone.ask("POST", "/auth/signup", {"email": "adam@example.org", "password": PASSWORD})
    assert leftovers.clear(now=clock.now() + timedelta(days=6))["accounts"] == 0
    assert leftovers.clear(now=clock.now() + LATER)["accounts"] == 1
    assert not User.objects.exists()
    assert not EmailAddress.objects.exists()
    assert leftovers.clear(now=clock.now() + LATER)["accounts"] == 0


def test_whoever_verified_was_set_up_or_has_a_record_stays(his_phone, make_man, dr_bell):
    make_man("Carl Stranger")
    changing = User.objects.get(email="adam@example.org")
    EmailAddress.objects.create(user=changing, email="adam.new@example.org", verified=False)
    EmailAddress.objects.create(user=dr_bell, email="bell@example.org", verified=False)
    before = set(User.objects.values_list("email", flat=True))
    assert before == {"adam@example.org", "carl@example.org", "bell@example.org"}
    assert leftovers.clear(now=clock.now() + LATER)["accounts"] == 0
    assert set(User.objects.values_list("email", flat=True)) == before


def test_sessions_that_ran_out_go_with_their_devices(his_phone, new_phone):
    other = new_phone()
    other.sign_in()
    Session.objects.filter(pk=UserSession.objects.order_by("id")[1].session_key).update(
        expire_date=clock.now() - timedelta(minutes=1)
    )
    assert clear_leftovers() == {"sessions": 1, "accounts": 0, "letters": 0}
    assert UserSession.objects.count() == 1
    assert his_phone.is_in()


@pytest.mark.usefixtures("his_phone")
def test_a_session_of_the_admin_is_no_leftover(dr_bell):
    access_token(dr_bell)
    assert clear_leftovers() == {"sessions": 0, "accounts": 0, "letters": 0}
    assert Session.objects.count() == 2
