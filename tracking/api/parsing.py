"""Reading a body: JSON as RFC 8259 has it, with one reading only, and nothing in it that cannot be stored or shown again."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from typing import IO, Any, NoReturn

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.utils.translation import gettext
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from tracking.domain.json_text import DoubledKeyError, each_key_once
from tracking.domain.problems import Issue, raise_all

__all__ = ["StrictJSONParser", "pointer_part"]

_DEEPEST = 20
_LONGEST_NUMBER = 40
_MOST_ISSUES = 10
# NUL cannot be stored by PostgreSQL; half of a surrogate pair is no character and cannot be written as UTF-8.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class StrictJSONParser(BaseParser):
    """What ``json`` lets through and others read differently is refused: NaN, doubled keys, numbers beyond range."""

    media_type = "application/json"

    @property
    def most(self) -> int:
        """Bytes of a body."""
        return settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0

    def parse(self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        """The value sent. Raises ParseError (400), RequestDataTooBig (413) or Problem (422, with pointers)."""
        most = self.most
        raw = stream.read(most + 1)
        if len(raw) > most:
            raise RequestDataTooBig(most)
        try:
            value = json.loads(
                raw.decode("utf-8"),
                parse_float=_float,
                parse_int=_int,
                parse_constant=_constant,
                object_pairs_hook=each_key_once,
            )
        except UnicodeDecodeError:
            raise ParseError(gettext("The body is not UTF-8.")) from None
        except RecursionError:
            raise _too_deep() from None
        except DoubledKeyError as error:
            text = gettext("The key {name} stands twice in one object. Send it once.")
            raise ParseError(text.format(name=ascii(error.name[:60]))) from None
        except json.JSONDecodeError as error:
            text = gettext("The body is not JSON: it cannot be read from line {line}, column {column} on.")
            raise ParseError(text.format(line=error.lineno, column=error.colno)) from None
        raise_all(_unstorable(value))
        return value


def pointer_part(name: str) -> str:
    """One step of a JSON pointer (RFC 6901), of a length fit to be repeated."""
    return name[:60].replace("~", "~0").replace("/", "~1")


def _unstorable(value: Any) -> Iterator[Issue]:
    """An issue for each text that cannot be kept, the first ones only; raises where it is nested too deeply."""
    found = 0
    left: list[tuple[Any, str, int]] = [(value, "", 0)]
    while left and found < _MOST_ISSUES:
        item, pointer, depth = left.pop()
        if isinstance(item, str) and _UNSTORABLE.search(item):
            found += 1
            yield Issue(pointer, "text-unstorable", "The text has a NUL or half a character in it. Send plain Unicode text.")
        elif isinstance(item, dict | list) and depth == _DEEPEST:
            raise _too_deep()
        elif isinstance(item, dict):
            for name, inner in item.items():
                if _UNSTORABLE.search(name):
                    left.append((name, pointer, depth))
                else:
                    left.append((inner, f"{pointer}/{pointer_part(name)}", depth + 1))
        elif isinstance(item, list):
            left.extend((inner, f"{pointer}/{number}", depth + 1) for number, inner in enumerate(item))


def _float(text: str) -> float:
    number = float(text)
    if len(text) > _LONGEST_NUMBER or not math.isfinite(number):
        raise _out_of_range(text)
    return number


def _int(text: str) -> int:
    if len(text) > _LONGEST_NUMBER:
        raise _out_of_range(text)
    return int(text)


def _constant(name: str) -> NoReturn:
    raise ParseError(gettext("{name} is not JSON. Leave the field out instead.").format(name=name))


def _out_of_range(text: str) -> ParseError:
    said = gettext("The number {number}… is out of range. Accepted: at most {most} characters, and finite.")
    return ParseError(said.format(number=text[:20], most=_LONGEST_NUMBER))


def _too_deep() -> ParseError:
    return ParseError(gettext("The body is nested too deeply. Accepted: at most {most} levels.").format(most=_DEEPEST))
