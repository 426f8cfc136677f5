"""The facts about one man, which findings, due items and words are made from. Each is worked out when asked for, and kept.

Whoever asks about today looks back only as far as today depends on it; what belongs to old draws is there for who opens it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from msgspec import Struct

from tracking.domain.bone import BoneStanding
from tracking.domain.bone_therapy import Injected, bone_injections
from tracking.domain.context import Context, Standing, context_of, standing_at
from tracking.domain.derived import Derived, derive
from tracking.domain.estradiol import ANALYTE, Reading, read_result
from tracking.domain.exposure import LOGGED, Course
from tracking.domain.history import History
from tracking.domain.lab_plan import paired
from tracking.domain.monitoring import Plan
from tracking.domain.reading_notes import with_circumstances
from tracking.domain.reassurance import biotin_of
from tracking.domain.risk import Risk, risk_of
from tracking.domain.rulebook import AROMATASE_INHIBITOR, TESTOSTERONE, RuleBook
from tracking.domain.series import Series
from tracking.domain.timeline import NO_DRAWS, Draw, Timeline, read_timeline
from tracking.domain.timing import DrawTiming, timing_of
from tracking.domain.unit_question import unit_questions
from tracking.domain.verdict import Verdict, deciding_draw, verdict_of
from tracking.domain.when_asked import WhenAsked, kept
from tracking.domain.words import listed

__all__ = ["Facts", "gather"]


class Facts(Struct, frozen=True, eq=False, dict=True):
    """Everything that can be said of one man.

    ``placed``, ``readings`` and ``timings`` are those of his estradiol, by the key of the result: placed by its value alone,
    and read with what else is known of that time, which adds notes and moves no tier.
    """

    history: History
    rulebook: RuleBook
    timeline: Timeline
    placed: Mapping[str, Reading]
    readings: Mapping[str, Reading]
    timings: Mapping[str, DrawTiming]
    series: Series

    @kept
    def draw(self) -> Draw | None:
        """The estradiol that decides."""
        return deciding_draw(self.timeline, self.placed, self.series, self.rulebook)

    @kept
    def verdict(self) -> Verdict:
        return verdict_of(self.draw, self.timeline, self.placed, self.series, self.rulebook)

    @kept
    def reading(self) -> Reading | None:
        """The result that the verdict rests on, read."""
        return self.readings[self.draw.lab.key] if self.draw is not None else None

    @kept
    def testosterone(self) -> Draw | None:
        """The testosterone that was drawn with it."""
        return paired(self.draw, self.timeline, self.rulebook) if self.draw is not None else None

    @kept
    def bone(self) -> BoneStanding:
        return BoneStanding(self.timeline, self.rulebook)

    @kept
    def risk(self) -> Risk:
        return risk_of(self.timeline, self.bone, self.history.risk_factors, self.rulebook)

    @kept
    def injected(self) -> tuple[Injected, ...]:
        return bone_injections(self.timeline, self.history.regimen_log, self.rulebook)

    @kept
    def plan(self) -> Plan:
        """What is due, was answered, or was superseded."""
        return Plan(
            self.timeline,
            self.placed,
            self.bone,
            self.risk,
            self.injected,
            history=self.history,
            rulebook=self.rulebook,
        )

    @kept
    def ai(self) -> tuple[Course, ...]:
        """The AIs that he is on."""
        return self.timeline.exposure.on(AROMATASE_INHIBITOR, self.timeline.today)

    @kept
    def on_testosterone(self) -> bool:
        return bool(self.timeline.exposure.on(TESTOSTERONE, self.timeline.today))

    @property
    def on_ai(self) -> bool:
        return bool(self.ai)

    @kept
    def ai_log_ended(self) -> bool:
        """He was on an AI at the draw, and since then only a log that ended says otherwise. Silence is no stop."""
        if self.on_ai or self.draw is None or self.draw.on is None:
            return False
        exposure = self.timeline.exposure
        if not exposure.at_draw(AROMATASE_INHIBITOR, self.draw.on):
            return False
        taken = [c for c in exposure.of(AROMATASE_INHIBITOR) if c.starts_on <= self.timeline.today]
        return bool(taken) and max(taken, key=lambda c: c.ends_on or date.max).basis == LOGGED

    @kept
    def ai_names(self) -> str:
        return listed(self.rulebook.drugs[course.drug].name.lower() for course in self.ai)

    @kept
    def ai_keys(self) -> tuple[str, ...]:
        return tuple(key for course in self.ai for key in course.keys[:1])

    @kept
    def at_draw(self) -> Standing | None:
        """What was in force at the draw that decides."""
        return standing_at(self.timeline, self.draw, self.rulebook) if self.draw is not None else None

    @kept
    def context(self) -> Context:
        return context_of(self.timeline, self.at_draw, self.rulebook)

    @kept
    def derived(self) -> tuple[Derived, ...]:
        return derive(self.timeline, self.readings, self.rulebook)


def gather(history: History, rulebook: RuleBook, as_of: datetime) -> Facts:
    """The facts as of an aware instant."""
    timeline = read_timeline(history, rulebook, as_of)
    drawn = timeline.draws.get(ANALYTE, NO_DRAWS)
    draws, questions = drawn.by_key, unit_questions(drawn, timeline, rulebook)
    biotin = biotin_of(history, rulebook)
    timings = WhenAsked(draws, lambda draw: timing_of(draw, timeline, rulebook))

    def place(draw: Draw) -> Reading:
        return read_result(draw.lab, rulebook, history.floors, timeline.today, questions.get(draw.lab.key))

    def read(draw: Draw) -> Reading:
        key = draw.lab.key
        return with_circumstances(placed[key], draw, timeline, timings[key], rulebook, biotin=biotin)

    placed, readings = WhenAsked(draws, place), WhenAsked(draws, read)
    return Facts(history, rulebook, timeline, placed, readings, timings, Series(timeline, placed, readings, timings, rulebook))
