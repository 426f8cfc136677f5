"""Where his results stand, apart from the evaluation that says it.

It changes with his results and with what bears on them, and not with each dose nor with the day; so it is stored once for all
evaluations that place them alike, and joined to an evaluation when somebody opens it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple
from uuid import UUID, uuid5

from msgspec.json import Encoder

__all__ = ["Placed", "apart", "name_of", "together"]

# One text for one content: names in order.
_text = Encoder(order="deterministic").encode


class Placed(NamedTuple):
    """``results``: each estradiol in brief, by its key. ``segments``: which of them may be joined, and why a line is cut."""

    results: Mapping[str, Any]
    segments: list[Any]


def apart(said: Mapping[str, Any]) -> tuple[dict[str, Any], Placed | None]:
    """What an evaluation says (:meth:`tracking.domain.evaluation.Evaluation.as_dict`) without the places, and the places.

    None where he has no result to place.
    """
    basis = {name: part for name, part in said.items() if name != "results"}
    basis["series"] = {name: part for name, part in said["series"].items() if name != "segments"}
    placed = Placed(said["results"], said["series"]["segments"])
    return basis, placed if placed.results else None


def together(basis: Mapping[str, Any], placed: Placed | None) -> dict[str, Any]:
    """The two as one, as they were before :func:`apart`."""
    results, segments = placed or ({}, [])
    return {**basis, "results": results, "series": {**basis["series"], "segments": segments}}


def name_of(placed: Placed, man: UUID) -> UUID:
    """The same for the same places of the same man, and for no others (UUID version 5, RFC 9562)."""
    return uuid5(man, _text(placed).decode())
