"""Dr. Bell's morning, as she goes through it."""

from __future__ import annotations

import io
import re
import time
from datetime import UTC, datetime

import pypdf
from playwright.sync_api import Page, expect


def test_from_sign_in_to_the_printed_page(desk, code):
    page = desk.page
    desk.sign_in(code)

    # Whom to look at first, and why, stand in the first row of the first page.
    expect(page.get_by_role("heading", name="Work queue")).to_be_visible()
    rows = page.get_by_role("table").locator("tbody tr")
    first = rows.first
    expect(first.locator(".priority").first).to_have_text(re.compile("P[01]"))
    waiting = rows.count()
    assert waiting >= 4

    # She narrows it, and comes back to all.
    page.get_by_role("link", name=re.compile("^Blind on an AI")).click()
    assert rows.count() <= waiting
    page.get_by_role("link", name=re.compile("^Blind on an AI")).click()

    # She opens the top man, and reads the whole basis.
    man = rows.first.get_by_role("rowheader").get_by_role("link").inner_text()
    rows.first.get_by_role("rowheader").get_by_role("link").click()
    expect(page.get_by_role("heading", name=man, exact=True)).to_be_visible()
    his = page.url
    page.get_by_role("link", name="whole basis").click()
    expect(page.get_by_text("What is concluded")).to_be_visible()

    # She answers, and he may read it.
    page.goto(his)
    page.get_by_role("link", name="Answer", exact=True).click()
    for box in page.get_by_role("checkbox").all():
        box.check()
    page.get_by_label("Contacted: he was told").check()
    page.get_by_label("Note").fill("Called him at nine.")
    page.get_by_role("button", name="Store the answer").click()
    expect(page.get_by_text("Answered: 1 man.")).to_be_visible()
    answered = page.get_by_role("row").filter(has_text=man)
    expect(answered.get_by_text("answered: contacted")).to_be_visible()
    answered.get_by_role("checkbox").check()
    page.get_by_role("button", name="Release to the man").click()
    page.get_by_role("button", name="Release").click()
    expect(page.get_by_text("Released: 1 man.")).to_be_visible()

    _titrate(page, f"{desk.url}/admin/tracking/patient/")

    # She prints him for the hospital.
    page.goto(f"{his}summary/")
    expect(page.get_by_role("heading", name="Open findings")).to_be_visible()
    began = time.monotonic()
    answer = page.request.get(f"{his}summary.pdf")
    assert answer.ok
    assert time.monotonic() - began < 20, "under two seconds on a quiet machine"
    assert len(pypdf.PdfReader(io.BytesIO(answer.body())).pages) == 1

    assert desk.complaints == []


def _titrate(page: Page, patients: str) -> None:
    """Bruno asked whether he still needs the tablets. What a stop brings is seen before; no slip in the amount passes."""
    page.goto(patients)
    page.get_by_role("link", name=re.compile("Bruno Invented")).first.click()
    ways = page.get_by_role("listitem").filter(has_text=re.compile("anastrozole", re.IGNORECASE))
    ways.get_by_role("link", name="to stop", exact=True).first.click()
    page.get_by_label("First day without it").fill(datetime.now(UTC).date().isoformat())
    page.get_by_label("Reason", exact=True).fill("His estradiol is below the floor.")
    page.get_by_role("button", name="Propose, and look at what comes of it").click()
    expect(page.get_by_role("heading", name="The evaluation that you decide on")).to_be_visible()
    rechecks = page.get_by_role("table").filter(has_text="Recheck due").locator("tbody tr")
    due = rechecks.first.locator("td").first.inner_text()
    for typed in ("1", "0"):
        page.get_by_label("All doses of a week, together").fill(typed)
        page.get_by_label("Reason of the decision").fill("His estradiol is below the floor.")
        page.get_by_role("button", name="Confirm: his regimen changes").click()
        if typed == "1":
            expect(page.get_by_text("Not confirmed.")).to_be_visible()
    expect(page.get_by_text(f"Recheck due {due}.")).to_be_visible()
    expect(page.get_by_role("row").filter(has_text="confirmed").first).to_be_visible()
