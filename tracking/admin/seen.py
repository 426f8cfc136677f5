"""What a form was opened on: it goes with the form and comes back with it, so that nothing is changed unseen (ADR 82)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core import signing

from tracking.admin import phrases
from tracking.domain.actor import Actor
from tracking.models import Patient

__all__ = ["FIELD", "Changed", "Difference", "Shown", "changed", "differences", "opened", "sealed"]

FIELD = "seen"
_SALT = "tracking.admin.seen"


@dataclass(frozen=True, slots=True)
class Shown:
    """Rows as somebody looked at them. ``version``: their revisions; ``lines``: what they said, as label and value."""

    version: str
    lines: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Difference:
    label: str
    was: str
    now: str


@dataclass(frozen=True, slots=True)
class Changed:
    """Why a form was refused that had been opened on something else, and what is different now."""

    sentence: str
    differences: Sequence[Difference]


def sealed(shown: Shown) -> str:
    """As a hidden field holds it: signed, so that what is said to have been seen was."""
    return signing.dumps([shown.version, shown.lines], salt=_SALT, compress=True)


def opened(seal: str) -> Shown | None:
    """What a hidden field says; None where it says nothing that this server wrote."""
    try:
        version, lines = signing.loads(seal, salt=_SALT)
    except signing.BadSignature:
        return None
    return Shown(version, tuple((label, value) for label, value in lines))


def changed(
    seal: str, now: Shown, rows: Iterable[Any] = (), *, man: Patient | None = None, by: Actor | None = None
) -> Changed | None:
    """What was changed while the form was open; None where nothing was.

    ``rows``: what of this man it is about, with its parts, so that it can be said who changed it. ``by``: who sent the form.
    """
    then = opened(seal)
    if then is None:
        return Changed("The form did not say which version it was opened on. Look at what is in force, and send it again.", ())
    if then.version == now.version:
        return None
    who = "" if man is None else _last_change(rows, man, by)
    said = f"{who} while this form was open" if who else "This was changed while this form was open"
    text = f"{said}, so nothing was stored. Look at what is different, and send the form again if it still holds."
    return Changed(text, differences(then.lines, now.lines))


def differences(then: Iterable[tuple[str, str]], now: Iterable[tuple[str, str]]) -> list[Difference]:
    """In the order of the lines, those that were there first."""
    was, stands = dict(then), dict(now)
    labels = dict.fromkeys((*was, *stands))
    return [
        Difference(label, was.get(label, ""), stands.get(label, ""))
        for label in labels
        if was.get(label, "") != stands.get(label, "")
    ]


def _last_change(rows: Iterable[Any], man: Patient, by: Actor | None) -> str:
    """``Dr. Else changed this on 3 Nov 2026 11:00``: by the newest version that the database kept of these rows."""
    found: tuple[datetime, str] | None = None
    for row in rows:
        event = row.pgh_event_model.objects.filter(pgh_obj_id=row.pk).order_by("-pgh_id").first()
        if event is not None and (found is None or event.pgh_created_at >= found[0]):
            found = event.pgh_created_at, str((event.pgh_context or {}).get("actor", ""))
    if found is None or not found[1]:
        return ""
    who = "You" if found[1] == str(by) else phrases.who(found[1], phrases.names([found[1]]), man)
    return f"{who[:1].upper()}{who[1:]} changed this on {phrases.instant(found[0], man.zone)}"
