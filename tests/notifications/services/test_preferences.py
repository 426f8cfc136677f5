"""His hours are his, as long as they leave room for a reminder."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any

import pytest
from django.apps import apps

from notifications import services
from notifications.models import Preference
from tracking.services.access import Actor, acting_as
from tracking.services.owned import Problem

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)


def state(adam: Any, by: Actor | None = None, **changed: Any) -> Preference:
    stated = {"preferred_hour": 9, "quiet_from": time(21), "quiet_until": time(8), "by_email": True} | changed
    return services.set_preference(patient_id=adam.pk, by=by or Actor.user(adam.user_id), now=NOW, **stated)


def test_who_never_said_gets_nine_and_a_quiet_night(adam: Any) -> None:
    with acting_as(Actor.user(adam.user_id)):
        preference = services.preference_of(adam.pk)
    assert (preference.preferred_hour, preference.quiet_from, preference.quiet_until) == (9, time(21), time(8))
    assert preference.by_email
    assert preference.pk is None


def test_what_he_states_is_kept_with_its_history(adam: Any, rows: Any) -> None:
    state(adam, preferred_hour=18)
    state(adam, preferred_hour=19)
    assert rows(Preference, "patient_id", "preferred_hour") == [(adam.pk, 19)]
    with acting_as(Actor.system("test")):
        history = apps.get_model("notifications", "PreferenceHistory").objects.order_by("pgh_id")
        assert [(kept.preferred_hour, kept.pgh_context["actor"]) for kept in history] == [
            (18, f"user:{adam.user_id}"),
            (19, f"user:{adam.user_id}"),
        ]


@pytest.mark.parametrize(
    ("stated", "found"),
    [
        ({"preferred_hour": 24}, [("/preferred_hour", "hour-out-of-range")]),
        ({"preferred_hour": -1}, [("/preferred_hour", "hour-out-of-range")]),
        ({"preferred_hour": 7}, [("/preferred_hour", "hour-is-quiet")]),
        ({"preferred_hour": 21}, [("/preferred_hour", "hour-is-quiet")]),
        ({"quiet_from": time(8, 30), "quiet_until": time(8), "preferred_hour": 8}, [("/quiet_until", "no-time-left")]),
        ({"quiet_from": time(21, 0, 1)}, [("/quiet_from", "not-a-whole-minute")]),
        (
            {"quiet_from": time(21, 0, 0, 5), "quiet_until": time(8, tzinfo=UTC), "preferred_hour": 99},
            [
                ("/preferred_hour", "hour-out-of-range"),
                ("/quiet_from", "not-a-whole-minute"),
                ("/quiet_until", "not-a-whole-minute"),
            ],
        ),
    ],
)
def test_what_leaves_no_room_is_refused_with_every_reason(
    adam: Any, rows: Any, stated: dict[str, Any], found: list[tuple[str, str]]
) -> None:
    with pytest.raises(Problem) as refused:
        state(adam, **stated)
    assert [(issue.pointer, issue.code) for issue in refused.value.issues] == found
    assert all(issue.detail for issue in refused.value.issues)
    assert rows(Preference) == []


@pytest.mark.parametrize(
    "stated",
    [
        {"preferred_hour": 8},
        {"preferred_hour": 20},
        {"preferred_hour": 3, "quiet_from": time(5), "quiet_until": time(5)},
        {"preferred_hour": 8, "quiet_from": time(10), "quiet_until": time(8)},
    ],
)
def test_the_edges_are_accepted(adam: Any, stated: dict[str, Any]) -> None:
    assert state(adam, **stated).pk is not None


def test_a_stranger_cannot_state_it(adam: Any, carl: Any, rows: Any) -> None:
    with pytest.raises(Problem) as refused:
        state(adam, by=Actor.user(carl.user_id))
    assert refused.value.kind == "not-found"
    assert rows(Preference) == []
