"""The OpenAPI document, and the page that shows it."""

from __future__ import annotations

from csp.constants import SELF
from csp.decorators import csp_update
from django.utils.decorators import method_decorator
from drf_spectacular.views import SpectacularJSONAPIView, SpectacularSwaggerSplitView

__all__ = ["Docs", "Schema"]


class Schema(SpectacularJSONAPIView):
    """The document, in JSON."""


# Swagger UI draws its icons from data: images in its own style sheet. Nothing else is loosened.
@method_decorator(csp_update({"img-src": [SELF, "data:"]}), name="dispatch")
class Docs(SpectacularSwaggerSplitView):
    """Swagger UI from our own files, without a script or a style in the page, so that the strict policy holds here too."""

    template_name = "api/docs.html"
    url_name = "schema"
