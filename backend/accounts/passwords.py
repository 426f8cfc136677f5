"""Passwords that somebody would try first who knows what this is."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext

__all__ = ["NotOfThisPlace"]

# Names of this service and of what it is about, in both languages.
_WORDS = ("trabecula", "testosterone", "testosteron", "estradiol", "oestradiol", "anastrozole", "anastrozol", "dexa", "trt")
# Characters that have to be left without them.
_LEAST = 8


class NotOfThisPlace:
    """Refuses a password of which little is left without the words that everybody here thinks of."""

    def validate(self, password: str, user: Any = None) -> None:
        left = password.casefold()
        for word in _WORDS:
            left = left.replace(word, "")
        if len(left) < _LEAST and len(left) < len(password):
            raise ValidationError(self.get_help_text(), code="password_of_this_place")

    def get_help_text(self) -> str:
        return gettext("Others would try the name of this app or of a drug first. Choose something else, or more beside it.")
