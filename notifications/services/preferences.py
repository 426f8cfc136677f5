"""When and by which ways he is reminded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, time, timedelta

from notifications.catalogue import LANGUAGES, kinds_that_stay
from notifications.channels import CHANNELS
from notifications.domain.hours import LAST_HOUR, Hours
from notifications.models import Preference
from notifications.services import planning
from tracking.services.access import Actor, acting_as, lock_patient
from tracking.services.owned import Problem, problem

# A sweep that comes a little late, and a night on which the clock jumps, must still find an open hour.
LEAST_OPEN = timedelta(hours=2)
LONGEST_PAUSE = timedelta(days=92)
MOST_KINDS = 50
LONGEST_KIND = 24


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
    channels: Mapping[str, Sequence[str]] | None = None,
    digest: bool | None = None,
    paused_until: datetime | None = None,
    language: str | None = None,
    discreet: bool | None = None,
    by: Actor,
    now: datetime,
) -> Preference:
    """State how he wants to be reminded; what is planned moves at once. What was already sent is not sent again.

    ``channels``: ways out of the house by kind of due item, the empty kind being every other; an empty list leaves the inbox.
    ``paused_until`` None: no pause. The others: None leaves them as they were. None of it holds for what is time-critical.

    Raises Problem: an hour outside 0 to 23, quiet hours with seconds, fewer than two hours of the day left open, a preferred
    hour inside the quiet hours, a way or a language that there is not, a kind that cannot be muted, a pause that is over or
    longer than 92 days, or no such man.
    """
    issues = [
        *_refusals(preferred_hour, quiet_from, quiet_until),
        *_refused_channels(channels or {}),
        *_refused_words_and_pause(language, paused_until, now),
    ]
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
            "paused_until": paused_until,
        } | {
            name: value
            for name, value in (
                ("channels", None if channels is None else {kind: sorted(set(ways)) for kind, ways in channels.items()}),
                ("digest", digest),
                ("language", language),
                ("discreet", discreet),
            )
            if value is not None
        }
        if preference.pk is not None and all(getattr(preference, name) == value for name, value in stated.items()):
            return preference
        for name, value in stated.items():
            setattr(preference, name, value)
        preference.save()
        preference.refresh_from_db(fields=["revision"])
        planning.replan(patient_id=patient_id, now=now)
        return preference


def stop_emails(*, patient_id: int, by: Actor, now: datetime) -> Preference:
    """No more e-mails but what is time-critical: the one click of a mail program. Again changes nothing."""
    with acting_as(by):
        lock_patient(patient_id)
        preference = preference_of(patient_id)
        if preference.by_email:
            preference.by_email = False
            preference.save()
            preference.refresh_from_db(fields=["revision"])
            planning.replan(patient_id=patient_id, now=now)
        return preference


def _refused_channels(channels: Mapping[str, Sequence[str]]) -> Iterator[Problem]:
    if len(channels) > MOST_KINDS:
        yield problem("/channels", "too-many-kinds", "Name at most {most} kinds.", most=MOST_KINDS)
        return
    for kind, ways in channels.items():
        if len(kind) > LONGEST_KIND:
            yield problem("/channels", "kind-too-long", "'{kind}' is no kind of due item.", kind=kind[:LONGEST_KIND])
        elif unknown := sorted(set(ways) - set(CHANNELS)):
            yield problem(
                f"/channels/{kind}",
                "channel-unknown",
                "'{received}' is no way. Accepted: {accepted}.",
                received=unknown[0][:40],
                accepted=", ".join(CHANNELS),
            )
        elif kind in kinds_that_stay():
            yield problem(
                f"/channels/{kind}",
                "cannot-be-muted",
                "These reminders take every way there is: this date must not pass unnoticed. Leave this kind out.",
            )


def _refused_words_and_pause(language: str | None, paused_until: datetime | None, now: datetime) -> Iterator[Problem]:
    if language is not None and language not in LANGUAGES:
        yield problem(
            "/language",
            "language-unknown",
            "'{received}' is not among the languages. Accepted: {accepted}.",
            received=language[:40],
            accepted=", ".join(LANGUAGES),
        )
    if paused_until is not None and not now < paused_until <= now + LONGEST_PAUSE:
        yield problem(
            "/paused_until",
            "pause-out-of-range",
            "Choose a time from now on, at most {days} days ahead, or leave it out for no pause.",
            days=LONGEST_PAUSE.days,
        )


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
