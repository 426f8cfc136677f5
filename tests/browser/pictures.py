"""The pictures of docs/desk.md, in light and dark, on a desktop and on a tablet: `make pictures` makes them anew.

They are WebP, as the browser writes it: a page is a few ten thousand bytes.
"""

from __future__ import annotations

import base64
import re
import time
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page

from backend.devstack import one_time_code
from tests.browser import people
from tests.browser.conftest import SCHEMES, WIDTHS, Desk

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "images"
QUALITY = 60
# All of them together, in bytes: a clone stays small.
MOST = 3_000_000
# On whose page there is most to see.
SHOWN = "Bruno Invented"


def take(page: Page, name: str) -> None:
    """The first screen of this page, as one sees it on both machines in both schemes."""
    session = page.context.new_cdp_session(page)
    for width, size in WIDTHS.items():
        page.set_viewport_size(size)
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            shot = session.send("Page.captureScreenshot", {"format": "webp", "quality": QUALITY})
            (FOLDER / f"{name}-{width}-{scheme}.webp").write_bytes(base64.b64decode(shot["data"]))
    page.set_viewport_size(WIDTHS["desktop"])
    page.emulate_media(color_scheme="light")


def test_pictures_of_the_desk(new_desk: Callable[..., Desk]) -> None:
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.iterdir():
        old.unlink()
    _of_the_door(new_desk())
    desk = new_desk("bell")
    page = desk.page
    page.goto(f"{desk.url}/admin/work/")
    take(page, "queue")
    row = page.get_by_role("row").filter(has_text=SHOWN)
    row.get_by_role("checkbox").check()
    page.get_by_role("button", name="Answer").first.click()
    take(page, "answer")
    page.goto(f"{desk.url}/admin/tracking/patient/")
    take(page, "patients")
    page.get_by_role("link", name=re.compile(SHOWN)).first.click()
    his = page.url
    take(page, "man")
    page.get_by_role("link", name="whole basis").click()
    take(page, "basis")
    for name, address in (
        ("doses", "doses/"),
        ("record-lab", "record-lab/"),
        ("record-scan", "record-scan/"),
        ("summary", "summary/"),
        ("history", "history/"),
    ):
        page.goto(f"{his}{address}")
        take(page, name)
    page.goto(his)
    page.get_by_role("link", name="Propose to start a drug").click()
    take(page, "propose")
    page.goto(f"{desk.url}/admin/tracking/patient/let-in/")
    take(page, "let-in")
    for name in ("Clinic", "Rulebook"):
        page.get_by_role("navigation", name="Main").get_by_role("link", name=name).click()
        take(page, name.lower())
    page.goto(f"{desk.url}/admin/tracking/patient/")
    page.get_by_role("link", name=re.compile("Wim Invented")).first.click()
    page.get_by_role("link", name="Files").click()
    page.locator("#imports").get_by_role("link").first.click()
    take(page, "file")
    page.goto(f"{desk.url}/admin/tracking/patient/")
    page.get_by_role("link", name=re.compile("Wim Invented")).first.click()
    page.get_by_role("link", name="Look and decide").first.click()
    take(page, "decide")
    root = new_desk("root").page
    root.goto(f"{desk.url}/admin/tracking/prescriber/")
    take(root, "set-up")
    root.get_by_role("link", name="Health").click()
    take(root, "health")
    root.goto(f"{desk.url}/admin/break-glass/")
    take(root, "break-glass")
    assert sum(picture.stat().st_size for picture in FOLDER.iterdir()) < MOST


def _of_the_door(desk: Desk) -> None:
    page = desk.page
    page.goto(f"{desk.url}/admin/")
    take(page, "sign-in")
    page.get_by_label("Email").fill(people.NEWCOMER[1])
    page.get_by_label("Password").fill(people.PASSWORD)
    page.get_by_role("button", name="Log in").click()
    take(page, "one-time-codes")
    seed = page.locator(".seed").inner_text().replace(" ", "")
    page.get_by_label("One-time code").fill(one_time_code.code_at(time.time(), seed))
    page.get_by_role("button", name="Set up and sign in").click()
    take(page, "recovery-codes")
