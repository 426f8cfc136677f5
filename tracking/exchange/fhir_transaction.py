"""A FHIR R4 transaction as a sender means it: which entries, by which names, and only if nothing of that name is there.

What the entries hold is read by ``fhir_bundle``, as of every Bundle; this looks at the requests around them.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from tracking.domain.problems import Issue, problem, raise_all
from tracking.exchange.fhir_entries import Entry
from tracking.exchange.fhir_json import at, load, many, said
from tracking.exchange.limits import MOST_ROWS, refuse_beyond

__all__ = ["Asked", "read_transaction"]


@dataclass(frozen=True, slots=True)
class Asked:
    """One entry: where its rows stand in what is read of the Bundle, and what it holds."""

    place: str
    kind: str


def read_transaction(content: bytes) -> list[Asked]:
    """The entries in their order. Raises :class:`Problem` for anything but a transaction of resources to be created, each
    condition of which names an identifier that its resource carries: that is what tells a repeat here.
    """
    whole = load(content)
    if said(whole, "resourceType") != "Bundle" or said(whole, "type") != "transaction":
        raise problem("/type", "transaction-missing", "Send a Bundle of the type transaction.")
    listed = at(whole, "entry")
    if not isinstance(listed, list) or not listed:
        raise problem("/entry", "bundle-entries", "The transaction has no entries.")
    refuse_beyond(MOST_ROWS, len(listed), "entries")
    issues: list[Issue] = []
    asked: list[Asked] = []
    for number, sent in enumerate(listed):
        resource = at(sent, "resource")
        entry = Entry(number + 1, resource if isinstance(resource, dict) else {}, said(sent, "fullUrl"))
        issues += [one.under(f"/entry/{number}") for one in _against(sent, entry)]
        asked.append(Asked(entry.place, entry.kind))
    twice = [place for place, times in Counter(one.place for one in asked).items() if times > 1]
    if twice:
        text = "Two entries hold '{received}'. Send each resource once."
        issues.append(Issue("/entry", "entry-twice", text, {"received": twice[0]}))
    raise_all(issues)
    return asked


def _against(sent: Any, entry: Entry) -> list[Issue]:
    method, url = said(sent, "request", "method"), said(sent, "request", "url")
    if not entry.kind:
        return [Issue("/resource", "entry-without-resource", "The entry holds no resource.")]
    if method != "POST":
        text = "'{received}' is not done here. Accepted: POST, which takes the resource in as a new one."
        return [Issue("/request/method", "method-not-supported", text, {"received": method or "nothing"})]
    if url.strip("/") != entry.kind:
        text = "A new {kind} is posted to '{kind}', not to '{received}'."
        return [Issue("/request/url", "url-unfitting", text, {"kind": entry.kind, "received": url[:60]})]
    condition = said(sent, "request", "ifNoneExist", most=400)
    if condition and not _is_its_own(condition, entry):
        text = (
            "'{received}' is not a condition that is held here. Accepted: identifier=system|value, with the identifier that "
            "the resource carries first."
        )
        return [Issue("/request/ifNoneExist", "condition-unfitting", text, {"received": condition[:80]})]
    return []


def _is_its_own(condition: str, entry: Entry) -> bool:
    pairs = parse_qsl(condition.lstrip("?"), keep_blank_values=True)
    own = (
        f"{said(one, 'system')}|{said(one, 'value')}"
        for one in many(entry.resource, "identifier")
        if said(one, "system") and said(one, "value")
    )
    return pairs == [("identifier", next(own, ""))]
