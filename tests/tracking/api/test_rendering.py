"""Answers are written in C, and to the byte as DRF's own renderer writes them."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

import pytest
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy
from hypothesis import given, settings
from hypothesis import strategies as st
from rest_framework.renderers import JSONRenderer

from tracking.api.rendering import Json

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.text('\u2028\u2029"\\/\n\x00\x7f\U0001f600é'),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=12,
)


class Word(StrEnum):
    LOW = "low"


@given(VALUES)
@settings(max_examples=60)
def test_it_writes_to_the_byte_what_drf_writes(told: Any) -> None:
    assert Json().render(told) == JSONRenderer().render(told)


@pytest.mark.parametrize(
    "told",
    [
        Word.LOW, {"word": Word.LOW}, {Word.LOW: 1}, {1: "a"}, {None: 1, True: 2}, (1, (2,)), 2**70, -(2**63),
        uuid.UUID(int=7), date(2026, 3, 3), datetime(2026, 3, 3, 8, 10, 0, 5, tzinfo=UTC), "", [], {},
        gettext_lazy("Send text."), mark_safe("<b>"), [mark_safe("a\u2028b"), 1], {"at": gettext_lazy("Send text.")},
    ],
    ids=repr,
)  # fmt: skip
def test_so_it_does_with_every_kind_of_value(told: Any) -> None:
    assert Json().render(told) == JSONRenderer().render(told)


def test_nothing_is_no_body_and_who_asks_for_indents_gets_them() -> None:
    assert Json().render(None) == b""
    indented = "application/json; indent=4"
    assert Json().render({"a": 1}, indented, {}) == JSONRenderer().render({"a": 1}, indented, {}) == b'{\n    "a": 1\n}'


def test_what_no_answer_may_hold_is_refused_as_before() -> None:
    with pytest.raises(UnicodeEncodeError):
        Json().render({"name": "\ud800"})
    with pytest.raises(TypeError):
        Json().render({"what": object()})
