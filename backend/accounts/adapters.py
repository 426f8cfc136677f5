"""Where allauth asks the house: how to send, what an account is called, how to seal, and where passkeys belong."""

from __future__ import annotations

import dataclasses
import logging
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from allauth.account.adapter import DefaultAccountAdapter
from allauth.headless import app_settings as headless_settings
from allauth.headless.adapter import DefaultHeadlessAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import get_random_string

from backend.accounts import limits, second_factor, words
from backend.accounts.sealing import seal, unseal
from notifications.channels.base import Message, Refused, Target
from notifications.channels.email import EmailChannel
from tracking.domain.problems import problem
from tracking.models import User

__all__ = ["AccountAdapter", "HeadlessAdapter", "MailAwayError", "MfaAdapter"]

log = logging.getLogger(__name__)

_PASSKEY_SIGN_UP = "/auth/webauthn/signup"


class MailAwayError(Exception):
    """The mail server did not take a message that somebody waits for; it may later."""


class AccountAdapter(DefaultAccountAdapter):
    """allauth's questions about accounts."""

    def pre_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse | None:
        """Who looks after men and has no second factor comes in by no app: the desk sets one up, at his first sign-in there.

        Raises Problem then. Who has one is asked for it by allauth.
        """
        if user.is_staff and not second_factor.can_show(user):
            text = "Who looks after others signs in with a second factor. Sign in to the desk once: it sets one up."
            raise problem("", "second-factor-missing", text, kind="forbidden")
        refused: HttpResponse | None = super().pre_login(request, user, **kwargs)
        return refused

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count the try by the account and the place that it comes from, and refuse it where there were too many."""
        if limits.seconds_for_strangers(request, "wrong_password", str(credentials.get("email", ""))):
            raise self.validation_error("too_many_login_attempts")
        super().pre_authenticate(request, **credentials)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        limits.count(request, "wrong_password", str(credentials.get("email", "")))

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        return limits.here(request, str(credentials.get("email", "")))

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send one of our own texts through the e-mail channel, within the request: its reader waits for it.

        Raises MailAwayError, or Problem where the mail server will never take this address; not for a notice of what has
        happened already, which is logged instead.
        """
        if template_prefix in words.NOTICES:
            text = words.NOTICES[template_prefix]
            outcome = self._hand_over(text.title, text.body, email)
            if isinstance(outcome, Refused):
                log.warning("a notice about an account was not taken: %s", outcome.reason)
            return
        text = words.CODES[template_prefix]
        outcome = self._hand_over(text.title, text.body.format(code=context.get("code", "")), email)
        if isinstance(outcome, Refused) and outcome.is_retryable:
            raise MailAwayError(outcome.reason)
        if isinstance(outcome, Refused):
            raise problem("", "email-refused", "The mail server does not take mail for this address. Check how it is spelt.")

    def send_account_already_exists_mail(self, email: str) -> None:
        """As allauth's own, after as much work as a new account takes: where a password came along, the time would tell."""
        if not self.request.path.endswith(_PASSKEY_SIGN_UP):
            make_password(get_random_string(12))
        super().send_account_already_exists_mail(email)

    def _hand_over(self, title: str, body: str, email: str) -> Any:
        message = Message(title, body, reference=str(uuid4()), texts={"footer": words.WHY})
        return EmailChannel().send(message, Target("address", email))


class HeadlessAdapter(DefaultHeadlessAdapter):
    """allauth's questions about what an app is told."""

    def get_frontend_url(self, urlname: str, **kwargs: Any) -> str:
        """No message of ours has a link, yet allauth wants one before it asks for the message."""
        return settings.PUBLIC_URL

    def get_user_dataclass(self) -> Any:
        return dataclasses.make_dataclass("User", ["id", "email", "display", "has_usable_password"])

    def user_as_dataclass(self, user: Any) -> Any:
        """An account by its uid: its bigint key stays inside."""
        return self.get_user_dataclass()(str(user.uid), user.email, user.name, user.has_usable_password())

    def populate_response_meta(self, request: HttpRequest, meta: dict[str, Any]) -> None:
        """Who is signed in has tokens, and no session token, which would outlive them.

        His session moves when he changes his password, which ends every other one of his. Then he gets new tokens.
        """
        if not request.user.is_authenticated:
            return
        moved = meta.pop("session_token", None) is not None
        if moved and "access_token" not in meta:
            meta.update(headless_settings.TOKEN_STRATEGY.create_access_token_payload(request))


class MfaAdapter(DefaultMFAAdapter):
    """allauth's questions about second factors."""

    def encrypt(self, text: str) -> str:
        return seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        return unseal(encrypted_text)

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Passkeys belong to the public name of this service, whatever name a request came in by."""
        return {"id": urlsplit(settings.PUBLIC_URL).hostname or "localhost", "name": "Trabecula"}

    def get_public_key_credential_user_entity(self, user: Any) -> dict[str, Any]:
        return super().get_public_key_credential_user_entity(user) | {
            "name": user.email,
            "display_name": user.name or user.email,
        }
