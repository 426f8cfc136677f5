"""The parts of a basis that change seldom, apart from the rest, which is another one with each dose.

A part is stored once for all evaluations of a man that say the same in it, and joined to them when somebody opens one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid5

from msgspec.json import Encoder

__all__ = ["GROUNDS", "PLACED", "Part", "apart", "name_of", "together"]

Part = Mapping[str, Any]

# Where each estradiol stands, and which of them may be joined to a line: other ones with a result, a correction, a floor.
PLACED = ("results", "segments")
# What the verdict rests on and what follows from it. What is read of evaluations that nobody opens stays with them.
GROUNDS = (
    "timing", "bone", "derived", "context_lines", "risk", "findings", "due", "missing", "rules", "inputs",
)  # fmt: skip

# One text for one content: names in order.
_text = Encoder(order="deterministic").encode


def apart(said: Part) -> tuple[dict[str, Any], Part, Part]:
    """What :meth:`tracking.domain.evaluation.Evaluation.as_dict` says: the rest, the places, the grounds."""
    series = dict(said["series"])
    rest = {**said, "series": series, "segments": series.pop("segments")}
    placed, grounds = ({name: rest.pop(name) for name in part} for part in (PLACED, GROUNDS))
    return rest, placed, grounds


def together(rest: Part, placed: Part, grounds: Part) -> dict[str, Any]:
    """The three as one, as they were before :func:`apart`."""
    series = {**rest["series"], "segments": placed["segments"]}
    return {**rest, **grounds, "results": placed["results"], "series": series}


def name_of(part: Part, man: UUID) -> UUID:
    """The same for the same part of the same man, and for no other (UUID version 5, RFC 9562)."""
    return uuid5(man, _text(part).decode())
