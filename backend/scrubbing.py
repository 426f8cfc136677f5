"""What may stand in a log. Pure: texts and exceptions in, texts without names, e-mails, values and tokens out.

An exception is told by its kind and its place. Its message is left out: those of databases, parsers and mail servers quote what
they choked on, and that is somebody's data. What helps an engineer and holds no data is taken from where it lies apart: a SQL
state, the constraint that refused, an error number, the codes of a Problem.
"""

from __future__ import annotations

import re
import traceback
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from tracking.domain.problems import Problem

__all__ = ["LEFT_OUT", "scrubbed", "told"]

LEFT_OUT = "[left out]"
# Names under which libraries log what is nobody's business here.
_NEVER = frozenset(
    {"args", "authorization", "body", "cookie", "email", "error", "ip", "kwargs", "name", "password", "query", "reason"}
    | {"result", "session", "token", "user_agent", "username", "value"}
)
_PATTERNS = (
    (re.compile(r"(?<=://)[^/\s@]*@"), "[login]@"),
    (re.compile(r"[^\s@<>\"'(),;:=\[\]]{1,64}@[^\s@<>\"'(),;:=\[\]]{1,255}"), "[address]"),
    (re.compile(r"\beyJ[\w-]*(?:\.[\w-]*){1,2}"), "[token]"),
    (re.compile(r"(?i)\b(bearer|token|basic) [\w.~+/=-]+"), r"\1 [token]"),
    # The links in e-mails, whatever they say after the first letter.
    (re.compile(r"/([ru])/[^\s\"']+"), r"/\1/[token]"),
    (re.compile(r"\?[\w.~%-]+=[^\s\"']*"), "?[query]"),
    # What PostgreSQL adds below its first line quotes rows.
    (re.compile(r"(?s)\b(DETAIL|CONTEXT|STATEMENT|QUERY|HINT):.*"), r"\1: " + LEFT_OUT),
)
_MOST_FRAMES = 30
_MOST_IN_A_CHAIN = 5


def scrubbed(value: Any, name: str = "") -> Any:  # noqa: PLR0911  one return a kind
    """The same without what must not be told; ``name`` is the one it would stand under."""
    match value:
        case _ if name.lower() in _NEVER:
            return LEFT_OUT
        case None | bool() | int() | float():
            return value
        case str() | UUID():
            return _text(str(value))
        case BaseException():
            return told(value)
        case Mapping():
            return {str(key): scrubbed(inner, str(key)) for key, inner in value.items()}
        case list() | tuple() | set() | frozenset():
            return [scrubbed(inner) for inner in value]
        case _:
            # An object of somebody's: its text could be anything, a man with his name for instance.
            return type(value).__name__


def _text(text: str) -> str:
    for pattern, instead in _PATTERNS:
        text = pattern.sub(instead, text)
    return text


def told(error: BaseException) -> list[dict[str, Any]]:
    """An exception and what led to it, the latest first: kind, place, and what is known to hold nobody's data."""
    return [_one(each) for each in _chain(error)]


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    each: BaseException | None = error
    while each is not None and id(each) not in seen and len(seen) < _MOST_IN_A_CHAIN:
        seen.add(id(each))
        yield each
        each = each.__cause__ or (None if each.__suppress_context__ else each.__context__)


def _one(error: BaseException) -> dict[str, Any]:
    frames = traceback.extract_tb(error.__traceback__)[-_MOST_FRAMES:]
    about = {
        "type": f"{type(error).__module__}.{type(error).__qualname__}",
        "at": [f"{frame.filename}:{frame.lineno} in {frame.name}" for frame in frames],
    }
    return about | {name: value for name, value in _harmless(error).items() if value}


def _harmless(error: BaseException) -> dict[str, Any]:
    if isinstance(error, Problem):
        return {"codes": [f"{issue.pointer} {issue.code}".strip() for issue in error.issues]}
    if isinstance(error, OSError):
        return {"errno": error.errno, "what": error.strerror if isinstance(error.strerror, str) else None}
    if (refused := getattr(error, "diag", None)) is not None:
        about = {name: getattr(refused, name, None) for name in ("sqlstate", "constraint_name", "table_name", "column_name")}
        # Without a state nobody answered: the words are libpq's own, about a host and a port.
        return about if about["sqlstate"] else {"what": _text(str(error).partition("\n")[0])}
    return {}
