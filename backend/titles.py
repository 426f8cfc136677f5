"""The titles of problems, in the language that was asked for."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from django.utils.translation import get_language
from django.utils.translation.trans_real import parse_accept_lang_header

__all__ = ["LANGUAGES", "TITLES", "asked_for", "title"]

_FILE = Path(__file__).parent / "titles.toml"


@cache
def _by_language() -> dict[str, dict[str, str]]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))


TITLES = frozenset(_by_language()["en"])
LANGUAGES = tuple(_by_language())


def asked_for(header: str) -> str:
    """The first language of an ``Accept-Language`` that there is; English where there is none such."""
    wanted = (tag.partition("-")[0] for tag, _ in parse_accept_lang_header(header))
    return next((tag for tag in wanted if tag in LANGUAGES), LANGUAGES[0])


def title(code: str) -> str:
    """The title of a problem in the language of this request."""
    return _by_language()[get_language() or LANGUAGES[0]][code]
