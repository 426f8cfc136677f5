"""What axe-core cannot measure: text on a hatched ground, and the edges that are no text."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from playwright.sync_api import Page

# Names of colours, what they stand on, and how far apart WCAG wants them (1.4.3 for text, 1.4.11 for edges).
PAIRS = [
    ("--desk-grey", "--desk-grey-bg", 4.5),
    ("--desk-grey", "--desk-hatch", 4.5),
    ("--link-fg", "--desk-page", 4.5),
    ("--body-quiet-color", "--desk-page", 4.5),
    ("--desk-edge", "--body-bg", 3),
    ("--desk-edge", "--darkened-bg", 3),
    ("--desk-focus", "--desk-page", 3),
    ("--desk-line", "--desk-card", 3),
    ("--desk-low", "--desk-card", 3),
    ("--desk-warn", "--desk-card", 3),
]


def _luminance(channels: Iterable[float]) -> float:
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return sum(weight * value for weight, value in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_hatched_words_edges_and_marks_are_told_from_their_ground(new_desk, scheme):
    desk = new_desk("bell", color_scheme=scheme)
    desk.page.goto(f"{desk.url}/admin/work/")
    for ink, ground, least in PAIRS:
        lights = sorted(_luminance(_channels(desk.page, name)) for name in (ink, ground))
        assert (lights[1] + 0.05) / (lights[0] + 0.05) >= least, f"{ink} on {ground}"


def _channels(page: Page, name: str) -> list[float]:
    """Red, green and blue of a colour of the style sheet, from 0 to 1, as the browser reads it."""
    drawn = """name => {
      const brush = document.createElement('canvas').getContext('2d');
      brush.fillStyle = getComputedStyle(document.documentElement).getPropertyValue(name);
      brush.fillRect(0, 0, 1, 1);
      return [...brush.getImageData(0, 0, 1, 1).data].slice(0, 3).map(value => value / 255);
    }"""
    channels: list[float] = page.evaluate(drawn, name)
    return channels
