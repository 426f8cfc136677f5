"""SVG by attributes and classes, never by inline style or script. Everything that is put in is escaped."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

__all__ = ["drawn", "number"]

Drawn = Iterable[SafeString | str]


def number(value: float) -> str:
    """A coordinate with one decimal and no trailing zero."""
    return f"{round(value, 1):g}"


def drawn(name: str, inside: Drawn | str = (), /, **attributes: str | float) -> SafeString:
    """One element. ``cls`` stands for class, an underscore for a hyphen; numbers are rounded to a tenth."""
    named = (("class" if key == "cls" else key.replace("_", "-"), value) for key, value in attributes.items())
    written = format_html_join("", ' {}="{}"', ((key, v if isinstance(v, str) else number(v)) for key, v in named))
    parts = [inside] if isinstance(inside, str) else inside
    body = format_html_join("", "{}", ((part,) for part in parts))
    return format_html("<{}{}>{}</{}>", name, written, body, name)
