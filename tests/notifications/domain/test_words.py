"""Nothing that others may see says what it is about; nothing at all says what to take."""

import re
from datetime import date

import pytest

from notifications.domain.stages import Stage
from notifications.domain.words import INBOX_BODIES, OUTSIDE, inbox_words

REVEALING = re.compile(
    r"estr|testo|hormon|anastro|letroz|exemest|denosumab|inhibitor|blood|lab\b|bone|dexa|scan|vitamin|dose|inject|clinic|result|mg\b",
    re.IGNORECASE,
)
DRUGS_AND_DOSES = re.compile(
    r"estr|testost|anastro|letroz|exemest|denosumab|inhibitor|\bmg\b|\bdose|\btake\b|\bstop\b", re.IGNORECASE
)
ALL = [(kind, stage) for kind in INBOX_BODIES for stage in Stage]


def test_a_lock_screen_gives_nothing_away() -> None:
    assert not REVEALING.search(OUTSIDE.title + OUTSIDE.body)
    assert OUTSIDE.title == "Trabecula: a reminder for you"
    assert OUTSIDE.body == "Something is due. Open the app to see it."


@pytest.mark.parametrize(("kind", "stage"), ALL)
def test_the_inbox_says_by_when_and_names_no_drug(kind: str, stage: Stage) -> None:
    words = inbox_words(kind, stage, date(2026, 5, 3))
    assert "by 3 May 2026" in words.body
    assert not DRUGS_AND_DOSES.search(words.title + words.body)
    assert len(words.title) <= 120
    assert len(words.body) <= 400


def test_an_unknown_kind_has_words_too() -> None:
    assert inbox_words("eclipse", Stage.ON, date(2026, 5, 3)).body == "Something in your plan is due by 3 May 2026."


def test_a_blood_test_is_called_one() -> None:
    assert inbox_words("lab_e2_t", Stage.BEFORE, date(2026, 5, 3)).body == (
        "Your next blood test can be drawn from now on and is due by 3 May 2026."
    )
