"""manage.py sign_out: an operator ends the sessions of one account."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from tests.accounts import access_token
from tests.desks import at_desk


def test_every_session_of_the_account_ends_at_once_and_nobody_elses(dr_bell, his_phone, new_phone, client, capsys):
    at_desk(dr_bell, client)
    hers = new_phone()
    hers.access = access_token(dr_bell)
    assert hers.is_in()
    assert client.get("/admin/recovery-codes/").status_code == 200
    call_command("sign_out", "Bell@example.org")
    assert capsys.readouterr().out == "Ended: 2 sessions.\n"
    assert not hers.is_in()
    assert client.get("/admin/recovery-codes/").status_code == 302
    assert his_phone.is_in()


def test_an_address_without_an_account_is_said(db):
    with pytest.raises(CommandError, match=r"no account with the address nobody@example\.org"):
        call_command("sign_out", "nobody@example.org")
