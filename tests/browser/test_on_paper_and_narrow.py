"""The queue and a man's page for those who print, enlarge, choose their own colours or want no motion."""

from __future__ import annotations

import io

import pypdf
import pytest
from playwright.sync_api import Page, expect

from tests.browser import people

# An A4 sheet without its margins, in the pixels of CSS.
SHEET = {"width": 687, "height": 1016}
# What is to be seen of the page, with the text of folded parts left out.
_TEXT = "() => document.querySelector('main').innerText"
_CUT = """() => [...document.querySelectorAll('main *')].filter(it => {
  const box = it.getBoundingClientRect(), style = getComputedStyle(it);
  if (!box.width || it.closest('.visually-hidden, svg')) return false;
  const scrolls = ['auto', 'scroll', 'hidden', 'clip'].includes(style.overflowX);
  return box.right > innerWidth + 1 || (scrolls && it.scrollWidth > it.clientWidth + 1);
}).map(it => it.outerHTML.slice(0, 120))"""
# Grounds that are darker than half, and text that is lighter than half.
_DARK = """() => {
  const light = colour => { const [r, g, b, a = 1] = colour.match(/[\\d.]+/g).map(Number);
    return a === 0 ? null : (0.299 * r + 0.587 * g + 0.114 * b) / 255; };
  return [document.documentElement, ...document.querySelectorAll('body, body *')].filter(it => {
    if (!it.getClientRects().length || it.closest('.priority.P0, svg')) return false;
    const style = getComputedStyle(it), ground = light(style.backgroundColor), ink = light(style.color);
    const hasText = [...it.childNodes].some(child => child.nodeType === 3 && child.data.trim());
    return (ground !== null && ground < 0.5) || (hasText && ink > 0.5);
  }).map(it => it.outerHTML.slice(0, 120));
}"""


@pytest.fixture
def addresses(desk_of_bell) -> list[str]:
    """The queue, the man at its top, and his summary."""
    page = desk_of_bell.page
    page.goto(f"{desk_of_bell.url}/admin/work/")
    his = page.get_by_role("rowheader").first.get_by_role("link").get_attribute("href")
    return [page.url, f"{desk_of_bell.url}{his}", f"{desk_of_bell.url}{his}summary/"]


@pytest.fixture
def desk_of_bell(new_desk):
    return new_desk("bell")


@pytest.mark.parametrize("chosen", ["auto", "dark"])
def test_on_paper_nothing_is_cut_and_no_ground_is_dark(desk_of_bell, addresses, chosen):
    page = desk_of_bell.page
    page.evaluate("chosen => localStorage.setItem('theme', chosen)", chosen)
    for address in addresses:
        page.goto(address)
        page.set_viewport_size(SHEET)
        page.emulate_media(media="print", color_scheme="dark")
        assert page.evaluate(_CUT) == [], address
        assert page.evaluate(_DARK) == [], address
        assert page.locator(":is(header#header, .object-tools, .row-tools, [type=submit]):visible").count() == 0, address
        seen = page.evaluate(_TEXT).split()
        printed = pypdf.PdfReader(io.BytesIO(page.pdf(format="A4", prefer_css_page_size=True))).pages
        words = "".join(sheet.extract_text() for sheet in printed).split()
        # Ligatures and breaks of lines split a few words; a table or a column that is lost would be many.
        assert len(words) > 0.9 * len(seen), address
        page.emulate_media(media="screen", color_scheme="light")
    assert len(printed) <= 2, "the summary is a sheet, or two where much is open"


@pytest.mark.parametrize("width", [400, 640])
def test_narrow_or_enlarged_nothing_is_lost(desk_of_bell, addresses, width):
    """640 pixels are what a window of 1280 has at 200 %."""
    page = desk_of_bell.page
    for address in addresses:
        page.goto(address)
        whole = _words(page)
        page.set_viewport_size({"width": width, "height": 800})
        assert _words(page) >= whole, "what stands on the wide page stands on the narrow one"
        assert page.evaluate("document.scrollingElement.scrollWidth <= innerWidth"), address
        # What is wider than the window scrolls in itself, and the keyboard comes to it.
        for place in page.locator("main .wide").all():
            if place.evaluate("it => it.scrollWidth > it.clientWidth"):
                assert place.get_attribute("tabindex") == "0"
                assert place.get_attribute("aria-label")
        page.set_viewport_size({"width": 1280, "height": 800})


def test_a_card_of_the_narrow_queue_is_still_a_row_of_a_table(desk_of_bell, addresses):
    page = desk_of_bell.page
    page.goto(addresses[0])
    page.set_viewport_size({"width": 400, "height": 800})
    assert page.get_by_role("row").count() > 4
    assert page.get_by_role("rowheader").count() > 4
    assert page.get_by_role("columnheader").count() == 8


@pytest.mark.parametrize("width", [400, 820, 1280])
def test_whatever_a_man_is_called_all_columns_of_the_queue_are_seen_at_once(desk_of_bell, width):
    page = desk_of_bell.page
    page.goto(f"{desk_of_bell.url}/admin/work/")
    expect(page.get_by_text(people.HARD).first).to_be_visible()
    page.set_viewport_size({"width": width, "height": 800})
    assert page.locator("main .wide").evaluate("it => it.scrollWidth <= it.clientWidth")


def _words(page: Page) -> set[str]:
    return set(page.evaluate(_TEXT).lower().split())


def test_in_colours_of_ones_own_what_a_ground_told_has_an_edge(new_desk, addresses):
    desk = new_desk("bell", forced_colors="active")
    for address in addresses[:2]:
        desk.page.goto(address)
        for mark in desk.page.locator("main :is(.verdict, .tier, .phase, .priority, .chip, .card, .button):visible").all():
            assert mark.evaluate("it => parseFloat(getComputedStyle(it).borderTopWidth)") >= 1
    assert desk.complaints == []


def test_nothing_moves_for_those_who_want_no_motion(new_desk, addresses):
    desk = new_desk("bell", reduced_motion="reduce")
    for address in addresses:
        desk.page.goto(address)
        moving = "getComputedStyle(it).transitionDuration !== '0s' || getComputedStyle(it).animationName !== 'none'"
        assert desk.page.evaluate(f"[...document.querySelectorAll('*')].filter(it => {moving}).length") == 0
