"""Which of allauth's addresses are served, by which methods, and what each takes and answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from allauth.headless.account import inputs
from allauth.headless.constants import Client
from allauth.headless.urls import build_urlpatterns
from django.http import HttpRequest
from django.urls import URLPattern, URLResolver, path

from backend.accounts import shapes
from backend.accounts.limits import seconds_for_resets
from backend.accounts.views import AccountView, OpenAccountView
from tracking.api.base import Operation

__all__ = ["urlpatterns"]


@dataclass(frozen=True, slots=True)
class Served:
    """One address. ``is_open``: a sign-in may be under way there; else an access token is needed."""

    operations: Mapping[str, Operation]
    is_open: bool = False
    limits: tuple[str, ...] = ()
    counted: Callable[[HttpRequest, str], int] | None = None
    leaves: frozenset[str] = field(default_factory=frozenset)


def _next_or_in(summary: str, takes: Any, description: str) -> Operation:
    """Signed in (200), or one step further (202)."""
    return Operation(
        summary,
        MappingProxyType({200: shapes.SignedInRow, 202: shapes.NextStepRow}),
        takes,
        status=(200, 202),
        description=description,
    )


_PASSKEY = Operation(
    "Begin with a passkey",
    shapes.PasskeyRequestRow,
    description=(
        "Hand `request_options` to the platform's WebAuthn call, and send what it gives to the same address. A challenge "
        "holds for one try."
    ),
)
_CODES = ("login_failed",)

SERVED: Mapping[str, Served] = {
    "auth/signup": Served(
        {
            "POST": Operation(
                "Sign up with a password; a code is sent",
                shapes.NextStepRow,
                shapes.SignUpInput,
                status=(202,),
                description=(
                    "202 always: `meta.session_token` says which sign-up it is, and the code goes to "
                    "`/auth/email/verify`. No answer tells whether there is an account with the address."
                ),
            )
        },
        is_open=True,
        limits=("signup", "confirm_email"),
    ),
    "auth/webauthn/signup": Served(
        {
            "POST": Operation(
                "Sign up with a passkey; a code is sent",
                shapes.NextStepRow,
                shapes.PasskeySignUpInput,
                (202,),
                description="As with a password; once the address is verified, `GET` begins to make the passkey.",
            ),
            "GET": Operation(
                "Begin to make the passkey, once the address is verified",
                shapes.PasskeyCreationRow,
                description="Hand `creation_options` to the platform's WebAuthn call, and send what it gives by `PUT`.",
            ),
            "PUT": _next_or_in(
                "Make the passkey, and be signed in",
                shapes.NewPasskeyInput,
                description="Ends the sign-up: the answer has the two tokens.",
            ),
        },
        is_open=True,
        limits=("signup", "confirm_email"),
    ),
    "auth/email/verify": Served(
        {
            "POST": _next_or_in(
                "Verify an e-mail address with its code",
                shapes.VerifyInput,
                description=(
                    "Of a sign-up, a sign-in or a change of address, whichever is under way. A code holds for 15 minutes "
                    "and three tries."
                ),
            )
        },
        is_open=True,
    ),
    "auth/email/verify/resend": Served(
        {"POST": Operation("Have another code sent", shapes.DoneRow, description="The one before holds no longer.")},
        is_open=True,
        limits=("confirm_email",),
    ),
    "auth/login": Served(
        {
            "POST": _next_or_in(
                "Sign in with a password",
                shapes.SignInInput,
                description="200 with two tokens, or 202 with the step that is needed: a code by e-mail or a second factor.",
            )
        },
        is_open=True,
        limits=("login", "login_failed", "confirm_email"),
    ),
    "auth/2fa/authenticate": Served(
        {
            "POST": _next_or_in(
                "Go on with a one-time code or a recovery code",
                shapes.CodeInput,
                description="The second step of a sign-in. A code is taken once.",
            )
        },
        is_open=True,
        limits=_CODES,
    ),
    "auth/webauthn/authenticate": Served(
        {
            "GET": _PASSKEY,
            "POST": _next_or_in("Go on with a passkey", shapes.CredentialInput, description="The second step of a sign-in."),
        },
        is_open=True,
        limits=_CODES,
    ),
    "auth/webauthn/login": Served(
        {
            "GET": _PASSKEY,
            "POST": _next_or_in(
                "Sign in with a passkey alone",
                shapes.CredentialInput,
                description="With a passkey that was made to sign in alone.",
            ),
        },
        is_open=True,
        limits=("webauthn_login",),
    ),
    "auth/password/request": Served(
        {
            "POST": _next_or_in(
                "Ask for a code for a new password; 200 to who is signed in",
                shapes.AddressInput,
                description="202 always, with or without such an account; its owner gets the code by mail.",
            )
        },
        is_open=True,
        limits=("reset_password",),
        counted=seconds_for_resets,
    ),
    "auth/password/reset": Served(
        {
            "POST": Operation(
                "Choose a new password with the code",
                takes=shapes.ResetInput,
                status=(204,),
                description="Every device is signed out. Sign in with the new one.",
            )
        },
        is_open=True,
        limits=("reset_password_from_key",),
        leaves=frozenset({"POST"}),
    ),
    "tokens/refresh": Served(
        {
            "POST": Operation(
                "Exchange the refresh token for the next pair",
                shapes.TokenPairRow,
                shapes.RefreshInput,
                description="Each is used once: a second use ends the session of its device. Never refresh twice at a time.",
            )
        },
        is_open=True,
    ),
    "auth/session": Served(
        {
            "GET": Operation(
                "Who is signed in here", shapes.SignedInRow, description="The account, and how it showed who it is."
            ),
            "DELETE": Operation(
                "Sign out of this device, at once", status=(204,), description="Both tokens of this device end."
            ),
        },
        leaves=frozenset({"DELETE"}),
    ),
    "auth/sessions": Served(
        {
            "GET": Operation(
                "The devices that are signed in",
                shapes.DevicesRow,
                description="`is_current` is the one that asks. A device that is silent for 60 days is out.",
            ),
            "DELETE": Operation(
                "Sign devices out, at once; 204 where this one is among them",
                MappingProxyType({200: shapes.DevicesRow, 204: None}),
                shapes.DevicesInput,
                status=(200, 204),
                description="By the ids of the list; their tokens end at once.",
            ),
        },
        leaves=frozenset({"DELETE"}),
    ),
    "auth/reauthenticate": Served(
        {
            "POST": Operation(
                "Show with the password that it is you",
                shapes.SignedInRow,
                shapes.PasswordInput,
                description="The proof holds for five minutes.",
            )
        },
        limits=("reauthenticate",),
    ),
    "auth/2fa/reauthenticate": Served(
        {
            "POST": Operation(
                "Show with a one-time code that it is you",
                shapes.SignedInRow,
                shapes.CodeInput,
                description="The proof holds for five minutes.",
            )
        },
        limits=_CODES,
    ),
    "auth/webauthn/reauthenticate": Served(
        {
            "GET": _PASSKEY,
            "POST": Operation(
                "Show with a passkey that it is you",
                shapes.SignedInRow,
                shapes.CredentialInput,
                description="The proof holds for five minutes.",
            ),
        },
        limits=_CODES,
    ),
    "account/password/change": Served(
        {
            "POST": Operation(
                "Change the password; every other device is signed out",
                shapes.SignedInRow,
                shapes.ChangePasswordInput,
                description="`current_password` where the account has one. This device gets new tokens; the old ones end.",
            )
        },
        limits=("change_password",),
    ),
    "account/email": Served(
        {
            "GET": Operation(
                "The e-mail address, and the one that it is to become",
                shapes.AddressesRow,
                description="One that is not verified waits for its code.",
            ),
            "POST": Operation(
                "Change the e-mail address; a code is sent to the new one",
                shapes.AddressesRow,
                shapes.AddressInput,
                description=(
                    "It counts once the code came back to `/auth/email/verify`; the old address is told. Wants a proof."
                ),
            ),
        },
        limits=("manage_email", "confirm_email"),
    ),
    "account/authenticators": Served(
        {
            "GET": Operation(
                "Second factors and passkeys",
                shapes.AuthenticatorsRow,
                description="What was set up, and when each was last used.",
            )
        }
    ),
    "account/authenticators/totp": Served(
        {
            "GET": Operation(
                "The app that makes one-time codes; 404 with a new seed in `meta` where there is none",
                shapes.OneAuthenticatorRow,
                description="The seed in `meta.secret` and `meta.totp_url` is shown until the first code is sent by `POST`.",
            ),
            "POST": Operation(
                "Set it up with its first code",
                shapes.OneAuthenticatorRow,
                shapes.CodeInput,
                description="Ten recovery codes come with it. Wants a proof.",
            ),
            "DELETE": Operation(
                "Take it away", shapes.DoneRow, description="Recovery codes go with the last second factor. Wants a proof."
            ),
        },
        limits=_CODES,
    ),
    "account/authenticators/recovery-codes": Served(
        {
            "GET": Operation(
                "The recovery codes that are left", shapes.OneAuthenticatorRow, description="Each is taken once. Wants a proof."
            ),
            "POST": Operation(
                "Make new ones; the old ones hold no longer",
                shapes.OneAuthenticatorRow,
                description="Shown in this answer, and by `GET` as long as they are not used. Wants a proof.",
            ),
        }
    ),
    "account/authenticators/webauthn": Served(
        {
            "GET": Operation(
                "Begin to add a passkey",
                shapes.PasskeyCreationRow,
                query=shapes.PASSWORDLESS,
                description=(
                    "Hand `creation_options` to the platform's WebAuthn call, and send what it gives by `POST`. Wants a proof."
                ),
            ),
            "POST": Operation(
                "Add the passkey",
                shapes.OneAuthenticatorRow,
                shapes.NewPasskeyInput,
                description="The first one brings ten recovery codes. Wants a proof.",
            ),
            "PUT": Operation(
                "Name a passkey anew",
                shapes.OneAuthenticatorRow,
                shapes.RenamePasskeyInput,
                description="The name is for him alone, to tell his passkeys apart.",
            ),
            "DELETE": Operation(
                "Take passkeys away", shapes.DoneRow, shapes.PasskeysInput, description="By the ids of the list. Wants a proof."
            ),
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
        "counted": staticmethod(served.counted) if served.counted else None,
        "leaves": served.leaves,
        "__doc__": base.__doc__,
        "__module__": __name__,
    }
    name = "".join(word.capitalize() for word in at.replace("/", "-").split("-"))
    made: type[AccountView] = type(f"{name}View", (base,), handlers | about)
    return made.as_view()


def _take_passwords_as_they_are_typed() -> None:
    """Allauth cuts the blanks around a password off in some of its forms and not in others, so that one with blanks would hold
    here and not there.
    """
    for form in (inputs.SignupInput, inputs.LoginInput, inputs.ResetPasswordInput, inputs.ChangePasswordInput):
        for name, taken in form.base_fields.items():
            if name.endswith("password"):
                taken.strip = False


_take_passwords_as_they_are_typed()
_ALLAUTH = dict(_allauths(build_urlpatterns(Client.APP)))
urlpatterns = [path(at, _view(at, served, _ALLAUTH[at])) for at, served in SERVED.items()]
