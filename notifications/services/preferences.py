"""When and by which ways he is reminded."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from notifications.domain.hours import LAST_HOUR, Hours
from notifications.models import Preference
from notifications.services import planning
from tracking.services.access import Actor, acting_as, lock_patient
from tracking.services.owned import Problem, problem

# A sweep that comes a little late, and a night on which the clock jumps, must still find an open hour.
LEAST_OPEN = timedelta(hours=2)


def preference_of(patient_id: int) -> Preference:
    """His preference; where he never stated one, an unsaved row with the defaults."""
    return Preference.objects.filter(patient_id=patient_id).first() or Preference(patient_id=patient_id)


def set_preference(
    *,
    patient_id: int,
    preferred_hour: int,
    quiet_from: time,
    quiet_until: time,
    by_email: bool,
    by: Actor,
    now: datetime,
) -> Preference:
    """State all of it anew; what is planned moves at once. What was already sent is not sent again.

    Raises Problem: an hour outside 0 to 23, quiet hours with seconds, fewer than two hours of the day left open, a
    preferred hour inside the quiet hours, or no such man.
    """
    issues = [*_refusals(preferred_hour, quiet_from, quiet_until)]
    if issues:
        raise Problem(*(issue for refusal in issues for issue in refusal.issues))
    with acting_as(by):
        lock_patient(patient_id)
        preference = preference_of(patient_id)
        stated = {
            "preferred_hour": preferred_hour,
            "quiet_from": quiet_from,
            "quiet_until": quiet_until,
            "by_email": by_email,
        }
        if preference.pk is not None and all(getattr(preference, name) == value for name, value in stated.items()):
            return preference
        for name, value in stated.items():
            setattr(preference, name, value)
        preference.save()
        preference.refresh_from_db(fields=["revision"])
        planning.replan(patient_id=patient_id, now=now)
        return preference


def _refusals(preferred_hour: int, quiet_from: time, quiet_until: time) -> list[Problem]:
    found = []
    if not 0 <= preferred_hour <= LAST_HOUR:
        found.append(
            problem("/preferred_hour", "hour-out-of-range", "{hour} is no hour. Accepted: 0 to 23.", hour=preferred_hour)
        )
    for name, stated in (("quiet_from", quiet_from), ("quiet_until", quiet_until)):
        if stated.second or stated.microsecond or stated.tzinfo:
            found.append(problem(f"/{name}", "not-a-whole-minute", "State a local time in hours and minutes, like 21:30."))
    if found:
        return found
    hours = Hours(preferred_hour, quiet_from, quiet_until)
    if hours.open_for < LEAST_OPEN:
        found.append(
            problem("/quiet_until", "no-time-left", "Leave at least {hours} hours of the day open for reminders.", hours=2)
        )
    elif hours.is_quiet(time(preferred_hour)):
        found.append(
            problem(
                "/preferred_hour",
                "hour-is-quiet",
                "{hour}:00 lies in your quiet hours, {quiet_from} to {quiet_until}. Choose an hour outside them.",
                hour=preferred_hour,
                quiet_from=f"{quiet_from:%H:%M}",
                quiet_until=f"{quiet_until:%H:%M}",
            )
        )
    return found
