"""manage.py second_factor EMAIL: take away what a member of staff lost, so that his next sign-in sets up another."""

from __future__ import annotations

import os
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from backend.accounts import second_factor
from tracking.models import User


class Command(BaseCommand):
    help = (
        "With --reset: remove the app, the passkeys and the recovery codes of an account whose owner lost them; he sets up new "
        "ones at his next sign-in to the desk. Make sure that it is he who asks."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--reset", action="store_true")
        what.add_argument(
            "--seed-from-environment", action="store_true", help="demo and tests: set up the app with SECOND_FACTOR_SEED"
        )

    def handle(self, *_args: Any, email: str, reset: bool, **_options: Any) -> None:
        with transaction.atomic():
            user = User.objects.select_for_update(no_key=True).filter(email=email.lower()).first()
            if user is None:
                raise CommandError(f"There is no account with the address {email}.")
            if reset:
                removed, _ = Authenticator.objects.filter(user=user.pk).delete()
                self.stdout.write(f"Removed: {removed}. The next sign-in to the desk sets up another.")
            else:
                self._set_up(user)

    def _set_up(self, user: User) -> None:
        if settings.IN_PRODUCTION:
            raise CommandError("In production everybody sets up his own app, by signing in to the desk.")
        if second_factor.has_one(user):
            self.stdout.write("It is set up already.")
            return
        TOTP.activate(user, os.environ["SECOND_FACTOR_SEED"])
        RecoveryCodes.activate(user)
        self.stdout.write("Set up.")
