"""Another e-mail address for an account: it counts once its code came back."""

from __future__ import annotations

import pytest

from tests.backend.accounts.conftest import code_to
from tests.tracking.api.contract import issues
from tracking.models import User

NEW = {"email": "adam.new@example.org"}


@pytest.fixture(autouse=True)
def _no_pause_between_mails(settings):
    settings.ACCOUNT_RATE_LIMITS = {"confirm_email": None}


def addresses(phone):
    return {row["email"]: (row["verified"], row["primary"]) for row in phone.ask("GET", "/account/email").json()["data"]}


def test_a_change_needs_a_proof_that_it_is_him(his_phone):
    answer = his_phone.ask("POST", "/account/email", NEW)
    assert (answer.status_code, answer.json()["type"]) == (401, "/problems/reauthenticate")


def test_the_new_address_counts_once_its_code_came_back(his_phone, new_phone, mailoutbox):
    his_phone.prove()
    assert his_phone.ask("POST", "/account/email", NEW).status_code == 200
    assert User.objects.get().email == "adam@example.org"
    wrong = his_phone.ask("POST", "/auth/email/verify", {"key": "WRONG1"})
    assert list(issues(wrong)) == ["/key"]
    assert his_phone.ask("POST", "/auth/email/verify", {"key": code_to("adam.new@example.org")}).status_code == 200
    assert addresses(his_phone) == {"adam.new@example.org": (True, True)}
    assert User.objects.get().email == "adam.new@example.org"
    assert new_phone().sign_in("adam@example.org").status_code == 422
    assert new_phone().sign_in("adam.new@example.org").status_code == 200
    # The old mailbox is told, for the case that it was not him.
    assert [sent.subject for sent in mailoutbox if sent.to == ["adam@example.org"]][1:] == [
        "Trabecula: your address was changed"
    ]


def test_an_address_with_an_account_is_not_told_apart_and_never_taken_over(his_phone, new_phone):
    carl = new_phone()
    carl.sign_up("carl@example.org")
    his_phone.prove()
    his, free = (
        his_phone.ask("POST", "/account/email", {"email": email}) for email in ("carl@example.org", "free@example.org")
    )
    assert his.status_code == free.status_code == 200
    his_phone.ask("POST", "/account/email", {"email": "carl@example.org"})
    assert his_phone.ask("POST", "/auth/email/verify", {"key": "ANYKEY"}).status_code == 422
    assert User.objects.filter(email="carl@example.org").count() == 1
    assert carl.is_in()
