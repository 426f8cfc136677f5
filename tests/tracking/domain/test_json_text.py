"""A key that stands twice is refused by name, at any depth."""

from __future__ import annotations

import json

import pytest

from tracking.domain.json_text import DoubledKeyError, each_key_once


def read(text: str) -> object:
    return json.loads(text, object_pairs_hook=each_key_once)


def test_what_has_each_key_once_is_read_as_ever() -> None:
    assert read('{"a": [{"b": 1}, {"b": 2}], "b": {}}') == {"a": [{"b": 1}, {"b": 2}], "b": {}}


@pytest.mark.parametrize("text", ['{"a": 1, "a": 1}', '[{"b": {"a": 1, "c": 2, "a": 3}}]', '{"a": 1, "\\u0061": 2}'])
def test_a_key_that_stands_twice_is_named(text: str) -> None:
    with pytest.raises(DoubledKeyError) as refused:
        read(text)
    assert refused.value.name == "a"
