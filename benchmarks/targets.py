"""A figure held against its target: a line where it was measured, and a row of the table at the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Held", "Line", "table"]


@dataclass(frozen=True, slots=True)
class Held:
    """``figure`` says of ``what`` how it came out, in ``unit`` (of what, or times what); ``lower``: the less the better."""

    path: str
    figure: float
    unit: str
    target: float
    lower: bool = False

    @property
    def met(self) -> bool:
        return self.figure <= self.target if self.lower else self.figure >= self.target

    @property
    def outcome(self) -> str:
        return "met" if self.met else "fallen short"

    def __str__(self) -> str:
        bound = "at most" if self.lower else "at least"
        return f"  {self.path}: {self.figure:.2f} {self.unit}; target {bound} {self.target:g}: {self.outcome}"


# What a measurement tells: a sentence, or a figure with its target.
Line = str | Held


def table(held: Sequence[Held]) -> list[str]:
    """All of them, one under the other."""
    if not held:
        return []
    paths, units = (max(len(getattr(each, name)) for each in held) for name in ("path", "unit"))
    rows = [
        f"  {each.path:<{paths}} {each.figure:9.2f} {each.unit:<{units}}  {'<=' if each.lower else '>='} {each.target:<5g}"
        f" {each.outcome}"
        for each in held
    ]
    return [f"Targets: {sum(each.met for each in held)} of {len(held)} met", *rows]
