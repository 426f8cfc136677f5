"""manage.py sign_out EMAIL: end every session of one account, at once, wherever it is signed in. The account stays as it is."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.core.management.base import BaseCommand, CommandError, CommandParser

from backend.accounts import closing
from backend.accounts.sessions import SessionStore
from tracking.models import User


class Command(BaseCommand):
    help = "Sign an account out of every app and of the desk, at once. It may sign in again, unless it is switched off."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")

    def handle(self, *_args: Any, email: str, **_options: Any) -> None:
        user = User.objects.filter(email=email.lower()).first()
        if user is None:
            raise CommandError(f"There is no account with the address {email}.")
        # The desk's are in no list of devices, and what a session holds is sealed: each is opened.
        store = SessionStore()
        rows = Session.objects.only("session_key", "session_data").iterator()
        his = [row.session_key for row in rows if store.decode(row.session_data).get(SESSION_KEY) == str(user.pk)]
        Session.objects.filter(session_key__in=his).delete()
        closing.end_sign_ins(user)
        self.stdout.write(f"Ended: {len(his)} sessions.")
