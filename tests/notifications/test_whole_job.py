"""The whole job, for random men: each stage comes once, inside its window, outside quiet hours, whatever ticks come or miss."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.core import mail  # noqa: TID251  what left the house
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from notifications import services
from notifications.domain.hours import Hours
from notifications.domain.stages import DueDays, Stage, stages
from notifications.models import Delivery, InboxMessage, Preference
from tests.notifications.domain.test_hours import ZONES, days
from tracking.models import DueItem, Patient
from tracking.services.access import Actor, acting_as

SYSTEM = Actor.system("test")
# Every hour at which the day of the clock change matters, and half hours.
walls = st.builds(time, st.integers(0, 23), st.sampled_from([0, 30]))
habits = st.builds(Hours, st.integers(0, 23), walls, walls).filter(
    lambda his: his.open_for >= timedelta(hours=2) and not his.is_quiet(time(his.preferred_hour))
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    zone=st.sampled_from(ZONES),
    his=habits,
    opens=days,
    to_due=st.integers(1, 20),
    to_overdue=st.integers(1, 20),
    paused=st.none() | st.integers(1, 24 * 30),
    digest=st.booleans(),
    ticks=st.lists(st.integers(0, 60 * 24 * 60), min_size=1, max_size=14),
)
def test_each_stage_comes_once_inside_its_window_and_never_in_quiet_hours(
    adam: Any,
    *,
    zone: str,
    his: Hours,
    opens: Any,
    to_due: int,
    to_overdue: int,
    paused: int | None,
    digest: bool,
    ticks: list[int],
) -> None:
    item = DueDays(opens, opens + timedelta(to_due), opens + timedelta(to_due + to_overdue))
    windows = {window.stage: window for window in stages(item, his, ZoneInfo(zone))}
    began = windows[Stage.BEFORE].send_at if Stage.BEFORE in windows else min(w.send_at for w in windows.values())
    until = None if paused is None else began + timedelta(hours=paused)
    # Every list of ticks is swept with some of them twice: two beats by mistake.
    at = sorted(began + timedelta(minutes=minute) for minute in [*ticks, *ticks[::3]])
    with transaction.atomic():
        _live(adam, zone, his, item, until=until, digest=digest, began=began, ticks=at)
        _hold(zone, his, windows, until=until, ticks=at)
        transaction.set_rollback(True)


def _live(
    adam: Any,
    zone: str,
    his: Hours,
    item: DueDays,
    *,
    until: datetime | None,
    digest: bool,
    began: datetime,
    ticks: list[datetime],
) -> None:
    mail.outbox = []
    with acting_as(SYSTEM):
        Patient.objects.filter(pk=adam.pk).update(zone=zone)
        Preference.objects.create(
            patient_id=adam.pk, preferred_hour=his.preferred_hour, quiet_from=his.quiet_from, quiet_until=his.quiet_until,
            paused_until=until, digest=digest,
        )  # fmt: skip
        DueItem.objects.create(
            patient=adam, kind="lab_e2_t", anchor="regimen:1", rule="stable", reason="invented", opens_on=item.opens_on,
            due_on=item.due_on, overdue_on=item.overdue_on, zone=zone, resend_after_days=7,
        )  # fmt: skip
    services.plan(now=began - timedelta(days=1))
    for tick in ticks:
        services.plan(now=tick)
        services.claim(now=tick)
        services.deliver(now=tick)


def _hold(zone: str, his: Hours, windows: dict[Stage, Any], *, until: datetime | None, ticks: list[datetime]) -> None:
    def may(tick: datetime) -> bool:
        return not his.is_quiet(tick.astimezone(ZoneInfo(zone)).time()) and (until is None or tick >= until)

    with acting_as(SYSTEM):
        told = list(InboxMessage.objects.values_list("reminder__stage", "created_at"))
        sent = list(Delivery.objects.filter(state="sent").values_list("reminder__stage", "ended_at"))
    expected = Counter(
        stage.value
        for stage, window in windows.items()
        if any(window.send_at <= tick < window.expires_at and may(tick) for tick in ticks)
    )
    assert Counter(stage for stage, _ in told) == expected
    assert Counter(stage for stage, _ in sent) == expected
    assert len(mail.outbox) == expected.total()
    for stage, at in [*told, *sent]:
        window = windows[Stage(stage)]
        assert window.send_at <= at.astimezone(UTC) < window.expires_at
        assert may(at)
