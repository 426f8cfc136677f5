"""The desk in a real browser, against the real server. These run by `make e2e`, not with the other tests."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from backend.devstack import cohort, mail, show
from backend.devstack.services import Services
from backend.devstack.stack import Stack

CHROMIUM = next((found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None)
# Men of the cohort enough for a morning, each with something else to look at.
MEN = 8


@pytest.fixture(scope="session")
def desk_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Trabecula with a clinic, Dr. Bell who has her app, and men who told their stories to the API."""
    if CHROMIUM is None:
        pytest.skip("There is no Chromium on this machine. On Debian and Ubuntu: apt-get install chromium")
    services = Services(
        database_url=os.environ["DATABASE_URL"],
        migration_database_url=os.environ["MIGRATION_DATABASE_URL"],
        broker_url=os.environ["BROKER_URL"],
    )
    name = f"browser_{os.getpid()}"
    with psycopg.connect(services.migration_database_url, autocommit=True) as owner:
        owner.execute(f"CREATE DATABASE {name}")
    try:
        own = services.for_database(name).for_broker_database(8)
        with Stack(tmp_path_factory.mktemp("browser"), services=own) as stack:
            stack.start_services()
            stack.run_manage("migrate", "--database", "owner", "--no-input")
            stack.start_process("web", extra_env={"SIGN_IN_LIMITS": "off", "FINDINGS_RELEASE": "reviewed"})
            _told(stack)
            yield stack.web_url
    finally:
        with psycopg.connect(services.migration_database_url, autocommit=True) as owner:
            owner.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _told(stack: Stack) -> None:
    now = datetime.now(UTC)
    clinic = show._set_up_clinic(stack)
    api = cohort.Api(stack.web_url, partial(mail.messages, stack.mail_folder))
    bell = api.sign_in(name=show.PRESCRIBER[0], email=show.PRESCRIBER[1])
    assert bell is not None
    for man in cohort.men()[:MEN]:
        himself = api.sign_up(man)
        cohort.tell(man, himself, bell, clinic, now=now)
        himself.client.close()
    bell.client.close()


@pytest.fixture(scope="session")
def browser(desk_url: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        # As root there is no sandbox to be had; the pages are our own.
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"] if os.geteuid() == 0 else [])
        yield started
        started.close()


class Desk:
    """One browser window, and what its console and its policy complained of."""

    def __init__(self, page: Page, url: str) -> None:
        self.page, self.url = page, url
        self.complaints: list[str] = []
        page.on("console", lambda message: self.complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def sign_in(self, code: str) -> None:
        self.page.goto(f"{self.url}/admin/")
        self.page.get_by_label("Email").fill(show.PRESCRIBER[1])
        self.page.get_by_label("Password").fill(cohort.PASSWORD)
        self.page.get_by_role("button", name="Log in").click()
        self.page.get_by_label("One-time code").fill(code)
        self.page.get_by_role("button", name="Sign in").click()


@pytest.fixture
def desk(browser: Browser, desk_url: str) -> Iterator[Desk]:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB", reduced_motion="reduce")
    yield Desk(context.new_page(), desk_url)
    context.close()


@pytest.fixture
def keep_pictures() -> Path | None:
    """Where pictures for the documents go, where they are asked for by WRITE_IMAGES=1."""
    return Path(__file__).resolve().parents[2] / "docs" / "images" if os.environ.get("WRITE_IMAGES") else None


def picture(page: Page, folder: Path | None, name: str, *, scheme: Any = "light", whole: bool = False) -> None:
    if folder is not None:
        page.emulate_media(color_scheme=scheme)
        page.wait_for_timeout(400)  # Django's colours fade over
        page.screenshot(path=folder / f"{name}.png", full_page=whole)
        page.emulate_media(color_scheme="light")
