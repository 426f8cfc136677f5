"""What he is to take, and what he took."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from datetime import date
from typing import Any, cast

from tracking.domain.history import DoseKind, Origin
from tracking.domain.problems import Problem
from tracking.domain.reported import Precision
from tracking.models import DoseEvent, Patient, Regimen
from tracking.services import doses, regimens
from tracking.services.access import acting_as
from tracking.services.lived import local_today
from tracking.sync.columns import AsText, Day, Instant, Json, Text
from tracking.sync.table import DELETED_ON_PHONE, Act, RecordTable, day, local

__all__ = ["DoseEvents", "Regimens"]


class Regimens(RecordTable):
    """His own statement (origin self), and what was prescribed, which he only reads.

    A change of dose is a new row with ``previous_id``; another content under an id corrects what was entered wrongly. Deleting
    ends a regimen and never erases it: it comes back ended.
    """

    model = Regimen
    joined = ("previous",)
    columns = (
        Text("drug", most=40, when_missing=""),
        AsText("dose", "one dose with its unit, as written: 0.5 mg, 500 IU", required=True),
        AsText("strength", "of one tablet, with its unit"),
        Json("schedule", 'for example {"kind": "every", "days": "3.5"}', when_missing=None),
        Day("starts_on", required=True),
        Day("ends_on", "the first day on which it no longer holds"),
        Text("zone", "IANA zone", most=64),
        Text("reason", "why it was started or changed", most=200),
        Text("end_reason", "why it ended", most=200),
        Day("review_on", "planned review"),
        Text("previous_id", "the version that it changes: that one ends where this one starts", "previous", most=36),
        Text("confirmed_reason", "why an unusual dose is right", most=200),
    )
    shown = (*RecordTable.shown, Text("origin", ", ".join(Origin)))

    def render(self, row: Regimen, man: Patient) -> dict[str, Any]:
        previous = row.previous
        return {
            **self.frame(row, man),
            "drug": row.drug,
            "dose": f"{row.dose_digits} {row.dose_unit}",
            "strength": f"{row.strength_digits} {row.dose_unit}" if row.strength_digits else "",
            "schedule": json.dumps(row.schedule),
            "starts_on": day(row.starts_on),
            "ends_on": day(row.ends_on),
            "zone": row.zone,
            "reason": row.reason,
            "end_reason": row.end_reason,
            "review_on": day(row.review_on),
            "previous_id": previous.client_id if previous is not None and previous.withdrawn_at is None else None,
            "confirmed_reason": row.confirmed_reason,
            "origin": row.origin,
        }

    def add(self, act: Act, key: str, stated: dict[str, Any]) -> None:
        said: dict[str, Any] = {"patient": act.man, "by": act.by, "now": act.now, "origin": Origin.SELF}
        end_reason = stated.pop("end_reason", "")
        previous = stated.pop("previous", "")
        with acting_as(act.by):
            if previous:
                from_date = stated.pop("starts_on")
                # A phone states the whole version: without an end it is open, whatever end stood before.
                whole = {"ends_on": None, **stated}
                row = regimens.change(key=previous, from_date=from_date, client_id=key, **said, **whole)
            else:
                row = regimens.start(client_id=key, **said, **stated)
            if end_reason and row.ends_on is not None:
                regimens.end(key=key, ends_on=row.ends_on, reason=end_reason, **said)

    def edit(self, act: Act, row: Regimen, stated: dict[str, Any], differing: Collection[str]) -> bool:
        said: dict[str, Any] = {"patient": act.man, "key": row.client_id, "by": act.by, "now": act.now, "origin": Origin.SELF}
        end_reason, ends_on = stated.pop("end_reason", ""), cast("date | None", stated.get("ends_on"))
        stated.pop("previous", None)  # which version it changed is a fact of its making
        with acting_as(act.by):
            reopened = ends_on is None or (row.ends_on is not None and row.ends_on < ends_on)
            if reopened or not set(differing) <= {"ends_on", "end_reason"}:
                corrected = regimens.correct(**said, **stated)
                if ends_on is None or not end_reason:
                    return corrected.pk != row.pk
            assert ends_on is not None  # else it was corrected above
            ended = regimens.end(ends_on=ends_on, reason=end_reason, **said)
            return (ended.pk, ended.ends_on, ended.end_reason) != (row.pk, row.ends_on, row.end_reason)

    def remove(self, act: Act, row: Regimen) -> bool:
        """End it today, or on the day it would have begun. One that has ended is touched, so that the phone gets it back."""
        if row.ends_on is not None and row.end_reason == DELETED_ON_PHONE and row.revision > act.cursor:
            return False  # a repeat: it comes back with the next pull as it is
        last = max(local_today(act.man, act.now), row.starts_on)
        ends_on = last if row.ends_on is None else min(row.ends_on, last)
        reason = DELETED_ON_PHONE if row.ends_on is None or ends_on < row.ends_on else row.end_reason
        said: dict[str, Any] = {"patient": act.man, "key": row.client_id, "by": act.by, "now": act.now, "origin": Origin.SELF}
        regimens.end(ends_on=ends_on, reason=reason, **said)
        return True


class DoseEvents(RecordTable):
    """Doses as they were. Another content under an id supersedes."""

    model = DoseEvent
    parent = "regimens"
    joined = ("regimen",)
    columns = (
        Text("drug", most=40, when_missing=""),
        Text("kind", ", ".join(DoseKind), most=8),
        AsText("amount", "with its unit: 0.5 mg, 500 IU; empty for a skipped dose", when_missing=""),
        Instant("taken_at", "RFC 3339 with an offset, in that of `zone`", when_missing=""),
        Text("precision", ", ".join(Precision), most=10),
        Text("zone", "IANA zone", most=64),
        Text("site", "where it was injected or applied", most=40),
        Text("regimen_id", "the regimen that it belongs to", "regimen", most=36),
        Text("confirmed_reason", "why an unusual dose is right", most=200),
    )

    def render(self, row: DoseEvent, man: Patient) -> dict[str, Any]:
        regimen = row.regimen
        return {
            **self.frame(row, man),
            "drug": row.drug,
            "kind": row.kind,
            "amount": f"{row.amount_digits} {row.amount_unit}" if row.amount_digits else "",
            "taken_at": local(row.at, row.zone),
            "precision": row.precision,
            "zone": row.zone,
            "site": row.site,
            "regimen_id": regimen.client_id if regimen is not None and regimen.withdrawn_at is None else None,
            "confirmed_reason": row.confirmed_reason,
        }

    def add_each(self, act: Act, rows: Mapping[str, dict[str, Any]]) -> dict[str, Problem]:
        return doses.log_each(patient=act.man, by=act.by, now=act.now, events=rows)

    def edit(self, act: Act, row: DoseEvent, stated: dict[str, Any], differing: Collection[str]) -> bool:
        return doses.correct(patient=act.man, key=row.client_id, by=act.by, now=act.now, **stated).pk != row.pk

    def remove(self, act: Act, row: DoseEvent) -> bool:
        doses.withdraw(patient=act.man, key=row.client_id, by=act.by, now=act.now, reason=DELETED_ON_PHONE)
        return True
