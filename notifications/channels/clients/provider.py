"""E-mail by a provider's HTTP interface, through anymail; or by any other backend of Django that is not SMTP.

As everywhere: an answer is definite, and so is a door that did not open; silence after the request has left means that nobody
knows. Reasons are put in words of our own, because a provider's answer may repeat the address.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

import requests
from anymail.backends.base_requests import AnymailRequestsBackend
from anymail.exceptions import AnymailAPIError, AnymailError
from django.core.mail import EmailMultiAlternatives  # noqa: TID251  this is a part of the e-mail channel
from django.core.mail.backends.base import BaseEmailBackend  # noqa: TID251  this is a part of the e-mail channel

from notifications.channels.base import Outcome, Refused, Sent, Unknown, never_connected, said, wait_of

_SERVER_ERRORS = 500
# Our own key, which somebody will put right; too many; the provider is not well.
_LATER = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS})


def hand_over(connection: BaseEmailBackend, mail: EmailMultiAlternatives) -> Outcome:
    """Give one mail to this backend."""
    try:
        with _following_nobody(connection):
            connection.send_messages([mail])
    except AnymailAPIError as error:
        return _of_answer(error)
    except AnymailError as error:
        # The provider refuses the address, or the mail cannot be put into its form: nothing was sent, nor ever will be.
        return Refused(type(error).__name__, is_retryable=False)
    except Exception as error:  # noqa: BLE001  any backend may raise anything, at any step
        return Unknown(said(error))
    status = getattr(mail, "anymail_status", None)
    return Sent(str(status.message_id or "") if status is not None else "")


@contextmanager
def _following_nobody(connection: BaseEmailBackend) -> Iterator[None]:
    """A provider's answer that leads elsewhere is a refusal: the mail and our key are meant for nobody else."""
    if not isinstance(connection, AnymailRequestsBackend):
        yield
        return
    connection.open()
    connection.session.max_redirects = 0
    try:
        yield
    finally:
        connection.close()


def _of_answer(error: AnymailAPIError) -> Outcome:
    answer = error.response
    if answer is None:
        cause = error.__cause__
        if isinstance(cause, requests.exceptions.TooManyRedirects):
            return Refused("it leads elsewhere", is_retryable=True)
        if isinstance(cause, requests.exceptions.ConnectTimeout | requests.exceptions.SSLError) or never_connected(cause):
            return Refused(type(cause).__name__, is_retryable=True)
        return Unknown(type(cause).__name__)
    if answer.status_code < HTTPStatus.BAD_REQUEST:
        return Unknown(f"unreadable answer: {answer.status_code}")
    return Refused(
        f"{answer.status_code} {answer.reason}"[:100],
        is_retryable=answer.status_code in _LATER or answer.status_code >= _SERVER_ERRORS,
        retry_after=wait_of(answer.headers.get("Retry-After"), said_at=answer.headers.get("Date")),
    )
