"""Every page of the desk is there for everyone: WCAG 2.2 AA by axe-core in light and dark, a clean console, a strict policy.

The walk follows links, so a page that is added is looked at by itself.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from backend import errors
from backend.devstack import one_time_code
from tests.browser import people
from tests.browser.conftest import Desk
from tests.browser.keys import Keyboard
from tests.browser.pages import NOT_LINKED, kinds_of, names, walk

# The narrowest window that WCAG 1.4.10 asks for: 1280 at 400 %.
NARROW, USUAL = {"width": 320, "height": 900}, {"width": 1280, "height": 800}
# Whatever is wider than the window, unless it scrolls in itself.
_TOO_WIDE = """() => document.scrollingElement.scrollWidth > innerWidth
  ? [...document.querySelectorAll('body *')].filter(it => it.getBoundingClientRect().right > innerWidth + 1).slice(0, 3)
      .map(it => it.outerHTML.slice(0, 120))
  : []"""
# Forms that cannot be sent as they are: something that must be filled in is empty.
_INCOMPLETE = """() => [...document.querySelectorAll('main form')].map((form, at) => [form, at]).filter(([form]) =>
  form.method === 'post' && [...form.querySelectorAll('[required]')].some(field => field.type !== 'hidden' && !field.value
    || field.type === 'radio' && !form.querySelector(`[name="${field.name}"]:checked`))).map(([, at]) => at)"""

_EMPTIED = """form => {
  form.noValidate = true;
  form.querySelectorAll('input[type=text]').forEach(field => field.value = '');
}"""


def _on_a_narrow_screen(page: Page) -> Iterator[str]:
    page.set_viewport_size(NARROW)
    for element in page.evaluate(_TOO_WIDE):
        yield f"at 320: runs out of the window: {element}"
    page.set_viewport_size(USUAL)


def _refused(desk: Desk) -> Iterator[str]:
    """Each form of the page, sent empty: what is wrong is told, and the focus stands there."""
    page, address = desk.page, desk.page.url
    for at in page.evaluate(_INCOMPLETE):
        form = page.locator("main form").nth(at)
        form.evaluate(_EMPTIED)
        with page.expect_navigation():
            form.locator("[type=submit]").first.click()
        if page.locator("[aria-invalid=true], .errornote, .errorlist").count() == 0:
            yield f"form {at}: was not refused"
            return
        on = page.evaluate("document.activeElement.matches('[aria-invalid=true], .errornote, .errorlist, [autofocus]')")
        if not on:
            yield f"form {at}: the focus is not at what is wrong"
        if page.title().count("Error: ") != 1 or not page.title().startswith("Error: "):
            yield f"form {at}: the title does not tell once that something is wrong: {page.title()}"
        yield from (f"form {at}, refused: {fault}" for fault in desk.faults())
        page.goto(address)


def test_every_page_that_links_lead_to(new_desk, place):
    starts = {
        "bell": ["/admin/", "/admin/tracking/"],
        "root": ["/admin/", "/admin/tracking/", f"/admin/tracking/patient/{place.behind_glass}/"],
    }
    found, faults = set(), []
    for who, addresses in starts.items():
        desk = new_desk(who)
        pages = walk(desk.context, place.url, addresses)
        found |= kinds_of(pages)
        for kind, address in pages.items():
            if address:
                desk.page.goto(address)
                wrong = [*desk.faults(), *_on_a_narrow_screen(desk.page), *_refused(desk)]
                faults += [f"{who}: {kind}: {fault}" for fault in wrong]
    assert names() - found - NOT_LINKED.keys() == set(), "no link leads to these pages"
    assert NOT_LINKED.keys() - names() == set(), "these are no addresses any more"
    assert faults == []


def test_the_door(desk):
    """The first sign-in: a wrong password, the app that is set up, a wrong code, the recovery codes, and out again."""
    page, faults = desk.page, []
    page.goto(f"{desk.url}/admin/")
    faults += [*desk.faults(), *_on_a_narrow_screen(page)]
    for password in ("wrong", people.PASSWORD):
        page.get_by_label("Email").fill(people.NEWCOMER[1])
        page.get_by_label("Password").fill(password)
        page.get_by_role("button", name="Log in").click()
        faults += [*desk.faults(), *_on_a_narrow_screen(page)]
    expect(page.get_by_role("heading", name="Set up one-time codes")).to_be_visible()
    seed = page.locator(".seed").inner_text().replace(" ", "")
    for code in ("000000", one_time_code.code_at(time.time(), seed)):
        page.get_by_label("One-time code").fill(code)
        page.get_by_role("button", name="Set up and sign in").click()
        faults += [*desk.faults(), *_on_a_narrow_screen(page)]
    expect(page.locator(".codes li")).to_have_count(10)
    recovery = page.locator(".codes code").first.inner_text()
    page.goto(f"{desk.url}/admin/")
    page.get_by_role("button", name="Log out").click()
    faults += desk.faults()
    page.goto(f"{desk.url}/admin/")
    page.get_by_label("Email").fill(people.NEWCOMER[1])
    page.get_by_label("Password").fill(people.PASSWORD)
    page.get_by_role("button", name="Log in").click()
    for code in ("000000", recovery):
        faults += [*desk.faults(), *_on_a_narrow_screen(page)]
        page.get_by_label("One-time code").fill(code)
        page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Work queue")).to_be_visible()
    # What a changed password leads to.
    page.goto(f"{desk.url}/admin/password_change/")
    page.get_by_label("Old password").fill(people.PASSWORD)
    for again in ("New password:", "New password confirmation:"):
        page.get_by_label(again, exact=True).fill("another one, invented as well")
    page.get_by_role("button", name="Change my password").click()
    expect(page.get_by_role("heading", name="Password change successful")).to_be_visible()
    faults += desk.faults()
    assert faults == []


def test_a_colleague_comes_in_by_his_letter(desk, place):
    page, faults = desk.page, []
    for second in ("another", "invented as well, and long"):
        page.goto(f"{desk.url}{place.letter}")
        faults += [*desk.faults(), *_on_a_narrow_screen(page)]
        page.get_by_label("Your name").fill("Dr. Cole (invented)")
        page.get_by_label("New password:", exact=True).fill("invented as well, and long")
        page.get_by_label("New password confirmation").fill(second)
        page.get_by_role("button", name="Work there").click()
        faults += [*desk.faults(), *_on_a_narrow_screen(page)]
    expect(page.get_by_text("Sign in with cole@example.org.")).to_be_visible()
    desk.expected_status = 404
    page.goto(f"{desk.url}{place.letter}")
    expect(page.get_by_role("heading", name="This invitation opens nothing")).to_be_visible()
    assert [*faults, *desk.faults()] == []


def _not_found(desk: Desk) -> None:
    desk.page.goto(f"{desk.url}/admin/nothing/")


def _forbidden(desk: Desk) -> None:
    desk.page.goto(f"{desk.url}/admin/break-glass/")


def _too_late(desk: Desk) -> None:
    """A form whose token is no longer that of this session."""
    desk.page.goto(f"{desk.url}/admin/recovery-codes/")
    desk.context.clear_cookies(name="csrftoken")
    desk.page.get_by_label("One-time code").fill("123456")
    desk.page.get_by_role("button", name="Make new ones").click()


def _failed(desk: Desk) -> None:
    """No request makes the server fail, so what it would answer is put in the place of an answer."""
    from django.test import RequestFactory

    answer = errors.server_error(RequestFactory().get("/admin/"))
    policy = desk.page.request.get(f"{desk.url}/admin/nothing/").headers["content-security-policy"]
    headers = {"Content-Type": "text/html", "Content-Security-Policy": policy}
    desk.page.route("**/failing/", lambda route: route.fulfill(status=500, body=answer.text, headers=headers))
    desk.page.goto(f"{desk.url}/admin/failing/")


@pytest.mark.parametrize(
    ("status", "title", "open_it"),
    [
        (404, "There is no such page", _not_found),
        (403, "Not open to this account", _forbidden),
        (403, "Not stored", _too_late),
        (500, "Something failed here", _failed),
    ],
)
def test_what_is_refused_is_a_page_like_the_others(new_desk, status: int, title: str, open_it: Any):
    desk = new_desk("bell")
    desk.expected_status = status
    open_it(desk)
    expect(desk.page.get_by_role("heading", level=1)).to_have_text(title)
    assert desk.page.title() == f"{title} | Trabecula"
    assert [*desk.faults(), *_on_a_narrow_screen(desk.page)] == []
    assert len(Keyboard(desk.page).round()) >= 1
