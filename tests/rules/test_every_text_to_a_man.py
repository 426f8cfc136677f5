"""Whatever can reach a man, in every state and language: no tier, no judgement, no dose, and nothing that is not so."""

from __future__ import annotations

import ast
import itertools
import json
import re
import tomllib
from datetime import date
from gettext import GNUTranslations
from pathlib import Path
from typing import Any

import pytest

from backend import titles
from backend.accounts import words as accounts
from notifications.catalogue import LANGUAGES
from tests.tracking.domain.build import NOW, anastrozole, cypionate, day, lab, man
from tracking.domain.citing import content_of, with_rules
from tracking.domain.evaluate import evaluate
from tracking.domain.explain_to_man import explain_to_man
from tracking.domain.for_man import Comparison, words_for_man
from tracking.evidence import load_rulebook
from tracking.evidence.checks import NEVER_TO_THE_MAN, sentences_for_man

RULEBOOK = load_rulebook()
CONTENT = content_of(RULEBOOK)
ROOT = Path(__file__).parents[2]
# What no text may say, by language: the words of the evidence's own check, and orders about a dose.
NEVER = {
    "en": (
        *NEVER_TO_THE_MAN, "act now", "increase your", "raise your", "skip your", "double your", "inject more", "inject less",
    ),
    "de": (
        "kritisch", "ungefährlich", "gefährlich", "nehmen sie mehr", "nehmen sie weniger", "setzen sie", "erhöhen sie",
        "verringern sie", "senken sie", "sofort handeln", "spritzen sie", "hören sie auf",
    ),
}  # fmt: skip
# An order with a number and a unit of mass in it.
DOSE_ORDER = re.compile(
    r"\b(take|inject|use|nehmen|spritzen|verwenden)\b[^.]*\b\d+([.,]\d+)?\s*(mg|mcg|µg|iu|ml)\b", re.IGNORECASE
)
NOT_CONNECTED = RULEBOOK.words.man["not_connected"]
ALWAYS = RULEBOOK.words.man["always"]
TOLD = "Your clinic was notified on"
LABS: dict[str, list[Any]] = {
    "none": [],
    "very low": [lab("9.0", day(5), low="8.0", high="35.0")],
    "below": [lab("12.0", day(5), low="8.0", high="35.0")],
    "at the limit": [lab("16.0", day(5))],
    "just above": [lab("17.0", day(5))],
    "unreadable": [lab("<18", day(5))],
    "not below": [lab("26.0", day(5), low="8.0", high="35.0")],
    "high": [lab("70", day(5), high="42")],
    "old": [lab("26.0", day(500))],
    "disputed": [lab("12.0", day(20)), lab("26.0", day(5))],
    "of an older low": [lab("12.0", day(100)), lab("17.0", day(5))],
    "unit in question": [lab("45", day(5), typed=True)],
}
TREATED: dict[str, list[Any]] = {
    "not treated": [],
    "on testosterone": [cypionate(day(400))],
    "on an AI": [cypionate(day(400)), anastrozole(day(400))],
    "changed since": [cypionate(day(400)), anastrozole(day(3))],
}
STATES = list(itertools.product(LABS, TREATED))


def assert_fit(text: str, language: str = "en") -> None:
    low = text.lower()
    assert not [word for word in NEVER[language] if word in low], text
    assert not DOSE_ORDER.search(text), text


@pytest.mark.parametrize(("result", "treated"), STATES, ids=str)
def test_every_sentence_on_a_verdict_is_fit_and_true_in_every_state(result, treated):
    said = evaluate(man(labs=LABS[result], regimens=TREATED[treated]), RULEBOOK, NOW)
    for finding in said.findings:
        assert_fit(finding.man)
    basis = with_rules(json.loads(json.dumps(said.as_dict())), CONTENT)
    for released in (True, False):
        for section in explain_to_man(basis, CONTENT["words"], released=released):
            for line in (section.title, *section.lines):
                assert_fit(line)
    for connected, told_on, comparison in itertools.product((True, False), (None, date(2026, 10, 28)), Comparison):
        lines = words_for_man(said.for_man, RULEBOOK, clinic_connected=connected, notified_on=told_on, comparison=comparison)
        assert_words(lines, said.for_man, connected=connected, told=told_on is not None, comparison=comparison)


def assert_words(lines, said, *, connected, told, comparison):
    for line in lines:
        assert_fit(line)
    assert lines[: len(said.result)] == said.result, "value, unit and range come first, whatever waits"
    assert lines[-1] == ALWAYS
    assert (NOT_CONNECTED in lines) == (not connected)
    assert any(line.startswith(TOLD) for line in lines) == (connected and told)
    compared = [line for line in said.comparison if line in lines]
    assert compared == (list(said.comparison) if comparison is Comparison.RELEASED else [])
    if said.compares and comparison is not Comparison.RELEASED:
        assert RULEBOOK.words.man["waiting" if comparison is Comparison.WAITS else "not_reviewed"] in lines


def test_the_whole_catalogue_for_him_is_fit():
    told = list(sentences_for_man(RULEBOOK))
    assert len(told) > 100
    for _, sentence in told:
        assert_fit(sentence)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_is_fit_in_every_language(language):
    told = list(texts_of(tomllib.loads((ROOT / f"notifications/catalogue/{language}.toml").read_text(encoding="utf-8"))))
    assert len(told) > 30
    for text in told:
        assert_fit(text, language)


def test_every_mail_about_his_account_is_fit():
    told = [part for text in (*accounts.NOTICES.values(), *accounts.CODES.values()) for part in (text.title, text.body)]
    assert len(told) > 20
    for text in (*told, accounts.WHY):
        assert_fit(text)


@pytest.mark.parametrize("language", titles.LANGUAGES)
def test_every_title_of_a_problem_is_fit_in_every_language(language):
    assert NEVER.keys() >= {language}, "say what no text in this language may say"
    for text in tomllib.loads((ROOT / "backend/titles.toml").read_text(encoding="utf-8"))[language].values():
        assert_fit(text, language)


def test_every_refusal_is_fit():
    """Their texts stand in the code, in calls of ``problem`` and ``Issue``, and beside them as names."""
    told = [text for package in ("tracking", "notifications", "backend") for text in refusals(ROOT / package)]
    assert len(told) > 200
    for text in told:
        assert_fit(text)


@pytest.mark.parametrize("language", titles.LANGUAGES[1:])
def test_every_translated_refusal_is_fit(language):
    with (ROOT / f"backend/locale/{language}/LC_MESSAGES/django.mo").open("rb") as file:
        told = [text for english, text in GNUTranslations(file)._catalog.items() if english]
    assert len(told) > 150
    for text in told:
        assert_fit(text, language)


def refusals(package):
    for path in package.rglob("*.py"):
        if "migrations" in path.parts or "devstack" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in CALLS:
                for argument in (*node.args, *(keyword.value for keyword in node.keywords)):
                    if isinstance(argument, ast.Constant) and isinstance(argument.value, str) and " " in argument.value:
                        yield argument.value


CALLS = {"problem", "Issue", "issue", "_refuse", "gettext", "gettext_lazy", "_", "ParseError"}


def texts_of(node):
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict):
        for inner in node.values():
            yield from texts_of(inner)
