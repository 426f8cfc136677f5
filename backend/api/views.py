"""The OpenAPI document, and the page that shows it."""

from __future__ import annotations

from functools import cache
from typing import Any

from csp.constants import SELF
from csp.decorators import csp_update
from django.http import HttpResponse
from django.utils import translation
from django.utils.decorators import method_decorator
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularJSONAPIView, SpectacularSwaggerSplitView
from rest_framework.request import Request

from backend.titles import LANGUAGES

__all__ = ["Docs", "Schema"]


@cache
def _document() -> bytes:
    """Made once by each process: it takes more than a second, and anybody may ask for it. English, as in the repository."""
    with translation.override(LANGUAGES[0]):
        document = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]  # spectacular's
        rendered: bytes = OpenApiJsonRenderer().render(document)
        return rendered


class Schema(SpectacularJSONAPIView):
    """The document, in JSON."""

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        return HttpResponse(_document(), content_type=OpenApiJsonRenderer.media_type)


# Swagger UI draws its icons from data: images in its own style sheet. Nothing else is loosened.
@method_decorator(csp_update({"img-src": [SELF, "data:"]}), name="dispatch")
class Docs(SpectacularSwaggerSplitView):
    """Swagger UI from our own files, without a script or a style in the page, so that the strict policy holds here too."""

    template_name = "api/docs.html"
    url_name = "schema"
