"""Signing up, signing in, and who he says he is."""

from __future__ import annotations

from typing import Any, cast

from django.contrib.auth import authenticate
from django.utils.translation import gettext
from rest_framework import serializers
from rest_framework.authentication import TokenAuthentication
from rest_framework.authtoken.models import Token
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import ScopedRateThrottle

from tracking.api.base import ApiView, RecordView
from tracking.api.fields import Day, Email, Input, Output, Text
from tracking.api.records import day
from tracking.api.schema import Operation
from tracking.domain.actor import Actor
from tracking.models import Patient, User
from tracking.services import accounts
from tracking.services.access import acting_as

__all__ = ["Accounts", "Profile", "SignIn"]


class SignUpInput(Input):
    email = Email(max_length=254)
    password = Text(max_length=256, trim_whitespace=False)
    name = Text(max_length=200)
    birth_date = Day()
    zone = Text(max_length=64, help_text="IANA zone; reminders come in it")


class SignInInput(Input):
    email = Text(max_length=254)
    password = Text(max_length=256, trim_whitespace=False)


class ProfileInput(Input):
    """What is not sent stays as it was."""

    name = Text(max_length=200, required=False)
    birth_date = Day(required=False)
    zone = Text(max_length=64, required=False)


class ProfileRow(Output):
    uid = serializers.UUIDField()
    revision = serializers.IntegerField()
    email = serializers.CharField()
    name = serializers.CharField()
    birth_date = serializers.DateField(allow_null=True)
    birth_year = serializers.IntegerField(allow_null=True, help_text="where only the year is known")
    zone = serializers.CharField()


class TokenRow(Output):
    token = serializers.CharField(help_text="send it as `Authorization: Token <token>`")


class SignedUp(TokenRow):
    profile = ProfileRow()


class AtTheDoor(ApiView):
    """What is open to everybody; counted, so that nobody tries for ever.

    An old token that an app still sends must not keep it from signing in, so none is looked at.
    """

    throttle_scope = "sign-in"

    @property
    def _is_entering(self) -> bool:
        return self.request is not None and self.request.method == "POST"

    def get_authenticators(self) -> list[Any]:
        return [] if self._is_entering else super().get_authenticators()

    def get_permissions(self) -> list[Any]:
        return [AllowAny()] if self._is_entering else list(super().get_permissions())

    def get_throttles(self) -> list[Any]:
        return [ScopedRateThrottle()] if self._is_entering else []

    def get_authenticate_header(self, request: Request) -> str:
        """Without it a refusal would be a 403."""
        return TokenAuthentication.keyword


class Accounts(AtTheDoor):
    """A new account."""

    operations = {"POST": Operation("Sign up", SignedUp, SignUpInput, status=(201,))}

    def post(self, _request: Request) -> Response:
        man = accounts.sign_up(**self.sent(SignUpInput), now=self.now)
        user = man.user
        assert user is not None
        with acting_as(Actor.user(user.pk)):
            man.refresh_from_db()
        token, _ = Token.objects.get_or_create(user=user)
        return Response({"token": token.key, "profile": profile_row(man, user)}, status=201)


class SignIn(AtTheDoor):
    """The token of an account: given for e-mail address and password, taken back on leaving."""

    operations = {
        "POST": Operation("Sign in", TokenRow, SignInInput),
        "DELETE": Operation("Sign out everywhere: the token holds no longer", status=(204,)),
    }

    def post(self, _request: Request) -> Response:
        sent = self.sent(SignInInput)
        # It hashes the password also where there is no such account, so that time tells nothing.
        user = authenticate(username=sent["email"], password=sent["password"])
        if user is None:
            raise AuthenticationFailed(gettext("E-mail address or password is not right."))
        token, _ = Token.objects.get_or_create(user=user)
        return Response({"token": token.key})

    def delete(self, request: Request) -> Response:
        Token.objects.filter(user=cast("User", request.user)).delete()
        return Response(status=204)


class Profile(RecordView):
    """Who he says he is."""

    what = "profile"
    operations = {
        "GET": Operation("Read the profile", ProfileRow, etag=True),
        "PATCH": Operation("Change what is sent", ProfileRow, ProfileInput, etag=True),
    }

    def get(self, _request: Request) -> Response:
        return self.row(profile_row(self.patient(), self.user))

    def patch(self, _request: Request) -> Response:
        man = self.patient()
        return self.row(
            profile_row(accounts.edit_profile(patient=man, by=self.actor, now=self.now, **self.sent(ProfileInput)), self.user)
        )


def profile_row(man: Patient, user: User) -> dict[str, Any]:
    """What :class:`ProfileRow` promises."""
    return {
        "uid": str(man.uid),
        "revision": man.profile_revision,
        "email": user.email,
        "name": man.name,
        "birth_date": day(man.birth_date),
        "birth_year": man.birth_year,
        "zone": man.zone,
    }
