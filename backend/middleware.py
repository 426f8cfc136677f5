"""What is asked of every request to the API first: in which language it reads, whether it is sealed, and how old its app is."""

from __future__ import annotations

from collections.abc import Callable

from csp.constants import HEADER
from csp.middleware import CSPMiddleware
from csp.utils import build_policy
from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.cache import patch_vary_headers

from backend import errors, titles
from backend.versions import version_of

__all__ = ["CLIENT_VERSION", "ClientMiddleware", "ContentPolicy"]

CLIENT_VERSION = "X-Client-Version"


class ClientMiddleware:
    """Chooses the language of refusals, and refuses an app that speaks without TLS, or says that it is older than it may be."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path.startswith("/api/"):
            return _in_the_clear(request) or self.get_response(request)
        with translation.override(titles.asked_for(request.headers.get("Accept-Language", ""))):
            answer = _in_the_clear(request) or _too_old(request) or self.get_response(request)
            answer.headers["Content-Language"] = translation.get_language()
        patch_vary_headers(answer, ["Accept-Language"])
        return answer


class ContentPolicy(CSPMiddleware):
    """As django-csp's own, with the policy of the settings put together once, not at each answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        super().__init__(get_response)
        self._usual = build_policy()

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        has_its_own = HEADER in response or any(name.startswith("_csp") for name in (*vars(response), *vars(request)))
        if not has_its_own:
            response.headers[HEADER] = self._usual
        return super().process_response(request, response) if has_its_own else response


def _in_the_clear(request: HttpRequest) -> HttpResponseBase | None:
    if settings.SECURE_SSL_REDIRECT and not request.is_secure() and request.path.startswith(("/api/", "/fhir/")):
        return errors.in_the_clear(request)
    return None


def _too_old(request: HttpRequest) -> HttpResponseBase | None:
    sent = request.headers.get(CLIENT_VERSION)
    if sent is None:
        return None
    version, least = version_of(sent), version_of(settings.LEAST_CLIENT_VERSION)
    if version is None:
        return errors.unreadable_version(request, CLIENT_VERSION)
    return errors.upgrade_required(request, settings.LEAST_CLIENT_VERSION) if least is not None and version < least else None
