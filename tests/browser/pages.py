"""Every page of the desk: found by its links, as a person finds it, and held against the site's own list of addresses.

Nobody keeps a list of pages. One that is added is walked to by itself, and one that no link leads to is told.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from urllib.parse import parse_qs, urldefrag, urlencode, urljoin, urlsplit

from django.contrib import admin
from django.urls import Resolver404, URLPattern, URLResolver, resolve
from playwright.sync_api import BrowserContext

__all__ = ["NOT_LINKED", "kinds_of", "names", "walk"]

# Addresses that no link has to lead to, and why.
NOT_LINKED = {
    "login": "the door; walked through by itself",
    "second_factor": "the door; walked through by itself",
    "second_factor_set_up": "the door; walked through by itself",
    "logout": "a button posts to it",
    "break_glass_close": "a button posts to it",
    "password_change_done": "what a changed password leads to",
    "jsi18n": "a script of Django's",
    "autocomplete": "closed: nothing here is looked up while one types",
    "view_on_site": "no record of this site has a public page",
    "clinic": "sends who works in one clinic on to it",
    "tracking_clinic_delete": "nothing is deleted",
    "tracking_prescriber_delete": "nothing is deleted",
    "tracking_user_delete": "nothing is deleted",
}
# Of one kind so many are opened in search of links; the fullest is the one that is looked at.
MOST = 10
_A_FILE = (0, "")


class _Ways(HTMLParser):
    """Where a page leads by asking: its links, and the buttons of its forms that ask."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self._form: list[tuple[str, str]] | None = None
        self._action = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "a" and given.get("href"):
            self.found.append(given["href"])
        elif tag == "form":
            self._form = [] if given.get("method", "get").lower() == "get" else None
            self._action = given.get("action", "")
        elif self._form is not None and tag in ("input", "button") and given.get("name"):
            sent = (given["name"], given.get("value", ""))
            if tag == "button":
                self.found.append(f"{self._action}?{urlencode([*self._form, sent])}")
            elif given.get("type") == "hidden" or (given.get("type") == "checkbox" and given["name"] not in dict(self._form)):
                self._form.append(sent)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None


def names() -> set[str]:
    """The names of all addresses of the site."""
    return {entry.name for entry in _entries(admin.site.get_urls()) if entry.name}


def _entries(resolvers: Iterable[URLPattern | URLResolver]) -> Iterator[URLPattern]:
    for entry in resolvers:
        if isinstance(entry, URLResolver):
            yield from _entries(entry.url_patterns)
        else:
            yield entry


def kind_of(address: str) -> str | None:
    """The name of a page, with what it is to do where one address does several things; None outside of the desk."""
    split = urlsplit(address)
    try:
        match = resolve(split.path)
    except Resolver404:
        return None
    if "admin" not in match.app_names:
        return None
    do = parse_qs(split.query).get("do")
    return f"{match.url_name}:{do[0]}" if do else match.url_name


def kinds_of(found: Iterable[str]) -> set[str]:
    """The names without what is to be done."""
    return {kind.partition(":")[0] for kind in found}


def walk(context: BrowserContext, base: str, starts: Iterable[str]) -> dict[str, str]:
    """Each kind of what links lead to from here, and the address of the fullest page of it: "" where it is a file."""
    waiting = deque(urljoin(base, start) for start in starts)
    known, asked = set(waiting), Counter[str]()
    fullest: dict[str, tuple[int, str]] = {}
    while waiting:
        address = waiting.popleft()
        kind = kind_of(address)
        if kind is None or asked[kind] >= MOST or fullest.get(kind) == _A_FILE:
            continue
        asked[kind] += 1
        answer = context.request.get(address)
        assert answer.ok, f"{address} is linked and answers {answer.status}"
        if "text/html" not in answer.headers["content-type"]:
            fullest[kind] = _A_FILE
            continue
        html = answer.text()
        # A page that sends on to another is that other.
        kind = kind_of(answer.url) or kind
        fullest[kind] = max(fullest.get(kind, (0, "")), (len(html), answer.url))
        for way in _Ways(html).found:
            onward = urldefrag(urljoin(answer.url, way)).url
            if onward.startswith(base) and onward not in known:
                known.add(onward)
                waiting.append(onward)
    return {kind: address for kind, (_, address) in fullest.items()}
