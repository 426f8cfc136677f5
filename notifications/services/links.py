"""The links in an e-mail. Each is signed, speaks of one delivery, and acts by POST alone: mail scanners follow links."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.core import signing

from notifications.domain.addresses import ANSWER, UNSUBSCRIBE

_ANSWER = signing.Signer(salt="notifications.answer")
_UNSUBSCRIBE = signing.Signer(salt="notifications.unsubscribe")


def answer_link(delivery_uid: UUID) -> str:
    """The address of the page on which he answers."""
    return f"{settings.PUBLIC_URL}/{ANSWER}/{_ANSWER.sign(delivery_uid.hex)}"


def unsubscribe_link(delivery_uid: UUID) -> str:
    """The address to which his mail program posts when he wants no more e-mails."""
    return f"{settings.PUBLIC_URL}/{UNSUBSCRIBE}/{_UNSUBSCRIBE.sign(delivery_uid.hex)}"


def read_answer(token: str) -> UUID | None:
    """The delivery that an answer link speaks of; None where we did not sign it."""
    return _read(_ANSWER, token)


def read_unsubscribe(token: str) -> UUID | None:
    """The delivery that an unsubscribe link came with; None where we did not sign it."""
    return _read(_UNSUBSCRIBE, token)


def _read(signer: signing.Signer, token: str) -> UUID | None:
    try:
        return UUID(hex=signer.unsign(token))
    except (signing.BadSignature, ValueError):
        return None
