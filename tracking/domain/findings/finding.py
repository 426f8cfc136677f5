"""One finding, and the facts that findings are made from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tracking.domain.bone import BoneStanding
from tracking.domain.bone_therapy import Injected
from tracking.domain.context import Context
from tracking.domain.derived import Derived
from tracking.domain.due import DueItem
from tracking.domain.estradiol import Reading
from tracking.domain.exposure import LOGGED
from tracking.domain.history import History
from tracking.domain.reported import Value
from tracking.domain.risk import Risk
from tracking.domain.rulebook import AROMATASE_INHIBITOR, AnalyteLimitRule, Lane, Priority, RuleBook
from tracking.domain.series import Series
from tracking.domain.thresholds import limit_in
from tracking.domain.timeline import Draw, Timeline
from tracking.domain.timing import DrawTiming
from tracking.domain.verdict import Verdict
from tracking.domain.words import fill, listed


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that needs a person's eye.

    ``params`` are stable codes, figures and ISO dates; ``prescriber``, ``man``, ``notes`` and ``clears`` are sentences made of
    them. ``family`` continues an episode across codes; ``margin`` is the upper bound over the floor, smaller is worse.
    """

    code: str
    priority: Priority
    severity: str
    lane: Lane
    family: str
    params: Mapping[str, str]
    note_codes: tuple[str, ...]
    rules: tuple[str, ...]
    sources: tuple[str, ...]
    contrary: tuple[str, ...]
    inputs: tuple[str, ...]
    margin: Decimal | None
    prescriber: str
    man: str
    clears: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything already worked out about one man."""

    timeline: Timeline
    rulebook: RuleBook
    history: History
    readings: Mapping[str, Reading]
    timings: Mapping[str, DrawTiming]
    series: Series
    verdict: Verdict
    context: Context
    bone: BoneStanding
    risk: Risk
    injected: tuple[Injected, ...]
    due: tuple[DueItem, ...]
    draw: Draw | None
    testosterone: Draw | None
    derived: tuple[Derived, ...]

    @property
    def reading(self) -> Reading | None:
        """The estradiol that the verdict rests on."""
        return self.readings.get(self.verdict.reading)

    @property
    def on_ai(self) -> bool:
        return bool(self.context.now.ai)

    @property
    def ai_log_ended(self) -> bool:
        """He was on an AI at the draw, and since then only a log that ended says otherwise. Silence is no stop."""
        then = self.context.at_draw
        if self.on_ai or then is None or not then.ai:
            return False
        courses = self.timeline.exposure.courses
        taken = [c for c in courses if c.drug_class == AROMATASE_INHIBITOR and c.starts_on <= self.timeline.today]
        return bool(taken) and max(taken, key=lambda c: c.ends_on or date.max).basis == LOGGED

    @property
    def ai_names(self) -> str:
        return listed(drug.name.lower() for drug in self.context.now.ai)

    @property
    def ai_keys(self) -> tuple[str, ...]:
        return tuple(key for drug in self.context.now.ai for key in drug.keys[:1])


def make(
    facts: Facts,
    code: str,
    params: Mapping[str, str],
    *,
    inputs: Iterable[str],
    rules: Iterable[str] = (),
    notes: Mapping[str, str] | None = None,
    said: Mapping[str, str] | None = None,
    priority: Priority | None = None,
    margin: Decimal | None = None,
) -> Finding:
    """A finding from its rule. ``said`` are the parameters as printed in sentences, where they differ from ``params``."""
    rulebook = facts.rulebook
    rule = rulebook.findings[code]
    used = tuple(dict.fromkeys((rule.id, *rules)))
    words = {**params, **(said or {})}
    return Finding(
        code=code,
        priority=priority or rule.priority,
        severity=rule.severity if priority is not Priority.P0 else "critical",
        lane=rule.lane,
        family=rule.family,
        params=params,
        note_codes=tuple(notes or ()),
        rules=used,
        sources=tuple(dict.fromkeys(source for name in used for source in rulebook.citations(name))),
        contrary=tuple(dict.fromkeys(line for name in used for line in rulebook.rules[name].contrary)),
        inputs=tuple(dict.fromkeys(inputs)),
        margin=margin,
        prescriber=fill(rule.prescriber, words),
        man=fill(rule.man, words),
        clears=fill(rule.clears, words),
        notes=tuple((notes or {}).values()),
    )


def limit_text(value: Value, rule: AnalyteLimitRule, rulebook: RuleBook) -> str:
    """The threshold as the value was held against it: ``6.93 nmol/L``."""
    return f"{limit_in(value, rule, rulebook)} {value.unit}"
