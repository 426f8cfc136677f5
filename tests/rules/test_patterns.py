"""Every regular expression of ours, found in the source, stands whatever text was made to keep it busy."""

from __future__ import annotations

import ast
import importlib
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from re import _constants as op  # the parser that `re` itself uses; typeshed names it no more than this
from re import _parser as parser
from typing import Any

from backend.devstack.launcher import CHECKOUT
from tracking.exchange.limits import LONGEST_CELL

PACKAGES = ("backend", "tracking", "notifications")
# Of a module of the standard library that is called with an expression first; and classes and functions that take one.
OF_RE = {"compile", "fullmatch", "match", "search", "sub", "subn", "split", "findall", "finditer"}
TAKING = {"RegexField", "RegexValidator", "re_path"}
# Written in a function out of what is known there alone, each with where its parts come from.
LOCAL: dict[str, str] = {}
# Seconds that one text of the longest cell may keep one expression busy. Linear takes microseconds, quadratic a tenth of this,
# exponential for ever: between them lies more than what a busy machine adds.
MOST_SECONDS = 2.0
# Texts are made of one piece over and over, with and without an end that does not fit.
PIECES = (
    "a",
    "0",
    " ",
    "\t",
    ".",
    ",",
    "-",
    "=",
    "<",
    "@",
    "a@",
    "0.",
    "L1-",
    "a ",
    " a",
    "://",
    "/r/",
    "eyJ.",
    "?a=",
    "µ",
    "1 -",
)
ENDS = ("", "\x00", "!")
CHILD = """
import json, re, sys, time
slow = []
for number, (pattern, flags, texts) in enumerate(json.load(sys.stdin)):
    print(number, file=sys.stderr, flush=True)
    found = re.compile(pattern, flags)
    for text in texts:
        for how in (found.search, found.fullmatch):
            began = time.process_time()
            how(text)
            if time.process_time() - began > float(sys.argv[1]):
                slow.append((pattern, text[:40], time.process_time() - began))
print(json.dumps(slow))
"""


def written() -> Iterator[tuple[str, ast.expr, ast.expr | None, str]]:
    """Where each expression stands, its text as source, its flags, and the module that knows the names in it."""
    for package in PACKAGES:
        for file in sorted((CHECKOUT / package).rglob("*.py")):
            if "migrations" in file.parts:
                continue  # what the models say, again
            module = ".".join(file.relative_to(CHECKOUT).with_suffix("").parts).removesuffix(".__init__")
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and node.args and is_a_pattern(node.func):
                    flags = next((keyword.value for keyword in node.keywords if keyword.arg == "flags"), None)
                    last = node.args[-1] if len(node.args) > 1 and "re." in ast.unparse(node.args[-1]) else flags
                    yield f"{place(file)}:{node.lineno}", node.args[0], last, module
                for keyword in node.keywords if isinstance(node, ast.Call) else ():
                    if keyword.arg and (keyword.arg.endswith("__regex") or keyword.arg in ("regex", "pattern")):
                        yield f"{place(file)}:{keyword.value.lineno}", keyword.value, None, module


def place(file: Path) -> str:
    return file.relative_to(CHECKOUT).as_posix()


def is_a_pattern(called: ast.expr) -> bool:
    if isinstance(called, ast.Attribute):
        return (
            isinstance(called.value, ast.Name) and called.value.id == "re" and called.attr in OF_RE
        ) or called.attr in TAKING
    return isinstance(called, ast.Name) and called.id in TAKING


def read(expression: ast.expr, module: str) -> Any:
    """Its value, with the names of its module."""
    return eval(compile(ast.Expression(expression), module, "eval"), vars(importlib.import_module(module)) | {"re": re})


def patterns() -> dict[tuple[str, int], str]:
    """Each expression with its flags, and one place where it stands."""
    found: dict[tuple[str, int], str] = {}
    for where, expression, flags, module in written():
        try:
            text = read(expression, module)
        except NameError:
            assert where.partition(":")[0] in LOCAL, f"{where} is made of what only its function knows: say in LOCAL of what"
            continue
        text = text.decode("latin-1") if isinstance(text, bytes) else text
        found.setdefault((text, int(read(flags, module)) if flags is not None else 0), where)
    return found


