"""Nothing that others may see says what it is about; nothing at all says what to take. In every language."""

import re
from collections.abc import Iterator
from datetime import date
from itertools import product

import pytest

from notifications.catalogue import LANGUAGES, words_in
from notifications.domain.stages import Stage
from notifications.domain.words import Words, inbox_words, outside_words
from tracking.evidence import load_rulebook

# What would give it away on a lock screen, in any of the languages.
REVEALING = re.compile(
    r"estr|östr|testo|hormon|anastro|letroz|exemest|denosumab|inhibitor|hemmer|blood|blut|lab\b|labor|bone|knochen|dexa|scan|vitamin"
    r"|dose|dosis|inject|spritze|clinic|praxis|result|ergebnis|befund|\bmg\b",
    re.IGNORECASE,
)
DRUGS_HORMONES_RESULTS = re.compile(
    r"estr|östr|testost|hormon|anastro|letroz|exemest|denosumab|zoledron|inhibitor|hemmer|\bmg\b|\bdose|dosis|\btake\b|\bstop\b"
    r"|nehmen sie|result|ergebnis|pg/|nmol",
    re.IGNORECASE,
)
DAY = date(2026, 5, 3)
KINDS = sorted({kind for language in LANGUAGES for kind in words_in(language).inbox_bodies} | {"eclipse"})
INBOX = [(language, kind, stage) for language, kind, stage in product(LANGUAGES, KINDS, Stage)]


def every_text(language: str) -> Iterator[str]:
    """All that a man or his prescriber can be sent or shown, rendered."""
    words = words_in(language)
    said = [inbox_words(words, kind, stage, DAY) for kind, stage in product(KINDS, Stage)]
    outside = [outside_words(words, said[:count], discreet=discreet) for count in (1, 2, 5) for discreet in (True, False)]
    for each in [*said, *outside, *words.staff.values()]:
        yield from (each.title, each.body)
    yield from words.email.values()
    yield from words.page.values()
    yield from words.calendar.values()
    yield from words.calendar_titles.values()


def test_there_are_two_languages_and_english_comes_first() -> None:
    assert LANGUAGES == ("en", "de")


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_message_in_any_language_names_a_drug_a_hormone_or_a_result(language: str) -> None:
    drugs = {word.lower() for drug in load_rulebook().drugs.values() for word in drug.name.split() if len(word) > 5}
    for text in every_text(language):
        assert not DRUGS_HORMONES_RESULTS.search(text), text
        assert not drugs & set(text.lower().split()), text
        assert "{" not in text.replace("{url}", "").replace("{count}", ""), text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("count", [1, 3])
def test_a_lock_screen_gives_nothing_away(language: str, count: int) -> None:
    words = words_in(language)
    said = [inbox_words(words, "lab_e2_t", Stage.OVERDUE, DAY)] * count
    outside = outside_words(words, said, discreet=True)
    assert not REVEALING.search(outside.title + outside.body)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_behind_a_link_has_no_health_words(language: str) -> None:
    words = words_in(language)
    shown = [text for name, text in words.page.items() if name != "refused"]
    assert not any(REVEALING.search(text) for text in [*shown, *words.email.values()])


def test_one_and_several_are_said_like_this() -> None:
    english = words_in("en")
    one = inbox_words(english, "lab_e2_t", Stage.ON, DAY)
    assert outside_words(english, [one], discreet=True) == Words(
        "Trabecula: a reminder for you", "Something is due. Open the app to see it."
    )
    assert outside_words(english, [one, one], discreet=True).body == "2 things are due. Open the app to see them."


def test_who_wants_it_reads_outside_what_the_inbox_says_and_each_thing_once() -> None:
    english = words_in("en")
    lab, scan = (inbox_words(english, kind, Stage.ON, DAY) for kind in ("lab_e2_t", "dexa"))
    assert outside_words(english, [lab, scan, lab], discreet=False).body == (
        "Your next blood test is due by 3 May 2026. Your bone density scan is due by 3 May 2026."
    )


@pytest.mark.parametrize(("language", "kind", "stage"), INBOX)
def test_the_inbox_says_by_when(language: str, kind: str, stage: Stage) -> None:
    words = inbox_words(words_in(language), kind, stage, DAY)
    assert {"en": "3 May 2026", "de": "3. Mai 2026"}[language] in words.body
    assert len(words.title) <= 120
    assert len(words.body) <= 400


def test_each_language_has_the_same_keys() -> None:
    english = words_in("en")
    for language in LANGUAGES:
        other = words_in(language)
        for section in ("outside", "email", "page", "calendar", "calendar_titles", "inbox_titles", "inbox_bodies", "staff"):
            assert getattr(other, section).keys() == getattr(english, section).keys(), (language, section)


def test_an_unknown_kind_and_an_unknown_language_have_words_too() -> None:
    assert inbox_words(words_in("xx"), "eclipse", Stage.ON, DAY).body == "Something in your plan is due by 3 May 2026."


def test_a_blood_test_is_called_one() -> None:
    assert inbox_words(words_in("en"), "lab_e2_t", Stage.BEFORE, DAY).body == (
        "Your next blood test can be drawn from now on and is due by 3 May 2026."
    )
