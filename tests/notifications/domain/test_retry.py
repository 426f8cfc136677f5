"""Refused messages come back later and later, and not together."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.domain.retry import LONGEST_DELAY, MOST_ATTEMPTS, retry_delay
from tests.notifications.domain.test_hours import unhurried


@pytest.mark.parametrize(
    ("attempts", "jitter", "delay"),
    [
        (1, 0.0, timedelta(minutes=1)),
        (2, 0.0, timedelta(minutes=2)),
        (2, 0.5, timedelta(seconds=135)),
        (9, 0.0, timedelta(minutes=256)),
        (10, 0.0, timedelta(hours=6)),
        (23, 0.0, timedelta(hours=6)),
        (24, 0.0, None),
    ],
)
def test_the_delay_doubles_up_to_six_hours_and_ends(attempts: int, jitter: float, delay: timedelta | None) -> None:
    assert retry_delay(attempts, jitter=jitter) == delay


@unhurried
@given(
    st.integers(1, MOST_ATTEMPTS - 1),
    st.floats(0, 1, exclude_max=True),
    st.none() | st.timedeltas(timedelta(), timedelta(days=1)),
)
def test_the_other_sides_wish_is_never_undercut(attempts: int, jitter: float, asked: timedelta | None) -> None:
    delay = retry_delay(attempts, jitter=jitter, retry_after=asked)
    assert delay is not None
    assert delay >= (asked or timedelta())
    assert timedelta(minutes=1) <= delay <= max(LONGEST_DELAY * 1.25, asked or timedelta())


@unhurried
@given(st.integers(2, MOST_ATTEMPTS - 1), st.floats(0, 1, exclude_max=True))
def test_a_later_attempt_never_waits_less(attempts: int, jitter: float) -> None:
    assert retry_delay(attempts, jitter=jitter) >= retry_delay(attempts - 1, jitter=jitter)


@pytest.mark.parametrize(("attempts", "jitter"), [(0, 0.0), (1, 1.0), (1, -0.1)])
def test_nonsense_is_refused(attempts: int, jitter: float) -> None:
    with pytest.raises(ValueError, match="attempts"):
        retry_delay(attempts, jitter=jitter)
