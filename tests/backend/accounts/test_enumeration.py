"""Who asks about an address is answered alike and after the same work, whether or not there is an account.

The work is counted and not timed: a hash of a password takes a thousand times as long as everything else together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core import mail  # noqa: TID251  the mailbox of tests
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.accounts import PASSWORD
from tests.backend.accounts.conftest import Phone
from tracking.domain.actor import Actor
from tracking.services import sharing

ADAM, NOBODY = "adam@example.org", "nobody@example.org"
# Statements that one of two may have more of: a few milliseconds at most, less than what the network adds.
MOST_APART = 12


class Work:
    hashes = statements = mails = 0


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every password that was hashed, whatever became of it."""
    found: list[str] = []
    plain = MD5PasswordHasher.encode
    monkeypatch.setattr(MD5PasswordHasher, "encode", lambda self, pw, salt: (found.append(pw), plain(self, pw, salt))[1])
    return found


@pytest.fixture
def work(hashed: list[str]) -> Callable[[Callable[[], Any]], Work]:
    @contextmanager
    def counted(work: Work) -> Iterator[None]:
        hashed.clear()
        before = len(mail.outbox)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            yield
        work.hashes, work.statements, work.mails = len(hashed), len(queries), len(mail.outbox) - before

    def of(do: Callable[[], Any]) -> Work:
        work = Work()
        with counted(work):
            do()
        return work

    return of


def alike(one: Work, other: Work) -> None:
    assert (one.hashes, one.mails) == (other.hashes, other.mails)
    assert abs(one.statements - other.statements) <= MOST_APART


def test_a_wrong_password_is_worked_on_alike(his_phone: Phone, new_phone: type[Phone], work: Any) -> None:
    his = work(lambda: new_phone().sign_in(ADAM, "not his password"))
    assert his.hashes == 1
    alike(his, work(lambda: new_phone().sign_in(NOBODY, "not his password")))


def test_a_passkeys_account_without_a_password_is_worked_on_alike(his_phone: Phone, new_phone: type[Phone], work: Any) -> None:
    from tracking.models import User

    user = User.objects.get(email=ADAM)
    user.set_unusable_password()
    user.save()
    his = work(lambda: new_phone().sign_in(ADAM, "any password"))
    alike(his, work(lambda: new_phone().sign_in(NOBODY, "any password")))


def test_signing_up_is_worked_on_alike(his_phone: Phone, new_phone: type[Phone], work: Any, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"confirm_email": None}
    sent = {"password": PASSWORD}
    his = work(lambda: new_phone().ask("POST", "/auth/signup", {"email": ADAM, **sent}))
    new = work(lambda: new_phone().ask("POST", "/auth/signup", {"email": NOBODY, **sent}))
    assert new.hashes == 1
    alike(his, new)


def test_asking_for_a_new_password_is_worked_on_alike(his_phone: Phone, new_phone: type[Phone], work: Any) -> None:
    def asked(phone: Phone, to: str) -> Work:
        return work(lambda: phone.ask("POST", "/auth/password/request", {"email": to}))

    def tried(phone: Phone) -> Work:
        return work(lambda: phone.ask("POST", "/auth/password/reset", {"key": "WRONG1", "password": "another horse"}))

    first, second = new_phone(), new_phone()
    alike(asked(first, ADAM), asked(second, NOBODY))
    alike(tried(first), tried(second))


def test_every_code_that_is_not_accepted_is_worked_on_alike(adam: Any, clinic: Any, dr_bell: Any, now: Any, work: Any) -> None:
    """A stranger's guess, a code that was withdrawn, and one that cannot be one at all: the same statements."""
    from tracking.domain.problems import Problem

    _, withdrawn = sharing.make_code(patient=adam, scope=[], by=Actor.user(adam.user_id), now=now)
    sharing.make_code(patient=adam, scope=[], by=Actor.user(adam.user_id), now=now)

    def tried(code: str) -> Work:
        return work(lambda: refused(code))

    def refused(code: str) -> None:
        with pytest.raises(Problem, match="not accepted"):
            sharing.redeem(clinic_uid=clinic.uid, code=code, by=Actor.user(dr_bell.pk), now=now)

    counted = {tried(code).statements for code in ("0000-0000-0000", withdrawn, "no code", "x" * 3000)}
    assert len(counted) == 1
