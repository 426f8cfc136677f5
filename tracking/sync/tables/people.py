"""Who he is, whom he lets in, and who looked."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from typing import Any

from django.db.models import QuerySet

from tracking.domain.problems import problem
from tracking.models import AccessEvent, CareRelationship, Patient
from tracking.services import accounts, audit, consent
from tracking.sync.columns import Day, Instant, Json, Mark, Text, Whole
from tracking.sync.table import Act, Table, day, instant

__all__ = ["AccessLog", "Consents", "Profile"]


class Profile(Table):
    """One row, made at sign-up. What he does not state stays as it was."""

    model = Patient
    columns = (
        Text("name", most=200),
        Day("birth_date"),
        Text("zone", "IANA zone; reminders come in it", most=64),
    )
    shown = (*Table.shown, Whole("birth_year", "where only the year is known"), Text("email"))

    def changed(self, man: Patient, since: int) -> Iterable[Any]:
        return [man] if man.profile_revision > since or since == 0 else []

    def standing(self, man: Patient, ids: Collection[str]) -> dict[str, Any]:
        return {str(man.uid): man} if str(man.uid) in ids else {}

    def revision_of(self, row: Patient) -> int:
        return row.profile_revision

    def render(self, row: Patient, man: Patient) -> dict[str, Any]:
        return {
            "id": str(row.uid),
            "revision": row.profile_revision,
            "name": row.name,
            "birth_date": day(row.birth_date),
            "birth_year": row.birth_year,
            "zone": row.zone,
            "email": "" if row.user is None else row.user.email,
        }

    def edit(self, act: Act, row: Patient, stated: dict[str, Any], differing: Collection[str]) -> bool:
        news = {name: value for name, value in stated.items() if name in differing}
        if news:
            accounts.edit_profile(patient=row, by=act.by, now=act.now, **news)
        return bool(news)


class Consents(Table):
    """Whom he let in. He revokes by setting ``revoked_at``; a new consent is given online."""

    model = CareRelationship
    columns = (Mark("revoked_at", "set it to revoke; the server dates it"),)
    shown = (
        *Table.shown,
        Text("clinic_id"),
        Text("clinic_name"),
        Text("lead", "the prescriber who leads, by name"),
        Json("scope", "categories he shares; empty means all"),
        Instant("granted_at"),
    )

    def changed(self, man: Patient, since: int) -> Iterable[Any]:
        return self._rows(man).filter(revision__gt=since)

    def standing(self, man: Patient, ids: Collection[str]) -> dict[str, Any]:
        return {str(row.uid): row for row in self._rows(man) if str(row.uid) in ids}

    def render(self, row: CareRelationship, man: Patient) -> dict[str, Any]:
        return {
            "id": str(row.uid),
            "revision": row.revision,
            "clinic_id": str(row.clinic.uid),
            "clinic_name": row.clinic.name,
            "lead": None if row.lead is None else str(row.lead.user),
            "scope": json.dumps(row.scope),
            "granted_at": instant(row.granted_at),
            "revoked_at": instant(row.revoked_at),
        }

    def edit(self, act: Act, row: CareRelationship, stated: dict[str, Any], differing: Collection[str]) -> bool:
        if "revoked_at" not in stated:
            raise problem("/revoked_at", "stays-revoked", "A consent that has ended stays ended. Let the clinic in anew.")
        consent.revoke(patient=act.man, uid=row.uid, by=act.by, now=act.now)
        return True

    def _rows(self, man: Patient) -> QuerySet[CareRelationship]:
        return CareRelationship.objects.filter(patient=man).select_related("clinic", "lead__user")


class AccessLog(Table):
    """Who read his record, in visits of 30 minutes."""

    model = AccessEvent
    shown = (*Table.shown, Instant("at"), Text("who"), Text("through"), Text("what", "the first thing opened in this visit"))

    def changed(self, man: Patient, since: int) -> Iterable[Any]:
        labels = audit.labels_of(man)
        rows: Iterable[Any] = AccessEvent.objects.filter(patient=man, revision__gt=since).select_related("user")
        for row in rows:
            row.who = audit.reader_of(row, labels)
            yield row

    def render(self, row: Any, man: Patient) -> dict[str, Any]:
        return {
            "id": str(row.uid),
            "revision": row.revision,
            "at": instant(row.at),
            "who": row.who,
            "through": row.through,
            "what": row.what,
        }
