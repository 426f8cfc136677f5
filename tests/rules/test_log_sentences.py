"""What we log has nothing filled in: the sentence is a constant, and the rest stands in fields, which are scrubbed by name.

Errors may be told to a service outside (``backend.seeing``), and of a line it is told the sentence.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LEVELS = {"debug", "info", "warning", "error", "exception", "critical", "log"}


def sentences(source: str) -> Iterator[tuple[int, ast.expr]]:
    """Line and first argument of every call of a logger by the name that all of our modules give it."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="log"), attr=level), args=args) if level in LEVELS:
                yield node.lineno, args[-1 if level == "log" else 0]


def is_constant(said: ast.expr) -> bool:
    match said:
        case ast.Constant(value=str()):
            return True
        case ast.IfExp(body=body, orelse=other):
            return is_constant(body) and is_constant(other)
        case _:
            return False


def test_every_sentence_in_a_log_is_a_constant() -> None:
    files = [path for package in ("backend", "tracking", "notifications") for path in (ROOT / package).rglob("*.py")]
    logging = [(path, source) for path in files if re.search(r"get_?logger", source := path.read_text(), re.IGNORECASE)]
    # Under another name the rule would not see them.
    named = [
        (path, re.findall(r"^(\w+) = (?:structlog|logging)\.get_?[lL]ogger\(", source, re.MULTILINE))
        for path, source in logging
    ]
    assert [path for path, names in named if names not in (["log"], [])] == []
    found = [(path, line, said) for path, source in logging for line, said in sentences(source)]
    assert len(found) > 20
    assert [f"{path.relative_to(ROOT)}:{line}" for path, line, said in found if not is_constant(said)] == []


@pytest.mark.parametrize(
    ("said", "is_one"),
    [
        ("'one man failed'", True),
        ("'a' if x else 'b'", True),
        ("f'{man} failed'", False),
        ("'%s failed' % man", False),
        ("said", False),
    ],
)
def test_the_rule_sees_what_it_is_for(said: str, is_one: bool) -> None:
    ((_, found),) = sentences(f"log.error({said}, man=1)")
    assert is_constant(found) == is_one
