"""Where the next injection may go: the site that was used longest ago. A suggestion about a place, never about a dose."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from tracking.domain.problems import problem
from tracking.domain.rulebook import DrugRule, RuleBook

_FEWEST_TO_ROTATE = 2


@dataclass(frozen=True, slots=True)
class SiteUse:
    """A site and when it was last used; None: never logged."""

    site: str
    last_used: datetime | None


def check_site(site: str, drug: DrugRule, rulebook: RuleBook, *, pointer: str = "/site") -> None:
    """Refuse a site that this product is not given at. Where no site is known of a product, any text is accepted."""
    accepted = rulebook.dosing.sites_of(drug.code)
    if site and accepted and site not in accepted:
        raise problem(
            pointer,
            "site-unknown",
            "'{received}' is not a site for {name}. Accepted: {accepted}.",
            received=site[:40],
            name=drug.name,
            accepted=", ".join(accepted),
        )


def last_uses(used: Iterable[tuple[str, datetime]], sites: Sequence[str]) -> list[SiteUse]:
    """Every site of the product, the one used longest ago first, those never used before all others in the rulebook's order."""
    latest: dict[str, datetime] = {}
    for site, at in used:
        latest[site] = max(at, latest.get(site, at))
    never = [SiteUse(site, None) for site in sites if site not in latest]
    return never + sorted((SiteUse(s, latest[s]) for s in sites if s in latest), key=lambda use: (use.last_used, use.site))


def suggested(uses: Iterable[SiteUse]) -> str:
    """Of the sites that he uses the one used longest ago; where he uses fewer than two, the first that he does not."""
    uses = list(uses)
    own = [use for use in uses if use.last_used is not None]
    chosen = own if len(own) >= _FEWEST_TO_ROTATE else uses
    return chosen[0].site if chosen else ""
