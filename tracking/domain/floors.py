"""Which floor an estradiol is held against (CLINICAL 9.1): the rulebook's by assay, or one that somebody set."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from functools import lru_cache

from msgspec import Struct

from tracking.domain.history import FloorOverride, Level
from tracking.domain.reported import Assay
from tracking.domain.rulebook import BandsRule, RuleBook

# From the farthest to the nearest to the man.
_LEVELS = tuple(Level)


class Floor(Struct, frozen=True):
    """The floor in use, in pg/mL, and who answers for it. ``kind``: mass_spectrometry or other by the rulebook, or a level."""

    pg_ml: Decimal
    kind: str
    whose: str
    rule: str
    reason: str = ""
    expires_on: date | None = None

    @property
    def is_set(self) -> bool:
        """Somebody set it, in place of the rulebook's."""
        return self.kind in _LEVELS


def assay_is_mass_spectrometry(assay: Assay, rulebook: RuleBook) -> bool:
    """Shown to be, not merely said to be."""
    rule = rulebook.estradiol.assay
    return assay.method in rule.mass_spectrometry and assay.evidence in rule.proving


def floor_for(assay: Assay, rulebook: RuleBook, floors: Collection[FloorOverride] = (), today: date | None = None) -> Floor:
    """The floor for a result by this assay: the valid setting nearest to the man, else the rulebook's.

    Of several of one level the highest counts: with two clinics the more careful one.
    """
    kind = "mass_spectrometry" if assay_is_mass_spectrometry(assay, rulebook) else "other"
    if not floors:
        return _floor_of_rulebook(kind, rulebook)
    limits = rulebook.estradiol.override
    valid = [
        own
        for own in floors
        if limits.low <= own.pg_ml <= limits.high and (own.expires_on is None or today is None or today <= own.expires_on)
    ]
    if valid:
        own = max(valid, key=lambda o: (_LEVELS.index(o.level), o.pg_ml, o.whose, o.expires_on or date.max, o.reason))
        return Floor(own.pg_ml, own.level, own.whose, limits.id, own.reason, own.expires_on)
    return _floor_of_rulebook(kind, rulebook)


@lru_cache(maxsize=64)
def _floor_of_rulebook(kind: str, rulebook: RuleBook) -> Floor:
    rule = bands(kind, rulebook)
    return Floor(rule.floor, kind, f"rulebook {rulebook.version}", rule.id)


def bands(kind: str, rulebook: RuleBook) -> BandsRule:
    """The limits of the tiers by the kind of assay."""
    return rulebook.estradiol.mass_spectrometry if kind == "mass_spectrometry" else rulebook.estradiol.other
