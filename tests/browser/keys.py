"""A person who has a keyboard and no mouse. At every stop of the Tab key the focus must be seen, and on the screen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page

__all__ = ["Keyboard", "Stop"]

# What has the focus: how it is called, whether it is seen, whether anything lies over it, and what it stands in.
_FOCUSED = """() => {
  const on = document.activeElement;
  if (!on || on === document.body) return null;
  const style = getComputedStyle(on), box = on.getBoundingClientRect();
  const labels = [...(on.labels || [])].map(label => label.innerText);
  const named = (on.getAttribute('aria-labelledby') || '').split(' ').filter(Boolean)
    .map(id => document.getElementById(id)?.innerText);
  const name = [...named, on.getAttribute('aria-label'), ...labels, on.innerText, on.value].find(said => said?.trim()) || '';
  const [across, down] = [box.left + Math.min(box.width, innerWidth) / 2, box.top + Math.min(box.height / 2, 20)];
  const middle = document.elementFromPoint(across, down);
  const isOwn = !middle || on.contains(middle) || middle.contains(on) || [...(on.labels || [])].some(it => it.contains(middle));
  return {
    name: name.trim().replace(/\\s+/g, ' '), tag: on.tagName.toLowerCase(), type: on.type || '', id: on.id,
    isSeen: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
    isOnScreen: box.top < innerHeight && box.bottom > 0 && box.left < innerWidth && box.right > 0,
    isCovered: !isOwn,
    part: ['header', 'main', 'nav'].find(part => on.closest(`body > div > ${part}, .main > ${part}`)) || 'body',
  };
}"""
LONGEST = 400


@dataclass(frozen=True, slots=True)
class Stop:
    """What the Tab key came to."""

    name: str
    tag: str
    type: str
    id: str
    part: str


class Keyboard:
    """Presses keys, and looks where they lead."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def focused(self) -> Stop | None:
        """What has the focus now; None where nothing has. It must be seen."""
        on: Any = self.page.evaluate(_FOCUSED)
        if on is None:
            return None
        where = f"{on['tag']} “{on['name']}” of {self.page.url}"
        assert on["isSeen"], f"one does not see that the focus is on {where}"
        assert on["isOnScreen"], f"the focus is outside of the window, on {where}"
        assert not on["isCovered"], f"something lies over {where}, which has the focus"
        return Stop(on["name"], on["tag"], on["type"], on["id"], on["part"])

    def tab(self) -> Stop | None:
        self.page.keyboard.press("Tab")
        return self.focused()

    def tab_to(self, name: str, *, tag: str = "") -> int:
        """Press Tab until the focus is on what begins with this name; how often. It must come before the end of the page."""
        passed = []
        for presses in range(1, LONGEST):
            stop = self.tab()
            if stop is None:
                break
            passed.append(stop.name)
            if stop.name.lower().startswith(name.lower()) and tag in ("", stop.tag):
                return presses
        raise AssertionError(f"Tab does not come to {name!r} on {self.page.url}, only to {passed}")

    def enter(self) -> None:
        """Follow or send what has the focus, and wait for the page that answers."""
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)

    def round(self) -> list[Stop]:
        """All stops from the beginning of the page to its end: a trap would never end."""
        self.page.evaluate("() => { document.activeElement?.blur(); scrollTo(0, 0); }")
        stops: list[Stop] = []
        while (stop := self.tab()) is not None:
            stops.append(stop)
            assert len(stops) < LONGEST, f"a trap: {[stop.name for stop in stops[-6:]]}"
        return stops