def pieces(pattern: str, flags: int) -> Iterator[tuple[str, str]]:
    """For each repetition in it: a text that leads there, and one that goes round in it once."""
    yield from _loops(parser.parse(pattern, flags), "")


def _loops(nodes: Any, before: str) -> Iterator[tuple[str, str]]:
    for kind, value in nodes:
        inner: list[Any] = []
        if kind in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
            inner = [value[2]]
            yield from ((before, one) for one in _samples(value[2]))
        elif kind is op.SUBPATTERN:
            inner = [value[-1]]
        elif kind is op.ATOMIC_GROUP:
            inner = [value]
        elif kind is op.BRANCH:
            inner = value[1]
        for nested in inner:
            yield from _loops(nested, before)
        before += next(iter(_samples([(kind, value)])), "")


def _samples(nodes: Any) -> list[str]:
    """A few texts that these nodes take; what is looked at and not taken is empty."""
    texts = [""]
    for kind, value in nodes:
        match kind:
            case op.LITERAL:
                step = [chr(value)]
            case op.NOT_LITERAL:
                step = [chr(value + 1)]
            case op.ANY:
                step = ["a", " "]
            case op.IN:
                step = _of_class(value)
            case op.MAX_REPEAT | op.MIN_REPEAT | op.POSSESSIVE_REPEAT:
                step = [one * max(1, value[0]) for one in _samples(value[2])]
            case op.SUBPATTERN:
                step = _samples(value[-1])
            case op.ATOMIC_GROUP:
                step = _samples(value)
            case op.BRANCH:
                step = [one for branch in value[1] for one in _samples(branch)]
            case _:
                step = [""]
        texts = [text + one for text in texts for one in step or [""]][:4]
    return texts


def _of_class(members: Any) -> list[str]:
    """Up to four characters of a class."""
    allowed = re.compile(f"[{''.join(_member(kind, value) for kind, value in members)}]")
    return [one for one in "a0 .-<%µé\x01" if allowed.match(one)][:4] or [
        chr(code) for code in range(1, 0x3000) if allowed.match(chr(code))
    ][:1]


def _member(kind: Any, value: Any) -> str:
    if kind is op.NEGATE:
        return "^"
    if kind is op.LITERAL:
        return re.escape(chr(value))
    if kind is op.RANGE:
        return f"{re.escape(chr(value[0]))}-{re.escape(chr(value[1]))}"
    return {
        op.CATEGORY_DIGIT: r"\d", op.CATEGORY_NOT_DIGIT: r"\D", op.CATEGORY_SPACE: r"\s", op.CATEGORY_NOT_SPACE: r"\S",
        op.CATEGORY_WORD: r"\w", op.CATEGORY_NOT_WORD: r"\W",
    }[value]  # fmt: skip


def attacks(pattern: str, flags: int) -> list[str]:
    """Texts of the longest cell that go round in each repetition, and then do not fit."""
    around = [("", piece) for piece in PIECES] + [(lead, piece) for lead, piece in pieces(pattern, flags) if piece]
    return [lead + (piece * (LONGEST_CELL // len(piece))) + end for lead, piece in dict.fromkeys(around) for end in ENDS]


def kept_busy(found: list[tuple[str, int]], *, seconds: float = 100) -> list[Any]:
    """Those that a text of theirs keeps busy for too long; asked of another process, which can be stopped."""
    asked = json.dumps([(pattern, flags, attacks(pattern, flags)) for pattern, flags in found])
    with subprocess.Popen(
        [sys.executable, "-I", "-c", CHILD, str(MOST_SECONDS)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as child:
        try:
            said, numbers = child.communicate(asked, timeout=seconds)
        except subprocess.TimeoutExpired:
            child.kill()
            _, numbers = child.communicate()
            return [found[int(numbers.split()[-1])]]
    assert child.returncode == 0, numbers
    return json.loads(said)


def test_no_text_keeps_an_expression_busy() -> None:
    found = patterns()
    assert len(found) > 60
    assert [(found.get((pattern, 0), pattern), text, took) for pattern, text, took in kept_busy(list(found))] == []


def test_an_expression_that_goes_back_for_ever_would_be_found() -> None:
    assert kept_busy([("a|b", 0), ("(x+x+)+y", 0)], seconds=1) == [("(x+x+)+y", 0)]
