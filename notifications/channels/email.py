"""E-mail over SMTP.

Django opens the connection by its settings. The transaction is spoken here, step by step, because what a failure means depends
on the step: before the text has been handed over nothing was sent; after it, silence means that nobody knows.
"""

from __future__ import annotations

import smtplib
from contextlib import suppress
from email.utils import parseaddr

from django.conf import settings
from django.core.mail import EmailMessage, get_connection  # noqa: TID251  this is the e-mail channel
from django.core.mail.backends.base import BaseEmailBackend  # noqa: TID251  this is the e-mail channel
from django.core.mail.backends.smtp import EmailBackend  # noqa: TID251  this is the e-mail channel

from notifications.channels.base import Message, Outcome, Refused, Sent, Unknown

REASON_LENGTH = 200

_Reply = tuple[int, bytes]


class EmailChannel:
    """Sends plain text from ``DEFAULT_FROM_EMAIL``; waits at most ``EMAIL_TIMEOUT`` seconds for each answer."""

    def send(self, message: Message, target: str) -> Outcome:
        """Hand one message to the mail server. ``target`` is an address without a name."""
        sender = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
        mail = EmailMessage(
            message.title,
            f"{message.body}\n\n-- \n{message.footer}\n" if message.footer else f"{message.body}\n",
            to=[target],
            headers={
                "Message-ID": f"<{message.reference}@{sender.rpartition('@')[2]}>",
                "Auto-Submitted": "auto-generated",
            },
        )
        try:
            text = b"\r\n".join(mail.message().as_bytes().splitlines())
        except ValueError as error:  # a line break in a header
            return Refused(_said(error), is_retryable=False)
        try:
            connection = get_connection()
            if not isinstance(connection, EmailBackend):
                return _by_other_backend(connection, mail)
            connection.open()
        except Exception as error:  # noqa: BLE001  a wrong setting, a closed door, a wrong password: nothing was sent
            return Refused(_said(error), is_retryable=True)
        server = connection.connection
        assert server is not None
        try:
            outcome = _converse(server, sender, target, text)
            if isinstance(outcome, Sent):
                with suppress(OSError, smtplib.SMTPException):
                    server.quit()
            return outcome
        finally:
            server.close()


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
        return Refused(_said(error), is_retryable=True)
    try:
        reply = server.data(text)
    except smtplib.SMTPDataError as error:  # the server did not want to hear the text
        return _refusal((error.smtp_code, _bytes(error.smtp_error)))
    except (OSError, smtplib.SMTPException) as error:
        return Unknown(_said(error))
    return Sent(_text(reply)) if _is_positive(reply) else _refusal(reply)


def _by_other_backend(connection: BaseEmailBackend, mail: EmailMessage) -> Outcome:
    """A backend that is not SMTP tells nothing about steps; whatever it raises, the message may be out."""
    try:
        connection.send_messages([mail])
    except Exception as error:  # noqa: BLE001  any backend may raise anything, and all of it means the same here
        return Unknown(_said(error))
    return Sent()


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


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:REASON_LENGTH]
