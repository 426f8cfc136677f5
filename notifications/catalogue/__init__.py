"""What is said and when, as data: one file per language, and one with the stages of each kind. Read once, at the first need.

A file that lacks something, or has something nobody knows, is refused by name: a man must not meet a gap in the words.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from notifications.domain.stages import EscalationStep, Level, Stage, StageRule
from notifications.domain.words import Catalogue, Words

__all__ = ["LANGUAGES", "escalated_kinds", "kinds_that_stay", "rule_for", "words_in"]

_HERE = Path(__file__).parent
_STAGES = "stages"
# The first is what a man reads who never chose.
LANGUAGES = ("en", *sorted(file.stem for file in _HERE.glob("*.toml") if file.stem not in (_STAGES, "en")))
_SECTIONS = {"name", "day", "months", "outside", "email", "page", "calendar", "inbox", "staff", "digest"}


def words_in(language: str) -> Catalogue:
    """The words of this language; English where there is none such."""
    return _catalogue(language if language in LANGUAGES else LANGUAGES[0])


def rule_for(kind: str) -> StageRule:
    """The stages of this kind of due item."""
    rules = _rules()
    return rules.get(kind, rules["default"])


def escalated_kinds() -> dict[str, StageRule]:
    """The kinds whose silence is told to the clinic."""
    return {kind: rule for kind, rule in _rules().items() if rule.escalate}


def kinds_that_stay() -> frozenset[str]:
    """The kinds that cannot be muted."""
    return frozenset(kind for kind, rule in _rules().items() if not rule.may_be_muted)


@cache
def _catalogue(language: str) -> Catalogue:
    stated = _read(language)
    if stated.keys() != _SECTIONS:
        raise ValueError(f"{language}.toml: sections missing or not known: {sorted(stated.keys() ^ _SECTIONS)}")
    bodies = {kind: {Stage(stage): text for stage, text in texts.items()} for kind, texts in stated["inbox"]["bodies"].items()}
    for kind, texts in bodies.items():
        if texts.keys() != set(Stage):
            raise ValueError(f"{language}.toml: {kind} does not have words for each stage")
    return Catalogue(
        language=language,
        name=stated["name"],
        day=stated["day"],
        months=tuple(stated["months"]),
        outside=stated["outside"],
        email=stated["email"],
        page=stated["page"],
        calendar={key: said for key, said in stated["calendar"].items() if key != "titles"},
        calendar_titles=stated["calendar"]["titles"],
        inbox_titles={Stage(stage): title for stage, title in stated["inbox"]["titles"].items()},
        inbox_bodies=bodies,
        digest=stated["digest"],
        staff={about: Words(**texts) for about, texts in stated["staff"].items()},
    )


@cache
def _rules() -> dict[str, StageRule]:
    return {
        kind: StageRule(
            after_days=stated["after_days"],
            lives_days=stated["lives_days"],
            lives_minutes=stated.get("lives_minutes", 0),
            resend_after_days=stated.get("resend_after_days", 0),
            escalate=tuple(EscalationStep(Level(step["to"]), step["days"]) for step in stated["escalate"]),
            escalate_until_days=stated.get("escalate_until_days"),
            may_be_muted=stated.get("may_be_muted", True),
        )
        for kind, stated in _read(_STAGES).items()
    }


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((_HERE / f"{name}.toml").read_text(encoding="utf-8"))
