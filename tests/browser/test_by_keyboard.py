"""Dr. Bell's morning without a mouse: Tab, Enter, arrows and what she types."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from backend.devstack import cohort, show
from tests.browser.keys import Keyboard


def test_she_signs_in_answers_the_top_man_and_comes_back(desk, code):
    page = desk.page
    keys = Keyboard(page)
    page.goto(f"{desk.url}/admin/")

    # The door: each step begins in its field.
    keys.type(show.PRESCRIBER[1])
    keys.press("Tab")
    keys.type(cohort.PASSWORD)
    keys.enter()
    keys.type(code())
    keys.enter()
    expect(page.get_by_role("heading", name="Work queue")).to_be_visible()

    # The first stop of a page leads past its head.
    first = keys.tab()
    assert first is not None
    assert first.name == "Skip to main content"
    keys.press("Enter")
    assert keys.tab_to("Mine") <= 2
    man = page.get_by_role("rowheader").first.get_by_role("link").inner_text()
    top = page.get_by_role("row").nth(1).inner_text()
    keys.tab_to(man, tag="a")
    keys.enter()
    expect(page.get_by_role("heading", name=man, exact=True)).to_be_visible()

    # The whole basis, and back by the crumbs.
    keys.tab_to("whole basis")
    keys.enter()
    expect(page.get_by_text("What is concluded")).to_be_visible()
    keys.tab_to(man)
    keys.enter()

    # Nothing said: the focus stands where something is wrong.
    keys.tab_to("Answer")
    keys.enter()
    keys.tab_to("Store the answer")
    keys.enter()
    on = keys.focused()
    assert on is not None
    assert (on.name, on.type) == ("Contacted: he was told", "radio")
    assert page.title().startswith("Error: ")

    # An outcome by the arrows, a note, and back in the queue it is told.
    keys.press("ArrowDown")
    keys.press("ArrowUp")
    keys.tab_to("Note")
    keys.type("Called him at nine.")
    keys.tab_to("Store the answer")
    keys.enter()
    expect(page.get_by_text("Answered: 1 man.")).to_be_visible()
    assert page.get_by_role("row").nth(1).inner_text() != top

    # She leaves.
    keys.tab_to("Log out")
    keys.enter()
    expect(page.get_by_text("Logged out")).to_be_visible()
    assert desk.complaints == []


@pytest.mark.parametrize("width", [1280, 400])
def test_the_keys_go_through_a_page_from_its_head_to_its_end_and_out_again(new_desk, width):
    desk = new_desk("bell", viewport={"width": width, "height": 800})
    keys = Keyboard(desk.page)
    desk.page.goto(f"{desk.url}/admin/work/")
    man = desk.page.get_by_role("rowheader").first.get_by_role("link")
    for address in (desk.page.url, f"{desk.url}{man.get_attribute('href')}"):
        desk.page.goto(address)
        stops = keys.round()
        parts = [stop.part for stop in stops]
        # Skip link, head, crumbs where there are any, content: none is come back to.
        order = [part for at, part in enumerate(parts) if at == 0 or parts[at - 1] != part]
        assert [part for part in order if part != "nav"] == ["body", "header", "main"], order
        assert stops[-1].part == "main"
        # Backwards as well.
        for stop in reversed(stops[-10:]):
            desk.page.keyboard.press("Shift+Tab")
            back = keys.focused()
            assert back is not None
            assert back.name == stop.name
