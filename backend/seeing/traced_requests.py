"""A span for each request. Among the middleware only where OTEL_EXPORTER_OTLP_ENDPOINT is set."""

from __future__ import annotations

from collections.abc import Callable

import structlog
from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from backend.metrics.web import METHODS
from backend.requests import route_of
from backend.seeing import spans

__all__ = ["TracedRequests"]


class TracedRequests:
    """Below ``backend.requests.Requests``, which gives the request its id and in the end forgets ours with it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        # A phone says nothing of this that we believe: whoever chooses ids can put himself into another's trace, and whoever
        # chooses what is kept can fill the collector.
        far = spans.ids_of_header(request.headers.get("traceparent", "")) if settings.TRUST_TRACEPARENT else None
        status = 500
        with spans.begin(far) as span:
            try:
                answer = self.get_response(request)
                status = answer.status_code
            finally:
                method = str(request.method) if request.method in METHODS else "_OTHER"
                route = route_of(request)
                about = {
                    "http.request.method": method,
                    "http.route": route,
                    "http.response.status_code": status,
                    "trabecula.request_id": structlog.contextvars.get_contextvars().get("request_id", ""),
                }
                spans.end(span, f"{method} {route}", spans.SERVER, about, failed=status >= 500)  # noqa: PLR2004  HTTP's own border
        return answer
