"""What an app sends about accounts, and what it is told: the bodies of allauth, strictly read and in the document."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from fido2.rpid import verify_rp_id
from fido2.webauthn import AuthenticationResponse, RegistrationResponse
from rest_framework import serializers

from tracking.api.base import Input, Output, Text, Whole
from tracking.api.fields import Email
from tracking.api.schema import Query


def _password(*, required: bool = True, help_text: str | None = None) -> Text:
    return Text(max_length=256, trim_whitespace=False, required=required, help_text=help_text)


def _code(help_text: str) -> Text:
    return Text(max_length=40, help_text=help_text)


def _told(name: str, **members: serializers.Field[Any, Any, Any, Any]) -> type[Output]:
    """An answer as allauth wraps it. Made by name: the types know ``data`` of a serializer as something else."""
    return type(name, (Output,), {"status": serializers.IntegerField(), **members})


class Credential(serializers.DictField):
    """A PublicKeyCredential in JSON. What fido2 cannot read is refused here: allauth would fail at some of it."""

    default_error_messages = {
        "origin-unknown": _("This passkey was asked for by '{received}', which is none of our apps."),
        "unreadable": _("This is no credential. Accepted: what the platform's WebAuthn call gives, in JSON."),
    }
    reads: type[RegistrationResponse | AuthenticationResponse]

    def to_internal_value(self, data: Any) -> Any:
        try:
            origin = self.reads.from_dict(data).response.client_data.origin
        except Exception:  # noqa: BLE001  it raises whatever Python does with what it did not expect
            self.fail("unreadable")
        if not _is_ours(origin):
            self.fail("origin-unknown", received=origin[:100])
        return data


def _is_ours(origin: str) -> bool:
    """Whether the app that asked for a passkey is ours. allauth knows web pages alone, so it is told to leave this to us."""
    host = urlsplit(settings.PUBLIC_URL).hostname or "localhost"
    return origin in settings.PASSKEY_APP_ORIGINS or verify_rp_id(host, origin)


@extend_schema_field({"type": "object", "description": "what `navigator.credentials.create` gives, in JSON"})
class MadeCredential(Credential):
    reads = RegistrationResponse


@extend_schema_field({"type": "object", "description": "what `navigator.credentials.get` gives, in JSON"})
class ShownCredential(Credential):
    reads = AuthenticationResponse


@extend_schema_field({"type": "object", "description": "for the platform's own WebAuthn call"})
class Options(serializers.DictField):
    """What a ceremony begins with."""


# --- sent ---


class NothingInput(Input):
    """What an address takes that takes nothing."""


class SignUpInput(Input):
    email = Email(max_length=254)
    password = _password()


class PasskeySignUpInput(Input):
    email = Email(max_length=254)


class SignInInput(Input):
    email = Email(max_length=254)
    password = _password()


class AddressInput(Input):
    email = Email(max_length=254)


class VerifyInput(Input):
    key = _code("the code that was sent")


class ResetInput(Input):
    key = _code("the code that was sent")
    password = _password(help_text="the new one")


class PasswordInput(Input):
    password = _password()


class ChangePasswordInput(Input):
    current_password = _password(required=False, help_text="where the account has one")
    new_password = _password()


class CodeInput(Input):
    code = _code("a one-time code, or a recovery code")


class NewPasskeyInput(Input):
    name = Text(max_length=100, required=False)
    credential = MadeCredential()


class RenamePasskeyInput(Input):
    id = Whole()
    name = Text(max_length=100)


class PasskeysInput(Input):
    authenticators = serializers.ListField(child=Whole(), max_length=100, allow_empty=False)


class CredentialInput(Input):
    credential = ShownCredential()


class DevicesInput(Input):
    sessions = serializers.ListField(child=Whole(), max_length=100, allow_empty=False)


class RefreshInput(Input):
    refresh_token = Text(max_length=2000)


PASSWORDLESS = (Query("passwordless", "present, with any value: a passkey that signs in alone"),)


# --- told ---


class AccountRow(Output):
    id = serializers.UUIDField()
    email = serializers.CharField()
    display = serializers.CharField(required=False)
    has_usable_password = serializers.BooleanField()


class SignInMethodRow(Output):
    """One way in which he showed who he is."""

    method = serializers.CharField(help_text="password, mfa, password_reset")
    at = serializers.FloatField(help_text="seconds since 1970")
    email = serializers.CharField(required=False)
    type = serializers.CharField(required=False, help_text="with mfa: totp, recovery_codes, webauthn")
    id = serializers.IntegerField(required=False)
    reauthenticated = serializers.BooleanField(required=False)
    passwordless = serializers.BooleanField(required=False)


class SignedInData(Output):
    user = AccountRow()
    methods = SignInMethodRow(many=True)


class TokensMeta(Output):
    is_authenticated = serializers.BooleanField(required=False)
    access_token = serializers.CharField(required=False, help_text="for `Authorization: Bearer`; holds for 15 minutes")
    refresh_token = serializers.CharField(required=False, help_text="exchange it once, at /tokens/refresh")
    recovery_codes_generated = serializers.BooleanField(required=False)


SignedInRow = _told("SignedInRow", data=SignedInData(), meta=TokensMeta())


class FlowRow(Output):
    id = serializers.CharField(help_text="for example verify_email, mfa_authenticate")
    is_pending = serializers.BooleanField(required=False, help_text="this is the next step")
    types = serializers.ListField(child=serializers.CharField(), required=False, help_text="kinds of second factor")


class FlowsData(Output):
    flows = FlowRow(many=True)


class NextStepMeta(Output):
    is_authenticated = serializers.BooleanField()
    session_token = serializers.CharField(required=False, help_text="send it as X-Session-Token until you have tokens")


NextStepRow = _told("NextStepRow", data=FlowsData(), meta=NextStepMeta())


DoneRow = _told("DoneRow")


class AddressRow(Output):
    email = serializers.CharField()
    verified = serializers.BooleanField()
    primary = serializers.BooleanField()


AddressesRow = _told("AddressesRow", data=AddressRow(many=True))


class DeviceRow(Output):
    id = serializers.IntegerField()
    user_agent = serializers.CharField()
    ip = serializers.CharField()
    created_at = serializers.FloatField(help_text="seconds since 1970")
    last_seen_at = serializers.FloatField(help_text="of the last refresh or account page")
    is_current = serializers.BooleanField()


DevicesRow = _told("DevicesRow", data=DeviceRow(many=True))


class AuthenticatorRow(Output):
    type = serializers.CharField(help_text="totp, recovery_codes, webauthn")
    created_at = serializers.FloatField(help_text="seconds since 1970")
    last_used_at = serializers.FloatField(allow_null=True)
    id = serializers.IntegerField(required=False, help_text="of a passkey")
    name = serializers.CharField(required=False, help_text="of a passkey")
    is_passwordless = serializers.BooleanField(required=False, help_text="of a passkey")
    total_code_count = serializers.IntegerField(required=False)
    unused_code_count = serializers.IntegerField(required=False)
    unused_codes = serializers.ListField(child=serializers.CharField(), required=False)


AuthenticatorsRow = _told("AuthenticatorsRow", data=AuthenticatorRow(many=True))


OneAuthenticatorRow = _told("OneAuthenticatorRow", data=AuthenticatorRow(), meta=TokensMeta(required=False))


class PasskeyCreationData(Output):
    creation_options = Options()


PasskeyCreationRow = _told("PasskeyCreationRow", data=PasskeyCreationData())


class PasskeyRequestData(Output):
    request_options = Options()


class SessionTokenMeta(Output):
    session_token = serializers.CharField(required=False)


PasskeyRequestRow = _told("PasskeyRequestRow", data=PasskeyRequestData(), meta=SessionTokenMeta(required=False))


class NewTokens(Output):
    access_token = serializers.CharField()
    refresh_token = serializers.CharField()


TokenPairRow = _told("TokenPairRow", data=NewTokens())
