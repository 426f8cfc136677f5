"""The desk in a real browser, against the real server. These run by `make e2e`, not with the other tests."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from playwright.sync_api import Browser, BrowserContext, Request, Response, sync_playwright

from backend.devstack import cohort, mail, one_time_code, show
from backend.devstack.services import Services
from backend.devstack.stack import Stack
from tests.browser import axe

CHROMIUM = next((found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None)
# Men enough for a morning, each with something else to look at.
MEN = ("Adam", "Bruno", "Cesar", "David", "Hans", "Ivan", "Leo", "Nils", "Wim")
SCHEMES = ("light", "dark")
WIDTHS = {"desktop": {"width": 1280, "height": 800}, "tablet": {"width": 820, "height": 1180}}


@dataclass(frozen=True)
class Place:
    """A running Trabecula, the sessions of those who are signed in at its desk, whose record a superuser has open, and the
    address in a letter to a colleague.
    """

    url: str
    sessions: Mapping[str, str]
    behind_glass: str
    letter: str


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
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
            yield Place(stack.web_url, **json.loads(stack.run_module("tests.browser.people").strip().splitlines()[-1]))
    finally:
        with psycopg.connect(services.migration_database_url, autocommit=True) as owner:
            owner.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _told(stack: Stack) -> None:
    now = datetime.now(UTC)
    clinic = show._set_up_clinic(stack)
    api = cohort.Api(stack.web_url, partial(mail.messages, stack.mail_folder))
    bell = api.sign_in(name=show.PRESCRIBER[0], email=show.PRESCRIBER[1])
    assert bell is not None
    for man in cohort.men():
        if man["name"].split()[0] in MEN:
            himself = api.sign_up(man)
            cohort.tell(man, himself, bell, clinic, now=now)
            himself.client.close()
    bell.client.close()


@pytest.fixture(scope="session")
def browser(place: Place) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        # As root there is no sandbox to be had; the pages are our own.
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"] if os.geteuid() == 0 else [])
        yield started
        started.close()


class Desk:
    """One browser window, and what its console, its network and its policy complained of."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        self.page, self.url, self.context = context.new_page(), url, context
        self.complaints: list[str] = []
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("requestfailed", self._failed)
        self.page.on("response", self._answered)
        # A page that refuses says so by its status, and the console repeats it.
        self.expected_status = 200

    def _said(self, message: Any) -> None:
        refused = self.expected_status != 200 and f"status of {self.expected_status}" in message.text
        if message.type in ("error", "warning") and not refused:
            self.complaints.append(message.text)

    def _failed(self, request: Request) -> None:
        # What was on its way when the test went on to the next page was broken off by the browser: nobody missed it.
        if request.failure != "net::ERR_ABORTED":
            self.complaints.append(f"{request.url}: {request.failure}")

    def _answered(self, answer: Response) -> None:
        if answer.status >= 400 and answer.status != self.expected_status:
            self.complaints.append(f"{answer.status} {answer.url}")
        if answer.request.resource_type == "document" and "text/html" in answer.headers.get("content-type", ""):
            policy = answer.headers.get("content-security-policy", "none")
            if "default-src 'none'" not in policy or "script-src 'self';" not in policy + ";" or _is_loose(policy):
                self.complaints.append(f"{answer.url} has the policy {policy}")

    def sign_in(self, code: Callable[[], str]) -> None:
        self.page.goto(f"{self.url}/admin/")
        self.page.get_by_label("Email").fill(show.PRESCRIBER[1])
        self.page.get_by_label("Password").fill(cohort.PASSWORD)
        self.page.get_by_role("button", name="Log in").click()
        self.page.get_by_label("One-time code").fill(code())
        self.page.get_by_role("button", name="Sign in").click()

    def faults(self) -> list[str]:
        """Everything that is wrong with the page that is open, in light and in dark."""
        found = []
        for scheme in SCHEMES:
            self.page.emulate_media(color_scheme=scheme)
            found += [f"{scheme}: {broken}" for broken in axe.violations(self.page, colours_only=scheme == "dark")]
        self.page.emulate_media(color_scheme="light")
        complaints, self.complaints = self.complaints, []
        return [f"{urlsplit(self.page.url).path}: {fault}" for fault in [*found, *complaints]]


def _is_loose(policy: str) -> bool:
    return any(word in policy for word in ("unsafe", "data:", "blob:", "http:", "https:", "*"))


@pytest.fixture
def new_desk(browser: Browser, place: Place) -> Iterator[Callable[..., Desk]]:
    """Windows, each of its own: of somebody who is signed in, or of nobody."""
    contexts: list[BrowserContext] = []

    def opened(who: str = "", **how: Any) -> Desk:
        about: dict[str, Any] = {"viewport": WIDTHS["desktop"], "locale": "en-GB", "reduced_motion": "reduce"} | how
        context = browser.new_context(**about)
        contexts.append(context)
        if who:
            context.add_cookies([{"name": "sessionid", "value": place.sessions[who], "url": place.url}])
        return Desk(context, place.url)

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def desk(new_desk: Callable[..., Desk]) -> Desk:
    """A window of nobody yet."""
    return new_desk()


@pytest.fixture(scope="session")
def code() -> Callable[[], str]:
    """A code of Dr. Bell's app that nobody has used: each opens once, so one waits for the next."""
    spent = {one_time_code.code_at(time.time())}

    def unused() -> str:
        while (now := one_time_code.code_at(time.time())) in spent:
            time.sleep(0.5)
        spent.add(now)
        return now

    return unused
