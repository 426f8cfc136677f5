"""How long somebody who tried too often has to wait. allauth counts; it does not say."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator

from allauth.account import app_settings as account
from allauth.core.internal.ratelimit import Rate, get_cache_key, parse_rates
from allauth.mfa import app_settings as mfa
from django.core.cache import cache
from django.http import HttpRequest

__all__ = ["REFUSALS", "seconds_to_wait"]

# Codes with which allauth says it in a field's error.
REFUSALS = frozenset({"too_many_login_attempts", "rate_limited"})
_MFA = ("webauthn_login",)


def seconds_to_wait(request: HttpRequest, actions: tuple[str, ...], email: str) -> int:
    """Whole seconds until every limit on ``actions`` that is used up has room again.

    What is counted by a key that is not known here is waited for in full.
    """
    waits = [wait for action, rate in _rates(actions) if (wait := _wait(request, action, rate, email)) > 0]
    longest = max((float(rate.duration) for _, rate in _rates(actions)), default=60.0)
    return math.ceil(max(waits, default=longest))


def _rates(actions: tuple[str, ...]) -> Iterator[tuple[str, Rate]]:
    for action in actions:
        limits = mfa.RATE_LIMITS if action in _MFA else account.RATE_LIMITS
        for rate in parse_rates(limits.get(action)):
            yield action, rate


def _wait(request: HttpRequest, action: str, rate: Rate, email: str) -> float:
    app = "allauth.mfa" if action in _MFA else "allauth.account"
    if rate.per == "user" and not request.user.is_authenticated:
        return 0.0
    # The address is a key by itself, and with the host before it where passwords are counted.
    keys = [email, f"{request.get_host()}:{email}"] if rate.per == "key" else [None]
    now = time.time()
    histories = (cache.get(get_cache_key(request, app=app, action=action, rate=rate, key=key), []) for key in keys)
    return max((history[-1] + rate.duration - now for history in histories if len(history) >= rate.amount), default=0.0)
