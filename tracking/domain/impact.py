"""What another rulebook would say of one man. A pure comparison of two evaluations of one history at one instant."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from tracking.domain.evaluation import Evaluation
from tracking.domain.rulebook import Priority

__all__ = ["Impact", "impact_of"]


@dataclass(frozen=True, slots=True)
class Impact:
    """Verdict (word, state, tier) and worst priority before and after; codes of findings that come and go.

    ``closes``: families of findings that are open now and that the other rules do not find.
    """

    verdict: tuple[str, str]
    priority: tuple[Priority | None, Priority | None]
    appears: tuple[str, ...]
    vanishes: tuple[str, ...]
    closes: tuple[str, ...]

    @property
    def verdict_changes(self) -> bool:
        return self.verdict[0] != self.verdict[1]

    @property
    def priority_changes(self) -> bool:
        return self.priority[0] is not self.priority[1]

    @property
    def changes(self) -> bool:
        """Anything at all that a reader would notice."""
        found = self.appears or self.vanishes or self.closes
        return bool(self.verdict_changes or self.priority_changes or found)


def impact_of(before: Evaluation, after: Evaluation, open_families: Collection[str]) -> Impact:
    """``open_families``: those of the findings that are open now, whichever rules they come from."""
    old, new = ({finding.code for finding in said.findings} for said in (before, after))
    still_found = {finding.family for finding in after.findings}
    return Impact(
        verdict=(_verdict(before), _verdict(after)),
        priority=(before.priority, after.priority),
        appears=tuple(sorted(new - old)),
        vanishes=tuple(sorted(old - new)),
        closes=tuple(sorted(set(open_families) - still_found)),
    )


def _verdict(said: Evaluation) -> str:
    """``below (below floor, current)``."""
    verdict = said.verdict
    parts = (verdict.tier or "", verdict.state)
    return f"{said.word} ({', '.join(part.replace('_', ' ') for part in parts if part)})"
