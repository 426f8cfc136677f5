"""The one-page summary of a man as PDF (CLINICAL 9.10): tagged, PDF/UA-1, with fonts of its own and charts as vectors.

It is set by typst, a compiler in a wheel, from JSON. Whatever was typed by somebody is text to it, never markup; a character
for which there is no glyph is printed as its code, since the format refuses what it cannot print.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

__all__ = ["pdf_of", "printable"]

_HERE = Path(__file__).parent
_FONTS = _HERE / "fonts"
_LONGEST_WORD = 40
# Between two parts of a word that is longer than a line: a place to break it, without a width.
_BREAK = "\u200b"
# What says how text runs has no glyph and needs none.
_FORMAT = "Cf"


def pdf_of(summary: Mapping[str, Any]) -> bytes:
    """The PDF of a summary, which is text, lists and mappings of it, as ``tracking.admin.summary`` makes it.

    As large a print as fits on one page; what does not fit in the smallest goes on to a second.
    """
    import typst  # noqa: PLC0415  for one page: a compiler of its own, seven megabytes

    sent = json.dumps(_printable_all(summary) | {"chart": _drawing(summary["chart"])}, ensure_ascii=False)
    made: bytes = typst.compile(
        str(_HERE / "summary.typ"),
        root=str(_HERE),
        font_paths=[str(_FONTS)],
        ignore_system_fonts=True,
        format="pdf",
        pdf_standards=["ua-1"],
        sys_inputs={"data": sent},
    )
    return made


def printable(text: str) -> str:
    """The text with a visible code in place of each character that the fonts cannot print, and with long words broken.

    ``"陳"`` becomes ``"U+9673"``. Nothing disappears.
    """
    words = (_broken("".join(map(_shown, word))) for word in text.split(" "))
    return " ".join(words)


def _drawing(svg: str) -> str:
    """The drawing by itself, with the colours that a page gets from its style sheet."""
    opened = svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    start, end, rest = opened.partition(">")
    return "".join(map(_shown, f"{start}{end}<style>{(_HERE / 'chart.css').read_text()}</style>{rest}"))


def _shown(character: str) -> str:
    if ord(character) in _glyphs() or character.isspace() or unicodedata.category(character) == _FORMAT:
        return " " if character.isspace() else character
    return f"U+{ord(character):04X}"


def _broken(word: str) -> str:
    if len(word) <= _LONGEST_WORD:
        return word
    return _BREAK.join(word[at : at + _LONGEST_WORD] for at in range(0, len(word), _LONGEST_WORD))


def _printable_all(value: Any) -> Any:
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, Mapping):
        return {key: _printable_all(inner) for key, inner in value.items() if key != "chart"}
    return [_printable_all(inner) for inner in value] if isinstance(value, list | tuple) else value


@cache
def _glyphs() -> frozenset[int]:
    ranges = (line.split("-") for line in (_FONTS / "glyphs.txt").read_text().splitlines() if not line.startswith("#"))
    return frozenset(code for first, last in ranges for code in range(int(first, 16), int(last, 16) + 1))
