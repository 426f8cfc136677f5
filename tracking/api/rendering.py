"""Answers as JSON, written in C. The bytes are those that DRF's own renderer makes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from rest_framework.renderers import JSONRenderer

__all__ = ["Json"]

_ENCODER = msgspec.json.Encoder()
# Line ends that JSON allows in a text and JavaScript did not: DRF escapes them.
_LINE_ENDS = ((b"\xe2\x80\xa8", b"\\u2028"), (b"\xe2\x80\xa9", b"\\u2029"))


class Json(JSONRenderer):
    """As DRF's own, which still writes what is to be indented, and what has a kind that the encoder does not know.

    Not for answers with numbers that are no integers: an exponent is written otherwise, and what is no number as null.
    """

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None
    ) -> bytes:
        if data is None or self.get_indent(accepted_media_type or "", renderer_context or {}) is not None:
            return self._plainly(data, accepted_media_type, renderer_context)
        try:
            body = _ENCODER.encode(data)
        except TypeError:
            return self._plainly(data, accepted_media_type, renderer_context)
        for sent, escaped in _LINE_ENDS:
            if sent in body:
                body = body.replace(sent, escaped)
        return body

    def _plainly(self, *asked: Any) -> bytes:
        rendered: bytes = super().render(*asked)
        return rendered
