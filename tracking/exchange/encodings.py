"""Bytes of a file to text, in the one encoding that they can have."""

from __future__ import annotations

import re

from tracking.domain.problems import problem
from tracking.exchange.limits import LONGEST_LINE, MOST_BYTES, refuse_beyond

__all__ = ["text_of"]

_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
# A character beyond ASCII as UTF-8 writes it. In a Windows-1252 text such a pair of signs makes no sense.
_UTF8_PAIR = re.compile(rb"[\xc3-\xf4][\x80-\xbf]|\xc2[\xa0-\xbf]")
_LINE_END = re.compile(r"\r\n|\r|\n")


def text_of(content: bytes, *, longest_line: int = LONGEST_LINE) -> str:
    """The text of a file: UTF-8 or UTF-16 as a byte order mark says, else UTF-8, else Windows-1252.

    Raises :class:`Problem` (``/file``) for an empty or too large file, one with NUL characters (no text), two encodings in one
    file, and a line beyond all measure.
    """
    refuse_beyond(MOST_BYTES, len(content), "bytes")
    text = _decoded(content)
    if not text.strip():
        raise problem("/file", "file-empty", "The file is empty.")
    if "\x00" in text:
        raise problem(
            "/file", "file-not-text", "The file is no text: it has NUL characters. Export it again as text, in UTF-8."
        )
    if longest_line:
        refuse_beyond(longest_line, max(map(len, _LINE_END.split(text))), "characters in one line")
    return text


def _decoded(content: bytes) -> str:
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            try:
                return content[len(mark) :].decode(encoding)
            except UnicodeDecodeError:
                raise _mixed() from None
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        pass
    if _UTF8_PAIR.search(content):
        raise _mixed()
    try:
        return content.decode("cp1252")
    except UnicodeDecodeError:
        raise _mixed() from None


def _mixed() -> Exception:
    return problem(
        "/file",
        "encoding-unreadable",
        "The file is in no encoding that can be told, or in two at once. Export it again in UTF-8.",
    )
