"""FCM HTTP v1.

What a failure means depends on whether the request had left: a closed door or a token that could not be had sent nothing; any
answer is definite; silence after the request means that nobody knows.
"""

from __future__ import annotations

import json
from functools import cache
from http import HTTPStatus
from pathlib import Path
from threading import local
from typing import Any

import requests
from django.conf import settings
from google.auth.exceptions import GoogleAuthError
from google.auth.transport.requests import AuthorizedSession, Request
from google.oauth2 import service_account

from notifications.channels.base import (
    REASON_LENGTH,
    Message,
    Outcome,
    Refused,
    Sent,
    Target,
    Unknown,
    never_connected,
    said,
    wait_of,
)
from notifications.domain.outbound import fault_of_address

SCOPE = "https://www.googleapis.com/auth/firebase.messaging"
# Statuses after which the same message may be taken later; 401: our own credentials, which somebody will put right.
RETRYABLE = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.TOO_MANY_REQUESTS})
SERVER_ERRORS = 500

_thread = local()


def send(message: Message, target: Target) -> Outcome:
    """Hand one message to FCM for one device."""
    try:
        session, project = _session(settings.FCM_SERVICE_ACCOUNT)
    except (ValueError, KeyError, OSError, GoogleAuthError) as error:
        return Refused(f"the service account cannot be read: {type(error).__name__}", is_retryable=True)
    try:
        answer = session.request(  # type: ignore[no-untyped-call]  # google-auth's
            "POST",
            f"{settings.FCM_URL}/v1/projects/{project}/messages:send",
            json={"message": _content(message, target)},
            timeout=settings.FCM_TIMEOUT,
            max_allowed_time=settings.FCM_TIMEOUT * 2,
            allow_redirects=False,
        )
    except GoogleAuthError as error:  # no access token, or none that is accepted: nothing was sent
        return Refused(said(error), is_retryable=True)
    except (requests.exceptions.ConnectTimeout, requests.exceptions.SSLError) as error:
        return Refused(said(error), is_retryable=True)
    except requests.exceptions.ConnectionError as error:
        return Refused(said(error), is_retryable=True) if never_connected(error) else Unknown(said(error))
    except requests.exceptions.RequestException as error:
        return Unknown(said(error))
    return _read(answer)


def _content(message: Message, target: Target) -> dict[str, Any]:
    """The payload: what a lock screen may show, and a name by which a second copy replaces the first."""
    seconds = max(0, int(message.expires_in.total_seconds()))
    return {
        target.kind: target.value,
        "notification": {"title": message.title, "body": message.body},
        "data": {"reference": message.reference},
        "android": {
            "collapse_key": message.reference,
            "ttl": f"{seconds}s",
            "priority": "HIGH" if message.is_urgent else "NORMAL",
            "notification": {"tag": message.reference, "visibility": "PRIVATE"},
        },
        "apns": {
            "headers": {"apns-collapse-id": message.reference, "apns-priority": "10" if message.is_urgent else "5"}
            | ({"apns-expiration": str(int(message.expires_at.timestamp()))} if message.expires_at else {})
        },
    }


def _read(answer: requests.Response) -> Outcome:
    if answer.status_code < HTTPStatus.MULTIPLE_CHOICES:
        return Sent(_field(answer, "name"))
    status = answer.status_code
    reason = f"{status} {_error_code(answer)}"[:REASON_LENGTH]
    if status == HTTPStatus.NOT_FOUND:
        return Refused(reason, is_retryable=False, is_gone="UNREGISTERED" in reason)
    return Refused(
        reason,
        # Somebody leads us elsewhere: nobody is followed, and whoever runs this has to look at it.
        is_retryable=status in RETRYABLE or status >= SERVER_ERRORS or status < HTTPStatus.BAD_REQUEST,
        retry_after=wait_of(answer.headers.get("Retry-After"), said_at=answer.headers.get("Date")),
    )


def _error_code(answer: requests.Response) -> str:
    """FCM's own code, which is in the details; else the status of the error. Never the message: it may repeat the token."""
    try:
        error = answer.json()["error"]
        codes = [detail["errorCode"] for detail in error.get("details", []) if "errorCode" in detail]
        return str(codes[0] if codes else error.get("status", ""))
    except (ValueError, KeyError, TypeError, AttributeError):
        return ""


def _field(answer: requests.Response, name: str) -> str:
    try:
        return str(answer.json()[name])
    except (ValueError, KeyError, TypeError):
        return ""


def _session(account: str) -> tuple[AuthorizedSession, str]:
    """A session of this thread's own, on credentials that all share, and the project they belong to."""
    credentials, project = _credentials(account)
    kept: dict[str, AuthorizedSession] = _thread.__dict__.setdefault("sessions", {})
    if account not in kept:
        # As google-auth makes its own, and following nobody.
        asking = requests.Session()
        asking.mount("https://", requests.adapters.HTTPAdapter(max_retries=3))
        asking.max_redirects = 0
        kept[account] = AuthorizedSession(  # type: ignore[no-untyped-call]  # google-auth's
            credentials,
            refresh_timeout=settings.FCM_TIMEOUT,
            auth_request=Request(asking),
        )
    return kept[account], project


@cache
def _credentials(account: str) -> tuple[service_account.Credentials, str]:
    """From the JSON itself, or from the file of that name."""
    stated = json.loads(account if account.lstrip().startswith("{") else Path(account).read_text(encoding="utf-8"))
    if fault := fault_of_address(str(stated.get("token_uri", "")), loopback=not settings.IN_PRODUCTION):
        raise ValueError(f"token_uri: {fault}")
    credentials = service_account.Credentials.from_service_account_info(  # type: ignore[no-untyped-call]  # google-auth's
        stated, scopes=[SCOPE]
    )
    return credentials, stated["project_id"]
