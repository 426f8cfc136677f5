"""manage.py second_factor: for who lost his phone, and for the demo."""

from __future__ import annotations

import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import validate_totp_code
from django.core.management import CommandError, call_command

from backend.devstack import one_time_code

pytestmark = pytest.mark.django_db


def test_the_demos_code_is_that_of_its_seed():
    assert validate_totp_code(one_time_code.SEED, one_time_code.code_at(time.time()))


def test_the_seed_of_the_demo_is_set_up_once_and_reset_removes_everything(dr_bell, monkeypatch, capsys):
    monkeypatch.setenv("SECOND_FACTOR_SEED", one_time_code.SEED)
    for said in ("Set up.", "set up already"):
        call_command("second_factor", "Bell@example.org", "--seed-from-environment")
        assert said in capsys.readouterr().out
    assert Authenticator.objects.filter(user=dr_bell).count() == 2
    call_command("second_factor", "bell@example.org", "--reset")
    assert "Removed: 2" in capsys.readouterr().out
    assert not Authenticator.objects.exists()


def test_no_seed_from_outside_in_production_and_no_stranger(dr_bell, settings):
    settings.IN_PRODUCTION = True
    with pytest.raises(CommandError, match="sets up his own app"):
        call_command("second_factor", "bell@example.org", "--seed-from-environment")
    with pytest.raises(CommandError, match=r"no account with the address nobody@example\.org"):
        call_command("second_factor", "nobody@example.org", "--reset")
