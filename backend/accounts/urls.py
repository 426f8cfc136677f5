"""Which of allauth's addresses are served, by which methods, and what each takes and answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from allauth.headless.constants import Client
from allauth.headless.urls import build_urlpatterns
from django.urls import URLPattern, URLResolver, path

from backend.accounts import shapes
from backend.accounts.views import AccountView, OpenAccountView
from tracking.api.base import Operation

__all__ = ["urlpatterns"]


@dataclass(frozen=True, slots=True)
class Served:
    """One address. ``is_open``: a sign-in may be under way there; else an access token is needed."""

    operations: Mapping[str, Operation]
    is_open: bool = False
    limits: tuple[str, ...] = ()
    leaves: frozenset[str] = field(default_factory=frozenset)


def _next_or_in(summary: str, takes: Any) -> Operation:
    """Signed in (200), or one step further (202)."""
    return Operation(summary, MappingProxyType({200: shapes.SignedInRow, 202: shapes.NextStepRow}), takes, status=(200, 202))


_PASSKEY = Operation("Begin with a passkey", shapes.PasskeyRequestRow)
_CODES = ("login_failed",)

SERVED: Mapping[str, Served] = {
    "auth/signup": Served(
        {"POST": Operation("Sign up with a password; a code is sent", shapes.NextStepRow, shapes.SignUpInput, status=(202,))},
        is_open=True,
        limits=("signup", "confirm_email"),
    ),
    "auth/webauthn/signup": Served(
        {
            "POST": Operation("Sign up with a passkey; a code is sent", shapes.NextStepRow, shapes.PasskeySignUpInput, (202,)),
            "GET": Operation("Begin to make the passkey, once the address is verified", shapes.PasskeyCreationRow),
            "PUT": _next_or_in("Make the passkey, and be signed in", shapes.NewPasskeyInput),
        },
        is_open=True,
        limits=("signup", "confirm_email"),
    ),
    "auth/email/verify": Served(
        {"POST": _next_or_in("Verify an e-mail address with its code", shapes.VerifyInput)}, is_open=True
    ),
    "auth/email/verify/resend": Served(
        {"POST": Operation("Have another code sent", shapes.DoneRow)}, is_open=True, limits=("confirm_email",)
    ),
    "auth/login": Served(
        {"POST": _next_or_in("Sign in with a password", shapes.SignInInput)},
        is_open=True,
        limits=("login", "login_failed", "confirm_email"),
    ),
    "auth/2fa/authenticate": Served(
        {"POST": _next_or_in("Go on with a one-time code or a recovery code", shapes.CodeInput)}, is_open=True, limits=_CODES
    ),
    "auth/webauthn/authenticate": Served(
        {"GET": _PASSKEY, "POST": _next_or_in("Go on with a passkey", shapes.CredentialInput)}, is_open=True, limits=_CODES
    ),
    "auth/webauthn/login": Served(
        {"GET": _PASSKEY, "POST": _next_or_in("Sign in with a passkey alone", shapes.CredentialInput)},
        is_open=True,
        limits=("webauthn_login",),
    ),
    "auth/password/request": Served(
        {"POST": _next_or_in("Ask for a code for a new password; 200 to who is signed in", shapes.AddressInput)},
        is_open=True,
        limits=("reset_password",),
    ),
    "auth/password/reset": Served(
        {"POST": Operation("Choose a new password with the code", takes=shapes.ResetInput, status=(204,))},
        is_open=True,
        limits=("reset_password_from_key",),
        leaves=frozenset({"POST"}),
    ),
    "tokens/refresh": Served(
        {"POST": Operation("Exchange the refresh token for the next pair", shapes.TokenPairRow, shapes.RefreshInput)}, is_open=True
    ),
    "auth/session": Served(
        {
            "GET": Operation("Who is signed in here", shapes.SignedInRow),
            "DELETE": Operation("Sign out of this device, at once", status=(204,)),
        },
        leaves=frozenset({"DELETE"}),
    ),
    "auth/sessions": Served(
        {
            "GET": Operation("The devices that are signed in", shapes.DevicesRow),
            "DELETE": Operation(
                "Sign devices out, at once; 204 where this one is among them",
                MappingProxyType({200: shapes.DevicesRow, 204: None}),
                shapes.DevicesInput,
                status=(200, 204),
            ),
        },
        leaves=frozenset({"DELETE"}),
    ),
    "auth/reauthenticate": Served(
        {"POST": Operation("Show with the password that it is you", shapes.SignedInRow, shapes.PasswordInput)},
        limits=("reauthenticate",),
    ),
    "auth/2fa/reauthenticate": Served(
        {"POST": Operation("Show with a one-time code that it is you", shapes.SignedInRow, shapes.CodeInput)}, limits=_CODES
    ),
    "auth/webauthn/reauthenticate": Served(
        {
            "GET": _PASSKEY,
            "POST": Operation("Show with a passkey that it is you", shapes.SignedInRow, shapes.CredentialInput),
        },
        limits=_CODES,
    ),
    "account/password/change": Served(
        {
            "POST": Operation(
                "Change the password; every other device is signed out", shapes.SignedInRow, shapes.ChangePasswordInput
            )
        },
        limits=("change_password",),
    ),
    "account/email": Served(
        {
            "GET": Operation("The e-mail address, and the one that it is to become", shapes.AddressesRow),
            "POST": Operation(
                "Change the e-mail address; a code is sent to the new one", shapes.AddressesRow, shapes.AddressInput
            ),
        },
        limits=("manage_email", "confirm_email"),
    ),
    "account/authenticators": Served({"GET": Operation("Second factors and passkeys", shapes.AuthenticatorsRow)}),
    "account/authenticators/totp": Served(
        {
            "GET": Operation(
                "The app that makes one-time codes; 404 with a new seed in `meta` where there is none",
                shapes.OneAuthenticatorRow,
            ),
            "POST": Operation("Set it up with its first code", shapes.OneAuthenticatorRow, shapes.CodeInput),
            "DELETE": Operation("Take it away", shapes.DoneRow),
        },
        limits=_CODES,
    ),
    "account/authenticators/recovery-codes": Served(
        {
            "GET": Operation("The recovery codes that are left", shapes.OneAuthenticatorRow),
            "POST": Operation("Make new ones; the old ones hold no longer", shapes.OneAuthenticatorRow),
        }
    ),
    "account/authenticators/webauthn": Served(
        {
            "GET": Operation("Begin to add a passkey", shapes.PasskeyCreationRow, query=shapes.PASSWORDLESS),
            "POST": Operation("Add the passkey", shapes.OneAuthenticatorRow, shapes.NewPasskeyInput),
            "PUT": Operation("Name a passkey anew", shapes.OneAuthenticatorRow, shapes.RenamePasskeyInput),
            "DELETE": Operation("Take passkeys away", shapes.DoneRow, shapes.PasskeysInput),
        }
    ),
}


def _allauths(patterns: list[URLPattern | URLResolver], before: str = "") -> Iterator[tuple[str, Callable[..., Any]]]:
    for pattern in patterns:
        at = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _allauths(pattern.url_patterns, at)
        else:
            yield at.removeprefix("v1/"), pattern.callback


def _view(at: str, served: Served, behind: Callable[..., Any]) -> Any:
    base = OpenAccountView if served.is_open else AccountView
    handlers = {method.lower(): base.ask for method in served.operations}
    about = {
        "operations": served.operations,
        "behind": staticmethod(behind),
        "limits": served.limits,
        "leaves": served.leaves,
        "__doc__": base.__doc__,
        "__module__": __name__,
    }
    name = "".join(word.capitalize() for word in at.replace("/", "-").split("-"))
    made: type[AccountView] = type(f"{name}View", (base,), handlers | about)
    return made.as_view()


_ALLAUTH = dict(_allauths(build_urlpatterns(Client.APP)))
urlpatterns = [path(at, _view(at, served, _ALLAUTH[at])) for at, served in SERVED.items()]
