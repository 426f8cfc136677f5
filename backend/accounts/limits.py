"""How often somebody may try, and how long he has to wait. allauth counts; it does not say.

Passwords are counted by the account and the place that they are tried from, so that nobody elsewhere can keep a man from his
account. Over all places together they are counted as well, against a guesser who has many; a place from which the account was
signed in to before, or given a new password, is not asked about that. So it is with codes for a new password. docs/adr/0092.
"""

from __future__ import annotations

import contextlib
import hashlib
import math
import time
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from allauth.account import app_settings as account
from allauth.account.signals import password_reset
from allauth.core.internal.ratelimit import Rate, consume, get_cache_key, get_ip, parse_rates
from allauth.mfa import app_settings as mfa
from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from redis.exceptions import RedisError

from tracking.models import User

__all__ = ["REFUSALS", "count", "here", "listen", "seconds_for_resets", "seconds_for_strangers", "seconds_to_wait"]

# Codes with which allauth says it in a field's error.
REFUSALS = frozenset({"too_many_login_attempts", "rate_limited"})
_MFA = ("webauthn_login",)
_APP = "trabecula"
# NIST SP 800-63B-4, 3.2.2: at most 100 wrong tries on one account in a row. A code is a mail, and he gets them all.
_OURS: Mapping[str, str] = MappingProxyType({"wrong_password": "100/h/key", "reset_here": "5/m/key", "reset": "30/h/key"})
_KNOWN_FOR = 90 * 24 * 3600  # seconds


def here(request: HttpRequest, email: str) -> str:
    """The account of this address, as tried from this place: what others try elsewhere is another's."""
    return f"{get_ip(request)}:{email.lower()}"


def listen() -> None:
    """From now on a place is known to an account that signs in there, or gets a new password there by a code from its mail."""
    user_logged_in.connect(_know_place, dispatch_uid="limits")
    password_reset.connect(_know_place, dispatch_uid="limits")


def _know_place(request: HttpRequest | None, user: User, **_: Any) -> None:
    if request is None:
        return
    # Without an address there is no place, and without the counter nothing is refused either.
    with contextlib.suppress(PermissionDenied, RedisError):
        cache.set(_known(request, user.email), 1, _KNOWN_FOR)


def count(request: HttpRequest, action: str, email: str) -> None:
    """Count something against the account of this address, wherever it came from."""
    _use_up(request, action, email.lower())


def seconds_for_strangers(request: HttpRequest, action: str, email: str) -> int:
    """How long a place that is not known to the account has to wait, because of all the others; 0: not at all."""
    if cache.get(_known(request, email)):
        return 0
    return math.ceil(_left(request, _APP, action, email.lower()))


def seconds_for_resets(request: HttpRequest, email: str) -> int:
    """How long whoever asks for a code for a new password has to wait; 0: it was counted, and he may."""
    wait = seconds_for_strangers(request, "reset", email)
    if not wait and not _use_up(request, "reset_here", here(request, email)):
        # At least one: a counter that others hold just now is no leave either.
        wait = max(1, math.ceil(_left(request, _APP, "reset_here", here(request, email))))
    if not wait:
        count(request, "reset", email)
    return wait


def seconds_to_wait(request: HttpRequest, actions: tuple[str, ...], email: str) -> int:
    """Whole seconds until every limit on ``actions`` that is used up has room again.

    What is counted by a key that is not known here is waited for in full.
    """
    waits = [wait for action, rate in _rates(actions) if (wait := _wait(request, action, rate, email)) > 0]
    if "login_failed" in actions and (wait := seconds_for_strangers(request, "wrong_password", email)):
        waits.append(wait)
    longest = max((float(rate.duration) for _, rate in _rates(actions)), default=60.0)
    return math.ceil(max(waits, default=longest))


def _known(request: HttpRequest, email: str) -> str:
    return f"known-place:{hashlib.sha256(here(request, email).encode()).hexdigest()}"


def _use_up(request: HttpRequest, action: str, key: str) -> bool:
    config = _OURS if settings.SIGN_IN_LIMITS == "on" else {}
    return consume(request, app=_APP, action=action, config=dict(config), key=key) is not None


def _rates(actions: tuple[str, ...]) -> Iterator[tuple[str, Rate]]:
    for action in actions:
        limits = mfa.RATE_LIMITS if action in _MFA else account.RATE_LIMITS
        for rate in parse_rates(limits.get(action)):
            yield action, rate


def _wait(request: HttpRequest, action: str, rate: Rate, email: str) -> float:
    app = "allauth.mfa" if action in _MFA else "allauth.account"
    if rate.per == "user" and not request.user.is_authenticated:
        return 0.0
    # The address is a key by itself, and with the place before it where passwords are counted.
    keys = [email, here(request, email)] if rate.per == "key" else [None]
    return max(_left_of(request, app, action, rate, key) for key in keys)


def _left(request: HttpRequest, app: str, action: str, key: str) -> float:
    return max(_left_of(request, app, action, rate, key) for rate in parse_rates(_OURS[action]))


def _left_of(request: HttpRequest, app: str, action: str, rate: Rate, key: str | None) -> float:
    """Seconds until there is room; 0 where there is."""
    history = cache.get(get_cache_key(request, app=app, action=action, rate=rate, key=key), [])
    return max(0.0, float(history[-1]) + rate.duration - time.time()) if len(history) >= rate.amount else 0.0
