"""What of a man's record can be shared by itself, and what of it a consent or a token opens.

A table states its category once, in its ``ownership``; the policies of the database, ``visible_to`` and the routes follow.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from enum import StrEnum

from tracking.domain.problems import problem

__all__ = ["SHAREABLE", "Category", "covers", "read_scope"]


class Category(StrEnum):
    """The first five can be shared. ``DOOR``: open to whomever he let in at all. ``OWN``: to himself alone."""

    LABS = "labs"
    DOSES = "doses"
    SCANS = "scans"
    SYMPTOMS = "symptoms"
    CONCLUSIONS = "conclusions"
    DOOR = "door"
    OWN = "own"


_RECORDS = (Category.LABS, Category.DOSES, Category.SCANS, Category.SYMPTOMS)
SHAREABLE = (*_RECORDS, Category.CONCLUSIONS)


def covers(scope: Collection[str], category: Category) -> bool:
    """Whether a consent or token of this scope opens the category. An empty scope opens all that can be shared."""
    return category is Category.DOOR or (category is not Category.OWN and (not scope or category in scope))


def read_scope(names: Iterable[str], *, pointer: str = "/scope") -> list[str]:
    """The categories named, each once, in the order of ``SHAREABLE``.

    Raises Problem for an unknown one, and for conclusions without all that they quote.
    """
    named = list(names)
    for place, name in enumerate(named):
        if name not in SHAREABLE:
            text = "'{received}' is no category. Accepted: {accepted}."
            accepted = ", ".join(SHAREABLE)
            raise problem(f"{pointer}/{place}", "category-unknown", text, received=str(name)[:40], accepted=accepted)
    missing = [name for name in _RECORDS if name not in named]
    if Category.CONCLUSIONS in named and missing:
        text = "What is concluded quotes the whole record. Share {missing} too, or leave conclusions out."
        raise problem(pointer, "conclusions-quote-the-record", text, missing=", ".join(missing))
    return [category.value for category in SHAREABLE if category in named]
