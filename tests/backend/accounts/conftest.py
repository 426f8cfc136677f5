"""A phone that signs in through the API, held against the document at each answer, and a mailbox for its codes."""

from __future__ import annotations

from typing import Any

import pytest
from django.core import mail  # noqa: TID251  the mailbox of tests

from backend.devstack.cohort import code_in
from tests.accounts import PASSWORD
from tests.tracking.api.contract import ContractClient


class Phone(ContractClient):
    """One device of one man, and what it keeps: tokens, or the session token of a sign-in that is under way."""

    access = ""
    refresh = ""
    session = ""

    def ask(self, method: str, path: str, body: Any = None, **headers: Any) -> Any:
        """One request with what the phone keeps, and keep what comes back."""
        if self.access:
            headers.setdefault("HTTP_AUTHORIZATION", f"Bearer {self.access}")
        elif self.session:
            headers.setdefault("HTTP_X_SESSION_TOKEN", self.session)
        answer = self.send(method, path, body, **headers)
        told = answer.json() if answer.content else {}
        kept = told.get("meta", {}) | (told["data"] if path == "/tokens/refresh" and answer.status_code == 200 else {})
        self.access = kept.get("access_token", self.access)
        self.refresh = kept.get("refresh_token", self.refresh)
        self.session = kept.get("session_token", self.session)
        return answer

    def sign_up(self, email: str = "adam@example.org", password: str = PASSWORD) -> Any:
        self.ask("POST", "/auth/signup", {"email": email, "password": password})
        return self.ask("POST", "/auth/email/verify", {"key": code_to(email)})

    def sign_in(self, email: str = "adam@example.org", password: str = PASSWORD) -> Any:
        return self.ask("POST", "/auth/login", {"email": email, "password": password})

    def prove(self, password: str = PASSWORD) -> Any:
        """Show once more that it is him."""
        return self.ask("POST", "/auth/reauthenticate", {"password": password})

    def is_in(self) -> bool:
        """Whether the record is open to the token that it keeps. An account without a record gets a 404, and no 401."""
        return self.ask("GET", "/profile").status_code != 401


def code_to(email: str) -> str:
    """The code in the last message to this address."""
    return code_in([sent for sent in mail.outbox if sent.to == [email]][-1].body)


@pytest.fixture
def phone(db: None) -> Phone:
    return Phone()


@pytest.fixture
def new_phone(db: None) -> type[Phone]:
    return Phone


@pytest.fixture
def his_phone(phone: Phone) -> Phone:
    """Adam's, signed up and in."""
    assert phone.sign_up().status_code == 200
    return phone
