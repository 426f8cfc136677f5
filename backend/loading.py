"""What a process of the web would load with its first requests, loaded at once: whoever is forked afterwards shares it.

Nothing here asks the database or the broker: a connection must not be shared.
"""

from __future__ import annotations

from django.conf import settings
from django.template import engines
from django.urls import reverse
from django.utils import translation

from tracking.evidence import load_rulebook

__all__ = ["load_all"]

_EVERY_PAGE = ("admin/base_site.html", "admin/login.html")


def load_all() -> None:
    """Load every address with what answers there, the rules, the sentences of each language, and what frames a page."""
    reverse("home")
    load_rulebook()
    for language, _ in settings.LANGUAGES:
        with translation.override(language):
            translation.gettext("")
    for name in _EVERY_PAGE:
        engines["django"].get_template(name)
