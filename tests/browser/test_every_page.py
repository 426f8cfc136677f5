"""Every page of the desk is reachable: WCAG 2.2 AA by axe-core in light and dark, a clean console, a strict policy."""

from __future__ import annotations

from tests.browser.pages import NOT_LINKED, kinds_of, names, walk


def test_every_page_that_links_lead_to(new_desk, place):
    found, faults = set(), []
    for who, starts in (("bell", ["/admin/"]), ("root", ["/admin/", "/admin/tracking/"])):
        desk = new_desk(who)
        pages = walk(desk.context, place.url, starts)
        found |= kinds_of(pages)
        for kind, address in pages.items():
            if address:
                desk.page.goto(address)
                faults += [f"{kind} {fault}" for fault in desk.faults()]
    assert names() - found - NOT_LINKED.keys() == set(), "no link leads to these pages"
    assert faults == []
