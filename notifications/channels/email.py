"""E-mail over SMTP, as text and as HTML; by another backend of Django where the settings name one (``clients.provider``).

Django opens the connection by its settings. The transaction is spoken here, step by step, because what a failure means depends
on the step: before the text has been handed over nothing was sent; after it, silence means that nobody knows. Whoever sends
many messages keeps connections open between them (ADR 101).
"""

from __future__ import annotations

import smtplib
from collections.abc import Sequence
from contextlib import AbstractContextManager
from email.utils import parseaddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection  # noqa: TID251  this is the e-mail channel
from django.core.mail.backends.smtp import EmailBackend  # noqa: TID251  this is the e-mail channel
from django.utils.html import format_html, format_html_join

from notifications.channels.base import REASON_LENGTH, Message, Outcome, Reached, Refused, Sent, Target, Unknown, said
from notifications.channels.clients.connections import Connections

_Reply = tuple[int, bytes]


class EmailChannel:
    """Sends from ``DEFAULT_FROM_EMAIL``; waits at most ``EMAIL_TIMEOUT`` seconds for each answer."""

    name = "email"
    rank = 20

    def __init__(self) -> None:
        self._connections = Connections()

    def targets(self, reached: Reached) -> Sequence[Target]:
        """His address, if there is one."""
        return (Target("address", reached.email),) if reached.email else ()

    def kept_open(self) -> AbstractContextManager[None]:
        return self._connections.kept_open()

    def send(self, message: Message, target: Target) -> Outcome:
        """Hand one message to the mail server. ``target`` is an address without a name."""
        sender = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
        mail = _mail(message, target, sender)
        try:
            text = b"\r\n".join(mail.message().as_bytes().splitlines())
        except ValueError as error:  # a line break in a header
            return Refused(said(error), is_retryable=False)
        kept = self._connections.take()
        if kept is not None:
            outcome = self._over(kept, sender, target.value, text)
            # What is refused was not taken, and may be about the connection: some servers count the letters of one.
            if not isinstance(outcome, Refused):
                return outcome
        try:
            connection = get_connection()
            if not isinstance(connection, EmailBackend):
                from notifications.channels.clients import provider  # noqa: PLC0415  only where a provider's interface is used

                return provider.hand_over(connection, mail)
            connection.open()
        except Exception as error:  # noqa: BLE001  a wrong setting, a closed door, a wrong password: nothing was sent
            return Refused(said(error), is_retryable=True)
        server = connection.connection
        assert server is not None
        return self._over(server, sender, target.value, text)

    def _over(self, server: smtplib.SMTP, sender: str, target: str, text: bytes) -> Outcome:
        outcome: Outcome | None = None
        try:
            outcome = _converse(server, sender, target, text)
        finally:
            if isinstance(outcome, Sent):
                self._connections.give_back(server)
            else:
                server.close()
        return outcome


def _converse(server: smtplib.SMTP, sender: str, target: str, text: bytes) -> Outcome:
    try:
        server.ehlo_or_helo_if_needed()
        reply = server.mail(sender)
        if _is_positive(reply):
            reply = server.rcpt(target)
        if not _is_positive(reply):
            return _refusal(reply)
    except UnicodeError:
        return Refused("the address is not ASCII", is_retryable=False)
    except (OSError, smtplib.SMTPException) as error:
        return Refused(said(error), is_retryable=True)
    try:
        reply = server.data(text)
    except smtplib.SMTPDataError as error:  # the server did not want to hear the text
        return _refusal((error.smtp_code, _bytes(error.smtp_error)))
    except (OSError, smtplib.SMTPException) as error:
        return Unknown(said(error))
    return Sent(_text(reply)) if _is_positive(reply) else _refusal(reply)


def _mail(message: Message, target: Target, sender: str) -> EmailMultiAlternatives:
    headers = {"Message-ID": f"<{message.reference}@{sender.rpartition('@')[2]}>", "Auto-Submitted": "auto-generated"}
    unsubscribe = message.links.get("unsubscribe")
    if unsubscribe:  # RFC 8058: the mail program's own button, one click
        headers |= {"List-Unsubscribe": f"<{unsubscribe}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    lines = [message.texts[name].format(url=url) for name, url in message.links.items() if name in message.texts]
    footer = message.texts.get("footer", "")
    text = "\n\n".join([message.body, *lines]) + (f"\n\n-- \n{footer}\n" if footer else "\n")
    mail = EmailMultiAlternatives(message.title, text, to=[target.value], headers=headers)
    mail.attach_alternative(_html(message), "text/html")
    return mail


def _html(message: Message) -> str:
    """The same words; nothing is loaded from anywhere, so that opening it tells nobody."""
    links = [(url, message.texts[name].partition(":")[0]) for name, url in message.links.items() if name in message.texts]
    return format_html(
        '<!doctype html><html lang="{}"><head><meta charset="utf-8"><title>{}</title></head><body><p>{}</p>{}<hr><p>{}</p>'
        "</body></html>",
        message.language,
        message.title,
        message.body,
        format_html_join("", '<p><a href="{}">{}</a></p>', links),
        message.texts.get("footer", ""),
    )


def _is_positive(reply: _Reply) -> bool:
    return reply[0] // 100 == 2  # noqa: PLR2004  RFC 5321 4.2.1: 2yz is yes, 4yz not now, 5yz no


def _refusal(reply: _Reply) -> Outcome:
    first_digit = reply[0] // 100
    if first_digit in (4, 5):
        return Refused(_text(reply), is_retryable=first_digit == 4)  # noqa: PLR2004  as above
    return Unknown(f"unreadable reply: {_text(reply)}")


def _text(reply: _Reply) -> str:
    return f"{reply[0]} {reply[1].decode('utf-8', 'replace')}"[:REASON_LENGTH]


def _bytes(said: str | bytes) -> bytes:
    return said if isinstance(said, bytes) else said.encode()


CHANNEL = EmailChannel()
