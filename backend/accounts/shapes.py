"""What an app sends about accounts, and what it is told: the bodies of allauth, strictly read and in the document."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from fido2.webauthn import AuthenticationResponse, RegistrationResponse
from rest_framework import serializers

from tracking.api.base import Input, Output, Text, Whole
from tracking.api.fields import Email
from tracking.api.schema import Query

PASSWORD = {"max_length": 256, "trim_whitespace": False}
CODE = {"max_length": 40}


class Credential(serializers.DictField):
    """A PublicKeyCredential in JSON. What fido2 cannot read is refused here: allauth would fail at some of it."""

    default_error_messages = {"unreadable": _("This is no credential. Accepted: what the platform's WebAuthn call gives, in JSON.")}
    reads: type[RegistrationResponse | AuthenticationResponse]

    def to_internal_value(self, data: Any) -> Any:
        try:
            self.reads.from_dict(data)
        except Exception:  # noqa: BLE001  it raises whatever Python does with what it did not expect
            self.fail("unreadable")
        return data


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


class SignUpInput(Input):
    email = Email(max_length=254)
    password = Text(**PASSWORD)


class PasskeySignUpInput(Input):
    email = Email(max_length=254)


class SignInInput(Input):
    email = Email(max_length=254)
    password = Text(**PASSWORD)


class AddressInput(Input):
    email = Email(max_length=254)


class VerifyInput(Input):
    key = Text(help_text="the code that was sent", **CODE)


class ResetInput(Input):
    key = Text(help_text="the code that was sent", **CODE)
    password = Text(help_text="the new one", **PASSWORD)


class PasswordInput(Input):
    password = Text(**PASSWORD)


class ChangePasswordInput(Input):
    current_password = Text(required=False, help_text="where the account has one", **PASSWORD)
    new_password = Text(**PASSWORD)


class CodeInput(Input):
    code = Text(help_text="a one-time code, or a recovery code", **CODE)


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


class MethodRow(Output):
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
    methods = MethodRow(many=True)


class TokensMeta(Output):
    is_authenticated = serializers.BooleanField(required=False)
    access_token = serializers.CharField(required=False, help_text="for `Authorization: Bearer`; holds for 15 minutes")
    refresh_token = serializers.CharField(required=False, help_text="exchange it once, at /tokens/refresh")
    recovery_codes_generated = serializers.BooleanField(required=False)


class SignedInRow(Output):
    """The tokens come with the answer that completes a sign-in, and where they had to be made anew."""

    status = serializers.IntegerField()
    data = SignedInData()
    meta = TokensMeta()


class FlowRow(Output):
    id = serializers.CharField(help_text="for example verify_email, mfa_authenticate")
    is_pending = serializers.BooleanField(required=False, help_text="this is the next step")
    types = serializers.ListField(child=serializers.CharField(), required=False, help_text="kinds of second factor")


class FlowsData(Output):
    flows = FlowRow(many=True)


class NextStepMeta(Output):
    is_authenticated = serializers.BooleanField()
    session_token = serializers.CharField(required=False, help_text="send it as X-Session-Token until you have tokens")


class NextStepRow(Output):
    """Accepted, and one more step is needed."""

    status = serializers.IntegerField()
    data = FlowsData()
    meta = NextStepMeta()


class DoneRow(Output):
    status = serializers.IntegerField()


class AddressRow(Output):
    email = serializers.CharField()
    verified = serializers.BooleanField()
    primary = serializers.BooleanField()


class AddressesRow(Output):
    status = serializers.IntegerField()
    data = AddressRow(many=True)


class DeviceRow(Output):
    id = serializers.IntegerField()
    user_agent = serializers.CharField()
    ip = serializers.CharField()
    created_at = serializers.FloatField(help_text="seconds since 1970")
    last_seen_at = serializers.FloatField(help_text="of the last refresh or account page")
    is_current = serializers.BooleanField()


class DevicesRow(Output):
    status = serializers.IntegerField()
    data = DeviceRow(many=True)


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


class AuthenticatorsRow(Output):
    status = serializers.IntegerField()
    data = AuthenticatorRow(many=True)


class OneAuthenticatorRow(Output):
    status = serializers.IntegerField()
    data = AuthenticatorRow()
    meta = TokensMeta(required=False)


class CreationData(Output):
    creation_options = Options()


class CreationRow(Output):
    status = serializers.IntegerField()
    data = CreationData()


class RequestData(Output):
    request_options = Options()


class SessionTokenMeta(Output):
    session_token = serializers.CharField(required=False)


class RequestRow(Output):
    status = serializers.IntegerField()
    data = RequestData()
    meta = SessionTokenMeta(required=False)


class PairData(Output):
    access_token = serializers.CharField()
    refresh_token = serializers.CharField()


class PairRow(Output):
    status = serializers.IntegerField()
    data = PairData()


